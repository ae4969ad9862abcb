// Batch<T>: as many elements as a register holds. The type on which the rules of the elementwise
// operations run; it has the same vocabulary as a tensor (operators, comparisons, where,
// functions), so that a rule such as g * (1 - y * y) is written once and means the same on both.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <xsimd/xsimd.hpp>

namespace xgrad {

/// A truth value per element of a Batch.
template <class T>
struct Mask {
  xsimd::batch_bool<T> m;

  friend Mask operator&&(Mask a, Mask b) { return {a.m & b.m}; }
  friend Mask operator||(Mask a, Mask b) { return {a.m | b.m}; }
  friend Mask operator!=(Mask a, Mask b) { return {a.m != b.m}; }
  friend Mask operator!(Mask a) { return {~a.m}; }
};

template <class T>
struct Batch {
  using Simd = xsimd::batch<T>;
  static constexpr std::size_t size = Simd::size;
  Simd v;

  Batch() = default;  // indeterminate
  // Implicit: rules write 1 - y, and 0.5 * x whatever T is.
  template <class S, std::enable_if_t<std::is_arithmetic_v<S>, int> = 0>
  Batch(S scalar) : v(static_cast<T>(scalar)) {}
  Batch(Simd simd) : v(simd) {}

  static Batch load(const T* p) { return Simd::load_unaligned(p); }
  void store(T* p) const { v.store_unaligned(p); }
  /// The first n < size elements; the others are 0.
  static Batch load(const T* p, std::size_t n) {
#ifdef __AVX512F__
    if constexpr (sizeof(T) == 4)
      return Simd(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1), p));
    else
      return Simd(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1U << n) - 1), p));
#elif defined(__AVX__)
    if constexpr (sizeof(T) == 4)
      return Simd(_mm256_maskload_ps(p, first(n)));
    else
      return Simd(_mm256_maskload_pd(p, first(n)));
#else
    alignas(64) T padded[size] = {};
    std::memcpy(padded, p, n * sizeof(T));
    return Simd::load_aligned(padded);
#endif
  }
  void store(T* p, std::size_t n) const {
#ifdef __AVX512F__
    if constexpr (sizeof(T) == 4)
      _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << n) - 1), v);
    else
      _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1U << n) - 1), v);
#elif defined(__AVX__)
    if constexpr (sizeof(T) == 4)
      _mm256_maskstore_ps(p, first(n), v);
    else
      _mm256_maskstore_pd(p, first(n), v);
#else
    alignas(64) T padded[size];
    v.store_aligned(padded);
    std::memcpy(p, padded, n * sizeof(T));
#endif
  }

#if defined(__AVX__) && !defined(__AVX512F__)
  /// All bits of the first n elements. (memcpy of a number that is not known is a call.)
  static __m256i first(std::size_t n) {
    static constexpr std::int32_t bits[] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 8 - n * (sizeof(T) / 4)));
  }
#endif

  friend Batch operator+(Batch a, Batch b) { return a.v + b.v; }
  friend Batch operator-(Batch a, Batch b) { return a.v - b.v; }
  friend Batch operator*(Batch a, Batch b) { return a.v * b.v; }
  friend Batch operator/(Batch a, Batch b) { return a.v / b.v; }
  // Not -a.v, which is 0 - a.v with AVX-512: the negative of 0 is -0.
  friend Batch operator-(Batch a) { return Simd(T(-0.0)) - a.v; }
  friend Mask<T> operator<(Batch a, Batch b) { return {a.v < b.v}; }
  friend Mask<T> operator<=(Batch a, Batch b) { return {a.v <= b.v}; }
  friend Mask<T> operator>(Batch a, Batch b) { return {a.v > b.v}; }
  friend Mask<T> operator>=(Batch a, Batch b) { return {a.v >= b.v}; }
  friend Mask<T> operator==(Batch a, Batch b) { return {a.v == b.v}; }
  friend Mask<T> operator!=(Batch a, Batch b) { return !(a == b); }  // xsimd's forgets NaN
  friend Batch where(Mask<T> condition, Batch a, Batch b) {
    return xsimd::select(condition.m, a.v, b.v);
  }
};

