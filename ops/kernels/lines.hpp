// Lines: the elements of an array along one of its axes.
#pragma once
#include <xgrad/autograd/array.hpp>

namespace xgrad {

/// A shape as (outer, n, inner) about an axis of extent n: element i of line (o, j) lies at
/// (o * n + i) * inner + j.
struct Lines {
  std::size_t outer = 1, n, inner = 1;

  Lines(const Shape& shape, std::size_t axis) : n(shape[axis]) {
    for (std::size_t d = 0; d < axis; ++d) outer *= shape[d];
    for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= shape[d];
  }
  /// All elements in one line.
  explicit Lines(std::size_t size) : n(size) {}
};

}  // namespace xgrad
