// Trainings that PyTorch ran (tests/goldens/training/models.py), step by step: from the same
// weights, on the same data in the same order, the losses are the same.
//
// The golden file is text, compressed by gzip. After `training <name>` come the tensors of the
// model by their names in state_dict, `inputs` and `targets` with an axis of batches in front, and
// the losses of all steps. To add a training: an entry in models.py, and one in trainings() here.
#include "golden_text.hpp"

#include <xgrad/xgrad.hpp>

#include <map>
#include <set>
#include <sstream>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::Plain;
using Tensor = xg::Tensor<double>;

struct Golden {
  std::map<std::string, Plain> tensors;
  std::vector<Plain> inputs, targets;  // by batch
  std::vector<double> losses;
};

std::vector<Plain> batches_of(const Plain& all) {
  const reference::Shape shape(all.shape.begin() + 1, all.shape.end());
  std::vector<Plain> result;
  for (auto from = all.data.begin(); from != all.data.end();
       from += std::ptrdiff_t(reference::count(shape)))
    result.emplace_back(shape,
                        std::vector<double>(from, from + std::ptrdiff_t(reference::count(shape))));
  return result;
}

std::map<std::string, Golden> read_goldens() {
  const auto path =
      std::filesystem::path(XGRAD_SOURCE_DIR) / "tests" / "goldens" / "training" / "models.txt.gz";
  std::istringstream lines(golden_text::unpacked(path));
  std::map<std::string, Golden> result;
  Golden* golden = nullptr;
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line.rfind("made by PyTorch ", 0), 0u) << path;
  while (std::getline(lines, line) && line != "end") {
    std::istringstream words(line);
    std::string key, name, rest;
    words >> key;
    if (key == "training" || key == "tensor") words >> name;
    std::getline(words, rest);
    if (key == "training") golden = &result[name];
    if (key == "tensor") golden->tensors.emplace(name, golden_text::array_of(rest));
    if (key == "inputs") golden->inputs = batches_of(golden_text::array_of(rest));
    if (key == "targets") golden->targets = batches_of(golden_text::array_of(rest));
    if (key == "losses") golden->losses = golden_text::array_of(rest).data;
  }
  EXPECT_EQ(line, "end") << path << " is cut short";
  return result;
}

/// Integers that the file holds as numbers: labels, tokens.
xg::Array<int> integers(const Plain& plain) {
  xg::Array<int> result = xg::empty_array<int>(xg::Shape(plain.shape.begin(), plain.shape.end()));
  std::transform(plain.data.begin(), plain.data.end(), result.begin(),
                 [](double x) { return static_cast<int>(x); });
  return result;
}

/// Gives the model the weights of the file, each by its name.
template <class Model>
void load(Model& model, const Golden& golden) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : nn::named_tensors(model)) {
    ASSERT_EQ(golden.tensors.count(name), 1u) << name << " is not PyTorch's name";
    tensor.assign(check::tensor<double>(golden.tensors.at(name)));
    names.insert(name);
  }
  for (const auto& [name, tensor] : golden.tensors) EXPECT_EQ(names.count(name), 1u) << name;
}

/// The losses of a training: loss(model, inputs, targets) of a batch, and an optimizer's steps.
template <class Model, class Optimizer, class Loss>
std::vector<double> losses_of(Model& model, Optimizer optimizer, const Golden& golden, Loss loss) {
  std::vector<double> result;
  for (std::size_t step = 0; step < golden.losses.size(); ++step) {
    const std::size_t batch = step % golden.inputs.size();
    const Tensor value = loss(model, golden.inputs[batch], golden.targets[batch]);
    optimizer.zero_grad();
    value.backward();
    optimizer.step();
    result.push_back(value.item());
  }
  return result;
}

constexpr auto classify = [](auto& model, const Plain& x, const Plain& labels) {
  return xg::softmax_cross_entropy(model(check::tensor<double>(x)), integers(labels));
};

std::vector<double> perceptron(const Golden& golden) {
  nn::Sequential model{nn::Dense<double>(12, 16), nn::Relu(), nn::Dense<double>(16, 16), nn::Tanh(),
                       nn::Dense<double>(16, 5)};
  load(model, golden);
  return losses_of(model, nn::SGD(nn::parameters(model), 0.05, 0.9), golden, classify);
}

