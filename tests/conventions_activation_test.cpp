// Values and gradients of the activation functions at kinks and extremes, in float and double.
// Finite numbers are compared exactly.
#include "conventions.hpp"

#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

TYPED_TEST(Conventions, ClipAtBoundsOutsideAndNan) {
  this->expect(FN(xg::clip(x, -1, 2)), {-1, 2, -3, 5, 0.5, nan, inf, -inf},
               {-1, 2, -1, 2, 0.5, nan, 2, -1}, {0, 0, 0, 0, 3, 0, 0, 0}, 3);
  this->expect(FN(xg::clip(x, 1, 1)), {0, 1, 2}, {1, 1, 1}, {0, 0, 0});
}
TYPED_TEST(Conventions, ClipWithoutABound) {
  this->expect(FN(xg::clip(x, -inf, 2)), {-inf, -5, 2, inf}, {-inf, -5, 2, 2}, {1, 1, 0, 0});
  this->expect(FN(xg::clip(x, -1, inf)), {-inf, -1, 5, inf}, {-1, -1, 5, inf}, {0, 0, 1, 1});
  this->expect(FN(xg::clip(x, -inf, inf)), {-inf, 0, inf, nan}, {-inf, 0, inf, nan}, {1, 1, 1, 0});
  this->expect(FN(xg::clip(x, inf, inf)), {0, inf}, {inf, inf}, {0, 0});
}
TYPED_TEST(Conventions, ClipRefusesBoundsThatMakeNoSense) {
  typename TestFixture::Tensor x = {1, 2};
  EXPECT_THROW(xg::clip(x, 2, 1), std::invalid_argument);
  EXPECT_THROW(xg::clip(x, nan, 1), std::invalid_argument);
  EXPECT_THROW(xg::clip(x, 0, nan), std::invalid_argument);
  EXPECT_THROW(xg::clip(x, inf, -inf), std::invalid_argument);
}

TYPED_TEST(Conventions, HardtanhAndRelu6AtKinks) {
  this->expect(FN(xg::hardtanh(x)), {-1, 1, 0.5, nan, inf}, {-1, 1, 0.5, nan, 1}, {0, 0, 1, 0, 0});
  this->expect(FN(xg::relu6(x)), {0, -0.0, 6, 3, -1, 7, nan}, {0, 0, 6, 3, 0, 6, nan},
               {0, 0, 0, 1, 0, 0, 0});
}
TYPED_TEST(Conventions, LeakyReluAtZero) {
  this->expect(FN(xg::leaky_relu(x, 0.125)), {0, -0.0, -8, 8, -inf}, {0, 0, -1, 8, -inf},
               {0.125, 0.125, 0.125, 1, 0.125});
}
TYPED_TEST(Conventions, EluFamilyAtZero) {
  this->expect(FN(xg::elu(x)), {0, -0.0, 3, -inf, inf}, {0, 0, 3, -1, inf}, {1, 1, 1, 0, 1});
  this->expect(FN(xg::elu(x, 2)), {0, 3, -inf}, {0, 3, -2}, {2, 1, 0});
  this->expect(FN(xg::celu(x, 0.5)), {0, 3, -inf}, {0, 3, -0.5}, {1, 1, 0});
  this->expect(
      FN(xg::selu(x)), {0, 1}, {0, TypeParam(1.0507009873554804934)},
      {TypeParam(1.0507009873554804934 * 1.6732632423543772848), TypeParam(1.0507009873554804934)});
}
TYPED_TEST(Conventions, EluHidesNoNan) {
  EXPECT_TRUE(std::isnan(xg::elu(this->vector({nan})).item()));
  EXPECT_TRUE(std::isnan(xg::selu(this->vector({nan})).item()));
  EXPECT_TRUE(std::isnan(xg::celu(this->vector({nan})).item()));
}
TYPED_TEST(Conventions, ShrinksAndThresholdAtKinks) {
  this->expect(FN(xg::hardshrink(x)), {0.5, -0.5, 0, 1, -1, nan, inf}, {0, 0, 0, 1, -1, nan, inf},
               {0, 0, 0, 1, 1, 0, 1});
  this->expect(FN(xg::softshrink(x)), {0.5, -0.5, 0, 1, -1, nan, inf},
               {0, 0, 0, 0.5, -0.5, nan, inf}, {0, 0, 0, 1, 1, 0, 1});
  this->expect(FN(xg::softshrink(x, 0)), {-2, 0, 3}, {-2, 0, 3}, {1, 0, 1});
  this->expect(FN(xg::thresholded_relu(x)), {1, 2, 0, nan, -inf}, {0, 2, 0, nan, 0},
               {0, 1, 0, 1, 0});
}

