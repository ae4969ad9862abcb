#include <xgrad/autograd/error.hpp>
#include <xgrad/ops/kernels/gemm.hpp>

#include <cblas.h>

#include <algorithm>
#include <limits>
#include <string>

namespace xgrad {
namespace {

void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda,
               const float* b, int ldb, float* c) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}
void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a,
               int lda, const double* b, int ldb, double* c) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}
void blas_gemv(CBLAS_TRANSPOSE t, int rows, int columns, const float* a, const float* x, float* y) {
  cblas_sgemv(CblasRowMajor, t, rows, columns, 1, a, columns, x, 1, 0, y, 1);
}
void blas_gemv(CBLAS_TRANSPOSE t, int rows, int columns, const double* a, const double* x,
               double* y) {
  cblas_dgemv(CblasRowMajor, t, rows, columns, 1, a, columns, x, 1, 0, y, 1);
}

template <class T>
void product(const ProductDims& dims, const T* a, const T* b, T* c) {
  if (dims.m == 0 || dims.n == 0) return;
  if (dims.k == 0) {
    std::fill_n(c, dims.m * dims.n, T(0));
    return;
  }
  if (dims.k == 1) {  // an outer product; either storage is a plain vector
    for (std::size_t i = 0; i < dims.m; ++i) {
      for (std::size_t j = 0; j < dims.n; ++j) c[i * dims.n + j] = a[i] * b[j];
    }
    return;
  }
  const char* op = "matrix product";
  int m = blas_int(op, dims.m), n = blas_int(op, dims.n), k = blas_int(op, dims.k);
  CBLAS_TRANSPOSE ta = dims.a_transposed ? CblasTrans : CblasNoTrans;
  CBLAS_TRANSPOSE tb = dims.b_transposed ? CblasTrans : CblasNoTrans;
  if (n == 1) {
    dims.a_transposed ? blas_gemv(CblasTrans, k, m, a, b, c)
                      : blas_gemv(CblasNoTrans, m, k, a, b, c);
  } else if (m == 1) {
    dims.b_transposed ? blas_gemv(CblasNoTrans, n, k, b, a, c)
                      : blas_gemv(CblasTrans, k, n, b, a, c);
  } else {
    blas_gemm(ta, tb, m, n, k, a, ta == CblasTrans ? m : k, b, tb == CblasTrans ? k : n, c);
  }
}

}  // namespace

int blas_int(const char* op, std::size_t extent) {
  if (extent > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    fail(op, "extents below 2^31", std::to_string(extent), {});
  }
  return static_cast<int>(extent);
}

void gemm(const ProductDims& dims, const float* a, const float* b, float* c) {
  product(dims, a, b, c);
}
void gemm(const ProductDims& dims, const double* a, const double* b, double* c) {
  product(dims, a, b, c);
}

}  // namespace xgrad
