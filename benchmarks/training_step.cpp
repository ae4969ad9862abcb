// What xgrad costs over code written by hand: training steps, a scalar operation, an elementwise
// formula. Both variants run in this process, in turns, on one thread.
//
//   training_step [--only=xgrad|handwritten] [Google Benchmark's options]
//
// Before anything is timed, both variants must compute the same; the loss after five steps is also
// a counter, for peers.py starts from the same numbers.
#include "convolutional.hpp"
#include "handwritten.hpp"
#include "paired.hpp"
#include "problem.hpp"
#include "variants.hpp"

#include <cblas.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace xg = xgrad;
using handwritten::Buffer;
using paired::Only;
using problem::Training;
using variants::array_of;
using variants::by_hand;
using variants::learning_rate;
using variants::XgradMlp;

constexpr int verified_steps = 5;
constexpr std::size_t chain_length = 100, formula_size = 1000000;

[[noreturn]] void disagree(const std::string& workload, const std::string& what, double xgrad,
                           double by_hand) {
  std::fprintf(stderr, "training_step: %s: %s: xgrad has %.9g, the hand-written code %.9g\n",
               workload.c_str(), what.c_str(), xgrad, by_hand);
  std::exit(1);
}

/// NaN agrees with nothing.
bool agree(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }

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
double verify(const Training& training) {
  const auto network = by_hand(training);
  XgradMlp model(training);
  double loss = 0;
  for (int step = 0; step <= verified_steps; ++step) {
    loss = model.step().item();
    const double expected =
        network->step(training.images.data(), training.labels.data(), learning_rate);
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
};

/// Returns the formula's value.
double verify_formula(const Formula& formula) {
  const Buffer input = problem::formula_input(formula_size);
  Buffer gradient(formula_size);
  const double expected =
      handwritten::elementwise_chain(input.data(), gradient.data(), formula_size);
  const xg::Tensor<> x = xg::parameter(array_of<float>(input, {formula_size}));
  const xg::Tensor<> value = formula.function(x);
  value.backward();
  if (!agree(value.item(), expected, 1e-4 * std::abs(expected))) {
    disagree(formula.name, "value", value.item(), expected);
  }
  for (std::size_t i = 0; i < formula_size; ++i) {
    const float xgrad = x.grad().data()[i];
    if (!agree(xgrad, gradient[i], 1e-5)) {
      disagree(formula.name, "gradient, element " + std::to_string(i), xgrad, gradient[i]);
    }
  }
  return value.item();
}

/// Set when a steady-state step asked the system for memory, which it must not.
bool system_blocks_asked = false;

/// Counts the blocks that xgrad's pool asks of the system from construction to destruction.
class SystemBlocks {
 public:
  explicit SystemBlocks(benchmark::State& state) : state_(state), before_(now()) {}
  ~SystemBlocks() {
    const std::size_t asked = now() - before_;
    state_.counters["system_blocks"] = static_cast<double>(asked);
    if (asked > 0) system_blocks_asked = true;
  }

 private:
  static std::size_t now() { return xg::thread_pool()->system_blocks(); }

  benchmark::State& state_;
  std::size_t before_;
};

/// Times step(), a step of training in xgrad, beside the hand-written one.
template <class Step>
void compare_with(handwritten::Network& network, benchmark::State& state, const Training& training,
                  Only only, const Step& step) {
  SystemBlocks blocks(state);
  paired::compare(state, only, 1, step, [&] {
    benchmark::DoNotOptimize(
        network.step(training.images.data(), training.labels.data(), learning_rate));
  });
}

void benchmark_training(benchmark::State& state, const Training& training, double loss, Only only) {
  const auto network = by_hand(training);
  XgradMlp model(training);
  for (int i = 0; i < verified_steps; ++i) model.step();
  state.counters["loss"] = loss;
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
void benchmark_plan(benchmark::State& state, const Training& training, Only only) {
  const auto network = by_hand(training);
  XgradMlp model(training), eager(training);
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

void benchmark_elementwise(benchmark::State& state, const Formula& formula, double value,
                           Only only) {
  const Buffer input = problem::formula_input(formula_size);
  Buffer gradient(formula_size);
  const xg::Tensor<> x = xg::parameter(array_of<float>(input, {formula_size}));
  const auto step = [&] {
    x.zero_grad();
    formula.function(x).backward();
  };
  step();
  step();
  state.counters["loss"] = value;
  SystemBlocks blocks(state);
  paired::compare(state, only, 1, step, [&] {
    benchmark::DoNotOptimize(
        handwritten::elementwise_chain(input.data(), gradient.data(), formula_size));
  });
}

/// Prints the medians alone.
class Medians final : public benchmark::ConsoleReporter {
 public:
  Medians() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> medians;
    for (const Run& run : runs) {
      if (runs.size() == 1 || run.aggregate_name == "median") medians.push_back(run);
    }
    ConsoleReporter::ReportRuns(medians);
  }
};

template <class Function>
void add(const std::string& name, Function function) {
  constexpr int pairs = 51;
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->Iterations(pairs)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

/// What the report needs to know of the build.
void add_context() {
#ifdef __clang__
  benchmark::AddCustomContext("compiler", __VERSION__);
#else
  benchmark::AddCustomContext("compiler", "g++ " __VERSION__);
#endif
  benchmark::AddCustomContext("blas", openblas_get_config());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  const Only only = paired::take_only(arguments);
  std::string repetitions = "--benchmark_repetitions=7";
  arguments.insert(arguments.begin() + 1, repetitions.data());  // a default: later ones prevail
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  add_context();
  xg::set_threads(1);  // OpenBLAS, too

  const std::vector<Training> trainings = {
      {"mlp_2_8_2_batch_4", {2, 8, 2}, 4},
      {"mlp_784_128_10_batch_1", {784, 128, 10}, 1},
      {"mlp_784_128_10_batch_64", {784, 128, 10}, 64},
      {"mlp_784_512_512_10_batch_256", {784, 512, 512, 10}, 256}};
  for (const Training& training : trainings) {
    const double loss = verify(training);
    add(training.name, [&training, loss, only](benchmark::State& state) {
      benchmark_training(state, training, loss, only);
    });
    add(training.name + "_plan",
        [&training, only](benchmark::State& state) { benchmark_plan(state, training, only); });
  }
  const std::vector<Formula> formulas = {{"elementwise_1e6", variants::by_operations},
                                         {"sum_of_fuse_1e6", variants::sum_of_fuse},
                                         {"fuse_sum_1e6", variants::fuse_sum}};
  for (const Formula& formula : formulas) {
    const double value = verify_formula(formula);
    add(formula.name, [&formula, value, only](benchmark::State& state) {
      benchmark_elementwise(state, formula, value, only);
    });
  }
  if (only != Only::handwritten) {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    for (const auto& [name, threads] :
         {std::pair("conv_16_32_batch_64", 1u), std::pair("conv_16_32_batch_64_all_cores", cores)})
      add(name, [threads = threads](benchmark::State& state) {
        benchmark_convolutional(state, threads);
      });
    add("scalar_op", benchmark_scalar);
  }

  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  benchmark::Shutdown();
  if (!system_blocks_asked) return 0;
  std::fprintf(stderr, "training_step: a steady-state step asked the system for memory\n");
  return 1;
}
