// Rows shifted to mean 0 (if Centered) and scaled to variance 1, forward and backward. Each row is
// read several times while it is in the cache; all is computed in double.
#pragma once
#include <xgrad/ops/kernels/reduce.hpp>

#include <cmath>

namespace xgrad {

/// The sum of term(i) over i < n.
template <class Term>
double sum_of(std::size_t n, const Term& term) {
  return fold_elements<SumOf, double>(n, term);
}

/// Elements of a row as numbers in double, and a row that is the same everywhere.
template <class T>
struct RowOf {
  const T* row;
  double operator()(std::size_t i) const { return static_cast<double>(row[i]); }
};
struct Everywhere {
  double value;
  double operator()(std::size_t) const { return value; }
};
/// f(the elements of row), or f(`otherwise` everywhere) if there are none: so that loops are
/// compiled for each.
template <class T, class F>
void with_elements(const T* row, double otherwise, const F& f) {
  if (row == nullptr)
    f(Everywhere{otherwise});
  else
    f(RowOf<T>{row});
}

/// h = (x - mean) scale, for one row.
struct RowScale {
  double mean, scale;
  double operator()(double x) const { return (x - mean) * scale; }
};
template <bool Centered, class T>
RowScale row_scale(RowOf<T> x, std::size_t n, double eps) {
  double count = static_cast<double>(n);
  double mean = Centered ? sum_of(n, x) / count : 0;
  double squares = sum_of(n, [x, mean](std::size_t i) {
    double d = x(i) - mean;
    return d * d;
  });
  return {mean, 1 / std::sqrt(squares / count + eps)};
}

template <bool Centered, class T, class Weight, class Bias>
void normalize_row(T* y, RowOf<T> x, std::size_t n, double eps, Weight weight, Bias bias) {
  const RowScale h = row_scale<Centered>(x, n, eps);
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<T>(h(x(i)) * weight(i) + bias(i));
}

/// gx = (u - mean(u) - h mean(u h)) scale for u = g weight; without mean(u) unless Centered.
template <bool Centered, class T, class Weight>
void normalize_row_gradient(T* gx, RowOf<T> g, RowOf<T> x, std::size_t n, double eps,
                            Weight weight) {
  const RowScale h = row_scale<Centered>(x, n, eps);
  const double count = static_cast<double>(n);
  auto u = [g, weight](std::size_t i) { return g(i) * weight(i); };
  const double shift = Centered ? sum_of(n, u) / count : 0;
  const double along = sum_of(n, [u, h, x](std::size_t i) { return u(i) * h(x(i)); }) / count;
  for (std::size_t i = 0; i < n; ++i) {
    gx[i] = static_cast<T>((u(i) - shift - h(x(i)) * along) * h.scale);
  }
}

/// total += g h, what a row adds to the gradient of the weight.
template <bool Centered, class T>
void add_weight_gradient(double* total, RowOf<T> g, RowOf<T> x, std::size_t n, double eps) {
  const RowScale h = row_scale<Centered>(x, n, eps);
  for (std::size_t i = 0; i < n; ++i) total[i] += g(i) * h(x(i));
}

}  // namespace xgrad
