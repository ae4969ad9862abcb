// Exponentials, logarithms and powers of one tensor, beside exp, log and sqrt of ops/unary.hpp.
// Values are within 4 units in the last place.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = 2^x.   gx = g y ln 2.   Saves y.
template <class X>
Variable<X> exp2(const X& x) {
  return unary(
      "exp2", x, [](auto a) { return exp2(a); },
      from_output([](auto g, auto y) { return g * (y * 0.69314718055994530942); }));
}
XGRAD_UNARY(exp2)

/// y = e^x - 1, exact near 0.   gx = g (y + 1).   Saves y.
template <class X>
Variable<X> expm1(const X& x) {
  return unary(
      "expm1", x, [](auto a) { return expm1(a); },
      from_output([](auto g, auto y) { return g * (y + 1); }));
}
XGRAD_UNARY(expm1)

/// y = log2 x, -inf at 0, NaN for x < 0.   gx = g / (x ln 2).   Saves x.
template <class X>
Variable<X> log2(const X& x) {
  return unary(
      "log2", x, [](auto a) { return log2(a); },
      from_input([](auto g, auto a) { return g / (a * 0.69314718055994530942); }));
}
XGRAD_UNARY(log2)

/// y = log10 x, -inf at 0, NaN for x < 0.   gx = g / (x ln 10).   Saves x.
template <class X>
Variable<X> log10(const X& x) {
  return unary(
      "log10", x, [](auto a) { return log10(a); },
      from_input([](auto g, auto a) { return g / (a * 2.30258509299404568402); }));
}
XGRAD_UNARY(log10)

/// y = ln(1 + x), exact near 0, -inf at -1, NaN below.   gx = g / (1 + x).   Saves x.
template <class X>
Variable<X> log1p(const X& x) {
  return unary(
      "log1p", x, [](auto a) { return log1p(a); },
      from_input([](auto g, auto a) { return g / (1 + a); }));
}
XGRAD_UNARY(log1p)

/// y = 1 / sqrt x, inf at 0, NaN for x < 0.   gx = -g y^3 / 2, so -inf at 0.   Saves y.
template <class X>
Variable<X> rsqrt(const X& x) {
  return unary(
      "rsqrt", x, [](auto a) { return 1 / sqrt(a); },
      from_output([](auto g, auto y) { return g * (y * y * y * -0.5); }));
}
XGRAD_UNARY(rsqrt)

/// y = 1 / x by IEEE rules.   gx = -g y^2.   Saves y.
template <class X>
Variable<X> reciprocal(const X& x) {
  return unary(
      "reciprocal", x, [](auto a) { return 1 / a; },
      from_output([](auto g, auto y) { return -(g * y * y); }));
}
XGRAD_UNARY(reciprocal)

}  // namespace xgrad
