// Factorizations of one dense matrix, by the LAPACK that OpenBLAS holds. The only door to it.
//
// All matrices are row-major. To LAPACK such a buffer is the transpose, column-major; each function
// uses a factorization of the transpose that leaves what is wanted in the right order, so nothing
// is copied to transpose it. Elements must be finite: some of LAPACK's iterations do not end on
// NaN. Extents of 0 are fine.
#pragma once
#include <cstddef>

namespace xgrad {

/// Factors a square matrix in place, with row interchanges.
/// Returns 0, or k if the k-th pivot is exactly 0: the matrix is singular, and only the pivots on
/// the diagonal mean something.
template <class T>
int lu(std::size_t n, T* a, int* pivots);
/// The inverse of the matrix that lu() factored, in its place.
template <class T>
void lu_inverse(std::size_t n, T* a, const int* pivots);
/// b (n, k) = the X of A X = B, or of A^T X = B, by the factors of A that lu() left.
template <class T>
void lu_solve(std::size_t n, std::size_t k, const T* a, const int* pivots, bool transposed, T* b);

/// How a triangular system reads its matrix.
struct TriangularForm {
  bool lower, transposed, unit_diagonal;
};
/// b (n, k) = the X of A X = B, or of A^T X = B. Divides by the diagonal without looking: inf and
/// NaN where it is 0.
template <class T>
void solve_triangle(std::size_t n, std::size_t k, const T* a, TriangularForm form, T* b);

/// a = the lower L of A = L L^T, 0 above; reads the lower triangle. Returns 0, or k if the leading
/// minor of order k is not positive.
template <class T>
int cholesky_factor(std::size_t n, T* a);

/// A (m, n) = Q R with m >= n: q holds A and becomes Q (m, n); r becomes the upper R (n, n).
template <class T>
void qr_factors(std::size_t m, std::size_t n, T* q, T* r);

/// The eigenvalues of a symmetric matrix in ascending order, and in place of the matrix its
/// eigenvectors as columns, or nothing useful if not `vectors`. Reads the lower triangle. Returns 0
/// unless the iteration failed.
template <class T>
int symmetric_eigen(std::size_t n, T* a, T* values, bool vectors);

/// A (m, n) = U diag(s) Vh with k = min(m, n): u (m, k), s (k) in descending order, vh (k, n); only
/// s if u is null. Overwrites a. Returns 0 unless the iteration failed.
template <class T>
int singular_values(std::size_t m, std::size_t n, T* a, T* u, T* s, T* vh);

}  // namespace xgrad
