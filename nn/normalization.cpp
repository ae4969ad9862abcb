#include <xgrad/autograd/tape.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/ops/arithmetic.hpp>

namespace xgrad::nn {
namespace {

template <class T>
Tensor<T> start(const Shape& shape, T value) {
  return full<T>(shape, value).requires_grad();
}

void check_shape(const char* layer, const Shape& shape, Location at) {
  if (shape.empty() || size_of(shape) == 0) {
    fail(layer, "a shape of at least one axis, without an extent of 0", to_string(shape), at);
  }
}

}  // namespace

template <class T>
detail::BatchNorm<T>::BatchNorm(const char* layer, std::size_t channels, double epsilon,
                                double running_momentum, Location at)
    : eps(epsilon), momentum(running_momentum) {
  if (channels == 0) fail(layer, "at least 1 channel", "0", at);
  if (!(eps >= 0)) fail(layer, "eps >= 0", std::to_string(eps), at);
  if (!(momentum >= 0 && momentum <= 1)) {
    fail(layer, "momentum from 0 to 1", std::to_string(momentum), at);
  }
  weight = start<T>({channels}, 1);
  bias = start<T>({channels}, 0);
  running_mean = zeros<T>({channels});
  running_var = ones<T>({channels});
}

template <class T>
Tensor<T> detail::BatchNorm<T>::normalized(const char* expected, bool fits, const Tensor<T>& x,
                                           Location at) const {
  const std::size_t channels = running_mean.size();
  if (!fits || x.shape()[1] != channels) {
    fail("batch_norm",
         "x " + std::string(expected) + " of " + std::to_string(channels) + " channels",
         to_string(x.shape()), at);
  }
  if (!training) return batch_norm(x, running_mean, running_var, weight, bias, eps, at);
  xgrad::BatchNorm<T> result = batch_norm_training(x, weight, bias, eps, at);
  NoGrad guard;
  const auto move = [&](const Tensor<T>& running, const Tensor<T>& of_batch) {
    running.assign(running * (1 - momentum) + of_batch * momentum);
  };
  move(running_mean, result.mean);
  move(running_var, result.variance);
  ++num_batches_tracked;
  return std::move(result.y);
}

template <class T>
LayerNorm<T>::LayerNorm(const Shape& shape, double epsilon, Location at)
    : normalized(shape), eps(epsilon) {
  check_shape("LayerNorm", shape, at);
  weight = start<T>(shape, 1);
  bias = start<T>(shape, 0);
}

template <class T>
RMSNorm<T>::RMSNorm(const Shape& shape, double epsilon, Location at)
    : normalized(shape), eps(epsilon) {
  check_shape("RMSNorm", shape, at);
  weight = start<T>(shape, 1);
}

template <class T>
GroupNorm<T>::GroupNorm(int group_count, std::size_t channels, double epsilon, Location at)
    : groups(group_count), eps(epsilon) {
  if (groups < 1 || channels == 0 || channels % static_cast<std::size_t>(groups) != 0) {
    fail("GroupNorm", "groups that divide the channels",
         std::to_string(groups) + " groups of " + std::to_string(channels) + " channels", at);
  }
  weight = start<T>({channels}, 1);
  bias = start<T>({channels}, 0);
}

#define XGRAD_NORMALIZATION(T)          \
  template struct detail::BatchNorm<T>; \
  template struct LayerNorm<T>;         \
  template struct RMSNorm<T>;           \
  template struct GroupNorm<T>;
XGRAD_NORMALIZATION(float)
XGRAD_NORMALIZATION(double)

}  // namespace xgrad::nn
