// Layers with the weights that PyTorch's had (tests/layer_goldens/write.py): results, gradients,
// and the buffers afterwards.
//
// The file is text, compressed by gzip. A line `key extents : elements` is an array. After
// `case <name>` come the parameters and buffers of the layer, `parameter <its name>`; the inputs
// `x`, the result `y`, its cotangent `g`, the gradients `d` of as many inputs as have one; then
// `gradient <its name>` for each parameter, and `buffer <its name>` for each buffer.
#include "golden_text.hpp"

#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/transformer.hpp>
#include <xgrad/nn/visit.hpp>

#include <map>
#include <set>
#include <sstream>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::Plain, check::plain;
using Tensor = xg::Tensor<double>;
using Named = std::map<std::string, Plain>;
constexpr double tolerance = 1e-10;

struct Golden {
  Named parameters, gradients, buffers;
  std::map<char, std::vector<Plain>> arrays;

  Tensor input(std::size_t i) const { return check::tensor<double>(arrays.at('x').at(i)); }
  xg::Array<bool> mask(std::size_t i) const { return xg::Array<bool>(input(i).value() > 0.5); }
};

std::map<std::string, Golden> read() {
  std::istringstream lines(
      golden_text::unpacked(XGRAD_SOURCE_DIR "/tests/layer_goldens/layers.txt.gz"));
  std::map<std::string, Golden> result;
  Golden* golden = nullptr;
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line.rfind("made by PyTorch ", 0), 0u);
  while (std::getline(lines, line) && line != "end") {
    std::istringstream words(line);
    std::string key, name;
    words >> key;
    const bool named = key == "parameter" || key == "gradient" || key == "buffer";
    if (key == "case" || named) words >> name;
    std::string rest;
    std::getline(words, rest);
    if (key == "case") {
      golden = &result[name];
    } else if (named) {
      Named& to = key == "parameter"  ? golden->parameters
                  : key == "gradient" ? golden->gradients
                                      : golden->buffers;
      to.emplace(name, golden_text::array_of(rest));
    } else {
      golden->arrays[key[0]].push_back(golden_text::array_of(rest));
    }
  }
  EXPECT_EQ(line, "end") << "cut short";
  return result;
}
const Golden& golden(const std::string& name) {
  static const std::map<std::string, Golden> all = read();
  return all.at(name);
}

/// Gives the model the golden's weights, and compares what call(model, inputs) does with them. The
/// inputs with gradients come first.
template <class Model, class Call>
void compare(const std::string& name, Model model, const Call& call) {
  SCOPED_TRACE(name);
  const Golden& expected = golden(name);
  std::set<std::string> names;
  for (const auto& [key, tensor] : nn::named_tensors(model)) {
    ASSERT_EQ(expected.parameters.count(key), 1u) << key;
    tensor.assign(check::tensor<double>(expected.parameters.at(key)));
    names.insert(key);
  }
  EXPECT_EQ(names.size(), expected.parameters.size());

  std::vector<Tensor> x;
  const auto& gradients =
      expected.arrays.count('d') ? expected.arrays.at('d') : std::vector<Plain>();
  for (std::size_t i = 0; i < gradients.size(); ++i) x.push_back(xg::parameter(expected.input(i)));
  const Tensor y = call(model, x, expected);
  EXPECT_TRUE(check::close(plain(y), expected.arrays.at('y')[0], tolerance)) << "result";
  y.backward(check::tensor<double>(expected.arrays.at('g')[0]));
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_TRUE(check::close(plain(x[i].grad()), gradients[i], tolerance)) << "input " << i;
  }
  std::size_t compared = 0;
  for (const auto& [key, tensor] : nn::named_tensors(model)) {
    if (tensor.tracked()) {
      EXPECT_TRUE(check::close(plain(tensor.grad()), expected.gradients.at(key), tolerance)) << key;
      ++compared;
    } else {
      EXPECT_TRUE(check::close(plain(tensor), expected.buffers.at(key), tolerance)) << key;
    }
  }
  EXPECT_EQ(compared, expected.gradients.size());
}
template <class Model>
void compare(const std::string& name, Model model) {
  compare(name, model, [](auto& m, const auto& x, const Golden&) { return m(x[0]); });
}

