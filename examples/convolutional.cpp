// Trains a convolutional network on Fashion-MNIST, 70,000 images of clothing in ten classes, and
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
  std::size_t epochs = 8;
  std::size_t batch = 32;
  double learning_rate = 1e-3;
  std::array<std::size_t, 2> channels = {32, 64};
  std::size_t hidden = 128;
  double dropout = 0.25;
  nn::Generator::result_type seed = 1;
  std::filesystem::path data = nn::fashion_mnist_folder;
  std::filesystem::path out = "pictures";
  bool quick = false;
  bool no_pictures = false;
};

/// Twice: 3 x 3 windows at every pixel, relu, the greatest of each 2 x 2; then two dense layers.
auto network(const Options& options, nn::Generator& generator) {
  const auto [first, second] = options.channels;
  const xg::ConvOptions<2> padded = {1, 1};  // stride 1, padding 1
  auto as_images = [](const xg::Tensor<>& x) { return xg::reshape(x, {-1, 1, 28, 28}); };
  return nn::Sequential{as_images,
                        nn::Conv2d(1, first, 3, padded, generator),
                        nn::Relu(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(first, second, 3, padded, generator),
                        nn::Relu(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Dropout(options.dropout, generator),
                        nn::Dense(second * 7 * 7, options.hidden, generator),
                        nn::Relu(),
                        nn::Dropout(options.dropout, generator),
                        nn::Dense(options.hidden, 10, generator)};
}

/// The logits of all images, a part at a time: what lies between the layers is large.
template <class Model>
xg::Tensor<> logits_of(Model& model, const xg::Tensor<>& images) {
  constexpr std::ptrdiff_t part = 500;
  const xg::NoGrad guard;
  nn::eval(model);
  std::vector<xg::Tensor<>> parts;
  const auto n = static_cast<std::ptrdiff_t>(images.shape()[0]);
  for (std::ptrdiff_t i = 0; i < n; i += part)
    parts.push_back(model(xg::slice(images, {xg::range(i, std::min(n, i + part))})));
  nn::train(model);
  return xg::concatenate(parts);
}

struct Result {
  std::vector<plots::Epoch> history;
  xg::Tensor<> test_logits;
};

Result fit(const nn::Dataset& train, const nn::Dataset& test, const Options& options) {
  nn::Generator generator(options.seed);
  auto model = network(options, generator);
  nn::Adam optimizer(nn::parameters(model), options.learning_rate);

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
    result.test_logits = logits_of(model, test.images);
    const double test_accuracy = nn::accuracy(result.test_logits, test.labels);
    progress.finish(test_accuracy);
    result.history.push_back({progress.loss(), progress.accuracy(), test_accuracy});
  }
  return result;
}

void run(Options options) {
  if (!options.no_pictures) std::filesystem::create_directories(options.out);
  nn::Split data = nn::fashion_mnist(options.data);
  if (options.quick) {
    data = {images::head(data.train, 2000), images::head(data.test, 500)};
    options.epochs = 2;
  }
  std::printf("%zu training and %zu test images, channels 1-%zu-%zu, layers %zu-%zu-10\n",
              data.train.size(), data.test.size(), options.channels[0], options.channels[1],
              options.channels[1] * 7 * 7, options.hidden);

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
  CLI::App app("Trains a convolutional network on Fashion-MNIST and draws how that went.");
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
  option("--channels", options.channels, "N N", "of the two convolutions")->check(count);
  option("--hidden", options.hidden, "N", "neurons in the hidden layer")->check(count);
  option("--dropout", options.dropout, "P", "before each dense layer")->check(fraction);
  option("--seed", options.seed, "N", "of the weights and of the order of the images");
  option("--data", options.data, "FOLDER", "where the data set is");
  option("--out", options.out, "FOLDER", "where the pictures go");
  app.add_flag("--quick", options.quick, "two epochs on a thirtieth of the data");
  app.add_flag("--no-pictures", options.no_pictures, "draw nothing");
  CLI11_PARSE(app, argc, argv);

  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
