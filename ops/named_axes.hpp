// Tensors whose axes have names, and their contraction: what einsum and tensordot are made of. Not
// part of the public interface.
#pragma once
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/rearrange.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <vector>

namespace xgrad::named_axes {

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
      tensor = diagonal(tensor, 0, static_cast<int>(i), static_cast<int>(j));
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
    std::size_t d = axis(label);
    tensor = reshape(tensor, without(tensor.shape(), d));
    labels.erase(labels.begin() + static_cast<std::ptrdiff_t>(d));
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
  Tensor<T> left = reshape(a.tensor, joined(outer, {size_of(m), size_of(k)}));
  Tensor<T> right = reshape(b.tensor, joined(outer, {size_of(k), size_of(n)}));
  Tensor<T> y = summed.empty() ? multiply(left, right) : matmul(left, right);
  return {reshape(y, joined(joined(lead, m), n)), stack + rows + columns};
}

}  // namespace xgrad::named_axes
