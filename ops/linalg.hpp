// Matrix products.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// NumPy's dot. Scalars multiply; vectors give the inner product; otherwise a's last axis is summed
/// against b's last but one (or only) axis: (..., m, k) and (..., k, n) give (..., m, ..., n).
/// For Y = A B:  gA = G B^T,  gB = A^T G; for y = W x:  gW = g x^T,  gx = W^T g.   Saves a, b.
/// Throws std::invalid_argument if the summed extents differ.
template <class T>
Tensor<T> dot(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// NumPy's matmul: products of the matrices in the last two axes, the leading axes broadcast; a
/// vector counts as a row on the left, as a column on the right. Gradients as for dot.   Saves a,
/// b. Throws std::invalid_argument for scalars, inner extents that differ, or leading axes that do
/// not broadcast.
template <class T>
Tensor<T> matmul(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// y_ij = a_i b_j, over the elements of a and b in order.   ga = G b,  gb = G^T a.   Saves a, b.
template <class T>
Tensor<T> outer(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// What follows a dense layer within linear().
enum class Activation { none, relu };

/// Y = f(X W^T + b) in one node, X (..., in) or (in), W (out, in), b (out), Y (..., out); f is the
/// identity or relu. With Z the argument of f:  gZ = g f'(Z),  gX = gZ W,  gW = gZ^T X,  gb = sum
/// of gZ over rows. Saves X, W, and Y for relu.   Throws std::invalid_argument if the shapes do not
/// fit.
template <class T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias,
                 Activation activation = Activation::none, Location at = here());

XGRAD_MIXED(Variable, dot)
XGRAD_MIXED(Variable, matmul)
XGRAD_MIXED(Variable, outer)

}  // namespace xgrad
