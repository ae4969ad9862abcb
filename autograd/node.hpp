// The recorded graph. A node per operation: its name, its output's shape, its inputs' nodes, and
// its derivative. An operation calls record() with a function that maps the cotangent of its output
// to the cotangents of its inputs, and holds what it needs for that in Saved values.
//
// Invariants
// - A node's id is greater than its inputs' ids, so descending ids are a reverse topological order.
// - A node does not change after it was made, except that its derivative is dropped when the graph
//   is freed, and that a leaf's gradient is set. A sweep keeps its own state outside the graph.
// - A derivative never holds the tensor of its own output (that would be a cycle): it saves a
//   detached one, and Pullback::output() puts the node back.
#pragma once
#include <xgrad/autograd/launch.hpp>
#include <xgrad/autograd/mode.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <cstddef>
#include <initializer_list>
#include <new>
#include <utility>

namespace xgrad {

template <class T>
class Pullback;

/// What there is to know of a derivative's type, so that one class of nodes holds all of them: an
/// object of it has `size` bytes.
template <class T>
struct DerivativeType {
  std::size_t size;
  void (*pull)(void* derivative, Pullback<T>&);
  void (*destroy)(void* derivative) noexcept;
  bool reads_spread;
};

template <class T>
class Node final : public Counted {
 public:
  const char* const op;
  const std::uint64_t id;
  const Shape shape;
  Tensor<T> grad;  // of a leaf

  /// A leaf.
  explicit Node(const Shape& extents);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// An operation on these inputs; its derivative is still to be given to it.
  static Ref<Node> make(const char* op, const Shape& extents, const Tensor<T>* const* inputs,
                        std::size_t count, const DerivativeType<T>& type);
  template <class Derivative>
  void set_derivative(Derivative&& derivative) {
    new (derivative_) std::decay_t<Derivative>(std::forward<Derivative>(derivative));
    has_derivative_ = true;
  }

  std::size_t input_count() const noexcept { return input_count_; }
  /// Null for an input that wants no gradient.
  const Ref<Node>& input(std::size_t i) const noexcept { return inputs_[i]; }
  bool is_leaf() const noexcept { return input_count_ == 0; }

  /// Hands the cotangents of the inputs to `pullback`.
  void pull(Pullback<T>& pullback) { type_->pull(derivative_, pullback); }
  bool has_derivative() const noexcept { return has_derivative_; }
  /// Whether the derivative also takes a cotangent that is to be broadcast to the output's shape.
  bool reads_spread() const noexcept { return type_ != nullptr && type_->reads_spread; }
  void drop_derivative() noexcept {
    if (std::exchange(has_derivative_, false)) type_->destroy(derivative_);
  }

  /// Ends the life of a node, and of all that only it reached, without recursion.
  static void destroy(Node* node) noexcept;

 private:
  Node(const char* name, const Shape& extents, const Tensor<T>* const* inputs, std::size_t count,
       const DerivativeType<T>* type);
  static std::size_t bytes(std::size_t count, const DerivativeType<T>* type) noexcept;

  // Behind the node, in the same block: the derivative, then the references to the inputs.
  const DerivativeType<T>* type_ = nullptr;
  void* derivative_ = nullptr;
  std::size_t input_count_ = 0;
  Ref<Node>* inputs_ = nullptr;
  bool has_derivative_ = false;
  Node* next_dead_ = nullptr;
};

/// A derivative that reads the cotangent only together with values of the output's shape, so that
/// broadcasting does the rest where Pullback::spread() leaves it small.
template <class D>
struct ReadsSpread {
  D derivative;
  template <class P>
  void operator()(P& pullback) {
    derivative(pullback);
  }
};
template <class D>
ReadsSpread<std::decay_t<D>> reads_spread(D&& derivative) {
  return {std::forward<D>(derivative)};
}
template <class D>
inline constexpr bool is_spread_reader = false;
template <class D>
inline constexpr bool is_spread_reader<ReadsSpread<D>> = true;

template <class T, class Derivative>
void pull_derivative(void* derivative, Pullback<T>& pullback) {
  (*static_cast<Derivative*>(derivative))(pullback);
}
template <class Derivative>
void destroy_derivative(void* derivative) noexcept {
  static_cast<Derivative*>(derivative)->~Derivative();
}
template <class T, class Derivative>
constexpr DerivativeType<T> derivative_type() {
  static_assert(alignof(Derivative) <= alignof(std::max_align_t));
  return {sizeof(Derivative), pull_derivative<T, Derivative>, destroy_derivative<Derivative>,
          is_spread_reader<Derivative>};
}

/// What a derivative keeps of a tensor. Reading it, through Pullback, checks that nobody has
/// written to it in place since. Keeps nothing while recording is off.
template <class T>
class Saved {
 public:
  Saved() = default;
  explicit Saved(const Tensor<T>& tensor) {
    if (recording()) *this = Saved(Tensor<T>(tensor));
  }
  explicit Saved(Tensor<T>&& tensor) {
    if (!recording() || !tensor.defined()) return;
    version_ = tensor.storage()->version;
    tensor_ = std::move(tensor);
  }
  const Tensor<T>& tensor() const noexcept { return tensor_; }
  Tensor<T> release() noexcept { return std::move(tensor_); }
  bool stale() const noexcept {
    return tensor_.defined() && tensor_.storage()->version != version_;
  }

