// Rounding to integers. The gradient is 0 everywhere; a NaN cotangent stays NaN.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = the largest integer <= x; NaN and infinities stay.   gx = 0.
template <class X>
Variable<X> floor(const X& x) {
  return unary(
      "floor", x, [](auto a) { return floor(a); },
      from_cotangent([](auto g) { return where(g == g, 0, g); }));
}
XGRAD_UNARY(floor)

/// y = the smallest integer >= x; NaN and infinities stay.   gx = 0.
template <class X>
Variable<X> ceil(const X& x) {
  return unary(
      "ceil", x, [](auto a) { return ceil(a); },
      from_cotangent([](auto g) { return where(g == g, 0, g); }));
}
XGRAD_UNARY(ceil)

/// y = the integer nearest to x, the even one of two; NaN and infinities stay.   gx = 0.
template <class X>
Variable<X> round(const X& x) {
  return unary(
      "round", x, [](auto a) { return round(a); },
      from_cotangent([](auto g) { return where(g == g, 0, g); }));
}
XGRAD_UNARY(round)

/// y = x without its fraction; NaN and infinities stay.   gx = 0.
template <class X>
Variable<X> trunc(const X& x) {
  return unary(
      "trunc", x, [](auto a) { return trunc(a); },
      from_cotangent([](auto g) { return where(g == g, 0, g); }));
}
XGRAD_UNARY(trunc)

}  // namespace xgrad