std::vector<double> convolutional(const Golden& golden) {
  nn::Sequential model{nn::Conv2d<double>(2, 6, 3, {1, 1}),
                       nn::Relu(),
                       nn::MaxPool2d(2),
                       nn::Conv2d<double>(6, 8, 3, {2, 1, 1, 2}),
                       nn::Relu(),
                       nn::AvgPool2d(2, {1}),
                       nn::ConvTranspose2d<double>(8, 3, 2, {2}),
                       nn::Relu(),
                       nn::AdaptiveAvgPool2d({2, 1}),
                       nn::Flatten(),
                       nn::Dense<double>(6, 4)};
  load(model, golden);
  return losses_of(model, nn::Adam(nn::parameters(model), 0.01), golden, classify);
}

/// Predicts the next character; one layer normalizes first, one afterwards.
struct Transformer {
  using value_type = double;
  nn::Embedding<double> characters{11, 8}, places{6, 8};
  std::vector<nn::TransformerEncoderLayer<double>> layers;
  nn::LayerNorm<double> norm{8};
  nn::Dense<double> head{8, 11};

  Transformer() {
    nn::TransformerOptions options(8, 2);
    options.hidden = 16;
    options.dropout = 0;
    options.causal = true;
    nn::TransformerOptions first = options;
    first.activation = nn::FeedForward::gelu;
    first.norm_first = true;
    layers.emplace_back(first);
    layers.emplace_back(options);
  }
  Tensor operator()(const xg::Indices& x) const {
    Tensor y = characters(x) + places({0, 1, 2, 3, 4, 5});
    for (const auto& layer : layers) y = layer(y);
    return head(norm(y));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("characters", characters);
    visitor("places", places);
    visitor("layers", layers);
    visitor("norm", norm);
    visitor("head", head);
  }
};

std::vector<double> transformer(const Golden& golden) {
  Transformer model;
  load(model, golden);
  const auto loss = [](auto& network, const Plain& x, const Plain& targets) {
    const Tensor scores = network(integers(x));
    xg::Array<int> labels = integers(targets);
    labels.reshape({labels.size()});
    return xg::softmax_cross_entropy(xg::reshape(scores, {-1, 11}), labels);
  };
  return losses_of(model, nn::Adam(nn::parameters(model), 0.01), golden, loss);
}

/// Scores for every step of a sequence.
struct Lstm {
  using value_type = double;
  nn::LSTM<double> lstm{5, 6, {2, true}};
  nn::Dense<double> head{12, 4};

  Tensor operator()(const Tensor& x) const { return xg::reshape(head(lstm(x)), {-1, 4}); }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("lstm", lstm);
    visitor("head", head);
  }
};
std::vector<double> lstm(const Golden& golden) {
  Lstm model;
  load(model, golden);
  return losses_of(model, nn::Adam(nn::parameters(model), 0.01), golden, classify);
}

using Trainer = std::vector<double> (*)(const Golden&);
std::map<std::string, Trainer> trainings() {
  return {{"perceptron", perceptron},
          {"convolutional", convolutional},
          {"lstm", lstm},
          {"transformer", transformer}};
}

TEST(TrainingGoldens, LossesAreThoseOfPyTorch) {
  const std::map<std::string, Golden> goldens = read_goldens();
  const std::map<std::string, Trainer> rows = trainings();
  EXPECT_EQ(goldens.size(), rows.size());
  for (const auto& [name, run] : rows) {
    SCOPED_TRACE(name);
    ASSERT_EQ(goldens.count(name), 1u);
    const Golden& golden = goldens.at(name);
    ASSERT_GE(golden.losses.size(), 100u);
    EXPECT_LT(golden.losses.back(), 0.8 * golden.losses.front()) << "PyTorch learned nothing";
    const std::vector<double> losses = run(golden);
    ASSERT_EQ(losses.size(), golden.losses.size());
    for (std::size_t step = 0; step < losses.size(); ++step) {
      ASSERT_NEAR(losses[step], golden.losses[step], 1e-5 * std::abs(golden.losses[step]))
          << "step " << step;
    }
  }
}

}  // namespace
