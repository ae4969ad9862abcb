// Values and gradients at kinks and extremes, row by row as conventions.md states them, in float
// and double. Finite numbers are compared exactly.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

TYPED_TEST(Conventions, ReluAtZero) {
  this->expect(FN(xg::relu(x)), {0, -0.0, 1, -1}, {0, 0, 1, 0}, {0, 0, -3, 0}, -3);
}
TYPED_TEST(Conventions, ReluOfNan) { this->expect(FN(xg::relu(x)), {nan}, {nan}, {3}, 3); }

TYPED_TEST(Conventions, LinearReluAtZeroAndNan) {
  auto f = [](const auto& b) {
    return xg::linear(xg::zeros<TypeParam>({1}), xg::zeros<TypeParam>({3, 1}), b,
                      xg::Activation::relu);
  };
  this->expect(f, {0, -0.0, nan}, {0, 0, nan}, {0, 0, 3}, 3);
}

TYPED_TEST(Conventions, AbsAtZeroAndNan) {
  this->expect(FN(xg::abs(x)), {0, -0.0, nan}, {0, 0, nan}, {0, 0, nan});
}
TYPED_TEST(Conventions, SignHasGradientZero) {
  this->expect(FN(xg::sign(x)), {-2, -0.0, 0, 5, inf}, {-1, 0, 0, 1, 1}, {0, 0, 0, 0, 0});
  EXPECT_TRUE(std::isnan(xg::sign(this->vector({nan})).item()));
}

TYPED_TEST(Conventions, MaximumAndMinimumAtTie) {
  this->expect_pair(FN2(xg::maximum(a, b)), 2, 2, 2, 0.5, 0.5);
  this->expect_pair(FN2(xg::minimum(a, b)), 2, 2, 2, 0.5, 0.5);
  this->expect_pair(FN2(xg::maximum(a, b)), 0, -0.0, 0, 0.5, 0.5);
  this->expect_pair(FN2(xg::maximum(a, b)), inf, inf, inf, 0.5, 0.5);
  this->expect_pair(FN2(xg::minimum(a, b)), -inf, -inf, -inf, 0.5, 0.5);
}
TYPED_TEST(Conventions, MaximumOfTensorWithItself) {
  this->expect(FN(xg::maximum(x, x)), {3, 0, -1}, {3, 0, -1}, {1, 1, 1});
  this->expect(FN(xg::minimum(x, x)), {3, 0, -1}, {3, 0, -1}, {1, 1, 1});
}
TYPED_TEST(Conventions, MaximumAndMinimumOfNan) {
  this->expect_pair(FN2(xg::maximum(a, b)), nan, 1, nan, 3, 3, 3);
  this->expect_pair(FN2(xg::maximum(a, b)), 1, nan, nan, 3, 3, 3);
  this->expect_pair(FN2(xg::minimum(a, b)), nan, 1, nan, 3, 3, 3);
  this->expect_pair(FN2(xg::minimum(a, b)), 1, nan, nan, 3, 3, 3);
}

