#include <xgrad/nn/layers.hpp>

#include <cmath>

namespace xgrad::nn {

template <class T>
Dense<T>::Dense(std::size_t in, std::size_t out, Generator& generator, Location at) {
  if (in == 0 || out == 0) fail("Dense", "extents of at least 1", to_string({in, out}), at);
  double bound = 1 / std::sqrt(static_cast<double>(in));
  weight = uniform<T>({out, in}, -bound, bound, generator).requires_grad();
  bias = uniform<T>({out}, -bound, bound, generator).requires_grad();
}

template struct Dense<float>;
template struct Dense<double>;

}  // namespace xgrad::nn
