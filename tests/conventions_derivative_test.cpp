// Derivatives where a formula has to take care: second derivatives at kinks and extremes, which
// must not turn NaN by a branch of where() that is not taken, and the sign of a gradient of 0.
#include "conventions.hpp"

#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/binary.hpp>
#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/rounding.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using conventions::equal, conventions::inf, conventions::nan, conventions::Numbers,
    conventions::Types;

template <class T>
class DerivativeConventions : public conventions::Conventions<T> {
 protected:
  using Tensor = xg::Tensor<T>;

  /// Differentiates the sum of g f'(x) by x and by the cotangent g, which is 1.
  template <class F>
  static void expect_second(F f, const Numbers& x, const Numbers& by_x, const Numbers& by_g) {
    Tensor leaf = xg::parameter(Conventions::vector(x)), y = f(leaf);
    Tensor g = xg::parameter(xg::ones<T>(y.shape()));
    xg::sum(xg::grad(y, {leaf}, g, xg::create_graph)[0]).backward();
    Numbers zero(x.size(), 0);
    EXPECT_TRUE(equal(leaf.has_grad() ? Conventions::numbers(leaf.grad()) : zero, by_x)) << "by x";
    EXPECT_TRUE(equal(Conventions::numbers(g.grad()), by_g)) << "by g";
  }
  using Conventions = conventions::Conventions<T>;
};
TYPED_TEST_SUITE(DerivativeConventions, Types, );

TYPED_TEST(DerivativeConventions, AGradientOfZeroIsPositive) {
  for (auto f : {xg::sign<xg::Tensor<TypeParam>>, xg::floor<xg::Tensor<TypeParam>>,
                 xg::ceil<xg::Tensor<TypeParam>>, xg::round<xg::Tensor<TypeParam>>,
                 xg::trunc<xg::Tensor<TypeParam>>}) {
    xg::Tensor<TypeParam> x = xg::parameter(this->vector({1.25}));
    f(x).backward();
    EXPECT_FALSE(std::signbit(x.grad().item()));
  }
  xg::Tensor<TypeParam> a = xg::parameter(this->vector({7})), b = xg::parameter(this->vector({2}));
  xg::floor_divide(a, b).backward();
  EXPECT_FALSE(std::signbit(a.grad().item()) || std::signbit(b.grad().item()));
  b.zero_grad();
  xg::copysign(a, b).backward();
  EXPECT_FALSE(std::signbit(b.grad().item()));
  xg::Tensor<TypeParam> matrix = xg::parameter(xg::ones<TypeParam>({1, 1}));
  xg::matrix_power(matrix, 0).backward();
  EXPECT_FALSE(std::signbit(matrix.grad().item()));
}

TYPED_TEST(DerivativeConventions, ActivationsOfLargeNumbers) {
  this->expect_second(FN(xg::elu(x)), {1e4, inf, 0}, {0, 0, 1}, {1, 1, 1});
  this->expect_second(FN(xg::celu(x, 0.5)), {1e4, inf}, {0, 0}, {1, 1});
  this->expect_second(FN(xg::hardswish(x)), {1e4, inf, 0}, {0, 0, TypeParam(1) / 3}, {1, 1, 0.5});
}

TYPED_TEST(DerivativeConventions, PowWithExponentZero) {
  xg::Tensor<TypeParam> a = xg::parameter(TypeParam(2)), b = xg::parameter(TypeParam(0));
  xg::grad(xg::pow(a, b), {a}, xg::create_graph)[0].backward();
  EXPECT_EQ(a.grad().item(), 0);
  EXPECT_EQ(b.grad().item(), 0.5);  // of b a^(b - 1)
}

TYPED_TEST(DerivativeConventions, LossesAtTheirBounds) {
  const auto at = [&](const auto& x) { return xg::sum(x); };
  const auto zeros = xg::zeros<TypeParam>({2});
  auto huber = [&](const auto& x) { return at(xg::huber_loss(x, zeros, 2, xg::Reduction::none)); };
  this->expect_second(huber, {0, 5}, {1, 0}, {2});
  // At the kink that of the branch which the loss takes.
  this->expect_second(huber, {2, -2}, {1, 1}, {0});
  auto smooth = [&](const auto& x) {
    return at(xg::smooth_l1_loss(x, zeros, 2, xg::Reduction::none));
  };
  this->expect_second(smooth, {1, 2}, {0.5, 0}, {1.5});
  xg::PoissonOptions options;
  options.full = true;
  options.reduction = xg::Reduction::none;
  auto poisson = [&](const auto& x) { return at(xg::poisson_nll_loss(zeros, x, options)); };
  this->expect_second(poisson, {0, -1}, {0, 0}, {0});
  // By the probability, of the derivative by the target, ln (1 - p) - ln p with each at least -100.
  xg::Tensor<TypeParam> p = xg::parameter(this->vector({0, 1})),
                        t = xg::parameter(this->vector({0.5, 0.5}));
  xg::Tensor<TypeParam> y = xg::binary_cross_entropy(p, t, xg::Reduction::sum);
  xg::sum(xg::grad(y, {t}, xg::create_graph)[0]).backward();
  EXPECT_TRUE(equal(this->numbers(p.grad()), {-1, -1}));
}
TYPED_TEST(DerivativeConventions, BinaryCrossEntropyAtTheLeastProbability) {
  const TypeParam least = TypeParam(3.720075976020836e-44);  // e^-100
  xg::Tensor<TypeParam> t = xg::parameter(this->vector({0.5}));
  xg::binary_cross_entropy(this->vector({least}), t).backward();
  EXPECT_NEAR(t.grad().item(), -std::log(double(least)), 1e-4);
}

