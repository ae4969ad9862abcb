// A function of tensors and its gradient in both variants: drawn, verified, timed. operations.cpp
// has a list of them, peer_operations.py the same.
#pragma once
#include "harness.hpp"
#include "operations_by_hand.hpp"
#include "problem.hpp"
#include "variants.hpp"

#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace workload {

namespace xg = xgrad;
using handwritten::Buffer;
using handwritten::Operands;

/// What xgrad works on, and what it leaves.
struct Run {
  std::vector<xg::Tensor<>> inputs;  // first those that want a gradient
  xg::SharedArray<int> labels;
  xg::Tensor<> cotangent;
  xg::Tensor<> value;
  std::vector<xg::Tensor<>> gradients;  // if not in the inputs

  const xg::Tensor<>& operator[](std::size_t i) const { return inputs[i]; }
};

/// Inputs are drawn from +-limit, one after the other, then the labels, then the cotangent.
struct Workload {
  std::string name;
  std::vector<xg::Shape> inputs;
  std::function<void(Run&)> step;
  void (*by_hand)(Operands&) = nullptr;
  std::size_t constants = 0;  // inputs, the last ones, that want no gradient
  std::size_t labels = 0, classes = 0;
  std::vector<std::size_t> cotangent = {};  // its shape; none if the value is a number
  float limit = 1;
};

/// A step that takes the gradient of a function of a Run.
template <class Function>
std::function<void(Run&)> gradient_of(const Function& function) {
  return [function](Run& run) {
    for (const xg::Tensor<>& x : run.inputs) x.zero_grad();
    run.value = xg::Tensor<>();  // returns its memory before the new one is made
    run.value = function(run);
    if (run.cotangent.defined()) {
      run.value.backward(run.cotangent);
    } else {
      run.value.backward();
    }
  };
}

class Pair {
 public:
  explicit Pair(const Workload& workload) : workload_(workload) {
    problem::Numbers numbers;
    const auto drawn = [&](std::size_t n) {
      Buffer buffer(n);
      for (float& x : buffer) x = numbers.uniform(-workload.limit, workload.limit);
      return buffer;
    };
    const std::size_t wanted = workload.inputs.size() - workload.constants;
    for (const xg::Shape& shape : workload.inputs) {
      const Buffer values = drawn(xg::size_of(shape));
      xg::Tensor<> x = variants::array_of<float>(values, shape);
      if (run_.inputs.size() < wanted) {
        x.requires_grad();
        operands_.gradients.emplace_back(values.size());
      }
      run_.inputs.push_back(x);
      operands_.shapes.emplace_back(shape.begin(), shape.end());
      operands_.inputs.push_back(values);
    }
    for (std::size_t i = 0; i < workload.labels; ++i) {
      operands_.labels.push_back(static_cast<int>(numbers.next() % workload.classes));
    }
    run_.labels = xg::shared(variants::array_of<int>(operands_.labels, xg::Shape{workload.labels}));
    const xg::Shape shape(workload.cotangent.begin(), workload.cotangent.end());
    if (!shape.empty()) {
      operands_.cotangent = drawn(xg::size_of(shape));
      run_.cotangent = variants::array_of<float>(operands_.cotangent, shape);
    }
    operands_.value.resize(shape.empty() ? 1 : xg::size_of(shape));
  }

  void xgrad() { workload_.step(run_); }
  void by_hand() { workload_.by_hand(operands_); }

  /// Compares all results, each to 1e-4 of its largest element, and reports sums of them for the
  /// comparison with other libraries: `loss`, the value times the cotangent, and `gradient`, the
  /// magnitudes of all gradients.
  void verify(benchmark::State& state) {
    xgrad();
    if (workload_.by_hand) by_hand();
    if (run_.value.defined()) {
      if (workload_.by_hand) check("value", run_.value, operands_.value);
      double loss = 0;
      for (std::size_t i = 0; i < run_.value.size(); ++i) {
        const double g = run_.cotangent.defined() ? run_.cotangent.data()[i] : 1;
        loss += run_.value.data()[i] * g;
      }
      state.counters["loss"] = loss;
    }
    double sum = 0;
    for (std::size_t k = 0; k < operands_.gradients.size(); ++k) {
      const xg::Tensor<>& g = run_.gradients.empty() ? run_[k].grad() : run_.gradients[k];
      if (workload_.by_hand) check("gradient " + std::to_string(k), g, operands_.gradients[k]);
      for (const float element : g.value()) sum += std::abs(static_cast<double>(element));
    }
    state.counters["gradient"] = sum;
  }

 private:
  void check(const std::string& what, const xg::Tensor<>& xgrad, const Buffer& expected) const {
    double largest = 0;
    for (const float x : expected) largest = std::max(largest, std::abs(static_cast<double>(x)));
    const float* own = xgrad.data();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (harness::agree(own[i], expected[i], 1e-4 * largest)) continue;
      harness::disagree(workload_.name, what + ", element " + std::to_string(i), own[i],
                        expected[i]);
    }
  }

  const Workload& workload_;
  Run run_;
  Operands operands_;
};

/// Verifies and times a workload, which has to live as long as the program.
inline void add(const Workload& workload, paired::Only only) {
  if (only == paired::Only::handwritten && !workload.by_hand) return;
  harness::add(workload.name, [&workload, only](benchmark::State& state) {
    Pair pair(workload);
    pair.verify(state);
    // The results of the last call live on in the next one: it takes some to reach the steady
    // state.
    for (int call = 0; call < 3; ++call) pair.xgrad();
    harness::SystemBlocks blocks(state);
    const auto step = [&] { pair.xgrad(); };
    if (workload.by_hand) {
      paired::compare(state, only, 1, step, [&] { pair.by_hand(); });
    } else {
      paired::measure(state, 1, step);
    }
  });
}

}  // namespace workload