TYPED_TEST(Conventions, AmaxAndAminSplitTies) {
  this->expect(FN(xg::amax(x)), {1, 3, 3, 2}, {3}, {0, 0.5, 0.5, 0});
  this->expect(FN(xg::amin(x)), {1, 3, 1, 1, 1}, {1}, {0.25, 0, 0.25, 0.25, 0.25});
  this->expect(FN(xg::amax(x)), {0, -0.0}, {0}, {0.5, 0.5});
}
TYPED_TEST(Conventions, AmaxOfInfinitiesSplitsTies) {
  this->expect(FN(xg::amax(x)), {-inf, -inf}, {-inf}, {0.5, 0.5});
  this->expect(FN(xg::amin(x)), {inf, inf}, {inf}, {0.5, 0.5});
  this->expect(FN(xg::amax(x)), {inf, 1, inf, -inf}, {inf}, {0.5, 0, 0.5, 0});
}
TYPED_TEST(Conventions, AmaxOfNan) {
  this->expect(FN(xg::amax(x)), {1, nan, 3}, {nan}, {nan, nan, nan});
  this->expect(FN(xg::amin(x)), {nan, 1, 3}, {nan}, {nan, nan, nan});
  // Only the slice that holds it.
  this->expect(FN(xg::amax(xg::reshape(x, {2, 2}), 1)), {1, nan, 3, 2}, {nan, 3}, {nan, nan, 1, 0});
  // Wherever it stands among many: kernels that compare lane by lane must not lose it.
  for (std::size_t place : {0u, 1u, 15u, 16u, 31u, 32u, 36u}) {
    Numbers x(37, 1);
    x[place] = nan;
    EXPECT_TRUE(std::isnan(xg::amax(this->vector(x)).item())) << place;
    EXPECT_TRUE(std::isnan(xg::amin(this->vector(x)).item())) << place;
    EXPECT_TRUE(std::isnan(xg::logsumexp(this->vector(x)).item())) << place;
    EXPECT_TRUE(std::isnan(xg::sum(xg::relu(this->vector(x))).item())) << place;
    EXPECT_TRUE(std::isnan(xg::sum(xg::maximum(this->vector(x), 0)).item())) << place;
  }
}

TYPED_TEST(Conventions, SqrtAtAndBelowZero) {
  this->expect(FN(xg::sqrt(x)), {0, 4, -1}, {0, 2, nan}, {inf, 0.25, nan});
}
TYPED_TEST(Conventions, LogAtAndBelowZero) {
  this->expect(FN(xg::log(x)), {-1, 0, 1}, {nan, -inf, 0}, {-1, inf, 1});
}

TYPED_TEST(Conventions, PowWithConstantExponentAtZero) {
  this->expect(FN(xg::pow(x, 2)), {0}, {0}, {0});
  this->expect(FN(xg::pow(x, 1)), {0}, {0}, {1});
  this->expect(FN(xg::pow(x, 0)), {0}, {1}, {0});
  this->expect(FN(xg::pow(x, 0.5)), {0}, {0}, {inf});
}
TYPED_TEST(Conventions, PowOfZero) {
  this->expect_pair(FN2(xg::pow(a, b)), 0, 0, 1, 0, 0);
  this->expect_pair(FN2(xg::pow(a, b)), 0, 2, 0, 0, 0);
  this->expect_pair(FN2(xg::pow(a, b)), 0, 1, 0, 1, 0);
  this->expect_pair(FN2(xg::pow(a, b)), 0, 0.5, 0, inf, 0);
  this->expect_pair(FN2(xg::pow(a, b)), 0, -1, inf, -inf, -inf);
}
TYPED_TEST(Conventions, PowOfNegativeNumber) {
  this->expect_pair(FN2(xg::pow(a, b)), -2, 2, 4, -4, nan);
  this->expect(FN(xg::pow(x, 2)), {-2}, {4}, {-4});
  this->expect(FN(xg::pow(x, 3)), {-2}, {-8}, {12});
  EXPECT_TRUE(std::isnan(xg::pow(this->vector({-2}), 0.5).item()));
}

TYPED_TEST(Conventions, NormByHandAtZeroIsNan) {
  this->expect(FN(xg::sqrt(xg::sum(xg::square(x)))), {0, 0}, {0}, {nan, nan});
}

