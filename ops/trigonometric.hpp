// Trigonometric and hyperbolic functions and their inverses; tanh is in ops/unary.hpp. Values are
// within 4 units in the last place, of huge arguments too.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = sin x, NaN of infinities.   gx = g cos x.   Saves x.
template <class X>
Variable<X> sin(const X& x) {
  return unary(
      "sin", x, [](auto a) { return sin(a); },
      from_input([](auto g, auto a) { return g * cos(a); }));
}
XGRAD_UNARY(sin)

/// y = cos x, NaN of infinities.   gx = -g sin x.   Saves x.
template <class X>
Variable<X> cos(const X& x) {
  return unary(
      "cos", x, [](auto a) { return cos(a); },
      from_input([](auto g, auto a) { return -g * sin(a); }));
}
XGRAD_UNARY(cos)

/// y = tan x, NaN of infinities.   gx = g (1 + y^2).   Saves y.
template <class X>
Variable<X> tan(const X& x) {
  return unary(
      "tan", x, [](auto a) { return tan(a); },
      from_output([](auto g, auto y) { return g * (1 + y * y); }));
}
XGRAD_UNARY(tan)

/// y = arcsin x, NaN for |x| > 1.   gx = g / sqrt(1 - x^2), so inf at -1 and 1.   Saves x.
template <class X>
Variable<X> asin(const X& x) {
  return unary(
      "asin", x, [](auto a) { return asin(a); },
      from_input([](auto g, auto a) { return g / sqrt((1 - a) * (1 + a)); }));
}
XGRAD_UNARY(asin)

/// y = arccos x, NaN for |x| > 1.   gx = -g / sqrt(1 - x^2), so -inf at -1 and 1.   Saves x.
template <class X>
Variable<X> acos(const X& x) {
  return unary(
      "acos", x, [](auto a) { return acos(a); },
      from_input([](auto g, auto a) { return -g / sqrt((1 - a) * (1 + a)); }));
}
XGRAD_UNARY(acos)

/// y = arctan x.   gx = g / (1 + x^2).   Saves x.
template <class X>
Variable<X> atan(const X& x) {
  return unary(
      "atan", x, [](auto a) { return atan(a); },
      from_input([](auto g, auto a) { return g / (1 + a * a); }));
}
XGRAD_UNARY(atan)

/// y = sinh x.   gx = g cosh x.   Saves x.
template <class X>
Variable<X> sinh(const X& x) {
  return unary(
      "sinh", x, [](auto a) { return sinh(a); },
      from_input([](auto g, auto a) { return g * cosh(a); }));
}
XGRAD_UNARY(sinh)

/// y = cosh x.   gx = g sinh x.   Saves x.
template <class X>
Variable<X> cosh(const X& x) {
  return unary(
      "cosh", x, [](auto a) { return cosh(a); },
      from_input([](auto g, auto a) { return g * sinh(a); }));
}
XGRAD_UNARY(cosh)

/// y = arsinh x.   gx = g / sqrt(x^2 + 1).   Saves x.
template <class X>
Variable<X> asinh(const X& x) {
  return unary(
      "asinh", x, [](auto a) { return asinh(a); },
      from_input([](auto g, auto a) { return g / sqrt(a * a + 1); }));
}
XGRAD_UNARY(asinh)

/// y = arcosh x, NaN for x < 1.   gx = g / sqrt(x^2 - 1), so inf at 1, NaN below.   Saves x.
template <class X>
Variable<X> acosh(const X& x) {
  return unary(
      "acosh", x, [](auto a) { return acosh(a); },
      from_input([](auto g, auto a) { return g / (sqrt(a - 1) * sqrt(a + 1)); }));
}
XGRAD_UNARY(acosh)

/// y = artanh x, +-inf at +-1, NaN for |x| > 1.   gx = g / (1 - x^2), so inf at -1 and 1.   Saves
/// x.
template <class X>
Variable<X> atanh(const X& x) {
  return unary(
      "atanh", x, [](auto a) { return atanh(a); },
      from_input([](auto g, auto a) { return g / ((1 - a) * (1 + a)); }));
}
XGRAD_UNARY(atanh)

/// y = (pi / 180) x.   gx = (pi / 180) g.
template <class X>
Variable<X> deg2rad(const X& x) {
  return unary(
      "deg2rad", x, [](auto a) { return a * 0.017453292519943295769; },
      from_cotangent([](auto g) { return g * 0.017453292519943295769; }));
}
XGRAD_UNARY(deg2rad)

/// y = (180 / pi) x.   gx = (180 / pi) g.
template <class X>
Variable<X> rad2deg(const X& x) {
  return unary(
      "rad2deg", x, [](auto a) { return a * 57.295779513082320877; },
      from_cotangent([](auto g) { return g * 57.295779513082320877; }));
}
XGRAD_UNARY(rad2deg)

}  // namespace xgrad
