// What xgrad costs over code written by hand: training steps, a scalar operation, an elementwise
// formula. harness.hpp has the options.
//
// Before a workload is timed, both variants must compute the same; the loss after five steps is
// also a counter, for peers.py starts from the same numbers.
#include "convolutional.hpp"
#include "handwritten.hpp"
#include "harness.hpp"
#include "problem.hpp"
#include "variants.hpp"

#include <deque>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace xg = xgrad;
using handwritten::Buffer;
using handwritten::Update;
using harness::add;
using harness::agree;
using harness::disagree;
using harness::SystemBlocks;
using paired::Only;
using problem::Training;
using problem::verified_steps;
using variants::array_of;
using variants::by_hand;
using variants::XgradMlp;

constexpr std::size_t chain_length = 100;

/// Compares a parameter with its hand-written twin, to a thousandth of how far training moved it.
void check_parameter(const Training& training, const std::string& what, const Buffer& initial,
                     const float* xgrad, const float* by_hand) {
  double moved = 0;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    moved = std::max(moved, std::abs(static_cast<double>(by_hand[i]) - initial[i]));
  }
  for (std::size_t i = 0; i < initial.size(); ++i) {
    if (moved > 0 && agree(xgrad[i], by_hand[i], 1e-3 * moved)) continue;
    disagree(training.name, what + ", element " + std::to_string(i), xgrad[i], by_hand[i]);
  }
}

/// Trains both variants from the same parameters; returns the loss after `verified_steps`.
template <class Optimizer>
double verify(const Training& training) {
  const auto network = by_hand(training);
  XgradMlp<Optimizer> model(training);
  double loss = 0;
  for (int step = 0; step <= verified_steps; ++step) {
    loss = model.step().item();
    const double expected =
        network->step(training.images.data(), training.labels.data(), training.learning_rate());
    if (!agree(loss, expected, 1e-4 * std::abs(expected))) {
      disagree(training.name, "loss after " + std::to_string(step) + " steps", loss, expected);
    }
  }
  for (std::size_t k = 0; k < training.layers(); ++k) {
    const std::string layer = " of layer " + std::to_string(k);
    check_parameter(training, "weight" + layer, training.weights[k], model.weight(k).data(),
                    network->weight(k));
    check_parameter(training, "bias" + layer, training.biases[k], model.bias(k).data(),
                    network->bias(k));
  }
  return loss;
}

/// The elementwise formula in one of its forms.
struct Formula {
  std::string name;
  xg::Tensor<> (*function)(const xg::Tensor<>&);
  std::size_t size;
};

/// Returns the formula's value.
double verify_formula(const Formula& formula) {
  const Buffer input = problem::formula_input(formula.size);
  Buffer gradient(formula.size);
  const double expected =
      handwritten::elementwise_chain(input.data(), gradient.data(), formula.size);
  const xg::Tensor<> x = xg::parameter(array_of<float>(input, {formula.size}));
  const xg::Tensor<> value = formula.function(x);
  value.backward();
  if (!agree(value.item(), expected, 1e-4 * std::abs(expected))) {
    disagree(formula.name, "value", value.item(), expected);
  }
  const float* slopes = x.grad().data();
  for (std::size_t i = 0; i < formula.size; ++i) {
    if (!agree(slopes[i], gradient[i], 1e-5)) {
      disagree(formula.name, "gradient, element " + std::to_string(i), slopes[i], gradient[i]);
    }
  }
  return value.item();
}

/// Times step(), a step of training in xgrad, beside the hand-written one.
template <class Step>
void compare_with(handwritten::Network& network, benchmark::State& state, const Training& training,
                  Only only, const Step& step) {
  SystemBlocks blocks(state);
  paired::compare(state, only, 1, step, [&] {
    benchmark::DoNotOptimize(
        network.step(training.images.data(), training.labels.data(), training.learning_rate()));
  });
}

template <class Optimizer>
void benchmark_training(benchmark::State& state, const Training& training, Only only) {
  state.counters["loss"] = verify<Optimizer>(training);
  const auto network = by_hand(training);
  XgradMlp<Optimizer> model(training);
  for (int i = 0; i < verified_steps; ++i) model.step();
  compare_with(*network, state, training, only, [&] { benchmark::DoNotOptimize(model.step()); });
}

/// A convolutional network, which has no hand-written counterpart, on this many threads.
void benchmark_convolutional(benchmark::State& state, unsigned threads) {
  xg::set_threads(threads);
  convolutional::Training training;
  double loss = 0;
  for (int i = 0; i <= verified_steps; ++i) loss = training.step().item();
  state.counters["loss"] = loss;
  {
    SystemBlocks blocks(state);
    paired::measure(state, 1, [&] { benchmark::DoNotOptimize(training.step()); });
  }
  xg::set_threads(1);
}

/// A perceptron by a plan, which must train as the eager code does.
template <class Optimizer>
void benchmark_plan(benchmark::State& state, const Training& training, Only only) {
  const auto network = by_hand(training);
  XgradMlp<Optimizer> model(training), eager(training);
  xg::Tensor<> loss;
  xg::Plan step = xg::capture([&] { loss = model.step(); });
  for (int i = 0; i <= verified_steps; ++i) {
    const float expected = eager.step().item();
    if (i > 0) step();
    if (loss.item() != expected)
      disagree(training.name, "plan, step " + std::to_string(i), loss.item(), expected);
  }
  compare_with(*network, state, training, only, [&] { step(); });
}

