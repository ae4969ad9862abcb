// Derivatives of derivatives, and xg::grad, which leaves no trace on the leaves.
#include "check.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::contains, check::identical, check::leaf, check::message, check::Random;
using Tensor = xg::Tensor<double>;

Tensor parameter(Tensor value) { return xg::parameter(value); }

TEST(HigherOrder, DerivativesToFourthOrder) {
  // y = x^4 e^x: every derivative is e^x times a polynomial.
  double at = 0.7;
  Tensor x = parameter(at), y = x * x * x * x * xg::exp(x);
  Tensor d1 = xg::grad(y, {x}, xg::create_graph)[0];
  Tensor d2 = xg::grad(d1, {x}, xg::create_graph)[0];
  Tensor d3 = xg::grad(d2, {x}, xg::create_graph)[0];
  Tensor d4 = xg::grad(d3, {x})[0];
  double e = std::exp(at), p = at * at;
  EXPECT_NEAR(d1.item(), e * (p * p + 4 * at * p), 1e-13);
  EXPECT_NEAR(d2.item(), e * (p * p + 8 * at * p + 12 * p), 1e-13);
  EXPECT_NEAR(d3.item(), e * (p * p + 12 * at * p + 36 * p + 24 * at), 1e-12);
  EXPECT_NEAR(d4.item(), e * (p * p + 16 * at * p + 72 * p + 96 * at + 24), 1e-12);
  EXPECT_FALSE(x.has_grad());
}

TEST(HigherOrder, BackwardRefusesToMakeALeafOwnItself) {
  Tensor x = parameter(2), y = x * x * x;
  std::string why = message<std::logic_error>([&] { y.backward(xg::create_graph); });
  EXPECT_TRUE(contains(why, "use xgrad::grad [grad_test.cpp:")) << why;
  EXPECT_FALSE(x.has_grad());
  y.backward();
  EXPECT_EQ(x.grad().item(), 12);
}

TEST(HigherOrder, GradientPenalty) {
  // z = |dy/dx|^2 with y = w x^2:  dz/dw = 8 w x^2.
  Tensor w = parameter(3), x = parameter(5);
  Tensor slope = xg::grad(w * x * x, {x}, xg::create_graph)[0];
  (slope * slope).backward();
  EXPECT_EQ(w.grad().item(), 8 * 3 * 25);
}

TEST(HigherOrder, HessianOfMatrixProduct) {
  // y = x^T A x with A not symmetric: the Hessian's product with v is (A + A^T) v.
  Random random(1);
  Tensor a = check::tensor<double>(random.array({4, 4})),
         v = check::tensor<double>(random.array({4}));
  Tensor x = leaf<double>(random.array({4}));
  Tensor slope = xg::grad(xg::dot(x, xg::dot(a, x)), {x}, xg::create_graph)[0];
  Tensor product = xg::grad(slope, {x}, v)[0];
  for (std::size_t i = 0; i < 4; ++i) {
    double expected = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      expected += (a.data()[i * 4 + j] + a.data()[j * 4 + i]) * v.data()[j];
    }
    EXPECT_NEAR(product.data()[i], expected, 1e-12);
  }
}

TEST(Grad, LeavesNoTrace) {
  Tensor w = parameter({1, 2}), x = parameter({3, 4}), y = xg::sum(w * x);
  std::vector<Tensor> g = xg::grad(y, {x, w});
  EXPECT_TRUE(identical(g[0], w.detach()));
  EXPECT_TRUE(identical(g[1], x.detach()));
  EXPECT_FALSE(w.has_grad() || x.has_grad());
  EXPECT_FALSE(g[0].tracked());
  // The result is the caller's own: writing to it must not reach w.
  g[0].assign(Tensor({7, 7}));
  EXPECT_TRUE(identical(w.detach(), Tensor({1, 2})));
}

TEST(Grad, ConstantOperandsOnEitherSide) {
  Tensor x = parameter(3);
  EXPECT_EQ(xg::grad(2 * x, {x})[0].item(), 2);
  EXPECT_EQ(xg::grad(x * 2, {x})[0].item(), 2);
  EXPECT_EQ(xg::grad(1 - 2 * (5 * x), {x})[0].item(), -10);
}

TEST(Grad, OfIntermediateResultsAndOfTheResultItself) {
  Tensor x = parameter(3), h = x * x, y = h * h;
  std::vector<Tensor> g = xg::grad(y, {h, y, x}, xg::retain_graph);
  EXPECT_EQ(g[0].item(), 18);
  EXPECT_EQ(g[1].item(), 1);
  EXPECT_EQ(g[2].item(), 4 * 27);
  EXPECT_EQ(xg::grad(y, {h})[0].item(), 18);
  // Only the path from y to h was swept, and freed: x's part still works.
  EXPECT_EQ(xg::grad(h, {x})[0].item(), 6);
}

TEST(Grad, SameInputTwiceAndBroadcastCotangent) {
  Tensor x = parameter({1, 2, 3});
  std::vector<Tensor> g = xg::grad(x * 2, {x, x}, Tensor({1, 10, 100}));
  EXPECT_TRUE(identical(g[0], Tensor({2, 20, 200})));
  EXPECT_TRUE(identical(g[1], g[0]));
  g[0].assign(Tensor({0, 0, 0}));
  EXPECT_TRUE(identical(g[1], Tensor({2, 20, 200})));
}

TEST(Grad, UnreachableInputThrows) {
  Tensor x = parameter(1), other = parameter({1, 2, 3}), constant = 4;
  std::string text = message<std::logic_error>([&] { xg::grad(x * 2, {x, other}); });
  EXPECT_TRUE(contains(text, "input 1") && contains(text, "(3)") && contains(text, "reach"))
      << text;
  EXPECT_TRUE(contains(text, "[grad_test.cpp:")) << text;
  text = message<std::logic_error>([&] { xg::grad(x * 2, {constant}); });
  EXPECT_TRUE(contains(text, "input 0") && contains(text, "()")) << text;
  EXPECT_FALSE(x.has_grad());
}

}  // namespace
