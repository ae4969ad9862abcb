// Operations that take elements by integer indices, and put them. Indices are of any integer type
// and, except in one_hot, may count from the end if negative; one out of range throws
// std::invalid_argument with its value. What comes to one place more than once is summed, in double
// and in the order of the indices, so that results never vary.
#pragma once
#include <xgrad/ops/indices.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad {

/// y = the slices of x along `axis` at `indices`, whose shape takes the place of that axis; without
/// an axis, of x's elements in row-major order: numpy.take.   gx = g added up at the indices; costs
/// as much as g, not as x.   Keeps the indices.
template <class T>
Tensor<T> take(const Tensor<T>& x, Indices indices, std::optional<int> axis = {},
               Location at = here());

/// y = the slices of weight (n, ...) at `indices`, whose shape comes first: take along axis 0 for
/// indices that do not count from the end. gweight = g added up at the indices, but 0 at `padding`,
/// which names a slice (from the end if negative) that stands for nothing and is not trained.
/// Keeps the indices.   Throws std::invalid_argument for an index outside [0, n), or a padding
/// outside [-n, n).
template <class T>
Tensor<T> embedding(const Tensor<T>& weight, const Indices& indices,
                    std::optional<std::int64_t> padding = {}, Location at = here());

/// y = x with the slices of `source` added at `indices` along `axis`: the adjoint of take. `source`
/// has the shape of take(x, indices, axis).   gx = g, gsource = take(g, indices, axis).   Keeps the
/// indices.   Throws std::invalid_argument for other shapes.
template <class T>
Tensor<T> index_add(const Tensor<T>& x, std::optional<int> axis, Indices indices,
                    const Same<Tensor<T>>& source, Location at = here());

/// y[i, j, ...] = x[..., index[i, j, ...], ...], the index standing at `axis`: torch.gather. The
/// ranks are equal, and the index' extents may be smaller than x's.   gx = g added up at the
/// indices.   Keeps the indices.
template <class T>
Tensor<T> gather(const Tensor<T>& x, int axis, Indices index, Location at = here());
/// y = x with source[i, j, ...] added at [..., index[i, j, ...], ...]: torch.scatter_add, the
/// adjoint of gather. `source` is a scalar or at least as large as the index along every axis; the
/// rest of it is not read.   gx = g, gsource = gather(g, axis, index).   Keeps the indices.
template <class T>
Tensor<T> scatter_add(const Tensor<T>& x, int axis, Indices index, const Same<Tensor<T>>& source,
                      Location at = here());
/// y = x with source[i, j, ...] in the place of [..., index[i, j, ...], ...]: torch.scatter, shapes
/// as in scatter_add. Of several for one place, the last in row-major order stands.   gx = g, but 0
/// at the indices; gsource = gather(g, axis, index), but 0 for what does not stand.   Keeps the
/// indices.
template <class T>
Tensor<T> scatter(const Tensor<T>& x, int axis, Indices index, const Same<Tensor<T>>& source,
                  Location at = here());

/// gather after NumPy's broadcasting of x and indices along all axes but `axis`:
/// numpy.take_along_axis, for what argmax or argsort gave.   gx as for gather.
template <class T>
Tensor<T> take_along_axis(const Tensor<T>& x, const Indices& indices, int axis,
                          Location at = here());
/// scatter, with indices and values broadcast along all axes but `axis`: numpy.put_along_axis, but
/// x stays as it is.   Gradients as for scatter.
template <class T>
Tensor<T> put_along_axis(const Tensor<T>& x, const Indices& indices, const Same<Tensor<T>>& values,
                         int axis, Location at = here());

/// y = x[i_1, ..., i_k] for the k-tuples along the last axis of `indices`, the further axes of x
/// whole: ONNX' GatherND.   gx = g added up at the indices.   Keeps the indices.
template <class T>
Tensor<T> gather_nd(const Tensor<T>& x, const Indices& indices, Location at = here());
/// y = x with source's slices in the place of those that gather_nd takes: ONNX' ScatterND. Of
/// several for one place, the last stands.   gx = g, but 0 at the indices; gsource = gather_nd(g,
/// indices), but 0 for what does not stand.   Keeps the indices.
template <class T>
Tensor<T> scatter_nd(const Tensor<T>& x, const Indices& indices, const Same<Tensor<T>>& source,
                     Location at = here());

/// 1 at the label, 0 elsewhere, along a new last axis of extent `classes`. Never recorded.   Throws
/// std::invalid_argument for a label outside [0, classes).
template <class T = float>
Tensor<T> one_hot(const Indices& labels, std::size_t classes, Location at = here());

}  // namespace xgrad