void benchmark_scalar(benchmark::State& state) {
  const xg::Tensor<> x = xg::parameter(xg::Tensor<>(1.0f));
  const auto step = [&] {
    x.zero_grad();
    xg::Tensor<> y = x;
    for (std::size_t i = 0; i < chain_length; ++i) y = y * 1.01f;
    y.backward();
  };
  step();
  step();
  SystemBlocks blocks(state);
  paired::measure(state, chain_length, step);
}

void benchmark_elementwise(benchmark::State& state, const Formula& formula, Only only) {
  state.counters["loss"] = verify_formula(formula);
  const Buffer input = problem::formula_input(formula.size);
  Buffer gradient(formula.size);
  const xg::Tensor<> x = xg::parameter(array_of<float>(input, {formula.size}));
  const auto step = [&] {
    x.zero_grad();
    formula.function(x).backward();
  };
  step();
  step();
  SystemBlocks blocks(state);
  paired::compare(state, only, 1, step, [&] {
    benchmark::DoNotOptimize(
        handwritten::elementwise_chain(input.data(), gradient.data(), formula.size));
  });
}

/// The same as a plan, which must leave the same gradient.
void benchmark_elementwise_plan(benchmark::State& state, const Formula& formula, Only only) {
  const Buffer input = problem::formula_input(formula.size);
  Buffer gradient(formula.size);
  const xg::Tensor<> x = xg::parameter(array_of<float>(input, {formula.size}));
  formula.function(x).backward();
  const Buffer expected(x.grad().data(), x.grad().data() + formula.size);
  xg::Plan step = xg::capture([&] {
    x.zero_grad();
    formula.function(x).backward();
  });
  step();
  for (std::size_t i = 0; i < formula.size; ++i) {
    if (x.grad().data()[i] != expected[i])
      disagree(formula.name, "plan, element " + std::to_string(i), x.grad().data()[i], expected[i]);
  }
  paired::compare(
      state, only, 1, [&] { step(); },
      [&] {
        benchmark::DoNotOptimize(
            handwritten::elementwise_chain(input.data(), gradient.data(), formula.size));
      });
}

template <class Optimizer>
void add_training(const Training& training, Only only, bool plan) {
  add(training.name, [&training, only](benchmark::State& state) {
    benchmark_training<Optimizer>(state, training, only);
  });
  if (!plan) return;
  add(training.name + "_plan", [&training, only](benchmark::State& state) {
    benchmark_plan<Optimizer>(state, training, only);
  });
}

void add_trainings(Only only) {
  using xg::nn::Adam;
  using xg::nn::SGD;
  static std::deque<Training> trainings;  // benchmarks refer to it
  const auto next = [](std::string name, std::vector<std::size_t> dims,
                       std::size_t batch) -> Training& {
    return trainings.emplace_back(std::move(name), std::move(dims), batch, Update::sgd);
  };
  for (const Training& training : problem::perceptrons()) {
    const Training& kept = trainings.emplace_back(training);
    if (kept.update == Update::adam)
      add_training<Adam<>>(kept, only, true);
    else
      add_training<SGD<>>(kept, only, true);
  }
  Training& fixed = next("mlp_2_8_2_batch_4_fixed_sizes", {2, 8, 2}, 4);
  fixed.fixed_sizes = true;
  add_training<SGD<>>(fixed, only, true);
  // For the cost of a layer, and how it grows with the width; peers.py has the same lists.
  for (const std::size_t depth : {1u, 2u, 4u, 8u, 16u}) {
    std::vector<std::size_t> dims(depth + 1, 64);
    dims.push_back(10);
    add_training<SGD<>>(next("depth_" + std::to_string(depth), dims, 64), only, false);
  }
  for (const std::size_t width : {32u, 64u, 128u, 256u, 512u}) {
    add_training<SGD<>>(next("width_" + std::to_string(width), {width, width, width, 10}, 64), only,
                        false);
  }
}

void add_formulas(Only only) {
  constexpr std::size_t op_by_op_size = 1000000;
  static std::deque<Formula> formulas;  // benchmarks refer to it
  const auto add_formula = [only](const Formula& chosen) {
    const Formula& formula = formulas.emplace_back(chosen);
    add(formula.name,
        [&formula, only](benchmark::State& state) { benchmark_elementwise(state, formula, only); });
    if (formula.function == variants::by_operations) return;
    add(formula.name + "_plan", [&formula, only](benchmark::State& state) {
      benchmark_elementwise_plan(state, formula, only);
    });
  };
  std::size_t size = 1000;
  for (int power = 3; power <= 7; ++power, size *= 10) {
    const std::string suffix = "_1e" + std::to_string(power);
    if (size == op_by_op_size) {
      add_formula({"elementwise" + suffix, variants::by_operations, size});
    }
    add_formula({"sum_of_fuse" + suffix, variants::sum_of_fuse, size});
    add_formula({"fuse_sum" + suffix, variants::fuse_sum, size});
  }
}

/// What has no hand-written counterpart.
void add_unpaired() {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  for (const auto& [name, threads] :
       {std::pair("conv_16_32_batch_64", 1u), std::pair("conv_16_32_batch_64_all_cores", cores)})
    add(name,
        [threads = threads](benchmark::State& state) { benchmark_convolutional(state, threads); });
  add("scalar_op", benchmark_scalar);
}

}  // namespace

int main(int argc, char** argv) {
  return harness::run(argc, argv, [](Only only) {
    add_trainings(only);
    add_formulas(only);
    if (only != Only::handwritten) add_unpaired();
  });
}
