// Truth values: tests of elements, logic on masks, and comparison within a tolerance. All broadcast
// like NumPy. Never recorded: there is nothing to differentiate.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <cmath>

namespace xgrad {

/// Whether each element is NaN.
template <class X>
Truth<X> isnan(const X& x) {
  return test(x, [](auto a) { return a != a; });
}
XGRAD_TEST(isnan)
/// Whether each element is inf or -inf.
template <class X>
Truth<X> isinf(const X& x) {
  return test(x, [](auto a) { return a == HUGE_VAL || a == -HUGE_VAL; });
}
XGRAD_TEST(isinf)
/// Whether each element is neither NaN nor infinite.
template <class X>
Truth<X> isfinite(const X& x) {
  return test(x, [](auto a) { return a - a == 0; });
}
XGRAD_TEST(isfinite)

/// a and b, element by element.   Throws std::invalid_argument if the shapes do not broadcast, as
/// all below.
Array<bool> logical_and(const Array<bool>& a, const Array<bool>& b, Location at = here());
/// a or b, element by element.
Array<bool> logical_or(const Array<bool>& a, const Array<bool>& b, Location at = here());
/// Whether a and b differ, element by element.
Array<bool> logical_xor(const Array<bool>& a, const Array<bool>& b, Location at = here());
/// not a, element by element.
Array<bool> logical_not(const Array<bool>& a);

/// |a - b| <= atol + rtol |b|, in double; equal infinities are close, an infinity and another
/// number never, NaN and NaN only with equal_nan.   Throws also if a tolerance is negative or NaN.
template <class T>
Array<bool> isclose(const Tensor<T>& a, const Tensor<T>& b, double rtol = 1e-5, double atol = 1e-8,
                    bool equal_nan = false, Location at = here());
template <class T, class S, IfOperand<S> = 0>
Array<bool> isclose(const Tensor<T>& a, const S& b, double rtol = 1e-5, double atol = 1e-8,
                    bool equal_nan = false, Location at = here()) {
  return isclose(a, Tensor<T>(b), rtol, atol, equal_nan, at);
}

/// Whether all elements are close as isclose() says; true of no elements.   Throws as isclose.
template <class T>
bool allclose(const Tensor<T>& a, const Tensor<T>& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false, Location at = here());
template <class T, class S, IfOperand<S> = 0>
bool allclose(const Tensor<T>& a, const S& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false, Location at = here()) {
  return allclose(a, Tensor<T>(b), rtol, atol, equal_nan, at);
}

}  // namespace xgrad
