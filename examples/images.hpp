// What the programs that classify Fashion-MNIST share: its classes, a part of it, pictures.
#pragma once
#include <xgrad/nn/training/metrics.hpp>
#include <xgrad/xgrad.hpp>

#include <xtensor/xview.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "plots.hpp"

namespace images {

inline const std::vector<std::string> classes = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                                 "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                                 "Bag",         "Ankle boot"};

/// The learning rate's factor, from 1 down to 0 along half a cosine, as t goes from 0 to 1
/// (Loshchilov & Hutter 2017).
inline double decay(double t) { return 0.5 + 0.5 * std::cos(std::acos(-1.0) * t); }

inline xgrad::Array<int> predicted_classes(const xgrad::Tensor<>& logits /*(n, classes)*/) {
  const std::size_t n = logits.shape()[0], count = logits.shape()[1];
  xgrad::Array<int> result = xgrad::empty_array<int>({n});
  for (std::size_t i = 0; i < n; ++i) {
    const float* row = logits.data() + i * count;
    result(i) = static_cast<int>(std::max_element(row, row + count) - row);
  }
  return result;
}

inline xgrad::nn::Dataset head(const xgrad::nn::Dataset& dataset, std::size_t count) {
  return {xt::view(dataset.images, xt::range(0, count)),
          xt::view(dataset.labels, xt::range(0, count))};
}

/// Draws curves.png, predictions.png and confusion.png, or says why not.
inline void draw(const std::vector<plots::Epoch>& history, const xgrad::Tensor<>& test_logits,
                 const xgrad::nn::Dataset& test, const std::filesystem::path& folder) {
  const auto curves = folder / "curves.png", predictions = folder / "predictions.png",
             confusion = folder / "confusion.png";
  xgrad::nn::ConfusionMatrix matrix(classes.size());
  matrix.add(test_logits, test.labels);
  try {
    plots::draw_curves(history, curves);
    plots::draw_predictions(test.images, test.labels, predicted_classes(test_logits), classes,
                            predictions);
    plots::draw_confusion_matrix(matrix.counts(), classes, confusion);
    std::printf("pictures: %s, %s, %s\n", curves.c_str(), predictions.c_str(), confusion.c_str());
  } catch (const plots::Error& error) {
    std::printf("pictures skipped: %s\n", error.what());
  }
}

}  // namespace images
