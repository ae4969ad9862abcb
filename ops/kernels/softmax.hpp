// Rows of e^x, scaled so that nothing overflows.
#pragma once
#include <xgrad/ops/kernels/map.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad {

/// y_i = e^(x_i - shift) for a row of n; returns the sum of the results, which is kept in double.
template <class T>
double exp_row(T* y, const T* x, std::size_t n, T shift) {
  constexpr std::size_t block = 128 * Batch<T>::size, step = 1;  // stays in the first cache
  const auto shifted = [shift](Batch<T> a) { return exp(a - shift); };
  double sum = 0;
  for (std::size_t begin = 0; begin < n; begin += block) {
    const std::size_t length = std::min(block, n - begin);
    const T* from = x + begin;
    map_row(shifted, y + begin, length, &from, &step, std::index_sequence<0>());
    sum += fold_row<SumOf>(y + begin, length);
  }
  return sum;
}

/// The sum of e^(x_i - shift) for a row of n.
template <class T>
double exp_sum(const T* x, std::size_t n, T shift) {
  constexpr std::size_t block = 128 * Batch<T>::size;
  alignas(64) T values[block];
  double sum = 0;
  for (std::size_t begin = 0; begin < n; begin += block)
    sum += exp_row(values, x + begin, std::min(block, n - begin), shift);
  return sum;
}

/// The largest x of a row and the sum of e^(x - largest); their logarithm is largest + ln sum.
template <class T>
struct ExpSum {
  T largest;
  double sum;
  double log() const { return static_cast<double>(largest) + std::log(sum); }
};

/// y_i = e^(x_i - largest) for a row, with what is needed to normalize it.
template <class T>
ExpSum<T> scaled_exp_row(T* y, const T* x, std::size_t n) {
  T largest = fold_row<ExtremeOf<true>>(x, n);
  return {largest, exp_row(y, x, n, largest)};
}

/// ln sum e^x of a row. Where the largest is infinite or NaN it is the result; subtracting it would
/// give NaN.
template <class T>
T logsumexp_row(const T* x, std::size_t n) {
  const T largest = fold_row<ExtremeOf<true>>(x, n);
  if (!std::isfinite(largest)) return largest;
  return static_cast<T>(ExpSum<T>{largest, exp_sum(x, n, largest)}.log());
}
/// g times the derivative of that, e^x / sum e^x, and where infinities decide, its limit: shared by
/// the elements at +inf, 0 if all are -inf. NaN beside a NaN.
template <class T>
void logsumexp_row_gradient(T* gx, const T* x, std::size_t n, T g) {
  const ExpSum<T> e = scaled_exp_row(gx, x, n);
  if (std::isfinite(e.largest)) {
    const T scale = static_cast<T>(static_cast<double>(g) / e.sum);
    for (std::size_t i = 0; i < n; ++i) gx[i] *= scale;
  } else {
    const T ties = static_cast<T>(std::count(x, x + n, e.largest));  // none is NaN's
    const T share = e.largest < 0 ? T(0) : ties > 0 ? g / ties : e.largest;
    for (std::size_t i = 0; i < n; ++i) gx[i] = x[i] == e.largest || !(ties > 0) ? share : T(0);
  }
}

}  // namespace xgrad
