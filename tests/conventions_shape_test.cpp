// Values and gradients at extremes of the operations that move, take and put elements.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/mask.hpp>
#include <xgrad/ops/rearrange.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

xg::Indices given(std::initializer_list<long> indices, const xg::Shape& shape) {
  xg::Array<std::int64_t> result = xg::empty_array<std::int64_t>(shape);
  std::copy(indices.begin(), indices.end(), result.data());
  return result;
}

TYPED_TEST(Conventions, MaskedFillDoesNotHideTheDerivativeOfWhatItReplaces) {
  this->expect(FN(xg::masked_fill(xg::log(x), x <= 0, 0)), {0, 2}, {0, std::log(TypeParam(2))},
               {nan, 0.5});
  // The idiom that avoids it: fill the argument.
  this->expect(FN(xg::log(xg::masked_fill(x, x <= 0, 1))), {0, 2}, {0, std::log(TypeParam(2))},
               {0, 0.5});
}
TYPED_TEST(Conventions, MaskedFillSelectsAndNeverMultiplies) {
  this->expect(FN(xg::masked_fill(x, x != x, 3)), {nan, 2, inf}, {3, 2, inf}, {0, 5, 5}, 5);
  this->expect(FN(xg::masked_fill(x, x > 0, nan)), {1, -2}, {nan, -2}, {0, 1});
}
TYPED_TEST(Conventions, TrianglesSelectAndNeverMultiply) {
  this->expect(FN(xg::tril(xg::reshape(x, {2, 2}))), {1, nan, 3, inf}, {1, 0, 3, inf},
               {1, 0, 1, 1});
  this->expect(FN(xg::triu(xg::reshape(x, {2, 2}))), {1, 2, nan, 4}, {1, 2, 0, 4},
               {nan, nan, 0, nan}, nan);
}

TYPED_TEST(Conventions, DuplicateIndicesAccumulate) {
  this->expect(FN(xg::gather(x, 0, {1, 1, 2, 1})), {5, 6, 7}, {6, 6, 7, 6}, {0, 9, 3}, 3);
  this->expect(FN(xg::take(x, {2, -1, 0})), {5, 6, 7}, {7, 7, 5}, {1, 0, 2});
  this->expect(FN(xg::gather_nd(x, given({0, 0}, {2, 1}))), {5, 6}, {5, 5}, {2, 0});
}
TYPED_TEST(Conventions, EmbeddingTrainsNoPadding) {
  this->expect(FN(xg::embedding(x, {1, 2, 1, 0}, 1)), {5, 6, 7}, {6, 7, 6, 5}, {1, 0, 1});
  this->expect(FN(xg::embedding(x, {1, 2, 1, 0}, -1)), {5, 6, nan}, {6, nan, 6, 5}, {1, 2, 0});
  this->expect(FN(xg::embedding(xg::reshape(x, {2, 2}), given({1, 0}, {2, 1}), 0)), {5, 6, 7, 8},
               {7, 8, 5, 6}, {0, 0, 1, 1});
}
TYPED_TEST(Conventions, DropoutOfAllIsZero) {
  this->expect(FN(xg::dropout(x, 1)), {1, nan, inf}, {0, 0, 0}, {0, 0, 0}, nan);
}
TYPED_TEST(Conventions, DropoutOfNothingDrawsNothing) {
  xg::Generator generator(3), untouched(3);
  const auto same = [&](const auto& x) {
    return xg::dropout(xg::dropout(x, 0, true, generator), 0.5, false, generator);
  };
  this->expect(same, {1, nan, inf}, {1, nan, inf}, {2, 2, 2}, 2);
  EXPECT_EQ(generator(), untouched());
}
TYPED_TEST(Conventions, DropoutSelectsAndNeverMultiplies) {
  xg::Generator generator(3);
  typename TestFixture::Tensor x = xg::parameter(this->vector(Numbers(1000, nan)));
  const auto y = xg::dropout(x, 0.25, true, generator);
  y.backward(xg::full<TypeParam>({1000}, TypeParam(nan)));
  const Numbers values = this->numbers(y), gradients = this->numbers(x.grad());
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const double value = values[i];
    EXPECT_TRUE(value == 0 || std::isnan(value));
    EXPECT_EQ(std::isnan(gradients[i]), std::isnan(value));
    EXPECT_TRUE(std::isnan(value) || gradients[i] == 0);
    dropped += value == 0;
  }
  EXPECT_NEAR(double(dropped), 250, 60);
}
TYPED_TEST(Conventions, DuplicatesAreSummedInDoubleAndInOrder) {
  const TypeParam big = TypeParam(1 << 24);  // in float, big + 1 is big
  typename TestFixture::Tensor x = xg::parameter(this->vector({1, 2}));
  xg::take(x, {0, 0, 0, 1, 0}).backward(this->vector({big, 1, 1, 5, 2}));
  EXPECT_TRUE(equal(this->numbers(x.grad()), {TypeParam(big + 4), 5}));
  EXPECT_TRUE(equal(this->numbers(xg::index_add(this->vector({big, 0}), 0, {0, 0, 0, 0},
                                                this->vector({1, 1, 1, 1}))),
                    {TypeParam(big + 4), 0}));
  EXPECT_TRUE(equal(this->numbers(xg::scatter_add(this->vector({big, 0}), 0, {0, 1, 0},
                                                  this->vector({1, inf, 1}))),
                    {TypeParam(big + 2), inf}));
}
TYPED_TEST(Conventions, OfDuplicatesTheLastIsScattered) {
  typename TestFixture::Tensor x = xg::parameter(this->vector({1, 2, 3}));
  typename TestFixture::Tensor source = xg::parameter(this->vector({4, 5, 6}));
  typename TestFixture::Tensor y = xg::scatter(x, 0, {2, 0, 2}, source);
  EXPECT_TRUE(equal(this->numbers(y), {5, 2, 6}));
  y.backward(this->vector({nan, 7, 8}));
  EXPECT_TRUE(equal(this->numbers(x.grad()), {0, 7, 0}));
  EXPECT_TRUE(equal(this->numbers(source.grad()), {0, nan, 8}));
}

