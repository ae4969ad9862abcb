// Convolutions and pooling at ties, NaN, borders and of nothing.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

/// x's elements as one row of one channel.
template <class T>
xg::Tensor<T> line(const xg::Tensor<T>& x) {
  return xg::reshape(x, xg::Shape{1, 1, x.size()});
}

TYPED_TEST(Conventions, MaxPoolGivesTiesToTheFirst) {
  this->expect(FN(xg::max_pool1d(line(x), 2)), {1, 1, 0, -0.0, 3, 4}, {1, 0, 4},
               {1, 0, 1, 0, 0, 1});
  this->expect(FN(xg::max_pool1d(line(x), 3, {1})), {2, 2, 2, 1}, {2, 2}, {1, 1, 0, 0});
  this->expect(FN(xg::adaptive_max_pool1d(line(x), 1)), {1, 5, 5}, {5}, {0, 1, 0});
  this->expect(FN(xg::max_pool1d(line(x), 2)), {-inf, -inf, inf, inf}, {-inf, inf}, {1, 0, 1, 0});
}
TYPED_TEST(Conventions, MaxPoolOfNan) {
  this->expect(FN(xg::max_pool1d(line(x), 3)), {1, nan, inf, nan, 2, nan}, {nan, nan},
               {0, 1, 0, 1, 0, 0});
  this->expect(FN(xg::adaptive_max_pool1d(line(x), 1)), {-inf, nan, 2}, {nan}, {0, 1, 0});
}
TYPED_TEST(Conventions, PaddingIsNeverTheGreatest) {
  this->expect(FN(xg::max_pool1d(line(x), 3, {2, 1})), {-1, -2, -3}, {-1, -2}, {1, 1, 0});
}
TYPED_TEST(Conventions, AvgPoolCountsPaddingButNothingBeyond) {
  this->expect(FN(xg::avg_pool1d(line(x), 2, {2, 1})), {2, 4, 6}, {1, 5}, {0.5, 0.5, 0.5});
  this->expect(FN(xg::avg_pool1d(line(x), 2, {2, 1, false, false})), {2, 4, 6}, {2, 5},
               {1, 0.5, 0.5});
  this->expect(FN(xg::avg_pool1d(line(x), 2, {2, 0, true})), {2, 4, 6}, {3, 6}, {0.5, 0.5, 1});
}
TYPED_TEST(Conventions, AvgPoolSumsInDouble) {
  const xg::Tensor<TypeParam> x = xg::full<TypeParam>({1, 1, 1 << 12, 1 << 12}, 0.1F);
  EXPECT_EQ(xg::adaptive_avg_pool2d(x, 1).item(), static_cast<TypeParam>(0.1F));
}
TYPED_TEST(Conventions, MaxPoolIndicesCountWithinTheChannel) {
  const xg::Tensor<TypeParam> x = xg::reshape(this->vector({1, 2, 3, 4, 8, 7, 6, 5}), {1, 2, 2, 2});
  const auto [values, indices] = xg::max_pool2d_with_indices(x, 2);
  EXPECT_TRUE(equal(this->numbers(values), {4, 8}));
  EXPECT_EQ(std::vector<std::int64_t>(indices.begin(), indices.end()),
            (std::vector<std::int64_t>{3, 0}));
}

// Channels are computed several at a time, and rows of the image lie next to each other.
TYPED_TEST(Conventions, ConvolutionSpreadsNanNoFurtherThanItsWindows) {
  using Values = xg::Tensor<TypeParam>;
  for (double bad : {nan, inf}) {
    Values x = xg::ones<TypeParam>({2, 3, 6, 5}), w = xg::ones<TypeParam>({5, 3, 3, 3});
    x.mutable_value()(1, 2, 0, 4) = static_cast<TypeParam>(bad);
    x.requires_grad();
    w.requires_grad();
    const Values y = xg::conv2d(x, w, {}, {1, 1});
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t column = i % 5, row = i / 5 % 6, sample = i / (5 * 6 * 5);
      EXPECT_EQ(!std::isfinite(y.data()[i]), sample == 1 && row < 2 && column > 2) << i;
    }
    // A kernel element of which no window covers it has a finite gradient.
    const Values gw = xg::grad(xg::sum(y), {w})[0];
    for (std::size_t i = 0; i < gw.size(); ++i) {
      const std::size_t column = i % 3, row = i / 3 % 3, channel = i / 9 % 3;
      const bool covers = channel == 2 && row < 2 && column > 0;
      EXPECT_EQ(!std::isfinite(gw.data()[i]), covers) << i;
    }
    Values g = xg::ones<TypeParam>(y.shape());
    g.mutable_value()(0, 4, 2, 2) = static_cast<TypeParam>(bad);
    const Values gx = xg::grad(xg::conv2d(x, w, {}, {1, 1}), {x}, g)[0];
    for (std::size_t i = 0; i < gx.size(); ++i) {
      const std::size_t column = i % 5, row = i / 5 % 6, sample = i / (5 * 6 * 3);
      const bool under = sample == 0 && row > 0 && row < 4 && column > 0 && column < 4;
      EXPECT_EQ(!std::isfinite(gx.data()[i]), under) << i;
    }
  }
}
TYPED_TEST(Conventions, ConvolutionReluOfNan) {
  const auto f =
      FN(xg::conv1d(line(x), xg::reshape(x * 0 + 1, {1, 1, 1}), {}, {}, xg::Activation::relu));
  EXPECT_TRUE(equal(this->numbers(f(this->vector({-1}))), {0}));
  EXPECT_TRUE(equal(this->numbers(f(this->vector({nan}))), {nan}));
}
TYPED_TEST(Conventions, ConvolutionsOfNothing) {
  using Values = xg::Tensor<TypeParam>;
  Values w = xg::parameter(xg::ones<TypeParam>({4, 3, 3, 3}));
  const Values b = xg::parameter(xg::ones<TypeParam>({4}));
  const Values none = xg::conv2d(xg::zeros<TypeParam>({0, 3, 5, 5}), w, b);
  EXPECT_EQ(none.shape(), (xg::Shape{0, 4, 3, 3}));
  for (const Values& g : xg::grad(xg::sum(none), {w, b}))
    EXPECT_TRUE(equal(this->numbers(g), Numbers(g.size(), 0)));
  const Values without_channels =
      xg::conv2d(xg::zeros<TypeParam>({1, 0, 3, 3}), xg::zeros<TypeParam>({4, 0, 3, 3}), b);
  EXPECT_TRUE(equal(this->numbers(without_channels), {1, 1, 1, 1}));
  EXPECT_EQ(xg::max_pool2d(xg::zeros<TypeParam>({0, 3, 4, 4}), 2).shape(), (xg::Shape{0, 3, 2, 2}));
  EXPECT_EQ(xg::adaptive_avg_pool2d(xg::zeros<TypeParam>({2, 3, 0, 4}), {0, 2}).shape(),
            (xg::Shape{2, 3, 0, 2}));
}

}  // namespace