TYPED_TEST(Conventions, WhereDoesNotHideItsBranchesDerivative) {
  this->expect(FN(xg::where(x > 0, xg::log(x), 0)), {0, 2}, {0, std::log(TypeParam(2))},
               {nan, 0.5});
  // The idiom that avoids it: a safe argument.
  this->expect(FN(xg::where(x > 0, xg::log(xg::where(x > 0, x, 1)), 0)), {0, 2},
               {0, std::log(TypeParam(2))}, {0, 0.5});
}
TYPED_TEST(Conventions, WhereSelectsAndNeverMultiplies) {
  xg::Tensor<TypeParam> a = xg::parameter(this->vector({1, nan, inf})),
                        b = xg::parameter(this->vector({nan, 2, 3}));
  xg::Tensor<TypeParam> y = xg::where(a == 1, a, b);
  EXPECT_TRUE(equal(this->numbers(y), {1, 2, 3}));
  y.backward(this->vector({5, 6, 7}));
  EXPECT_TRUE(equal(this->numbers(a.grad()), {5, 0, 0}));
  EXPECT_TRUE(equal(this->numbers(b.grad()), {0, 6, 7}));
  // Nor in the other direction: a NaN cotangent stays out of the branch that was not taken.
  a.zero_grad();
  b.zero_grad();
  xg::where(a == 1, a, b).backward(this->vector({nan, 6, nan}));
  EXPECT_TRUE(equal(this->numbers(a.grad()), {nan, 0, 0}));
  EXPECT_TRUE(equal(this->numbers(b.grad()), {0, 6, nan}));
}

TYPED_TEST(Conventions, SoftmaxOfLargeNumbersAndInfinities) {
  auto first = FN(xg::slice(xg::softmax(x), {0}));
  this->expect(first, {1e4, -1e4}, {1}, {0, 0});
  this->expect(first, {-1e4, 1e4}, {0}, {0, 0});
  this->expect(first, {1e4, 1e4}, {0.5}, {0.25, -0.25});
  this->expect(first, {0, -inf, 0}, {0.5}, {0.25, 0, -0.25});
  this->expect(first, {-inf, 0, 0}, {0}, {0, 0, 0});
  this->expect(FN(xg::softmax(x)), {-inf, -inf}, {nan, nan}, {nan, nan});
  this->expect(FN(xg::softmax(x)), {inf, 0}, {nan, nan}, {nan, nan});
  this->expect(FN(xg::softmax(x)), {nan, 0}, {nan, nan}, {nan, nan});
}
TYPED_TEST(Conventions, LogSoftmaxOfLargeLogits) {
  this->expect(FN(xg::slice(xg::log_softmax(x), {1})), {1e4, -1e4, 0}, {-2e4}, {-1, 1, 0});
}
TYPED_TEST(Conventions, LogSoftmaxOfInfinities) {
  this->expect(FN(xg::log_softmax(x)), {0, -inf, 0},
               {-std::log(TypeParam(2)), -inf, -std::log(TypeParam(2))}, {-0.5, 1, -0.5});
  this->expect(FN(xg::log_softmax(x)), {-inf, -inf}, {nan, nan}, {nan, nan});
  this->expect(FN(xg::log_softmax(x)), {inf, 0}, {nan, nan}, {nan, nan});
}
TYPED_TEST(Conventions, LogsumexpOfInfinities) {
  this->expect(FN(xg::logsumexp(x)), {-inf, 2}, {2}, {0, 1});
  this->expect(FN(xg::logsumexp(x)), {-inf, -inf}, {-inf}, {0, 0});
  this->expect(FN(xg::logsumexp(x)), {inf, 2}, {inf}, {1, 0});
  this->expect(FN(xg::logsumexp(xg::reshape(x, {3, 2}), 1)), {-inf, -inf, -inf, 5, inf, inf},
               {-inf, 5, inf}, {0, 0, 0, 1, 0.5, 0.5});
}
TYPED_TEST(Conventions, LogsumexpOfLargeNumbers) {
  this->expect(FN(xg::logsumexp(x)), {1e4, 1e4}, {TypeParam(1e4 + std::log(2.0))}, {0.5, 0.5});
  this->expect(FN(xg::logsumexp(x)), {-1e4, -1e4}, {TypeParam(-1e4 + std::log(2.0))}, {0.5, 0.5});
}

