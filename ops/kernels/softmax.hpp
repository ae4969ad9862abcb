// Rows of e^x, scaled so that nothing overflows.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad {

/// y_i = e^(x_i - shift) for a row of n; returns the sum of the results, which is kept in double.
template <class T>
double exp_row(T* y, const T* x, std::size_t n, T shift) {
  constexpr std::size_t width = Batch<T>::size, block = 128 * width;  // stays in the first cache
  double sum = 0;
  std::size_t i = 0;
  while (i < n) {
    const std::size_t begin = i, end = std::min(n, i + block);
    for (; i + width <= end; i += width) exp(Batch<T>::load(x + i) - shift).store(y + i);
    if (i < end) exp(Batch<T>::load(x + i, end - i) - shift).store(y + i, end - i);
    i = end;
    sum += fold_row<SumOf>(y + begin, end - begin);
  }
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

}  // namespace xgrad
