#include <xgrad/nn/init.hpp>

#include <cmath>

namespace xgrad::nn {
namespace {

// The extents (out, in) of a weight.
std::pair<double, double> fans(const char* op, const Shape& shape, Location at) {
  if (shape.size() != 2 || size_of(shape) == 0) fail(op, "a shape (out, in)", to_string(shape), at);
  return {static_cast<double>(shape[0]), static_cast<double>(shape[1])};
}

}  // namespace

template <class T>
Tensor<T> xavier_uniform(const Shape& shape, Generator& generator, Location at) {
  auto [out, in] = fans("xavier_uniform", shape, at);
  double bound = std::sqrt(6 / (in + out));
  return uniform<T>(shape, -bound, bound, generator);
}

template <class T>
Tensor<T> kaiming_normal(const Shape& shape, Generator& generator, Location at) {
  auto [out, in] = fans("kaiming_normal", shape, at);
  static_cast<void>(out);
  return normal<T>(shape, 0, std::sqrt(2 / in), generator);
}

#define XGRAD_INIT(T)                                                    \
  template Tensor<T> xavier_uniform(const Shape&, Generator&, Location); \
  template Tensor<T> kaiming_normal(const Shape&, Generator&, Location);
XGRAD_INIT(float)
XGRAD_INIT(double)

}  // namespace xgrad::nn
