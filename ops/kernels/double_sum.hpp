// Sums of elements in double, from batches of them.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace xgrad {

/// The lower and the upper half of a batch, as doubles.
inline std::pair<Batch<double>, Batch<double>> double_halves(Batch<float> x) {
  using Simd = Batch<double>::Simd;
#ifdef __AVX512F__
  const __m512 v = x.v;
  const __m256d upper = _mm512_extractf64x4_pd(_mm512_castps_pd(v), 1);
  return {Simd(_mm512_cvtps_pd(_mm512_castps512_ps256(v))),
          Simd(_mm512_cvtps_pd(_mm256_castpd_ps(upper)))};
#elif defined(__AVX__)
  const __m256 v = x.v;
  return {Simd(_mm256_cvtps_pd(_mm256_castps256_ps128(v))),
          Simd(_mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)))};
#else
  constexpr std::size_t half = Batch<double>::size;
  alignas(64) float elements[2 * half];
  alignas(64) double doubles[2 * half];
  x.store(elements);
  for (std::size_t i = 0; i < 2 * half; ++i) doubles[i] = static_cast<double>(elements[i]);
  return {Simd(Simd::load_aligned(doubles)), Simd(Simd::load_aligned(doubles + half))};
#endif
}

/// A sum in a lane for each element of a batch.
template <class T>
class DoubleSum {
 public:
  DoubleSum() {
    for (Batch<double>& part : parts_) part = 0;
  }
  /// Sums that were stored; there are as many as a batch has elements.
  explicit DoubleSum(const double* from) {
    for (std::size_t i = 0; i < count; ++i) parts_[i] = Batch<double>::load(from + i * width);
  }
  void store(double* to) const {
    for (std::size_t i = 0; i < count; ++i) parts_[i].store(to + i * width);
  }
  void add(Batch<T> x) {
    if constexpr (count == 1) {
      parts_[0] = parts_[0] + x;
    } else {
      const auto [lower, upper] = double_halves(x);
      parts_[0] = parts_[0] + lower;
      parts_[1] = parts_[1] + upper;
    }
  }
  void add(const DoubleSum& other) {
    for (std::size_t i = 0; i < count; ++i) parts_[i] = parts_[i] + other.parts_[i];
  }
  Batch<T> rounded() const {
    std::array<double, count * width> sums;
    std::array<T, count * width> result;
    store(sums.data());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<T>(sums[i]);
    return Batch<T>::load(result.data());
  }
  /// Of all lanes, in pairs.
  double total() const {
    Batch<double> sum = parts_[0];
    if constexpr (count == 2) sum = sum + parts_[1];
    alignas(64) std::array<double, width> lanes;
    sum.store(lanes.data());
    for (std::size_t half = width / 2; half > 0; half /= 2) {
      for (std::size_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
    }
    return lanes[0];
  }

 private:
  static constexpr std::size_t width = Batch<double>::size, count = sizeof(double) / sizeof(T);
  std::array<Batch<double>, count> parts_;
};

/// The first n of a batch's elements.
template <class T>
Mask<T> first_elements(std::size_t n) {
  static constexpr std::array<T, Batch<T>::size> numbers = [] {
    std::array<T, Batch<T>::size> result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<T>(i);
    return result;
  }();
  return Batch<T>::load(numbers.data()) < Batch<T>(n);
}

/// Where a loop over arrays stands: at a whole batch, or at the last elements.
template <class T>
struct WholeBatch {
  std::size_t at;
  Batch<T> load(const T* x) const { return Batch<T>::load(x + at); }
  void store(T* y, Batch<T> value) const { value.store(y + at); }
  /// The value, 0 beyond the last element.
  Batch<T> part(Batch<T> value) const { return value; }
};
template <class T>
struct PartialBatch {
  std::size_t at, n;
  /// The others are 0.
  Batch<T> load(const T* x) const { return Batch<T>::load(x + at, n); }
  void store(T* y, Batch<T> value) const { value.store(y + at, n); }
  Batch<T> part(Batch<T> value) const { return where(first_elements<T>(n), value, Batch<T>(0)); }
};
/// f(place) for the batches of n elements. Inlined, as the others below: what f captures then stays
/// in registers.
template <class T, class F>
[[gnu::always_inline]] inline void for_each_batch(std::size_t n, const F& f) {
  constexpr std::size_t size = Batch<T>::size;
  std::size_t i = 0;
  for (; i + size <= n; i += size) f(WholeBatch<T>{i});
  if (i < n) f(PartialBatch<T>{i, n - i});
}

/// term(place) added up over n elements, in four sums, so that no addition waits for the one
/// before. What a term makes of the zeros beyond the last element counts.
template <class T, class Term>
[[gnu::always_inline]] inline double sum_of_batches(std::size_t n, const Term& term) {
  constexpr std::size_t size = Batch<T>::size;
  std::array<DoubleSum<T>, 4> sums;
  std::size_t i = 0;
  for (; i + 4 * size <= n; i += 4 * size) {
    for (std::size_t j = 0; j < 4; ++j) sums[j].add(term(WholeBatch<T>{i + j * size}));
  }
  for (; i + size <= n; i += size) sums[0].add(term(WholeBatch<T>{i}));
  if (i < n) sums[1].add(term(PartialBatch<T>{i, n - i}));
  sums[0].add(sums[1]);
  sums[2].add(sums[3]);
  sums[0].add(sums[2]);
  return sums[0].total();
}

/// The sum of n contiguous elements.
template <class T>
double sum_of_row(const T* x, std::size_t n) {
  return sum_of_batches<T>(n, [x](auto place) { return place.load(x); });
}

/// (a + b) + (c + d) in T, to be added to a sum in double: four terms that are rounded anyway cost
/// a conversion only once.
template <class T, class Term>
[[gnu::always_inline]] inline Batch<T> sum_of_four(const Term& term) {
  return (term(0) + term(1)) + (term(2) + term(3));
}

/// sum_of_batches with sum_of_four.
template <class T, class Term>
[[gnu::always_inline]] inline double sum_of_rounded(std::size_t n, const Term& term) {
  constexpr std::size_t size = Batch<T>::size;
  DoubleSum<T> sum;
  std::size_t i = 0;
  for (; i + 4 * size <= n; i += 4 * size) {
    sum.add(sum_of_four<T>([&](std::size_t j) { return term(WholeBatch<T>{i + j * size}); }));
  }
  for (; i + size <= n; i += size) sum.add(term(WholeBatch<T>{i}));
  if (i < n) sum.add(term(PartialBatch<T>{i, n - i}));
  return sum.total();
}

/// sums[i] += term(row, place of i), from each row, for i < n rounded up to whole batches; from
/// four rows with sum_of_four.
template <class T, class Term>
[[gnu::always_inline]] inline void add_rounded_rows(double* sums, std::size_t n, std::size_t rows,
                                                    const Term& term) {
  for_each_batch<T>(n, [&](auto place) {
    DoubleSum<T> sum(sums + place.at);
    std::size_t row = 0;
    for (; row + 4 <= rows; row += 4)
      sum.add(sum_of_four<T>([&](std::size_t r) { return term(row + r, place); }));
    for (; row < rows; ++row) sum.add(term(row, place));
    sum.store(sums + place.at);
  });
}

/// sums[i] += x[i] for i < n.
template <class T>
void add_doubles(double* sums, const T* x, std::size_t n) {
  const std::size_t whole = n - n % Batch<T>::size;
  for_each_batch<T>(whole, [sums, x](auto place) {
    DoubleSum<T> sum(sums + place.at);
    sum.add(place.load(x));
    sum.store(sums + place.at);
  });
  for (std::size_t i = whole; i < n; ++i) sums[i] += static_cast<double>(x[i]);
}

}  // namespace xgrad
