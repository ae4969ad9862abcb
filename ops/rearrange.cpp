#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/kernels/lines.hpp>
#include <xgrad/ops/kernels/view.hpp>
#include <xgrad/ops/rearrange.hpp>

#include <algorithm>
#include <limits>

namespace xgrad {
namespace {

constexpr ViewNames slice_names{"slice", "slice_scatter"};
constexpr ViewNames diagonal_names{"diagonal", "diag"};

std::ptrdiff_t signed_extent(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }
/// i modulo n, not negative.
std::ptrdiff_t wrapped(std::ptrdiff_t i, std::ptrdiff_t n) { return (i % n + n) % n; }

/// The elements (i, i + offset) of the matrices of `shape` along two axes, the last axis of the
/// box.
View diagonal_of(const Shape& shape, std::ptrdiff_t offset, std::size_t rows, std::size_t columns) {
  Strides strides = strides_of(shape);
  View view;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (d == rows || d == columns) continue;
    view.shape.push_back(shape[d]);
    view.strides.push_back(strides[d]);
  }
  std::ptrdiff_t row = std::max<std::ptrdiff_t>(-offset, 0),
                 column = std::max<std::ptrdiff_t>(offset, 0);
  std::ptrdiff_t length =
      std::min(signed_extent(shape[rows]) - row, signed_extent(shape[columns]) - column);
  view.shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(length, 0)));
  view.strides.push_back(strides[rows] + strides[columns]);
  view.offset = row * strides[rows] + column * strides[columns];
  return view;
}

template <class T>
Tensor<T> triangle(const char* op, const Tensor<T>& x, std::ptrdiff_t offset, bool lower,
                   Location at) {
  if (x.ndim() < 2) fail(op, "a matrix or several", "shape " + to_string(x.shape()), at);
  std::size_t rows = x.shape()[x.ndim() - 2], columns = x.shape()[x.ndim() - 1];
  Array<bool> kept = empty_array<bool>({rows, columns});
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      std::ptrdiff_t beyond = signed_extent(j) - signed_extent(i) - offset;
      kept.data()[i * columns + j] = lower ? beyond <= 0 : beyond >= 0;
    }
  }
  return where(std::move(kept), x, T(0), at);
}

/// One width per axis of x.
std::vector<Padding> checked(const std::vector<Padding>& widths, const Shape& shape, Location at) {
  if (widths.size() != shape.size() && widths.size() != 1) {
    fail("pad", "one pair of widths or one per axis of shape " + to_string(shape),
         std::to_string(widths.size()), at);
  }
  constexpr std::ptrdiff_t limit = std::numeric_limits<std::ptrdiff_t>::max() / 4;
  for (const Padding& width : widths) {
    for (std::ptrdiff_t n : {width.before.value, width.after.value}) {
      if (n < 0 || n > limit) {
        fail("pad", "widths from 0 to 2^61 - 1 for shape " + to_string(shape), std::to_string(n),
             at);
      }
    }
  }
  return widths.size() == shape.size() ? widths : std::vector<Padding>(shape.size(), widths[0]);
}

/// Where in 0 .. n - 1 the element i comes from, which may lie on either side.
std::ptrdiff_t source_of(std::ptrdiff_t i, std::ptrdiff_t n, PadMode mode) {
  if (mode == PadMode::edge) return std::clamp<std::ptrdiff_t>(i, 0, n - 1);
  if (mode == PadMode::wrap) return wrapped(i, n);
  if (mode == PadMode::symmetric) return std::min(wrapped(i, 2 * n), 2 * n - 1 - wrapped(i, 2 * n));
  std::ptrdiff_t period = std::max<std::ptrdiff_t>(2 * (n - 1), 1);
  return std::min(wrapped(i, period), period - wrapped(i, period));
}

}  // namespace

template <class T>
Tensor<T> flip(const Tensor<T>& x, const Axes& axes, Location at) {
  Shape kept = axes.kept("flip", x.shape(), at);
  std::vector<Slice> slices(x.ndim(), all);
  for (std::size_t d = 0; d < x.ndim(); ++d) {
    if (kept[d] != x.shape()[d]) slices[d] = range(std::nullopt, std::nullopt, -1);
  }
  return record("flip", slice(x.detach(), slices, at), {&x},
                [axes](Pullback<T>& p) { p.add(0, flip(p.g, axes)); });
}

