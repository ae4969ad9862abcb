// What the rules of ops/binary.hpp call on batches, beside batch.hpp and activation.hpp.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>

namespace xgrad {

template <class T>
Batch<T> atan2(Batch<T> a, Batch<T> b) {
  return by_element([](T x, T y) { return std::atan2(x, y); }, a, b);
}
/// sqrt(a^2 + b^2) without overflow; inf if either is infinite, even beside NaN.
template <class T>
Batch<T> hypot(Batch<T> a, Batch<T> b) {
  constexpr T inf = std::numeric_limits<T>::infinity();
  Batch<T> x = abs(a), z = abs(b);
  Batch<T> large = where(x > z, x, z), small = where(x > z, z, x);
  Batch<T> ratio = small / where(large == 0, 1, large);
  Batch<T> y = large * sqrt(1 + ratio * ratio);
  return where(x == inf, x, where(z == inf, z, y));
}
/// a + t (b - a), from the nearer end.
template <class T>
Batch<T> lerp(Batch<T> a, Batch<T> b, Batch<T> t) {
  return where(abs(t) < 0.5, a + t * (b - a), b - (1 - t) * (b - a));
}
template <class T>
Batch<T> copysign(Batch<T> a, Batch<T> b) {
  return xsimd::copysign(a.v, b.v);
}
template <class T>
Batch<T> fmod(Batch<T> a, Batch<T> b) {
  return by_element([](T x, T y) { return std::fmod(x, y); }, a, b);
}
/// Python's a % b.
template <class T>
Batch<T> remainder(Batch<T> a, Batch<T> b) {
  return by_element(
      [](T x, T y) {
        T rest = std::fmod(x, y);
        if (rest == 0) return std::copysign(rest, y);
        return (rest < 0) == (y < 0) ? rest : rest + y;
      },
      a, b);
}
/// Python's a // b: exact where a / b would round up to an integer.
template <class T>
Batch<T> floor_divide(Batch<T> a, Batch<T> b) {
  return by_element(
      [](T x, T y) {
        if (y == 0) return x / y;
        T rest = std::fmod(x, y), quotient = (x - rest) / y;
        if (rest != 0 && (rest < 0) != (y < 0)) quotient -= 1;
        return std::round(quotient);
      },
      a, b);
}

}  // namespace xgrad
