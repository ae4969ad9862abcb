// What all optimizers but L-BFGS are: groups of parameters, each with options of its own, and a
// rule that updates one parameter from its gradient and what the optimizer remembers of it.
//
// step() launches one kernel per parameter. The kernel shares the options and the state with the
// optimizer and reads both when it runs, so that one that is kept and run again counts its steps
// and follows the learning rate.
#pragma once
#include <xgrad/autograd/node.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace xgrad::nn {

/// What an optimizer remembers of one parameter. A tensor is undefined until the rule needs it.
template <class T>
struct ParameterState {
  std::int64_t step = 0;  // updates so far
  std::array<Tensor<T>, 3> tensors;
};

/// The update of one parameter by the rule of these options, as launch() takes it.
template <class T, class Options>
struct UpdateKernel {
  std::shared_ptr<const Options> options;
  std::shared_ptr<ParameterState<T>> state;
  /// Throws std::logic_error if a tensor of the state was replaced by one of another size.
  void operator()(Array<T>& parameter, const Array<T>& gradient) const;
};

/// A part of an optimizer's state by its name: a tensor or a counter.
template <class T>
struct NamedState {
  std::string name;
  Tensor<T>* tensor;
  std::int64_t* counter;
};

/// An optimizer with the rule of Options: SGDOptions, AdamOptions, ... Holds handles of the
/// parameters, reads their gradients and writes their values in place. Parameters without a
/// gradient are left alone and do not age; one that is given twice is updated once.
template <class T, class Options>
class Optimizer {
  std::vector<std::shared_ptr<Options>> groups_;  // first: learning_rate refers into it

 public:
  using value_type = T;

  /// Of the first group; others by options(group).learning_rate.
  double& learning_rate;

  /// Throws std::invalid_argument, naming the optimizer, for options out of the range that they
  /// state, and unless the parameters are leaves that require a gradient.
  explicit Optimizer(const std::vector<Tensor<T>>& parameters, const Options& options = {},
                     Location at = here());
  Optimizer(Optimizer&&) noexcept;  // not copied: two would write to one state
  ~Optimizer();

  /// Further parameters with options of their own. Throws as the constructor does, and for a
  /// parameter that the optimizer has already.
  void add_group(const std::vector<Tensor<T>>& parameters, const Options& options,
                 Location at = here());
  std::size_t groups() const noexcept { return groups_.size(); }
  /// The options of a group, to be changed between steps. Throws std::out_of_range for a number
  /// that is not below groups().
  Options& options(std::size_t group = 0) const { return *groups_.at(group); }

  /// Updates every parameter that has a gradient. Gradients add up until zero_grad(), so that a
  /// step after several backward() is one on the sum of their losses: divide each by their number
  /// to train as with a batch of all.
  void step();
  void zero_grad() const noexcept;

  /// Names the state: "0.step", "0.exp_avg", ... with the parameter's place, as in PyTorch. Options
  /// are the program's and not part of it. An optimizer of the same parameters and options into
  /// which it is read continues bit for bit.
  template <class Visitor>
  void visit(Visitor&& visitor) {
    for (const NamedState<T>& part : state()) {
      if (part.tensor != nullptr) {
        visitor(part.name, *part.tensor);
      } else {
        visitor(part.name, *part.counter);
      }
    }
  }

 private:
  struct Entry {
    Tensor<T> parameter;
    UpdateKernel<T, Options> update;
  };
  void add(const std::vector<Tensor<T>>& parameters, const std::shared_ptr<Options>& options,
           Location at);
  std::vector<NamedState<T>> state();

  std::vector<Entry> entries_;
};

/// Throws std::invalid_argument, naming `op`, unless all are leaves that require a gradient.
template <class T>
void check_trainable(const char* op, const std::vector<Tensor<T>>& parameters, Location at);

}  // namespace xgrad::nn
