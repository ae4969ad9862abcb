// Trains a multilayer perceptron on Fashion-MNIST, 70,000 images of clothing in ten classes, and
// draws how that went. For the options, --help.
#include <xgrad/xgrad.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "images.hpp"
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
    for (auto [batch, labels] : nn::batches(train, options.batch, generator)) {
      const auto logits = model(batch);
      const auto loss = xg::softmax_cross_entropy(logits, labels);
      optimizer.zero_grad();
      loss.backward();
      optimizer.learning_rate = options.learning_rate * images::decay(images_seen / images_in_all);
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

void run(const Options& options) {
  if (!options.no_pictures) std::filesystem::create_directories(options.out);
  nn::Split data = nn::fashion_mnist(options.data);
  if (options.quick) data = {images::head(data.train, 6000), images::head(data.test, 1000)};
  std::printf("%zu training and %zu test images, layers 784-%zu-%zu-10, batches of %zu\n",
              data.train.size(), data.test.size(), options.hidden[0], options.hidden[1],
              options.batch);

  const auto start = std::chrono::steady_clock::now();
  const Result result = fit(data.train, data.test, options);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::printf("test accuracy %.4f after %.1f s of training\n", result.history.back().test_accuracy,
              time.count());

  if (!options.no_pictures)
    images::draw(result.history, result.test_logits, data.test, options.out);
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
