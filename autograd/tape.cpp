#include <xgrad/autograd/broadcast.hpp>
#include <xgrad/autograd/tape.hpp>

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>
#include <set>
#include <unordered_map>

namespace xgrad {

bool set_recording(bool on) noexcept;  // node.cpp

namespace {

struct Recording {
  bool was;
  explicit Recording(bool on) noexcept : was(set_recording(on)) {}
  ~Recording() { set_recording(was); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
};

// Newest first: ids fall along every path from a result to its inputs, so taking the newest pending
// node next visits each node after everything that uses it.
struct NewestFirst {
  template <class N>
  bool operator()(const N* a, const N* b) const noexcept {
    return a->id != b->id ? a->id > b->id : std::less<const N*>()(a, b);
  }
};
template <class T>
using NodeSet = std::set<Node<T>*, NewestFirst, PoolAllocator<Node<T>*>>;

/// The nodes behind `root`, itself included, newest first.
template <class T>
std::vector<Node<T>*> nodes_behind(Node<T>* root) {
  std::vector<Node<T>*> nodes;
  NodeSet<T> pending{root};
  while (!pending.empty()) {
    Node<T>* node = *pending.begin();
    pending.erase(pending.begin());
    nodes.push_back(node);
    for (std::size_t i = 0; i < node->input_count(); ++i) {
      if (node->input(i)) pending.insert(node->input(i).get());
    }
  }
  return nodes;
}

/// A tensor of its own: what is shared with others is copied, so that writing to it is safe.
template <class T>
Tensor<T> unshared(Tensor<T> x) {
  return x.storage()->shared() ? Tensor<T>(Array<T>(x.value())) : x;
}

template <class T>
struct Gradient {
  Node<T>* node;
  Tensor<T> cotangent;
};
template <class T>
using Gradients = std::vector<Gradient<T>, PoolAllocator<Gradient<T>>>;

/// One replay of the tape in reverse. All its state is here, none in the graph, so that an
/// exception leaves nothing behind and threads may sweep over shared leaves.
template <class T>
class Sweep {
 public:
  /// With `needed`, only nodes in it receive cotangents.
  Sweep(Graph mode, const NodeSet<T>* needed) : mode_(mode), needed_(needed) {}

  /// Sends `cotangent` down from `root`; `visit(node, cotangent)` is called for every node before
  /// its own derivative runs.
  template <class Visit>
  void run(Node<T>* root, Tensor<T> cotangent, Visit visit, Location at) {
    pending_.emplace(root, std::move(cotangent));
    while (!pending_.empty()) {
      Node<T>* node = pending_.begin()->first;
      Tensor<T> g = std::move(pending_.begin()->second);
      pending_.erase(pending_.begin());
      visit(node, g);
      if (!any_input_needed(node)) continue;
      if (!node->has_derivative()) {
        misuse(node->op,
               "backward already freed this graph; pass xgrad::retain_graph to sweep it twice", at);
      }
      Step step(*this, node, g);
      node->pull(step);
      if (mode_ == Graph::free) node->drop_derivative();
    }
  }

 private:
  struct Step final : Pullback<T> {
    Sweep& sweep;
    Step(Sweep& s, Node<T>* node, const Tensor<T>& cotangent)
        : Pullback<T>(cotangent, Ref<Node<T>>(node)), sweep(s) {}
    bool wants(std::size_t i) const override { return sweep.needs(this->node_->input(i).get()); }
    void add(std::size_t i, Tensor<T> cotangent) override {
      if (wants(i)) sweep.add(*this->node_, this->node_->input(i).get(), std::move(cotangent));
    }
  };

  bool any_input_needed(const Node<T>* node) const {
    for (std::size_t i = 0; i < node->input_count(); ++i) {
      if (needs(node->input(i).get())) return true;
    }
    return false;
  }
  bool needs(Node<T>* node) const {
    return node != nullptr && (needed_ == nullptr || needed_->count(node) > 0);
  }

