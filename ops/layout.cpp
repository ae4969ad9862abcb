#include <xgrad/ops/layout.hpp>

#include <algorithm>

namespace xgrad {
namespace {

std::string number(std::ptrdiff_t n) { return std::to_string(n); }

/// The axes of a tensor of `rank`, not negative. Throws if one is out of range or given twice.
std::vector<std::size_t> distinct_axes(const char* op, const std::vector<int>& axes,
                                       std::size_t rank, const Shape& shape, Location at) {
  std::vector<std::size_t> result;
  for (int axis : axes) {
    int d = axis < 0 ? axis + static_cast<int>(rank) : axis;
    if (d < 0 || d >= static_cast<int>(rank)) {
      fail(op,
           "axes in [" + number(-static_cast<int>(rank)) + ", " + std::to_string(rank) +
               ") for shape " + to_string(shape),
           "axis " + number(axis), at);
    }
    result.push_back(static_cast<std::size_t>(d));
    if (std::count(result.begin(), result.end(), result.back()) > 1)
      fail(op, "distinct axes for shape " + to_string(shape), "axis " + number(axis) + " twice",
           at);
  }
  return result;
}

template <class T>
std::vector<Tensor<T>> parts(const Tensor<T>& x, std::size_t axis,
                             const std::vector<Slice::Index>& bounds, Location at) {
  std::vector<Tensor<T>> result;
  std::vector<Slice> part(axis + 1, all);
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    part[axis] = range(bounds[i], bounds[i + 1]);
    result.push_back(slice(x, part, at));
  }
  return result;
}

}  // namespace

template <class T>
Tensor<T> flatten(const Tensor<T>& x, int start_axis, int end_axis, Location at) {
  const Shape& shape = x.shape();
  if (shape.empty()) return reshape(x, Shape{1}, at);
  std::size_t start = checked_axis("flatten", start_axis, shape, at);
  std::size_t end = checked_axis("flatten", end_axis, shape, at);
  if (start > end) {
    fail("flatten", "a start axis before the end axis, for shape " + to_string(shape),
         number(start_axis) + " and " + number(end_axis), at);
  }
  Shape flat;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (d > start && d <= end)
      flat.back() *= shape[d];
    else
      flat.push_back(shape[d]);
  }
  return reshape(x, flat, at);
}

template <class T>
Tensor<T> swapaxes(const Tensor<T>& x, int axis1, int axis2, Location at) {
  std::vector<int> axes(x.ndim());
  for (std::size_t d = 0; d < axes.size(); ++d) axes[d] = static_cast<int>(d);
  std::swap(axes[checked_axis("swapaxes", axis1, x.shape(), at)],
            axes[checked_axis("swapaxes", axis2, x.shape(), at)]);
  return transpose(x, axes, at);
}

template <class T>
Tensor<T> moveaxis(const Tensor<T>& x, const std::vector<int>& source,
                   const std::vector<int>& destination, Location at) {
  std::size_t rank = x.ndim();
  auto from = distinct_axes("moveaxis", source, rank, x.shape(), at);
  auto to = distinct_axes("moveaxis", destination, rank, x.shape(), at);
  if (from.size() != to.size()) {
    fail("moveaxis", "as many source as destination axes, for shape " + to_string(x.shape()),
         std::to_string(from.size()) + " and " + std::to_string(to.size()), at);
  }
  std::vector<int> axes(rank, -1);
  for (std::size_t i = 0; i < to.size(); ++i) axes[to[i]] = static_cast<int>(from[i]);
  auto place = axes.begin();
  for (std::size_t d = 0; d < rank; ++d) {
    if (std::count(from.begin(), from.end(), d) > 0) continue;
    place = std::find(place, axes.end(), -1);
    *place = static_cast<int>(d);
  }
  return transpose(x, axes, at);
}

