// L-BFGS: quasi-Newton steps for functions without noise, in far fewer evaluations than gradient
// descent.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace xgrad::nn {

struct LBFGSOptions {
  double learning_rate = 1;  // > 0: the first step length tried, or the fixed one
  int max_iterations = 20;   // in one step(), >= 1
  int max_evaluations = 0;   // of the function in one step(); 0: 5/4 of max_iterations
  double tolerance_gradient = 1e-7, tolerance_change = 1e-9;  // >= 0: step() ends below
  std::size_t history_size = 100;                             // pairs that are remembered, >= 1
  bool line_search = true;  // strong Wolfe conditions; else steps of fixed length
};

/// L-BFGS (Liu & Nocedal 1989; Nocedal & Wright 2006, Algorithms 7.4 and 7.5): p += t d with
///   d = -H g, where H comes from the last pairs s_k = p_(k+1) - p_k, y_k = g_(k+1) - g_k by the
///   two-loop recursion that starts from the identity times s.y / y.y of the last pair;
///   t from a line search that satisfies the strong Wolfe conditions, first tried at
///   learning_rate (at the very first step min(1, 1 / |g|_1) of it).
/// A pair with s.y <= 1e-10 is left out.
template <class T = float>
class LBFGS {
  LBFGSOptions options_;

 public:
  using value_type = T;
  /// The loss, recorded from the parameters as they are now.
  using Loss = std::function<Tensor<T>()>;

  /// Throws std::invalid_argument for options out of the range that they state, and unless the
  /// parameters are leaves that require a gradient.
  explicit LBFGS(const std::vector<Tensor<T>>& parameters, const LBFGSOptions& options = {},
                 Location at = here());
  LBFGS(LBFGS&&) noexcept;  // not copied: two would write to one state
  ~LBFGS();

  std::size_t groups() const noexcept { return 1; }
  LBFGSOptions& options(std::size_t = 0) noexcept { return options_; }

  /// Up to max_iterations iterations; returns the loss before them. `loss` is called repeatedly and
  /// has to give the same for the same parameters (no dropout, all data); its gradient is taken
  /// here, and zero_grad() called before. Leaves the parameters at the best point of the last line
  /// search. Throws what `loss` throws, the parameters then being where it was called.
  double step(const Loss& loss);
  void zero_grad() const noexcept;
  /// Of the function, so far.
  std::int64_t evaluations() const noexcept { return evaluations_; }

  /// Names the state: the counters, the last gradient and step, and the remembered pairs.
  template <class Visitor>
  void visit(Visitor&& visitor) {
    make_state();
    visitor("iterations", iterations_);
    visitor("evaluations", evaluations_);
    visitor("pairs", pairs_);
    visitor("gradient", gradient_);
    visitor("step", step_);
    for (std::size_t i = 0; i < s_.size(); ++i) {
      visitor("s." + std::to_string(i), s_[i]);
      visitor("y." + std::to_string(i), y_[i]);
    }
  }

 private:
  struct Evaluation {
    double value;
    Tensor<T> gradient;
  };
  Evaluation evaluate(const Loss& loss);
  Tensor<T> gathered() const;
  void place(const Tensor<T>& x, double t, const Tensor<T>& d);
  Tensor<T> direction(const Tensor<T>& gradient);
  void remember(const Tensor<T>& gradient);
  void make_state();

  std::vector<Tensor<T>> parameters_;
  std::size_t size_ = 0;  // elements of all parameters
  std::int64_t iterations_ = 0, evaluations_ = 0, pairs_ = 0;
  Tensor<T> gradient_, step_;     // at the last iteration's start; what it did
  std::vector<Tensor<T>> s_, y_;  // the oldest pair first
};

}  // namespace xgrad::nn
