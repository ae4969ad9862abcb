// Matrix products as the hand-written code calls them: row-major, contiguous.
#pragma once
#include <cblas.h>

#include <cstddef>

namespace handwritten {

inline int as_int(std::size_t n) { return static_cast<int>(n); }

/// C (m, n) = scale A B with operands that may each be transposed; k is summed over.
inline void gemm(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, std::size_t m,
                 std::size_t n, std::size_t k, const float* a, const float* b, float* c,
                 float scale = 1.0f) {
  const std::size_t a_columns = transpose_a == CblasNoTrans ? k : m;
  const std::size_t b_columns = transpose_b == CblasNoTrans ? n : k;
  cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, as_int(m), as_int(n), as_int(k), scale, a,
              as_int(a_columns), b, as_int(b_columns), 0.0f, c, as_int(n));
}

/// y = A x, or A^T x, with A (rows, columns).
inline void gemv(CBLAS_TRANSPOSE transpose, std::size_t rows, std::size_t columns, const float* a,
                 const float* x, float* y) {
  cblas_sgemv(CblasRowMajor, transpose, as_int(rows), as_int(columns), 1.0f, a, as_int(columns), x,
              1, 0.0f, y, 1);
}

}  // namespace handwritten
