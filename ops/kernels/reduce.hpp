// Folds an array over some of its axes. Sums accumulate in double, in several lanes; the extremes
// propagate NaN.
#pragma once
#include <xgrad/ops/kernels/rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xgrad {

/// Reducers: the accumulator's type and start, one step of the fold, and how partial folds join.
struct SumOf {
  template <class T>
  using Accumulator = double;
  template <class T>
  static constexpr double start() {
    return 0;
  }
  template <class A, class T>
  static A step(A sum, T x) {
    return sum + static_cast<A>(x);
  }
  static double join(double a, double b) { return a + b; }
};
struct AbsoluteSumOf : SumOf {
  template <class A, class T>
  static A step(A sum, T x) {
    return sum + std::abs(static_cast<A>(x));
  }
};
/// Squares that overflow double do not overflow a wider A.
template <class A>
struct SquareSumOf {
  template <class T>
  using Accumulator = A;
  template <class T>
  static constexpr A start() {
    return 0;
  }
  template <class T>
  static A step(A sum, T x) {
    return sum + static_cast<A>(x) * static_cast<A>(x);
  }
  static A join(A a, A b) { return a + b; }
};
struct ProductOf {
  template <class T>
  using Accumulator = double;
  template <class T>
  static constexpr double start() {
    return 1;
  }
  template <class A, class T>
  static A step(A product, T x) {
    return product * static_cast<A>(x);
  }
  static double join(double a, double b) { return a * b; }
};
/// Whether any, or all, of some truth values hold.
template <bool All>
struct TruthFold {
  template <class T>
  using Accumulator = bool;
  template <class T>
  static constexpr bool start() {
    return All;
  }
  static bool step(bool a, bool b) { return All ? a && b : a || b; }
  static bool join(bool a, bool b) { return step(a, b); }
};
template <bool Greatest>
struct ExtremeOf {
  template <class T>
  using Accumulator = T;
  template <class T>
  static constexpr T start() {
    return Greatest ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
  template <class T>
  static T step(T best, T x) {
    return (Greatest ? x > best : x < best) || x != x ? x : best;
  }
  template <class T>
  static T join(T a, T b) {
    return step(a, b);
  }
};

/// The fold of element(i), of type T, over i < n. Independent lanes let the compiler use vectors.
template <class Reducer, class T, class Element>
typename Reducer::template Accumulator<T> fold_elements(std::size_t n, const Element& element) {
  using A = typename Reducer::template Accumulator<T>;
  constexpr std::size_t width = 32;
  A result = Reducer::template start<T>();
  std::size_t i = 0;
  if (n >= width) {
    std::array<A, width> lanes;
    lanes.fill(result);
    for (; i + width <= n; i += width) {
      for (std::size_t j = 0; j < width; ++j) lanes[j] = Reducer::step(lanes[j], element(i + j));
    }
    for (A lane : lanes) result = Reducer::join(result, lane);
  }
  for (; i < n; ++i) result = Reducer::step(result, element(i));
  return result;
}
/// The fold of n contiguous elements.
template <class Reducer, class T>
typename Reducer::template Accumulator<T> fold_row(const T* x, std::size_t n) {
  return fold_elements<Reducer, T>(n, [x](std::size_t i) { return x[i]; });
}

/// The axes of a reduction as two walks over x: the kept positions, in the result's order, and for
/// each of them the folded ones. The innermost dimension of x is the row.
struct ReductionPlan {
  Odometer kept, folded;
  std::size_t row;
  bool fold_rows;  // whether the row is folded, or kept
};

/// How x of `shape` folds to `kept`, a shape of the same rank whose extents are x's or 1.
ReductionPlan plan_reduction(const Shape& shape, const Shape& kept);

/// y = fold of x, then finish(fold) for each element of the result. `kept` as in plan_reduction.
template <class Reducer, class T, class Finish>
void reduce(Array<T>& y, const Array<T>& x, const Shape& kept, const Finish& finish) {
  using A = typename Reducer::template Accumulator<T>;
  T* out = y.data();
  if (x.size() == 0) {
    std::fill_n(out, y.size(), static_cast<T>(finish(Reducer::template start<T>())));
    return;
  }
  ReductionPlan plan = plan_reduction(x.shape(), kept);
  if (plan.fold_rows) {
    do {
      A sum = Reducer::template start<T>();
      do {
        const T* row = x.data() + plan.kept.offset(0) + plan.folded.offset(0);
        sum = Reducer::join(sum, fold_row<Reducer>(row, plan.row));
      } while (plan.folded.next());
      *out++ = static_cast<T>(finish(sum));
    } while (plan.kept.next());
    return;
  }
  constexpr std::size_t tile = 512;  // accumulators that stay in the first-level cache
  std::array<A, tile> sums;
  do {
    for (std::size_t start = 0; start < plan.row; start += tile) {
      std::size_t n = std::min(tile, plan.row - start);
      std::fill_n(sums.begin(), n, Reducer::template start<T>());
      do {
        const T* row = x.data() + plan.kept.offset(0) + plan.folded.offset(0) + start;
        for (std::size_t j = 0; j < n; ++j) sums[j] = Reducer::step(sums[j], row[j]);
      } while (plan.folded.next());
      for (std::size_t j = 0; j < n; ++j) out[start + j] = static_cast<T>(finish(sums[j]));
    }
    out += plan.row;
  } while (plan.kept.next());
}

}  // namespace xgrad