 private:
  Tensor<T> tensor_;
  unsigned version_ = 0;
};

/// What the engine gives a derivative: the output's cotangent, and a place for the inputs'
/// cotangents. While a graph of the gradient is wanted, recording() is on and all that is computed
/// here is recorded.
template <class T>
class Pullback {
 public:
  /// The cotangent of the operation's output.
  const Tensor<T>& g;

  /// Whether anybody needs the cotangent of input i. Throws std::logic_error if there is none of
  /// that number, as all below.
  bool wants(std::size_t i) const {
    return i < traits_.known ? (traits_.wanted >> i & 1) != 0 : wants_input(i);
  }
  /// Contributes to the cotangent of input i: a tensor of the input's shape, or of a shape that the
  /// input was broadcast to; the engine sums it back.
  virtual void add(std::size_t i, Tensor<T> cotangent) = 0;
  /// Contributes a tensor that is to be repeated to the shape of input i; it is written out only if
  /// the input's derivative cannot do with less.
  virtual void spread(std::size_t i, const Tensor<T>& cotangent) = 0;
  /// The sum of what has come for input i so far, zeros at first, of the input's shape: for a
  /// kernel to add to in place where a cotangent is mostly zeros, so that n slices of one tensor
  /// cost as much as their elements. Only while recording() is off, for an input that wants(i).
  virtual const Tensor<T>& pending(std::size_t i) = 0;

  /// Whether g is the 1 with which a sweep from a loss begins: known where a value is not, while a
  /// plan is captured.
  bool is_unit() const noexcept { return traits_.is_unit; }
  /// Whether the derivative is dropped after this, so that it may part with what it holds.
  bool frees() const noexcept { return traits_.frees; }

  /// A saved input, undefined if it was. Throws std::logic_error if it was changed in place after
  /// it was saved.
  const Tensor<T>& get(const Saved<T>& saved) const {
    if (saved.stale()) throw_stale(saved.tensor().shape());
    return saved.tensor();
  }
  /// The elements of a saved tensor that no graph is behind, to be overwritten: itself where nobody
  /// will ask for it again, else a copy. Only while recording() is off.
  Tensor<T> take(Saved<T>& saved) const {
    if (frees() && !is_shared(get(saved))) return saved.release();
    return copy_of(get(saved));
  }
  /// The operation's own output, saved detached, as part of the graph again.
  Tensor<T> output(const Saved<T>& saved) const {
    return Tensor<T>(get(saved).storage(), Ref<Node<T>>(recording() ? node_ : nullptr));
  }
  /// Input i's shape. Throws std::logic_error unless somebody needs its cotangent.
  const Shape& shape(std::size_t i) const {
    if (!wants(i)) throw_unwanted(i);
    return node_->input(i)->shape;
  }

 protected:
  struct Traits {
    bool frees, is_unit;
    std::size_t known;     // of how many inputs, the first ones, it is known here, a bit each,
    std::uint64_t wanted;  // whether they are wanted: asking is most of what some derivatives do
  };
  virtual bool wants_input(std::size_t i) const = 0;
  Pullback(const Tensor<T>& cotangent, Node<T>* node, Traits traits, Location at)
      : g(cotangent), node_(node), traits_(traits), at_(at) {}
  ~Pullback() = default;
  Node<T>* node_;  // alive while the sweep holds the result
  Traits traits_;
  Location at_;

 private:
  [[noreturn]] void throw_stale(const Shape& shape) const;
  [[noreturn]] void throw_unwanted(std::size_t i) const;
};

/// Whether y, made by `op` from the inputs, is to have a node: recording is on, and one of them
/// wants a gradient. While NaN is looked for, throws std::logic_error if y holds one; says so where
/// an input had one already.
template <class T>
bool is_recorded(const char* op, const Tensor<T>& y, const Tensor<T>* const* inputs,
                 std::size_t count);

/// y, with a node whose `derivative` sends y's cotangent to `inputs`, if recording is on and any of
/// them wants one; else just y.
template <class T, class Derivative>
Tensor<T> record(const char* op, Tensor<T> y, const Tensor<T>* const* inputs, std::size_t count,
                 Derivative&& derivative) {
  static constexpr DerivativeType<T> type = derivative_type<T, std::decay_t<Derivative>>();
  if (!is_recorded(op, y, inputs, count)) return y;
  Ref<Node<T>> node = Node<T>::make(op, y.shape(), inputs, count, type);
  node->set_derivative(std::forward<Derivative>(derivative));
  return Tensor<T>(std::move(y).storage(), std::move(node));
}
template <class T, class Derivative>
Tensor<T> record(const char* op, Tensor<T> y, std::initializer_list<const Tensor<T>*> inputs,
                 Derivative&& derivative) {
  return record(op, std::move(y), inputs.begin(), inputs.size(),
                std::forward<Derivative>(derivative));
}

/// x under a node of its own: a place at which a derivative with respect to x can end, although x
/// is computed from others.
template <class T>
Tensor<T> alias(const char* op, const Tensor<T>& x) {
  return record(op, x.detach(), {&x}, [](Pullback<T>& p) { p.add(0, p.g); });
}

extern template class Node<float>;
extern template class Node<double>;
extern template class Pullback<float>;
extern template class Pullback<double>;

}  // namespace xgrad