/// n rounded up to whole batches.
template <class T>
constexpr std::size_t whole_batches(std::size_t n) {
  return (n + Batch<T>::size - 1) / Batch<T>::size * Batch<T>::size;
}

template <class T>
Batch<T> abs(Batch<T> x) {
  return xsimd::abs(x.v);
}
template <class T>
Batch<T> sqrt(Batch<T> x) {
  return xsimd::sqrt(x.v);
}
/// f(x), a power of x. Beyond `safe` xsimd 8.1's overflow too early and flush denormal results.
template <class T, class F>
Batch<T> power_at_extremes(F f, Batch<T> x, T safe) {
  Mask<T> extreme = abs(x) > safe;
  if (!xsimd::any(extreme.m)) return f(x.v);
  Batch<T> root = f((x * T(0.5)).v);
  return where(extreme, root * root, f(x.v));
}
template <class T>
Batch<T> exp(Batch<T> x) {
  constexpr T safe = sizeof(T) == 4 ? T(87) : T(707);
  return power_at_extremes([](auto v) { return xsimd::exp(v); }, x, safe);
}
/// f(x), a logarithm of which xsimd 8.1's is wrong for denormal numbers; `shift` = f(2^54).
template <class T, class F>
Batch<T> log_with_denormals(F f, Batch<T> x, T shift) {
  constexpr T smallest = std::numeric_limits<T>::min(), scale = T(1ULL << 54);
  Mask<T> denormal = abs(x) < smallest;
  if (!xsimd::any(denormal.m)) return f(x.v);
  return where(denormal, Batch<T>(f((x * scale).v)) - shift, Batch<T>(f(x.v)));
}
template <class T>
Batch<T> log(Batch<T> x) {
  constexpr T shift = T(37.429947750237048);  // 54 ln 2
  return log_with_denormals([](auto v) { return xsimd::log(v); }, x, shift);
}
template <class T>
Batch<T> tanh(Batch<T> x) {
  return xsimd::tanh(x.v);
}
template <class T>
Batch<T> square(Batch<T> x) {
  return x * x;
}
/// -1, 0 or 1; NaN stays.
template <class T>
Batch<T> sign(Batch<T> x) {
  return where(x > 0, Batch<T>(1), where(x < 0, Batch<T>(-1), x));
}
/// 1 / (1 + exp(-x)), without overflow and without cancellation for large negative x.
template <class T>
Batch<T> sigmoid(Batch<T> x) {
  Batch<T> e = exp(-abs(x));
  return where(x >= 0, Batch<T>(1), e) / (1 + e);
}
/// max(x, 0); NaN stays.
template <class T>
Batch<T> relu(Batch<T> x) {
  return where(x <= 0, Batch<T>(0), x);
}
/// The larger; NaN if either is.
template <class T>
Batch<T> maximum(Batch<T> a, Batch<T> b) {
  return where(a > b, a, where(a == a, b, a));
}
template <class T>
Batch<T> minimum(Batch<T> a, Batch<T> b) {
  return where(a < b, a, where(a == a, b, a));
}
/// The elements of a batch in memory.
template <class T>
struct Elements {
  alignas(64) T at[Batch<T>::size];
  explicit Elements(Batch<T> batch) { batch.v.store_aligned(at); }
};
/// f(x, ...) of numbers, element by element: for what xsimd lacks or computes badly.
template <class F, class T, class... More>
Batch<T> by_element(const F& f, Batch<T> x, More... more) {
  alignas(64) T y[Batch<T>::size];
  auto fill = [&](const auto&... from) {
    for (std::size_t i = 0; i < Batch<T>::size; ++i) y[i] = f(from.at[i]...);
  };
  fill(Elements<T>(x), Elements<T>(more)...);
  return typename Batch<T>::Simd(Batch<T>::Simd::load_aligned(y));
}
/// The C library's pow: xsimd 8.1's is off by more than 20 units in the last place.
template <class T>
Batch<T> pow(Batch<T> a, Batch<T> b) {
  return by_element([](T x, T y) { return std::pow(x, y); }, a, b);
}

}  // namespace xgrad
