// Layers without parameters of their own to learn much of, and those that normalize, drop and
// embed: what they compute beside the operations, what they name, and what they refuse.
#include "check.hpp"

#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/statistics.hpp>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::close, check::message, check::plain;
using Names = std::vector<std::string>;
using Tensor = xg::Tensor<double>;
using xg::Shape;

template <class Model>
Names names_of(Model& model) {
  Names names;
  for (const auto& [name, tensor] : nn::named_tensors(model)) names.push_back(name);
  return names;
}
Tensor random(const Shape& shape, std::uint64_t seed = 1) {
  nn::Generator generator(seed);
  return nn::normal<double>(shape, 0.5, 2, generator);
}
bool same(const Tensor& a, const Tensor& b) { return a.value() == b.value(); }

TEST(Activations, AreTheOperations) {
  const Tensor x = random({4, 5});
  EXPECT_TRUE(same(nn::Relu()(x), xg::relu(x)));
  EXPECT_TRUE(same(nn::Relu6()(x), xg::relu6(x)));
  EXPECT_TRUE(same(nn::Selu()(x), xg::selu(x)));
  EXPECT_TRUE(same(nn::Silu()(x), xg::silu(x)));
  EXPECT_TRUE(same(nn::Mish()(x), xg::mish(x)));
  EXPECT_TRUE(same(nn::Tanh()(x), xg::tanh(x)));
  EXPECT_TRUE(same(nn::Sigmoid()(x), xg::sigmoid(x)));
  EXPECT_TRUE(same(nn::LogSigmoid()(x), xg::logsigmoid(x)));
  EXPECT_TRUE(same(nn::Softsign()(x), xg::softsign(x)));
  EXPECT_TRUE(same(nn::Hardsigmoid()(x), xg::hardsigmoid(x)));
  EXPECT_TRUE(same(nn::Hardswish()(x), xg::hardswish(x)));
  EXPECT_TRUE(same(nn::Gelu()(x), xg::gelu(x)));
  EXPECT_TRUE(same(nn::Gelu(xg::Gelu::tanh)(x), xg::gelu(x, xg::Gelu::tanh)));
  EXPECT_TRUE(same(nn::LeakyRelu()(x), xg::leaky_relu(x, 0.01)));
  EXPECT_TRUE(same(nn::LeakyRelu(0.2)(x), xg::leaky_relu(x, 0.2)));
  EXPECT_TRUE(same(nn::Elu(0.7)(x), xg::elu(x, 0.7)));
  EXPECT_TRUE(same(nn::Celu(0.7)(x), xg::celu(x, 0.7)));
  EXPECT_TRUE(same(nn::Softplus(2)(x), xg::softplus(x, 2)));
  EXPECT_TRUE(same(nn::Hardshrink(1)(x), xg::hardshrink(x, 1)));
  EXPECT_TRUE(same(nn::Softshrink(1)(x), xg::softshrink(x, 1)));
  EXPECT_TRUE(same(nn::ThresholdedRelu(0.3)(x), xg::thresholded_relu(x, 0.3)));
  EXPECT_TRUE(same(nn::Hardtanh(-2, 1)(x), xg::hardtanh(x, -2, 1)));
  EXPECT_TRUE(same(nn::Softmax(0)(x), xg::softmax(x, 0)));
  EXPECT_TRUE(same(nn::Softmax()(x), xg::softmax(x, -1)));
  EXPECT_TRUE(same(nn::LogSoftmax(0)(x), xg::log_softmax(x, 0)));
  EXPECT_TRUE(same(nn::Identity()(x), x));
}

TEST(Activations, PReluLearnsItsSlopes) {
  nn::PRelu<double> one, many(2, 0.5);
  const Tensor x = {{-2, 4}, {3, -8}};
  EXPECT_EQ(plain(one(x)).data, (std::vector<double>{-0.5, 4, 3, -2}));
  EXPECT_EQ(plain(many(x)).data, (std::vector<double>{-1, 4, 3, -4}));
  xg::sum(many(x)).backward();
  EXPECT_EQ(plain(many.weight.grad()).data, (std::vector<double>{-2, -8}));
  EXPECT_EQ(names_of(many), Names{"weight"});
  EXPECT_NE(message<std::invalid_argument>([&] {
              many(Tensor{{1, 2, 3}});
            }).find("PRelu: expected x (n, 2, ...), got (1, 3) [layers_test.cpp:"),
            std::string::npos);
  EXPECT_THROW(nn::PRelu<double>(0), std::invalid_argument);
}

/// A layer's own formula of mean and variance over all axes of x but that of the channels.
void expect_standardized(const Tensor& y) {
  std::vector<int> axes = {0};
  for (std::size_t d = 2; d < y.ndim(); ++d) axes.push_back(static_cast<int>(d));
  EXPECT_LT(xg::amax(xg::abs(xg::mean(y, axes))).item(), 1e-12);
  EXPECT_LT(xg::amax(xg::abs(xg::var(y, axes) - 1)).item(), 1e-4);
}

