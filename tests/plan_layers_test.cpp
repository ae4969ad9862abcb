// Plans of networks: they train bit for bit as eager code does.
#include "same_bits.hpp"

#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace xg = xgrad;
namespace nn = xgrad::nn;
using tests::same_bits;

namespace {

template <class T>
class PlansOfLayers : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(PlansOfLayers, Types, );

/// Three layers with what differs between training and use, by Adam with a rate that falls.
template <class T>
struct Network {
  xg::Generator generator{3};
  nn::Dense<T> first{4, 6, generator}, second{6, 2, generator};
  nn::BatchNorm1d<T> normalization{6};
  nn::Adam<T> optimizer{parameters(), 0.05};
  xg::Tensor<T> x = xg::uniform<T>({5, 4}, -1, 1, generator), loss;

  std::vector<xg::Tensor<T>> parameters() {
    std::vector<xg::Tensor<T>> result = nn::parameters(first);
    for (const auto& p : nn::parameters(normalization)) result.push_back(p);
    for (const auto& p : nn::parameters(second)) result.push_back(p);
    return result;
  }
  void step() {
    optimizer.zero_grad();
    loss = xg::mean(xg::square(second(xg::relu(normalization(first(x))))));
    loss.backward();
    optimizer.step();
  }
};

TYPED_TEST(PlansOfLayers, CountTheStepsOfAnOptimizer) {
  Network<TypeParam> eager, planned;
  eager.step();
  xg::Plan step = xg::capture([&] { planned.step(); });
  for (int i = 1; i < 20; ++i) {
    eager.optimizer.learning_rate = planned.optimizer.learning_rate = 0.05 / i;
    eager.step();
    step();
    EXPECT_TRUE(same_bits(eager.loss, planned.loss)) << i;
  }
  for (std::size_t i = 0; i < eager.parameters().size(); ++i) {
    EXPECT_TRUE(same_bits(eager.parameters()[i], planned.parameters()[i])) << "parameter " << i;
  }
  EXPECT_TRUE(same_bits(eager.normalization.running_mean, planned.normalization.running_mean));
  EXPECT_TRUE(same_bits(eager.normalization.running_var, planned.normalization.running_var));
}

/// Convolution, pooling and dropout.
template <class T>
struct Convolutional {
  xg::Generator generator{3};
  nn::Conv2d<T> convolution{1, 4, 3, {}, generator};
  nn::Dense<T> dense{4 * 6 * 6, 3, generator};
  xg::Tensor<T> x = xg::uniform<T>({4, 1, 14, 14}, 0, 1, generator);
  std::shared_ptr<xg::Array<int>> labels =
      std::make_shared<xg::Array<int>>(xg::Array<int>{0, 1, 2, 0});

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("convolution", convolution);
    visitor("dense", dense);
  }
  xg::Tensor<T> loss() {
    xg::Tensor<T> h = xg::max_pool2d(xg::relu(convolution(x)), {2, 2});
    h = xg::reshape(xg::dropout(h, 0.1, true, generator), xg::Shape{4, 4 * 6 * 6});
    return xg::softmax_cross_entropy(dense(h), xg::SharedArray<int>(labels));
  }
  using value_type = T;
};

template <class T>
struct Recurrent {
  xg::Generator generator{3};
  nn::LSTM<T> lstm{3, 5, {}, generator};
  xg::Tensor<T> x = xg::uniform<T>({6, 4, 3}, 0, 1, generator);

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("lstm", lstm);
  }
  xg::Tensor<T> loss() { return xg::mean(xg::square(lstm(x))); }
  using value_type = T;
};

template <class Model>
void expect_same_training() {
  using T = typename Model::value_type;
  Model eager, planned;
  nn::Adam<T> eager_optimizer(nn::parameters(eager), 0.01),
      planned_optimizer(nn::parameters(planned), 0.01);
  auto step = [](Model& model, nn::Adam<T>& optimizer) {
    optimizer.zero_grad();
    xg::Tensor<T> loss = model.loss();
    loss.backward();
    optimizer.step();
    return loss;
  };
  step(eager, eager_optimizer);
  xg::Tensor<T> loss;
  xg::Plan plan = xg::capture([&] { loss = step(planned, planned_optimizer); });
  for (int i = 0; i < 10; ++i) {
    eager.x.assign(eager.x * 1.1);
    planned.x.assign(planned.x * 1.1);
    const xg::Tensor<T> expected = step(eager, eager_optimizer);
    plan();
    EXPECT_TRUE(same_bits(loss, expected)) << i;
  }
}

TYPED_TEST(PlansOfLayers, TrainAConvolutionalNetwork) {
  expect_same_training<Convolutional<TypeParam>>();
}
TYPED_TEST(PlansOfLayers, TrainARecurrentNetwork) { expect_same_training<Recurrent<TypeParam>>(); }

}  // namespace
