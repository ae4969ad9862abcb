// Elementwise functions of one tensor.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = -x.   gx = -g.
template <class X>
Variable<X> negative(const X& x) {
  return unary(
      "negative", x, [](auto a) { return -a; }, from_cotangent([](auto g) { return -g; }));
}
XGRAD_UNARY(negative)

/// y = |x|.   gx = g sign x, so 0 at 0.   Saves x.
template <class X>
Variable<X> abs(const X& x) {
  return unary(
      "abs", x, [](auto a) { return abs(a); },
      from_input([](auto g, auto a) { return g * sign(a); }));
}
XGRAD_UNARY(abs)

/// y = -1, 0 or 1 by the sign of x; NaN stays.   gx = 0.
template <class X>
Variable<X> sign(const X& x) {
  return unary(
      "sign", x, [](auto a) { return sign(a); },
      from_cotangent([](auto g) { return where(g == g, 0, g); }));
}
XGRAD_UNARY(sign)

/// y = x^2.   gx = 2 g x.   Saves x.
template <class X>
Variable<X> square(const X& x) {
  return unary(
      "square", x, [](auto a) { return a * a; },
      from_input([](auto g, auto a) { return 2 * g * a; }));
}
XGRAD_UNARY(square)

/// y = sqrt x, NaN for x < 0.   gx = g / (2 y), so inf at 0.   Saves y.
template <class X>
Variable<X> sqrt(const X& x) {
  return unary(
      "sqrt", x, [](auto a) { return sqrt(a); },
      from_output([](auto g, auto y) { return g / (2 * y); }));
}
XGRAD_UNARY(sqrt)

/// y = e^x.   gx = g y.   Saves y.
template <class X>
Variable<X> exp(const X& x) {
  return unary(
      "exp", x, [](auto a) { return exp(a); }, from_output([](auto g, auto y) { return g * y; }));
}
XGRAD_UNARY(exp)

/// y = ln x, -inf at 0, NaN for x < 0.   gx = g / x.   Saves x.
template <class X>
Variable<X> log(const X& x) {
  return unary(
      "log", x, [](auto a) { return log(a); }, from_input([](auto g, auto a) { return g / a; }));
}
XGRAD_UNARY(log)

/// y = tanh x.   gx = g (1 - y^2).   Saves y.
template <class X>
Variable<X> tanh(const X& x) {
  return unary(
      "tanh", x, [](auto a) { return tanh(a); },
      from_output([](auto g, auto y) { return g * (1 - y * y); }));
}
XGRAD_UNARY(tanh)

/// y = 1 / (1 + e^-x).   gx = g y (1 - y).   Saves y.
template <class X>
Variable<X> sigmoid(const X& x) {
  return unary(
      "sigmoid", x, [](auto a) { return sigmoid(a); },
      from_output([](auto g, auto y) { return g * (y * (1 - y)); }));
}
XGRAD_UNARY(sigmoid)

/// y = max(x, 0), NaN stays.   gx = g where x > 0 or x is NaN, else 0.   Saves y.
template <class X>
Variable<X> relu(const X& x) {
  return unary(
      "relu", x, [](auto a) { return relu(a); },
      from_output([](auto g, auto y) { return where(y <= 0, 0, g); }));
}
XGRAD_UNARY(relu)

}  // namespace xgrad
