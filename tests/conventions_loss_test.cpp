// Values and gradients of losses and normalization at kinks and extremes, in float and double.
// Finite numbers are compared exactly.
#include "conventions.hpp"

#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/normalize.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
using xg::Reduction;
TYPED_TEST_SUITE(Conventions, Types, );

// A function of x and of what stands around it.
#define USING(...) [&](const auto& x) { return __VA_ARGS__; }

xg::Array<int> labels(std::initializer_list<int> list) {
  xg::Array<int> result = xg::empty_array<int>({list.size()});
  std::copy(list.begin(), list.end(), result.data());
  return result;
}

TYPED_TEST(Conventions, L1LossAtEqualityAndExtremes) {
  this->expect_pair(FN2(xg::l1_loss(a, b)), 2, 2, 0, 0, -0.0);
  this->expect_pair(FN2(xg::l1_loss(a, b)), -1e4, 1e4, 2e4, -1, 1);
  this->expect_pair(FN2(xg::l1_loss(a, b)), nan, 1, nan, nan, nan);
  this->expect_pair(FN2(xg::l1_loss(a, b)), inf, 1, inf, 1, -1);
}
TYPED_TEST(Conventions, HuberIsContinuousAtDelta) {
  auto huber = USING(xg::huber_loss(x, xg::zeros<TypeParam>({5}), 2, Reduction::none));
  this->expect(huber, {2, -2, 0, inf, nan}, {2, 2, 0, inf, nan}, {2, -2, 0, 2, nan});
  auto smooth = USING(xg::smooth_l1_loss(x, xg::zeros<TypeParam>({5}), 2, Reduction::none));
  this->expect(smooth, {2, -2, 0, inf, nan}, {1, 1, 0, inf, nan}, {1, -1, 0, 1, nan});
  auto sharp = USING(xg::smooth_l1_loss(x, xg::zeros<TypeParam>({3}), 0, Reduction::none));
  this->expect(sharp, {2, 0, -3}, {2, 0, 3}, {1, 0, -1});
}
TYPED_TEST(Conventions, HingeAtTheMargin) {
  this->expect_pair(FN2(xg::hinge_loss(a, b)), 1, 1, 0, 0, 0);
  this->expect_pair(FN2(xg::hinge_loss(a, b)), 3, 1, 0, 0, 0);
  this->expect_pair(FN2(xg::hinge_loss(a, b)), nan, 1, nan, -1, nan);
}

TYPED_TEST(Conventions, MarginLossesAtTheMargin) {
  auto ranking = FN2(xg::margin_ranking_loss(a, b, 1, 2));
  this->expect_pair(ranking, 3, 1, 0, 0, 0);
  this->expect_pair(ranking, 1, 1, 2, -1, 1);
  auto apart = USING(xg::hinge_embedding_loss(x, this->vector({-1, -1, 1}), 1, Reduction::none));
  this->expect(apart, {1, 0.25, 1}, {0, 0.75, 1}, {0, -1, 1});
  auto cosine = USING(xg::cosine_embedding_loss(x, this->vector({4, 0}), -1, 1));
  this->expect(cosine, {2, 0}, {0}, {0, 0});
  this->expect(USING(xg::cosine_embedding_loss(x, this->vector({4, 0}), 1)), {2, 0}, {0}, {0, 0});
  // Of three equal vectors.
  typename TestFixture::Tensor same = this->vector({1, 2});
  this->expect(USING(xg::triplet_margin_loss(x, same, same, 0)), {1, 2}, {0}, {0, 0});
  this->expect(USING(xg::triplet_margin_loss(x, same, same, 1)), {1, 2}, {1}, {0, 0});
  this->expect(USING(xg::triplet_margin_loss(same, x, same, 0)), {1, 2}, {0}, {0, 0});
}