TYPED_TEST(Conventions, SoftplusAndLogsigmoidOfLargeNumbers) {
  this->expect(FN(xg::softplus(x)), {1e4, -1e4, inf, -inf, nan}, {1e4, 0, inf, 0, nan},
               {1, 0, 1, 0, nan});
  this->expect(FN(xg::softplus(x, 4)), {0, 1e4}, {TypeParam(std::log(2.0) / 4), 1e4}, {0.5, 1});
  this->expect(FN(xg::logsigmoid(x)), {1e4, -1e4, inf, -inf, nan}, {0, -1e4, 0, -inf, nan},
               {0, 1, 0, 1, nan});
}
TYPED_TEST(Conventions, SoftplusKeepsSmallValues) {
  const double x = -30;
  EXPECT_NEAR(xg::softplus(this->vector({x})).item() / std::exp(x), 1, 1e-6);
  EXPECT_NEAR(xg::logsigmoid(this->vector({-x})).item() / std::exp(x), -1, 1e-6);
}

TYPED_TEST(Conventions, SmoothGatesOfLargeNumbers) {
  this->expect(FN(xg::silu(x)), {1e4, -1e4, 0, inf, nan}, {1e4, 0, 0, inf, nan},
               {1, 0, 0.5, nan, nan});
  this->expect(FN(xg::mish(x)), {1e4, -1e4, inf, nan}, {1e4, 0, inf, nan}, {1, 0, nan, nan});
  for (xg::Gelu form : {xg::Gelu::erf, xg::Gelu::tanh}) {
    auto gelu = [form](const auto& x) { return xg::gelu(x, form); };
    this->expect(gelu, {1e4, -1e4, 0, inf, nan}, {1e4, 0, 0, inf, nan}, {1, 0, 0.5, nan, nan});
    // Their squares and cubes overflow.
    const double huge = std::sqrt(double(std::numeric_limits<TypeParam>::max())) * 4;
    this->expect(gelu, {huge, -huge}, {double(TypeParam(huge)), 0}, {1, 0});
  }
  // As PyTorch.
  EXPECT_TRUE(std::isnan(xg::silu(this->vector({-inf})).item()));
  EXPECT_TRUE(std::isnan(xg::mish(this->vector({-inf})).item()));
  EXPECT_TRUE(std::isnan(xg::gelu(this->vector({-inf})).item()));
}
TYPED_TEST(Conventions, NdtrIsPreciseInBothTails) {
  this->expect(FN(xg::ndtr(x)), {0, inf, -inf, nan, 1e4, -1e4}, {0.5, 1, 0, nan, 1, 0},
               {TypeParam(0.3989422804014327), 0, 0, nan, 0, 0});
  // Abramowitz & Stegun 1964, table 26.2: Q(10) = 7.61985e-24.
  EXPECT_NEAR(xg::ndtr(this->vector({-10})).item() * 1e24, 7.61985, 1e-4);
}

TYPED_TEST(Conventions, HardGatesAtKinks) {
  const TypeParam sixth = TypeParam(1) / 6;
  this->expect(FN(xg::hardsigmoid(x)), {-3, 3, 0, -5, 5, inf, -inf, nan},
               {0, 1, 0.5, 0, 1, 1, 0, nan}, {0, 0, sixth, 0, 0, 0, 0, 0});
  this->expect(FN(xg::hardswish(x)), {-3, 3, 0, -5, 5, inf, nan}, {0, 3, 0, 0, 5, inf, nan},
               {0, 1, 0.5, 0, 1, 1, 1});
}
TYPED_TEST(Conventions, SoftsignSaturates) {
  this->expect(FN(xg::softsign(x)), {0, 1, -3, 1e30, nan}, {0, 0.5, -0.75, 1, nan},
               {1, 0.25, 0.0625, double(1 / (TypeParam(1e30) * TypeParam(1e30))), nan});
  this->expect(FN(xg::softsign(x)), {inf, -inf}, {nan, nan}, {0, 0});
}

}  // namespace