  void add(const Node<T>& from, Node<T>* to, Tensor<T> g) {
    if (g.shape() != to->shape) {
      if (broadcast_shape(from.op, g.shape(), to->shape, {}) != g.shape()) {
        misuse(from.op, "its derivative gave a cotangent of shape " + to_string(g.shape()) +
                            " for an input of shape " + to_string(to->shape));
      }
      g = sum_to(g, to->shape);
    }
    auto place = pending_.try_emplace(to).first;
    Tensor<T>& sum = place->second;
    if (!sum.defined()) {
      sum = std::move(g);
    } else if (!recording() && !sum.storage()->shared()) {
      accumulate(sum.storage()->array, g.value());
    } else {
      sum = xgrad::add(sum, g, {});
    }
  }

  Graph mode_;
  const NodeSet<T>* needed_;
  std::map<Node<T>*, Tensor<T>, NewestFirst, PoolAllocator<std::pair<Node<T>* const, Tensor<T>>>>
      pending_;
};

/// Checks that a sweep from y with this cotangent makes sense.
template <class T>
void check_start(const char* op, const Tensor<T>& y, const Tensor<T>& cotangent, Location at) {
  if (cotangent.shape() != y.shape()) {
    fail(op, "a cotangent of shape " + to_string(y.shape()), to_string(cotangent.shape()), at);
  }
  if (!y.tracked()) {
    misuse(op,
           "no graph behind this tensor of shape " + to_string(y.shape()) +
               ": nothing that it was computed from requires a gradient, or recording was off",
           at);
  }
}

template <class T>
Tensor<T> unit_cotangent(const char* op, const Tensor<T>& y, Location at) {
  if (y.size() != 1) {
    fail(op, "a scalar (reduce with sum() or mean(), or pass a cotangent)",
         "shape " + to_string(y.shape()), at);
  }
  return ones<T>(y.shape());
}

}  // namespace

NoGrad::NoGrad() noexcept : was_recording_(set_recording(false)) {}
NoGrad::~NoGrad() { set_recording(was_recording_); }

template <class T>
void Tensor<T>::backward(const Tensor& cotangent, Graph graph, Location at) const {
  check_start("backward", *this, cotangent, at);
  bool create = graph == Graph::create;
  Recording mode(create);
  Ref<Node<T>> root = node_;  // the sweep must outlive this handle
  Gradients<T> leaves;
  Sweep<T>(graph, nullptr)
      .run(
          root.get(), cotangent,
          [&](Node<T>* node, const Tensor<T>& g) {
            if (node->is_leaf()) leaves.push_back({node, g});
          },
          at);
  // First all that can throw, then the change itself.
  for (Gradient<T>& leaf : leaves) {
    const Tensor<T>& old = leaf.node->grad;
    if (create) {
      if (old.defined()) leaf.cotangent = add(old, leaf.cotangent, at);
    } else if (!old.defined()) {
      leaf.cotangent = unshared(std::move(leaf.cotangent));
    } else if (old.tracked() || old.storage()->shared()) {
      leaf.cotangent = add(old, leaf.cotangent, at);
    }
  }
  for (Gradient<T>& leaf : leaves) {
    Tensor<T>& old = leaf.node->grad;
    if (!create && old.defined() && !old.tracked() && !old.storage()->shared()) {
      accumulate(old.storage()->array, leaf.cotangent.value());
    } else {
      old = std::move(leaf.cotangent);
    }
  }
}

template <class T>
void Tensor<T>::backward(Graph graph, Location at) const {
  backward(unit_cotangent("backward", *this, at), graph, at);
}

template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs,
                            const Same<Tensor<T>>& cotangent, Graph graph, Location at) {
  check_start("grad", y, cotangent, at);
  Ref<Node<T>> root = y.node();
  NodeSet<T> needed;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].tracked())
      misuse("grad",
             "input " + std::to_string(i) + " of shape " + to_string(inputs[i].shape()) +
                 " requires no gradient",
             at);
    needed.insert(inputs[i].node().get());
  }
  std::vector<Node<T>*> behind = nodes_behind(root.get());
  for (auto node = behind.rbegin(); node != behind.rend(); ++node) {  // inputs before their users
    for (std::size_t i = 0; i < (*node)->input_count(); ++i) {
      Node<T>* input = (*node)->input(i).get();
      if (input != nullptr && needed.count(input) > 0) {
        needed.insert(*node);
        break;
      }
    }
  }
  Recording mode(graph == Graph::create);
  std::vector<Tensor<T>> result(inputs.size());
  Sweep<T>(graph, &needed)
      .run(
          root.get(), cotangent,
          [&](Node<T>* node, const Tensor<T>& g) {
            for (std::size_t i = 0; i < inputs.size(); ++i) {
              if (inputs[i].node().get() == node) result[i] = g;
            }
          },
          at);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!result[i].defined())
      misuse("grad",
             "input " + std::to_string(i) + " of shape " + to_string(inputs[i].shape()) +
                 " does not reach the result",
             at);
    if (graph != Graph::create) result[i] = unshared(std::move(result[i]));
  }
  return result;
}

