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

struct Options : text::Options {
  std::string units = "lstm";
  std::size_t hidden = 256;
  std::size_t layers = 1;

  Options() : text::Options{{1000, 32, 96}, 64, 0.3, 5e-3} {}
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
      text::beats_counting(model, text, options, rate, generator, length, options.quick ? 0 : 3);
  std::printf("--- %s\n", written(model, text, options, generator).c_str());
  return better;
}

bool run_chosen(Options options) {
  if (options.quick) {
    options.shrink();
    options.hidden = 48;
  }
  return options.units == "gru" ? run<nn::GRU<>>(options) : run<nn::LSTM<>>(options);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Trains recurrent layers on the characters of a text, and has them write.");
  line.option("--units", options.units, "lstm|gru", "what the layers are made of",
              one_of({"lstm", "gru"}));
  line.option("--hidden", options.hidden, "N", "units in a layer", Options::count);
  line.option("--layers", options.layers, "N", "layers", Options::count);
  line.option("--learning-rate", options.learning_rate, "RATE", "at first", between(0, 1));
  options.add_to(line);
  return text::run(line, argc, argv, [&] { return run_chosen(options); });
}
