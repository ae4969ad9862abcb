// Jacobians, Hessians and their products, against each other and against formulas.
#include "check.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/transforms.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::close, check::identical, check::message, check::plain, check::Random;
using Tensor = xg::Tensor<double>;

const auto layer = [](auto x, auto w) { return tanh(xg::dot(w, x)); };
const auto energy = [](auto x, auto w) { return sum(square(tanh(xg::dot(w, x)))) * sum(x); };

class Transforms : public ::testing::Test {
 protected:
  Random random{3};
  Tensor x = check::tensor<double>(random.array({4})),
         w = check::tensor<double>(random.array({3, 4}));
  Tensor u = check::tensor<double>(random.array({4})),
         v = check::tensor<double>(random.array({3, 4}));
};

TEST_F(Transforms, ValueAndGrad) {
  const Tensor a = check::copy(x).requires_grad(), b = check::copy(w).requires_grad();
  const Tensor y = energy(a, b);
  y.backward();
  auto [value, gradients] = xg::value_and_grad(energy, x, w);
  EXPECT_EQ(value.item(), y.item());
  EXPECT_TRUE(identical(gradients[0], a.grad()));
  EXPECT_TRUE(identical(gradients[1], b.grad()));
  EXPECT_FALSE(value.tracked() || gradients[0].tracked());
}

TEST_F(Transforms, VjpJvpAndJacobianAgree) {
  auto [y, pull] = xg::vjp(layer, x, w);
  const Tensor g = check::tensor<double>(random.array({3}));
  const std::vector<Tensor> back = pull(g), again = pull(g), jacobians = xg::jacobian(layer, x, w);
  EXPECT_TRUE(identical(back[0], again[0]));
  EXPECT_TRUE(identical(y, layer(x, w)));
  EXPECT_EQ(jacobians[0].shape(), (xg::Shape{3, 4}));
  EXPECT_EQ(jacobians[1].shape(), (xg::Shape{3, 3, 4}));
  EXPECT_TRUE(close(plain(back[0]), plain(xg::dot(g, jacobians[0])), 1e-14));
  const Tensor flat = xg::reshape(jacobians[1], {3, 12});
  EXPECT_TRUE(close(plain(xg::reshape(back[1], {12})), plain(xg::dot(g, flat)), 1e-14));

  auto [value, tangent] = xg::jvp(layer, std::tuple(x, w), std::tuple(u, v));
  EXPECT_TRUE(identical(value, y));
  const Tensor expected = xg::dot(jacobians[0], u) + xg::dot(flat, xg::reshape(v, {12}));
  EXPECT_TRUE(close(plain(tangent), plain(expected), 1e-14));
  const auto of_x = [&](auto at) { return layer(at, w); };
  EXPECT_TRUE(close(plain(xg::jvp(of_x, x, u).tangent), plain(xg::dot(jacobians[0], u)), 1e-14));
  EXPECT_TRUE(identical(xg::jacobian(of_x, x), jacobians[0]));
}

TEST_F(Transforms, JvpMatchesDifferences) {
  const auto moved = [&](double t) { return plain(layer(x + t * u, w + t * v)); };
  const Tensor tangent = xg::jvp(layer, std::tuple(x, w), std::tuple(u, v)).tangent;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(tangent.data()[i], check::difference([&](double t) { return moved(t).data[i]; }),
                1e-10);
  }
}

TEST_F(Transforms, HessianAndItsProducts) {
  const auto blocks = xg::hessian(energy, x, w);
  EXPECT_EQ(blocks[1][0].shape(), (xg::Shape{3, 4, 4}));
  const Tensor xx = blocks[0][0], xw = xg::reshape(blocks[0][1], {4, 12});
  EXPECT_TRUE(close(plain(xx), plain(xg::transpose(xx)), 1e-13));
  EXPECT_TRUE(close(plain(xw), plain(xg::transpose(xg::reshape(blocks[1][0], {12, 4}))), 1e-13));
  const auto products = xg::hvp(energy, std::tuple(x, w), std::tuple(u, v));
  const Tensor expected = xg::dot(xx, u) + xg::dot(xw, xg::reshape(v, {12}));
  EXPECT_TRUE(close(plain(products[0]), plain(expected), 1e-13));
  const auto of_x = [&](auto at) { return energy(at, w); };
  EXPECT_TRUE(close(plain(xg::hessian(of_x, x)), plain(xx), 1e-14));
  EXPECT_TRUE(close(plain(xg::hvp(of_x, x, u)), plain(xg::dot(xx, u)), 1e-13));
  // x^T A x has the Hessian A + A^T.
  const Tensor a = check::tensor<double>(random.array({4, 4}));
  const auto form = [&](auto at) { return xg::dot(at, xg::dot(a, at)); };
  EXPECT_TRUE(close(plain(xg::hessian(form, x)), plain(a + xg::transpose(a)), 1e-14));
}

