// Tensor = a value and, if a gradient is wanted, a node of the recorded graph. A tensor is a
// handle: copies share the value and the node.
#pragma once
#include <xgrad/autograd/array.hpp>
#include <xgrad/autograd/operators.hpp>
#include <xgrad/autograd/ref.hpp>

#include <initializer_list>
#include <iosfwd>

namespace xgrad {

template <class T>
class Node;

/// What backward() does with the graph behind the result: free it (the default), keep it for
/// another sweep, or keep it and record the gradients as well, so that they can be differentiated
/// again.
enum class Graph { free, retain, create };
inline constexpr Graph retain_graph = Graph::retain;
inline constexpr Graph create_graph = Graph::create;

/// An array that tensors share. `version` counts the writes in place.
template <class T>
struct Value : Counted {
  unsigned version = 0;
  Array<T> array;

  explicit Value(Array<T>&& elements) : array(std::move(elements)) {}
  /// One with indeterminate elements.
  static Value* make(const Shape& shape);
  static void destroy(Value* value) noexcept;

 private:
  static void give_back() noexcept;

  Value* next_idle_ = nullptr;
};

/// A number, or a list of such: how Tensor<> a = {{1, 2}, {3, 4}} reaches the constructor. One type
/// for all ranks, so that {{0}, {1}} is unambiguous. Lives as long as the expression that holds the
/// braces.
template <class T>
class NestedList {
 public:
  template <class S, std::enable_if_t<std::is_arithmetic_v<S>, int> = 0>
  NestedList(S number) : number_(static_cast<T>(number)) {}
  NestedList(std::initializer_list<NestedList> list) : list_(list), is_number_(false) {}

  bool is_number() const { return is_number_; }
  T number() const { return number_; }
  const NestedList* begin() const { return list_.begin(); }
  const NestedList* end() const { return list_.end(); }
  std::size_t size() const { return list_.size(); }

 private:
  T number_ = 0;
  std::initializer_list<NestedList> list_;
  bool is_number_ = true;
};

/// An n-dimensional array of float or double that records what is computed from it.
template <class T = float>
class Tensor : Operators<T> {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "xgrad::Tensor holds float or double; labels, masks and indices are xgrad::Array");

 public:
  using value_type = T;

  /// No value; only assignment and `defined()` make sense.
  Tensor() = default;
  Tensor(const Tensor& other);  // in the library, to spare its users the code
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(const Tensor& other) { return *this = Tensor(other); }
  Tensor& operator=(Tensor&&) noexcept = default;
  ~Tensor() = default;
  /// A constant with these elements.
  Tensor(Array<T> array);
  /// A constant from any xtensor expression, evaluated once, here.
  /// Throws std::invalid_argument if shapes within the expression do not broadcast.
  template <class E, IfExpression<E> = 0>
  Tensor(const E& expression, Location at = here())
      : Tensor(evaluated<T>("tensor", expression, at)) {}
  /// A constant with the elements of a tensor of the other type.
  template <class U, std::enable_if_t<!std::is_same_v<U, T>, int> = 0>
  explicit Tensor(const Tensor<U>& other) : Tensor(other.value()) {}
  /// A scalar, shape ().
  template <class S, std::enable_if_t<std::is_arithmetic_v<S>, int> = 0>
  Tensor(S value) : Tensor(scalar(static_cast<T>(value))) {}
  /// Nested lists of elements: Tensor<> a = {{1, 2}, {3, 4}}. Throws std::invalid_argument if lists
  /// at one depth differ in length.
  Tensor(std::initializer_list<NestedList<T>> list, Location at = here());

  /// The elements, as an xtensor container. Throws std::logic_error if undefined, as all below, and
  /// while a plan is captured. Of a temporary, a container of its own: a lazy expression may keep
  /// it.
  const Array<T>& value() const& {
    need_readable();
    return value_->array;
  }
  Array<T> value() &&;
  const Shape& shape() const& { return elements().shape(); }
  Shape shape() && { return shape(); }
  std::size_t ndim() const { return elements().dimension(); }
  std::size_t size() const { return elements().size(); }
  const T* data() const { return value().data(); }
  bool defined() const noexcept { return bool(value_); }
  /// The only element. Throws std::invalid_argument if there are more or none.
  T item(Location at = here()) const;

  /// The same value (shared, not copied), cut off from the graph.
  Tensor detach() const { return Tensor(value_, {}); }

  /// Makes this handle a leaf whose gradient backward() fills; copies made before do not notice.
  /// Does nothing if the tensor is part of a graph already.
  Tensor& requires_grad() &;
  Tensor requires_grad() && { return requires_grad(); }
  /// Whether this tensor is a leaf that wants a gradient, or computed from one.
  bool tracked() const noexcept { return bool(node_); }
  bool is_leaf() const noexcept;
  bool has_grad() const noexcept;
  /// What backward() accumulated. Throws std::logic_error where there is none.
  const Tensor& grad(Location at = here()) const;
  /// Forgets the gradient.
  void zero_grad() const noexcept;

