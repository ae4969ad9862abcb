// Linear algebra at singular, degenerate and empty matrices and on NaN, in float and double. Finite
// numbers are compared exactly.
#include "conventions.hpp"
#include "reference_matrix.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;

template <class T>
class LinalgConventions : public Conventions<T> {
 protected:
  using Tensor = xg::Tensor<T>;

  static Tensor matrix(const Numbers& x, std::size_t n = 0) {
    if (n == 0) n = static_cast<std::size_t>(std::lround(std::sqrt(double(x.size()))));
    return xg::reshape(Conventions<T>::vector(x), xg::Shape{x.size() / n, n});
  }
  /// Value and gradient, for a cotangent of ones.
  template <class F>
  static void expect_matrix(F f, const Numbers& x, const Numbers& y, const Numbers& gradient) {
    Tensor leaf = xg::parameter(matrix(x)), result = f(leaf);
    EXPECT_TRUE(equal(check::plain(result).data, y)) << "value";
    xg::sum(result).backward();
    EXPECT_TRUE(equal(check::plain(leaf.grad()).data, gradient)) << "gradient";
  }
  /// Derivatives of det along u, u, ...: the k-th is k! times the coefficient of t^k in
  /// det(x + t u).
  static Numbers derivatives_of_det(const Numbers& x, const Numbers& u, std::size_t order) {
    Tensor leaf = xg::parameter(matrix(x)), direction = matrix(u), y = xg::det(leaf);
    Numbers result;
    for (std::size_t k = 0; k < order; ++k) {
      y = xg::sum(xg::grad(y, {leaf}, xg::create_graph)[0] * direction);
      result.push_back(static_cast<double>(y.item()));
    }
    return result;
  }
};
TYPED_TEST_SUITE(LinalgConventions, Types, );

TYPED_TEST(LinalgConventions, DetAtSingularMatrixHasGradientCofactors) {
  this->expect_matrix(FN(xg::det(x)), {1, 2, 2, 4}, {0}, {4, -2, -2, 1});
  this->expect_matrix(FN(xg::det(x)), {0, 0, 0, 4}, {0}, {4, 0, 0, 0});
  this->expect_matrix(FN(xg::det(x)), {0, 0, 0, 0}, {0}, {0, 0, 0, 0});
  this->expect_matrix(FN(xg::det(x)), {0}, {0}, {1});
  // Of rank 1: no cofactor is left.
  this->expect_matrix(FN(xg::det(x)), {1, 2, 4, 2, 4, 8, 4, 8, 16}, {0}, Numbers(9, 0));
  // Of rank 2 and with a zero row.
  this->expect_matrix(FN(xg::det(x)), {0, 0, 0, 0, 1, 2, 0, 2, 8}, {0},
                      {4, 0, 0, 0, 0, 0, 0, 0, 0});
}

