// The error function and its relatives, and the logarithm of the gamma function with all its
// derivatives.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = erf x = (2 / sqrt pi) times the integral of e^-t^2 from 0 to x, within 2 units in the last
/// place.   gx = (2 / sqrt pi) g e^-x^2.   Saves x.
template <class X>
Variable<X> erf(const X& x) {
  return unary(
      "erf", x, [](auto a) { return erf(a); },
      from_input([](auto g, auto a) { return g * (exp(-a * a) * 1.1283791670955125739); }));
}
XGRAD_UNARY(erf)

/// y = 1 - erf x, exact for large x too: within 1 unit in the last place.
/// gx = -(2 / sqrt pi) g e^-x^2.   Saves x.
template <class X>
Variable<X> erfc(const X& x) {
  return unary(
      "erfc", x, [](auto a) { return erfc(a); },
      from_input([](auto g, auto a) { return g * (exp(-a * a) * -1.1283791670955125739); }));
}
XGRAD_UNARY(erfc)

/// y with erf y = x, within 1 unit in the last place; +-inf at +-1, NaN for |x| > 1.
/// gx = (sqrt pi / 2) g e^y^2, so inf at -1 and 1.   Saves y.
template <class X>
Variable<X> erfinv(const X& x) {
  return unary(
      "erfinv", x, [](auto a) { return erfinv(a); },
      from_output([](auto g, auto y) { return g * (exp(y * y) * 0.88622692545275801365); }));
}
XGRAD_UNARY(erfinv)

/// y = the n-th derivative of digamma x, by Hurwitz's zeta function (DLMF 25.11.12).
/// gx = g polygamma(n + 1, x).   Saves x.
/// Within 1 unit in the last place for x > 0. For x < 0 within 1, or, near its zeros there, within
/// 1/500 of a unit of the terms that cancel. At 0 the limit from the side that the sign
/// says; at other poles inf if n is odd, else NaN. Throws std::invalid_argument unless 0 <= n <=
/// 2^30.
template <class X>
Variable<X> polygamma(int n, const X& x, Location at = here()) {
  constexpr int limit = 1 << 30;  // leaves room for the orders of derivatives
  if (n < 0 || n > limit) {
    fail("polygamma", "0 <= n <= 2^30", "n = " + std::to_string(n), at);
  }
  return unary(
      "polygamma", x, [n](auto a) { return polygamma(n, a); },
      from_input([n](auto g, auto a) { return g * polygamma(n + 1, a); }));
}
XGRAD_TEMPLATE template Tensor<float> polygamma(int, const Tensor<float>&, Location);
XGRAD_TEMPLATE template Tensor<double> polygamma(int, const Tensor<double>&, Location);

/// y = the derivative of lgamma x: polygamma(0, x), with its bounds. -inf at 0, inf at -0, NaN at
/// other poles and at -inf.   gx = g polygamma(1, x).   Saves x.
template <class X>
Variable<X> digamma(const X& x) {
  return unary(
      "digamma", x, [](auto a) { return digamma(a); },
      from_input([](auto g, auto a) { return g * polygamma(1, a); }));
}
XGRAD_UNARY(digamma)

/// y = ln |gamma x|, within 2 units in the last place; inf at 0 and the negative integers.
/// gx = g digamma x.   Saves x.
template <class X>
Variable<X> lgamma(const X& x) {
  return unary(
      "lgamma", x, [](auto a) { return lgamma(a); },
      from_input([](auto g, auto a) { return g * digamma(a); }));
}
XGRAD_UNARY(lgamma)

}  // namespace xgrad
