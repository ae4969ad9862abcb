// The progress of an epoch of training a classifier.
#pragma once
#include <xgrad/nn/training/progress.hpp>

#include <cstddef>
#include <string>

class Progress {
 public:
  /// Epochs count from 1 to `epochs`; each sees `images` images.
  Progress(std::size_t epoch, std::size_t epochs, std::size_t images)
      : progress_("epoch " + std::to_string(epoch) + "/" + std::to_string(epochs), images) {}

  /// Takes note of a batch of n images, given its mean loss and its accuracy from 0 to 1.
  void add(std::size_t n, double loss, double accuracy) {
    progress_.add(n, {{"loss", loss}, {"accuracy", accuracy}});
  }
  /// Ends the epoch's line.
  void finish(double test_accuracy) { progress_.finish({{"test accuracy", test_accuracy}}); }

  /// Means over the images so far.
  double loss() const { return progress_.mean("loss"); }
  double accuracy() const { return progress_.mean("accuracy"); }

 private:
  xgrad::nn::Progress progress_;
};