template <class T>
Tensor<T> rot90(const Tensor<T>& x, int times, const std::vector<int>& axes, Location at) {
  if (axes.size() != 2) {
    fail("rot90", "two axes of shape " + to_string(x.shape()), std::to_string(axes.size()), at);
  }
  std::size_t from = checked_axis("rot90", axes[0], x.shape(), at);
  std::size_t to = checked_axis("rot90", axes[1], x.shape(), at);
  if (from == to) {
    fail("rot90", "distinct axes of shape " + to_string(x.shape()),
         "axis " + std::to_string(axes[0]) + " twice", at);
  }
  switch (wrapped(times, 4)) {
    case 1:
      return swapaxes(flip(x, axes[1], at), axes[0], axes[1], at);
    case 2:
      return flip(x, axes, at);
    case 3:
      return flip(swapaxes(x, axes[0], axes[1], at), axes[1], at);
    default:
      return reshape(x, x.shape(), at);
  }
}

template <class T>
Tensor<T> roll(const Tensor<T>& x, std::ptrdiff_t shift, std::optional<int> axis, Location at) {
  Lines lines =
      axis ? Lines(x.shape(), checked_axis("roll", *axis, x.shape(), at)) : Lines(x.size());
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [lines, shift](Array<T>& out, const Array<T>& in) {
        if (in.size() == 0) return;
        std::size_t row = lines.n * lines.inner;  // elements that turn together
        std::ptrdiff_t back = wrapped(-(shift % signed_extent(lines.n)), signed_extent(lines.n)) *
                              signed_extent(lines.inner);
        const T* end = in.data() + in.size();
        T* to = out.data();
        for (const T* from = in.data(); from != end; from += row)
          to = std::rotate_copy(from, from + back, from + row, to);
      },
      y, x);
  return record("roll", y, {&x},
                [n = signed_extent(std::max<std::size_t>(lines.n, 1)), shift,
                 axis](Pullback<T>& p) { p.add(0, roll(p.g, -(shift % n), axis)); });
}

template <class T>
Tensor<T> roll(const Tensor<T>& x, const std::vector<std::ptrdiff_t>& shifts,
               const std::vector<int>& axes, Location at) {
  if (shifts.size() != axes.size()) {
    fail("roll", "as many shifts as axes, for shape " + to_string(x.shape()),
         std::to_string(shifts.size()) + " and " + std::to_string(axes.size()), at);
  }
  for (int axis : axes) checked_axis("roll", axis, x.shape(), at);
  if (axes.empty()) return reshape(x, x.shape(), at);
  Tensor<T> y = x;
  for (std::size_t i = 0; i < axes.size(); ++i) y = roll(y, shifts[i], axes[i], at);
  return y;
}

template <class T>
Tensor<T> tile(const Tensor<T>& x, const std::vector<Extent>& counts, Location at) {
  std::size_t rank = std::max(x.ndim(), counts.size());
  Shape split, repeated, result;  // axis by axis: (1, n), (count, n), count n
  for (std::size_t d = 0; d < rank; ++d) {
    std::size_t from_end = rank - d;
    std::size_t n = from_end > x.ndim() ? 1 : x.shape()[x.ndim() - from_end];
    std::ptrdiff_t count = from_end > counts.size() ? 1 : counts[counts.size() - from_end].value;
    if (count < 0) {
      fail("tile", "counts of at least 0 for shape " + to_string(x.shape()), std::to_string(count),
           at);
    }
    std::size_t times = static_cast<std::size_t>(count);
    split.insert(split.end(), {1, n});
    repeated.insert(repeated.end(), {times, n});
    result.push_back(times * n);
  }
  return reshape(broadcast_to(reshape(x, split, at), repeated, at), result, at);
}

template <class T>
Tensor<T> repeat(const Tensor<T>& x, Indices counts, std::optional<int> axis, Location at) {
  std::size_t n = axis ? x.shape()[checked_axis("repeat", *axis, x.shape(), at)] : x.size();
  if (counts.shape().size() > 1 || (counts.size() != n && counts.size() != 1)) {
    fail("repeat", "one count or " + std::to_string(n) + " for shape " + to_string(x.shape()),
         "counts of shape " + to_string(counts.shape()), at);
  }
  std::int64_t total = 0, times = counts.size() == 1 ? signed_extent(n) : 1, elements = 0;
  for (std::int64_t count : counts) {
    if (count < 0 || __builtin_mul_overflow(count, times, &elements) ||
        __builtin_add_overflow(total, elements, &total)) {
      fail("repeat",
           "counts of at least 0, and fewer than 2^63 in all, for shape " + to_string(x.shape()),
           std::to_string(count), at);
    }
  }
  Array<std::int64_t> source = empty_array<std::int64_t>({static_cast<std::size_t>(total)});
  std::int64_t* to = source.data();
  for (std::size_t i = 0; i < n; ++i) {
    to = std::fill_n(to, counts[counts.size() == 1 ? 0 : i], static_cast<std::int64_t>(i));
  }
  return take(x, std::move(source), axis, at);
}