template <class T>
Tensor<T> expand_dims(const Tensor<T>& x, const std::vector<int>& axes, Location at) {
  std::size_t rank = x.ndim() + axes.size();
  auto added = distinct_axes("expand_dims", axes, rank, x.shape(), at);
  Shape shape;
  auto next = x.shape().begin();
  for (std::size_t d = 0; d < rank; ++d) {
    bool is_new = std::count(added.begin(), added.end(), d) > 0;
    shape.push_back(is_new ? 1 : *next++);
  }
  return reshape(x, shape, at);
}

template <class T>
Tensor<T> squeeze(const Tensor<T>& x, Location at) {
  Shape shape;
  for (std::size_t extent : x.shape()) {
    if (extent != 1) shape.push_back(extent);
  }
  return reshape(x, shape, at);
}

template <class T>
Tensor<T> squeeze(const Tensor<T>& x, const Axes& axes, Location at) {
  if (axes.kept("squeeze", x.shape(), at) != x.shape())
    fail("squeeze", "axes of extent 1", "shape " + to_string(x.shape()), at);
  return reshape(x, axes.result("squeeze", x.shape(), false, at), at);
}

template <class T>
Tensor<T> stack(const std::vector<Tensor<T>>& tensors, int axis, Location at) {
  if (tensors.empty()) fail("stack", "at least one tensor", "none", at);
  const Shape& shape = tensors[0].shape();
  std::size_t d = distinct_axes("stack", {axis}, shape.size() + 1, shape, at)[0];
  std::vector<Tensor<T>> layers;
  for (const Tensor<T>& x : tensors) {
    if (x.shape() != shape) {
      fail("stack", "tensors of one shape", to_string(shape) + " and " + to_string(x.shape()), at);
    }
    layers.push_back(expand_dims(x, static_cast<int>(d), at));
  }
  return concatenate(layers, static_cast<int>(d), at);
}

template <class T>
std::vector<Tensor<T>> split(const Tensor<T>& x, const std::vector<Slice::Index>& indices, int axis,
                             Location at) {
  std::size_t d = checked_axis("split", axis, x.shape(), at);
  std::vector<Slice::Index> bounds = {0};
  bounds.insert(bounds.end(), indices.begin(), indices.end());
  bounds.push_back(static_cast<Slice::Index>(x.shape()[d]));
  return parts(x, d, bounds, at);
}

template <class T>
std::vector<Tensor<T>> split_equally(const Tensor<T>& x, Extent sections, int axis, Location at) {
  std::size_t d = checked_axis("split", axis, x.shape(), at);
  std::ptrdiff_t n = static_cast<std::ptrdiff_t>(x.shape()[d]), count = sections.value;
  if (count < 1 || n % count != 0) {
    fail("split",
         "a divisor of the extent of axis " + number(axis) + " of shape " + to_string(x.shape()),
         number(count) + " sections", at);
  }
  std::vector<Slice::Index> bounds;
  for (std::ptrdiff_t i = 0; i <= count; ++i) bounds.push_back(i * (n / count));
  return parts(x, d, bounds, at);
}

template <class T>
std::vector<Tensor<T>> split_with_sizes(const Tensor<T>& x, const std::vector<Extent>& sizes,
                                        int axis, Location at) {
  std::size_t d = checked_axis("split_with_sizes", axis, x.shape(), at);
  std::ptrdiff_t n = static_cast<std::ptrdiff_t>(x.shape()[d]);
  std::vector<Slice::Index> bounds = {0};
  std::string text;
  bool sensible = true;
  for (auto [size] : sizes) {
    text += (text.empty() ? "" : ", ") + number(size);
    sensible = sensible && size >= 0 && size <= n - bounds.back();
    if (sensible) bounds.push_back(bounds.back() + size);
  }
  if (!sensible || bounds.back() != n) {
    fail("split_with_sizes",
         "extents that sum to that of axis " + number(axis) + " of shape " + to_string(x.shape()),
         "(" + text + ")", at);
  }
  return parts(x, d, bounds, at);
}

