// Layers, initializers and optimizers, against the formulas written out here.
#include "check.hpp"

#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/optim.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::message;
using Tensor = xg::Tensor<double>;

/// The loss sum(c p^2) / 2, whose gradient is c p.
void descend(nn::SGD<double>& optimizer, const Tensor& p, const Tensor& c) {
  optimizer.zero_grad();
  xg::sum(c * p * p * 0.5).backward();
  optimizer.step();
}

TEST(Sgd, FollowsItsFormula) {
  const double rate = 0.1, decay = 0.01;
  for (double momentum : {0.0, 0.9}) {
    const Tensor c = {1, 2, -3};
    Tensor p = xg::parameter(Tensor{1, -2, 0.5});
    nn::SGD<double> optimizer({p}, rate, momentum, decay);
    double expected[3] = {1, -2, 0.5}, velocity[3] = {};
    for (int step = 0; step < 20; ++step) {
      descend(optimizer, p, c);
      for (int i = 0; i < 3; ++i) {
        velocity[i] = momentum * velocity[i] + c.data()[i] * expected[i] + decay * expected[i];
        expected[i] -= rate * velocity[i];
        ASSERT_NEAR(p.data()[i], expected[i], 1e-12 * std::abs(expected[i])) << step;
      }
    }
  }
}