TYPED_TEST(LinalgConventions, DetAtSingularMatrixHasAllDerivatives) {
  EXPECT_TRUE(equal(this->derivatives_of_det({0, 0, 0, 0}, {1, 2, 3, 4}, 2), {0, -4}));
  EXPECT_TRUE(equal(this->derivatives_of_det({1, 2, 2, 4}, {1, 0, 0, 1}, 2), {5, 2}));
  // det diag(t, t, t), and of diag(2 + t, t, t): 2 t^2 + t^3.
  EXPECT_TRUE(
      equal(this->derivatives_of_det(Numbers(9, 0), {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3), {0, 0, 6}));
  EXPECT_TRUE(
      equal(this->derivatives_of_det({2, 0, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3),
            {0, 4, 6}));
}

// The gradient is accurate however close to singular: each cofactor is the determinant of a minor.
TYPED_TEST(LinalgConventions, DetNearSingularHasGradientCofactors) {
  const std::size_t n = 6;
  for (double distance : {0.0, 1e-12, 1e-7, 1e-4, 1e-2}) {
    SCOPED_TRACE(distance);
    reference::Nd<double> a = check::Random(5).array({n, n});
    for (std::size_t j = 0; j < n; ++j) {
      double combined = a.at({0, j}) - 0.5 * a.at({1, j}) + 0.75 * a.at({2, j});
      a.at({5, j}) = combined + distance * a.at({5, j});
    }
    auto x = xg::parameter(check::tensor<TypeParam>(a));
    a = check::plain(x);  // rounded
    xg::det(x).backward();
    auto cofactors = reference::build<double>({n, n}, [&](const reference::Index& at) {
      auto minor = reference::build<double>({n - 1, n - 1}, [&](const reference::Index& i) {
        return a.at({i[0] + (i[0] >= at[0]), i[1] + (i[1] >= at[1])});
      });
      return ((at[0] + at[1]) % 2 == 0 ? 1 : -1) * reference::det(minor).data[0];
    });
    EXPECT_TRUE(check::close(check::plain(x.grad()), cofactors,
                             std::is_same_v<TypeParam, float> ? 2e-5 : 1e-12));
  }
}

TYPED_TEST(LinalgConventions, DetOfStackWithSingularMatrices) {
  auto x = xg::parameter(xg::reshape(this->vector({1, 0, 0, 2, 1, 2, 2, 4, 4, 0, 0, 1, 0, 0, 0, 0}),
                                     xg::Shape{4, 2, 2}));
  auto y = xg::det(x);
  EXPECT_TRUE(equal(this->numbers(y), {2, 0, 4, 0}));
  xg::sum(y).backward();
  EXPECT_TRUE(equal(this->numbers(x.grad()), {2, 0, 0, 1, 4, -2, -2, 1, 1, 0, 0, 4, 0, 0, 0, 0}));
}

TYPED_TEST(LinalgConventions, DetAndSlogdetOfEmptyMatrix) {
  auto x = xg::zeros<TypeParam>({2, 0, 0});
  EXPECT_TRUE(equal(this->numbers(xg::det(x)), {1, 1}));
  EXPECT_TRUE(equal(this->numbers(xg::slogdet(x).sign), {1, 1}));
  EXPECT_TRUE(equal(this->numbers(xg::slogdet(x).logabsdet), {0, 0}));
}

TYPED_TEST(LinalgConventions, SlogdetOfSingularMatrix) {
  this->expect_matrix(FN(xg::slogdet(x).logabsdet), {1, 2, 2, 4}, {-inf}, Numbers(4, nan));
  EXPECT_TRUE(equal(this->numbers(xg::slogdet(this->matrix({1, 2, 2, 4})).sign), {0}));
  EXPECT_TRUE(equal(this->numbers(xg::slogdet(this->matrix({0, 1, 1, 0})).sign), {-1}));
}

TYPED_TEST(LinalgConventions, NotFiniteGivesNaN) {
  for (double bad : {nan, inf, -inf}) {
    auto x = this->matrix({1, 2, bad, 4});
    EXPECT_TRUE(equal(this->numbers(xg::inv(x)), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::solve(x, this->vector({1, 2}))), Numbers(2, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::lstsq(x, this->vector({1, 2}))), Numbers(2, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::det(x)), {nan}));
    EXPECT_TRUE(equal(this->numbers(xg::slogdet(x).sign), {nan}));
    EXPECT_TRUE(equal(this->numbers(xg::slogdet(x).logabsdet), {nan}));
    EXPECT_TRUE(equal(this->numbers(xg::cholesky(x)), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::qr(x).q), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::qr(x).r), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::eigh(x).eigenvalues), Numbers(2, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::eigh(x).eigenvectors), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::eigvalsh(x)), Numbers(2, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::svd(x).u), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::svdvals(x)), Numbers(2, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::pinv(x)), Numbers(4, nan)));
    EXPECT_TRUE(equal(this->numbers(xg::matrix_norm(x, "nuc")), {nan}));
    EXPECT_TRUE(equal(this->numbers(xg::matrix_norm(x)), {std::abs(bad)}));
    EXPECT_TRUE(equal(this->numbers(xg::matrix_norm(x, 1)), {std::abs(bad)}));
    EXPECT_TRUE(equal(this->numbers(xg::cond(x)), {nan}));
    EXPECT_TRUE(equal(this->numbers(xg::expm(x)), Numbers(4, nan)));
    EXPECT_EQ(xg::matrix_rank(x)(), 0);
  }
}

