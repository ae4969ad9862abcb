// Hooks for Batches::augment: what is done to the images of a batch, in place.
#pragma once
#include <xgrad/nn/collate.hpp>
#include <xgrad/nn/random.hpp>

#include <cstddef>
#include <vector>

namespace xgrad::nn {

/// Mirrors each image (..., width) left to right with probability p, drawn for each. Throws
/// std::invalid_argument unless 0 <= p <= 1; when called, unless images are (b, h, w) or
/// (b, c, h, w).
class RandomHorizontalFlip {
 public:
  explicit RandomHorizontalFlip(double p = 0.5, Location at = here());
  void operator()(Batch& batch, Generator& generator) const;

 private:
  double p_;
};

/// Moves each image by up to `padding` pixels, drawn for each and each of the two directions: as if
/// it were padded with zeros and cut to its size again (He et al. 2016, section 4.2). Throws
/// std::invalid_argument, when called, unless images are (b, h, w) or (b, c, h, w).
class RandomCrop {
 public:
  explicit RandomCrop(std::size_t padding) : padding_(padding) {}
  void operator()(Batch& batch, Generator& generator) const;

 private:
  std::size_t padding_;
};

/// (x - mean) / deviation: one mean and deviation for images of any shape, or one for each channel
/// of images (b, c, h, w). Throws std::invalid_argument unless there are as many means as
/// deviations, at least one, all finite, and the deviations above 0; when called, if the images
/// have another number of channels.
class Normalize {
 public:
  Normalize(std::vector<double> mean, std::vector<double> deviation, Location at = here());
  void operator()(Batch& batch, Generator& generator) const;

 private:
  std::vector<double> mean_, deviation_;
};

}  // namespace xgrad::nn
