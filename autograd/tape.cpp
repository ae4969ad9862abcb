#include <xgrad/autograd/broadcast.hpp>
#include <xgrad/autograd/cotangents.hpp>
#include <xgrad/autograd/tape.hpp>

#include <algorithm>
#include <unordered_map>

namespace xgrad {

namespace {

/// The nodes behind `root`, itself included, newest first.
template <class T>
std::vector<Node<T>*> nodes_behind(Node<T>* root) {
  std::vector<Node<T>*> nodes;
  NodeSet<T> pending;
  if (root != nullptr) pending.insert(root);
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

template <class T>
void add_in_place(const Tensor<T>& sum, const Tensor<T>& g) {
  launch([](Array<T>& target, const Array<T>& x) { accumulate(target, x); }, sum, g);
}

template <class T>
Tensor<T> unit_cotangent(const char* op, const Tensor<T>& y, Location at) {
  if (y.size() != 1) {
    fail(op, "a scalar (reduce with sum() or mean(), or pass a cotangent)",
         "shape " + to_string(y.shape()), at);
  }
  return ones<T>(y.shape());
}

/// One replay of the tape in reverse. All its state is here, none in the graph, so that an
/// exception leaves nothing behind and threads may sweep over shared leaves.
template <class T>
class Sweep {
 public:
  /// With `needed`, only nodes in it receive cotangents.
  Sweep(const char* op, Graph mode, const NodeSet<T>* needed, Location at)
      : op_(op), mode_(mode), needed_(needed), at_(at) {}

  /// Sends a cotangent of 1 down from y.
  template <class Visit>
  void run_from(const Tensor<T>& y, const Visit& visit) {
    unit_ = y.node().get();
    run(y, unit_cotangent(op_, y, at_), visit);
  }
  /// Sends `cotangent` down from y; calls visit(node, cotangent) for every node on the way that an
  /// operation made, from the newest to the oldest.
  template <class Visit>
  void run(const Tensor<T>& y, Tensor<T> cotangent, Visit visit) {
    if (!same_shape(cotangent.shape(), y.shape())) {
      fail(op_, "a cotangent of shape " + to_string(y.shape()), to_string(cotangent.shape()), at_);
    }
    if (!y.tracked()) {
      misuse(op_,
             "no graph behind this tensor of shape " + to_string(y.shape()) +
                 ": nothing that it was computed from requires a gradient, or recording was off",
             at_);
    }
    Recording scope(mode_ == Graph::create);
    // The graph must outlive the caller's handle.
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
    Ref<Node<T>> root = y.node();
    pending(root.get()) = std::move(cotangent);
    while (!pending_.empty()) {
      auto [node, g] = pending_.pop();
      visit(node, g);
      Step step(*this, node, g);
      bool any = false;
      for (std::size_t i = 0; i < node->input_count() && !any; ++i) any = step.wants(i);
      if (!any) continue;
      if (!node->has_derivative()) {
        misuse(
            node->op,
            "this graph was already freed, by an earlier backward (perhaps one that failed); pass "
            "xgrad::retain_graph to sweep it twice",
            at_);
      }
      node->pull(step);
      if (mode_ == Graph::free) node->drop_derivative();
    }
  }

  /// What has arrived: f(leaf, cotangent) for every leaf on the way.
  template <class F>
  void for_each_leaf(const F& f) {
    leaves_.for_each(f);
  }

 private:
  struct Step final : Pullback<T> {
    Sweep& sweep;
    Step(Sweep& s, Node<T>* node, const Tensor<T>& cotangent)
        : Pullback<T>(cotangent, node, {s.mode_ == Graph::free, node == s.unit_, 0, 0}, s.at_),
          sweep(s) {
      const std::size_t known = std::min<std::size_t>(node->input_count(), 64);
      for (std::size_t i = 0; i < known; ++i)
        this->traits_.wanted |= std::uint64_t(wants_input(i)) << i;
      this->traits_.known = known;
    }
    bool wants_input(std::size_t i) const override {
      std::size_t count = this->node_->input_count();
      if (i >= count) {
        misuse(this->node_->op,
               "its derivative names input " + std::to_string(i) + " of " + std::to_string(count),
               this->at_);
      }
      Node<T>* input = this->node_->input(i).get();
      return input != nullptr && (sweep.needed_ == nullptr || sweep.needed_->count(input) > 0);
    }
    void add(std::size_t i, Tensor<T> cotangent) override {
      if (this->wants(i))
        sweep.add(this->node_->op, this->node_->input(i).get(), std::move(cotangent));
    }
    void spread(std::size_t i, const Tensor<T>& cotangent) override {
      if (!this->wants(i)) return;
      Node<T>* input = this->node_->input(i).get();
      if (input->reads_spread() && !recording()) {
        if (mode().detects_nan) sweep.reject_nan(this->node_->op, cotangent);
        Tensor<T>& sum = sweep.pending(input);
        if (!sum.defined()) return void(sum = cotangent);
      }
      sweep.add(this->node_->op, input, broadcast_to(cotangent, input->shape));
    }
    const Tensor<T>& pending(std::size_t i) override {
      if (recording() || !this->wants(i)) {
        misuse(this->node_->op,
               "its derivative adds in place to a cotangent that is recorded, or "
               "that nobody wants",
               this->at_);
      }
      Node<T>* input = this->node_->input(i).get();
      Tensor<T>& sum = sweep.pending(input);
      sum = sum.defined() ? unshared(written_out(std::move(sum), input)) : zeros<T>(input->shape);
      return sum;
    }
  };

  Tensor<T>& pending(Node<T>* node) { return node->is_leaf() ? leaves_[node] : pending_[node]; }

  void add(const char* op, Node<T>* to, Tensor<T>&& g) {
    if (mode().detects_nan) reject_nan(op, g);
    if (!same_shape(g.shape(), to->shape)) {
      Shape wide = g.shape();
      if (!broadcast_into(wide, to->shape) || wide != g.shape()) {
        misuse(op,
               "its derivative gave a cotangent of shape " + to_string(g.shape()) +
                   " for an input of shape " + to_string(to->shape),
               at_);
      }
      g = sum_to(g, to->shape);
    }
    Tensor<T>& sum = pending(to);
    if (!sum.defined())
      sum = std::move(g);
    else if (recording() || is_shared(sum) || !same_shape(sum.shape(), to->shape))
      sum = xgrad::add(sum, g, {});
    else
      add_in_place(sum, g);
  }

  /// What a derivative gave.
  void reject_nan(const char* op, const Tensor<T>& g) const {
    for (std::size_t i = 0; i < g.size(); ++i) {
      if (g.data()[i] == g.data()[i]) continue;
      misuse(op,
             "its derivative made a NaN, element " + std::to_string(i) +
                 " of a cotangent of shape " + to_string(g.shape()),
             at_);
    }
  }

  const char* op_;
  Graph mode_;
  const NodeSet<T>* needed_;
  Location at_;
  const Node<T>* unit_ = nullptr;  // the node whose cotangent is 1, if that is known
  Cotangents<T, NewestFirst> pending_;
  Cotangents<T, OldestFirst> leaves_;  // which nothing is to be done for until the end
};

template <class T>
[[noreturn]] void reject_input(const Tensor<T>& x, std::size_t i, const char* why, Location at) {
  misuse("grad", "input " + std::to_string(i) + " of shape " + to_string(x.shape()) + " " + why,
         at);
}

}  // namespace

/// Sends a cotangent down from y, or 1 if it is undefined, and adds to the gradients of leaves.
template <class T>
void backward_from(const Tensor<T>& y, Tensor<T> cotangent, Graph graph, Location at) {
  if (graph == Graph::create) {
    misuse("backward", "with create_graph a leaf's gradient would own the leaf; use xgrad::grad",
           at);
  }
  Sweep<T> sweep("backward", graph, nullptr, at);
  const auto pass = [](Node<T>*, const Tensor<T>&) {};
  if (cotangent.defined())
    sweep.run(y, std::move(cotangent), pass);
  else
    sweep.run_from(y, pass);
  // First all that can throw, then the change itself. Sums replace gradients that others hold, too;
  // a plan has to find them where they were.
  NoGrad guard;
  const bool in_place = mode().capture != nullptr;
  sweep.for_each_leaf([&](Node<T>* leaf, Tensor<T>& g) {
    if (!leaf->grad.defined())
      g = unshared(std::move(g));
    else if (!in_place)
      g = add(leaf->grad, g, at);
  });
  sweep.for_each_leaf([&](Node<T>* leaf, Tensor<T>& g) {
    if (in_place && leaf->grad.defined())
      add_in_place(leaf->grad, g);
    else
      leaf->grad = std::move(g);
  });
}

template <class T>
void Tensor<T>::backward(const Tensor& cotangent, Graph graph, Location at) const {
  cotangent.need_value();
  backward_from(*this, cotangent, graph, at);
}

template <class T>
void Tensor<T>::backward(Graph graph, Location at) const {
  backward_from(*this, {}, graph, at);
}

template <class T>
std::vector<Tensor<T>> grad_where_reached(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs,
                                          const Tensor<T>& cotangent, Graph graph, Location at) {
  NodeSet<T> needed;  // the inputs, and all on the paths from them to y
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].tracked()) reject_input(inputs[i], i, "requires no gradient", at);
    needed.insert(inputs[i].node().get());
  }
  std::vector<Node<T>*> behind = nodes_behind(y.node().get());
  for (auto node = behind.rbegin(); node != behind.rend(); ++node) {  // inputs before their users
    for (std::size_t i = 0; i < (*node)->input_count(); ++i) {
      Node<T>* input = (*node)->input(i).get();
      if (input != nullptr && needed.count(input) > 0) needed.insert(*node);
    }
  }
  std::unordered_map<Node<T>*, Tensor<T>> arrived;
  for (const Tensor<T>& input : inputs) arrived[input.node().get()];
  const auto keep = [&](Node<T>* node, const Tensor<T>& g) {
    auto place = arrived.find(node);
    if (place != arrived.end()) place->second = written_out(g, node);
  };
  Sweep<T> sweep("grad", graph, &needed, at);
  sweep.run(y, cotangent, keep);
  sweep.for_each_leaf(keep);
  std::vector<Tensor<T>> result;
  for (const Tensor<T>& input : inputs) {
    Tensor<T> g = arrived[input.node().get()];
    result.push_back(g.defined() && !g.tracked() ? copy_of(g) : g);
  }
  return result;
}