TEST(LayerGoldens, Normalization) {
  compare("batch_norm_1d", nn::BatchNorm1d<double>(3));
  compare("batch_norm_1d_length", nn::BatchNorm1d<double>(3, 1e-5, 0.3));
  compare("batch_norm_2d", nn::BatchNorm2d<double>(3));
  nn::BatchNorm2d<double> norm(3);
  nn::eval(norm);
  compare("batch_norm_2d_eval", norm);
  compare("layer_norm", nn::LayerNorm<double>({3, 4}));
  compare("rms_norm", nn::RMSNorm<double>(4));
  compare("group_norm", nn::GroupNorm<double>(2, 4));
}

TEST(LayerGoldens, PReluAndEmbedding) {
  compare("prelu", nn::PRelu<double>(3));
  compare("embedding", nn::Embedding<double>(5, 3, 2),
          [](auto& model, const auto&, const Golden& expected) {
            return model(xg::Array<int>(expected.input(0).value()));
          });
}

TEST(LayerGoldens, MultiheadAttention) {
  const auto with = [](const std::string& name, const auto& masks_of) {
    compare(name, nn::MultiheadAttention<double>(6, 3),
            [&](auto& model, const auto& x, const Golden& expected) {
              nn::AttentionMasks<double> masks;
              masks_of(masks, x, expected);
              return x.size() == 1 ? model(x[0], masks) : model(x[0], x[1], x[2], masks);
            });
  };
  compare("attention_self", nn::MultiheadAttention<double>(6, 3));
  compare("attention_single", nn::MultiheadAttention<double>(6, 3));
  nn::MultiheadAttention<double> causal(6, 3);
  causal.causal = true;
  compare("attention_causal", causal);
  with("attention_causal", [](auto& masks, const auto&, const Golden&) { masks.causal = true; });
  with("attention_cross", [](auto&, const auto&, const Golden&) {});
  const auto ignored = [](auto& masks, const auto&, const Golden& g) { masks.ignored = g.mask(3); };
  with("attention_ignored", ignored);
  const auto padding = [](auto& masks, const auto&, const Golden& g) { masks.padding = g.mask(3); };
  with("attention_padding", padding);
  with("attention_all_padding", padding);
  with("attention_added", [](auto& masks, const auto& x, const Golden&) { masks.added = x[3]; });
  with("attention_added_padding", [](auto& masks, const auto& x, const Golden& expected) {
    masks.added = x[3];
    masks.padding = expected.mask(4);
  });
}

// The attention with dropout takes another way: with a dropout that drops nothing it has to give
// the same.
TEST(LayerGoldens, MultiheadAttentionWithDropout) {
  compare("attention_self", nn::MultiheadAttention<double>(6, 3, 1e-12));
  nn::MultiheadAttention<double> causal(6, 3, 1e-12);
  causal.causal = true;
  compare("attention_causal", causal);
}

TEST(LayerGoldens, TransformerEncoderLayer) {
  nn::TransformerOptions options(6, 3);
  options.hidden = 7;
  options.dropout = 0;
  using Layer = nn::TransformerEncoderLayer<double>;
  compare("encoder_relu", Layer(options));
  compare("encoder_padding", Layer(options),
          [](auto& model, const auto& x, const Golden& expected) {
            nn::AttentionMasks<double> masks;
            masks.padding = expected.mask(1);
            return model(x[0], masks);
          });
  options.norm_first = true;
  compare("encoder_first", Layer(options));
  options.activation = nn::FeedForward::gelu;
  options.causal = true;
  compare("encoder_first_gelu_causal", Layer(options));
  options.norm_first = options.causal = false;
  compare("encoder_gelu", Layer(options));
}

}  // namespace
