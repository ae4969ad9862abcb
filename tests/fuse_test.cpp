// Formulas run as one loop: against the same formula an operation at a time, to any order.
#include "check.hpp"

#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/ops/fuse.hpp>

namespace {

namespace xg = xgrad;
using check::close, check::identical, check::plain, check::Random;
using Tensor = xg::Tensor<double>;

const auto formula = [](auto a, auto b) {
  auto t = tanh(a) * exp(-b * b);
  t += relu(a) / (1 + a * a);
  return where(a > b, t, maximum(t, 0.25) - 2.0 * b);
};

TEST(Fuse, AgreesWithOperationsOneByOne) {
  using Shapes = std::pair<reference::Shape, reference::Shape>;
  for (const auto& [left, right] : std::vector<Shapes>{
           {{}, {}}, {{67}, {67}}, {{3, 1}, {1, 5}}, {{4, 17}, {17}}, {{}, {33}}, {{0, 3}, {3}}}) {
    Random random(5);
    const auto values_a = random.array(left), values_b = random.array(right);
    const Tensor a = check::leaf<double>(values_a), b = check::leaf<double>(values_b);
    const Tensor fused = xg::fuse(formula, a, b), plainly = formula(a, b);
    EXPECT_TRUE(close(plain(fused), plain(plainly), 1e-14));
    const Tensor g = check::tensor<double>(random.array(plain(fused).shape));
    const auto expected = xg::grad(plainly, {a, b}, g), actual = xg::grad(fused, {a, b}, g);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(close(plain(actual[i]), plain(expected[i]), 1e-13)) << i;
    }
    {
      xg::NoGrad guard;
      EXPECT_TRUE(close(plain(xg::fuse(formula, a, b)), plain(fused), 1e-15));
    }
    EXPECT_NEAR(xg::fuse_sum(formula, a, b).item(), xg::sum(plainly).item(), 1e-12);
  }
}

TEST(Fuse, HasDerivativesOfAnyOrder) {
  Random random(6);
  const Tensor a = check::leaf<double>(random.array({5})),
               b = check::leaf<double>(random.array({5}));
  const auto third = [&](const Tensor& y) {
    Tensor slope = xg::sum(xg::grad(xg::sum(y), {a}, xg::create_graph)[0]);
    Tensor mixed = xg::sum(xg::grad(slope, {b}, xg::create_graph)[0] * b);
    return xg::grad(mixed, {a, b});
  };
  const auto f = [](auto x, auto z) { return exp(x * z) * tanh(x) + z * z * x; };
  const auto expected = third(f(a, b)), actual = third(xg::fuse(f, a, b)),
             summed = third(xg::fuse_sum(f, a, b));
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_TRUE(close(plain(actual[i]), plain(expected[i]), 1e-12));
    EXPECT_TRUE(close(plain(summed[i]), plain(expected[i]), 1e-12));
  }
}

TEST(Fuse, CountsAPathBetweenInputsOnce) {
  Tensor x = xg::parameter(1.5), y = x * x;
  const auto product = [](auto a, auto b) { return a * b; };
  Tensor slope = xg::grad(xg::fuse(product, x, y), {x}, xg::create_graph)[0];  // of x^3
  EXPECT_NEAR(slope.item(), 3 * 1.5 * 1.5, 1e-14);
  EXPECT_NEAR(xg::grad(slope, {x})[0].item(), 6 * 1.5, 1e-13);
}

TEST(Fuse, AnInfiniteSlopeOfOneInputLeavesTheOthersAlone) {
  Tensor a = xg::parameter(0.0), b = xg::parameter(2.0);
  xg::fuse([](auto x, auto z) { return sqrt(x) + z; }, a, b).backward();
  EXPECT_EQ(b.grad().item(), 1);
  EXPECT_EQ(a.grad().item(), std::numeric_limits<double>::infinity());
}

