#include <xgrad/ops/creation.hpp>
#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/kernels/lapack.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/rearrange.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace xgrad {

using namespace matrices;

namespace {

/// What the pivots of LU say of one matrix.
template <class T>
struct Pivots {
  int sign = 1;
  double log = 0, least = 1, greatest = 1;  // of magnitudes
  T product = 1;

  /// `a` is overwritten.
  Pivots(std::size_t n, T* a, int* pivots) {
    if (!all_finite(a, n * n)) {
      product = std::numeric_limits<T>::quiet_NaN();
      log = std::numeric_limits<double>::quiet_NaN();
      return;
    }
    lu(n, a, pivots);
    for (std::size_t i = 0; i < n; ++i) {
      T u = a[i * (n + 1)];
      double size = std::abs(static_cast<double>(u));
      if (pivots[i] != static_cast<int>(i) + 1) product = -product;
      product *= u;
      log += std::log(size);
      least = i == 0 ? size : std::min(least, size);
      greatest = i == 0 ? size : std::max(greatest, size);
      sign = u == 0 ? 0 : (u < 0) != (pivots[i] != static_cast<int>(i) + 1) ? -sign : sign;
    }
  }
};

/// Two numbers about each matrix, of its Pivots: shape (..., 2).
template <class T, class Numbers>
Tensor<T> of_pivots(const Tensor<T>& x, Numbers numbers) {
  Tensor<T> y = empty<T>(joined(lead_of(x.shape()), {2}));
  launch(
      [numbers](Array<T>& out, const Array<T>& in) {
        std::size_t n = in.shape().back();
        Array<T> copy = empty_array<T>({n, n});
        Array<int> pivots = empty_array<int>({n});
        for (std::size_t i = 0; i < out.size() / 2; ++i) {
          std::copy_n(in.data() + i * n * n, n * n, copy.data());
          numbers(Pivots<T>(n, copy.data(), pivots.data()), out.data() + 2 * i);
        }
      },
      y, x);
  return y;
}

/// Either of the two.
template <class T>
Tensor<T> half(const Tensor<T>& pair, Slice::Index which_half) {
  std::vector<Slice> taken(pair.ndim(), all);
  taken.back() = which_half;
  return slice(pair, taken);
}

/// The determinants, and the ratio of the least to the greatest pivot of LU.
template <class T>
Tensor<T> lu_determinants(const Tensor<T>& x) {
  return of_pivots(x.detach(), [](const Pivots<T>& pivots, T* out) {
    out[0] = pivots.product;
    out[1] = static_cast<T>(pivots.greatest == 0 ? 0 : pivots.least / pivots.greatest);
  });
}

/// det of matrices well away from singular, their determinants known.   gX = g y X^-T.
template <class T>
Tensor<T> regular_det(const Tensor<T>& x, Tensor<T> y) {
  Saved<T> saved_y(y);
  return record("det", std::move(y), {&x}, [x = Saved<T>(x), saved_y](Pullback<T>& p) {
    Tensor<T> factor = reshape(p.g * p.output(saved_y), joined(p.g.shape(), {1, 1}));
    p.add(0, factor * transposed(inverse("det", p.get(x), IfSingular::nan, {})));
  });
}
template <class T>
Tensor<T> regular_det(const Tensor<T>& x) {
  return regular_det(x, half(lu_determinants(x), 0));
}

/// The determinant of one matrix as a polynomial, without division (Bird 2011): with F(Z) = mu(Z)
/// X, mu(Z) = the part above the diagonal, and on it minus the sum of the diagonal elements below;
/// det X = (-1)^(n-1) (F^(n-1)(X))_11.
template <class T>
Tensor<T> polynomial_det(const Tensor<T>& x) {
  std::size_t n = x.shape()[0];
  Tensor<T> one = eye<T>(n), z = x;
  Tensor<T> below = triu(ones<T>({n, n}), 1);
  for (std::size_t i = 1; i < n; ++i) {
    Tensor<T> diagonal = matmul(below, sum(z * one, 1, keep_dims));  // sums of those below
    z = matmul(triu(z, 1) - one * diagonal, x);
  }
  Tensor<T> y = slice(z, {0, 0});
  return n % 2 == 0 ? -y : y;
}

/// Gaussian elimination with complete pivoting: permutations that bring a nonsingular block of
/// `rank` rows to the front, and their sign.
struct CompletePivoting {
  Array<std::int64_t> rows, columns;
  std::size_t rank = 0;
  int sign = 1;

