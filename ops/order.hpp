// Order along an axis: where the extremes are, sorting, the k largest. A NaN counts as greater than
// every number, but is the extreme of its slice either way, so that it is never hidden. Indices are
// constants, computed when the operation is called.
#pragma once
#include <xgrad/ops/reduce.hpp>

#include <optional>

namespace xgrad {

/// The index along `axis` of the largest element, the first of equals; of the first NaN if there is
/// one. Without an axis, the index among x's elements in a row; argmax(x, {}, keep_dims) keeps the
/// rank. Never recorded.   Throws std::invalid_argument for an axis out of range or an empty slice.
template <class T>
Array<std::int64_t> argmax(const Tensor<T>& x, std::optional<int> axis = std::nullopt,
                           KeepDims keep = KeepDims::no, Location at = here());

/// The index along `axis` of the smallest element; otherwise as argmax.
template <class T>
Array<std::int64_t> argmin(const Tensor<T>& x, std::optional<int> axis = std::nullopt,
                           KeepDims keep = KeepDims::no, Location at = here());

/// Elements of a tensor, and their indices along the axis on which they were chosen.
template <class T>
struct ValuesAndIndices {
  Tensor<T> values;
  Array<std::int64_t> indices;
};

/// The largest element along `axis`, and its index as from argmax.   gx = g at that index, 0
/// elsewhere: the first of equals takes all (amax splits evenly).   Saves the indices.   Throws
/// std::invalid_argument for an axis out of range or an empty slice.
template <class T>
ValuesAndIndices<T> max(const Tensor<T>& x, int axis, KeepDims keep = KeepDims::no,
                        Location at = here());

/// The smallest element along `axis`; otherwise as max.
template <class T>
ValuesAndIndices<T> min(const Tensor<T>& x, int axis, KeepDims keep = KeepDims::no,
                        Location at = here());

/// Which end comes first.
enum class Order : bool { ascending, descending };
inline constexpr Order ascending = Order::ascending, descending = Order::descending;

/// x's elements in order along `axis`, and where they came from. Equals stay in the order in which
/// they stand; NaN is last ascending, first descending.   gx = g, each to where its element came
/// from.   Saves the indices.   Throws std::invalid_argument for an axis out of range.
template <class T>
ValuesAndIndices<T> sort(const Tensor<T>& x, int axis = -1, Order order = ascending,
                         Location at = here());

/// The indices of sort(x, axis, order). Never recorded.
template <class T>
Array<std::int64_t> argsort(const Tensor<T>& x, int axis = -1, Order order = ascending,
                            Location at = here());

/// The k largest elements along `axis`, or, ascending, the k smallest: the first k of sort(x, axis,
/// order). Gradient as for sort.   Throws std::invalid_argument for an axis out of range, or unless
/// 0 <= k <= the extent.
template <class T>
ValuesAndIndices<T> topk(const Tensor<T>& x, int k, int axis = -1, Order order = descending,
                         Location at = here());

/// The median over `axes`, by NumPy's definition: the middle element, or the mean of the two in the
/// middle; NaN if one is.   gx = g at the place chosen, or g / 2 at both; in a slice with a NaN, g
/// at the first one.   Saves the places.   Throws std::invalid_argument for an empty slice.
template <class T>
Tensor<T> median(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
                 Location at = here());

}  // namespace xgrad
