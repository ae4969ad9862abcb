#include <xgrad/autograd/node.hpp>
#include <xgrad/autograd/tape.hpp>

#include <algorithm>
#include <ostream>
#if __has_include(<xtensor/io/xio.hpp>)
#include <xtensor/io/xio.hpp>
#else
#include <xtensor/xio.hpp>
#endif

namespace xgrad {

template <class T>
Tensor<T>::Tensor(const Tensor&) = default;

template <class T>
Tensor<T>::Tensor(Array<T> array)
    : value_(Ref<Value<T>>::adopt(make_pooled<Value<T>>(std::move(array)))) {}

// Copies the numbers of a list of the extents shape[depth], ... to `to`, and returns its end.
template <class T>
T* flatten(const NestedList<T>& list, const Shape& shape, std::size_t depth, T* to, Location at) {
  if (list.is_number() ? depth != shape.size()
                       : depth == shape.size() || list.size() != shape[depth]) {
    fail("tensor", "lists of equal lengths at each depth, here of shape " + to_string(shape),
         list.is_number() ? "a number" : "a list of " + std::to_string(list.size()), at);
  }
  if (list.is_number()) *to++ = list.number();
  for (const NestedList<T>& part : list) to = flatten(part, shape, depth + 1, to, at);
  return to;
}

template <class T>
Tensor<T>::Tensor(std::initializer_list<NestedList<T>> elements, Location at) {
  NestedList<T> list(elements);
  Shape shape;
  for (const NestedList<T>* first = &list; !first->is_number(); first = first->begin()) {
    shape.push_back(first->size());
    if (first->size() == 0) break;
  }
  *this = empty<T>(shape);
  flatten(list, shape, 0, value_->array.data(), at);
}

template <class T>
Tensor<T> Tensor<T>::scalar(T value) {
  Tensor result = empty<T>({});
  *result.value_->array.data() = value;
  return result;
}

template <class T>
Tensor<T> empty(const Shape& shape) {
  return Tensor<T>(Ref<Value<T>>::adopt(Value<T>::make(shape)), {});
}

template <class T>
Tensor<T> full(const Shape& shape, Same<T> fill) {
  Tensor<T> result = empty<T>(shape);
  launch([fill](Array<T>& y) { std::fill_n(y.data(), y.size(), fill); }, result);
  return result;
}

template <class T>
Tensor<T> parameter(const Tensor<T>& value) {
  return Tensor<T>(Array<T>(value.value())).requires_grad();
}

Tensor<float> parameter(std::initializer_list<NestedList<float>> list, Location at) {
  return Tensor<float>(list, at).requires_grad();
}

template <class T>
void Tensor<T>::throw_undefined() {
  misuse("tensor", "has no value: it was default-constructed or moved from");
}

template <class T>
void Tensor<T>::need_readable(Location at) const {
  need_value();
  if (mode().capture == nullptr) return;
  misuse("tensor",
         "a value is read while a plan is captured; it is not what it will be when the plan runs. "
         "Read it after that, or compute with tensors",
         at);
}

template <class T>
T Tensor<T>::item(Location at) const {
  if (size() != 1) fail("item", "one element", "shape " + to_string(shape()), at);
  need_readable(at);
  return *value_->array.data();
}

template <class T>
Array<T> Tensor<T>::value() && {
  const Array<T>& array = value();  // of an lvalue: checked
  return is_shared(*this) ? array : std::move(value_->array);
}

template <class T>
Tensor<T>& Tensor<T>::requires_grad() & {
  if (!node_) node_ = Ref<Node<T>>::adopt(make_pooled<Node<T>>(shape()));
  return *this;
}

template <class T>
bool Tensor<T>::is_leaf() const noexcept {
  return !node_ || node_->is_leaf();
}

template <class T>
bool Tensor<T>::has_grad() const noexcept {
  return node_ && node_->grad.defined();
}

template <class T>
const Tensor<T>& Tensor<T>::grad(Location at) const {
  if (!has_grad()) {
    misuse("grad",
           !node_      ? "this tensor does not require a gradient"
           : is_leaf() ? "backward() has not reached this tensor"
                       : "only leaves keep a gradient; use xg::grad for intermediate results",
           at);
  }
  return node_->grad;
}

template <class T>
void Tensor<T>::zero_grad() const noexcept {
  if (node_) node_->grad = Tensor();
}

template <class T>
void Tensor<T>::assign(const Tensor& source, Location at) const {
  if (!is_leaf())
    misuse("assign", "cannot write to the result of a recorded " + std::string(node_->op), at);
  if (source.shape() != shape()) {
    fail("assign", "shape " + to_string(shape()), to_string(source.shape()), at);
  }
  copy(*this, source);
  written();
}

template <class T>
std::ostream& operator<<(std::ostream& out, const Tensor<T>& tensor) {
  if (!tensor.defined()) return out << "undefined tensor";
  out << tensor.value() << "  shape " << to_string(tensor.shape());
  if (tensor.tracked()) out << ", " << tensor.node()->op;
  return out;
}

template Tensor<float> parameter(const Tensor<float>&);
template Tensor<double> parameter(const Tensor<double>&);
template Tensor<float> empty(const Shape&);
template Tensor<double> empty(const Shape&);
template Tensor<float> full(const Shape&, float);
template Tensor<double> full(const Shape&, double);
template class Ref<Value<float>>;
template class Ref<Value<double>>;
template class Ref<Node<float>>;
template class Ref<Node<double>>;
template class Tensor<float>;
template class Tensor<double>;
template std::ostream& operator<<(std::ostream&, const Tensor<float>&);
template std::ostream& operator<<(std::ostream&, const Tensor<double>&);

}  // namespace xgrad
