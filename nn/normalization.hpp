// Layers that normalize. `weight` starts at 1 and `bias` at 0; assign Tensor<T>() to either to do
// without it.
#pragma once
#include <xgrad/nn/observe.hpp>
#include <xgrad/ops/normalize.hpp>

#include <cstdint>

namespace xgrad::nn {

namespace detail {

/// What BatchNorm1d and BatchNorm2d share.
template <class T>
struct BatchNorm {
  using value_type = T;
  Tensor<T> weight, bias, running_mean, running_var;
  mutable std::int64_t num_batches_tracked = 0;
  double eps, momentum;
  bool training = true;

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
    visitor("bias", bias);
    visitor("running_mean", running_mean);
    visitor("running_var", running_var);
    visitor("num_batches_tracked", num_batches_tracked);
    visitor("training", training);
  }

 protected:
  BatchNorm(const char* layer, std::size_t channels, double epsilon, double running_momentum,
            Location at);
  Tensor<T> normalized(const char* expected, bool fits, const Tensor<T>& x, Location at) const;
};

}  // namespace detail

/// Each channel of x (n, channels) or (n, channels, length) normalized, times weight plus bias: in
/// training by mean and variance of the batch, which also move the running ones, running =
/// (1 - momentum) running + momentum of the batch (the variance unbiased); after eval(model) by
/// those. (Ioffe & Szegedy 2015.) num_batches_tracked counts the batches, for files only.
template <class T = float>
struct BatchNorm1d : detail::BatchNorm<T> {
  /// Throws std::invalid_argument for 0 channels, unless eps >= 0 and 0 <= momentum <= 1.
  explicit BatchNorm1d(std::size_t channels, double epsilon = 1e-5, double running_momentum = 0.1,
                       Location at = here())
      : detail::BatchNorm<T>("BatchNorm1d", channels, epsilon, running_momentum, at) {}
  /// Throws std::invalid_argument for another shape, and in training for fewer than two values per
  /// channel; then nothing has moved.
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    const bool fits = x.ndim() == 2 || x.ndim() == 3;
    return observed(*this, this->normalized("(n, channels) or (n, channels, length)", fits, x, at));
  }
};

/// The same for x (n, channels, height, width).
template <class T = float>
struct BatchNorm2d : detail::BatchNorm<T> {
  explicit BatchNorm2d(std::size_t channels, double epsilon = 1e-5, double running_momentum = 0.1,
                       Location at = here())
      : detail::BatchNorm<T>("BatchNorm2d", channels, epsilon, running_momentum, at) {}
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, this->normalized("(n, channels, h, w)", x.ndim() == 4, x, at));
  }
};

/// x normalized over its last axes, of shape `normalized`, then times weight plus bias.
template <class T = float>
struct LayerNorm {
  using value_type = T;
  Shape normalized;
  Tensor<T> weight, bias;
  double eps;

  /// Throws std::invalid_argument for a shape without axes or elements.
  explicit LayerNorm(const Shape& shape, double epsilon = 1e-5, Location at = here());
  explicit LayerNorm(std::size_t extent, double epsilon = 1e-5, Location at = here())
      : LayerNorm(Shape{extent}, epsilon, at) {}
  explicit LayerNorm(std::initializer_list<std::size_t> shape, double epsilon = 1e-5,
                     Location at = here())
      : LayerNorm(Shape(shape), epsilon, at) {}
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, layer_norm(x, normalized, weight, bias, eps, at));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
    visitor("bias", bias);
  }
};

/// x over the root of the mean of its squares over its last axes, of shape `normalized`, then times
/// weight.
template <class T = float>
struct RMSNorm {
  using value_type = T;
  Shape normalized;
  Tensor<T> weight;
  double eps;

  /// Throws std::invalid_argument for a shape without axes or elements.
  explicit RMSNorm(const Shape& shape, double epsilon = std::numeric_limits<T>::epsilon(),
                   Location at = here());
  explicit RMSNorm(std::size_t extent, double epsilon = std::numeric_limits<T>::epsilon(),
                   Location at = here())
      : RMSNorm(Shape{extent}, epsilon, at) {}
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, rms_norm(x, normalized, weight, eps, at));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
  }
};

/// Each of `groups` groups of channels of x (n, channels, ...) normalized by itself, then times
/// weight plus bias, which are per channel.
template <class T = float>
struct GroupNorm {
  using value_type = T;
  int groups;
  Tensor<T> weight, bias;
  double eps;

  /// Throws std::invalid_argument unless groups divides the channels.
  GroupNorm(int group_count, std::size_t channels, double epsilon = 1e-5, Location at = here());
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, group_norm(x, groups, weight, bias, eps, at));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
    visitor("bias", bias);
  }
};

}  // namespace xgrad::nn
