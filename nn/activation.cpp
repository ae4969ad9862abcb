#include <xgrad/nn/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/channels.hpp>

namespace xgrad::nn {

template <class T>
PRelu<T>::PRelu(std::size_t channels, double start, Location at) {
  if (channels == 0) fail("PRelu", "at least 1 channel", "0", at);
  weight = full<T>({channels}, static_cast<T>(start)).requires_grad();
}

template <class T>
Tensor<T> PRelu<T>::operator()(const Tensor<T>& x, Location at) const {
  const std::size_t channels = weight.size();
  if (channels != 1 && (x.ndim() < 2 || x.shape()[1] != channels)) {
    fail("PRelu", "x (n, " + std::to_string(channels) + ", ...)", to_string(x.shape()), at);
  }
  const Tensor<T> slope = channels == 1 ? reshape(weight, Shape{}) : per_channel(weight, x.ndim());
  return observed(*this, where(x > 0, x, slope * x));
}

template struct PRelu<float>;
template struct PRelu<double>;

}  // namespace xgrad::nn
