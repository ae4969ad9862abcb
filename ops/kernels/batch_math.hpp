// Elementary and special functions of a Batch, to be included where their rules are compiled. Those
// of xsimd 8.1 where they are within 4 units in the last place over the whole range, mended at its
// ends; else functions of numbers, element by element. tests/accuracy_test.cpp holds the bounds.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>
#include <xgrad/ops/kernels/special.hpp>

namespace xgrad {

template <class T>
Batch<T> exp2(Batch<T> x) {
  constexpr T safe = sizeof(T) == 4 ? T(125) : T(1020);
  return power_at_extremes([](auto v) { return xsimd::exp2(v); }, x, safe);
}
/// e^x - 1. xsimd 8.1 loses the sign of 0 and overflows too early.
template <class T>
Batch<T> expm1(Batch<T> x) {
  Batch<T> y = where(x == 0, x, xsimd::expm1(x.v));
  Mask<T> large = x > (sizeof(T) == 4 ? T(87) : T(707));
  return xsimd::any(large.m) ? where(large, exp(x), y) : y;
}
template <class T>
Batch<T> log2(Batch<T> x) {
  return log_with_denormals([](auto v) { return xsimd::log2(v); }, x, T(54));
}
template <class T>
Batch<T> log10(Batch<T> x) {
  constexpr T shift = T(16.255619765854984);  // 54 log10(2)
  return log_with_denormals([](auto v) { return xsimd::log10(v); }, x, shift);
}
/// ln(1 + x). xsimd 8.1 loses the sign of 0.
template <class T>
Batch<T> log1p(Batch<T> x) {
  return where(x == 0, x, xsimd::log1p(x.v));
}

template <class T>
Batch<T> sin(Batch<T> x) {
  return xsimd::sin(x.v);
}
template <class T>
Batch<T> cos(Batch<T> x) {
  return xsimd::cos(x.v);
}
template <class T>
Batch<T> tan(Batch<T> x) {
  return xsimd::tan(x.v);
}
template <class T>
Batch<T> asin(Batch<T> x) {
  return xsimd::asin(x.v);
}
template <class T>
Batch<T> acos(Batch<T> x) {
  return xsimd::acos(x.v);
}
template <class T>
Batch<T> atan(Batch<T> x) {
  return xsimd::atan(x.v);
}
template <class T>
Batch<T> sinh(Batch<T> x) {
  return xsimd::sinh(x.v);
}
template <class T>
Batch<T> cosh(Batch<T> x) {
  return xsimd::cosh(x.v);
}
template <class T>
Batch<T> asinh(Batch<T> x) {
  return xsimd::asinh(x.v);
}
/// NaN below 1. Of large negative numbers xsimd 8.1's is finite.
template <class T>
Batch<T> acosh(Batch<T> x) {
  return where(x >= 1, Batch<T>(xsimd::acosh(x.v)), std::numeric_limits<T>::quiet_NaN());
}
template <class T>
Batch<T> atanh(Batch<T> x) {
  return xsimd::atanh(x.v);
}

// Without SSE4.1 xsimd 8.1 loses the sign of a result 0.
template <class T>
Batch<T> zero_signed_as(Batch<T> x, Batch<T> y) {
  return where(y == 0, x * 0, y);
}
template <class T>
Batch<T> floor(Batch<T> x) {
  return zero_signed_as<T>(x, xsimd::floor(x.v));
}
template <class T>
Batch<T> ceil(Batch<T> x) {
  return zero_signed_as<T>(x, xsimd::ceil(x.v));
}
template <class T>
Batch<T> trunc(Batch<T> x) {
  return zero_signed_as<T>(x, xsimd::trunc(x.v));
}
/// To the nearest integer, half to even.
template <class T>
Batch<T> round(Batch<T> x) {
  return zero_signed_as<T>(x, xsimd::nearbyint(x.v));
}

template <class T>
Batch<T> erf(Batch<T> x) {
  return by_element([](T a) { return scalar::erf(a); }, x);
}
template <class T>
Batch<T> erfc(Batch<T> x) {
  return by_element([](T a) { return scalar::erfc(a); }, x);
}
template <class T>
Batch<T> erfinv(Batch<T> x) {
  return by_element([](T a) { return scalar::erfinv(a); }, x);
}
template <class T>
Batch<T> lgamma(Batch<T> x) {
  return by_element([](T a) { return scalar::lgamma(a); }, x);
}
template <class T>
Batch<T> digamma(Batch<T> x) {
  return by_element([](T a) { return scalar::digamma(a); }, x);
}
template <class T>
Batch<T> polygamma(int n, Batch<T> x) {
  return by_element([n](T a) { return scalar::polygamma(n, a); }, x);
}

}  // namespace xgrad