TEST_F(Transforms, NestAndCarryGradients) {
  const auto cube = [](auto at) { return at * at * at; };
  const auto slope = [&](auto at) { return xg::jacobian(cube, at); };
  const auto curvature = [&](auto at) { return xg::jacobian(slope, at); };
  EXPECT_NEAR(xg::jacobian(curvature, Tensor(2)).item(), 6, 1e-14);
  Tensor p = xg::parameter(2.0);
  (xg::jacobian(cube, p) * p).backward();  // 3 p^3
  EXPECT_NEAR(p.grad().item(), 9 * 4, 1e-13);
  p.zero_grad();
  (xg::hvp(cube, p, 1) + xg::jvp(cube, p, 1).tangent).backward();  // 6 p + 3 p^2
  EXPECT_NEAR(p.grad().item(), 6 + 12, 1e-13);
  p.zero_grad();
  xg::value_and_grad(cube, p).gradients[0].backward();
  EXPECT_NEAR(p.grad().item(), 12, 1e-13);
}
TEST_F(Transforms, ReachTheThirdDerivativeOfAPool) {
  const auto slope = [](const Tensor& at) {
    return xg::grad(xg::sum(xg::pow(xg::max_pool1d(at, 2), 3.0)), {at}, xg::create_graph)[0];
  };
  const Tensor at = xg::parameter(xt::xarray<double>{{{2, 1, 3, 4}}});
  const Tensor squares = xg::sum(xg::square(slope(at)));  // 9 x^4 of the greatest
  xg::sum(xg::grad(squares, {at}, xg::create_graph)[0]).backward();
  const xt::xarray<double> expected{{{108 * 4, 0, 0, 108 * 16}}};
  EXPECT_TRUE(close(plain(at.grad()), plain(Tensor(expected)), 0));
}

TEST_F(Transforms, WorkUnderNoGradAndWithoutDependence) {
  xg::NoGrad guard;
  Tensor p = xg::parameter(Tensor{1, 2});
  const Tensor jacobian = xg::jacobian([](auto at) { return at * at; }, p);
  EXPECT_TRUE(identical(jacobian, Tensor{{2, 0}, {0, 4}}));
  EXPECT_FALSE(jacobian.tracked());
  const auto constant = [](const Tensor&) { return Tensor{1, 2, 3}; };
  EXPECT_TRUE(identical(xg::jacobian(constant, p), xg::zeros<double>({3, 2})));
  EXPECT_TRUE(identical(xg::jvp(constant, p, Tensor{1, 1}).tangent, Tensor{0, 0, 0}));
  const auto linear = [](auto at) { return sum(at); };
  EXPECT_TRUE(identical(xg::hessian(linear, p), xg::zeros<double>({2, 2})));
  EXPECT_TRUE(identical(xg::hvp(linear, p, p), Tensor{0, 0}));
  EXPECT_EQ(xg::jacobian([](auto at) { return xg::slice(at, {xg::range(0, 0)}); }, p).shape(),
            (xg::Shape{0, 2}));
}

TEST_F(Transforms, RejectWhatDoesNotFit) {
  const auto what = [](auto call) { return message<std::invalid_argument>(call); };
  const auto square = [](auto at) { return at * at; };
  EXPECT_EQ(what([&] { xg::hessian(square, x); }).find("hessian: expected a function that returns"),
            0u);
  EXPECT_EQ(what([&] { xg::hvp(square, x, u); }).find("hvp: expected a function"), 0u);
  EXPECT_EQ(what([&] { xg::value_and_grad(square, x); }).find("value_and_grad: expected"), 0u);
  EXPECT_EQ(what([&] {
              xg::jvp(square, x, w);
            }).find("jvp: expected a tangent of shape (4) for input 0, got (3, 4) [transforms"),
            0u);
  EXPECT_EQ(
      what([&] { xg::vjp(square, x).pull(w); }).find("vjp: expected a cotangent of shape (4)"), 0u);
}

}  // namespace