TYPED_TEST(DerivativeConventions, LogsumexpOfInfinities) {
  this->expect_second(FN(xg::logsumexp(x)), {inf, 2}, {0, 0}, {1});
  this->expect_second(FN(xg::logsumexp(x)), {-inf, -inf}, {0, 0}, {0});
  this->expect_second(FN(xg::logcumsumexp(x)), {inf, 2}, {0, 0}, {1, 1});
  this->expect_second(FN(xg::logcumsumexp(x)), {-inf, -inf}, {0, 0}, {0, 0});
}
TYPED_TEST(DerivativeConventions, LogsumexpOfRowsAndOfColumns) {
  const auto check = [this](const Numbers& pairs, const Numbers& expected) {
    const std::size_t n = pairs.size() / 2;
    for (bool columns : {false, true}) {
      Numbers values(2 * n);
      const auto place = [&](std::size_t i) { return columns ? i % 2 * n + i / 2 : i; };
      for (std::size_t i = 0; i < 2 * n; ++i) values[place(i)] = pairs[i];
      const xg::Tensor<TypeParam> x = xg::parameter(this->vector(values));
      const xg::Shape shape = columns ? xg::Shape{2, n} : xg::Shape{n, 2};
      xg::sum(xg::logsumexp(xg::reshape(x, shape), columns ? 0 : 1)).backward();
      const Numbers gradient = this->numbers(x.grad());
      for (std::size_t i = 0; i < 2 * n; ++i) {
        EXPECT_NEAR(gradient[place(i)], expected[i], 1e-6) << i << columns;
      }
    }
  };
  check({0, std::log(3.0), 1000, 1000}, {0.25, 0.75, 0.5, 0.5});
  // What infinity decides leaves the others alone.
  check({inf, 2, 0, std::log(3.0), -inf, -inf, 1000, 1000}, {1, 0, 0.25, 0.75, 0, 0, 0.5, 0.5});
}

TYPED_TEST(DerivativeConventions, NormsAtZero) {
  for (double power : {1.5, 2.0, 3.0}) {
    SCOPED_TRACE(power);
    auto norm = [power](const auto& x) { return xg::norm(x, power); };
    this->expect_second(norm, {0, 0}, {0, 0}, {0});
    this->expect_second(norm, {0, 4}, {power == 2 ? 0.25 : 0, 0}, {1});
  }
}

// V and its cotangent such that numerator and denominator of a quotient are as large as each other.
TYPED_TEST(DerivativeConventions, EighWhereQuotientsAreOne) {
  xg::Tensor<TypeParam> x = xg::parameter(xg::reshape(this->vector({1, 0, 0, 2}), {2, 2}));
  xg::Eigh<TypeParam> e = xg::eigh(x);
  xg::Tensor<TypeParam> v = e.eigenvectors, turn = xg::reshape(this->vector({0, -1, 1, 0}), {2, 2});
  v.backward(xg::matmul(v.detach(), turn));
  TypeParam signs = v.data()[0] * v.data()[3];  // of both eigenvectors
  EXPECT_TRUE(equal(this->numbers(x.grad()), {0, -signs, -signs, 0}));
}
// The gradient is linear in the cotangent at 0 too.
TYPED_TEST(DerivativeConventions, EighByACotangentOfZero) {
  xg::Tensor<TypeParam> x = xg::parameter(xg::reshape(this->vector({1, 0, 0, 2}), {2, 2}));
  xg::Tensor<TypeParam> v = xg::eigh(x).eigenvectors,
                        g = xg::parameter(xg::zeros<TypeParam>({2, 2}));
  xg::sum(xg::grad(v, {x}, g, xg::create_graph)[0]).backward();
  TypeParam first = v.data()[0], second = v.data()[3];
  EXPECT_TRUE(equal(this->numbers(g.grad()), {0, first, -second, 0}));
}

}  // namespace
