// Trains a multilayer perceptron on Fashion-MNIST, 70,000 images of clothing in ten classes, and
// draws how that went. For the options, --help.
#include <xgrad/xgrad.hpp>

#include <CLI/CLI.hpp>

#include <xtensor/xview.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "plots.hpp"
#include "progress.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options {
  std::size_t epochs = 20;
  std::size_t batch = 256;
  double learning_rate = 3e-3;
  std::array<std::size_t, 2> hidden = {256, 128};
  nn::Generator::result_type seed = 1;
  std::filesystem::path data = nn::fashion_mnist_folder;
  std::filesystem::path out = "pictures";
  std::string save;
  bool quick = false;
  bool no_pictures = false;
};

struct Result {
  std::vector<plots::Epoch> history;
  xg::Tensor<> test_logits;
};

// From 1 down to 0 along half a cosine, as t goes from 0 to 1 (Loshchilov & Hutter 2017).
double decay(double t) { return 0.5 + 0.5 * std::cos(std::acos(-1.0) * t); }

Result fit(const nn::Dataset& train, const nn::Dataset& test, const Options& options) {
  nn::Generator generator(options.seed);
  const auto [first, second] = options.hidden;
  nn::Sequential model{nn::Dense(784, first, generator), nn::Relu(),
                       nn::Dense(first, second, generator), nn::Relu(),
                       nn::Dense(second, 10, generator)};
  nn::Adam optimizer(nn::parameters(model), options.learning_rate);

  const xg::Tensor<> test_images = test.images;
  const double images_in_all = static_cast<double>(options.epochs * train.size());
  double images_seen = 0;
  Result result;
  for (std::size_t epoch = 1; epoch <= options.epochs; ++epoch) {
    Progress progress(epoch, options.epochs, train.size());
    for (auto [images, labels] : nn::batches(train, options.batch, generator)) {
      const auto logits = model(images);
      const auto loss = xg::softmax_cross_entropy(logits, labels);
      optimizer.zero_grad();
      loss.backward();
      optimizer.learning_rate = options.learning_rate * decay(images_seen / images_in_all);
      optimizer.step();

      images_seen += static_cast<double>(labels.size());
      progress.add(labels.size(), loss.item(), nn::accuracy(logits, labels));
    }
    const xg::NoGrad guard;
    result.test_logits = model(test_images);
    const double test_accuracy = nn::accuracy(result.test_logits, test.labels);
    progress.finish(test_accuracy);
    result.history.push_back({progress.loss(), progress.accuracy(), test_accuracy});
  }
  if (!options.save.empty()) nn::save(options.save, model);
  return result;
}

xg::Array<int> predicted_classes(const xg::Tensor<>& logits /*(n, classes)*/) {
  const std::size_t n = logits.shape()[0], classes = logits.shape()[1];
  xg::Array<int> result = xg::empty_array<int>({n});
  for (std::size_t i = 0; i < n; ++i) {
    const float* row = logits.data() + i * classes;
    result(i) = static_cast<int>(std::max_element(row, row + classes) - row);
  }
  return result;
}

void draw(const Result& result, const nn::Dataset& test, const std::filesystem::path& folder) {
  const std::vector<std::string> classes = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                            "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                            "Bag",         "Ankle boot"};
  const auto curves = folder / "curves.png", predictions = folder / "predictions.png";
  try {
    plots::draw_curves(result.history, curves);
    plots::draw_predictions(test.images, test.labels, predicted_classes(result.test_logits),
                            classes, predictions);
    std::printf("pictures: %s, %s\n", curves.c_str(), predictions.c_str());
  } catch (const plots::Error& error) {
    std::printf("pictures skipped: %s\n", error.what());
  }
}

nn::Dataset head(const nn::Dataset& dataset, std::size_t count) {
  return {xt::view(dataset.images, xt::range(0, count)),
          xt::view(dataset.labels, xt::range(0, count))};
}

void run(const Options& options) {
  if (!options.no_pictures) std::filesystem::create_directories(options.out);
  nn::Split data = nn::fashion_mnist(options.data);
  if (options.quick) data = {head(data.train, 6000), head(data.test, 1000)};
  std::printf("%zu training and %zu test images, layers 784-%zu-%zu-10, batches of %zu\n",
              data.train.size(), data.test.size(), options.hidden[0], options.hidden[1],
              options.batch);

  const auto start = std::chrono::steady_clock::now();
  const Result result = fit(data.train, data.test, options);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::printf("test accuracy %.4f after %.1f s of training\n", result.history.back().test_accuracy,
              time.count());

  if (!options.no_pictures) draw(result, data.test, options.out);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Trains a multilayer perceptron on Fashion-MNIST and draws how that went.");
  app.get_formatter()->column_width(44);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "error: " + std::string(error.what()) + " (see --help)\n";
  });
  const auto option = [&](const char* name, auto& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->capture_default_str();
  };
  const CLI::Validator count = CLI::Range(1, 100000).description("");
  const CLI::Validator fraction = CLI::Range(0.0, 1.0).description("");
  option("--epochs", options.epochs, "N", "passes over the training set")->check(count);
  option("--batch", options.batch, "N", "images in a training step")->check(count);
  option("--learning-rate", options.learning_rate, "RATE", "at first; decays to 0")
      ->check(fraction);
  option("--hidden", options.hidden, "N N", "neurons in the two hidden layers")->check(count);
  option("--seed", options.seed, "N", "of the weights and of the order of the images");
  option("--data", options.data, "FOLDER", "where the data set is");
  option("--out", options.out, "FOLDER", "where the pictures go");
  option("--save", options.save, "FILE", "the trained model, .safetensors or .npz");
  app.add_flag("--quick", options.quick, "train and test on a tenth of the data");
  app.add_flag("--no-pictures", options.no_pictures, "draw nothing");
  CLI11_PARSE(app, argc, argv);

  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