TYPED_TEST(Conventions, BinaryCrossEntropyAtZeroAndOne) {
  auto certain = USING(xg::binary_cross_entropy(x, this->vector({1, 0, 0, 1}), Reduction::none));
  TypeParam bound = static_cast<TypeParam>(1) / static_cast<TypeParam>(1e-12);
  // p - t over the least p (1 - p): finite, however wrong.
  this->expect(certain, {0, 1, 0, 1}, {100, 100, 0, 0}, {-bound, bound, 0, 0});
  auto target = USING(xg::binary_cross_entropy(this->vector({0, 1, 0.5}), x, Reduction::none));
  this->expect(target, {0, 0, 0}, {0, 100, std::log(TypeParam(2))}, {100, -100, 0});
  EXPECT_TRUE(std::isnan(xg::binary_cross_entropy(this->vector({nan}), this->vector({1})).item()));
}
TYPED_TEST(Conventions, BinaryCrossEntropyOfLargeWrongLogits) {
  auto loss = USING(xg::binary_cross_entropy_with_logits(x, this->vector({0, 1})));
  this->expect(loss, {1e4, -1e4}, {1e4}, {0.5, -0.5});
  this->expect(loss, {-1e4, 1e4}, {0}, {0, 0});
  this->expect(loss, {0, 0}, {std::log(TypeParam(2))}, {0.25, -0.25});
  this->expect(loss, {nan, 0}, {nan}, {nan, -0.25});
  xg::BinaryOptions<TypeParam> options;
  options.pos_weight = TypeParam(3);
  auto weighted = USING(xg::binary_cross_entropy_with_logits(x, this->vector({0, 1, 1}), options));
  EXPECT_EQ(weighted(this->vector({1e4, -1e4, 1e4})).item(), TypeParam(4e4 / 3));
}
TYPED_TEST(Conventions, SmallBinaryCrossEntropyKeepsItsDigits) {
  auto of_logit = USING(xg::binary_cross_entropy_with_logits(x, this->vector({0})));
  double tiny = of_logit(this->vector({-40})).item();
  EXPECT_NEAR(tiny / 4.248354255291589e-18, 1, 1e-5);
  double p = static_cast<TypeParam>(1e-10);
  EXPECT_NEAR(xg::binary_cross_entropy(this->vector({p}), this->vector({0})).item() / p, 1, 1e-6);
}
TYPED_TEST(Conventions, DivergenceFromZero) {
  auto loss = USING(xg::kl_div(this->vector({-1, -2}), x, Reduction::none));
  this->expect(loss, {0, 1}, {0, 2}, {-inf, 3});
}
TYPED_TEST(Conventions, GaussianVarianceBelowEps) {
  typename TestFixture::Tensor zero = this->vector({0}), v = xg::parameter(this->vector({1e-8}));
  xg::GaussianOptions options;
  options.eps = 0.25;
  auto loss = xg::gaussian_nll_loss(zero, zero, v, options);
  loss.backward();
  EXPECT_EQ(v.grad().item(), 2);  // 1 / (2 eps)
  EXPECT_THROW(xg::gaussian_nll_loss(zero, zero, this->vector({0})), std::invalid_argument);
  EXPECT_THROW(xg::gaussian_nll_loss(zero, zero, this->vector({-1})), std::invalid_argument);
}

