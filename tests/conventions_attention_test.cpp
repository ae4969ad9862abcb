// Values and gradients of attention at its edges, in float and double. Finite numbers are compared
// exactly.
#include "conventions.hpp"

#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/random.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
using xg::Shape;
TYPED_TEST_SUITE(Conventions, Types, );

template <class T>
xg::Tensor<T> random(const Shape& shape, std::uint64_t seed) {
  xg::Generator generator(seed);
  return xg::parameter(xg::uniform<T>(shape, -1, 1, generator));
}

TYPED_TEST(Conventions, AttentionOfAQueryThatSeesNoKeyIsZero) {
  using T = TypeParam;
  const xg::Array<bool> mask = {{true, false}, {false, false}};
  const xg::Tensor<T> hidden = {{0, -inf}, {-inf, -inf}};
  for (bool added : {false, true}) {
    const auto q = random<T>({2, 3}, 1), k = random<T>({2, 3}, 2), v = random<T>({2, 2}, 3);
    const auto m = xg::parameter(hidden);
    const auto y = added ? xg::scaled_dot_product_attention(q, k, v, m)
                         : xg::scaled_dot_product_attention(q, k, v, mask);
    EXPECT_TRUE(equal(this->numbers(y), {double(v.data()[0]), double(v.data()[1]), 0, 0}));
    y.backward(xg::ones<T>({2, 2}));
    EXPECT_TRUE(equal(this->numbers(q.grad()), Numbers(6, 0)));  // of one key there is no choice
    EXPECT_TRUE(equal(this->numbers(v.grad()), {1, 1, 0, 0}));
    if (added) {
      EXPECT_TRUE(equal(this->numbers(m.grad()), Numbers(4, 0)));
    }
    // The same where the gradient is recorded.
    const auto again = added ? xg::scaled_dot_product_attention(q, k, v, m)
                             : xg::scaled_dot_product_attention(q, k, v, mask);
    const auto recorded = xg::grad(again, {q, v}, xg::ones<T>({2, 2}), xg::create_graph);
    EXPECT_TRUE(equal(this->numbers(recorded[0]), Numbers(6, 0)));
    EXPECT_TRUE(equal(this->numbers(recorded[1]), {1, 1, 0, 0}));
  }
}
TYPED_TEST(Conventions, AttentionToNothingIsZero) {
  using T = TypeParam;
  const auto q = random<T>({2, 3}, 1), k = random<T>({0, 3}, 2), v = random<T>({0, 2}, 3);
  const auto y = xg::scaled_dot_product_attention(q, k, v);
  EXPECT_TRUE(equal(this->numbers(y), {0, 0, 0, 0}));
  y.backward(xg::ones<T>({2, 2}));
  EXPECT_TRUE(equal(this->numbers(q.grad()), Numbers(6, 0)));
  EXPECT_EQ(k.grad().shape(), (Shape{0, 3}));
}
TYPED_TEST(Conventions, AttentionWithoutFeaturesIsTheMean) {
  using T = TypeParam;
  const xg::Tensor<T> v = {{1, 2}, {3, 6}};
  const auto y = xg::scaled_dot_product_attention(xg::empty<T>({1, 0}), xg::empty<T>({2, 0}), v);
  EXPECT_TRUE(equal(this->numbers(y), {2, 4}));
}
TYPED_TEST(Conventions, AttentionShowsNanAndInfinity) {
  using T = TypeParam;
  const xg::Tensor<T> q = {{1}, {1}}, v = {{5, 7}, {1, 2}};
  for (double bad : {nan, inf}) {
    const xg::Tensor<T> k = {{1}, {bad}};
    const auto y = xg::scaled_dot_product_attention(q, k, v);
    EXPECT_TRUE(equal(this->numbers(y), Numbers(4, nan)));
    // A key beyond a causal query is not looked at.
    const auto causal = xg::scaled_dot_product_attention(q, k, v, true);
    EXPECT_TRUE(equal(this->numbers(causal), {5, 7, nan, nan}));
  }
}
TYPED_TEST(Conventions, AttentionOfLargeScoresDoesNotOverflow) {
  using T = TypeParam;
  const xg::Tensor<T> q = {{1e4}}, k = {{1}, {0.5}, {-1}}, v = {{3}, {4}, {5}};
  EXPECT_TRUE(equal(this->numbers(xg::scaled_dot_product_attention(q, k, v)), {3}));
}

}  // namespace
