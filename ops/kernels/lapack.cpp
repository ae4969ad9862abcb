#include <xgrad/autograd/array.hpp>
#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/lapack.hpp>

#include <algorithm>
#include <cmath>

// Debian's libopenblas-dev holds LAPACK without a header for it. The lengths of the character
// arguments come last, as Fortran compilers pass them.
#define XGRAD_LAPACK(T, p)                                                                         \
  extern "C" {                                                                                     \
  void p##getrf_(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);        \
  void p##getri_(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork, \
                 int* info);                                                                       \
  void p##trsm_(const char* side, const char* uplo, const char* trans, const char* diag,           \
                const int* m, const int* n, const T* alpha, const T* a, const int* lda, T* b,      \
                const int* ldb, std::size_t, std::size_t, std::size_t, std::size_t);               \
  void p##potrf_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t);    \
  void p##gelqf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work,                \
                 const int* lwork, int* info);                                                     \
  void p##orglq_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau,     \
                 T* work, const int* lwork, int* info);                                            \
  void p##syevd_(const char* jobz, const char* uplo, const int* n, T* a, const int* lda, T* w,     \
                 T* work, const int* lwork, int* iwork, const int* liwork, int* info, std::size_t, \
                 std::size_t);                                                                     \
  void p##gesdd_(const char* jobz, const int* m, const int* n, T* a, const int* lda, T* s, T* u,   \
                 const int* ldu, T* vt, const int* ldvt, T* work, const int* lwork, int* iwork,    \
                 int* info, std::size_t);                                                          \
  }                                                                                                \
  template <>                                                                                      \
  struct Lapack<T> {                                                                               \
    static constexpr auto getrf = p##getrf_;                                                       \
    static constexpr auto getri = p##getri_;                                                       \
    static constexpr auto trsm = p##trsm_;                                                         \
    static constexpr auto potrf = p##potrf_;                                                       \
    static constexpr auto gelqf = p##gelqf_;                                                       \
    static constexpr auto orglq = p##orglq_;                                                       \
    static constexpr auto syevd = p##syevd_;                                                       \
    static constexpr auto gesdd = p##gesdd_;                                                       \
  };

