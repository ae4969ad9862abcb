// Values and gradients of the elementary and special functions at kinks, poles and extremes.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/rounding.hpp>
#include <xgrad/ops/special.hpp>
#include <xgrad/ops/trigonometric.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::inf, conventions::nan, conventions::Numbers,
    conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

// floor', round' = 0 (conventions.md), as sign'.
TYPED_TEST(Conventions, RoundingHasGradientZero) {
  const Numbers at = {-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 7, inf, -inf, nan};
  const Numbers zero(at.size(), 0);
  this->expect(FN(xg::floor(x)), at, {-3, -2, -1, 0, 0, 1, 2, 7, inf, -inf, nan}, zero);
  this->expect(FN(xg::ceil(x)), at, {-2, -1, 0, 0, 1, 2, 3, 7, inf, -inf, nan}, zero);
  this->expect(FN(xg::trunc(x)), at, {-2, -1, 0, 0, 0, 1, 2, 7, inf, -inf, nan}, zero);
  this->expect(FN(xg::round(x)), at, {-2, -2, 0, 0, 0, 2, 2, 7, inf, -inf, nan}, zero);
}
TYPED_TEST(Conventions, RoundingLetsNanCotangentPass) {
  for (auto f : {xg::floor<xg::Tensor<TypeParam>>, xg::ceil<xg::Tensor<TypeParam>>,
                 xg::trunc<xg::Tensor<TypeParam>>, xg::round<xg::Tensor<TypeParam>>}) {
    this->expect(f, {1.25, 2}, this->numbers(f(this->vector({1.25, 2}))), {nan, nan}, nan);
  }
}
TYPED_TEST(Conventions, RoundingOfLargeNumbers) {
  const TypeParam last = 2 / std::numeric_limits<TypeParam>::epsilon();  // all integers from here
  const Numbers at = {last / 4 - 0.5, last - 1, last, -last, TypeParam(1e30)}, zero(5, 0);
  const Numbers y = {last / 4 - 1, last - 1, last, -last, TypeParam(1e30)};
  this->expect(FN(xg::floor(x)), at, y, zero);
  this->expect(FN(xg::trunc(x)), at, y, zero);
}
TYPED_TEST(Conventions, SignOfZeroStays) {
  auto negative = [](const auto& y) { return std::signbit(y.data()[0]); };
  for (double zero : {0.0, -0.0}) {
    xg::Tensor<TypeParam> x = this->vector({zero});
    const bool expected = std::signbit(zero);
    for (const auto& y :
         {xg::floor(x), xg::ceil(x), xg::round(x), xg::trunc(x), xg::expm1(x), xg::log1p(x),
          xg::sin(x), xg::tan(x), xg::asin(x), xg::atan(x), xg::sinh(x), xg::tanh(x), xg::asinh(x),
          xg::atanh(x), xg::erf(x), xg::erfinv(x), xg::sqrt(x)}) {
      EXPECT_EQ(y.item(), 0);
      EXPECT_EQ(negative(y), expected) << zero;
    }
  }
  EXPECT_TRUE(negative(xg::negative(this->vector({0.0}))));
  EXPECT_FALSE(negative(xg::negative(this->vector({-0.0}))));
  EXPECT_TRUE(negative(xg::ceil(this->vector({-0.25}))));
  EXPECT_TRUE(negative(xg::round(this->vector({-0.5}))));
  EXPECT_TRUE(negative(xg::trunc(this->vector({-0.75}))));
}

