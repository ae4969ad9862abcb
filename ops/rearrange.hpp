// Operations that rearrange elements: turning, repeating and padding, diagonals and triangles of
// matrices. Results are copies. Negative axes count from the end.
#pragma once
#include <xgrad/ops/indices.hpp>
#include <xgrad/ops/layout.hpp>

namespace xgrad {

/// x with the order of its elements reversed along `axes`, all by default.   gx = g, flipped.
/// Throws std::invalid_argument for an axis out of range or given twice.
template <class T>
Tensor<T> flip(const Tensor<T>& x, const Axes& axes = {}, Location at = here());

/// x turned `times` quarters from axes[0] towards axes[1], leftwards for a matrix.   gx = g, turned
/// back.   Throws std::invalid_argument unless there are two distinct axes.
template <class T>
Tensor<T> rot90(const Tensor<T>& x, int times = 1, const std::vector<int>& axes = {0, 1},
                Location at = here());

/// y[i + shift mod n] = x[i] along `axis`; without an axis, of the elements in row-major order.
/// gx = g, rolled back.   Throws std::invalid_argument for an axis out of range.
template <class T>
Tensor<T> roll(const Tensor<T>& x, std::ptrdiff_t shift, std::optional<int> axis = {},
               Location at = here());
/// The same along several axes, shifts[i] along axes[i]; shifts of one axis add up.   Throws
/// std::invalid_argument also for lists that differ in length.
template <class T>
Tensor<T> roll(const Tensor<T>& x, const std::vector<std::ptrdiff_t>& shifts,
               const std::vector<int>& axes, Location at = here());

/// x repeated counts[d] times along axis d; counts and axes are aligned at their ends, and either
/// may be the longer.   gx = the sum of g over the copies.   Throws std::invalid_argument for a
/// negative count.
template <class T>
Tensor<T> tile(const Tensor<T>& x, const std::vector<Extent>& counts, Location at = here());
template <class T, class I, IfInteger<I> = 0>
Tensor<T> tile(const Tensor<T>& x, I count, Location at = here()) {
  return tile(x, std::vector<Extent>{Extent(count)}, at);
}

/// Each slice i of x along `axis` counts[i] times in a row; one count serves for all; without an
/// axis, the elements in row-major order, as a vector.   gx = the sum of g over the copies.
/// Throws std::invalid_argument for a negative count, or as many counts as do not fit the axis.
template <class T>
Tensor<T> repeat(const Tensor<T>& x, Indices counts, std::optional<int> axis = {},
                 Location at = here());

/// How many elements pad() adds before and after those of an axis.
struct Padding {
  Extent before, after;
};
/// What stands there: x mirrored at its first and last element (reflect), or beyond them
/// (symmetric), its edge, or x from its other end (wrap). Repeated as often as it takes.
enum class PadMode : unsigned char { reflect, symmetric, edge, wrap };

/// x with `value` added around it: widths[d] along axis d, or one width for all axes.   gx = g
/// without its borders.   Throws std::invalid_argument for a negative width, or as many as do not
/// fit x.
template <class T>
Tensor<T> pad(const Tensor<T>& x, const std::vector<Padding>& widths, double value = 0,
              Location at = here());
/// x continued around itself.   gx = the sum of g over where each element came to stand.   Throws
/// std::invalid_argument also if there is nothing to continue.
template <class T>
Tensor<T> pad(const Tensor<T>& x, const std::vector<Padding>& widths, PadMode mode,
              Location at = here());

/// The diagonal of the matrices along two axes, as the last axis of the result: elements (i, i +
/// offset).   gx = g on that diagonal, 0 elsewhere.   Throws std::invalid_argument for an axis out
/// of range or given twice.
template <class T>
Tensor<T> diagonal(const Tensor<T>& x, int offset = 0, int axis1 = 0, int axis2 = 1,
                   Location at = here());

/// Of a vector, the square matrix with it on diagonal `offset` and 0 elsewhere; of a matrix, that
/// diagonal.   gx = diag(g, offset), cut or filled to x's shape.   Throws std::invalid_argument for
/// other ranks.
template <class T>
Tensor<T> diag(const Tensor<T>& x, int offset = 0, Location at = here());

/// The lower triangle of x's matrices, the last two axes: elements (i, j) with j <= i + offset; 0
/// elsewhere, whatever stands there.   gx = the same triangle of g.   Throws std::invalid_argument
/// for vectors and scalars.
template <class T>
Tensor<T> tril(const Tensor<T>& x, int offset = 0, Location at = here());
/// The upper triangle: elements with j >= i + offset.   Otherwise as tril.
template <class T>
Tensor<T> triu(const Tensor<T>& x, int offset = 0, Location at = here());

}  // namespace xgrad
