// The tape: how gradients flow through graphs of any form, what is recorded, what is freed, and
// what happens when it is misused. Operations are only a means here; op_table_test.cpp checks them.
#include "check.hpp"

#include <functional>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::contains, check::identical, check::leaf, check::message, check::Random;
using Tensor = xg::Tensor<double>;

Tensor parameter(Tensor value) { return xg::parameter(value); }

TEST(Engine, Diamond) {
  // y = (2 x) (x + 3),  y' = 4 x + 6.
  Tensor x = parameter({5, -1}), a = 2 * x, b = x + 3;
  xg::sum(a * b).backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({26, 2})));
}

TEST(Engine, DeepDiamondsAreLinearInTime) {
  // 60 diamonds on top of each other hold 2^60 paths; y = 2^60 x.
  Tensor x = parameter(1), y = x;
  for (int i = 0; i < 60; ++i) y = y + y;
  y.backward();
  EXPECT_EQ(x.grad().item(), std::pow(2.0, 60));
}

TEST(Engine, FanOut) {
  // One tensor used by many operations of differing age: y = sum of k x for k = 1 .. 50, times x.
  Tensor x = parameter(3), total = 0;
  for (int k = 1; k <= 50; ++k) total = total + k * x;
  (total * x).backward();
  EXPECT_EQ(x.grad().item(), 2 * 1275 * 3);
}

TEST(Engine, ManyLeavesAndManyPendingNodes) {
  // Leaves and results that wait for their cotangents by the hundred, made and used in any order.
  const std::size_t n = 150;
  std::vector<Tensor> leaves, squares;
  for (std::size_t i = 0; i < n; ++i) leaves.push_back(parameter(double(i)));
  for (std::size_t i = 0; i < n; ++i) squares.push_back(leaves[i * 77 % n] * leaves[i * 77 % n]);
  Tensor late = parameter(2), total = late;
  for (std::size_t i = 0; i < n; ++i) total = total + squares[i * 101 % n] * late;
  for (int sweep = 1; sweep <= 2; ++sweep) {
    total.backward(xg::retain_graph);
    for (std::size_t i = 0; i < n; ++i)
      EXPECT_EQ(leaves[i].grad().item(), sweep * 2 * 2 * double(i));
  }
  EXPECT_EQ(late.grad().item(), 2 * (1 + double(n - 1) * double(n) * double(2 * n - 1) / 6));
}

TEST(Engine, SameTensorAsBothInputs) {
  Tensor x = parameter({3, -2});
  xg::sum(x * x).backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({6, -4})));
  x.zero_grad();
  xg::sum(x - x).backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({0, 0})));
  x.zero_grad();
  xg::sum(x / x + x).backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({1, 1})));
}

TEST(Engine, ResultUsedTwiceAndUnusedBranches) {
  Tensor x = parameter({1, 2}), y = xg::exp(x), unused = xg::sum(x * 1000);
  xg::sum(y * y + y).backward();
  for (int i : {0, 1}) {
    double e = std::exp(i + 1);
    EXPECT_NEAR(x.grad().data()[i], 2 * e * e + e, 1e-12);
  }
}

TEST(Engine, BackwardFromLeaf) {
  Tensor x = parameter(7);
  x.backward();
  EXPECT_EQ(x.grad().item(), 1);
}

TEST(Engine, BackwardOfPartOfGraphFirst) {
  // Two results share a part; each sweep adds its own contribution.
  Tensor x = parameter(2), shared = x * x, y = shared * 3, z = shared * x;
  y.backward(xg::retain_graph);
  EXPECT_EQ(x.grad().item(), 12);
  z.backward();
  EXPECT_EQ(x.grad().item(), 12 + 12);
}

TEST(Engine, ConstantsGetNoGradient) {
  Tensor x = parameter(2), c = 5;
  Tensor y = x * c;
  y.backward();
  EXPECT_FALSE(c.has_grad());
  EXPECT_FALSE(c.tracked());
  EXPECT_FALSE((c + c).tracked());
  EXPECT_TRUE(contains(message<std::logic_error>([&] { c.grad(); }), "does not require"));
  EXPECT_TRUE(contains(message<std::logic_error>([&] { y.grad(); }), "only leaves"));
  EXPECT_TRUE(contains(message<std::logic_error>([&] { parameter(1).grad(); }), "backward"));
}

TEST(Engine, DetachCutsTheGraph) {
  Tensor x = parameter(3), cut = (x * x).detach();
  EXPECT_FALSE(cut.tracked());
  EXPECT_EQ(cut.item(), 9);
  (cut * x).backward();
  EXPECT_EQ(x.grad().item(), 9);
}

