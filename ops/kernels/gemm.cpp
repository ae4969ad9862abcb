#include <xgrad/autograd/error.hpp>
#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/small_product.hpp>
#include <xgrad/ops/kernels/wide_product.hpp>

#include <cblas.h>

#include <algorithm>
#include <limits>
#include <string>

namespace xgrad {
namespace {

void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda,
               const float* b, int ldb, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
}
void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a,
               int lda, const double* b, int ldb, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
}
void blas_gemv(CBLAS_TRANSPOSE t, int rows, int columns, const float* a, const float* x, float* y) {
  cblas_sgemv(CblasRowMajor, t, rows, columns, 1, a, columns, x, 1, 0, y, 1);
}
void blas_gemv(CBLAS_TRANSPOSE t, int rows, int columns, const double* a, const double* x,
               double* y) {
  cblas_dgemv(CblasRowMajor, t, rows, columns, 1, a, columns, x, 1, 0, y, 1);
}

/// A panel of c: `length` of its rows, or of its columns, from `begin` on.
template <class T>
void panel(const ProductDims& dims, const T* a, const T* b, T* c, bool of_rows, std::size_t begin,
           std::size_t length) {
  int m = static_cast<int>(dims.m), n = static_cast<int>(dims.n), k = static_cast<int>(dims.k);
  int lda = dims.a_transposed ? m : k, ldb = dims.b_transposed ? k : n;
  if (of_rows) {
    a += begin * (dims.a_transposed ? 1 : dims.k);
    c += begin * dims.n;
    m = static_cast<int>(length);
  } else {
    b += begin * (dims.b_transposed ? dims.k : 1);
    c += begin;
    n = static_cast<int>(length);
  }
  const std::size_t rows = of_rows ? length : dims.m, columns = of_rows ? dims.n : length;
  if (blas_is_narrow() && is_wide(rows, columns)) {
    const auto strided = [](const T* first, bool transposed, std::size_t row, std::size_t column) {
      return transposed ? Strided<T>{first, 1, column} : Strided<T>{first, row, 1};
    };
    return wide_product(rows, columns, dims.k, strided(a, dims.a_transposed, dims.k, dims.m),
                        strided(b, dims.b_transposed, dims.n, dims.k), c, dims.n);
  }
  blas_gemm(dims.a_transposed ? CblasTrans : CblasNoTrans,
            dims.b_transposed ? CblasTrans : CblasNoTrans, m, n, k, a, lda, b, ldb, c,
            static_cast<int>(dims.n));
}

/// A product in panels across its longer side, whose extents suit the kernels of OpenBLAS.
template <class T>
void panels(const ProductDims& dims, const T* a, const T* b, T* c) {
  constexpr std::size_t unit = 16, fixed = 128, worth_waking = std::size_t(1) << 21;
  bool of_rows = dims.m >= dims.n;
  std::size_t extent = of_rows ? dims.m : dims.n, length = extent;
  if (deterministic()) {
    length = fixed;
  } else if (threads() > 1 && dims.m * dims.n * dims.k >= worth_waking) {
    length = (extent + threads() - 1) / threads();
    length = (length + unit - 1) / unit * unit;
  }
  if (length >= extent) return panel(dims, a, b, c, of_rows, 0, extent);
  parallel_parts(extent, length, [&](std::size_t, std::size_t begin, std::size_t end) {
    panel(dims, a, b, c, of_rows, begin, end - begin);
  });
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
  if (is_small(dims)) return small_product(dims, a, b, c);
  const char* op = "matrix product";
  int m = blas_int(op, dims.m), n = blas_int(op, dims.n), k = blas_int(op, dims.k);
  threads();  // holds OpenBLAS to one thread
  if (n == 1) {
    dims.a_transposed ? blas_gemv(CblasTrans, k, m, a, b, c)
                      : blas_gemv(CblasNoTrans, m, k, a, b, c);
  } else if (m == 1) {
    dims.b_transposed ? blas_gemv(CblasNoTrans, n, k, b, a, c)
                      : blas_gemv(CblasTrans, k, n, b, a, c);
  } else {
    panels(dims, a, b, c);
  }
}

}  // namespace

unsigned blas_threads() noexcept { return static_cast<unsigned>(openblas_get_num_threads()); }
void set_blas_threads(unsigned n) noexcept { openblas_set_num_threads(static_cast<int>(n)); }

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