TYPED_TEST(Conventions, ElementsArriveUnchanged) {
  const Numbers x = {nan, inf, -inf, -0.0, 1e-40};
  Numbers same;
  for (double e : x) same.push_back(TypeParam(e));
  auto moved = [&](const typename TestFixture::Tensor& y) { return equal(this->numbers(y), same); };
  typename TestFixture::Tensor v = this->vector(x);
  EXPECT_TRUE(moved(xg::flip(xg::flip(v))));
  EXPECT_TRUE(moved(xg::roll(xg::roll(v, 2), -2)));
  EXPECT_TRUE(moved(xg::diagonal(xg::diag(v))));
  EXPECT_TRUE(moved(xg::take(v, {0, 1, 2, 3, 4})));
  EXPECT_TRUE(moved(xg::slice(xg::pad(v, {{1, 1}}, nan), {xg::range(1, -1)})));
  EXPECT_TRUE(std::signbit(xg::take(v, 3, 0).item()));
}
TYPED_TEST(Conventions, GradientOfUnusedElementsIsZero) {
  this->expect(FN(xg::slice(x, {xg::range(1, 2)})), {nan, 1, inf}, {1}, {0, 2, 0}, 2);
  this->expect(FN(xg::take(x, {1})), {nan, 1, inf}, {1}, {0, nan, 0}, nan);
  this->expect(FN(xg::masked_select(x, x > 0)), {-1, 1, nan}, {1}, {0, 2, 0}, 2);
}

TYPED_TEST(Conventions, IndexOutOfRangeIsNamed) {
  typename TestFixture::Tensor x = {{1, 2, 3}, {4, 5, 6}};
  for (long index : {3L, -4L, 1000000000000L}) {
    for (auto call : {+[](const typename TestFixture::Tensor&t, long i) {
                        xg::take(t, {0, i}, 1);
                      },
                      +[](const typename TestFixture::Tensor&t, long i) {
                        xg::gather(t, 1, given({0, i}, {1, 2}));
                      }}) {
      std::string text = check::message<std::invalid_argument>([&] { call(x, index); });
      EXPECT_NE(text.find("index " + std::to_string(index)), std::string::npos) << text;
      EXPECT_NE(text.find("[-3, 3)"), std::string::npos) << text;
      EXPECT_NE(text.find("(2, 3)"), std::string::npos) << text;
    }
  }
}

}  // namespace
