// Values and gradients of ops/binary.hpp at kinks and extremes, in float and double. Finite numbers
// are compared exactly.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/binary.hpp>
#include <xgrad/ops/reduce.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

TYPED_TEST(Conventions, HypotAndAtan2AtTheOrigin) {
  this->expect_pair(FN2(xg::hypot(a, b)), 0, 0, 0, 0, 0);
  this->expect_pair(FN2(xg::hypot(a, b)), 0, -0.0, 0, 0, 0);
  this->expect_pair(FN2(xg::hypot(a, b)), 3, -4, 5, TypeParam(3) / 5, -TypeParam(4) / 5);
  this->expect_pair(FN2(xg::hypot(a, b)), 0, 2, 2, 0, 1);
  this->expect_pair(FN2(xg::atan2(a, b)), 0, 0, 0, 0, 0);
  this->expect_pair(FN2(xg::atan2(a, b)), 0, 2, 0, 0.5, 0);
  this->expect_pair(FN2(xg::atan2(a, b)), 0, -2, std::atan2(TypeParam(0), TypeParam(-2)), -0.5, 0);
}
TYPED_TEST(Conventions, HypotOfExtremes) {
  const double huge = double(std::numeric_limits<TypeParam>::max() / 4);
  const double tiny = double(std::numeric_limits<TypeParam>::min());
  this->expect_pair(FN2(xg::hypot(a, b)), huge, 0, huge, 1, 0);
  this->expect_pair(FN2(xg::hypot(a, b)), 0, tiny, tiny, 0, 1);
  this->expect_pair(FN2(xg::hypot(a, b)), -inf, 1, inf, nan, 0);
  EXPECT_EQ(xg::hypot(this->vector({nan}), inf).item(), inf);
  EXPECT_EQ(xg::hypot(this->vector({-inf}), nan).item(), inf);
  EXPECT_TRUE(std::isnan(xg::hypot(this->vector({nan}), 1).item()));
  EXPECT_TRUE(std::isfinite(xg::hypot(this->vector({huge}), huge).item()));
}

TYPED_TEST(Conventions, SecondDerivativesAtTheOriginAreFinite) {
  auto hypot = FN2(xg::hypot(a, b));
  auto atan2 = FN2(xg::atan2(a, b));
  auto logaddexp = FN2(xg::logaddexp(a, b));
  auto second = [](auto f, double at) {
    xg::Tensor<TypeParam> a = xg::parameter(static_cast<TypeParam>(at)),
                          b = xg::parameter(static_cast<TypeParam>(at));
    std::vector<xg::Tensor<TypeParam>> first = xg::grad(f(a, b), {a, b}, xg::create_graph);
    (first[0] * 2 + first[1]).backward();
    return Numbers{double(a.grad().item()), double(b.grad().item())};
  };
  EXPECT_TRUE(equal(second(hypot, 0), {0, 0}));
  EXPECT_TRUE(equal(second(atan2, 0), {0, 0}));
  EXPECT_TRUE(equal(second(logaddexp, 0), {0.25, -0.25}));  // d^2: 1/4 and -1/4 across
  EXPECT_TRUE(equal(second(logaddexp, inf), {0, 0}));
  EXPECT_TRUE(equal(second(logaddexp, -inf), {0, 0}));
}

TYPED_TEST(Conventions, LogaddexpOfInfinities) {
  auto f = FN2(xg::logaddexp(a, b));
  this->expect_pair(f, -inf, -inf, -inf, 0, 0);
  this->expect_pair(f, inf, inf, inf, 0.5, 0.5);
  this->expect_pair(f, inf, -inf, inf, 1, 0);
  this->expect_pair(f, -inf, 2, 2, 0, 1);
  this->expect_pair(f, 2, inf, inf, 0, 1);
  this->expect_pair(f, nan, inf, nan, nan, nan);
  this->expect_pair(f, 1e4, 1e4, TypeParam(1e4 + std::log(2.0)), 0.5, 0.5);
  this->expect_pair(f, 1e4, -1e4, 1e4, 1, 0);
}

TYPED_TEST(Conventions, XlogyOfZero) {
  auto f = FN2(xg::xlogy(a, b));
  this->expect_pair(f, 0, 0, 0, 0, nan);
  this->expect_pair(f, 0, -1, 0, 0, 0);
  this->expect_pair(f, 0, 1, 0, 0, 0);
  this->expect_pair(f, 0, 0.5, 0, std::log(TypeParam(0.5)), 0);
  this->expect_pair(f, 0, inf, 0, inf, 0);
  this->expect_pair(f, 0, nan, nan, nan, nan);
  this->expect_pair(f, 2, 0, -inf, -inf, inf);
  EXPECT_TRUE(std::isnan(xg::xlogy(this->vector({2}), -1).item()));
}