  template <class T>
  CompletePivoting(const Array<T>& x, double least_ratio)
      : rows(empty_array<std::int64_t>({x.shape()[0]})),
        columns(empty_array<std::int64_t>(rows.shape())) {
    std::size_t n = x.shape()[0];
    std::vector<double> a(x.data(), x.data() + n * n);
    std::iota(rows.data(), rows.data() + n, 0);
    std::iota(columns.data(), columns.data() + n, 0);
    double first = 0;
    for (; rank < n; ++rank) {
      std::size_t r = rank, c = rank;
      for (std::size_t i = rank; i < n; ++i) {
        for (std::size_t j = rank; j < n; ++j) {
          if (std::abs(a[i * n + j]) > std::abs(a[r * n + c])) r = i, c = j;
        }
      }
      double pivot = a[r * n + c];
      if (rank == 0) first = std::abs(pivot);
      if (std::abs(pivot) <= least_ratio * first) return;
      exchange(rows, r);
      exchange(columns, c);
      for (std::size_t j = 0; j < n; ++j) std::swap(a[r * n + j], a[rank * n + j]);
      for (std::size_t i = 0; i < n; ++i) std::swap(a[i * n + c], a[i * n + rank]);
      for (std::size_t i = rank + 1; i < n; ++i) {
        double factor = a[i * n + rank] / pivot;
        for (std::size_t j = rank; j < n; ++j) a[i * n + j] -= factor * a[rank * n + j];
      }
    }
  }

 private:
  void exchange(Array<std::int64_t>& order, std::size_t i) {
    if (i != rank) sign = -sign;
    std::swap(order.data()[i], order.data()[rank]);
  }
};

/// Below this ratio of pivots X^-1 is too inaccurate for a gradient.
template <class T>
double least_ratio() {
  return std::pow(static_cast<double>(std::numeric_limits<T>::epsilon()), 0.25);
}

/// det of one matrix that may be singular, in operations whose derivatives are accurate.
template <class T>
Tensor<T> singular_det(const Tensor<T>& x, Location at) {
  CompletePivoting order(x.value(), least_ratio<T>());
  if (order.rank == 0) return polynomial_det(x);
  Tensor<T> b = take(take(x, order.rows, 0), order.columns, 1);
  Slice::Index r = static_cast<Slice::Index>(order.rank);
  Slice first = range(std::nullopt, r), rest = range(r, std::nullopt);
  Tensor<T> b11 = slice(b, {first, first});
  Tensor<T> y = regular_det(b11) * order.sign;
  if (order.rank == x.shape()[0]) return y;
  Tensor<T> reduced = matmul(slice(b, {rest, first}), solve(b11, slice(b, {first, rest}), at));
  return y * det(slice(b, {rest, rest}) - reduced, at);
}

}  // namespace

template <class T>
Tensor<T> det(const Tensor<T>& x, Location at) {
  check_square("det", x.shape(), at);
  Shape lead = lead_of(x.shape());
  std::size_t n = x.shape().back(), count = size_of(lead);
  if (n == 1) return reshape(x, lead);
  Tensor<T> y = lu_determinants(x);
  std::vector<std::size_t> singular;
  for (std::size_t i = 0; i < count; ++i) {
    if (y.data()[2 * i + 1] < least_ratio<T>()) singular.push_back(i);
  }
  if (singular.empty()) return regular_det(x, half(y, 0));
  // The singular ones are replaced by the identity, and their determinants put in one by one.
  Tensor<T> stack = reshape(x, Shape{count, n, n});
  Array<bool> replaced = empty_array<bool>({count, 1, 1});
  std::fill_n(replaced.data(), count, false);
  for (std::size_t i : singular) replaced.data()[i] = true;
  Tensor<T> regular;
  if (singular.size() < count) regular = regular_det(where(replaced, eye<T>(n), stack));
  std::vector<Tensor<T>> parts;
  Slice::Index start = 0, end = static_cast<Slice::Index>(count);
  for (std::size_t i : singular) {
    Slice::Index place = static_cast<Slice::Index>(i);
    if (place > start) parts.push_back(slice(regular, {range(start, place)}));
    parts.push_back(reshape(singular_det(slice(stack, {place}), at), Shape{1}));
    start = place + 1;
  }
  if (start < end) parts.push_back(slice(regular, {range(start, end)}));
  return reshape(concatenate(parts), lead);
}

template <class T>
SignLogDet<T> slogdet(const Tensor<T>& x, Location at) {
  check_square("slogdet", x.shape(), at);
  Tensor<T> pair = of_pivots(x.detach(), [](const Pivots<T>& pivots, T* out) {
    out[0] = static_cast<T>(std::isnan(pivots.log) ? pivots.log : pivots.sign);
    out[1] = static_cast<T>(pivots.log);
  });
  Tensor<T> y = record("slogdet", half(pair, 1), {&x}, [x = Saved<T>(x)](Pullback<T>& p) {
    p.add(0, reshape(p.g, joined(p.g.shape(), {1, 1})) *
                 transposed(inverse("slogdet", p.get(x), IfSingular::nan, {})));
  });
  return {half(pair, 0), y};
}

#define XGRAD_DETERMINANT(T)                          \
  template Tensor<T> det(const Tensor<T>&, Location); \
  template SignLogDet<T> slogdet(const Tensor<T>&, Location);
XGRAD_DETERMINANT(float)
XGRAD_DETERMINANT(double)

}  // namespace xgrad
