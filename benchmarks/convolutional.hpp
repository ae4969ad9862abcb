// A training step of a convolutional network, from parameters and data that peers.py computes too.
#pragma once
#include "problem.hpp"

#include <xgrad/xgrad.hpp>

namespace convolutional {

namespace xg = xgrad;
namespace nn = xgrad::nn;

inline constexpr std::size_t batch = 64;

/// 28 x 28 images of one channel, windows of 3 x 3, the greatest of each 2 x 2.
inline auto network() {
  const xg::ConvOptions<2> padded = {1, 1};  // stride 1, padding 1
  return nn::Sequential{nn::Conv2d(1, 16, 3, padded),
                        nn::Relu(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(16, 32, 3, padded),
                        nn::Relu(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Dense(1568, 128),
                        nn::Relu(),
                        nn::Dense(128, 10)};
}

class Training {
 public:
  Training() : optimizer_(nn::parameters(model_)) {
    problem::Numbers numbers;
    const auto fill = [&](const xg::Tensor<>& tensor, float low, float high) {
      for (float& element : tensor.mutable_value()) element = numbers.uniform(low, high);
    };
    const std::vector<xg::Tensor<>> parameters = nn::parameters(model_);
    for (std::size_t i = 0; i < parameters.size(); i += 2) {  // a weight and its bias
      const xg::Tensor<>& weight = parameters[i];
      const auto fan_in = static_cast<float>(weight.size() / weight.shape()[0]);
      const float bound = 1 / std::sqrt(fan_in);
      fill(weight, -bound, bound);
      fill(parameters[i + 1], -bound, bound);
    }
    fill(images_, 0, 1);
    for (int& label : labels_) label = static_cast<int>(numbers.next() % 10);
  }

  /// Returns the loss before the update.
  xg::Tensor<> step() {
    optimizer_.zero_grad();
    const xg::Tensor<> loss = xg::softmax_cross_entropy(model_(images_), labels_);
    loss.backward();
    optimizer_.step();
    return loss;
  }

 private:
  decltype(network()) model_ = network();
  nn::Adam<> optimizer_;
  xg::Tensor<> images_ = xg::empty<float>({batch, 1, 28, 28});
  xg::Array<int> labels_ = xg::empty_array<int>({batch});
};

}  // namespace convolutional
