// Between backward() and step(): gradients kept small. And averages of the weights that follow.
#pragma once
#include <xgrad/autograd/node.hpp>

#include <limits>
#include <vector>

namespace xgrad::nn {

/// Scales all gradients by one factor, in place, so that their common norm is at most max_norm:
/// g *= min(1, max_norm / (norm + 1e-6)), as PyTorch's clip_grad_norm_. `order` says which norm:
/// 2, 1, any other p > 0, or infinity, the greatest magnitude. Returns the norm before, 0 without
/// gradients; parameters without one are left out. Throws std::invalid_argument unless max_norm >=
/// 0 and order > 0; and with error_if_nonfinite std::logic_error, changing nothing, for a norm that
/// is NaN or infinite, which would make NaN or 0 of all gradients.
template <class T>
double clip_grad_norm(const std::vector<Tensor<T>>& parameters, double max_norm, double order = 2,
                      bool error_if_nonfinite = false, Location at = here());
inline constexpr double infinity_norm = std::numeric_limits<double>::infinity();

/// Brings every element of the gradients into [-limit, limit], in place; NaN stays. Throws
/// std::invalid_argument unless limit >= 0.
template <class T>
void clip_grad_value(const std::vector<Tensor<T>>& parameters, double limit, Location at = here());

/// Averages of weights (or any tensors) that forget exponentially, as in Adam's section 7.2:
///   a = decay a + (1 - decay) p   at each update(), from a = p at first.
/// They are often better weights than the last ones:
///
///     nn::ExponentialMovingAverage average(nn::parameters(model), 0.999);
///     ... optimizer.step(); average.update(); ...
///     average.swap();   // the model has the averages
///     evaluate(model);
///     average.swap();   // and its own weights again
template <class T>
class ExponentialMovingAverage {
 public:
  using value_type = T;
  /// Throws std::invalid_argument unless decay is in [0, 1].
  explicit ExponentialMovingAverage(const std::vector<Tensor<T>>& tensors, double decay,
                                    Location at = here());
  void update();
  /// Exchanges the elements of the averages and of the tensors, both in place.
  void swap();
  /// In the order of the tensors.
  const std::vector<Tensor<T>>& averages() const noexcept { return averages_; }

  /// Names the averages "0", "1", ...
  template <class Visitor>
  void visit(Visitor&& visitor) {
    for (std::size_t i = 0; i < averages_.size(); ++i) visitor(std::to_string(i), averages_[i]);
  }

 private:
  std::vector<Tensor<T>> tensors_, averages_;
  double decay_;
};

}  // namespace xgrad::nn
