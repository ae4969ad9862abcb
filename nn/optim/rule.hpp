// Defines Optimizer, for the files that hold a rule:
//
//   template <>
//   struct Rule<LionOptions> {
//     static constexpr const char* name = "Lion";                    // in messages
//     static void check(const LionOptions& o, const OptionCheck& check);
//     static StateTensors state(const LionOptions& o);               // what is remembered
//     template <class T>
//     static void update(const LionOptions& o, Update<T>& u);        // one parameter
//   };
//
// To add an optimizer: its options and its class in a header, its rule in the file beside, its line
// in tests/goldens/training/optimizers.py and its row in tests/optimizers_test.cpp.
#pragma once
#include <xgrad/nn/optim/optimizer.hpp>
#include <xgrad/nn/optim/option_check.hpp>
#include <xgrad/ops/kernels/map.hpp>

#include <cmath>
#include <set>
#include <utility>

namespace xgrad::nn {

template <class Options>
struct Rule;

/// A tensor that a rule remembers for each parameter, by PyTorch's name for it.
struct StateTensor {
  const char* name = nullptr;
  bool kept = false;  // whether these options need it
  double start = 0;   // its elements before the first step
  bool scalar = false;
};
using StateTensors = std::array<StateTensor, 3>;

/// A number of the update, the same for all elements, rounded from double. Not a batch of it: the
/// loop makes one, and what its function captures stays small.
template <class T>
T number(double x) {
  return static_cast<T>(x);
}

/// g + decay p. Without decay nothing is multiplied by 0: a weight at infinity would become NaN.
template <class T>
class WeightDecay {
 public:
  explicit WeightDecay(double decay) : on_(decay != 0), decay_(number<T>(decay)) {}
  xgrad::Batch<T> operator()(xgrad::Batch<T> g, xgrad::Batch<T> p) const {
    return on_ ? g + decay_ * p : g;
  }

 private:
  bool on_;
  T decay_;
};

/// The tensor for a parameter of this shape, if it is not there yet.
template <class T>
void make_state(Tensor<T>& tensor, const StateTensor& what, const Shape& shape) {
  if (tensor.defined()) return;
  tensor = full<T>(what.scalar ? Shape() : shape, static_cast<T>(what.start));
}

/// One update of one parameter, as a rule sees it.
template <class T>
class Update {
 public:
  const double t;  // 1 at the first update

  Update(Array<T>& p, const Array<T>& g, ParameterState<T>& state, const StateTensors& tensors,
         const char* op)
      : t(static_cast<double>(state.step)),
        p_(p),
        g_(g),
        state_(state),
        tensors_(tensors),
        op_(op) {}

  /// Whether there is a tensor k of the state already.
  bool has(std::size_t k) const noexcept { return state_.tensors[k].defined(); }
  /// Tensor k of the state, made if it is not there yet.
  T* state(std::size_t k) {
    Tensor<T>& tensor = state_.tensors[k];
    make_state(tensor, tensors_[k], p_.shape());
    if (tensor.size() != (tensors_[k].scalar ? 1 : p_.size())) {
      misuse(op_, std::string("the state ") + tensors_[k].name + " of a parameter of shape " +
                      to_string(p_.shape()) + " has shape " + to_string(tensor.shape()));
    }
    return tensor.mutable_value().data();
  }
  /// f(p, g, state...) by reference, in one loop; p and the state are written back. f owns what it
  /// captures.
  template <class F, class... State>
  void each(const F& f, State*... state) const {
    xgrad::update<T>(p_.size(), f, p_.data(), g_.data(), state...);
  }

 private:
  Array<T>& p_;
  const Array<T>& g_;
  ParameterState<T>& state_;
  const StateTensors& tensors_;
  const char* op_;
};

template <class T, class Options>
void UpdateKernel<T, Options>::operator()(Array<T>& parameter, const Array<T>& gradient) const {
  ++state->step;
  const StateTensors tensors = Rule<Options>::state(*options);
  Update<T> update(parameter, gradient, *state, tensors, Rule<Options>::name);
  Rule<Options>::update(*options, update);
}

template <class T, class Options>
Optimizer<T, Options>::Optimizer(const std::vector<Tensor<T>>& parameters, const Options& options,
                                 Location at)
    : groups_{std::make_shared<Options>(options)}, learning_rate(groups_.front()->learning_rate) {
  add(parameters, groups_.front(), at);
}
template <class T, class Options>
Optimizer<T, Options>::Optimizer(Optimizer&&) noexcept = default;
template <class T, class Options>
Optimizer<T, Options>::~Optimizer() = default;

template <class T, class Options>
void Optimizer<T, Options>::add_group(const std::vector<Tensor<T>>& parameters,
                                      const Options& options, Location at) {
  for (const Tensor<T>& p : parameters) {
    for (const Entry& entry : entries_) {
      if (p.tracked() && p.node().get() == entry.parameter.node().get()) {
        fail(Rule<Options>::name, "parameters that are in no group yet",
             "one of shape " + to_string(p.shape()) + " again", at);
      }
    }
  }
  auto shared = std::make_shared<Options>(options);
  add(parameters, shared, at);
  groups_.push_back(std::move(shared));
}

template <class T, class Options>
void Optimizer<T, Options>::add(const std::vector<Tensor<T>>& parameters,
                                const std::shared_ptr<Options>& options, Location at) {
  check_trainable(Rule<Options>::name, parameters, at);
  const OptionCheck check(Rule<Options>::name, at);
  check.not_negative("learning_rate", options->learning_rate);
  Rule<Options>::check(*options, check);
  std::set<const void*> seen;
  for (const Tensor<T>& p : parameters) {
    if (!seen.insert(p.node().get()).second) continue;
    entries_.push_back({p, {options, std::make_shared<ParameterState<T>>()}});
  }
}

template <class T, class Options>
void Optimizer<T, Options>::step() {
  for (const Entry& entry : entries_) {
    const Tensor<T>& p = entry.parameter;
    if (!p.has_grad()) continue;
    p.written();
    launch(entry.update, p, p.grad());
  }
}

template <class T, class Options>
void Optimizer<T, Options>::zero_grad() const noexcept {
  for (const Entry& entry : entries_) entry.parameter.zero_grad();
}

template <class T, class Options>
std::vector<NamedState<T>> Optimizer<T, Options>::state() {
  std::vector<NamedState<T>> result;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    ParameterState<T>& state = *entry.update.state;
    const std::string place = std::to_string(i) + ".";
    result.push_back({place + "step", nullptr, &state.step});
    const StateTensors tensors = Rule<Options>::state(*entry.update.options);
    for (std::size_t k = 0; k < tensors.size(); ++k) {
      if (!tensors[k].kept) continue;
      make_state(state.tensors[k], tensors[k], entry.parameter.shape());
      result.push_back({place + tensors[k].name, &state.tensors[k], nullptr});
    }
  }
  return result;
}

// An optimizer, compiled in the file that has its rule: all that others need of it is declared.
#define XGRAD_OPTIMIZER(Options)                 \
  template struct UpdateKernel<float, Options>;  \
  template struct UpdateKernel<double, Options>; \
  template class Optimizer<float, Options>;      \
  template class Optimizer<double, Options>;

}  // namespace xgrad::nn