TEST(Adam, FollowsAlgorithm1) {
  const double rate = 0.05, beta1 = 0.8, beta2 = 0.95, epsilon = 1e-6;
  Tensor p = xg::parameter(Tensor{1, -2, 0.5});
  const Tensor c = {1, 200, -0.003};
  nn::Adam<double> optimizer({p}, rate, beta1, beta2, epsilon);
  double expected[3] = {1, -2, 0.5}, m[3] = {}, v[3] = {};
  for (int step = 1; step <= 20; ++step) {
    optimizer.zero_grad();
    xg::sum(c * p * p * 0.5).backward();
    optimizer.step();
    for (int i = 0; i < 3; ++i) {
      double g = c.data()[i] * expected[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      double mean = m[i] / (1 - std::pow(beta1, step)), square = v[i] / (1 - std::pow(beta2, step));
      expected[i] -= rate * mean / (std::sqrt(square) + epsilon);
      ASSERT_NEAR(p.data()[i], expected[i], 1e-12) << step;
    }
  }
}

TEST(Optimizers, LeaveParametersWithoutAGradientAlone) {
  Tensor used = xg::parameter(Tensor{1, 2}), unused = xg::parameter(Tensor{3, 4});
  nn::Adam<double> adam({used, unused});
  nn::SGD<double> sgd({used, unused}, 0.1, 0.9, 0.5);
  xg::sum(used).backward();
  adam.step();
  sgd.step();
  EXPECT_NE(used.data()[0], 1);
  EXPECT_EQ(unused.data()[0], 3);
  EXPECT_EQ(unused.data()[1], 4);
  adam.zero_grad();
  EXPECT_FALSE(used.has_grad());
}

TEST(Optimizers, WriteInPlaceAndStaleDerivativesNotice) {
  Tensor w = xg::parameter(Tensor{1, 2});
  nn::SGD<double> optimizer({w}, 0.1);
  Tensor y = xg::sum(w * w);
  y.backward(xg::retain_graph);
  optimizer.step();
  EXPECT_THROW(y.backward(), std::logic_error);
}

TEST(Optimizers, RejectSenselessSettings) {
  const double nan = std::nan("");
  EXPECT_EQ(message<std::invalid_argument>([] { nn::SGD<double>({}, -1, 0, 0, {}); }),
            "SGD: expected learning_rate >= 0, got -1.000000");
  EXPECT_THROW(nn::SGD<double>({}, nan), std::invalid_argument);
  EXPECT_THROW(nn::SGD<double>({}, 0.1, 1.0), std::invalid_argument);
  EXPECT_THROW(nn::SGD<double>({}, 0.1, 0, -1), std::invalid_argument);
  EXPECT_THROW(nn::Adam<double>({}, -1), std::invalid_argument);
  EXPECT_THROW(nn::Adam<double>({}, 0.1, 1), std::invalid_argument);
  EXPECT_THROW(nn::Adam<double>({}, 0.1, 0.9, nan), std::invalid_argument);
  EXPECT_THROW(nn::Adam<double>({}, 0.1, 0.9, 0.9, 0), std::invalid_argument);
}

TEST(Init, DrawsWhatItSays) {
  nn::Generator generator(3);
  const Tensor u = nn::uniform<double>({100, 200}, -2, 3, generator);
  const Tensor n = nn::normal<double>({100, 200}, 1, 2, generator);
  const Tensor x = nn::xavier_uniform<double>({100, 200}, generator);
  const Tensor k = nn::kaiming_normal<double>({100, 200}, generator);
  auto mean = [](const Tensor& t) { return xg::mean(t).item(); };
  auto deviation = [&](const Tensor& t) { return std::sqrt(mean((t - mean(t)) * (t - mean(t)))); };
  EXPECT_NEAR(mean(u), 0.5, 0.05);
  EXPECT_GE(xg::amin(u).item(), -2);
  EXPECT_LT(xg::amax(u).item(), 3);
  EXPECT_GT(xg::amax(u).item(), 2.99);
  EXPECT_NEAR(mean(n), 1, 0.06);
  EXPECT_NEAR(deviation(n), 2, 0.05);
  EXPECT_NEAR(xg::amax(x).item(), std::sqrt(6.0 / 300), 1e-3);
  EXPECT_NEAR(xg::amin(x).item(), -std::sqrt(6.0 / 300), 1e-3);
  EXPECT_NEAR(deviation(k), std::sqrt(2.0 / 200), 3e-3);
  EXPECT_EQ(message<std::invalid_argument>([&] { nn::kaiming_normal<double>({3}, generator, {}); }),
            "kaiming_normal: expected a shape (out, in), got (3)");
}

TEST(Init, DependsOnTheGeneratorOnly) {
  nn::Generator a(5), b(5), c(6);
  const nn::Dense<double> first(3, 4, a), same(3, 4, b), other(3, 4, c);
  EXPECT_EQ(first.weight.value(), same.weight.value());
  EXPECT_NE(first.weight.value(), other.weight.value());
  EXPECT_LE(xg::amax(xg::abs(first.weight)).item(), 1 / std::sqrt(3.0));
}

TEST(Layers, DenseComputesWxPlusB) {
  nn::Generator generator(1);
  nn::Dense<double> dense(2, 3, generator);
  const Tensor x = {0.5, -2}, rows = {{0.5, -2}, {3, 4}};
  const Tensor y = dense(x), Y = dense(rows);
  ASSERT_EQ(y.shape(), (xg::Shape{3}));
  ASSERT_EQ(Y.shape(), (xg::Shape{2, 3}));
  for (std::size_t o = 0; o < 3; ++o) {
    double expected = dense.bias.value()(o);
    for (std::size_t i = 0; i < 2; ++i) expected += dense.weight.value()(o, i) * x.value()(i);
    EXPECT_NEAR(y.value()(o), expected, 1e-15);
    EXPECT_NEAR(Y.value()(0, o), expected, 1e-15);
  }
  EXPECT_EQ(
      message<std::invalid_argument>([] { nn::Dense<double>(0, 3, nn::default_generator(), {}); }),
      "Dense: expected extents of at least 1, got (0, 3)");
  const std::string wrong = message<std::invalid_argument>([&] { dense(Tensor{1, 2, 3}); });
  EXPECT_NE(wrong.find("linear: expected x (..., in), weight (out, in), bias (out), got (3), "
                       "(3, 2), (3) [nn_test.cpp:"),
            std::string::npos)
      << wrong;
}

TEST(Layers, SequentialFusesReluWithoutChangingAnything) {
  nn::Generator generator(1);
  nn::Dense<double> first(4, 5, generator), second(5, 3, generator);
  nn::Sequential fused{first, nn::Relu(), second, nn::Relu()};
  // A lambda in between keeps the layers apart; copies of a layer share its tensors.
  auto same = [](const Tensor& x) { return x; };
  nn::Sequential apart{first, same, nn::Relu(), second, same, nn::Relu()};
  const Tensor x = nn::normal<double>({6, 4}, 0, 1, generator);
  EXPECT_EQ(fused(x).value(), apart(x).value());
  EXPECT_EQ(xg::tape(fused(x)).entries.size(), 6u);
  EXPECT_EQ(xg::tape(apart(x)).entries.size(), 8u);
  xg::sum(fused(x)).backward();
  const Tensor gradient = first.weight.grad();
  first.weight.zero_grad();
  xg::sum(apart(x)).backward();
  EXPECT_EQ(first.weight.grad().value(), gradient.value());
}

TEST(Layers, ParametersAreHandlesOfTheModelsOwnTensors) {
  nn::Sequential inner{nn::Tanh(), nn::Dense<double>(3, 2)};
  nn::Sequential model{nn::Dense<double>(4, 3), nn::Sigmoid(), inner};
  std::vector<Tensor> parameters = nn::parameters(model);
  ASSERT_EQ(parameters.size(), 4u);
  EXPECT_EQ(parameters[3].shape(), (xg::Shape{2}));
  parameters[0].assign(xg::zeros<double>({3, 4}));
  EXPECT_EQ(xg::amax(xg::abs(model.layer<0>().weight)).item(), 0);
}

TEST(Layers, ANetworkLearns) {
  nn::Generator generator(7);
  nn::Sequential model{nn::Dense<double>(1, 16, generator), nn::Tanh(),
                       nn::Dense<double>(16, 1, generator)};
  nn::Adam optimizer(nn::parameters(model), 0.02);
  const Tensor x = nn::uniform<double>({64, 1}, -3, 3, generator);
  Tensor y = xg::empty<double>({64, 1});
  for (std::size_t i = 0; i < 64; ++i) y.mutable_value().data()[i] = std::sin(x.data()[i]);
  double loss = 1;
  for (int step = 0; step < 500; ++step) {
    Tensor error = xg::mean_squared_error(model(x), y);
    optimizer.zero_grad();
    error.backward();
    optimizer.step();
    loss = error.item();
  }
  EXPECT_LT(loss, 2e-3);
}

}  // namespace
