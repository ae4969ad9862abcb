// Sums of products over named axes, and NumPy's functions that are such sums.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace xgrad {

/// NumPy's einsum: einsum("bij,bjk->bik", {a, b}). A letter names an axis of each operand; what the
/// output (after ->) does not name is summed. Without -> the output has the letters that occur
/// once, in alphabetical order. "..." stands for axes that broadcast. A letter twice in an operand
/// takes the diagonal. An extent of 1 broadcasts against the same letter of other operands.
/// Operands are contracted from left to right by matrix products.   Gradients are those of the
/// transposes, sums and products that it consists of. Throws std::invalid_argument for subscripts
/// that NumPy rejects, or extents that do not fit.
template <class T>
Tensor<T> einsum(const std::string& subscripts, const std::vector<Tensor<T>>& operands,
                 Location at = here());
template <class T>
Tensor<T> einsum(const std::string& subscripts, std::initializer_list<Tensor<T>> operands,
                 Location at = here()) {
  return einsum(subscripts, std::vector<Tensor<T>>(operands), at);
}

/// Sums the products of a and b over a's last `axes` axes and b's first; the other axes of a, then
/// those of b.   Gradients as for dot. Throws std::invalid_argument if the extents differ.
template <class T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, int axes = 2, Location at = here());
/// The same over axes_a[i] of a and axes_b[i] of b.
template <class T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, const std::vector<int>& axes_a,
                    const std::vector<int>& axes_b, Location at = here());

/// y = sum of x[i, i + offset] over two axes; the others remain.   gx = g on that diagonal, else 0.
/// Throws std::invalid_argument unless the axes are distinct axes of x.
template <class T>
Tensor<T> trace(const Tensor<T>& x, int offset = 0, int axis1 = 0, int axis2 = 1,
                Location at = here());

/// Sums the products of a and b over the last axes of both; scalars multiply.   Gradients as for
/// dot. Throws std::invalid_argument if the extents differ.
template <class T>
Tensor<T> inner(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// y = sum of a_i b_i over all elements in order.   ga = g b,  gb = g a.   Throws
/// std::invalid_argument if the sizes differ.
template <class T>
Tensor<T> vdot(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// The Kronecker product: y[i p + k, j q + l] = a_ij b_kl for b (p, q), and so for any ranks, the
/// lower filled with leading extents of 1.   Gradients as for multiply.
template <class T>
Tensor<T> kron(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

}  // namespace xgrad
