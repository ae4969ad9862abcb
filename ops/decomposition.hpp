// Linear algebra of stacks (..., m, n) of matrices, by LAPACK; every order of derivative.
//
// NaN and infinities: what is computed from a matrix with an element that is not finite is NaN, and
// the other matrices of the stack are not affected. Singular means a pivot of exactly 0, as in
// NumPy.
#pragma once
#include <xgrad/ops/reduce.hpp>

#include <optional>

namespace xgrad {

/// Y = X^-1.   gX = -Y^T G Y^T (Giles 2008, 2.2.3).   Saves Y. Throws std::invalid_argument unless
/// the matrices are square and nonsingular.
template <class T>
Tensor<T> inv(const Tensor<T>& x, Location at = here());

/// Y = A^-1 B, with A (..., n, n) and B (n) or (..., n, k); leading axes broadcast.
/// gB = A^-T G,  gA = -gB Y^T (Giles 2008, 2.3.1).   Saves A, and Y if A wants a gradient. Throws
/// std::invalid_argument for shapes that do not fit or a singular matrix.
template <class T>
Tensor<T> solve(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// Which triangle of a matrix is read; whether the system is A^T X = B; whether the diagonal counts
/// as ones.
enum class Triangle : bool { lower, upper };
enum class Transposed : bool { no, yes };
enum class UnitDiagonal : bool { no, yes };

/// Y = A^-1 B, or A^-T B, with one triangle of A; shapes as for solve.
/// gB = A^-T G,  gA = that triangle of -gB Y^T, without the diagonal if it is of ones; for A^-T, of
/// -Y gB^T (Giles 2008, 2.3.1).   Saves A, and Y if A wants a gradient. Throws
/// std::invalid_argument for shapes that do not fit or a 0 on the diagonal.
template <class T>
Tensor<T> triangular_solve(const Tensor<T>& a, const Tensor<T>& b,
                           Triangle triangle = Triangle::lower,
                           Transposed transposed = Transposed::no,
                           UnitDiagonal unit = UnitDiagonal::no, Location at = here());

/// y = det X, shape (...).   gX = g cof X, the cofactor matrix: y X^-T where X is well away from
/// singular, and also right where it is singular. There X = P^T [B11 B12; B21 B22] Q^T by complete
/// pivoting and y = +-det B11 det(B22 - B21 B11^-1 B12), whose derivatives of any order are finite;
/// the determinant of 0 is expanded without division (Bird 2011).   Saves X, y.
template <class T>
Tensor<T> det(const Tensor<T>& x, Location at = here());

/// det X = sign e^logabsdet, both of shape (...).
template <class T>
struct SignLogDet {
  Tensor<T> sign, logabsdet;
};
/// sign = -1, 0 or 1, not differentiated;  logabsdet = ln |det X|, without overflow.   gX = g X^-T.
/// Of a singular matrix 0, -inf and gradient NaN.   Saves X.
template <class T>
SignLogDet<T> slogdet(const Tensor<T>& x, Location at = here());

/// The lower L of X = L L^T; of X, the lower triangle is read.   gX = the symmetric part of
/// L^-T Phi(L^T G) L^-1, where Phi takes the lower triangle with half the diagonal (Murray 2016).
/// Saves L. Throws std::invalid_argument unless each matrix is square and positive definite.
template <class T>
Tensor<T> cholesky(const Tensor<T>& x, Location at = here());

/// X = Q R, X (..., m, n), Q (..., m, k), R (..., k, n), k = min(m, n).
template <class T>
struct Qr {
  Tensor<T> q, r;
};
/// Q with orthonormal columns and R upper triangular, its diagonal of any sign.   For m >= n
/// gX = (gQ + Q S) R^-T, where S is symmetric with the lower triangle of R gR^T - gQ^T Q (Walter &
/// Lehmann 2018); for m < n the last n - m columns of R are Q^T X's.   Saves Q, R. inf or NaN if
/// the first k columns of X are dependent: there is no derivative.
template <class T>
Qr<T> qr(const Tensor<T>& x, Location at = here());

/// X = V diag(w) V^T, w (..., n) ascending, V (..., n, n) with the eigenvectors as columns, of any
/// sign.
template <class T>
struct Eigh {
  Tensor<T> eigenvalues, eigenvectors;
};
/// The eigenvalues and eigenvectors of symmetric X; the lower triangle is read.
/// gX = V (diag gw + (W - W^T) / 2E) V^T,  W = V^T gV,  E_ij = w_j - w_i (Giles 2008, 3.1): the
/// symmetric part, so that a function of symmetric matrices gets its gradient among them.   Saves
/// w, V. What depends on the choice of eigenvectors of an eigenvalue that occurs twice has no
/// derivative: inf or NaN, and for eigenvalues closer than rounding, noise.
template <class T>
Eigh<T> eigh(const Tensor<T>& x, Location at = here());
/// The eigenvalues of symmetric X, as eigh gives them.   gX = V diag(g) V^T, with V computed on the
/// way back.   Saves X.
template <class T>
Tensor<T> eigvalsh(const Tensor<T>& x, Location at = here());

/// X = U diag(s) Vh, U (..., m, k), s (..., k) descending, Vh (..., k, n), k = min(m, n).
template <class T>
struct Svd {
  Tensor<T> u, s, vh;
};
/// The singular value decomposition of X.
/// gX = U (diag gs + A/E S + S B/E) Vh + (1 - U U^T) gU S^-1 Vh + U S^-1 gVh (1 - Vh^T Vh) with
/// A = U^T gU - gU^T U,  B = Vh gVh^T - gVh Vh^T,  E_ij = s_j^2 - s_i^2 (Giles 2008, 3.2; Townsend
/// 2016).   Saves U, s, Vh. The vectors are unique but for a common sign of column i of U and row i
/// of Vh. What depends on the choice among those of a singular value that occurs twice, or of 0,
/// has no derivative: as for eigh.
template <class T>
Svd<T> svd(const Tensor<T>& x, Location at = here());
/// The singular values of X, as svd gives them.   gX = U diag(g) Vh, with U, Vh computed on the way
/// back.   Saves X.
template <class T>
Tensor<T> svdvals(const Tensor<T>& x, Location at = here());

/// The X of least |A X - B|, by QR: A (..., m, n) of rank n, B (m) or (..., m, k).   Derivatives
/// are those of R^-1 Q^T B. Throws std::invalid_argument if m < n or a diagonal element of R is
/// within rounding of 0; pinv(A) B is the solution of least norm then.
template <class T>
Tensor<T> lstsq(const Tensor<T>& a, const Tensor<T>& b, Location at = here());

/// P = X^+, the pseudoinverse (..., n, m); singular values up to rtol times the largest count as 0,
/// rtol = max(m, n) epsilon by default.
/// gX = -P^T G P^T + (1 - X P) G^T P P^T + P^T P G^T (1 - P X) (Golub & Pereyra 1973), which holds
/// where the rank is constant.   Saves X, P.
template <class T>
Tensor<T> pinv(const Tensor<T>& x, std::optional<double> rtol = std::nullopt, Location at = here());

/// The number of singular values above rtol times the largest, shape (...). Never recorded.
template <class T>
Array<std::int64_t> matrix_rank(const Tensor<T>& x, std::optional<double> rtol = std::nullopt,
                                Location at = here());

/// Norms of matrices, by NumPy's names: "fro", the root of the sum of squares; "nuc", the sum of
/// the singular values.   gX = g X / y and g U Vh; where these do not exist the subgradient of
/// least norm, so 0 for X = 0.
template <class T>
Tensor<T> matrix_norm(const Tensor<T>& x, const char* kind = "fro", KeepDims keep = KeepDims::no,
                      Location at = here());
/// 1: the largest sum of magnitudes of a column; inf: of a row; 2: the largest singular value;
/// -1, -inf, -2: the smallest.   Gradients of the parts; ties share evenly. Throws
/// std::invalid_argument for another kind or empty matrices.
template <class T>
Tensor<T> matrix_norm(const Tensor<T>& x, double kind, KeepDims keep = KeepDims::no,
                      Location at = here());
template <class T>
Tensor<T> matrix_norm(const Tensor<T>& x, int kind, KeepDims keep = KeepDims::no,
                      Location at = here()) {
  return matrix_norm(x, static_cast<double>(kind), keep, at);
}

/// The largest over the smallest singular value; inf if that is 0.   Derivatives of that quotient.
template <class T>
Tensor<T> cond(const Tensor<T>& x, Location at = here());

/// X^n by repeated squaring, of the inverse for n < 0; the identity for n = 0.   Gradients are
/// those of the products; 0 for n = 0.
template <class T>
Tensor<T> matrix_power(const Tensor<T>& x, int n, Location at = here());

/// e^X by scaling and squaring with the Pade approximant of order 13 (Higham 2005).   Derivatives
/// are those of that formula.
template <class T>
Tensor<T> expm(const Tensor<T>& x, Location at = here());

// Each list for the file that makes the code.

}  // namespace xgrad
