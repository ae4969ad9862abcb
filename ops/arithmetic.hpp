// Elementwise functions of two tensors, comparisons, and where. All broadcast like NumPy. A number
// or an xtensor expression may stand on either side; the result has the tensor's element type.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

// y = a + b.   ga = gb = g.   Documented where the engine declares it, autograd/broadcast.hpp.
template <class X>
Variable<X> add(const X& a, const X& b, Location at) {
  return binary(
      "add", a, b, [](auto x, auto z) { return x + z; }, from_cotangent(Pass()),
      from_cotangent(Pass()), at);
}
XGRAD_BINARY(Variable, add)

/// y = a - b.   ga = g, gb = -g.
template <class X>
Variable<X> subtract(const X& a, const X& b, Location at = here()) {
  return binary(
      "subtract", a, b, [](auto x, auto z) { return x - z; }, from_cotangent(Pass()),
      from_cotangent([](auto g) { return -g; }), at);
}
XGRAD_BINARY(Variable, subtract)

/// y = a b.   ga = g b, gb = g a.   Saves the factor of whichever wants a gradient.
template <class X>
Variable<X> multiply(const X& a, const X& b, Location at = here()) {
  return binary(
      "multiply", a, b, [](auto x, auto z) { return x * z; },
      from_b([](auto g, auto z) { return g * z; }), from_a([](auto g, auto x) { return g * x; }),
      at);
}
XGRAD_BINARY(Variable, multiply)

/// y = a / b by IEEE rules.   ga = g / b, gb = -g a / b^2.   Saves b, and a if b wants a gradient.
template <class X>
Variable<X> divide(const X& a, const X& b, Location at = here()) {
  return binary(
      "divide", a, b, [](auto x, auto z) { return x / z; },
      from_b([](auto g, auto z) { return g / z; }),
      from_a_and_b([](auto g, auto x, auto z) { return -(g / z) * (x / z); }), at);
}
XGRAD_BINARY(Variable, divide)

/// y = max(a, b), NaN if either is.   ga = g where a > b, else 0, gb likewise; at a tie each gets
/// g / 2, the subgradient of least norm; with a NaN both get g, so that it is never hidden.
/// Saves a, b.
template <class X>
Variable<X> maximum(const X& a, const X& b, Location at = here()) {
  return binary(
      "maximum", a, b, [](auto x, auto z) { return maximum(x, z); },
      from_a_and_b(
          [](auto g, auto x, auto z) { return where(x < z, 0, where(x == z, g * 0.5, g)); }),
      from_a_and_b(
          [](auto g, auto x, auto z) { return where(x > z, 0, where(x == z, g * 0.5, g)); }),
      at);
}
XGRAD_BINARY(Variable, maximum)

/// y = min(a, b), NaN if either is.   Gradients as for maximum.   Saves a, b.
template <class X>
Variable<X> minimum(const X& a, const X& b, Location at = here()) {
  return binary(
      "minimum", a, b, [](auto x, auto z) { return minimum(x, z); },
      from_a_and_b(
          [](auto g, auto x, auto z) { return where(x > z, 0, where(x == z, g * 0.5, g)); }),
      from_a_and_b(
          [](auto g, auto x, auto z) { return where(x < z, 0, where(x == z, g * 0.5, g)); }),
      at);
}
XGRAD_BINARY(Variable, minimum)

/// y = a^b, NaN for a < 0 and b not an integer.
/// ga = g b a^(b-1), 0 where b = 0.   gb = g y ln a, 0 where a = 0 and b >= 0, NaN where a < 0.
/// Saves a, b. The arguments are made safe before they meet pow and log: what a where() does not
/// take still has a derivative, and second derivatives would be NaN.
template <class X>
Variable<X> pow(const X& a, const X& b, Location at = here()) {
  return binary(
      "pow", a, b, [](auto x, auto z) { return pow(x, z); },
      from_a_and_b([](auto g, auto x, auto z) {
        return g * (z * pow(x, where(x == 0, where(z == 0, 0, z - 1), z - 1)));
      }),
      from_a_and_b([](auto g, auto x, auto z) {
        return g * (pow(x, z) * log(where(x == 0, where(z >= 0, 1, x), x)));
      }),
      at);
}
XGRAD_BINARY(Variable, pow)

