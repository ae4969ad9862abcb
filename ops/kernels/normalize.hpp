// Rows shifted to mean 0 (if Centered) and scaled to variance 1, forward and backward. Each row is
// read several times while it is in the cache; all is computed in double.
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

template <class T, class Weight, class Bias>
void normalize_row(T* y, RowOf<T> x, std::size_t n, RowScale h, Weight weight, Bias bias) {
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<T>(h(x(i)) * weight(i) + bias(i));
}

/// gx = (u - mean(u) - h mean(u h)) scale for u = g weight; without mean(u) unless Centered.
template <bool Centered, class T, class Weight>
void normalize_row_gradient(T* gx, RowOf<T> g, RowOf<T> x, std::size_t n, RowScale h,
                            Weight weight) {
  const double count = static_cast<double>(n);
  auto u = [g, weight](std::size_t i) { return g(i) * weight(i); };
  auto [shift, along] = sums_of(n, u, [h, x](std::size_t i) { return h(x(i)); });
  shift = Centered ? shift / count : 0;
  along /= count;
  for (std::size_t i = 0; i < n; ++i) {
    gx[i] = static_cast<T>((u(i) - shift - h(x(i)) * along) * h.scale);
  }
}

/// total += g h, what a row adds to the gradient of the weight.
template <class T>
void add_weight_gradient(double* total, RowOf<T> g, RowOf<T> x, std::size_t n, RowScale h) {
  for (std::size_t i = 0; i < n; ++i) total[i] += g(i) * h(x(i));
}

}  // namespace xgrad