TYPED_TEST(Conventions, ExponentialsFollowIeee) {
  this->expect(
      FN(xg::exp2(x)), {1e4, -1e4, 0, 3, -inf, inf, nan}, {inf, 0, 1, 8, 0, inf, nan},
      {inf, 0, TypeParam(std::log(2.0)), TypeParam(8) * TypeParam(std::log(2.0)), 0, inf, nan});
  this->expect(FN(xg::expm1(x)), {1e4, -1e4, 0, -inf, inf, nan}, {inf, -1, 0, -1, inf, nan},
               {inf, 0, 1, 0, inf, nan});
}
// As log: -inf at 0, NaN below, and the formula of the derivative everywhere.
TYPED_TEST(Conventions, LogarithmsAtAndBelowZero) {
  const TypeParam two = TypeParam(std::log(2.0)), ten = TypeParam(std::log(10.0));
  this->expect(FN(xg::log2(x)), {-1, 0, 1, 8, inf}, {nan, -inf, 0, 3, inf},
               {TypeParam(1) / -two, inf, TypeParam(1) / two, TypeParam(1) / (8 * two), 0});
  this->expect(FN(xg::log10(x)), {-1, 0, 1, inf}, {nan, -inf, 0, inf},
               {TypeParam(1) / -ten, inf, TypeParam(1) / ten, 0});
  this->expect(FN(xg::log1p(x)), {-2, -1, 0, inf, nan}, {nan, -inf, 0, inf, nan},
               {-1, inf, 1, 0, nan});
}
TYPED_TEST(Conventions, ReciprocalsAtZero) {
  this->expect(FN(xg::rsqrt(x)), {0, 4, -1, inf}, {inf, 0.5, nan, 0}, {-inf, -0.0625, nan, 0});
  this->expect(FN(xg::rsqrt(x)), {-0.0}, {-inf}, {inf});
  this->expect(FN(xg::reciprocal(x)), {0, -0.0, 4, -2, inf}, {inf, -inf, 0.25, -0.5, 0},
               {-inf, -inf, -0.0625, -0.25, 0});
}

TYPED_TEST(Conventions, TrigonometricFunctionsOfInfinities) {
  this->expect(FN(xg::sin(x)), {0, inf, -inf, nan}, {0, nan, nan, nan}, {1, nan, nan, nan});
  this->expect(FN(xg::cos(x)), {0, inf, -inf, nan}, {1, nan, nan, nan}, {0, nan, nan, nan});
  this->expect(FN(xg::tan(x)), {0, inf, -inf, nan}, {0, nan, nan, nan}, {1, nan, nan, nan});
}
TYPED_TEST(Conventions, TrigonometricFunctionsReduceHugeArguments) {
  const TypeParam x = TypeParam(1e22);
  EXPECT_NEAR(xg::sin(xg::Tensor<TypeParam>(x)).item(), std::sin(double(x)), 2e-7);
  EXPECT_NEAR(xg::cos(xg::Tensor<TypeParam>(x)).item(), std::cos(double(x)), 2e-7);
}
TYPED_TEST(Conventions, InverseFunctionsAtTheEdgesOfTheirDomains) {
  const TypeParam half_pi = TypeParam(std::acos(0.0)), pi = TypeParam(std::acos(-1.0));
  this->expect(FN(xg::asin(x)), {-2, -1, 0, 1, 2, inf}, {nan, -half_pi, 0, half_pi, nan, nan},
               {nan, inf, 1, inf, nan, nan});
  this->expect(FN(xg::acos(x)), {-2, -1, 0, 1, 2, inf}, {nan, pi, half_pi, 0, nan, nan},
               {nan, -inf, -1, -inf, nan, nan});
  this->expect(FN(xg::atan(x)), {-inf, 0, inf, 1e30, nan}, {-half_pi, 0, half_pi, half_pi, nan},
               {0, 1, 0, TypeParam(1) / (1 + TypeParam(1e30) * TypeParam(1e30)), nan});
  this->expect(FN(xg::acosh(x)), {-inf, -2, 0, 1, inf, nan}, {nan, nan, nan, 0, inf, nan},
               {nan, nan, nan, inf, 0, nan});
  this->expect(FN(xg::atanh(x)), {-1, 0, 1, 2, nan}, {-inf, 0, inf, nan, nan},
               {inf, 1, inf, TypeParam(1) / TypeParam(-3), nan});
  this->expect(FN(xg::erfinv(x)), {-2, -1, 1, 2, nan}, {nan, -inf, inf, nan, nan},
               {nan, inf, inf, nan, nan});
}
TYPED_TEST(Conventions, HyperbolicFunctionsOverflow) {
  this->expect(FN(xg::sinh(x)), {-1e4, 0, 1e4, inf, nan}, {-inf, 0, inf, inf, nan},
               {inf, 1, inf, inf, nan});
  this->expect(FN(xg::cosh(x)), {-1e4, 0, 1e4, inf, nan}, {inf, 1, inf, inf, nan},
               {-inf, 0, inf, inf, nan});
  this->expect(FN(xg::asinh(x)), {-inf, 0, inf, nan}, {-inf, 0, inf, nan}, {0, 1, 0, nan});
}

