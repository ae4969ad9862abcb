#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/kernels/select.hpp>

#include <algorithm>

namespace xgrad {
namespace {

/// Which of the selected rows is the last for its place, as an array that broadcasts to `shape`,
/// the shape of the source.
Array<bool> last_ones(const Selection& s, const Shape& shape) {
  Shape result = s.rows.shape();
  while (result.size() < shape.size()) result.push_back(1);
  Array<bool> last = empty_array<bool>(result);
  Array<std::int64_t> order = grouped(s);
  for (std::size_t k = 0; k < order.size(); ++k) {
    std::size_t i = static_cast<std::size_t>(order.data()[k]);
    last.data()[i] =
        k + 1 == order.size() || s.rows[static_cast<std::size_t>(order.data()[k + 1])] != s.rows[i];
  }
  return last;
}

/// x with source in the place of the selected rows; the last for a place stands.
template <class T>
Tensor<T> put_selected(const char* op, const Tensor<T>& x, const Selection& s,
                       const Tensor<T>& source) {
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [s](Array<T>& out, const Array<T>& in, const Array<T>& other) {
        std::copy_n(in.data(), in.size(), out.data());
        put_rows(out.data(), other.data(), s);
      },
      y, x, source);
  return record(op, y, {&x, &source}, [op, s, shape = source.shape()](Pullback<T>& p) {
    if (p.wants(0)) p.add(0, put_selected(op, p.g, s, zeros<T>(shape)));
    if (p.wants(1))
      p.add(1, where(last_ones(s, shape), take_selected("take", p.g, s, shape), T(0)));
  });
}

/// The part of `source` that belongs to an index of `shape`.
template <class T>
Tensor<T> source_for(const char* op, const Tensor<T>& source, const Shape& shape, Location at) {
  if (source.shape() == shape) return source;
  if (source.ndim() == 0) return broadcast_to(source, shape, at);
  bool fits = source.ndim() == shape.size();
  std::vector<Slice> part;
  for (std::size_t d = 0; fits && d < shape.size(); ++d) {
    fits = shape[d] <= source.shape()[d];
    part.push_back(range(0, static_cast<Slice::Index>(shape[d])));
  }
  if (!fits) {
    fail(op, "a source no smaller than the index of shape " + to_string(shape),
         to_string(source.shape()), at);
  }
  return slice(source, part, at);
}

/// Both shapes broadcast to each other but along `axis`: x's, then the indices'.
std::pair<Shape, Shape> aligned(const char* op, const Shape& x, const Indices& indices, int axis,
                                Location at) {
  std::size_t d = checked_axis(op, axis, x, at);
  if (indices.shape().size() != x.size()) {
    fail(op, "indices of the tensor's rank",
         to_string(x) + " and indices of shape " + to_string(indices.shape()), at);
  }
  Shape a = x, b = indices.shape();
  a[d] = b[d] = 1;
  if (!broadcast_into(a, b)) {
    fail(op, "shapes that broadcast but along axis " + std::to_string(axis),
         to_string(x) + " and indices of shape " + to_string(indices.shape()), at);
  }
  b = a;
  a[d] = x[d];
  b[d] = indices.shape()[d];
  return {a, b};
}
Indices broadcast_indices(const Indices& indices, const Shape& shape) {
  if (indices.shape() == shape) return indices;
  return broadcast_array(indices.array(), shape);
}

}  // namespace

template <class T>
Tensor<T> take(const Tensor<T>& x, Indices indices, std::optional<int> axis, Location at) {
  Selection s = select_along("take", x.shape(), indices, axis, at);
  return take_selected("take", x, s, shape_along(x.shape(), indices, axis));
}

template <class T>
Tensor<T> embedding(const Tensor<T>& weight, const Indices& indices,
                    std::optional<std::int64_t> padding, Location at) {
  const char* op = "embedding";
  if (weight.ndim() == 0) fail(op, "a weight (n, ...)", "()", at);
  const auto n = static_cast<std::int64_t>(weight.shape()[0]);
  for (std::int64_t index : indices) {
    if (index >= 0 && index < n) continue;
    fail(op,
         "indices in [0, " + std::to_string(n) + ") for a weight of shape " +
             to_string(weight.shape()),
         "index " + std::to_string(index), at);
  }
  if (padding && (*padding < -n || *padding >= n)) {
    fail(op, "a padding that is an index of a weight of shape " + to_string(weight.shape()),
         std::to_string(*padding), at);
  }
  Selection s = select_along(op, weight.shape(), indices, 0, at);
  Tensor<T> y = take_selected(op, weight, s, shape_along(weight.shape(), indices, 0));
  if (!padding || !y.tracked()) return y;
  Shape rows = indices.shape();
  while (rows.size() < y.ndim()) rows.push_back(1);
  Array<bool> padded = empty_array<bool>(rows);
  const std::int64_t row = *padding < 0 ? *padding + n : *padding;
  std::transform(indices.begin(), indices.end(), padded.data(),
                 [row](std::int64_t index) { return index == row; });
  return where(padded, y.detach(), y);
}