template <class T>
std::vector<Tensor<T>> chunk(const Tensor<T>& x, Extent chunks, int axis, Location at) {
  std::size_t d = checked_axis("chunk", axis, x.shape(), at);
  std::ptrdiff_t n = static_cast<std::ptrdiff_t>(x.shape()[d]), count = chunks.value;
  if (count < 1)
    fail("chunk", "at least one chunk of shape " + to_string(x.shape()), number(count), at);
  std::ptrdiff_t size = n / count + (n % count != 0);
  std::vector<Slice::Index> bounds = {0};
  for (std::ptrdiff_t i = 0; i < count && (bounds.back() < n || n == 0); ++i)
    bounds.push_back(std::min(n, bounds.back() + size));
  return parts(x, d, bounds, at);
}

template <class T>
std::vector<Tensor<T>> broadcast_arrays(const std::vector<Tensor<T>>& tensors, Location at) {
  if (tensors.empty()) fail("broadcast_arrays", "at least one tensor", "none", at);
  Shape shape = tensors[0].shape();
  for (const Tensor<T>& x : tensors)
    shape = broadcast_shape("broadcast_arrays", shape, x.shape(), at);
  std::vector<Tensor<T>> result;
  for (const Tensor<T>& x : tensors) result.push_back(broadcast_to(x, shape, at));
  return result;
}

template <class T>
std::vector<Tensor<T>> meshgrid(const std::vector<Tensor<T>>& tensors, Indexing indexing,
                                Location at) {
  if (tensors.empty()) fail("meshgrid", "at least one tensor", "none", at);
  std::size_t rank = tensors.size();
  auto axis_of = [&](std::size_t i) {
    return indexing == Indexing::xy && rank > 1 && i < 2 ? 1 - i : i;
  };
  Shape shape(rank, 1);
  for (std::size_t i = 0; i < rank; ++i) {
    const Tensor<T>& x = tensors[i];
    if (x.ndim() > 1) fail("meshgrid", "vectors", "shape " + to_string(x.shape()), at);
    shape[axis_of(i)] = x.size();
  }
  std::vector<Tensor<T>> result;
  for (std::size_t i = 0; i < rank; ++i) {
    Shape along(rank, 1);
    along[axis_of(i)] = tensors[i].size();
    result.push_back(broadcast_to(reshape(tensors[i], along, at), shape, at));
  }
  return result;
}

#define XGRAD_LAYOUT(T)                                                                           \
  template Tensor<T> flatten(const Tensor<T>&, int, int, Location);                               \
  template Tensor<T> swapaxes(const Tensor<T>&, int, int, Location);                              \
  template Tensor<T> moveaxis(const Tensor<T>&, const std::vector<int>&, const std::vector<int>&, \
                              Location);                                                          \
  template Tensor<T> expand_dims(const Tensor<T>&, const std::vector<int>&, Location);            \
  template Tensor<T> squeeze(const Tensor<T>&, Location);                                         \
  template Tensor<T> squeeze(const Tensor<T>&, const Axes&, Location);                            \
  template Tensor<T> stack(const std::vector<Tensor<T>>&, int, Location);                         \
  template std::vector<Tensor<T>> split(const Tensor<T>&, const std::vector<Slice::Index>&, int,  \
                                        Location);                                                \
  template std::vector<Tensor<T>> split_equally(const Tensor<T>&, Extent, int, Location);         \
  template std::vector<Tensor<T>> split_with_sizes(const Tensor<T>&, const std::vector<Extent>&,  \
                                                   int, Location);                                \
  template std::vector<Tensor<T>> chunk(const Tensor<T>&, Extent, int, Location);                 \
  template std::vector<Tensor<T>> broadcast_arrays(const std::vector<Tensor<T>>&, Location);      \
  template std::vector<Tensor<T>> meshgrid(const std::vector<Tensor<T>>&, Indexing, Location);
XGRAD_LAYOUT(float)
XGRAD_LAYOUT(double)

}  // namespace xgrad