TYPED_TEST(Conventions, ErrorFunctionSaturates) {
  const TypeParam slope = TypeParam(1.1283791670955125739);
  this->expect(FN(xg::erf(x)), {-inf, -1e4, 0, 1e4, inf, nan}, {-1, -1, 0, 1, 1, nan},
               {0, 0, slope, 0, 0, nan});
  this->expect(FN(xg::erfc(x)), {-inf, -1e4, 0, 1e4, inf, nan}, {2, 2, 1, 0, 0, nan},
               {0, 0, -slope, 0, 0, nan});
}
TYPED_TEST(Conventions, GammaFunctionsAtPoles) {
  this->expect(FN(xg::lgamma(x)), {0, -0.0, -1, -2, inf, -inf, nan},
               {inf, inf, inf, inf, inf, inf, nan}, {-inf, inf, nan, nan, inf, nan, nan});
  this->expect(FN(xg::digamma(x)), {0, -0.0, -1, -2, inf, -inf, nan},
               {-inf, inf, nan, nan, inf, nan, nan}, {inf, inf, inf, inf, 0, nan, nan});
  this->expect(FN(xg::polygamma(1, x)), {0, -0.0, -1, -2, inf, -inf, nan},
               {inf, inf, inf, inf, 0, nan, nan}, {-inf, inf, nan, nan, 0, nan, nan});
  this->expect(FN(xg::polygamma(2, x)), {0, -0.0, -1, inf, -inf, nan},
               {-inf, inf, nan, 0, nan, nan}, {inf, inf, inf, 0, nan, nan});
}
TYPED_TEST(Conventions, PolygammaOfHighOrder) {
  const double tolerance = 4 * std::numeric_limits<TypeParam>::epsilon();
  auto polygamma = [](int n, double x) {
    return double(xg::polygamma(n, xg::Tensor<TypeParam>(TypeParam(x))).item());
  };
  double factorial = 1;
  for (int n = 1; n <= 28; ++n) {
    factorial *= n;
    // The first terms of (-1)^(n+1) n! zeta(n + 1, 1/2).
    double expected = factorial * std::pow(0.5, -n - 1) * (1 + std::pow(3.0, -n - 1));
    if (n > 20) {
      EXPECT_NEAR(polygamma(n, 0.5) / (n % 2 == 1 ? expected : -expected), 1, tolerance) << n;
    }
  }
  EXPECT_EQ(polygamma(400, 1), -inf);
  EXPECT_EQ(polygamma(2001, 0.5), inf);
  EXPECT_EQ(polygamma(300, 1e9), 0);
  // By mpmath. 2000! alone is beyond the range of long double.
  EXPECT_NEAR(polygamma(2000, 1000), static_cast<double>(TypeParam(-3.8355185180233864161e-268)),
              1e-280);
}
// Each is the derivative of the one before, however deep.
TYPED_TEST(Conventions, LgammaHasDerivativesOfEveryOrder) {
  xg::Tensor<TypeParam> x = xg::parameter(xg::Tensor<TypeParam>(TypeParam(2.5)));
  xg::Tensor<TypeParam> y = xg::lgamma(x);
  for (int n = 0; n < 6; ++n) {
    y = xg::grad(y, {x}, xg::create_graph)[0];
    EXPECT_EQ(y.item(), xg::polygamma(n, x).item()) << n;
  }
}

}  // namespace