template <class T>
Tensor<T> index_add(const Tensor<T>& x, std::optional<int> axis, Indices indices,
                    const Same<Tensor<T>>& source, Location at) {
  Selection s = select_along("index_add", x.shape(), indices, axis, at);
  Shape shape = shape_along(x.shape(), indices, axis);
  if (source.shape() != shape) {
    fail("index_add",
         "a source of shape " + to_string(shape) + " for shape " + to_string(x.shape()),
         to_string(source.shape()), at);
  }
  return add_selected("index_add", x, s, source);
}

template <class T>
Tensor<T> gather(const Tensor<T>& x, int axis, Indices index, Location at) {
  return take_selected("gather", x, select_elements("gather", x.shape(), index, axis, at),
                       index.shape());
}

template <class T>
Tensor<T> scatter_add(const Tensor<T>& x, int axis, Indices index, const Same<Tensor<T>>& source,
                      Location at) {
  Selection s = select_elements("scatter_add", x.shape(), index, axis, at);
  return add_selected("scatter_add", x, s, source_for("scatter_add", source, index.shape(), at));
}

template <class T>
Tensor<T> scatter(const Tensor<T>& x, int axis, Indices index, const Same<Tensor<T>>& source,
                  Location at) {
  Selection s = select_elements("scatter", x.shape(), index, axis, at);
  return put_selected("scatter", x, s, source_for("scatter", source, index.shape(), at));
}

template <class T>
Tensor<T> take_along_axis(const Tensor<T>& x, const Indices& indices, int axis, Location at) {
  auto [shape, index_shape] = aligned("take_along_axis", x.shape(), indices, axis, at);
  Indices index = broadcast_indices(indices, index_shape);
  Selection s = select_elements("take_along_axis", shape, index, axis, at);
  return take_selected("take_along_axis", x.shape() == shape ? x : broadcast_to(x, shape, at), s,
                       index_shape);
}

template <class T>
Tensor<T> put_along_axis(const Tensor<T>& x, const Indices& indices, const Same<Tensor<T>>& values,
                         int axis, Location at) {
  auto [shape, index_shape] = aligned("put_along_axis", x.shape(), indices, axis, at);
  if (shape != x.shape() ||
      broadcast_shape("put_along_axis", values.shape(), index_shape, at) != index_shape) {
    fail("put_along_axis", "indices and values that broadcast to the tensor",
         to_string(x.shape()) + ", " + to_string(indices.shape()) + " and " +
             to_string(values.shape()),
         at);
  }
  Indices index = broadcast_indices(indices, index_shape);
  Selection s = select_elements("put_along_axis", shape, index, axis, at);
  return put_selected("put_along_axis", x, s, broadcast_to(values, index_shape, at));
}

template <class T>
Tensor<T> gather_nd(const Tensor<T>& x, const Indices& indices, Location at) {
  Selection s = select_tuples("gather_nd", x.shape(), indices, at);
  return take_selected("gather_nd", x, s, shape_of_tuples(x.shape(), indices));
}

template <class T>
Tensor<T> scatter_nd(const Tensor<T>& x, const Indices& indices, const Same<Tensor<T>>& source,
                     Location at) {
  Selection s = select_tuples("scatter_nd", x.shape(), indices, at);
  Shape shape = shape_of_tuples(x.shape(), indices);
  if (source.shape() != shape) {
    fail("scatter_nd",
         "a source of shape " + to_string(shape) + " for shape " + to_string(x.shape()),
         to_string(source.shape()), at);
  }
  return put_selected("scatter_nd", x, s, source);
}

template <class T>
Tensor<T> one_hot(const Indices& labels, std::size_t classes, Location at) {
  Shape shape = labels.shape();
  shape.push_back(classes);
  Tensor<T> y = zeros<T>(shape);
  T* row = y.storage()->array.data();
  for (std::int64_t label : labels) {
    if (label < 0 || static_cast<std::size_t>(label) >= classes) {
      fail("one_hot", "labels in [0, " + std::to_string(classes) + ")", std::to_string(label), at);
    }
    row[label] = 1;
    row += classes;
  }
  return y;
}

#define XGRAD_INDEX(T)                                                                          \
  template Tensor<T> take(const Tensor<T>&, Indices, std::optional<int>, Location);             \
  template Tensor<T> embedding(const Tensor<T>&, const Indices&, std::optional<std::int64_t>,   \
                               Location);                                                       \
  template Tensor<T> index_add(const Tensor<T>&, std::optional<int>, Indices, const Tensor<T>&, \
                               Location);                                                       \
  template Tensor<T> gather(const Tensor<T>&, int, Indices, Location);                          \
  template Tensor<T> scatter_add(const Tensor<T>&, int, Indices, const Tensor<T>&, Location);   \
  template Tensor<T> scatter(const Tensor<T>&, int, Indices, const Tensor<T>&, Location);       \
  template Tensor<T> take_along_axis(const Tensor<T>&, const Indices&, int, Location);          \
  template Tensor<T> put_along_axis(const Tensor<T>&, const Indices&, const Tensor<T>&, int,    \
                                    Location);                                                  \
  template Tensor<T> gather_nd(const Tensor<T>&, const Indices&, Location);                     \
  template Tensor<T> scatter_nd(const Tensor<T>&, const Indices&, const Tensor<T>&, Location);  \
  template Tensor<T> one_hot(const Indices&, std::size_t, Location);
XGRAD_INDEX(float)
XGRAD_INDEX(double)

}  // namespace xgrad
