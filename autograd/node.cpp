#include <xgrad/autograd/node.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>

namespace xgrad {
namespace {

/// The place of the first NaN, or the number of elements.
template <class T>
std::size_t first_nan(const Tensor<T>& x) {
  const T *begin = x.data(), *end = begin + x.size();
  return static_cast<std::size_t>(std::find_if(begin, end, [](T e) { return e != e; }) - begin);
}

thread_local std::uint64_t last_id = 0;

// Greater than every input's id even when the inputs come from another thread, which counts apart.
template <class T>
std::uint64_t next_id(const Tensor<T>* const* inputs, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (inputs[i]->tracked()) last_id = std::max(last_id, inputs[i]->node()->id);
  }
  return ++last_id;
}

template <class T>
void reject_nan(const char* op, const Tensor<T>& y, const Tensor<T>* const* inputs,
                std::size_t count) {
  std::size_t place = first_nan(y);
  if (place == y.size()) return;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t at = inputs[i]->defined() ? first_nan(*inputs[i]) : 0;
    if (!inputs[i]->defined() || at == inputs[i]->size()) continue;
    misuse(op, "input " + std::to_string(i) + " of shape " + to_string(inputs[i]->shape()) +
                   " holds a NaN, element " + std::to_string(at));
  }
  misuse(op, "made a NaN, element " + std::to_string(place) + " of shape " + to_string(y.shape()));
}

/// n rounded up to where any object may begin.
constexpr std::size_t aligned(std::size_t n) {
  constexpr std::size_t unit = alignof(std::max_align_t);
  return (n + unit - 1) / unit * unit;
}

}  // namespace

ModeScope::ModeScope(const Mode& now) noexcept : was_(std::exchange(current_mode, now)) {}
ModeScope::~ModeScope() { current_mode = was_; }

template <class T>
bool is_recorded(const char* op, const Tensor<T>& y, const Tensor<T>* const* inputs,
                 std::size_t count) {
  const Mode& now = mode();
  if (now.detects_nan) reject_nan(op, y, inputs, count);
  if (!now.records) return false;
  return std::any_of(inputs, inputs + count, [](const Tensor<T>* x) { return x->tracked(); });
}

template <class T>
Node<T>::Node(const Shape& s) : op("parameter"), id(next_id<T>(nullptr, 0)), shape(s) {}

template <class T>
Node<T>::Node(const char* name, const Shape& s, const Tensor<T>* const* inputs, std::size_t count,
              const DerivativeType<T>* type)
    : op(name), id(next_id(inputs, count)), shape(s), type_(type), input_count_(count) {
  char* block = reinterpret_cast<char*>(this);
  derivative_ = block + aligned(sizeof(Node));
  inputs_ = reinterpret_cast<Ref<Node>*>(block + aligned(sizeof(Node)) + aligned(type->size));
  for (std::size_t i = 0; i < count; ++i) new (inputs_ + i) Ref<Node>(inputs[i]->node());
}

template <class T>
std::size_t Node<T>::bytes(std::size_t count, const DerivativeType<T>* type) noexcept {
  if (type == nullptr) return sizeof(Node);
  return aligned(sizeof(Node)) + aligned(type->size) + count * sizeof(Ref<Node>);
}

template <class T>
Ref<Node<T>> Node<T>::make(const char* op, const Shape& extents, const Tensor<T>* const* inputs,
                           std::size_t count, const DerivativeType<T>& type) {
  const std::size_t size = bytes(count, &type);
  void* block = pool_get(size);
  try {
    return Ref<Node>::adopt(new (block) Node(op, extents, inputs, count, &type));
  } catch (...) {
    pool_put(block, size);
    throw;
  }
}

template <class T>
Node<T>::~Node() {
  drop_derivative();
  std::destroy_n(inputs_, input_count_);
}

// Ending a node may end its inputs, and so on down a chain of any length: they queue up instead.
template <class T>
void Node<T>::destroy(Node* node) noexcept {
  static thread_local Node* queue = nullptr;
  static thread_local bool busy = false;
  node->next_dead_ = std::exchange(queue, node);
  if (busy) return;
  busy = true;
  while (queue != nullptr) {
    Node* dead = std::exchange(queue, queue->next_dead_);
    const std::size_t size = bytes(dead->input_count_, dead->type_);
    dead->~Node();
    pool_put(dead, size);
  }
  busy = false;
}

template <class T>
void Pullback<T>::throw_stale(const Shape& shape) const {
  misuse(node_->op,
         "backward needs a value of shape " + to_string(shape) +
             " that was changed in place after it was used",
         at_);
}

template <class T>
void Pullback<T>::throw_unwanted(std::size_t i) const {
  misuse(node_->op,
         "its derivative asks for the shape of input " + std::to_string(i) +
             ", whose cotangent nobody needs",
         at_);
}

template bool is_recorded(const char*, const Tensor<float>&, const Tensor<float>* const*,
                          std::size_t);
template bool is_recorded(const char*, const Tensor<double>&, const Tensor<double>* const*,
                          std::size_t);
template class Node<float>;
template class Node<double>;
template class Pullback<float>;
template class Pullback<double>;

}  // namespace xgrad
