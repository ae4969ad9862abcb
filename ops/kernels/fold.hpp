// What the reductions of tensors share: their shapes, the launch of a fold, and x with all that is
// folded in one axis.
#pragma once
#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/map_sum.hpp>
#include <xgrad/ops/kernels/partial_sums.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad {

/// x's shape, with the folded extents set to 1, and the result's.
struct FoldShapes {
  Shape input, kept, result;
  FoldShapes(const char* op, const Shape& x, const Axes& axes, KeepDims keep, Location at)
      : input(x),
        kept(axes.kept(op, x, at)),
        result(axes.result(op, x, keep == KeepDims::yes, at)) {}
  /// How many elements each element of the result is made of.
  std::size_t folded() const {
    std::size_t n = 1;
    for (std::size_t d = 0; d < input.size(); ++d) n *= kept[d] == 1 ? input[d] : 1;
    return n;
  }
  /// Throws std::invalid_argument naming `op` where a slice is empty.
  void need_elements(const char* op, Location at) const {
    if (folded() == 0) fail(op, "at least one element in a slice", "shape " + to_string(input), at);
  }
};

struct AsFolded {
  template <class A>
  A operator()(A folded) const {
    return folded;
  }
};
/// The fold of x by Reducer over the axes where `kept` is 1, as a tensor of shape `result`, then
/// finish(fold) for each of its elements. Records nothing.
template <class Reducer, class T, class Finish = AsFolded>
Tensor<T> fold_to(const Tensor<T>& x, const Shape& kept, const Shape& result,
                  const Finish& finish = {}) {
  Tensor<T> y = empty<T>(result);
  launch(
      [kept, finish](Array<T>& out, const Array<T>& in) { reduce<Reducer>(out, in, kept, finish); },
      y, x);
  return y;
}
template <class Reducer, class T, class Finish = AsFolded>
Tensor<T> fold(const Tensor<T>& x, const FoldShapes& shapes, const Finish& finish = {}) {
  return fold_to<Reducer>(x, shapes.kept, shapes.result, finish);
}

/// How many elements are folded to one, if they are contiguous, where an array of `shape` is folded
/// over the axes where `kept` is 1; else 0.
inline std::size_t folded_row(const Shape& shape, const Shape& kept) {
  std::size_t row = 1, d = shape.size();
  while (d > 0 && kept[d - 1] == 1) row *= shape[--d];
  return std::equal(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(d), kept.begin())
             ? row
             : 0;
}

/// `share` divided evenly, in each slice of x, among the elements that are y's; NaN in a slice
/// without such. share and y are of the shape to which x is folded, with its rank. Which elements
/// they are is a constant: it is the same almost everywhere.
template <class T>
Tensor<T> divided_among_ties(const Tensor<T>& share, const Tensor<T>& x, const Tensor<T>& y) {
  const auto tie = [](Batch<T> a, Batch<T> b) { return where(a == b, Batch<T>(1), Batch<T>(0)); };
  Tensor<T> result = empty<T>(x.shape());
  if (recording() || !sums_are_few(y.size(), x.size())) {
    launch(
        [tie](Array<T>& out, const Array<T>& in, const Array<T>& best) { map(out, tie, in, best); },
        result, x, y);
    return result * (share / sum_to(result, y.shape()));
  }
  const Tensor<T> counts = empty<T>(y.shape());
  launch([tie, all = x.shape()](Array<T>& out, const Array<T>& in,
                                const Array<T>& best) { map_sum(out, all, tie, in, best); },
         counts, x, y);
  launch(
      [tie](Array<T>& out, const Array<T>& in, const Array<T>& best, const Array<T>& each) {
        map(
            out, [tie](Batch<T> a, Batch<T> b, Batch<T> s) { return tie(a, b) * s; }, in, best,
            each);
      },
      result, x, y, share / counts);
  return result;
}

/// The order of axes in which the folded ones come last.
inline std::vector<int> folded_last(const FoldShapes& shapes) {
  std::vector<int> order;
  for (bool folded : {false, true}) {
    for (std::size_t d = 0; d < shapes.kept.size(); ++d) {
      if ((shapes.kept[d] == 1) == folded) order.push_back(static_cast<int>(d));
    }
  }
  return order;
}

/// transpose(x, order), without a copy where nothing moves.
template <class T>
Tensor<T> in_order(const Tensor<T>& x, const std::vector<int>& order) {
  return std::is_sorted(order.begin(), order.end()) ? x : transpose(x, order);
}

/// x as a matrix with a row for each element of the result.
template <class T>
Tensor<T> rows_of(const Tensor<T>& x, const FoldShapes& shapes) {
  return reshape(in_order(x, folded_last(shapes)), Shape{size_of(shapes.kept), shapes.folded()});
}

/// The inverse of rows_of.
template <class T>
Tensor<T> from_rows(const Tensor<T>& rows, const FoldShapes& shapes) {
  std::vector<int> order = folded_last(shapes), inverse(order.size());
  Shape shape;
  for (std::size_t i = 0; i < order.size(); ++i) {
    shape.push_back(shapes.input[static_cast<std::size_t>(order[i])]);
    inverse[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  }
  return in_order(reshape(rows, shape), inverse);
}

}  // namespace xgrad