TYPED_TEST(LinalgConventions, NaNStaysWithinItsMatrix) {
  auto x = xg::parameter(xg::reshape(this->vector({nan, 0, 0, 1, 2, 0, 0, 4}), xg::Shape{2, 2, 2}));
  auto y = xg::inv(x);
  EXPECT_TRUE(equal(this->numbers(y), {nan, nan, nan, nan, 0.5, 0, 0, 0.25}));
  xg::sum(y).backward();
  EXPECT_TRUE(equal(this->numbers(x.grad()), {nan, nan, nan, nan, -0.25, -0.125, -0.125, -0.0625}));
}

TYPED_TEST(LinalgConventions, TrianglesThatAreNotRead) {
  auto b = this->vector({2, 4});
  EXPECT_TRUE(equal(this->numbers(xg::triangular_solve(this->matrix({2, nan, 0, 4}), b)), {1, 1}));
  EXPECT_TRUE(equal(
      this->numbers(xg::triangular_solve(this->matrix({2, 0, nan, 4}), b, xg::Triangle::upper)),
      {1, 1}));
  EXPECT_TRUE(equal(this->numbers(xg::cholesky(this->matrix({4, 9, 0, 1}))), {2, 0, 0, 1}));
  EXPECT_TRUE(equal(this->numbers(xg::eigvalsh(this->matrix({4, 9, 0, 1}))), {1, 4}));
}

TYPED_TEST(LinalgConventions, EigenvaluesThatOccurTwice) {
  this->expect_matrix(FN(xg::eigvalsh(x)), {2, 0, 0, 2}, {2, 2}, {1, 0, 0, 1});
  this->expect_matrix(FN(xg::eigh(x).eigenvalues), {2, 0, 0, 2}, {2, 2}, {1, 0, 0, 1});
  this->expect_matrix(FN(xg::sum(xg::svd(x).s)), {2, 0, 0, 2}, {4}, {1, 0, 0, 1});
  // The vectors have no derivative.
  auto x = xg::parameter(this->matrix({2, 0, 0, 2}));
  auto v = xg::eigh(x).eigenvectors;
  v.backward(this->matrix({0, 1, 0, 0}));
  EXPECT_FALSE(std::isfinite(check::plain(x.grad()).data[1]));
}

TYPED_TEST(LinalgConventions, SingularInput) {
  auto zero = this->matrix({1, 2, 2, 4});
  for (const std::string& text :
       {check::message<std::invalid_argument>([&] { xg::inv(zero); }),
        check::message<std::invalid_argument>([&] {
          xg::solve(zero, this->vector({1, 1}));
        }),
        check::message<std::invalid_argument>([&] {
          xg::triangular_solve(this->matrix({1, 0, 2, 0}), this->vector({1, 1}));
        }),
        check::message<std::invalid_argument>([&] {
          xg::lstsq(zero, this->vector({1, 1}));
        })}) {
    EXPECT_NE(text.find("rank < n, shape (2, 2)"), std::string::npos) << text;
  }
  EXPECT_EQ(
      check::message<std::invalid_argument>([&] {
        xg::inv(xg::concatenate({xg::reshape(zero + this->matrix({1, 0, 0, 1}), {1, 2, 2}),
                                 xg::reshape(zero, {1, 2, 2})}));
      })
          .find("inv: expected a nonsingular matrix, got one of rank < n (matrix 1 of stack), "
                "shape (2, 2, 2) [conventions_linalg_test.cpp:"),
      0U);
  EXPECT_TRUE(equal(this->numbers(xg::cond(this->matrix({1, 0, 0, 0}))), {inf}));
  EXPECT_EQ(xg::matrix_rank(zero)(), 1);
  EXPECT_EQ(xg::matrix_rank(this->matrix({0, 0, 0, 0}))(), 0);
}

