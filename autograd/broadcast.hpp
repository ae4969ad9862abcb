// All that the engine knows of arithmetic: addition, and the adjoint pair broadcast_to / sum_to.
// Declared here for the sweep; the operations define them (ops/arithmetic.hpp, ops/reduce.hpp).
#pragma once
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// y = a + b, broadcasting.   ga = gb = g.
template <class X>
Variable<X> add(const X& a, const X& b, Location at = here());

/// x repeated to `shape` by NumPy's rules.   gx = sum_to(g, shape of x).
template <class T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, Location at = here());

/// x summed over the axes along which `shape` would be broadcast to x's shape.   gx =
/// broadcast_to(g).
template <class T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, Location at = here());

/// target += x, element by element; the shapes are equal. Records nothing.
template <class T>
void accumulate(Array<T>& target, const Array<T>& x) noexcept;

}  // namespace xgrad
