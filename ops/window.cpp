#include <xgrad/ops/window.hpp>

#include <limits>

namespace xgrad {

template <std::size_t N>
Extents checked_extents(const char* op, const char* name, const PerAxis<N>& numbers,
                        std::ptrdiff_t least, std::size_t otherwise, Location at) {
  Extents result;
  result.fill(otherwise);
  for (std::size_t axis = 0; axis < N; ++axis) {
    std::ptrdiff_t n = numbers[axis];
    if (n < least || n > std::numeric_limits<std::int32_t>::max()) {
      fail(op, std::string(name) + " in [" + std::to_string(least) + ", 2^31)", std::to_string(n),
           at);
    }
    result[spatial_axes - N + axis] = static_cast<std::size_t>(n);
  }
  return result;
}

template <std::size_t N>
Extents spatial_extents(const char* op, const char* what, const Shape& shape, Location at) {
  if (shape.size() != N + 2) {
    fail(op, std::string(what) + " of rank " + std::to_string(N + 2), to_string(shape), at);
  }
  Extents result;
  result.fill(1);
  std::copy_n(shape.begin() + 2, N, result.end() - static_cast<std::ptrdiff_t>(N));
  return result;
}

template <std::size_t N>
Shape with_spatial(std::size_t first, std::size_t second, const Extents& extents) {
  Shape result = {first, second};
  for (std::size_t axis = spatial_axes - N; axis < spatial_axes; ++axis)
    result.push_back(extents[axis]);
  return result;
}

#define XGRAD_WINDOW(N)                                                                         \
  template Extents checked_extents(const char*, const char*, const PerAxis<N>&, std::ptrdiff_t, \
                                   std::size_t, Location);                                      \
  template Extents spatial_extents<N>(const char*, const char*, const Shape&, Location);        \
  template Shape with_spatial<N>(std::size_t, std::size_t, const Extents&);
XGRAD_WINDOW(1)
XGRAD_WINDOW(2)
XGRAD_WINDOW(3)

}  // namespace xgrad
