// Rows of e^x, scaled so that nothing overflows.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <cmath>

namespace xgrad {

/// y_i = e^(x_i - shift) for a row of n; returns the sum of the results, which is kept in double.
template <class T>
double exp_row(T* y, const T* x, std::size_t n, T shift) {
  constexpr std::size_t width = Batch<T>::size;
  std::size_t i = 0;
  for (; i + width <= n; i += width) exp(Batch<T>::load(x + i) - shift).store(y + i);
  if (i < n) exp(Batch<T>::load(x + i, n - i) - shift).store(y + i, n - i);
  return fold_row<SumOf>(y, n);
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

}  // namespace xgrad