TYPED_TEST(Conventions, RemaindersTakeTheirSign) {
  this->expect_pair(FN2(xg::fmod(a, b)), 7, 3, 1, 1, -2);
  this->expect_pair(FN2(xg::fmod(a, b)), -7, 3, -1, 1, 2);
  this->expect_pair(FN2(xg::fmod(a, b)), 7, -3, 1, 1, 2);
  this->expect_pair(FN2(xg::fmod(a, b)), -7, -3, -1, 1, -2);
  this->expect_pair(FN2(xg::remainder(a, b)), 7, 3, 1, 1, -2);
  this->expect_pair(FN2(xg::remainder(a, b)), -7, 3, 2, 1, 3);
  this->expect_pair(FN2(xg::remainder(a, b)), 7, -3, -2, 1, 3);
  this->expect_pair(FN2(xg::remainder(a, b)), -7, -3, -1, 1, -2);
  this->expect_pair(FN2(xg::floor_divide(a, b)), -7, 3, -3, 0, 0);
  this->expect_pair(FN2(xg::floor_divide(a, b)), -7, -3, 2, 0, 0);
}
TYPED_TEST(Conventions, RemaindersOfZeroAndInfinity) {
  auto of = [&](auto f, double a, double b) {
    return double(f(this->vector({a}), this->vector({b})).item());
  };
  auto fmod = FN2(xg::fmod(a, b));
  auto remainder = FN2(xg::remainder(a, b));
  auto floor_divide = FN2(xg::floor_divide(a, b));
  this->expect_pair(fmod, 1, 0, nan, 1, nan);
  EXPECT_TRUE(std::isnan(of(remainder, 1, 0)));
  EXPECT_TRUE(std::isnan(of(fmod, inf, 1)));
  EXPECT_TRUE(std::isnan(of(remainder, inf, 1)));
  EXPECT_EQ(of(fmod, -1, inf), -1);
  EXPECT_EQ(of(remainder, -1, inf), inf);  // as Python
  EXPECT_TRUE(std::signbit(of(remainder, 6, -3)));
  EXPECT_TRUE(std::signbit(of(fmod, -6, 3)));
  EXPECT_EQ(of(floor_divide, 1, 0), inf);
  EXPECT_EQ(of(floor_divide, -1, 0), -inf);
  EXPECT_TRUE(std::isnan(of(floor_divide, 0, 0)));
  EXPECT_EQ(of(floor_divide, -1, inf), -1);
  // Exact though the quotient is rounded to 10: 0.1 is a little more than a tenth.
  if (std::is_same_v<TypeParam, double>) {
    EXPECT_EQ(of(floor_divide, 1, 0.1), 9);
  }
  const double large = std::is_same_v<TypeParam, double> ? 1e17 : 1e10;
  EXPECT_EQ(of(remainder, large, 7), std::fmod(double(TypeParam(large)), 7.0));
}

TYPED_TEST(Conventions, CopysignOfZeros) {
  this->expect_pair(FN2(xg::copysign(a, b)), 2, -0.0, -2, -1, 0);
  this->expect_pair(FN2(xg::copysign(a, b)), -2, 0, 2, -1, 0);
  this->expect_pair(FN2(xg::copysign(a, b)), -2, -inf, -2, 1, 0);
  this->expect_pair(FN2(xg::copysign(a, b)), 0, -1, 0, 0, 0);
  this->expect_pair(FN2(xg::copysign(a, b)), inf, -1, -inf, -1, 0);
  EXPECT_TRUE(std::signbit(xg::copysign(this->vector({0}), -1).item()));
  EXPECT_EQ(xg::copysign(this->vector({3}), std::copysign(nan, -1)).item(), -3);
}

TYPED_TEST(Conventions, LerpIsExactAtBothEnds) {
  const double big = double(TypeParam(1e7) + 1), small = 0.1;
  const TypeParam a = TypeParam(small), b = TypeParam(big);
  EXPECT_EQ(xg::lerp(this->vector({small}), this->vector({big}), 0).item(), a);
  EXPECT_EQ(xg::lerp(this->vector({small}), this->vector({big}), 1).item(), b);
  this->expect(FN(xg::lerp(x, xg::full<TypeParam>({2}, 4), 0.25)), {0, 8}, {1, 7}, {0.75, 0.75});
}

}  // namespace
