// Folds an array over some of its axes. Sums accumulate in double, in several lanes; the extremes
// propagate NaN.
#pragma once
#include <xgrad/ops/kernels/double_sum.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

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
  static constexpr bool greatest = Greatest;
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

/// The join of all lanes, in pairs: none waits for more than a few others.
template <class Reducer, class A, std::size_t Width>
A join_lanes(std::array<A, Width>& lanes) {
  for (std::size_t half = Width / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) lanes[j] = Reducer::join(lanes[j], lanes[j + half]);
  }
  return lanes[0];
}

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
    result = Reducer::join(result, join_lanes<Reducer>(lanes));
  }
  for (; i < n; ++i) result = Reducer::step(result, element(i));
  return result;
}

/// The extreme of n contiguous elements, NaN if one is. What is not a number is looked for beside
/// the comparisons, which pass over it: one instruction each.
template <bool Greatest, class T>
T extreme_of_row(const T* x, std::size_t n) {
  using B = Batch<T>;
  constexpr std::size_t size = B::size, count = 4;
  const auto better = [](const B& a, const B& b) -> B {
    return Greatest ? xsimd::max(a.v, b.v) : xsimd::min(a.v, b.v);
  };
  T result = ExtremeOf<Greatest>::template start<T>();
  std::size_t i = 0;
  if (n >= count * size) {
    std::array<B, count> best;
    best.fill(B(result));
    B not_a_number = result;
    for (; i + count * size <= n; i += count * size) {
      for (std::size_t j = 0; j < count; ++j) {
        const B a = B::load(x + i + j * size);
        best[j] = better(a, best[j]);
        not_a_number = where(a == a, not_a_number, a);
      }
    }
    if (xsimd::any((not_a_number != not_a_number).m)) return std::numeric_limits<T>::quiet_NaN();
    alignas(64) std::array<T, size> lanes;
    better(better(best[0], best[1]), better(best[2], best[3])).store(lanes.data());
    result = join_lanes<ExtremeOf<Greatest>>(lanes);
  }
  for (; i < n; ++i) result = ExtremeOf<Greatest>::step(result, x[i]);
  return result;
}

template <class Reducer>
inline constexpr bool finds_extreme = false;
template <bool Greatest>
inline constexpr bool finds_extreme<ExtremeOf<Greatest>> = true;

/// The fold of n contiguous elements.
template <class Reducer, class T>
typename Reducer::template Accumulator<T> fold_row(const T* x, std::size_t n) {
  if constexpr (finds_extreme<Reducer>)
    return extreme_of_row<Reducer::greatest>(x, n);
  else if constexpr (std::is_same_v<Reducer, SumOf>)
    return sum_of_row(x, n);
  else
    return fold_elements<Reducer, T>(n, [x](std::size_t i) { return x[i]; });
}

/// sums[i * step] += x[i] for i < n; step is 0 or 1.
template <class T>
void add_to(double* sums, std::size_t step, const T* x, std::size_t n) {
  if (step == 0) {
    *sums += sum_of_row(x, n);
  } else {
    add_doubles(sums, x, n);
  }
}

/// The join of fold(begin, end) over [0, n) in parts of `part`, in their order.
template <class Reducer, class T, class Fold>
typename Reducer::template Accumulator<T> fold_parts(std::size_t n, std::size_t part,
                                                     const Fold& fold) {
  using A = typename Reducer::template Accumulator<T>;
  if (n <= part) return fold(std::size_t(0), n);
  Array<A> folds = empty_array<A>({(n + part - 1) / part});
  A* at = folds.data();
  parallel_parts(n, part, [&](std::size_t i, std::size_t begin, std::size_t end) {
    at[i] = fold(begin, end);
  });
  A result = Reducer::template start<T>();
  for (std::size_t i = 0; i < folds.size(); ++i) result = Reducer::join(result, at[i]);
  return result;
}

/// The axes of a reduction as two walks over x: the kept positions, in the result's order, and for
/// each of them the folded ones. The innermost dimension of x is the row.
struct ReductionPlan {
  Odometer<1> kept, folded;
  std::size_t row = 1;
  bool fold_rows = true;  // whether the row is folded, or kept
};

/// How x of `shape` folds to `kept`, a shape of the same rank whose extents are x's or 1.
ReductionPlan plan_reduction(const Shape& shape, const Shape& kept);

