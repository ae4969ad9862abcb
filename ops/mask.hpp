// Operations that choose elements by truth values.
#pragma once
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>

namespace xgrad {

/// y = `value` where `mask` holds, else x; the mask broadcasts to x, and the value, a number or a
/// tensor, to the mask and x.   gx = 0 exactly where it holds, else g; gvalue the other way round.
/// Keeps the mask. The elements that are replaced still have a derivative: masked_fill(log(x), x <=
/// 0, 0) has gradient NaN at x = 0; fill before, log(masked_fill(x, x <= 0, 1)).   Throws
/// std::invalid_argument if a shape does not broadcast to x's.
template <class T>
Tensor<T> masked_fill(const Tensor<T>& x, const Array<bool>& mask, const Same<Tensor<T>>& value,
                      Location at = here());

/// The elements of x where `mask` holds, in row-major order, after the two are broadcast together.
/// gx = g at their places, 0 elsewhere.   Keeps their indices.   Throws std::invalid_argument for
/// shapes that do not broadcast.
template <class T>
Tensor<T> masked_select(const Tensor<T>& x, const Array<bool>& mask, Location at = here());

/// The slices of x along `axis` for which `condition`, a vector, holds; one shorter than the axis
/// does not take the rest. Without an axis, of x's elements in row-major order: numpy.compress.
/// gx = g at their places, 0 elsewhere.   Throws std::invalid_argument for a condition of another
/// rank, or one that holds beyond the axis.
template <class T>
Tensor<T> compress(const Array<bool>& condition, const Tensor<T>& x, std::optional<int> axis = {},
                   Location at = here());

/// The indices of the elements that hold, in row-major order: (count, rank of the mask), as
/// torch.nonzero.   Never recorded.
Array<std::int64_t> nonzero(const Array<bool>& mask);
/// The same as places in row-major order: (count).   Never recorded.
Array<std::int64_t> flatnonzero(const Array<bool>& mask);

}  // namespace xgrad
