// Matrix products of a few rows and columns, where a call of BLAS takes longer than the product.
#pragma once
#include <xgrad/ops/kernels/gemm.hpp>

namespace xgrad {

/// Whether the functions below compute it, and faster than BLAS: no extent is large, and none 0.
inline bool is_small(const ProductDims& dims) {
  constexpr std::size_t most = 32;
  return dims.m - 1 < most && dims.n - 1 < most && dims.k - 1 < most;
}

/// c (m, n) = A B.
template <class T>
void small_product(const ProductDims& dims, const T* a, const T* b, T* c);

/// y (m, n) = x w^T + bias, or its relu, with x (m, k), w (n, k), bias (n).
template <class T>
void small_linear(const ProductDims& dims, const T* x, const T* w, const T* bias, bool relus, T* y);

/// The cotangents of w, bias and, unless gx is null, x, from that of y, g; `relu`, unless null, is
/// y, the relu of what was to be differentiated.   gw = g^T x, gb = the sum of g's rows, gx = g w.
template <class T>
void small_linear_gradient(const ProductDims& dims, const T* g, const T* relu, const T* x,
                           const T* w, T* gw, T* gb, T* gx);

}  // namespace xgrad
