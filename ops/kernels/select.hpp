// Taking rows of an array by number, adding to them, and overwriting them.
#pragma once
#include <xgrad/ops/indices.hpp>
#include <xgrad/ops/kernels/rows.hpp>

#include <algorithm>
#include <optional>

namespace xgrad {

/// An array as (outer, extent, inner), and the numbers of rows, in [0, extent), that are selected
/// from it. What is taken, or comes, has the form (outer, numbers, inner).
struct Selection {
  std::size_t outer, extent, inner;
  Indices rows;
};

/// What `indices` select of an array of `shape` along an axis, or of its elements in row-major
/// order, and the shape of that. These and the following throw std::invalid_argument naming `op`
/// for an axis or an index out of range, or shapes that do not fit.
Selection select_along(const char* op, const Shape& shape, const Indices& indices,
                       std::optional<int> axis, Location at);
Shape shape_along(const Shape& shape, const Indices& indices, std::optional<int> axis);

/// What gather takes of an array of `shape`, as elements in row-major order.
Selection select_elements(const char* op, const Shape& shape, const Indices& index, int axis,
                          Location at);

/// The slices that the tuples along the last axis of `indices` name, and the shape of these.
Selection select_tuples(const char* op, const Shape& shape, const Indices& indices, Location at);
Shape shape_of_tuples(const Shape& shape, const Indices& indices);

/// Positions in the selection's rows, ordered by the row that they name; those of one row in their
/// own order.
Array<std::int64_t> grouped(const Selection& s);

/// Calls row(place in the array, place in the selection) in the order of the selection.
template <class F>
void for_each_selected(const Selection& s, F row) {
  for (std::size_t o = 0; o < s.outer; ++o) {
    for (std::size_t j = 0; j < s.rows.size(); ++j)
      row((o * s.extent + s.rows[j]) * s.inner, (o * s.rows.size() + j) * s.inner);
  }
}

template <class T>
void take_rows(T* to, const T* from, const Selection& s) {
  for_each_selected(s, [&](std::size_t in, std::size_t out) {
    for (std::size_t i = 0; i < s.inner; ++i) to[out + i] = from[in + i];
  });
}

template <class T>
void put_rows(T* to, const T* from, const Selection& s) {
  for_each_selected(s, [&](std::size_t in, std::size_t out) {
    for (std::size_t i = 0; i < s.inner; ++i) to[in + i] = from[out + i];
  });
}

/// to += from at the selected rows. Sums are in double and in the order of the selection.
inline void add_rows(double* to, const double* from, const Selection& s) {
  for_each_selected(s, [&](std::size_t in, std::size_t out) {
    for (std::size_t i = 0; i < s.inner; ++i) to[in + i] += from[out + i];
  });
}
inline void add_rows(float* to, const float* from, const Selection& s) {
  constexpr std::size_t tile = 512;  // sums that stay in the first-level cache
  std::array<double, tile> sums;
  Array<std::int64_t> order = grouped(s);
  auto place = [&](std::size_t k) { return static_cast<std::size_t>(order.data()[k]); };
  std::size_t count = s.rows.size();
  for (std::size_t o = 0; o < s.outer; ++o) {
    for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
      std::size_t row = s.rows[place(begin)];
      while (end < count && s.rows[place(end)] == row) ++end;
      for (std::size_t start = 0; start < s.inner; start += tile) {
        std::size_t n = std::min(tile, s.inner - start);
        float* target = to + (o * s.extent + row) * s.inner + start;
        for (std::size_t i = 0; i < n; ++i) sums[i] = static_cast<double>(target[i]);
        for (std::size_t k = begin; k < end; ++k) {
          const float* source = from + (o * count + place(k)) * s.inner + start;
          for (std::size_t i = 0; i < n; ++i) sums[i] += static_cast<double>(source[i]);
        }
        for (std::size_t i = 0; i < n; ++i) target[i] = static_cast<float>(sums[i]);
      }
    }
  }
}

}  // namespace xgrad
