// Rows of e^x, scaled so that nothing overflows.
#pragma once
#include <xgrad/ops/kernels/map.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace xgrad {

/// The sum of e^(x_i - shift) for a row of n, in double; each batch is handed to keep(place, e).
template <class T, class Keep>
[[gnu::always_inline]] inline double exp_sum(const T* x, std::size_t n, T shift, const Keep& keep) {
  return sum_of_rounded<T>(n, [&](auto place) {
    const Batch<T> e = exp(place.load(x) - Batch<T>(shift));
    keep(place, e);
    return place.part(e);
  });
}
template <class T>
double exp_row(T* y, const T* x, std::size_t n, T shift) {
  return exp_sum(x, n, shift, [y](auto place, Batch<T> e) { place.store(y, e); });
}

/// The largest x of a row and the sum of e^(x - largest); their logarithm is largest + ln sum.
template <class T>
struct ExpSum {
  T largest;
  double sum;
  double log() const { return static_cast<double>(largest) + std::log(sum); }
};

/// The largest of a batch's elements that are numbers.
template <class T>
T largest_element(Batch<T> x) {
  alignas(64) std::array<T, Batch<T>::size> lanes;
  x.store(lanes.data());
  for (std::size_t half = lanes.size() / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j)
      lanes[j] = lanes[j] > lanes[j + half] ? lanes[j] : lanes[j + half];
  }
  return lanes[0];
}

/// scaled_exp_row of a row that fits in C batches, the last of which may be partial: most of what a
/// short row costs in a loop is the loop.
template <int C, class T>
ExpSum<T> short_exp_row(T* y, const T* x, std::size_t n) {
  using Max = ExtremeOf<true>;
  constexpr std::size_t size = Batch<T>::size, whole = (C - 1) * size;
  const PartialBatch<T> tail{whole, n - whole};
  const Mask<T> present = first_elements<T>(n - whole);
  const Batch<T> last = tail.load(x);
  Batch<T> best = where(present, last, Batch<T>(Max::start<T>()));
  for (std::size_t i = 0; i < whole; i += size) best = xsimd::max(Batch<T>::load(x + i).v, best.v);
  const T largest = largest_element(best);
  DoubleSum<T> sum;
  for (std::size_t i = 0; i < whole; i += size) {
    const Batch<T> e = exp(Batch<T>::load(x + i) - largest);
    e.store(y + i);
    sum.add(e);
  }
  const Batch<T> e = exp(where(present, last - largest, Batch<T>(0)));
  tail.store(y, e);
  sum.add(where(present, e, Batch<T>(0)));
  const double total = sum.total();
  // A sum that is NaN is that of a NaN, or of infinities.
  return {total == total ? largest : fold_row<Max>(x, n), total};
}

/// y_i = e^(x_i - largest) for a row, with what is needed to normalize it.
template <class T>
ExpSum<T> scaled_exp_row(T* y, const T* x, std::size_t n) {
  constexpr std::size_t size = Batch<T>::size;
  if (n == 0 || n > 2 * size) {
    const T largest = fold_row<ExtremeOf<true>>(x, n);
    return {largest, exp_row(y, x, n, largest)};
  }
  return n <= size ? short_exp_row<1>(y, x, n) : short_exp_row<2>(y, x, n);
}
/// The same without the y_i.
template <class T>
ExpSum<T> exp_sum_row(const T* x, std::size_t n) {
  const T largest = fold_row<ExtremeOf<true>>(x, n);
  return {largest, exp_sum(x, n, largest, [](auto, Batch<T>) {})};
}

/// ln sum e^x of a row. Where the largest is infinite or NaN it is the result; subtracting it would
/// give NaN.
template <class T>
T logsumexp_row(const T* x, std::size_t n) {
  const ExpSum<T> e = exp_sum_row(x, n);
  return std::isfinite(e.largest) ? static_cast<T>(e.log()) : e.largest;
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
