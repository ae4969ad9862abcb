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
