// Gradients of operands that were broadcast to many times their size, which are added up while they
// are computed: against plain loops, for operations and for formulas.
#include "check.hpp"

#include <xgrad/autograd/plan.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/threads.hpp>

#include <array>

namespace {

namespace xg = xgrad;
using check::close, check::plain, check::Plain, check::Random;

struct Sample {
  reference::Shape large, small;
};
// Rows longer than a block of the loop, and more of them than make a part of it.
const std::vector<Sample> samples = {
    {{100, 1100}, {1, 1100}}, {{100, 1100}, {1100}},     {{100, 1100}, {100, 1}},
    {{40, 33}, {}},           {{1, 70000}, {1, 1}},      {{3000, 40}, {40}},
    {{5, 40, 70}, {5, 1, 1}}, {{5, 40, 70}, {1, 40, 1}}, {{40, 5, 70}, {5, 70}},
    {{70, 2, 64}, {1, 2, 1}}, {{64, 3}, {1, 3}},         {{33, 1}, {1, 1}},
    {{64, 0}, {64, 1}},       {{0, 64}, {1, 64}},        {{2, 3}, {3}},
    {{2, 40000}, {2, 1}},     {{90000, 2}, {1, 2}},
};

/// The extents of a shape as the last of three.
std::array<std::size_t, 3> extents(const reference::Shape& shape) {
  std::array<std::size_t, 3> result{1, 1, 1};
  std::copy(shape.rbegin(), shape.rend(), result.rbegin());
  return result;
}

/// Calls f(place in the large array, place in the small one) for each place of the large one.
template <class F>
void for_each_pair(const Sample& sample, const F& f) {
  const auto large = extents(sample.large), small = extents(sample.small);
  std::size_t i = 0;
  for (std::size_t a = 0; a < large[0]; ++a) {
    for (std::size_t b = 0; b < large[1]; ++b) {
      for (std::size_t c = 0; c < large[2]; ++c, ++i) {
        f(i, ((a % small[0]) * small[1] + b % small[1]) * small[2] + c % small[2]);
      }
    }
  }
}

template <class T>
class BroadcastSums : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(BroadcastSums, Types, );
template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-13;

TYPED_TEST(BroadcastSums, OfOperations) {
  for (const Sample& sample : samples) {
    Random random(1);
    const Plain x = random.array(sample.large), s = random.array(sample.small),
                g = random.array(sample.large);
    Plain of_x(sample.large), of_s(sample.small);
    for_each_pair(sample, [&](std::size_t i, std::size_t j) {
      of_x.data[i] = g.data[i] * s.data[j];
      of_s.data[j] += g.data[i] * x.data[i];
    });
    for (const bool first : {false, true}) {
      const auto large = check::leaf<TypeParam>(x), small = check::leaf<TypeParam>(s);
      const auto y = first ? small * large : large * small;
      y.backward(check::tensor<TypeParam>(g));
      EXPECT_TRUE(close(plain(large.grad()), of_x, tolerance<TypeParam>));
      EXPECT_TRUE(close(plain(small.grad()), of_s, tolerance<TypeParam>));
    }
  }
}

TYPED_TEST(BroadcastSums, OfFormulas) {
  for (const Sample& sample : samples) {
    Random random(2);
    const Plain x = random.array(sample.large), s = random.array(sample.small);
    Plain of_x(sample.large), of_s(sample.small), of_c(reference::Shape{});
    const double c = 0.75;
    double sum = 0;
    for_each_pair(sample, [&](std::size_t i, std::size_t j) {
      const double a = x.data[i], b = s.data[j];
      sum += c * a * b * b;
      of_x.data[i] = 3 * c * b * b;
      of_s.data[j] += 3 * 2 * c * a * b;
      of_c.data[0] += 3 * a * b * b;
    });
    const auto large = check::leaf<TypeParam>(x), small = check::leaf<TypeParam>(s),
               factor = xg::parameter(xg::Tensor<TypeParam>(c));
    const auto y =
        xg::fuse_sum([](auto a, auto b, auto k) { return k * a * b * b; }, large, small, factor);
    (3 * y).backward();
    EXPECT_NEAR(y.item(), sum, tolerance<TypeParam> * (1 + std::abs(sum)) * 10);
    EXPECT_TRUE(close(plain(large.grad()), of_x, tolerance<TypeParam>));
    EXPECT_TRUE(close(plain(small.grad()), of_s, tolerance<TypeParam>));
    EXPECT_TRUE(close(plain(factor.grad()), of_c, tolerance<TypeParam>));
  }
}

TEST(BroadcastSums, AreTheSameForAnyNumberOfThreadsAndInPlans) {
  const unsigned before = xg::threads();
  Random random(3);
  const auto x = check::tensor<float>(random.array({300, 1100})),
             g = check::tensor<float>(random.array({300, 1100}));
  const auto row = check::leaf<float>(random.array({1100})),
             column = check::leaf<float>(random.array({300, 1}));
  const auto step = [&] {
    row.zero_grad();
    column.zero_grad();
    (x * row * column).backward(g);
    const auto product = [](auto a, auto b, auto c) { return a * b * c * c; };
    (2 * xg::fuse_sum(product, x, row, column)).backward();
  };
  std::vector<Plain> expected;
  const auto expect_same = [&] {
    std::vector<Plain> found = {plain(row.grad()), plain(column.grad())};
    if (expected.empty()) expected = found;
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].data, expected[i].data);
  };
  for (const unsigned threads : {1U, 2U, 5U}) {
    xg::set_threads(threads);
    step();
    expect_same();
  }
  xg::Plan plan = xg::capture(step);
  expect_same();
  plan();
  expect_same();
  xg::set_threads(before);
}

TEST(BroadcastSums, OfDerivativesThatAreDifferentiatedAgain) {
  Random random(4);
  const auto x = check::leaf<double>(random.array({64, 40})),
             s = check::leaf<double>(random.array({40}));
  const auto slope = xg::grad(xg::sum(xg::square(x * s)), {s}, xg::create_graph)[0];
  const auto second = xg::grad(xg::sum(slope), {s})[0];
  const auto expected = 2 * xg::sum(xg::square(x.detach()), 0);
  EXPECT_TRUE(close(plain(second), plain(expected), 1e-12));
}

}  // namespace