template <class T>
Tensor<T> pad(const Tensor<T>& x, const std::vector<Padding>& widths, double value, Location at) {
  std::vector<Padding> width = checked(widths, x.shape(), at);
  Shape shape = x.shape();
  for (std::size_t d = 0; d < shape.size(); ++d)
    shape[d] += static_cast<std::size_t>(width[d].before.value + width[d].after.value);
  View inside{x.shape(), strides_of(shape)};
  for (std::size_t d = 0; d < shape.size(); ++d)
    inside.offset += width[d].before.value * inside.strides[d];
  Tensor<T> y = full<T>(shape, static_cast<T>(value));
  launch(
      [inside](Array<T>& out, const Array<T>& in) {
        if (in.size() == 0) return;
        strided_copy(out.data() + inside.offset, inside.strides, in.data(),
                     strides_of(inside.shape), inside.shape);
      },
      y, x);
  return record("pad", y, {&x}, [inside](Pullback<T>& p) {
    p.add(0, take_view(slice_names, p.g, inside, inside.shape));
  });
}

template <class T>
Tensor<T> pad(const Tensor<T>& x, const std::vector<Padding>& widths, PadMode mode, Location at) {
  std::vector<Padding> width = checked(widths, x.shape(), at);
  bool padded = false;
  Tensor<T> y = x;
  for (std::size_t d = 0; d < x.ndim(); ++d) {
    std::ptrdiff_t n = signed_extent(x.shape()[d]), before = width[d].before.value;
    std::ptrdiff_t after = width[d].after.value;
    if (before + after == 0) continue;
    if (n == 0) fail("pad", "at least one element along a padded axis", to_string(x.shape()), at);
    Array<std::int64_t> source =
        empty_array<std::int64_t>({static_cast<std::size_t>(before + n + after)});
    for (std::size_t i = 0; i < source.size(); ++i)
      source.data()[i] = source_of(signed_extent(i) - before, n, mode);
    y = take(y, std::move(source), static_cast<int>(d), at);
    padded = true;
  }
  return padded ? y : reshape(x, x.shape(), at);
}

template <class T>
Tensor<T> diagonal(const Tensor<T>& x, int offset, int axis1, int axis2, Location at) {
  std::size_t rows = checked_axis("diagonal", axis1, x.shape(), at);
  std::size_t columns = checked_axis("diagonal", axis2, x.shape(), at);
  if (rows == columns) {
    fail("diagonal", "distinct axes of shape " + to_string(x.shape()),
         "axis " + std::to_string(axis1) + " twice", at);
  }
  View view = diagonal_of(x.shape(), offset, rows, columns);
  return take_view(diagonal_names, x, view, view.shape);
}

template <class T>
Tensor<T> diag(const Tensor<T>& x, int offset, Location at) {
  if (x.ndim() == 2) return diagonal(x, offset, 0, 1, at);
  if (x.ndim() != 1) fail("diag", "a vector or a matrix", "shape " + to_string(x.shape()), at);
  std::size_t n =
      x.size() + static_cast<std::size_t>(std::abs(static_cast<std::ptrdiff_t>(offset)));
  Shape shape = {n, n};
  return put_view(diagonal_names, x, shape, diagonal_of(shape, offset, 0, 1));
}

template <class T>
Tensor<T> tril(const Tensor<T>& x, int offset, Location at) {
  return triangle("tril", x, offset, true, at);
}

template <class T>
Tensor<T> triu(const Tensor<T>& x, int offset, Location at) {
  return triangle("triu", x, offset, false, at);
}

#define XGRAD_REARRANGE(T)                                                                  \
  template Tensor<T> flip(const Tensor<T>&, const Axes&, Location);                         \
  template Tensor<T> rot90(const Tensor<T>&, int, const std::vector<int>&, Location);       \
  template Tensor<T> roll(const Tensor<T>&, std::ptrdiff_t, std::optional<int>, Location);  \
  template Tensor<T> roll(const Tensor<T>&, const std::vector<std::ptrdiff_t>&,             \
                          const std::vector<int>&, Location);                               \
  template Tensor<T> tile(const Tensor<T>&, const std::vector<Extent>&, Location);          \
  template Tensor<T> repeat(const Tensor<T>&, Indices, std::optional<int>, Location);       \
  template Tensor<T> pad(const Tensor<T>&, const std::vector<Padding>&, double, Location);  \
  template Tensor<T> pad(const Tensor<T>&, const std::vector<Padding>&, PadMode, Location); \
  template Tensor<T> diagonal(const Tensor<T>&, int, int, int, Location);                   \
  template Tensor<T> diag(const Tensor<T>&, int, Location);                                 \
  template Tensor<T> tril(const Tensor<T>&, int, Location);                                 \
  template Tensor<T> triu(const Tensor<T>&, int, Location);
XGRAD_REARRANGE(float)
XGRAD_REARRANGE(double)

}  // namespace xgrad
