// Rows shifted to mean 0 (if Centered) and scaled to variance 1, forward and backward. Each row is
// read several times while it is in the cache. Sums are computed in double, and so is the gradient
// of x, a small difference of great numbers; other elements in T.
#pragma once
#include <xgrad/ops/kernels/reduce.hpp>

#include <cmath>
#include <numeric>
#include <utility>

namespace xgrad {

/// The sum of term(i) over i < n.
template <class Term>
double sum_of(std::size_t n, const Term& term) {
  return fold_elements<SumOf, double>(n, term);
}

/// The sums of u(i) and of u(i) h(i), in one pass.
template <class U, class H>
std::pair<double, double> sums_of(std::size_t n, const U& u, const H& h) {
  constexpr std::size_t width = 16;
  double sums[width] = {}, products[width] = {};
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    for (std::size_t j = 0; j < width; ++j) {
      const double x = u(i + j);
      sums[j] += x;
      products[j] += x * h(i + j);
    }
  }
  for (; i < n; ++i) {
    sums[0] += u(i);
    products[0] += u(i) * h(i);
  }
  return {std::accumulate(sums, sums + width, 0.0),
          std::accumulate(products, products + width, 0.0)};
}

/// Elements of a row, and a row that is the same everywhere.
template <class T>
struct RowOf {
  const T* row;
  T operator()(std::size_t i) const { return row[i]; }
};
template <class T>
struct Everywhere {
  T value;
  T operator()(std::size_t) const { return value; }
};
/// f(the elements of row), or f(`otherwise` everywhere) if there are none: so that loops are
/// compiled for each.
template <class T, class F>
void with_elements(const T* row, T otherwise, const F& f) {
  if (row == nullptr)
    f(Everywhere<T>{otherwise});
  else
    f(RowOf<T>{row});
}

/// What makes h = (x - mean) scale of a row.
struct RowScale {
  double mean, scale;
};
template <bool Centered, class T>
RowScale row_scale(RowOf<T> x, std::size_t n, double eps) {
  double count = static_cast<double>(n);
  double mean =
      Centered ? sum_of(n, [x](std::size_t i) { return static_cast<double>(x(i)); }) / count : 0;
  double squares = sum_of(n, [x, mean](std::size_t i) {
    double d = static_cast<double>(x(i)) - mean;
    return d * d;
  });
  return {mean, 1 / std::sqrt(squares / count + eps)};
}
/// h of a row's elements. What T cannot hold of the mean is subtracted, too: far from zero, x less
/// the rest is exact.
template <class T>
struct RowMap {
  RowOf<T> x;
  T mean, rest, scale;

  RowMap(const T* row, RowScale h)
      : x{row},
        mean(static_cast<T>(h.mean)),
        rest(static_cast<T>(h.mean - static_cast<double>(mean))),
        scale(static_cast<T>(h.scale)) {}
  T operator()(std::size_t i) const { return ((x(i) - mean) - rest) * scale; }
};

template <class T, class Weight, class Bias>
void normalize_row(T* y, std::size_t n, RowMap<T> h, Weight weight, Bias bias) {
  for (std::size_t i = 0; i < n; ++i) y[i] = h(i) * weight(i) + bias(i);
}

/// gx = (u - mean(u) - h mean(u h)) scale for u = g weight; without mean(u) unless Centered.
template <bool Centered, class T, class Weight>
void normalize_row_gradient(T* gx, const T* g, const T* x, std::size_t n, RowScale scale,
                            Weight weight) {
  const double count = static_cast<double>(n);
  const auto u = [g, weight](std::size_t i) {
    return static_cast<double>(g[i]) * static_cast<double>(weight(i));
  };
  const auto h = [x, scale](std::size_t i) {
    return (static_cast<double>(x[i]) - scale.mean) * scale.scale;
  };
  const auto [sum, product] = sums_of(n, u, h);
  const double shift = Centered ? sum / count : 0, along = product / count;
  for (std::size_t i = 0; i < n; ++i) {
    gx[i] = static_cast<T>((u(i) - shift - h(i) * along) * scale.scale);
  }
}

/// total += g h, what a row adds to the gradient of the weight.
template <class T>
void add_weight_gradient(double* total, RowOf<T> g, std::size_t n, RowMap<T> h) {
  for (std::size_t i = 0; i < n; ++i) total[i] += static_cast<double>(g(i) * h(i));
}

}  // namespace xgrad
