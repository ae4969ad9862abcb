// Trains a small causal transformer to predict the next character of a text, measures it on a part
// of the text that was held out, beside a model of counted characters, and has it write. For the
// options, --help.
#include <xgrad/xgrad.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "text_model.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options {
  std::size_t steps = 2000;
  std::size_t batch = 32;
  std::size_t length = 64;
  std::size_t features = 96;
  std::size_t heads = 4;
  std::size_t layers = 2;
  double dropout = 0.1;
  double learning_rate = 3e-3;
  nn::Generator::result_type seed = 1;
  std::filesystem::path text = text::licences;
  std::string prompt = "The ";
  std::size_t sample = 400;
  double temperature = 0.7;
  bool quick = false;
};

/// Vectors for characters and for their places, a stack of encoder layers that do not look ahead,
/// and scores for the next character.
struct Transformer {
  using value_type = float;
  nn::Embedding<> characters, places;
  nn::Dropout dropout;
  std::vector<nn::TransformerEncoderLayer<>> layers;
  nn::LayerNorm<> norm;
  nn::Dense<> head;

  Transformer(std::size_t alphabet, const Options& options, nn::Generator& generator)
      : characters(alphabet, options.features, {}, generator),
        places(options.length, options.features, {}, generator),
        dropout(options.dropout),
        norm(options.features),
        head(options.features, alphabet, generator) {
    for (const xg::Tensor<>& weight : {characters.weight, places.weight}) {
      const xg::NoGrad guard;
      weight.assign(weight * 0.02);  // small beside what the layers add (Radford et al. 2018)
    }
    nn::TransformerOptions layer(options.features, options.heads);
    layer.hidden = 4 * options.features;
    layer.dropout = options.dropout;
    layer.activation = nn::FeedForward::gelu;
    layer.norm_first = true;
    layer.causal = true;
    for (std::size_t i = 0; i < options.layers; ++i) layers.emplace_back(layer, generator);
  }

  /// Scores (batch, length, alphabet) for indices (batch, length).
  xg::Tensor<> operator()(const xg::Indices& indices) const {
    xg::Array<int> place = xg::empty_array<int>({indices.shape()[1]});
    for (std::size_t i = 0; i < place.size(); ++i) place(i) = static_cast<int>(i);
    xg::Tensor<> x = dropout(characters(indices) + places(place));
    for (const auto& layer : layers) x = layer(x);
    return head(norm(x));
  }

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("characters", characters);
    visitor("places", places);
    visitor("dropout", dropout);
    visitor("layers", layers);
    visitor("norm", norm);
    visitor("head", head);
  }
};

/// The prompt, and how the model goes on.
std::string written(Transformer& model, const text::Text& text, const Options& options,
                    nn::Generator& generator) {
  const xg::NoGrad guard;
  nn::eval(model);
  std::vector<std::int64_t> codes = text.codes(options.prompt);
  for (std::size_t i = 0; i < options.sample; ++i) {
    const std::size_t seen = std::min(codes.size(), options.length), n = text.characters();
    xg::Array<std::int64_t> window = xg::empty_array<std::int64_t>({1, seen});
    std::copy(codes.end() - static_cast<std::ptrdiff_t>(seen), codes.end(), window.begin());
    const xg::Tensor<> scores = model(window);
    codes.push_back(text::drawn(scores.data() + (seen - 1) * n, n, options.temperature, generator));
  }
  return text.decoded(codes);
}

/// Up over the first twentieth of the time, then down to a tenth along half a cosine.
double warm_up_and_decay(double t) {
  constexpr double warm = 0.05;
  if (t < warm) return (t + 1e-3) / warm;
  return 0.55 + 0.45 * std::cos(std::acos(-1.0) * (t - warm) / (1 - warm));
}

/// Whether the model beats the counted one: of order 3 or, after little training, of order 0.
bool run(Options options) {
  if (options.quick) {
    options.steps = 60;
    options.batch = 16;
    options.length = options.features = 32;
    options.layers = 1;
    options.sample = 40;
  }
  const text::Text text = text::load(options.text);
  std::printf("%zu characters to learn from, %zu held out, %zu kinds\n", text.train.size(),
              text.held_out.size(), text.characters());
  nn::Generator generator(options.seed);
  nn::default_generator() = nn::Generator(options.seed + 1);  // dropout's
  Transformer model(text.characters(), options, generator);
  std::cout << nn::summary(model, {1, options.length}) << std::flush;

  const auto start = std::chrono::steady_clock::now();
  const auto rate = [&](double t) { return options.learning_rate * warm_up_and_decay(t); };
  text::fit(model, text, {options.steps, options.batch, options.length}, rate, generator);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const std::size_t order = options.quick ? 0 : 3;
  const double counted = text::ngram_bits_per_character(text, order);
  const double bits = text::bits_per_character(model, text.held_out, options.length);
  std::printf("%.3f bits per held-out character after %.0f s; counting up to order %zu: %.3f\n",
              bits, time.count(), order, counted);
  std::printf("--- %s\n", written(model, text, options, generator).c_str());
  return bits < counted;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains a small causal transformer on the characters of a text, and has it write.");
  app.get_formatter()->column_width(44);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "error: " + std::string(error.what()) + " (see --help)\n";
  });
  const auto option = [&](const char* name, auto& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->capture_default_str();
  };
  const CLI::Validator count = CLI::Range(1, 1000000).description("");
  const CLI::Validator fraction = CLI::Range(0.0, 1.0).description("");
  option("--steps", options.steps, "N", "training steps")->check(count);
  option("--batch", options.batch, "N", "windows in a step")->check(count);
  option("--length", options.length, "N", "characters in a window")->check(count);
  option("--features", options.features, "N", "numbers per character")->check(count);
  option("--heads", options.heads, "N", "heads of the attention")->check(count);
  option("--layers", options.layers, "N", "encoder layers")->check(count);
  option("--dropout", options.dropout, "P", "probability to drop")->check(fraction);
  option("--learning-rate", options.learning_rate, "RATE", "at its highest")->check(fraction);
  option("--seed", options.seed, "N", "of weights, windows and samples");
  option("--text", options.text, "PATH", "a file, or a folder with Debian's licences");
  option("--prompt", options.prompt, "TEXT", "what the sample starts with");
  option("--sample", options.sample, "N", "characters to write");
  option("--temperature", options.temperature, "T", "below 1, likely characters are preferred")
      ->check(CLI::Range(1e-3, 100.0).description(""));
  app.add_flag("--quick", options.quick, "a minute model, trained for a moment");
  CLI11_PARSE(app, argc, argv);

  try {
    if (run(options)) return 0;
    std::fprintf(stderr, "error: counting characters does better\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
  }
  return 1;
}
