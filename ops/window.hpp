// What convolutions and pooling say of windows that slide over the spatial axes of a tensor
// (n, channels, ...).
#pragma once
#include <xgrad/autograd/array.hpp>
#include <xgrad/ops/kernels/window.hpp>

namespace xgrad {

/// A number for each of N spatial axes: 3, which stands for all of them, or {3, 5}.
template <std::size_t N>
class PerAxis {
  template <class... I>
  using IfIntegers = std::enable_if_t<(std::is_integral_v<I> && ...), int>;

 public:
  /// Not given: the operation has a default.
  PerAxis() = default;
  template <class I, IfIntegers<I> = 0>
  PerAxis(I same) : given_(true) {
    values_.fill(static_cast<std::ptrdiff_t>(same));
  }
  template <class... I, std::enable_if_t<(sizeof...(I) > 1 && sizeof...(I) == N), int> = 0,
            IfIntegers<I...> = 0>
  PerAxis(I... each) : values_{static_cast<std::ptrdiff_t>(each)...}, given_(true) {}

  bool given() const noexcept { return given_; }
  std::ptrdiff_t operator[](std::size_t axis) const noexcept { return values_[axis]; }

 private:
  std::array<std::ptrdiff_t, N> values_{};
  bool given_ = false;
};

/// For operations: the numbers, `otherwise` for the spatial axes that are not there. Throws
/// std::invalid_argument unless all lie in [least, 2^31).
template <std::size_t N>
Extents checked_extents(const char* op, const char* name, const PerAxis<N>& numbers,
                        std::ptrdiff_t least, std::size_t otherwise, Location at);

/// For operations: the extents of `shape` (n, channels, ...) along its N spatial axes, 1 for those
/// that are not there. Throws std::invalid_argument for another rank, naming `what` has it.
template <std::size_t N>
Extents spatial_extents(const char* op, const char* what, const Shape& shape, Location at);

/// For operations: `first`, `second`, and the last N of `extents`.
template <std::size_t N>
Shape with_spatial(std::size_t first, std::size_t second, const Extents& extents);

}  // namespace xgrad