namespace xgrad {

template <class T>
struct Lapack;
XGRAD_LAPACK(float, s)
XGRAD_LAPACK(double, d)

namespace {

int lapack_int(std::size_t extent) { return blas_int("LAPACK", extent); }

/// A workspace's length, from the number that LAPACK returned, perhaps rounded down to a float.
template <class T>
int workspace_length(T size) {
  return std::max(1, static_cast<int>(std::nextafter(size, 2 * size)));
}

/// Calls routine(work, lwork) twice: it says how much it needs, then gets it.
template <class T, class Routine>
void with_workspace(const Routine& routine) {
  T size = 0;
  int query = -1;
  routine(&size, &query);
  int length = workspace_length(size);
  Array<T> work = empty_array<T>({static_cast<std::size_t>(length)});
  routine(work.data(), &length);
}

}  // namespace

template <class T>
int lu(std::size_t n, T* a, int* pivots) {
  if (n == 0) return 0;
  int size = lapack_int(n), info = 0;
  Lapack<T>::getrf(&size, &size, a, &size, pivots, &info);
  return info;
}

template <class T>
void lu_inverse(std::size_t n, T* a, const int* pivots) {
  if (n == 0) return;
  int size = lapack_int(n), info = 0;
  with_workspace<T>([&](T* work, const int* length) {
    Lapack<T>::getri(&size, a, &size, pivots, work, length, &info);
  });
}

template <class T>
void solve_triangle(std::size_t n, std::size_t k, const T* a, TriangularForm form, T* b) {
  if (n == 0 || k == 0) return;
  // As column-major buffers: X^T A^T = B^T.
  int size = lapack_int(n), columns = lapack_int(k);
  T one = 1;
  Lapack<T>::trsm("R", form.lower ? "U" : "L", form.transposed ? "T" : "N",
                  form.unit_diagonal ? "U" : "N", &columns, &size, &one, a, &size, b, &columns, 1,
                  1, 1, 1);
}

template <class T>
void lu_solve(std::size_t n, std::size_t k, const T* a, const int* pivots, bool transposed, T* b) {
  // The buffer was factored as A^T = P L U, column-major: read by rows, U is lower and L is upper.
  TriangularForm l{false, transposed, true}, u{true, transposed, false};
  auto interchange = [&](std::size_t i) {
    std::size_t j = static_cast<std::size_t>(pivots[i] - 1);
    if (j != i) std::swap_ranges(b + i * k, b + (i + 1) * k, b + j * k);
  };
  if (transposed) {
    for (std::size_t i = 0; i < n; ++i) interchange(i);
    solve_triangle(n, k, a, l, b);
    solve_triangle(n, k, a, u, b);
  } else {
    solve_triangle(n, k, a, u, b);
    solve_triangle(n, k, a, l, b);
    for (std::size_t i = n; i-- > 0;) interchange(i);
  }
}

template <class T>
int cholesky_factor(std::size_t n, T* a) {
  if (n == 0) return 0;
  int size = lapack_int(n), info = 0;
  Lapack<T>::potrf("U", &size, a, &size, &info, 1);
  for (std::size_t i = 0; i < n; ++i) std::fill(a + i * n + i + 1, a + (i + 1) * n, T(0));
  return info;
}

template <class T>
void qr_factors(std::size_t m, std::size_t n, T* q, T* r) {
  if (n == 0) return;
  // A^T = L Q' gives A = Q'^T L^T.
  int rows = lapack_int(n), columns = lapack_int(m), info = 0;
  Array<T> tau = empty_array<T>({n});
  with_workspace<T>([&](T* work, const int* length) {
    Lapack<T>::gelqf(&rows, &columns, q, &rows, tau.data(), work, length, &info);
  });
  for (std::size_t i = 0; i < n; ++i) {
    std::fill_n(r + i * n, i, T(0));
    std::copy(q + i * n + i, q + (i + 1) * n, r + i * n + i);
  }
  with_workspace<T>([&](T* work, const int* length) {
    Lapack<T>::orglq(&rows, &columns, &rows, q, &rows, tau.data(), work, length, &info);
  });
}

template <class T>
int symmetric_eigen(std::size_t n, T* a, T* values, bool vectors) {
  if (n == 0) return 0;
  int size = lapack_int(n), info = 0, integers = 0, query = -1;
  T reals = 0;
  const char* job = vectors ? "V" : "N";
  Lapack<T>::syevd(job, "U", &size, a, &size, values, &reals, &query, &integers, &query, &info, 1,
                   1);
  int length = workspace_length(reals);
  Array<T> work = empty_array<T>({static_cast<std::size_t>(length)});
  Array<int> iwork = empty_array<int>({static_cast<std::size_t>(integers)});
  Lapack<T>::syevd(job, "U", &size, a, &size, values, work.data(), &length, iwork.data(), &integers,
                   &info, 1, 1);
  for (std::size_t i = 0; vectors && i < n; ++i) {  // the vectors are rows so far
    for (std::size_t j = 0; j < i; ++j) std::swap(a[i * n + j], a[j * n + i]);
  }
  return info;
}

template <class T>
int singular_values(std::size_t m, std::size_t n, T* a, T* u, T* s, T* vh) {
  std::size_t k = std::min(m, n);
  if (k == 0) return 0;
  // A^T = V S U^T, column-major: LAPACK's left vectors are Vh by rows, its right ones U.
  int rows = lapack_int(n), columns = lapack_int(m), smaller = lapack_int(k), info = 0;
  Array<int> iwork = empty_array<int>({8 * k});
  with_workspace<T>([&](T* work, const int* length) {
    Lapack<T>::gesdd(u != nullptr ? "S" : "N", &rows, &columns, a, &rows, s, vh, &rows, u, &smaller,
                     work, length, iwork.data(), &info, 1);
  });
  return info;
}

#define XGRAD_FACTORIZATIONS(T)                                                         \
  template int lu(std::size_t, T*, int*);                                               \
  template void lu_inverse(std::size_t, T*, const int*);                                \
  template void lu_solve(std::size_t, std::size_t, const T*, const int*, bool, T*);     \
  template void solve_triangle(std::size_t, std::size_t, const T*, TriangularForm, T*); \
  template int cholesky_factor(std::size_t, T*);                                        \
  template void qr_factors(std::size_t, std::size_t, T*, T*);                           \
  template int symmetric_eigen(std::size_t, T*, T*, bool);                              \
  template int singular_values(std::size_t, std::size_t, T*, T*, T*, T*);
XGRAD_FACTORIZATIONS(float)
XGRAD_FACTORIZATIONS(double)

}  // namespace xgrad
