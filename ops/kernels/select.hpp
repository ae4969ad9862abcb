// Taking rows of an array by number, adding to them, and overwriting them.
#pragma once
#include <xgrad/autograd/node.hpp>
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
  bool distinct = false;  // it is known that no row is selected twice
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

template <class T>
void add_rows_one_by_one(T* to, const T* from, const Selection& s) {
  for_each_selected(s, [&](std::size_t in, std::size_t out) {
    for (std::size_t i = 0; i < s.inner; ++i) to[in + i] += from[out + i];
  });
}

/// to += from at the selected rows. Sums are in double and in the order of the selection.
inline void add_rows(double* to, const double* from, const Selection& s) {
  add_rows_one_by_one(to, from, s);
}
inline void add_rows(float* to, const float* from, const Selection& s) {
  if (s.distinct) return add_rows_one_by_one(to, from, s);
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

template <class T>
Tensor<T> add_selected(const char* op, const Tensor<T>& x, const Selection& s,
                       const Tensor<T>& source);

/// The selected rows of x, as a tensor of shape `result`.   gx = g added up at the rows.
template <class T>
Tensor<T> take_selected(const char* op, const Tensor<T>& x, const Selection& s,
                        const Shape& result) {
  Tensor<T> y = empty<T>(result);
  launch([s](Array<T>& out, const Array<T>& in) { take_rows(out.data(), in.data(), s); }, y, x);
  return record(op, y, {&x}, [s, input = x.shape()](Pullback<T>& p) {
    if (recording()) return p.add(0, add_selected("index_add", zeros<T>(input), s, p.g));
    launch([s](Array<T>& sum, const Array<T>& g) { add_rows(sum.data(), g.data(), s); },
           p.pending(0), p.g);
  });
}

/// x with source added at the selected rows.   gx = g, gsource = the rows of g.
template <class T>
Tensor<T> add_selected(const char* op, const Tensor<T>& x, const Selection& s,
                       const Tensor<T>& source) {
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [s](Array<T>& out, const Array<T>& in, const Array<T>& more) {
        std::copy_n(in.data(), in.size(), out.data());
        add_rows(out.data(), more.data(), s);
      },
      y, x, source);
  return record(op, y, {&x, &source}, [s, shape = source.shape()](Pullback<T>& p) {
    if (p.wants(0)) p.add(0, p.g);
    if (p.wants(1)) p.add(1, take_selected("take", p.g, s, shape));
  });
}

}  // namespace xgrad
