// The variants that are compared: a network written by hand, and the same network and the
// elementwise formula in xgrad, eager.
#pragma once
#include "handwritten.hpp"
#include "problem.hpp"

#include <algorithm>
#include <memory>
#include <vector>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/xgrad.hpp>

namespace variants {

namespace xg = xgrad;
using problem::Training;

/// The hand-written network, with the initial parameters.
inline std::unique_ptr<handwritten::Network> by_hand(const Training& training) {
  std::unique_ptr<handwritten::Network> network;
  if (training.fixed_sizes) {
    network = std::make_unique<handwritten::TinyMlp<2, 8, 2, 4>>();
  } else {
    network = std::make_unique<handwritten::Mlp>(training.dims, training.batch, training.update);
  }
  for (std::size_t k = 0; k < training.layers(); ++k) {
    std::copy(training.weights[k].begin(), training.weights[k].end(), network->weight(k));
    std::copy(training.biases[k].begin(), training.biases[k].end(), network->bias(k));
  }
  return network;
}

/// The elements of `values` as an array of this shape.
template <class T, class Values>
xg::Array<T> array_of(const Values& values, const xg::Shape& shape) {
  xg::Array<T> array = xg::empty_array<T>(shape);
  std::copy(values.begin(), values.end(), array.data());
  return array;
}

/// The same network in xgrad, as a user would write it.
template <class Optimizer>
class XgradMlp {
 public:
  explicit XgradMlp(const Training& training)
      : images_(array_of<float>(training.images, {training.batch, training.dims.front()})),
        labels_(array_of<int>(training.labels, {training.batch})),
        parameters_(parameters(training)),
        optimizer_(parameters_, training.learning_rate()) {}

  const xg::Tensor<>& weight(std::size_t layer) const { return parameters_[2 * layer]; }
  const xg::Tensor<>& bias(std::size_t layer) const { return parameters_[2 * layer + 1]; }

  /// Returns the loss before the update.
  xg::Tensor<> step() {
    optimizer_.zero_grad();
    const std::size_t layers = parameters_.size() / 2;
    xg::Tensor<> h = images_;
    for (std::size_t k = 0; k < layers; ++k) {
      const auto activation = k + 1 < layers ? xg::Activation::relu : xg::Activation::none;
      h = xg::linear(h, weight(k), bias(k), activation);
    }
    const xg::Tensor<> loss = xg::softmax_cross_entropy(h, labels_);
    loss.backward();
    optimizer_.step();
    return loss;
  }

 private:
  static std::vector<xg::Tensor<>> parameters(const Training& training) {
    std::vector<xg::Tensor<>> result;
    for (std::size_t k = 0; k < training.layers(); ++k) {
      const std::size_t in = training.dims[k], out = training.dims[k + 1];
      result.push_back(xg::parameter(array_of<float>(training.weights[k], {out, in})));
      result.push_back(xg::parameter(array_of<float>(training.biases[k], {out})));
    }
    return result;
  }

  xg::Tensor<> images_;
  xg::Array<int> labels_;
  std::vector<xg::Tensor<>> parameters_;
  Optimizer optimizer_;
};

/// sum(tanh(x) exp(-x x) + relu(x) / (1 + x x)): an operation at a time, the elements in one loop,
/// and all in one loop.
inline constexpr auto formula = [](auto x) {
  return tanh(x) * exp(-x * x) + relu(x) / (1.0f + x * x);
};
inline xg::Tensor<> by_operations(const xg::Tensor<>& x) { return xg::sum(formula(x)); }
inline xg::Tensor<> sum_of_fuse(const xg::Tensor<>& x) { return xg::sum(xg::fuse(formula, x)); }
inline xg::Tensor<> fuse_sum(const xg::Tensor<>& x) { return xg::fuse_sum(formula, x); }

}  // namespace variants
