// What the language models of the examples share: their loss, training, measurement, and drawing of
// characters. A model gives scores (batch, length, alphabet) for codes (batch, length).
#pragma once
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "plots.hpp"
#include "text.hpp"

namespace text {

/// The mean over all windows and places of -ln p(the next character).
template <class Model>
xgrad::Tensor<> loss_of(const Model& model, const Windows& windows) {
  const xgrad::Tensor<> scores = model(windows.inputs);
  const std::size_t n = windows.inputs.size(), alphabet = scores.shape().back();
  xgrad::Array<int> targets = xgrad::empty_array<int>({n});
  std::transform(windows.targets.begin(), windows.targets.end(), targets.begin(),
                 [](std::int64_t code) { return static_cast<int>(code); });
  return xgrad::softmax_cross_entropy(xgrad::reshape(scores, {n, alphabet}), targets);
}

/// Bits per character of a part of a text, in consecutive windows of which each starts anew.
template <class Model>
double bits_per_character(Model& model, const std::vector<std::int64_t>& part, std::size_t length) {
  constexpr std::size_t batch = 32;
  const xgrad::NoGrad guard;
  xgrad::nn::eval(model);
  double total = 0, count = 0;
  for (std::size_t first = 0; first + length < part.size(); first += batch * length) {
    const std::size_t end = std::min(part.size(), first + batch * length + 1);
    const std::vector<std::int64_t> some(part.begin() + static_cast<std::ptrdiff_t>(first),
                                         part.begin() + static_cast<std::ptrdiff_t>(end));
    const Windows windows = cut(some, length);
    const auto n = static_cast<double>(windows.inputs.size());
    total += n * static_cast<double>(loss_of(model, windows).item());
    count += n;
  }
  xgrad::nn::train(model);
  return total / count / std::log(2.0);
}

/// A code drawn with probabilities softmax(scores / temperature).
inline std::int64_t drawn(const float* scores, std::size_t n, double temperature,
                          xgrad::nn::Generator& generator) {
  const double largest = static_cast<double>(*std::max_element(scores, scores + n));
  std::vector<double> sums;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += std::exp((static_cast<double>(scores[i]) - largest) / temperature);
    sums.push_back(sum);
  }
  const double at = sum * xgrad::nn::uniform01(generator);
  return std::upper_bound(sums.begin(), sums.end() - 1, at) - sums.begin();
}

/// How a model is trained: `batch` windows of `length` characters a step.
struct Training {
  std::size_t steps, batch, length;
};

/// What the programs let their users choose, but for what their models are made of.
struct Options : Training {
  std::size_t features;
  double dropout, learning_rate;
  xgrad::nn::Generator::result_type seed = 1;
  std::string text = licences;
  std::string prompt = "The ";
  std::size_t sample = 400;
  double temperature = 0.7;
  std::string picture{};
  bool quick = false;

  void add_to(CommandLine& line) {
    line.option("--steps", steps, "N", "training steps", count);
    line.option("--batch", batch, "N", "windows in a step", count);
    line.option("--length", length, "N", "characters in a window", count);
    line.option("--features", features, "N", "numbers per character", count);
    line.option("--dropout", dropout, "P", "probability to drop", between(0, 1));
    line.option("--seed", seed, "N", "of weights, windows and samples");
    line.option("--text", text, "PATH", "a file, or a folder with Debian's licences");
    line.option("--prompt", prompt, "TEXT", "what the sample starts with");
    line.option("--sample", sample, "N", "characters to write");
    line.option("--temperature", temperature, "T", "below 1, likely characters are preferred",
                between(1e-3, 100));
    line.option("--picture", picture, "FILE", "a PNG of how it learns, if given");
    line.flag("--quick", quick, "a minute model, trained for a moment");
  }
  void shrink() {
    steps = 60;
    batch = 16;
    length = features = 32;
    sample = 40;
  }
  inline static const Allowed count = between(1, 1000000);
};

/// Bits per character after some of the steps.
struct History {
  std::vector<double> step, training, held_out;
};

/// Trains by Adam with the rate learning_rate(steps done), and tells ten times how it goes.
template <class Model, class LearningRate>
History fit(Model& model, const Text& text, const Training& training,
            const LearningRate& learning_rate, xgrad::nn::Generator& generator) {
  xgrad::nn::Adam optimizer(xgrad::nn::parameters(model));
  const auto start = std::chrono::steady_clock::now();
  const std::size_t report = std::max<std::size_t>(training.steps / 10, 1);
  double sum = 0;
  History history;
  for (std::size_t step = 1; step <= training.steps; ++step) {
    const Windows windows = draw(text.train, training.batch, training.length, generator);
    const xgrad::Tensor<> loss = loss_of(model, windows);
    optimizer.zero_grad();
    loss.backward();
    optimizer.learning_rate = learning_rate(static_cast<std::int64_t>(step - 1));
    optimizer.step();
    sum += static_cast<double>(loss.item());
    if (step % report != 0) continue;
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const auto characters = static_cast<double>(step * training.batch * training.length);
    history.step.push_back(static_cast<double>(step));
    history.training.push_back(sum / static_cast<double>(report) / std::log(2.0));
    history.held_out.push_back(bits_per_character(model, text.held_out, training.length));
    std::printf("step %5zu   training %.3f   held out %.3f bits per character   %.0f/s\n", step,
                history.training.back(), history.held_out.back(), characters / time.count());
    std::fflush(stdout);
    sum = 0;
  }
  return history;
}

/// How a model learned, beside what counts up to `order` need.
inline void draw_history(const History& history, double counted, std::size_t order,
                         const std::filesystem::path& file) {
  const std::vector<double>& x = history.step;
  const std::string counts = "counts up to order " + std::to_string(order) + ", held out";
  plots::draw_panels({{"Bits per character",
                       "step",
                       "",
                       {{"training", history.training, x},
                        {"held out", history.held_out, x},
                        {counts, {counted, counted}, {x.front(), x.back()}}}}},
                     file);
}

/// Trains a model, and tells how well it predicts windows of `length` held-out characters, beside
/// counts up to `order`. Whether it beats them.
template <class Model, class LearningRate>
bool beats_counting(Model& model, const Text& text, const Options& options,
                    const LearningRate& learning_rate, xgrad::nn::Generator& generator,
                    std::size_t length, std::size_t order) {
  const auto start = std::chrono::steady_clock::now();
  const History history = fit(model, text, options, learning_rate, generator);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const double counted = ngram_bits_per_character(text, order);
  const double bits = bits_per_character(model, text.held_out, length);
  std::printf("%.3f bits per held-out character after %.0f s; counting up to order %zu: %.3f\n",
              bits, time.count(), order, counted);
  if (!options.picture.empty()) draw_history(history, counted, order, options.picture);
  return bits < counted;
}

/// What main() returns for a run that says whether it beat counting.
template <class Run>
int run(CommandLine& line, int argc, char** argv, const Run& run) {
  return line.run(argc, argv, [&run] {
    if (run()) return true;
    std::fprintf(stderr, "error: counting characters does better\n");
    return false;
  });
}

/// Loads a text and tells how much there is.
inline Text load_and_tell(const std::filesystem::path& path) {
  Text text = load(path);
  std::printf("%zu characters to learn from, %zu held out, %zu kinds\n", text.train.size(),
              text.held_out.size(), text.characters());
  return text;
}

}  // namespace text