template <class T>
xg::Tensor<T> entropy(const xg::Tensor<T>& logits, const xg::Array<int>& list,
                      Reduction reduction) {
  xg::CrossEntropyOptions<T> options;
  options.reduction = reduction;
  return xg::softmax_cross_entropy(logits, list, options);
}
TYPED_TEST(Conventions, CrossEntropyOfLargeLogits) {
  auto each = USING(entropy(xg::reshape(x, {2, 2}), labels({1, 0}), Reduction::none));
  this->expect(each, {1e4, -1e4, 1e4, -1e4}, {20000, 0}, {1, -1, 0, 0});
  // A class that is impossible does not touch the loss of another.
  auto impossible = USING(entropy(xg::reshape(x, {1, 3}), labels({0}), Reduction::sum));
  this->expect(impossible, {0, -inf, 0}, {std::log(TypeParam(2))}, {-0.5, 0, 0.5});
  auto of_impossible = USING(entropy(xg::reshape(x, {1, 2}), labels({1}), Reduction::sum));
  this->expect(of_impossible, {0, -inf}, {inf}, {1, -1});
}
TYPED_TEST(Conventions, CrossEntropyOfManyRows) {
  // The product of what the rows' logarithms are taken of is 700^n.
  for (std::size_t n : {1U, 98U, 99U, 100U, 250U}) {
    const auto x = xg::parameter(xg::zeros<TypeParam>({n, 700}));
    const xg::Array<int> zeros = xt::zeros<int>({n});
    const auto loss = xg::softmax_cross_entropy(x, zeros);
    EXPECT_NEAR(loss.item(), std::log(700.0), sizeof(TypeParam) == 4 ? 1e-6 : 1e-13) << n;
    loss.backward();
    EXPECT_NEAR(double(x.grad().data()[0]) * double(n), 1.0 / 700 - 1, 1e-6);
    EXPECT_NEAR(double(x.grad().data()[1]) * double(n), 1.0 / 700, 1e-8);
  }
}
TYPED_TEST(Conventions, CrossEntropyWithIgnoredLabels) {
  auto mean = USING(xg::softmax_cross_entropy(xg::reshape(x, {3, 2}), labels({0, -100, 1})));
  // What is ignored may even be NaN.
  this->expect(mean, {1e4, -1e4, nan, 1, 1e4, -1e4}, {1e4}, {0, 0, nan, nan, 0.5, -0.5});
  typename TestFixture::Tensor logits = {{1, 2}, {3, 4}};
  EXPECT_THROW(xg::softmax_cross_entropy(logits, labels({-100, -100})), std::invalid_argument);
  EXPECT_THROW(xg::nll_loss(logits, labels({-100, -100})), std::invalid_argument);
  EXPECT_EQ(entropy(logits, labels({-100, -100}), Reduction::sum).item(), 0);
  EXPECT_EQ(entropy(xg::zeros<TypeParam>({0, 3}), labels({}), Reduction::sum).item(), 0);
  EXPECT_THROW(entropy(xg::zeros<TypeParam>({0, 3}), labels({}), Reduction::mean),
               std::invalid_argument);
  // A label of a wider type that would wrap to the ignored one is an error.
  EXPECT_THROW(xg::nll_loss(logits, xt::xarray<std::int64_t>{4294967296 - 100, 1}),
               std::invalid_argument);
}
TYPED_TEST(Conventions, CrossEntropyNamesValueRowAndClasses) {
  typename TestFixture::Tensor logits = xg::zeros<TypeParam>({2, 3, 4});
  xg::Array<int> list = xg::empty_array<int>({2, 4});
  std::fill(list.begin(), list.end(), 1);
  list.data()[6] = 17;
  for (int op : {0, 1}) {
    std::string text = check::message<std::invalid_argument>(
        [&] { op == 0 ? xg::softmax_cross_entropy(logits, list) : xg::nll_loss(logits, list); });
    EXPECT_NE(text.find("17 in row 1"), std::string::npos) << text;
    EXPECT_NE(text.find("[0, 3)"), std::string::npos) << text;
  }
}
TYPED_TEST(Conventions, ClassWeightsThatWantAGradientAreMisuse) {
  xg::CrossEntropyOptions<TypeParam> options;
  options.weight = xg::parameter(this->vector({1, 2}));
  EXPECT_THROW(xg::softmax_cross_entropy(xg::zeros<TypeParam>({1, 2}), labels({0}), options),
               std::logic_error);
  options.weight = this->vector({0, 1});  // no weight in all
  EXPECT_THROW(xg::softmax_cross_entropy(xg::zeros<TypeParam>({1, 2}), labels({0}), options),
               std::invalid_argument);
}
TYPED_TEST(Conventions, PlainCrossEntropyEqualsThatWithOptions) {
  typename TestFixture::Tensor z = {{1, 2, 3}, {0, -1, 2}, {5, 5, 4}};
  xg::Array<int> list = labels({0, 2, 1});
  EXPECT_EQ(xg::softmax_cross_entropy(z, list).item(), entropy(z, list, Reduction::mean).item());
  EXPECT_EQ(xg::softmax_cross_entropy(z, xt::xarray<short>{0, 2, 1}).item(),
            xg::softmax_cross_entropy(z, list).item());
  xt::xarray<TypeParam> onehot = {{1, 0, 0}, {0, 0, 1}, {0, 1, 0}};
  EXPECT_NEAR(xg::softmax_cross_entropy(z, onehot).item(),
              xg::softmax_cross_entropy(z, list).item(), 1e-6);
}

