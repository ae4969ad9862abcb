// Extents of images over which windows slide.
#pragma once
#include <array>
#include <cstddef>

namespace xgrad {

/// Kernels walk three spatial axes; those that a tensor lacks come first, with extent 1.
inline constexpr std::size_t spatial_axes = 3;
using Extents = std::array<std::size_t, spatial_axes>;

inline std::size_t volume(const Extents& e) { return e[0] * e[1] * e[2]; }

}  // namespace xgrad