// A cotangent of 1 costs nothing; others must not be taken for it.
TEST(Fuse, MultipliesByTheCotangent) {
  const auto cube = [](auto x) { return x * x * x; };
  Tensor a = xg::parameter(Tensor{1, 2});
  EXPECT_TRUE(identical(xg::grad(xg::fuse(cube, a), {a}, Tensor{1, 5})[0], Tensor{3, 60}));
  for (double g : {1.0, 2.0, -3.0}) {
    EXPECT_TRUE(
        identical(xg::grad(xg::fuse_sum(cube, a), {a}, Tensor(g))[0], Tensor{3 * g, 12 * g}));
  }
}

TEST(Fuse, ConstantsAndInputsThatTheFormulaIgnores) {
  Tensor a = xg::parameter(Tensor{1, 2}), constant = {3, 4};
  xg::sum(xg::fuse([](auto x, auto z) { return x * z; }, a, constant)).backward();
  EXPECT_TRUE(identical(a.grad(), Tensor{3, 4}));
  a.zero_grad();
  Tensor unused = xg::parameter(Tensor{5, 6});
  xg::fuse_sum([](auto x, auto) { return x * x; }, a, unused).backward();
  EXPECT_TRUE(identical(a.grad(), Tensor{2, 4}));
  EXPECT_TRUE(identical(unused.grad(), Tensor{0, 0}));
  Tensor slope = xg::grad(xg::fuse_sum([](auto, auto z) { return 0 * z + 7.0; }, constant, a), {a},
                          xg::create_graph)[0];
  EXPECT_TRUE(identical(slope.detach(), Tensor{0, 0}));
}

TEST(Fuse, SumIsAccumulatedInDouble) {
  const xg::Tensor<> x = xg::full(xg::Shape{1 << 22}, 0.1f);
  const float sum = xg::fuse_sum([](auto v) { return v; }, x).item();
  EXPECT_NEAR(sum / (4194304 * double(0.1f)), 1, 1e-7);
}

TEST(Fuse, TakesNumbersAndExpressionsBesideATensor) {
  const auto f = [](auto a, auto b, auto c) { return a * b + c; };
  Tensor x = xg::parameter(Tensor{1, 2});
  const xg::Array<int> integers = {3, 4};
  Tensor y = xg::fuse(f, integers + 1, x, 0.5);
  EXPECT_TRUE(identical(y.detach(), Tensor{4.5, 10.5}));
  xg::sum(y).backward();
  EXPECT_TRUE(identical(x.grad(), Tensor{4, 5}));
  EXPECT_EQ(xg::fuse_sum(f, 2, x, integers).item(), 13);
}

TEST(Fuse, TellsAFormulaFromWhatIsNone) {
  const auto formula_of_two = [](auto a, auto b) { return a + b; };
  const auto of_tensors = [](Tensor a, Tensor b) { return a + b; };
  const auto truth = [](auto a, auto b) { return a < b; };
  using Two = decltype(formula_of_two);
  static_assert(xg::is_formula<Two, double, Tensor, Tensor>);
  static_assert(!xg::is_formula<Two, double, Tensor>);
  static_assert(!xg::is_formula<decltype(of_tensors), double, Tensor, Tensor>);
  static_assert(!xg::is_formula<decltype(truth), double, Tensor, Tensor>);
}

TEST(Fuse, NaNIsNotEqualToItself) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto f = [](auto x) { return where(x != x, 1, where(not_equal(x, x), 2, 3)); };
  EXPECT_TRUE(identical(xg::fuse(f, Tensor{nan, 0}), Tensor{1, 3}));
}

TEST(Fuse, RejectsShapesThatDoNotBroadcast) {
  const auto add = [](auto a, auto b) { return a + b; };
  const std::string what = check::message<std::invalid_argument>([&] {
    xg::fuse(add, Tensor{1, 2}, Tensor{1, 2, 3});
  });
  EXPECT_EQ(what, "fuse: expected shapes that broadcast, got (2) and (3)");
}

TEST(Fuse, PassesGradcheck) {
  Random random(8);
  const auto report = xg::gradcheck(
      [](auto a, auto b) { return xg::fuse(formula, a, b) * xg::fuse_sum(formula, a, b); },
      check::tensor<double>(random.array({3, 4})), check::tensor<double>(random.array({4})));
  EXPECT_TRUE(report) << report;
}

}  // namespace
