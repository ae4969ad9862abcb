// Trains a layer of LSTM or GRU units to predict the next character of a text, measures it on a
// part of the text that was held out, beside a model of counted characters, and has it write. For
// the options, --help.
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "text_model.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options {
  std::string units = "lstm";
  std::size_t steps = 1000;
  std::size_t batch = 32;
  std::size_t length = 96;
  std::size_t features = 64;
  std::size_t hidden = 256;
  std::size_t layers = 1;
  double dropout = 0.3;
  double learning_rate = 5e-3;
  nn::Generator::result_type seed = 1;
  std::string text = text::licences;
  std::string prompt = "The ";
  std::size_t sample = 400;
  double temperature = 0.7;
  bool quick = false;
};

/// The final states as the layers take them.
xg::LstmState<float> states(const xg::LstmResult<float>& result) { return {result.h, result.c}; }
xg::Tensor<> states(const xg::RecurrentResult<float>& result) { return result.h; }

/// Vectors for characters, recurrent layers, and scores for the next character.
template <class Units>
struct Recurrent {
  using value_type = float;
  using State = decltype(states(std::declval<Units>().run(xg::Tensor<>())));
  nn::Embedding<> characters;
  Units units;
  nn::Dropout dropout;
  nn::Dense<> head;

  Recurrent(std::size_t alphabet, const Options& options, nn::Generator& generator)
      : characters(alphabet, options.features, {}, generator),
        units(options.features, options.hidden, layers_of(options), generator),
        dropout(options.dropout),
        head(options.hidden, alphabet, generator) {}

  static nn::RecurrentOptions layers_of(const Options& options) {
    nn::RecurrentOptions result;
    result.layers = options.layers;
    result.dropout = options.dropout;
    result.batch_first = true;
    return result;
  }
  /// Scores (batch, length, alphabet) for indices (batch, length), from a state, which goes on.
  xg::Tensor<> operator()(const xg::Indices& indices, State& state) const {
    const auto result = units.run(characters(indices), state);
    state = states(result);
    return head(dropout(result.y));
  }
  xg::Tensor<> operator()(const xg::Indices& indices) const {
    State zeros{};
    return (*this)(indices, zeros);
  }

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("characters", characters);
    visitor("units", units);
    visitor("dropout", dropout);
    visitor("head", head);
  }
};

/// The prompt, and how the model goes on, the state being all that it remembers.
template <class Model>
std::string written(Model& model, const text::Text& text, const Options& options,
                    nn::Generator& generator) {
  const xg::NoGrad guard;
  nn::eval(model);
  std::vector<std::int64_t> codes = text.codes(options.prompt);
  typename Model::State state{};
  const std::size_t n = text.characters();
  for (std::size_t read = 0, i = 0; i < options.sample; ++i) {
    xg::Array<std::int64_t> unread = xg::empty_array<std::int64_t>({1, codes.size() - read});
    std::copy(codes.begin() + static_cast<std::ptrdiff_t>(read), codes.end(), unread.begin());
    read = codes.size();
    const xg::Tensor<> scores = model(unread, state);
    codes.push_back(
        text::drawn(scores.data() + scores.size() - n, n, options.temperature, generator));
  }
  return text.decoded(codes);
}

/// Whether the model beats the counted one: of order 3 or, after little training, of order 0.
template <class Units>
bool run(const Options& options) {
  const text::Text text = text::load_and_tell(options.text);
  nn::Generator generator(options.seed);
  nn::default_generator() = nn::Generator(options.seed + 1);  // dropout's
  Recurrent<Units> model(text.characters(), options, generator);
  std::printf("%s, %zu x %zu units: %zu parameters\n", options.units.c_str(), options.layers,
              options.hidden, nn::parameter_count(model));

  const nn::CosineAnnealingLR schedule{static_cast<std::int64_t>(options.steps)};
  const auto rate = [&](std::int64_t step) { return schedule(options.learning_rate, step); };
  // What a state remembers outlasts the windows of training.
  const std::size_t length = std::min<std::size_t>(512, text.held_out.size() - 1);
  const bool better =
      text::beats_counting(model, text, {options.steps, options.batch, options.length}, rate,
                           generator, length, options.quick ? 0 : 3);
  std::printf("--- %s\n", written(model, text, options, generator).c_str());
  return better;
}

bool run_chosen(Options options) {
  if (options.quick) {
    options.steps = 60;
    options.batch = 16;
    options.length = options.features = 32;
    options.hidden = 48;
    options.sample = 40;
  }
  return options.units == "gru" ? run<nn::GRU<>>(options) : run<nn::LSTM<>>(options);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Trains recurrent layers on the characters of a text, and has them write.");
  const Allowed count = between(1, 1000000);
  const Allowed fraction = between(0.0, 1.0);
  line.option("--units", options.units, "lstm|gru", "what the layers are made of",
              one_of({"lstm", "gru"}));
  line.option("--steps", options.steps, "N", "training steps", count);
  line.option("--batch", options.batch, "N", "windows in a step", count);
  line.option("--length", options.length, "N", "characters in a window", count);
  line.option("--features", options.features, "N", "numbers per character", count);
  line.option("--hidden", options.hidden, "N", "units in a layer", count);
  line.option("--layers", options.layers, "N", "layers", count);
  line.option("--dropout", options.dropout, "P", "probability to drop", fraction);
  line.option("--learning-rate", options.learning_rate, "RATE", "at first", fraction);
  line.option("--seed", options.seed, "N", "of weights, windows and samples");
  line.option("--text", options.text, "PATH", "a file, or a folder with Debian's licences");
  line.option("--prompt", options.prompt, "TEXT", "what the sample starts with");
  line.option("--sample", options.sample, "N", "characters to write");
  line.option("--temperature", options.temperature, "T", "below 1, likely characters are preferred",
              between(1e-3, 100.0));
  line.flag("--quick", options.quick, "a minute model, trained for a moment");
  return line.run(argc, argv, [&] {
    if (run_chosen(options)) return true;
    std::fprintf(stderr, "error: counting characters does better\n");
    return false;
  });
}
