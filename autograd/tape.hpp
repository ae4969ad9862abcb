// The sweep over the recorded graph: gradients, the guard that stops recording, and the tape itself
// as something to read.
#pragma once
#include <xgrad/autograd/node.hpp>

#include <iosfwd>
#include <string>
#include <vector>

namespace xgrad {

/// While one lives, this thread records nothing.
class [[nodiscard]] NoGrad : Recording {
 public:
  [[nodiscard]] NoGrad() noexcept : Recording(false) {}
};

/// While one lives, this thread looks for NaN in the result of every operation, and in every
/// cotangent on a sweep; at the first it throws std::logic_error, which names the operation and the
/// place. Slow: a tool for finding where a calculation goes wrong.
class [[nodiscard]] DetectNan : ModeScope {
 public:
  [[nodiscard]] DetectNan() noexcept : ModeScope({recording(), true, mode().capture}) {}
};

/// The gradients of the scalar y with respect to `inputs` (leaves or intermediate results), as
/// tensors of their shapes. No leaf's grad() is touched, and only paths that lead to `inputs` are
/// followed. With create_graph the results can be differentiated again. Throws
/// std::invalid_argument if y is not a scalar, std::logic_error if y has no graph, the graph was
/// freed, or an input does not reach y.
template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs,
                            Graph graph = Graph::free, Location at = here());
/// The vector-Jacobian product for a y of any shape, given its cotangent.
template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs,
                            const Same<Tensor<T>>& cotangent, Graph graph = Graph::free,
                            Location at = here());
template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, std::initializer_list<Tensor<T>> inputs,
                            Graph graph = Graph::free, Location at = here()) {
  return grad(y, std::vector<Tensor<T>>(inputs), graph, at);
}
template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, std::initializer_list<Tensor<T>> inputs,
                            const Same<Tensor<T>>& cotangent, Graph graph = Graph::free,
                            Location at = here()) {
  return grad(y, std::vector<Tensor<T>>(inputs), cotangent, graph, at);
}

/// The same, but with an undefined tensor for an input that does not reach y.
template <class T>
std::vector<Tensor<T>> grad_where_reached(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs,
                                          const Tensor<T>& cotangent, Graph graph, Location at);

/// The operations behind a tensor, in the order in which they ran. Prints as a table.
struct Tape {
  struct Entry {
    std::string op;
    Shape shape;
    std::vector<std::size_t> inputs;  // numbers of entries; `constant` for what was not recorded
  };
  static constexpr std::size_t constant = static_cast<std::size_t>(-1);
  std::vector<Entry> entries;

  Tape();
  Tape(Tape&&) noexcept;
  ~Tape();  // these in the library, to spare its users their code
};
template <class T>
Tape tape(const Tensor<T>& y);
std::ostream& operator<<(std::ostream& out, const Tape& tape);

}  // namespace xgrad