template <class T>
std::vector<Tensor<T>> grad(const Tensor<T>& y, const std::vector<Tensor<T>>& inputs,
                            const Same<Tensor<T>>& cotangent, Graph graph, Location at) {
  std::vector<Tensor<T>> result = grad_where_reached(y, inputs, cotangent, graph, at);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!result[i].defined()) reject_input(inputs[i], i, "does not reach the result", at);
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

#define XGRAD_TAPE(T)                                                                          \
  template std::vector<Tensor<T>> grad(const Tensor<T>&, const std::vector<Tensor<T>>&, Graph, \
                                       Location);                                              \
  template std::vector<Tensor<T>> grad(const Tensor<T>&, const std::vector<Tensor<T>>&,        \
                                       const Tensor<T>&, Graph, Location);                     \
  template std::vector<Tensor<T>> grad_where_reached(                                          \
      const Tensor<T>&, const std::vector<Tensor<T>>&, const Tensor<T>&, Graph, Location);     \
  template Tape tape(const Tensor<T>&);
XGRAD_TAPE(float)
XGRAD_TAPE(double)

// Declared with the class, in autograd/tensor.hpp.
#define XGRAD_BACKWARD(T)                                   \
  template void Tensor<T>::backward(Graph, Location) const; \
  template void Tensor<T>::backward(const Tensor<T>&, Graph, Location) const;
XGRAD_BACKWARD(float)
XGRAD_BACKWARD(double)

}  // namespace xgrad