/// The positions [begin, end) of a reduction that folds rows.
template <class Reducer, class T, class Finish>
void reduce_rows(T* y, const T* x, const ReductionPlan& plan, const Finish& finish,
                 std::size_t begin, std::size_t end) {
  using A = typename Reducer::template Accumulator<T>;
  Odometer<1> kept = plan.kept, folded = plan.folded;
  kept.advance(begin);
  for (std::size_t i = begin; i < end; ++i, kept.next()) {
    A sum = Reducer::template start<T>();
    do {
      const T* row = x + kept.offset(0) + folded.offset(0);
      A part = fold_parts<Reducer, T>(
          plan.row, parallel_grain,
          [row](std::size_t a, std::size_t b) { return fold_row<Reducer>(row + a, b - a); });
      sum = Reducer::join(sum, part);
    } while (folded.next());
    y[i] = static_cast<T>(finish(sum));
  }
}

/// Accumulators that stay in the first-level cache.
inline constexpr std::size_t reduction_tile = 512;

/// sums[j] = fold of x[j] over the positions [begin, end) of `folded`, for j < n. Four rows at a
/// time, so that the sums are read and written less often.
template <class Reducer, class A, class T>
void fold_columns(A* sums, const T* x, std::size_t n, Odometer<1> folded, std::size_t begin,
                  std::size_t end) {
  std::fill_n(sums, n, Reducer::template start<T>());
  folded.advance(begin);
  const auto next_row = [&] {
    const T* row = x + folded.offset(0);
    folded.next();
    return row;
  };
  std::size_t i = begin;
  for (; i + 4 <= end; i += 4) {
    const T *first = next_row(), *second = next_row(), *third = next_row(), *fourth = next_row();
    for (std::size_t j = 0; j < n; ++j) {
      const A half = Reducer::step(Reducer::step(sums[j], first[j]), second[j]);
      sums[j] = Reducer::step(Reducer::step(half, third[j]), fourth[j]);
    }
  }
  for (; i < end; ++i) {
    const T* row = next_row();
    for (std::size_t j = 0; j < n; ++j) sums[j] = Reducer::step(sums[j], row[j]);
  }
}

/// The columns [start, start + n) of row `i` of a reduction that keeps rows. Where there is much to
/// fold, in parts.
template <class Reducer, class T, class Finish>
void reduce_tile(T* y, const T* x, const ReductionPlan& plan, const Finish& finish,
                 std::size_t start, std::size_t n) {
  using A = typename Reducer::template Accumulator<T>;
  std::size_t count = plan.folded.count(), part = grain_rows(n);
  std::array<A, reduction_tile> sums;
  if (count <= part) {
    fold_columns<Reducer>(sums.data(), x + start, n, plan.folded, 0, count);
  } else {
    Array<A> parts = empty_array<A>({(count + part - 1) / part, n});
    A* at = parts.data();
    parallel_parts(count, part, [&](std::size_t i, std::size_t begin, std::size_t end) {
      fold_columns<Reducer>(at + i * n, x + start, n, plan.folded, begin, end);
    });
    std::copy_n(at, n, sums.begin());
    for (std::size_t i = n; i < parts.size(); i += n) {
      for (std::size_t j = 0; j < n; ++j) sums[j] = Reducer::join(sums[j], at[i + j]);
    }
  }
  for (std::size_t j = 0; j < n; ++j) y[start + j] = static_cast<T>(finish(sums[j]));
}

/// y = fold of x, then finish(fold) for each element of the result. `kept` as in plan_reduction.
template <class Reducer, class T, class Finish>
void reduce(Array<T>& y, const Array<T>& x, const Shape& kept, const Finish& finish) {
  T* out = y.data();
  if (x.size() == 0) {
    std::fill_n(out, y.size(), static_cast<T>(finish(Reducer::template start<T>())));
    return;
  }
  const ReductionPlan plan = plan_reduction(x.shape(), kept);
  const std::size_t folded = plan.folded.count();
  if (plan.fold_rows) {
    parallel_for(y.size(), grain_rows(folded * plan.row), [&](std::size_t begin, std::size_t end) {
      reduce_rows<Reducer>(out, x.data(), plan, finish, begin, end);
    });
    return;
  }
  const std::size_t tiles = (plan.row + reduction_tile - 1) / reduction_tile;
  const std::size_t cost = folded * std::min(plan.row, reduction_tile);
  parallel_for(plan.kept.count() * tiles, grain_rows(cost),
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t i = begin; i < end; ++i) {
                   Odometer<1> at = plan.kept;
                   at.advance(i / tiles);
                   std::size_t start = i % tiles * reduction_tile;
                   reduce_tile<Reducer>(out + i / tiles * plan.row, x.data() + at.offset(0), plan,
                                        finish, start, std::min(reduction_tile, plan.row - start));
                 }
               });
}

}  // namespace xgrad