TEST(Engine, RequiresGradAndCopies) {
  Tensor a = 3, early = a;
  a.requires_grad();
  EXPECT_TRUE(a.tracked());
  EXPECT_TRUE(a.is_leaf());
  EXPECT_FALSE(early.tracked());
  Tensor late = a;  // shares the leaf, so both see the gradient
  (late * 2).backward();
  EXPECT_EQ(a.grad().item(), 2);
  late.requires_grad();  // already part of a graph: nothing happens
  EXPECT_EQ(late.grad().item(), 2);
  Tensor y = a * 2;
  EXPECT_FALSE(y.is_leaf());
  y.requires_grad();
  EXPECT_FALSE(y.is_leaf());
  late.zero_grad();
  EXPECT_FALSE(a.has_grad());
}

TEST(Engine, NoGradNestsAndIsRestoredOnExceptions) {
  Tensor x = parameter(2);
  {
    xg::NoGrad outer;
    {
      xg::NoGrad inner;
      EXPECT_FALSE((x * x).tracked());
    }
    EXPECT_FALSE((x * x).tracked());
    EXPECT_FALSE(xg::recording());
  }
  EXPECT_TRUE((x * x).tracked());
  try {
    xg::NoGrad guard;
    throw std::runtime_error("planted");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE((x * x).tracked());
  Tensor y = x * x;
  {
    xg::NoGrad guard;  // a sweep needs no recording
    y.backward();
    EXPECT_FALSE(xg::recording());
  }
  EXPECT_EQ(x.grad().item(), 4);
  EXPECT_FALSE(x.grad().tracked());
}

TEST(Engine, FreedGraph) {
  Tensor x = parameter(3), y = x * x;
  y.backward();
  std::string text = message<std::logic_error>([&] { y.backward(); });
  EXPECT_TRUE(contains(text, "freed") && contains(text, "retain_graph")) << text;
  EXPECT_TRUE(contains(text, "multiply")) << text;
  EXPECT_TRUE(contains(text, "[engine_test.cpp:")) << text;
  EXPECT_EQ(x.grad().item(), 6);
  // A freed part spoils every sweep that needs it, and nothing else.
  EXPECT_THROW((y * x).backward(), std::logic_error);
  EXPECT_THROW(xg::grad(y, {x}), std::logic_error);
  EXPECT_EQ(x.grad().item(), 6);
  EXPECT_EQ(xg::grad(y * 2, {y})[0].item(), 2);
}

TEST(Engine, RetainedGraph) {
  Tensor x = parameter(3), y = x * x;
  for (int sweep = 1; sweep <= 3; ++sweep) {
    y.backward(xg::retain_graph);
    EXPECT_EQ(x.grad().item(), 6 * sweep);
    EXPECT_FALSE(x.grad().tracked());
  }
  EXPECT_EQ(xg::grad(y, {x}, xg::retain_graph)[0].item(), 6);
  y.backward();
  EXPECT_THROW(y.backward(), std::logic_error);
}

TEST(Engine, WhatADerivativeOverwritesIsNotNeededAgain) {
  // Cross entropy turns what it saved into the gradient where the graph is freed, and only there.
  const xg::Array<int> labels = {2, 0};
  Tensor x = parameter({{1, 2, 3}, {-1, 0, 4}});
  const auto loss = [&] { return xg::softmax_cross_entropy(x, labels); };
  const Tensor once = loss();
  const Tensor first = xg::grad(once, {x}, xg::retain_graph)[0];
  const Tensor again = xg::grad(once, {x}, xg::retain_graph)[0];
  const Tensor last = xg::grad(once, {x})[0], fresh = xg::grad(loss(), {x})[0];
  for (const Tensor& g : {again, last, fresh}) EXPECT_TRUE(identical(g, first));
  EXPECT_NEAR(xg::sum(first).item(), 0, 1e-15);
  EXPECT_THROW(xg::grad(once, {x}), std::logic_error);
}

TEST(Engine, StaleSavedValueThrows) {
  Tensor w = parameter({2, 3}), x = parameter({5, 7}), y = xg::sum(w * x);
  w.assign(Tensor({1, 1}));
  std::string text = message<std::logic_error>([&] { y.backward(); });
  EXPECT_TRUE(contains(text, "multiply") && contains(text, "(2)")) << text;
  EXPECT_FALSE(w.has_grad() || x.has_grad());
  // What does not need the old value may be overwritten.
  Tensor z = xg::sum(w + x);
  w.assign(Tensor({4, 4}));
  z.backward();
  EXPECT_TRUE(identical(w.grad(), Tensor({1, 1})));
  // A handle that shares the value is no way around.
  Tensor e = xg::exp(x), total = xg::sum(e);
  e.detach().assign(Tensor({0, 0}));
  EXPECT_TRUE(contains(message<std::logic_error>([&] { total.backward(); }), "exp"));
}

TEST(Engine, AssignChecks) {
  Tensor x = parameter({1, 2}), y = x * 2;
  std::string text = message<std::invalid_argument>([&] { x.assign(Tensor({1, 2, 3})); });
  EXPECT_TRUE(contains(text, "(2)") && contains(text, "(3)")) << text;
  EXPECT_THROW(x.assign(Tensor(1)), std::invalid_argument);
  text = message<std::logic_error>([&] { y.assign(x); });
  EXPECT_TRUE(contains(text, "multiply")) << text;
  x.assign(x);
  EXPECT_TRUE(identical(x.detach(), Tensor({1, 2})));
}

TEST(Engine, BackwardOfNonScalars) {
  Tensor x = parameter({1, 2, 3}), y = x * x;
  std::string text = message<std::invalid_argument>([&] { y.backward(); });
  EXPECT_TRUE(contains(text, "scalar") && contains(text, "(3)")) << text;
  text = message<std::invalid_argument>([&] { y.backward(Tensor({1, 2})); });
  EXPECT_TRUE(contains(text, "(3)") && contains(text, "(2)")) << text;
  EXPECT_THROW(y.backward(Tensor(1)), std::invalid_argument);
  EXPECT_THROW(xg::grad(y, {x}), std::invalid_argument);
  EXPECT_THROW(xg::grad(y, {x}, Tensor({1, 2})), std::invalid_argument);
  y.backward(Tensor({1, 10, 100}));
  EXPECT_TRUE(identical(x.grad(), Tensor({2, 40, 600})));
  // One element counts as a scalar whatever its rank.
  Tensor z = xg::sum(x, 0, xg::keep_dims);
  z.backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({3, 41, 601})));
}

