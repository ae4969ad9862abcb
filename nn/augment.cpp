#include <xgrad/nn/augment.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace xgrad::nn {
namespace {

/// The planes of each image (b, h, w) or (b, c, h, w).
struct Planes {
  std::size_t images, channels, height, width;
};
Planes planes_of(const char* op, const Shape& shape) {
  if (shape.size() == 3) return {shape[0], 1, shape[1], shape[2]};
  if (shape.size() == 4) return {shape[0], shape[1], shape[2], shape[3]};
  fail(op, "images (b, h, w) or (b, c, h, w)", to_string(shape), {});
}

}  // namespace

RandomHorizontalFlip::RandomHorizontalFlip(double p, Location at) : p_(p) {
  if (!(p >= 0 && p <= 1)) fail("RandomHorizontalFlip", "p from 0 to 1", std::to_string(p), at);
}

void RandomHorizontalFlip::operator()(Batch& batch, Generator& generator) const {
  const Planes planes = planes_of("RandomHorizontalFlip", batch.images.shape());
  const std::size_t rows = planes.channels * planes.height;
  float* image = batch.images.mutable_value().data();
  for (std::size_t i = 0; i < planes.images; ++i, image += rows * planes.width) {
    if (uniform01(generator) >= p_) continue;
    for (std::size_t row = 0; row < rows; ++row) {
      std::reverse(image + row * planes.width, image + (row + 1) * planes.width);
    }
  }
}

void RandomCrop::operator()(Batch& batch, Generator& generator) const {
  const Planes planes = planes_of("RandomCrop", batch.images.shape());
  const std::size_t h = planes.height, w = planes.width, size = h * w;
  if (batch.images.size() == 0) return;
  Array<float> source(batch.images.value());
  Array<float>& target = batch.images.mutable_value();
  std::fill(target.begin(), target.end(), 0.0f);
  for (std::size_t i = 0; i < planes.images; ++i) {
    // The window's corner in the padded image.
    const auto top = static_cast<std::size_t>(below(generator, 2 * padding_ + 1));
    const auto left = static_cast<std::size_t>(below(generator, 2 * padding_ + 1));
    // What of the target's rows and columns lies in the image.
    const std::size_t first_row = std::min(h, padding_ - std::min(top, padding_));
    const std::size_t end_row = std::min(h, h + padding_ - std::min(top, h + padding_));
    const std::size_t first = std::min(w, padding_ - std::min(left, padding_));
    const std::size_t end = std::min(w, w + padding_ - std::min(left, w + padding_));
    if (first >= end) continue;
    for (std::size_t c = 0; c < planes.channels; ++c) {
      const std::size_t plane = (i * planes.channels + c) * size;
      for (std::size_t row = first_row; row < end_row; ++row) {
        const float* from = source.data() + plane + (row + top - padding_) * w;
        std::copy_n(from + (first + left - padding_), end - first,
                    target.data() + plane + row * w + first);
      }
    }
  }
}

Normalize::Normalize(std::vector<double> mean, std::vector<double> deviation, Location at)
    : mean_(std::move(mean)), deviation_(std::move(deviation)) {
  if (mean_.empty() || mean_.size() != deviation_.size()) {
    fail("Normalize", "as many means as deviations",
         std::to_string(mean_.size()) + " and " + std::to_string(deviation_.size()), at);
  }
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    if (std::isfinite(mean_[i]) && std::isfinite(deviation_[i]) && deviation_[i] > 0) continue;
    fail("Normalize", "finite means, and finite deviations above 0",
         std::to_string(mean_[i]) + " and " + std::to_string(deviation_[i]), at);
  }
}

void Normalize::operator()(Batch& batch, Generator&) const {
  const Shape& shape = batch.images.shape();
  const std::size_t channels = mean_.size();
  if (channels > 1 && (shape.size() != 4 || shape[1] != channels)) {
    fail("Normalize", "images (b, " + std::to_string(channels) + ", h, w)", to_string(shape), {});
  }
  if (batch.images.size() == 0) return;
  const std::size_t planes = channels > 1 ? shape[0] * channels : 1;
  const std::size_t size = batch.images.size() / planes;
  float* x = batch.images.mutable_value().data();
  for (std::size_t plane = 0; plane < planes; ++plane) {
    const double mean = mean_[plane % channels], deviation = deviation_[plane % channels];
    for (std::size_t i = 0; i < size; ++i, ++x) {
      *x = static_cast<float>((static_cast<double>(*x) - mean) / deviation);
    }
  }
}

}  // namespace xgrad::nn
