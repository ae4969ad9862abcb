// What is computed: initial parameters and data that every variant, and every library in peers.py,
// starts from.
#pragma once
#include "handwritten.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace problem {

using handwritten::Buffer;

/// A linear congruential generator, the same as in peers.py.
class Numbers {
 public:
  std::uint32_t next() {
    state_ = state_ * 1664525u + 1013904223u;
    return state_ >> 8;
  }
  /// In [low, high).
  float uniform(float low, float high) {
    return low + (high - low) * (static_cast<float>(next()) * 0x1p-24f);
  }

 private:
  std::uint32_t state_ = 1;
};

/// One minibatch and the initial parameters of a network.
struct Training {
  std::string name;
  std::vector<std::size_t> dims;
  std::size_t batch;
  handwritten::Update update;
  bool fixed_sizes = false;  // whether the hand-written code knows them when it is compiled

  std::vector<Buffer> weights, biases;
  Buffer images;
  std::vector<int> labels;

  Training(std::string workload, std::vector<std::size_t> widths, std::size_t rows,
           handwritten::Update rule)
      : name(std::move(workload)), dims(std::move(widths)), batch(rows), update(rule) {
    Numbers numbers;
    for (std::size_t k = 0; k < layers(); ++k) {
      const float bound = 1.0f / std::sqrt(static_cast<float>(dims[k]));
      weights.emplace_back(dims[k + 1] * dims[k]);
      biases.emplace_back(dims[k + 1]);
      for (float& w : weights[k]) w = numbers.uniform(-bound, bound);
      for (float& b : biases[k]) b = numbers.uniform(-bound, bound);
    }
    images.resize(batch * dims.front());
    for (float& pixel : images) pixel = numbers.uniform(0, 1);
    for (std::size_t i = 0; i < batch; ++i) {
      labels.push_back(static_cast<int>(numbers.next() % dims.back()));
    }
  }
  std::size_t layers() const { return dims.size() - 1; }
  float learning_rate() const { return update == handwritten::Update::adam ? 1e-3f : 1e-2f; }
};

/// After how many steps the losses of all variants and libraries are compared.
constexpr int verified_steps = 5;

/// The perceptrons that every library trains; peers.py has the same.
inline std::vector<Training> perceptrons() {
  using handwritten::Update;
  const auto sgd = [](std::string name, std::vector<std::size_t> dims, std::size_t batch) {
    return Training(std::move(name), std::move(dims), batch, Update::sgd);
  };
  return {sgd("mlp_2_8_2_batch_4", {2, 8, 2}, 4), sgd("mlp_784_128_10_batch_1", {784, 128, 10}, 1),
          sgd("mlp_784_128_10_batch_64", {784, 128, 10}, 64),
          sgd("mlp_784_512_512_10_batch_256", {784, 512, 512, 10}, 256),
          Training("mlp_784_128_10_batch_64_adam", {784, 128, 10}, 64, Update::adam)};
}

/// Points at which the elementwise formula is taken.
inline Buffer formula_input(std::size_t size) {
  Numbers numbers;
  Buffer x(size);
  for (float& element : x) element = numbers.uniform(-3, 3);
  return x;
}

}  // namespace problem