TEST(BatchNorm, MovesItsStatisticsInTrainingAndUsesThemAfterwards) {
  nn::BatchNorm1d<double> norm(3);
  EXPECT_EQ(names_of(norm), (Names{"weight", "bias", "running_mean", "running_var"}));
  EXPECT_EQ(nn::parameters(norm).size(), 2u);
  Tensor mean = xg::zeros<double>({3}), variance = xg::ones<double>({3});
  for (std::uint64_t step = 0; step < 4; ++step) {
    const Tensor x = step % 2 == 0 ? random({5, 3}, step) : random({2, 3, 4}, step);
    expect_standardized(norm(x));
    const xg::Axes axes = x.ndim() == 2 ? xg::Axes(0) : xg::Axes({0, 2});
    mean = 0.9 * mean + 0.1 * xg::mean(x, axes);
    variance = 0.9 * variance + 0.1 * xg::var(x, axes, 1);
    EXPECT_TRUE(close(plain(norm.running_mean), plain(mean), 1e-14));
    EXPECT_TRUE(close(plain(norm.running_var), plain(variance), 1e-14));
  }
  EXPECT_EQ(norm.num_batches_tracked, 4);
  nn::eval(norm);
  const Tensor x = random({1, 3});
  EXPECT_TRUE(close(plain(norm(x)), plain((x - mean) / xg::sqrt(variance + 1e-5)), 1e-13));
  EXPECT_EQ(norm.num_batches_tracked, 4);
  EXPECT_TRUE(close(plain(norm.running_mean), plain(mean), 1e-14));
}

TEST(BatchNorm, OfImagesIsPerChannel) {
  nn::BatchNorm2d<double> norm(2, 1e-5, 1);
  const Tensor x = random({3, 2, 4, 5});
  expect_standardized(norm(x));
  EXPECT_TRUE(close(plain(norm.running_mean), plain(xg::mean(x, {0, 2, 3})), 1e-14));
  norm.weight = Tensor();  // without affine parameters
  norm.bias = Tensor();
  EXPECT_EQ(names_of(norm), (Names{"running_mean", "running_var"}));
  expect_standardized(norm(x));
}

TEST(BatchNorm, RefusesWhatDoesNotFitAndMovesNothing) {
  nn::BatchNorm1d<double> norm(3);
  EXPECT_NE(message<std::invalid_argument>([&] {
              norm(random({5, 2}));
            })
                .find("batch_norm: expected x (n, channels) or (n, channels, length) of 3 "
                      "channels, got (5, 2) [layers_test.cpp:"),
            std::string::npos);
  EXPECT_THROW(norm(random({1, 3})), std::invalid_argument);
  EXPECT_THROW(norm(random({3})), std::invalid_argument);
  EXPECT_THROW(norm(random({2, 3, 4, 5})), std::invalid_argument);
  EXPECT_THROW(nn::BatchNorm2d<double>(3)(random({5, 3})), std::invalid_argument);
  EXPECT_EQ(norm.num_batches_tracked, 0);
  EXPECT_TRUE(same(norm.running_var, xg::ones<double>({3})));
  EXPECT_THROW(nn::BatchNorm1d<double>(0), std::invalid_argument);
  EXPECT_THROW(nn::BatchNorm1d<double>(3, -1), std::invalid_argument);
  EXPECT_THROW(nn::BatchNorm1d<double>(3, 1e-5, 1.5), std::invalid_argument);
}

TEST(BatchNorm, StandsInASequentialInFloat) {
  nn::Sequential model{nn::Dense(4, 3), nn::BatchNorm1d(3), nn::Relu(), nn::Dense(3, 2)};
  const xg::Tensor<> x(random({6, 4}).value());
  xg::sum(model(x)).backward();
  EXPECT_EQ(model.layer<1>().num_batches_tracked, 1);
  EXPECT_TRUE(model.layer<1>().weight.has_grad());
  nn::eval(model);
  const xg::Tensor<> y = model(x);
  EXPECT_EQ(model.layer<1>().num_batches_tracked, 1);
}

TEST(Norms, AreTheOperationsWithTheirParameters) {
  const Tensor x = random({2, 6, 4});
  nn::LayerNorm<double> layer(4), wide({6, 4}, 0.1);
  nn::RMSNorm<double> rms(4);
  nn::GroupNorm<double> group(3, 6);
  layer.weight.assign(random({4}, 2));
  layer.bias.assign(random({4}, 3));
  rms.weight.assign(random({4}, 4));
  group.weight.assign(random({6}, 5));
  group.bias.assign(random({6}, 6));
  EXPECT_TRUE(same(layer(x), xg::layer_norm(x, {4}, layer.weight, layer.bias)));
  EXPECT_TRUE(same(wide(x), xg::layer_norm(x, {6, 4}, wide.weight, wide.bias, 0.1)));
  EXPECT_TRUE(same(rms(x), xg::rms_norm(x, {4}, rms.weight)));
  EXPECT_TRUE(same(group(x), xg::group_norm(x, 3, group.weight, group.bias)));
  EXPECT_EQ(names_of(layer), (Names{"weight", "bias"}));
  EXPECT_EQ(names_of(rms), Names{"weight"});
  EXPECT_EQ(names_of(group), (Names{"weight", "bias"}));
  EXPECT_EQ(nn::parameter_count(wide), 48u);
  EXPECT_THROW(nn::LayerNorm<double>(0), std::invalid_argument);
  EXPECT_THROW(nn::RMSNorm<double>(Shape{}), std::invalid_argument);
  EXPECT_THROW(nn::GroupNorm<double>(4, 6), std::invalid_argument);
  EXPECT_THROW(nn::GroupNorm<double>(0, 6), std::invalid_argument);
}