TYPED_TEST(Conventions, NormalizationOfConstantInputIsFinite) {
  auto layer = USING(xg::layer_norm(xg::reshape(x, {2, 2}), {2}));
  this->expect(layer, {3, 3, 1e4, 1e4}, {0, 0, 0, 0}, {0, 0, 0, 0});
  auto batch = USING(xg::batch_norm_training(xg::reshape(x, {2, 2})).y);
  this->expect(batch, {3, 1e4, 3, 1e4}, {0, 0, 0, 0}, {0, 0, 0, 0});
  auto group = USING(xg::group_norm(xg::reshape(x, {1, 4}), 2));
  this->expect(group, {3, 3, 1e4, 1e4}, {0, 0, 0, 0}, {0, 0, 0, 0});
  auto instance = USING(xg::instance_norm(xg::reshape(x, {1, 2, 2})));
  this->expect(instance, {3, 3, 1e4, 1e4}, {0, 0, 0, 0}, {0, 0, 0, 0});
  this->expect(FN(xg::rms_norm(x, {2}, {}, 0.25)), {0, 0}, {0, 0}, {2, 2});
  this->expect(FN(xg::normalize(x, 0, 0.25)), {0, 0}, {0, 0}, {4, 4});
  this->expect(FN(xg::layer_norm(x, {2})), {nan, 1}, {nan, nan}, {nan, nan});
}
TYPED_TEST(Conventions, BatchNormOfOneValuePerChannelThrows) {
  EXPECT_THROW(xg::batch_norm_training(xg::zeros<TypeParam>({1, 3})), std::invalid_argument);
  EXPECT_THROW(xg::batch_norm_training(xg::zeros<TypeParam>({1, 3, 1})), std::invalid_argument);
  EXPECT_THROW(xg::instance_norm(xg::zeros<TypeParam>({2, 3, 1})), std::invalid_argument);
}
TYPED_TEST(Conventions, BatchNormReturnsTheBatchesStatistics) {
  typename TestFixture::Tensor x =
      xg::parameter(xg::Tensor<TypeParam>{{{1, 3}, {10, 20}}, {{5, 7}, {10, 40}}});  // (2, 2, 2)
  auto result = xg::batch_norm_training(x);
  EXPECT_TRUE(equal(this->numbers(result.mean), {4, 20}));
  EXPECT_NEAR(result.variance.data()[0], 20.0 / 3, 1e-6);  // unbiased
  EXPECT_NEAR(result.variance.data()[1], 600.0 / 3, 1e-4);
  EXPECT_FALSE(result.mean.tracked() || result.variance.tracked());
  EXPECT_TRUE(result.y.tracked());
}
TYPED_TEST(Conventions, NormalizationFarFromZeroKeepsItsDigits) {
  // 2^20 plus small even steps: mean 2^20, variance 5.
  auto y = xg::layer_norm(this->vector({1048573, 1048575, 1048577, 1048579}), {4}, {}, {}, 0);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(y.data()[i], (2.0 * double(i) - 3) / std::sqrt(5.0), 1e-6);
}

}  // namespace
