#include <xgrad/nn/layers.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include <cmath>

namespace xgrad::nn {

template <class T>
Dense<T>::Dense(std::size_t in, std::size_t out, Generator& generator, Location at) {
  if (in == 0 || out == 0) fail("Dense", "extents of at least 1", to_string({in, out}), at);
  double bound = 1 / std::sqrt(static_cast<double>(in));
  weight = uniform<T>({out, in}, -bound, bound, generator).requires_grad();
  bias = uniform<T>({out}, -bound, bound, generator).requires_grad();
}

template <class T>
Tensor<T> detail::residual_sum(const Tensor<T>& x, const Tensor<T>& y, Location at) {
  if (x.shape() != y.shape()) {
    fail("Residual", "a layer that keeps the shape " + to_string(x.shape()), to_string(y.shape()),
         at);
  }
  return add(x, y, at);
}
template Tensor<float> detail::residual_sum(const Tensor<float>&, const Tensor<float>&, Location);
template Tensor<double> detail::residual_sum(const Tensor<double>&, const Tensor<double>&,
                                             Location);

template struct Dense<float>;
template struct Dense<double>;

}  // namespace xgrad::nn
