// The matrix product, by BLAS. The only door to cblas.
#pragma once
#include <cstddef>

namespace xgrad {

/// Extents and storage of a product A B, A (m, k) and B (k, n). A transposed operand is stored as
/// (k, m) or (n, k), row by row; nothing is ever copied to transpose it.
struct ProductDims {
  std::size_t m, n, k;
  bool a_transposed = false, b_transposed = false;
};

/// The number of threads of OpenBLAS itself.
unsigned blas_threads() noexcept;
void set_blas_threads(unsigned n) noexcept;

/// An extent as BLAS and LAPACK take it. Throws std::invalid_argument naming `op` from 2^31 on.
int blas_int(const char* op, std::size_t extent);

/// c (m, n) = A B. Extents of 0 are fine; c is 0 where k = 0. A large product is cut into panels of
/// its rows or columns, one for each thread.
void gemm(const ProductDims& dims, const float* a, const float* b, float* c);
void gemm(const ProductDims& dims, const double* a, const double* b, double* c);

}  // namespace xgrad
