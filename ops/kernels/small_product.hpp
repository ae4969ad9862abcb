// Matrix products of a few rows and columns, where a call of BLAS takes longer than the product.
#pragma once
#include <xgrad/ops/kernels/gemm.hpp>

namespace xgrad {

/// Whether small_product computes it, and faster than BLAS.
inline bool is_small(const ProductDims& dims) {
  constexpr std::size_t most = 32;
  return dims.m <= most && dims.n <= most && dims.k <= most;
}

/// c (m, n) = A B, for extents that are small, and not 0.
template <class T>
void small_product(const ProductDims& dims, const T* a, const T* b, T* c);

}  // namespace xgrad
