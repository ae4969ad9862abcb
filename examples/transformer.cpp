// Trains a small causal transformer to predict the next character of a text, measures it on a part
// of the text that was held out, beside a model of counted characters, and has it write. For the
// options, --help.
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "text_model.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options : text::Options {
  std::size_t heads = 4;
  std::size_t layers = 2;

  Options() : text::Options{{2000, 32, 64}, 96, 0.1, 3e-3} {}
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
    options.shrink();
    options.layers = 1;
  }
  const text::Text text = text::load_and_tell(options.text);
  nn::Generator generator(options.seed);
  nn::default_generator() = nn::Generator(options.seed + 1);  // dropout's
  Transformer model(text.characters(), options, generator);
  std::cout << nn::summary(model, {1, options.length}) << std::flush;

  const auto rate = [&](std::int64_t step) {
    return options.learning_rate *
           warm_up_and_decay(static_cast<double>(step) / static_cast<double>(options.steps));
  };
  const bool better =
      text::beats_counting(model, text, options, rate, generator, options.length,
                           options.quick ? 0 : 3);
  std::printf("--- %s\n", written(model, text, options, generator).c_str());
  return better;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line(
      "Trains a small causal transformer on the characters of a text, and has it write.");
  line.option("--heads", options.heads, "N", "heads of the attention", Options::count);
  line.option("--layers", options.layers, "N", "encoder layers", Options::count);
  line.option("--learning-rate", options.learning_rate, "RATE", "at its highest", between(0, 1));
  options.add_to(line);
  return text::run(line, argc, argv, [&] { return run(options); });
}