xg::Array<int> labels(std::initializer_list<int> list) {
  xg::Array<int> result = xg::empty_array<int>({list.size()});
  std::copy(list.begin(), list.end(), result.data());
  return result;
}
TYPED_TEST(Conventions, CrossEntropyOfLargeWrongLogits) {
  this->expect(FN(xg::softmax_cross_entropy(xg::reshape(x, {1, 2}), labels({1}))), {1e4, -1e4},
               {20000}, {1, -1});
}
TYPED_TEST(Conventions, CrossEntropyOfLabelOutOfRange) {
  typename TestFixture::Tensor logits = {{1, 2, 3}, {4, 5, 6}};
  for (int label : {-1, 3, 100}) {
    std::string text = check::message<std::invalid_argument>([&] {
      xg::softmax_cross_entropy(logits, labels({2, label}));
    });
    EXPECT_NE(text.find(std::to_string(label)), std::string::npos) << text;
    EXPECT_NE(text.find("row 1"), std::string::npos) << text;
    EXPECT_NE(text.find("[0, 3)"), std::string::npos) << text;
  }
}
TYPED_TEST(Conventions, CrossEntropyOfNoRows) {
  EXPECT_THROW(xg::softmax_cross_entropy(xg::zeros<TypeParam>({0, 3}), labels({})),
               std::invalid_argument);
}

TYPED_TEST(Conventions, SigmoidAndTanhSaturate) {
  this->expect(FN(xg::sigmoid(x)), {1e4, -1e4, inf, -inf, 0}, {1, 0, 1, 0, 0.5},
               {0, 0, 0, 0, 0.25});
  this->expect(FN(xg::tanh(x)), {1e4, -1e4, inf, -inf, 0}, {1, -1, 1, -1, 0}, {0, 0, 0, 0, 1});
  this->expect(FN(xg::sigmoid(x)), {nan}, {nan}, {nan});
  this->expect(FN(xg::tanh(x)), {nan}, {nan}, {nan});
}

TYPED_TEST(Conventions, ExpAndDivisionFollowIeee) {
  this->expect(FN(xg::exp(x)), {1e4, -1e4, 0, -inf, inf, nan}, {inf, 0, 1, 0, inf, nan},
               {inf, 0, 1, 0, inf, nan});
  this->expect_pair(FN2(a / b), 1, 0, inf, inf, -inf);
  this->expect_pair(FN2(a / b), -1, 0, -inf, inf, inf);
  this->expect_pair(FN2(a / b), 0, 0, nan, inf, nan);
  this->expect_pair(FN2(a / b), 1, inf, 0, 0, -0.0);
}

TYPED_TEST(Conventions, ReductionsOfNothing) {
  this->expect(FN(xg::sum(x)), {}, {0}, {});
  this->expect(FN(xg::logsumexp(x)), {}, {-inf}, {});
  typename TestFixture::Tensor nothing = this->vector({});
  EXPECT_THROW(xg::mean(nothing), std::invalid_argument);
  EXPECT_THROW(xg::amax(nothing), std::invalid_argument);
  EXPECT_THROW(xg::amin(nothing), std::invalid_argument);
}

TYPED_TEST(Conventions, ProductsOverNothing) {
  for (auto product : {xg::matmul<TypeParam>, xg::dot<TypeParam>}) {
    xg::Tensor<TypeParam> a = xg::parameter(xg::zeros<TypeParam>({2, 0}));
    xg::Tensor<TypeParam> b = xg::parameter(xg::zeros<TypeParam>({0, 3}));
    xg::Tensor<TypeParam> y = product(a, b, xg::here());
    EXPECT_EQ(y.shape(), (xg::Shape{2, 3}));
    EXPECT_TRUE(equal(this->numbers(y), Numbers(6, 0)));
    y.backward(xg::ones<TypeParam>({2, 3}));
    EXPECT_EQ(a.grad().shape(), a.shape());
    EXPECT_EQ(b.grad().shape(), b.shape());
  }
}

}  // namespace
