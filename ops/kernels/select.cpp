#include <xgrad/ops/kernels/lines.hpp>
#include <xgrad/ops/kernels/select.hpp>
#include <xgrad/ops/shape.hpp>

#include <numeric>

namespace xgrad {
namespace {

[[noreturn]] void reject(const char* op, std::int64_t index, std::size_t extent, const Shape& shape,
                         Location at) {
  std::string n = std::to_string(extent);
  fail(op, "indices in [-" + n + ", " + n + ") for shape " + to_string(shape),
       "index " + std::to_string(index), at);
}

/// The index, counted from the start.
std::int64_t from_start(const char* op, std::int64_t index, std::size_t extent, const Shape& shape,
                        Location at) {
  std::int64_t n = static_cast<std::int64_t>(extent), result = index < 0 ? index + n : index;
  if (result < 0 || result >= n) reject(op, index, extent, shape, at);
  return result;
}

Indices from_start(const char* op, const Indices& indices, std::size_t extent, const Shape& shape,
                   Location at) {
  bool any_negative = false;
  for (std::int64_t index : indices) {
    from_start(op, index, extent, shape, at);
    any_negative = any_negative || index < 0;
  }
  if (!any_negative) return indices;
  Array<std::int64_t> result(indices.array());
  for (std::size_t i = 0; i < result.size(); ++i)
    result.data()[i] = from_start(op, result.data()[i], extent, shape, at);
  return Indices(std::move(result));
}

}  // namespace

Selection select_along(const char* op, const Shape& shape, const Indices& indices,
                       std::optional<int> axis, Location at) {
  Lines lines = axis ? Lines(shape, checked_axis(op, *axis, shape, at)) : Lines(size_of(shape));
  return {lines.outer, lines.n, lines.inner, from_start(op, indices, lines.n, shape, at)};
}
Shape shape_along(const Shape& shape, const Indices& indices, std::optional<int> axis) {
  if (!axis) return indices.shape();
  std::ptrdiff_t d = *axis < 0 ? *axis + static_cast<int>(shape.size()) : *axis;
  return joined(joined(Shape(shape.begin(), shape.begin() + d), indices.shape()),
                Shape(shape.begin() + d + 1, shape.end()));
}

Selection select_elements(const char* op, const Shape& shape, const Indices& index, int axis,
                          Location at) {
  std::size_t d = checked_axis(op, axis, shape, at);
  bool fits = index.shape().size() == shape.size();
  for (std::size_t k = 0; fits && k < shape.size(); ++k)
    fits = k == d || index.shape()[k] <= shape[k];
  if (!fits) {
    fail(op,
         "an index with no extent greater than the tensor's but along axis " + std::to_string(axis),
         to_string(shape) + " and an index of shape " + to_string(index.shape()), at);
  }
  Array<std::int64_t> places = empty_array<std::int64_t>(index.shape());
  if (index.size() > 0) {
    Strides strides = strides_of(shape);
    std::ptrdiff_t step = std::exchange(strides[d], 0);
    Odometer<1> odometer;
    for (std::size_t k = shape.size(); k-- > 0;)
      odometer.push_outer(index.shape()[k], {strides[k]});
    Odometer<1>::Inner row = odometer.pop_inner();
    std::int64_t* to = places.data();
    const std::int64_t* from = index.begin();
    do {
      std::ptrdiff_t start = odometer.offset(0);
      for (std::size_t i = 0; i < row.extent; ++i, start += row.strides[0])
        *to++ = start + step * from_start(op, *from++, shape[d], shape, at);
    } while (odometer.next());
  }
  return {1, size_of(shape), 1, std::move(places)};
}

Selection select_tuples(const char* op, const Shape& shape, const Indices& indices, Location at) {
  std::size_t k = indices.shape().empty() ? 0 : indices.shape().back();
  if (k == 0 || k > shape.size()) {
    fail(op, "indices (..., k) with 1 <= k <= rank of shape " + to_string(shape),
         "indices of shape " + to_string(indices.shape()), at);
  }
  Selection s{1, 1, 1, indices};
  for (std::size_t d = 0; d < shape.size(); ++d) (d < k ? s.extent : s.inner) *= shape[d];
  Shape outer = indices.shape();
  outer.pop_back();
  Array<std::int64_t> rows = empty_array<std::int64_t>(outer);
  const std::int64_t* index = indices.begin();
  for (std::size_t j = 0; j < rows.size(); ++j) {
    std::int64_t row = 0;
    for (std::size_t d = 0; d < k; ++d) {
      row =
          row * static_cast<std::int64_t>(shape[d]) + from_start(op, *index++, shape[d], shape, at);
    }
    rows.data()[j] = row;
  }
  s.rows = std::move(rows);
  return s;
}
Shape shape_of_tuples(const Shape& shape, const Indices& indices) {
  std::ptrdiff_t k = static_cast<std::ptrdiff_t>(indices.shape().back());
  return joined(Shape(indices.shape().begin(), indices.shape().end() - 1),
                Shape(shape.begin() + k, shape.end()));
}

Array<std::int64_t> grouped(const Selection& s) {
  std::size_t count = s.rows.size();
  Array<std::int64_t> order = empty_array<std::int64_t>({count});
  std::int64_t *first = order.data(), *last = first + count;
  std::iota(first, last, 0);
  if (std::is_sorted(s.rows.begin(), s.rows.end())) return order;
  if (s.extent > 8 * count) {  // too many rows to count
    // Positions are distinct, so that an unstable sort, which needs no memory, keeps their order.
    const std::int64_t* row = s.rows.begin();
    std::sort(first, last, [row](std::int64_t a, std::int64_t b) {
      return row[a] != row[b] ? row[a] < row[b] : a < b;
    });
    return order;
  }
  Array<std::int64_t> next = empty_array<std::int64_t>({s.extent + 1});  // place of a row's next
  std::fill(next.data(), next.data() + next.size(), 0);
  for (std::int64_t row : s.rows) ++next.data()[row + 1];
  std::partial_sum(next.data(), next.data() + next.size(), next.data());
  for (std::size_t i = 0; i < count; ++i)
    first[next.data()[s.rows[i]]++] = static_cast<std::int64_t>(i);
  return order;
}

}  // namespace xgrad