TEST(Engine, BackwardWithoutGraph) {
  Tensor x = parameter(2), constant = 3;
  for (const auto& call : std::vector<std::function<void()>>{[&] { constant.backward(); },
                                                             [&] { xg::grad(constant, {x}); },
                                                             [&] {
                                                               xg::NoGrad guard;
                                                               (x * x).backward();
                                                             }}) {
    std::string text = message<std::logic_error>(call);
    EXPECT_TRUE(contains(text, "no graph") && contains(text, "[engine_test.cpp:")) << text;
  }
}

TEST(Engine, GradientsAreTheCallersOwn) {
  // x + y hands both the same cotangent: their gradients must not share storage with it or each
  // other.
  Tensor x = parameter({1, 2}), y = parameter({3, 4}), z = parameter({7, 8}), g = {5, 6};
  (x + y).backward(g);
  (z + 1).backward(g);
  z.grad().assign(Tensor({0, 0}));  // as clipping would do
  EXPECT_TRUE(identical(g, Tensor({5, 6})));
  EXPECT_TRUE(identical(x.grad(), Tensor({5, 6})));
  Tensor seed = {9, 9};
  (z * 1 + 1).backward(seed);
  seed.assign(Tensor({1, 1}));
  EXPECT_TRUE(identical(z.grad(), Tensor({9, 9})));
  (x * 2).backward(g);
  EXPECT_TRUE(identical(x.grad(), Tensor({15, 18})));
  EXPECT_TRUE(identical(y.grad(), Tensor({5, 6})));
  EXPECT_TRUE(identical(g, Tensor({5, 6})));
  // Neither does a gradient that somebody holds change under their hands.
  Tensor held = x.grad();
  (x * 2).backward(g);
  EXPECT_TRUE(identical(held, Tensor({15, 18})));
  EXPECT_TRUE(identical(x.grad(), Tensor({25, 30})));
}

TEST(Engine, ResultMayDieBeforeOrDuringItsSweep) {
  Tensor x = parameter(3);
  Tensor y = x * x;
  Tensor z = y * x;
  y = Tensor();  // the graph keeps what it needs
  z.backward();
  EXPECT_EQ(x.grad().item(), 27);
  (x * x * x).backward();  // a temporary
  EXPECT_EQ(x.grad().item(), 54);
}

TEST(DetectNan, NamesTheOperationThatMadeTheFirst) {
  Tensor x = parameter({1, 0, -1});
  EXPECT_TRUE(std::isnan(xg::log(x).data()[2]));
  xg::DetectNan guard;
  std::string text = message<std::logic_error>([&] { xg::exp(xg::log(x) + 1); });
  EXPECT_EQ(text, "log: made a NaN, element 2 of shape (3)");
  const Tensor broken = {1, std::numeric_limits<double>::quiet_NaN()};
  text = message<std::logic_error>([&] { Tensor(2) * broken; });
  EXPECT_EQ(text, "multiply: input 1 of shape (2) holds a NaN, element 1");
  {
    xg::NoGrad no_grad;
    EXPECT_THROW(xg::log(x), std::logic_error);
  }
  Tensor zero = parameter({4, 0}), y = xg::sum(xg::sqrt(zero) * Tensor({1, 0}));
  text = message<std::logic_error>([&] { y.backward(); });
  EXPECT_TRUE(contains(text, "sqrt: its derivative made a NaN, element 1 of a cotangent")) << text;
  EXPECT_FALSE(zero.has_grad());
}

TEST(DetectNan, EndsWithItsScope) {
  { xg::DetectNan guard; }
  EXPECT_TRUE(std::isnan(xg::log(Tensor(-1)).item()));
}

}  // namespace