TEST(Dropout, DropsInTrainingOnly) {
  nn::Generator generator(1);
  nn::Sequential model{nn::Dropout(0.25, generator)};
  const Tensor x = xg::ones<double>({100, 100});
  const Tensor y = model(x), again = model(x);
  EXPECT_NEAR(xg::mean(y).item(), 1, 0.03);
  EXPECT_EQ(xg::amax(y).item(), 1 / 0.75);
  EXPECT_FALSE(same(y, again));
  nn::eval(model);
  EXPECT_TRUE(same(model(x), x));
  nn::Sequential standard{nn::Dropout()};  // draws from this thread's generator
  EXPECT_NEAR(xg::mean(standard(x)).item(), 1, 0.05);
  EXPECT_EQ(message<std::invalid_argument>([] { nn::Dropout(1.5, xg::Location()); }),
            "Dropout: expected p from 0 to 1, got 1.500000");
}

// Runs of kept elements are as long as those of independent draws.
TEST(Dropout, ElementsAreIndependent) {
  nn::Generator generator(2);
  const std::size_t n = 100000;
  const Tensor y = xg::dropout(xg::ones<double>({n}), 0.3, true, generator);
  std::size_t kept = 0, pairs = 0, distant = 0;
  for (std::size_t i = 0; i < n; ++i) {
    kept += y.data()[i] > 0;
    pairs += i > 0 && y.data()[i] > 0 && y.data()[i - 1] > 0;
    distant += i >= 64 && y.data()[i] > 0 && y.data()[i - 64] > 0;
  }
  EXPECT_NEAR(double(kept) / double(n), 0.7, 0.006);
  EXPECT_NEAR(double(pairs) / double(n), 0.49, 0.008);
  EXPECT_NEAR(double(distant) / double(n), 0.49, 0.008);
}

TEST(Embedding, TakesRowsAndTrainsAllButThePadding) {
  nn::Generator generator(1);
  nn::Embedding<double> embedding(5, 3, 2, generator);
  EXPECT_EQ(names_of(embedding), Names{"weight"});
  for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(embedding.weight.value()(2, j), 0);
  const xg::Array<int> indices = {4, 2, 4};
  const Tensor y = embedding(indices);
  ASSERT_EQ(y.shape(), (Shape{3, 3}));
  EXPECT_EQ(y.value()(0, 1), embedding.weight.value()(4, 1));
  xg::sum(y * y).backward();
  EXPECT_EQ(embedding.weight.grad().value()(4, 1), 4 * embedding.weight.value()(4, 1));
  EXPECT_EQ(embedding.weight.grad().value()(2, 1), 0);
  EXPECT_NE(message<std::invalid_argument>([&] {
              embedding({0, 5});
            })
                .find("embedding: expected indices in [0, 5) for a weight of shape (5, 3), got "
                      "index 5 [layers_test.cpp:"),
            std::string::npos);
  EXPECT_THROW(embedding(-1), std::invalid_argument);
  EXPECT_THROW(nn::Embedding<double>(0, 3), std::invalid_argument);
  EXPECT_THROW(nn::Embedding<double>(5, 3, 5), std::invalid_argument);
}

TEST(Embedding, StandsFirstInASequential) {
  nn::Sequential model{nn::Embedding<double>(5, 4), nn::Dense<double>(4, 2), nn::Relu()};
  xg::Array<int> indices = xg::empty_array<int>({2, 3});
  indices.fill(4);
  EXPECT_EQ(model(indices).shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(names_of(model), (Names{"0.weight", "1.weight", "1.bias"}));
}

TEST(Residual, AddsWhatItsLayerGives) {
  nn::Generator generator(1);
  nn::Residual model{nn::Sequential{nn::Dense<double>(3, 3, generator), nn::Tanh()}};
  const Tensor x = random({2, 3});
  const auto& dense = model.layer.layer<0>();
  EXPECT_TRUE(same(model(x), x + xg::tanh(dense(x))));
  EXPECT_EQ(names_of(model), (Names{"layer.0.weight", "layer.0.bias"}));
  nn::Residual widens{nn::Dense<double>(3, 4)};
  EXPECT_NE(message<std::invalid_argument>([&] {
              widens(x);
            }).find("Residual: expected a layer that keeps the shape (2, 3), got (2, 4)"),
            std::string::npos);
  nn::Residual broadcasts{[](const Tensor& t) { return xg::sum(t, 0); }};
  EXPECT_THROW(broadcasts(x), std::invalid_argument);
}

}  // namespace