/// a < b, a truth value per element, as all below; false where either is NaN.   Never recorded.
template <class X>
Truth<X> less(const X& a, const X& b, Location at = here()) {
  return compare(
      "less", a, b, [](auto x, auto z) { return x < z; }, at);
}
XGRAD_BINARY(Truth, less)

/// a <= b; false where either is NaN.   Never recorded.
template <class X>
Truth<X> less_equal(const X& a, const X& b, Location at = here()) {
  return compare(
      "less_equal", a, b, [](auto x, auto z) { return x <= z; }, at);
}
XGRAD_BINARY(Truth, less_equal)

/// a > b; false where either is NaN.   Never recorded.
template <class X>
Truth<X> greater(const X& a, const X& b, Location at = here()) {
  return compare(
      "greater", a, b, [](auto x, auto z) { return x > z; }, at);
}
XGRAD_BINARY(Truth, greater)

/// a >= b; false where either is NaN.   Never recorded.
template <class X>
Truth<X> greater_equal(const X& a, const X& b, Location at = here()) {
  return compare(
      "greater_equal", a, b, [](auto x, auto z) { return x >= z; }, at);
}
XGRAD_BINARY(Truth, greater_equal)

/// a == b; false where either is NaN.   Never recorded.
template <class X>
Truth<X> equal(const X& a, const X& b, Location at = here()) {
  return compare(
      "equal", a, b, [](auto x, auto z) { return x == z; }, at);
}
XGRAD_BINARY(Truth, equal)

/// a != b; true where either is NaN.   Never recorded.
template <class X>
Truth<X> not_equal(const X& a, const X& b, Location at = here()) {
  return compare(
      "not_equal", a, b, [](auto x, auto z) { return x != z; }, at);
}
XGRAD_BINARY(Truth, not_equal)

/// y = a where `condition` holds, else b; the three broadcast together.
/// ga = g where it holds, else exactly 0; gb the other way round.   Saves the condition.
/// The branch not taken still has a derivative: where(x > 0, log(x), 0) has gradient NaN at x = 0,
/// since 0 times inf; make the argument safe first: log(where(x > 0, x, 1)).
// Parameters by value: xt::where takes anything by forwarding reference, and would win otherwise.
template <class T>
Tensor<T> where(Array<bool> condition, Tensor<T> a, Tensor<T> b, Location at = here());
template <class T, class S, IfOperand<S> = 0>
Tensor<T> where(Array<bool> condition, Tensor<T> a, S b, Location at = here()) {
  return where(std::move(condition), std::move(a), Tensor<T>(b), at);
}
template <class T, class S, IfOperand<S> = 0>
Tensor<T> where(Array<bool> condition, S a, Tensor<T> b, Location at = here()) {
  return where(std::move(condition), Tensor<T>(a), std::move(b), at);
}
// The condition as any other xtensor expression.
template <class C, class T, IfExpression<C> = 0>
Tensor<T> where(C&& condition, Tensor<T> a, Tensor<T> b, Location at = here()) {
  return where(evaluated<bool>("where", condition, at), std::move(a), std::move(b), at);
}
template <class C, class T, class S, IfExpression<C> = 0, IfOperand<S> = 0>
Tensor<T> where(C&& condition, Tensor<T> a, S b, Location at = here()) {
  return where(evaluated<bool>("where", condition, at), std::move(a), Tensor<T>(b), at);
}
template <class C, class T, class S, IfExpression<C> = 0, IfOperand<S> = 0>
Tensor<T> where(C&& condition, S a, Tensor<T> b, Location at = here()) {
  return where(evaluated<bool>("where", condition, at), Tensor<T>(a), std::move(b), at);
}

}  // namespace xgrad
