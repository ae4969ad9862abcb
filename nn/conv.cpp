#include <xgrad/nn/conv.hpp>

#include <cmath>

namespace xgrad::nn {

template <class T, class Options>
template <std::size_t N>
detail::Convolution<T, Options>::Convolution(const char* layer, std::size_t first,
                                             std::size_t second, std::size_t out,
                                             const PerAxis<N>& kernel, const Options& given,
                                             Generator& generator, Location at)
    : options(given) {
  const Extents window = checked_extents(layer, "kernel", kernel, 1, 1, at);
  if (first == 0 || second == 0) {
    fail(layer, "extents of at least 1", to_string({first, second}), at);
  }
  const auto groups = static_cast<std::size_t>(options.groups);
  if (options.groups < 1 || first % groups != 0 || second % groups != 0) {
    fail(layer,
         "groups that divide " + std::to_string(first) + " and " + std::to_string(second) +
             " channels",
         std::to_string(options.groups), at);
  }
  const Shape shape = with_spatial<N>(first, second / groups, window);
  const double bound = 1 / std::sqrt(static_cast<double>(second / groups * volume(window)));
  weight = uniform<T>(shape, -bound, bound, generator).requires_grad();
  bias = uniform<T>({out}, -bound, bound, generator).requires_grad();
}

Shape Flatten::shape_of(const Shape& shape, Location at) {
  if (shape.empty()) fail("Flatten", "x (n, ...)", to_string(shape), at);
  return {shape[0], size_of(without(shape, 0))};
}

#define XGRAD_CONVOLUTION(T, Options, N)                                                        \
  template detail::Convolution<T, Options<N>>::Convolution(                                     \
      const char*, std::size_t, std::size_t, std::size_t, const PerAxis<N>&, const Options<N>&, \
      Generator&, Location);
#define XGRAD_CONVOLUTIONS(T)          \
  XGRAD_CONVOLUTION(T, ConvOptions, 1) \
  XGRAD_CONVOLUTION(T, ConvOptions, 2) \
  XGRAD_CONVOLUTION(T, ConvTransposeOptions, 2)
XGRAD_CONVOLUTIONS(float)
XGRAD_CONVOLUTIONS(double)

}  // namespace xgrad::nn