TYPED_TEST(LinalgConventions, PinvOfRankDeficient) {
  EXPECT_TRUE(equal(this->numbers(xg::pinv(this->matrix({2, 0, 0, 0}))), {0.5, 0, 0, 0}));
  EXPECT_TRUE(equal(this->numbers(xg::pinv(this->matrix({4, 0, 0, 1}), 0.5)), {0.25, 0, 0, 0}));
  EXPECT_TRUE(equal(this->numbers(xg::pinv(this->matrix({0, 0, 0, 0}))), {0, 0, 0, 0}));
}

TYPED_TEST(LinalgConventions, NormsAtZero) {
  const Numbers zero(4, 0);
  this->expect_matrix(FN(xg::matrix_norm(x)), zero, {0}, zero);
  this->expect_matrix(FN(xg::matrix_norm(x, "nuc")), zero, {0}, zero);
  this->expect_matrix(FN(xg::matrix_norm(x, 1)), zero, {0}, zero);
  this->expect_matrix(FN(xg::matrix_norm(x, inf)), zero, {0}, zero);
  this->expect_matrix(FN(xg::matrix_norm(x, "nuc")), {3, 0, 0, 0}, {3}, {1, 0, 0, 0});
}
TYPED_TEST(LinalgConventions, NormsAtTies) {
  this->expect_matrix(FN(xg::matrix_norm(x, 1)), {1, 2, -3, 2}, {4}, {0.5, 0.5, -0.5, 0.5});
  this->expect_matrix(FN(xg::matrix_norm(x, 2)), {2, 0, 0, 2}, {2}, {0.5, 0, 0, 0.5});
}
TYPED_TEST(LinalgConventions, FrobeniusNormNeitherOverflowsNorVanishes) {
  double huge = double(std::numeric_limits<TypeParam>::max()) / 8;
  double tiny = double(std::numeric_limits<TypeParam>::min());
  EXPECT_TRUE(
      equal(this->numbers(xg::matrix_norm(this->matrix({huge, huge, huge, huge}))), {2 * huge}));
  this->expect_matrix(FN(xg::matrix_norm(x)), {tiny, tiny, tiny, tiny}, {2 * tiny},
                      {0.5, 0.5, 0.5, 0.5});
}
TYPED_TEST(LinalgConventions, NormsOfEmptyMatrices) {
  auto x = xg::zeros<TypeParam>({2, 0, 3});
  EXPECT_TRUE(equal(this->numbers(xg::matrix_norm(x)), {0, 0}));
  EXPECT_TRUE(equal(this->numbers(xg::matrix_norm(x, "nuc")), {0, 0}));
}

TYPED_TEST(LinalgConventions, MatrixPowerZeroAndExpmOfZero) {
  this->expect_matrix(FN(xg::matrix_power(x, 0)), {nan, 1, 2, inf}, {1, 0, 0, 1}, Numbers(4, 0));
  EXPECT_TRUE(equal(this->numbers(xg::expm(this->matrix({0, 0, 0, 0}))), {1, 0, 0, 1}));
}

TYPED_TEST(LinalgConventions, GradientOfCholeskyAndEighIsSymmetric) {
  auto x = xg::parameter(this->matrix({4, 2, 2, 5}));
  xg::cholesky(x).backward(this->matrix({0, 0, 1, 0}));
  EXPECT_TRUE(equal(this->numbers(x.grad()), {-0.125, 0.25, 0.25, 0}));
}

TYPED_TEST(LinalgConventions, EinsumGivesATensorOfItsOwn) {
  auto x = this->matrix({1, 2, 3, 4});
  EXPECT_NE(xg::einsum("ij", {x}).data(), x.data());
  EXPECT_TRUE(equal(this->numbers(xg::einsum("ij->ji", {x})), {1, 3, 2, 4}));
}

}  // namespace
