// What the programs that classify Fashion-MNIST share: its classes, a part of it, the training of a
// classifier, pictures.
#pragma once
#include <xgrad/nn/training/metrics.hpp>
#include <xgrad/xgrad.hpp>

#include <xtensor/xview.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "plots.hpp"
#include "progress.hpp"

namespace images {

inline const std::vector<std::string> classes = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                                 "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                                 "Bag",         "Ankle boot"};

inline xgrad::nn::Dataset head(const xgrad::nn::Dataset& dataset, std::size_t count) {
  return {xt::view(dataset.images, xt::range(0, count)),
          xt::view(dataset.labels, xt::range(0, count))};
}

/// How a classifier is trained: the learning rate is what it is at first.
struct Training {
  std::size_t epochs, batch;
  double learning_rate;
};
/// What the programs let their users choose, but for what their networks are made of.
struct Options : Training {
  xgrad::nn::Generator::result_type seed = 1;
  std::string data = xgrad::nn::fashion_mnist_folder;
  std::string out = "pictures";
  bool quick = false;
  bool no_pictures = false;

  void add_to(CommandLine& line, const char* quick_text) {
    line.option("--epochs", epochs, "N", "passes over the training set", count);
    line.option("--batch", batch, "N", "images in a training step", count);
    line.option("--learning-rate", learning_rate, "RATE", "at first; decays to 0", between(0, 1));
    line.option("--seed", seed, "N", "of the weights and of the order of the images");
    line.option("--data", data, "FOLDER", "where the data set is");
    line.option("--out", out, "FOLDER", "where the pictures go");
    line.flag("--quick", quick, quick_text);
    line.flag("--no-pictures", no_pictures, "draw nothing");
  }
  inline static const Allowed count = between(1, 100000);
};
struct Result {
  std::vector<plots::Epoch> history;
  xgrad::Tensor<> test_logits;
};

/// Trains by Adam, with a learning rate that falls to 0 along half a cosine, measures the model by
/// what test_logits() gives after each epoch, and tells how it goes.
template <class Model, class TestLogits>
Result fit(Model& model, const xgrad::nn::Split& data, const Training& training,
           xgrad::nn::Generator& generator, const TestLogits& test_logits) {
  namespace nn = xgrad::nn;
  const auto start = std::chrono::steady_clock::now();
  nn::Adam optimizer(nn::parameters(model), training.learning_rate);
  const nn::CosineAnnealingLR schedule{
      static_cast<std::int64_t>(training.epochs * data.train.size())};
  std::int64_t images_seen = 0;
  Result result;
  for (std::size_t epoch = 1; epoch <= training.epochs; ++epoch) {
    Progress progress(epoch, training.epochs, data.train.size());
    for (auto [batch, labels] : nn::batches(data.train, training.batch, generator)) {
      const auto logits = model(batch);
      const auto loss = xgrad::softmax_cross_entropy(logits, labels);
      optimizer.zero_grad();
      loss.backward();
      optimizer.learning_rate = schedule(training.learning_rate, images_seen);
      optimizer.step();

      images_seen += static_cast<std::int64_t>(labels.size());
      progress.add(labels.size(), loss.item(), nn::accuracy(logits, labels));
    }
    result.test_logits = test_logits();
    const double test_accuracy = nn::accuracy(result.test_logits, data.test.labels);
    progress.finish(test_accuracy);
    result.history.push_back({progress.loss(), progress.accuracy(), test_accuracy});
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::printf("test accuracy %.4f after %.1f s of training\n", result.history.back().test_accuracy,
              time.count());
  return result;
}

/// Draws curves.png, predictions.png and confusion.png, or says why not.
inline void draw(const Result& result, const xgrad::nn::Dataset& test,
                 const std::filesystem::path& folder) {
  const auto curves = folder / "curves.png", predictions = folder / "predictions.png",
             confusion = folder / "confusion.png";
  xgrad::nn::ConfusionMatrix matrix(classes.size());
  matrix.add(result.test_logits, test.labels);
  const xgrad::Array<int> predicted = xt::cast<int>(xgrad::argmax(result.test_logits, 1));
  try {
    plots::draw_curves(result.history, curves);
    plots::draw_predictions(test.images, test.labels, predicted, classes, predictions);
    plots::draw_confusion_matrix(matrix.counts(), classes, confusion);
    std::printf("pictures: %s, %s, %s\n", curves.c_str(), predictions.c_str(), confusion.c_str());
  } catch (const plots::Error& error) {
    std::printf("pictures skipped: %s\n", error.what());
  }
}

}  // namespace images
