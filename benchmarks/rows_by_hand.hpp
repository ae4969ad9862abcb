// Rows of numbers in SIMD code, for the hand-written operations.
#pragma once
#include <algorithm>
#include <cstddef>
#include <limits>
#include <xsimd/xsimd.hpp>

namespace handwritten {

using Batch = xsimd::batch<float>;
inline constexpr std::size_t width = Batch::size;
inline constexpr float infinity = std::numeric_limits<float>::infinity();

inline Batch load(const float* x) { return Batch::load_unaligned(x); }

inline float hmax(const Batch& x) {
  alignas(64) float lanes[width];
  x.store_aligned(lanes);
  return *std::max_element(lanes, lanes + width);
}

/// The batch at x + i, with `filler` in the lanes from n on. Buffers end in memory that may be read
/// (AlignedAllocator).
inline Batch load_part(const float* x, std::size_t i, std::size_t n, const Batch& lane,
                       float filler) {
  return xsimd::select(lane < Batch(static_cast<float>(n - i)), load(x + i), Batch(filler));
}

/// 0, 1, 2, ...
inline Batch lane_numbers() {
  alignas(64) float lanes[width];
  for (std::size_t i = 0; i < width; ++i) lanes[i] = static_cast<float>(i);
  return Batch::load_aligned(lanes);
}

/// term(i) added up for i = 0, width, ... below n, in four sums, so that no addition waits for the
/// one before.
template <class Term>
float sum_over(std::size_t n, const Term& term) {
  Batch s0(0.0f), s1(0.0f), s2(0.0f), s3(0.0f);
  std::size_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    s0 += term(i);
    s1 += term(i + width);
    s2 += term(i + 2 * width);
    s3 += term(i + 3 * width);
  }
  for (; i < n; i += width) s0 += term(i);
  return xsimd::hadd((s0 + s1) + (s2 + s3));
}

inline float largest(const float* x, std::size_t n) {
  Batch m0(-infinity), m1 = m0, m2 = m0, m3 = m0;
  std::size_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    m0 = xsimd::max(m0, load(x + i));
    m1 = xsimd::max(m1, load(x + i + width));
    m2 = xsimd::max(m2, load(x + i + 2 * width));
    m3 = xsimd::max(m3, load(x + i + 3 * width));
  }
  for (; i + width <= n; i += width) m0 = xsimd::max(m0, load(x + i));
  float top = hmax(xsimd::max(xsimd::max(m0, m1), xsimd::max(m2, m3)));
  for (; i < n; ++i) top = std::max(top, x[i]);
  return top;
}

/// y = e^(x - top); returns the sum. Writes up to the end of a batch: the row that follows comes
/// later, or memory that may be written.
inline float exp_row(float* y, const float* x, std::size_t n, float top) {
  const Batch shift(top);
  const std::size_t whole = n - n % width;
  float sum = sum_over(whole, [&](std::size_t i) {
    const Batch e = xsimd::exp(load(x + i) - shift);
    e.store_unaligned(y + i);
    return e;
  });
  if (whole < n) {
    const Batch e = xsimd::exp(load_part(x, whole, n, lane_numbers(), -infinity) - shift);
    e.store_unaligned(y + whole);
    sum += xsimd::hadd(e);
  }
  return sum;
}

inline void scale_row(float* x, std::size_t n, float factor) {
  for (std::size_t i = 0; i < n; ++i) x[i] *= factor;
}

}  // namespace handwritten
