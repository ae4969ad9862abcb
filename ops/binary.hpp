// More elementwise functions of two tensors, and of three; see ops/arithmetic.hpp.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = sqrt(a^2 + b^2) without overflow, inf if either is infinite.
/// ga = g a / y, gb = g b / y, both 0 at (0, 0).   Saves a, b.
template <class X>
Variable<X> hypot(const X& a, const X& b, Location at = here()) {
  auto partial = [](auto g, auto x, auto z) {
    auto r = hypot(x, z);
    return g * where(r == 0, 0, x / where(r == 0, 1, r));
  };
  return binary(
      "hypot", a, b, [](auto x, auto z) { return hypot(x, z); }, from_a_and_b(partial),
      from_a_and_b([partial](auto g, auto x, auto z) { return partial(g, z, x); }), at);
}
XGRAD_BINARY(Variable, hypot)

/// y = the angle of the point (b, a) in (-pi, pi].
/// ga = g b / (a^2 + b^2), gb = -g a / (a^2 + b^2), both 0 at (0, 0).   Saves a, b.
template <class X>
Variable<X> atan2(const X& a, const X& b, Location at = here()) {
  auto over_square = [](auto g, auto part, auto r) {
    auto safe = where(r == 0, 1, r);
    return g * where(r == 0, 0, part / safe / safe);
  };
  return binary(
      "atan2", a, b, [](auto x, auto z) { return atan2(x, z); },
      from_a_and_b([=](auto g, auto x, auto z) { return over_square(g, z, hypot(x, z)); }),
      from_a_and_b([=](auto g, auto x, auto z) { return over_square(g, -x, hypot(x, z)); }), at);
}
XGRAD_BINARY(Variable, atan2)

/// y = ln(e^a + e^b) without overflow.   ga = g sigmoid(a - b), gb = g sigmoid(b - a); between
/// equal infinities as for logsumexp: 0 and 0 if negative, g / 2 and g / 2 if positive.
/// Saves a, b.
template <class X>
Variable<X> logaddexp(const X& a, const X& b, Location at = here()) {
  auto share = [](auto g, auto x, auto z) {
    auto d = x - z;  // not 0 between equals only if they are infinite
    return g * sigmoid(where(x == z, where(d == 0, d, where(x < 0, x, 0)), d));
  };
  return binary(
      "logaddexp", a, b,
      [](auto x, auto z) { return maximum(x, z) + softplus(-abs(where(x == z, 0, x - z))); },
      from_a_and_b(share), from_a_and_b([share](auto g, auto x, auto z) { return share(g, z, x); }),
      at);
}
XGRAD_BINARY(Variable, logaddexp)

/// y = a ln b, 0 where a = 0 and b is not NaN.   ga = g ln b, 0 where a = 0 and b <= 0.
/// gb = g a / b.   Saves a, b.
template <class X>
Variable<X> xlogy(const X& a, const X& b, Location at = here()) {
  return binary(
      "xlogy", a, b, [](auto x, auto z) { return where(x == 0, where(z == z, 0, z), x * log(z)); },
      from_a_and_b(
          [](auto g, auto x, auto z) { return g * log(where(x == 0, where(z <= 0, 1, z), z)); }),
      from_a_and_b([](auto g, auto x, auto z) { return g * (x / z); }), at);
}
XGRAD_BINARY(Variable, xlogy)

/// y = the largest integer <= a / b (Python's a // b, exact), a / b where b = 0.   ga = gb = 0.
template <class X>
Variable<X> floor_divide(const X& a, const X& b, Location at = here()) {
  auto zero = [](auto g) { return where(g == g, 0, g); };
  return binary(
      "floor_divide", a, b, [](auto x, auto z) { return floor_divide(x, z); }, from_cotangent(zero),
      from_cotangent(zero), at);
}
XGRAD_BINARY(Variable, floor_divide)

/// y = a - b floor(a / b), exact, with the sign of b (Python's a % b); NaN where b = 0.
/// ga = g, gb = -g floor(a / b).   Saves a, b.
template <class X>
Variable<X> remainder(const X& a, const X& b, Location at = here()) {
  return binary(
      "remainder", a, b, [](auto x, auto z) { return remainder(x, z); }, from_cotangent(Pass()),
      from_a_and_b([](auto g, auto x, auto z) { return -(g * floor_divide(x, z)); }), at);
}
XGRAD_BINARY(Variable, remainder)

/// y = a - b trunc(a / b), exact, with the sign of a (C's fmod); NaN where b = 0.
/// ga = g, gb = -g trunc(a / b).   Saves a, b.
template <class X>
Variable<X> fmod(const X& a, const X& b, Location at = here()) {
  return binary(
      "fmod", a, b, [](auto x, auto z) { return fmod(x, z); }, from_cotangent(Pass()),
      from_a_and_b([](auto g, auto x, auto z) {
        return -(g * (floor_divide(abs(x), abs(z)) * (sign(x) * sign(z))));
      }),
      at);
}
XGRAD_BINARY(Variable, fmod)

/// y = |a| with the sign of b, of a zero and a NaN too.   ga = g if the signs are the same, else
/// -g, 0 where a = 0.   gb = 0.   Saves a, b.
template <class X>
Variable<X> copysign(const X& a, const X& b, Location at = here()) {
  return binary(
      "copysign", a, b, [](auto x, auto z) { return copysign(x, z); },
      from_a_and_b([](auto g, auto x, auto z) { return g * (sign(x) * sign(copysign(x, z))); }),
      from_cotangent([](auto g) { return where(g == g, 0, g); }), at);
}
XGRAD_BINARY(Variable, copysign)

/// y = a + t (b - a), exact at t = 0 and t = 1; the three broadcast together.
/// ga = g (1 - t), gb = g t, gt = g (b - a).   Saves t, and a and b if t wants a gradient.
template <class T>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& t, Location at = here());
template <class T, class S, IfNumber<Tensor<T>, S> = 0>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, S t, Location at = here()) {
  return lerp(a, b, Tensor<T>(t), at);
}

}  // namespace xgrad
