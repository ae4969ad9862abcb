// Tensors whose axes have names, and their contraction: what einsum and tensordot are made of. Not
// part of the public interface.
#pragma once
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/rows.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <vector>

namespace xgrad::named_axes {

/// Where the diagonal over two axes lies: the other axes, then the diagonal.
struct Diagonal {
  Shape shape;
  Strides strides;
  std::ptrdiff_t start = 0;

  Diagonal(const Shape& of, std::ptrdiff_t offset, std::size_t axis1, std::size_t axis2) {
    Strides own = strides_of(of);
    for (std::size_t d = 0; d < of.size(); ++d) {
      if (d == axis1 || d == axis2) continue;
      shape.push_back(of[d]);
      strides.push_back(own[d]);
    }
    std::ptrdiff_t m = static_cast<std::ptrdiff_t>(of[axis1]);
    std::ptrdiff_t n = static_cast<std::ptrdiff_t>(of[axis2]);
    std::ptrdiff_t length = offset >= 0 ? std::min(m, n - offset) : std::min(m + offset, n);
    shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(length, 0)));
    strides.push_back(own[axis1] + own[axis2]);
    if (length > 0) start = offset >= 0 ? offset * own[axis2] : -offset * own[axis1];
  }
};

template <class T>
Tensor<T> spread(const Tensor<T>& x, const Shape& shape, const Diagonal& diagonal);

/// y[..., i] = the i-th element of the diagonal.   gx = g there, else 0.
template <class T>
Tensor<T> taken(const Tensor<T>& x, const Diagonal& diagonal) {
  Tensor<T> y = empty<T>(diagonal.shape);
  launch(
      [diagonal](Array<T>& out, const Array<T>& in) {
        if (out.size() == 0) return;
        strided_copy(out.data(), strides_of(diagonal.shape), in.data() + diagonal.start,
                     diagonal.strides, diagonal.shape);
      },
      y, x);
  return record("diagonal", y, {&x}, [diagonal, shape = x.shape()](Pullback<T>& p) {
    p.add(0, spread(p.g, shape, diagonal));
  });
}

/// Zeros with x on the diagonal: the adjoint.
template <class T>
Tensor<T> spread(const Tensor<T>& x, const Shape& shape, const Diagonal& diagonal) {
  Tensor<T> y = empty<T>(shape);
  launch(
      [diagonal](Array<T>& out, const Array<T>& in) {
        std::fill_n(out.data(), out.size(), T(0));
        if (in.size() == 0) return;
        strided_copy(out.data() + diagonal.start, diagonal.strides, in.data(),
                     strides_of(diagonal.shape), diagonal.shape);
      },
      y, x);
  return record("diagonal", y, {&x},
                [diagonal](Pullback<T>& p) { p.add(0, taken(p.g, diagonal)); });
}

using Labels = std::vector<int>;  // the name of each axis

inline bool contains(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// A tensor whose axes have distinct names.
template <class T>
struct Named {
  Tensor<T> tensor;
  Labels labels;

  std::size_t axis(int label) const {
    return static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) -
                                    labels.begin());
  }
  std::size_t extent(int label) const { return tensor.shape()[axis(label)]; }

  /// The diagonal where a name occurs twice.
  void take_diagonals() {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      auto first = labels.begin() + static_cast<std::ptrdiff_t>(i);
      auto again = std::find(first + 1, labels.end(), labels[i]);
      if (again == labels.end()) continue;
      std::size_t j = static_cast<std::size_t>(again - labels.begin());
      tensor = taken(tensor, Diagonal(tensor.shape(), 0, i, j));
      labels.push_back(labels[i]);
      labels.erase(labels.begin() + static_cast<std::ptrdiff_t>(j));
      labels.erase(labels.begin() + static_cast<std::ptrdiff_t>(i));
      i = static_cast<std::size_t>(-1);  // from the start again
    }
  }
  /// Sums over the axes that `sums` chooses by name.
  template <class Sums>
  void reduce(const Sums& sums) {
    std::vector<int> axes;
    Labels left;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (sums(labels[i]))
        axes.push_back(static_cast<int>(i));
      else
        left.push_back(labels[i]);
    }
    if (!axes.empty()) tensor = sum(tensor, Axes(axes));
    labels = left;
  }
  /// Takes out an axis of extent 1.
  void squeeze(int label) {
    Shape shape = tensor.shape();
    auto d = static_cast<std::ptrdiff_t>(axis(label));
    shape.erase(shape.begin() + d);
    labels.erase(labels.begin() + d);
    tensor = reshape(tensor, shape);
  }
  void permute(const Labels& order) {
    std::vector<int> axes;
    for (int label : order) axes.push_back(static_cast<int>(axis(label)));
    if (!std::is_sorted(axes.begin(), axes.end())) tensor = transpose(tensor, axes);
    labels = order;
  }
  /// The extents of these axes.
  Shape extents(const Labels& of) const {
    Shape shape;
    for (int label : of) shape.push_back(extent(label));
    return shape;
  }
};

inline Labels operator+(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline Shape operator+(Shape a, const Shape& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// a b summed over the axes that are not in `kept`, as one stack of matrix products.
template <class T>
Named<T> contract(Named<T> a, Named<T> b, const Labels& kept) {
  auto only_in = [&](const Named<T>& other) {
    return [&](int label) { return !contains(other.labels, label) && !contains(kept, label); };
  };
  a.reduce(only_in(b));
  b.reduce(only_in(a));
  for (int label : Labels(a.labels)) {  // 1 against n: constant along the axis
    if (!contains(b.labels, label) || a.extent(label) == b.extent(label)) continue;
    (a.extent(label) == 1 ? a : b).squeeze(label);
  }
  a.reduce(only_in(b));
  b.reduce(only_in(a));
  Labels stack, summed, rows, columns;
  for (int label : a.labels) {
    bool both = contains(b.labels, label);
    (!both ? rows : contains(kept, label) ? stack : summed).push_back(label);
  }
  for (int label : b.labels) {
    if (!contains(a.labels, label)) columns.push_back(label);
  }
  a.permute(stack + rows + summed);
  b.permute(stack + summed + columns);
  Shape lead = a.extents(stack), m = a.extents(rows), n = b.extents(columns);
  Shape k = a.extents(summed);
  Shape outer = stack.empty() ? Shape{} : Shape{size_of(lead)};
  Tensor<T> left = reshape(a.tensor, outer + Shape{size_of(m), size_of(k)});
  Tensor<T> right = reshape(b.tensor, outer + Shape{size_of(k), size_of(n)});
  Tensor<T> y = summed.empty() ? multiply(left, right) : matmul(left, right);
  return {reshape(y, lead + m + n), stack + rows + columns};
}

}  // namespace xgrad::named_axes