template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs, Graph graph,
                            Location at) {
  return grad(y, inputs, unit_cotangent("grad", y, at), graph, at);
}

Tape::Tape() = default;
Tape::Tape(Tape&&) noexcept = default;
Tape::~Tape() = default;

template <class T>
Tape tape(const Tensor<T>& y) {
  Tape result;
  if (!y.tracked()) return result;
  std::vector<Node<T>*> nodes = nodes_behind(y.node().get());
  std::reverse(nodes.begin(), nodes.end());
  std::unordered_map<const Node<T>*, std::size_t> number;
  for (const Node<T>* node : nodes) {
    Tape::Entry entry{node->op, node->shape, {}};
    for (std::size_t i = 0; i < node->input_count(); ++i) {
      const Node<T>* input = node->input(i).get();
      entry.inputs.push_back(input != nullptr ? number.at(input) : Tape::constant);
    }
    number[node] = result.entries.size();
    result.entries.push_back(std::move(entry));
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const Tape& tape) {
  std::size_t op_width = 2, shape_width = 5;
  for (const Tape::Entry& entry : tape.entries) {
    op_width = std::max(op_width, entry.op.size());
    shape_width = std::max(shape_width, to_string(entry.shape).size());
  }
  auto row = [&](const std::string& number, const std::string& op, const std::string& shape,
                 const std::string& inputs) {
    out << std::right << std::setw(6) << number << "  " << std::left << std::setw(int(op_width))
        << op << "  " << std::setw(int(shape_width)) << shape << "  " << inputs << "\n";
  };
  row("number", "op", "shape", "inputs");
  for (std::size_t i = 0; i < tape.entries.size(); ++i) {
    const Tape::Entry& entry = tape.entries[i];
    std::string inputs;
    for (std::size_t input : entry.inputs) {
      inputs += (inputs.empty() ? "" : ", ") +
                (input == Tape::constant ? "constant" : std::to_string(input));
    }
    row(std::to_string(i), entry.op, to_string(entry.shape), inputs);
  }
  return out;
}

#define XGRAD_TAPE(T)                                                                          \
  template void Tensor<T>::backward(Graph, Location) const;                                    \
  template void Tensor<T>::backward(const Tensor<T>&, Graph, Location) const;                  \
  template std::vector<Tensor<T>> grad(const Tensor<T>&, const std::vector<Tensor<T>>&, Graph, \
                                       Location);                                              \
  template std::vector<Tensor<T>> grad(const Tensor<T>&, const std::vector<Tensor<T>>&,        \
                                       const Tensor<T>&, Graph, Location);                     \
  template Tape tape(const Tensor<T>&);
XGRAD_TAPE(float)
XGRAD_TAPE(double)

}  // namespace xgrad