  /// Fills grad() of every leaf behind this tensor, adding to what is there. All or nothing: if
  /// anything throws, no gradient has changed. Throws std::invalid_argument unless this is a scalar
  /// (one element), std::logic_error if there is no graph, if it was freed, or for create_graph:
  /// the gradient would own the leaf that owns it. Use xg::grad for derivatives of derivatives.
  void backward(Graph graph = Graph::free, Location at = here()) const;
  /// The same for a tensor of any shape, given the cotangent of that shape.
  void backward(const Tensor& cotangent, Graph graph = Graph::free, Location at = here()) const;
  template <class B, std::enable_if_t<std::is_same_v<B, bool>, int> = 0>
  void backward(B) const = delete;  // retain_graph, not a cotangent of 1

  /// Overwrites the elements in place; every handle that shares the value sees it, and a derivative
  /// that saved the old value will throw. Throws std::invalid_argument if the shape differs,
  /// std::logic_error if this tensor was computed by a recorded operation.
  void assign(const Tensor& source, Location at = here()) const;

  /// The elements for writing, while no plan is captured. Counts as a write in place.
  Array<T>& mutable_value() const {
    need_readable();
    ++value_->version;
    return value_->array;
  }
  /// For kernels: counts a write in place by a launch.
  void written() const {
    need_value();
    ++value_->version;
  }

  // For the engine.
  void need_value() const {
    if (!value_) throw_undefined();
  }
  Tensor(Ref<Value<T>> value, Ref<Node<T>> node)
      : value_(std::move(value)), node_(std::move(node)) {}
  const Ref<Value<T>>& storage() const& noexcept { return value_; }
  Ref<Value<T>> storage() && noexcept { return std::move(value_); }
  const Ref<Node<T>>& node() const noexcept { return node_; }

 private:
  static Tensor scalar(T value);
  [[noreturn]] static void throw_undefined();
  void need_readable(Location at = {}) const;
  const Array<T>& elements() const {
    need_value();
    return value_->array;
  }

  Ref<Value<T>> value_;
  Ref<Node<T>> node_;
};

/// X, where X is a tensor or, in a formula of fuse(), the number that stands for an element of one:
/// the type of what an elementwise function takes and returns.
template <class X>
struct IsVariable : std::false_type {};
template <class T>
struct IsVariable<Tensor<T>> : std::true_type {};
// By a type of its own: g++ and clang++ give functions different names where an expression such as
// IsVariable<X>::value stands in their type, and a library of one would not link with the other.
template <class X>
struct VariableOf : std::enable_if<IsVariable<X>::value, X> {};
template <class X>
using Variable = typename VariableOf<X>::type;

/// S, but not deduced from: lets a scalar or an expression convert to the type that a tensor
/// decides.
template <class S>
struct SameAs {
  using type = S;
};
template <class S>
using Same = typename SameAs<S>::type;

/// A tensor of this shape with indeterminate elements, as numpy.empty.   Never recorded.
template <class T = float>
Tensor<T> empty(const Shape& shape);
/// A tensor of this shape with every element set to `fill`, as numpy.full.   Never recorded.
template <class T = float>
Tensor<T> full(const Shape& shape, Same<T> fill);
/// full with 0.   Never recorded.
template <class T = float>
Tensor<T> zeros(const Shape& shape) {
  return full<T>(shape, T(0));
}
/// full with 1.   Never recorded.
template <class T = float>
Tensor<T> ones(const Shape& shape) {
  return full<T>(shape, T(1));
}

/// A leaf that wants a gradient, with values of its own, from a tensor, an expression or number
/// (its type decides), or a list of float.   Never recorded: here a tape begins.
template <class T>
Tensor<T> parameter(const Tensor<T>& value);
Tensor<float> parameter(std::initializer_list<NestedList<float>> list, Location at = here());
template <class E, IfExpression<E> = 0>
Tensor<typename E::value_type> parameter(const E& expression, Location at = here()) {
  return Tensor<typename E::value_type>(expression, at).requires_grad();
}
template <class S, std::enable_if_t<std::is_floating_point_v<S>, int> = 0>
Tensor<S> parameter(S number) {
  return Tensor<S>(number).requires_grad();
}

/// Values, shape, and the operation that made the tensor.
template <class T>
std::ostream& operator<<(std::ostream& out, const Tensor<T>& tensor);

extern template class Ref<Value<float>>;
extern template class Ref<Value<double>>;
extern template class Ref<Node<float>>;
extern template class Ref<Node<double>>;
extern template class Tensor<float>;
extern template class Tensor<double>;

}  // namespace xgrad

#include <xgrad/autograd/node.hpp>  // a tensor owns nodes: completes the type
