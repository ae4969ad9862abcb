// Operations on the axes of tensors: merging, moving, adding and removing axes, joining and
// splitting along one. Results are copies. Negative axes count from the end.
#pragma once
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad {

template <class I>
using IfInteger = std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>, int>;

/// x with the axes start_axis .. end_axis merged into one; a scalar becomes a vector of one
/// element, as torch.flatten.   gx = g, reshaped back.   Throws std::invalid_argument for an axis
/// out of range, or a start after the end.
template <class T>
Tensor<T> flatten(const Tensor<T>& x, int start_axis = 0, int end_axis = -1, Location at = here());

/// x with two axes exchanged.   gx = g, exchanged back.   Throws std::invalid_argument for an axis
/// out of range.
template <class T>
Tensor<T> swapaxes(const Tensor<T>& x, int axis1, int axis2, Location at = here());

/// x with axis source[i] moved to destination[i], the other axes in their order.   gx = g, moved
/// back.   Throws std::invalid_argument for lists that differ in length, or an axis out of range or
/// given twice.
template <class T>
Tensor<T> moveaxis(const Tensor<T>& x, const std::vector<int>& source,
                   const std::vector<int>& destination, Location at = here());
template <class T>
Tensor<T> moveaxis(const Tensor<T>& x, int source, int destination, Location at = here()) {
  return moveaxis(x, std::vector<int>{source}, std::vector<int>{destination}, at);
}

/// x with extents of 1 at these axes of the result.   gx = g, reshaped back.   Throws
/// std::invalid_argument for an axis out of the result's range or given twice.
template <class T>
Tensor<T> expand_dims(const Tensor<T>& x, const std::vector<int>& axes, Location at = here());
template <class T>
Tensor<T> expand_dims(const Tensor<T>& x, int axis, Location at = here()) {
  return expand_dims(x, std::vector<int>{axis}, at);
}

/// x without its extents of 1.   gx = g, reshaped back.
template <class T>
Tensor<T> squeeze(const Tensor<T>& x, Location at = here());
/// x without these axes.   Throws std::invalid_argument if the extent of one is not 1.
template <class T>
Tensor<T> squeeze(const Tensor<T>& x, const Axes& axes, Location at = here());

/// Tensors of one shape along a new axis of the result.   Gradients: each gets its part of g.
/// Throws std::invalid_argument for an empty list, shapes that differ, or an axis out of range.
template <class T>
Tensor<T> stack(const std::vector<Tensor<T>>& tensors, int axis = 0, Location at = here());
template <class T>
Tensor<T> stack(std::initializer_list<Tensor<T>> tensors, int axis = 0, Location at = here()) {
  return stack(std::vector<Tensor<T>>(tensors), axis, at);
}

/// x cut along `axis` before each of `indices`, by Python's rules for slices: {2, 5} gives [0, 2),
/// [2, 5) and [5, n).   gx = each part's g in its place.   Throws std::invalid_argument for an axis
/// out of range.
template <class T>
std::vector<Tensor<T>> split(const Tensor<T>& x, const std::vector<Slice::Index>& indices,
                             int axis = 0, Location at = here());
/// x cut along `axis` into equal parts, as split(x, 3).   Gradients as for split.   Throws
/// std::invalid_argument if the extent is not a multiple of `sections`.
template <class T>
std::vector<Tensor<T>> split_equally(const Tensor<T>& x, Extent sections, int axis = 0,
                                     Location at = here());
template <class T, class I, IfInteger<I> = 0>
std::vector<Tensor<T>> split(const Tensor<T>& x, I sections, int axis = 0, Location at = here()) {
  return split_equally(x, Extent(sections), axis, at);
}
/// x cut along `axis` into parts of these extents, as torch.split.   Gradients as for split. Throws
/// std::invalid_argument unless they sum to x's extent.
template <class T>
std::vector<Tensor<T>> split_with_sizes(const Tensor<T>& x, const std::vector<Extent>& sizes,
                                        int axis = 0, Location at = here());
/// x cut along `axis` into parts of ceil(n / chunks), the last perhaps smaller, perhaps fewer parts
/// than asked for, as torch.chunk.   Gradients as for split.   Throws std::invalid_argument if
/// chunks < 1.
template <class T>
std::vector<Tensor<T>> chunk(const Tensor<T>& x, Extent chunks, int axis = 0, Location at = here());

/// The tensors, all broadcast to their common shape.   Gradients: each gets the sum of its g over
/// where it was repeated.   Throws std::invalid_argument for an empty list or shapes that do not
/// broadcast.
template <class T>
std::vector<Tensor<T>> broadcast_arrays(const std::vector<Tensor<T>>& tensors,
                                        Location at = here());

/// Whether the first vector of meshgrid runs along the rows of the result (xy), or down (ij).
enum class Indexing : bool { xy, ij };
/// Coordinates of a grid from its axes, vectors or scalars: result i holds tensor i's elements
/// along axis i, repeated along the others; for xy, NumPy's default, with the first two axes
/// exchanged.   Gradients: each gets the sum of its g over where it was repeated.   Throws
/// std::invalid_argument for an empty list or a matrix.
template <class T>
std::vector<Tensor<T>> meshgrid(const std::vector<Tensor<T>>& tensors,
                                Indexing indexing = Indexing::xy, Location at = here());

}  // namespace xgrad
