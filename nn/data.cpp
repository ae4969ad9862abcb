#include <xgrad/io/idx.hpp>
#include <xgrad/nn/data.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace xgrad::nn {
namespace {

constexpr std::size_t side = 28;
constexpr int classes = 10;

/// Throws FileError unless there is a folder.
void check_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return;
  throw FileError("fashion_mnist",
                  "a folder with the files of the Debian package dataset-fashion-mnist",
                  error ? error.message() : "no folder", folder.string());
}

std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name) {
  std::error_code error;
  for (const char* suffix : {"", ".gz"}) {
    std::filesystem::path path = folder / (name + suffix);
    if (std::filesystem::exists(path, error)) return path;
  }
  throw FileError("fashion_mnist",
                  name + "[.gz], which the Debian package dataset-fashion-mnist provides",
                  error ? error.message() : "no such file", folder / name);
}

Array<float> read_images(const std::string& path) {
  Array<std::uint8_t> pixels = read_idx<std::uint8_t>(path);
  const Shape& shape = pixels.shape();
  if (shape.size() != 3 || shape[1] != side || shape[2] != side) {
    std::uint64_t offset = shape.size() != 3 ? 3 : shape[1] != side ? 8 : 12;
    throw FileError("fashion_mnist", "images of shape (n, 28, 28)", to_string(shape), path, offset);
  }
  Array<float> images = empty_array<float>({shape[0], side * side});
  std::transform(pixels.data(), pixels.data() + pixels.size(), images.data(),
                 [](std::uint8_t pixel) { return static_cast<float>(pixel) / 255.0f; });
  return images;
}

/// Labels of `count` images.
Array<int> read_labels(const std::string& path, std::size_t count) {
  Array<std::uint8_t> bytes = read_idx<std::uint8_t>(path);
  const Shape& shape = bytes.shape();
  if (shape.size() != 1) {
    throw FileError("fashion_mnist", "labels of shape (n)", to_string(shape), path, 3);
  }
  if (shape[0] != count) {
    throw FileError("fashion_mnist", std::to_string(count) + " labels, one per image",
                    std::to_string(shape[0]), path, 4);
  }
  constexpr std::uint64_t header = 8;
  Array<int> labels = empty_array<int>({count});
  for (std::size_t i = 0; i < count; ++i) {
    labels.data()[i] = bytes.data()[i];
    if (labels.data()[i] >= classes) {
      throw FileError("fashion_mnist", "a label in 0..9", std::to_string(labels.data()[i]), path,
                      header + i);
    }
  }
  return labels;
}

Dataset read_dataset(const std::filesystem::path& folder, const std::string& prefix) {
  std::filesystem::path images_path = find_file(folder, prefix + "-images-idx3-ubyte");
  std::filesystem::path labels_path = find_file(folder, prefix + "-labels-idx1-ubyte");
  Array<float> images = read_images(images_path);
  Array<int> labels = read_labels(labels_path, images.shape()[0]);
  return {std::move(images), std::move(labels)};
}

}  // namespace

Split fashion_mnist(const std::string& folder) {
  check_folder(folder);
  Split split{read_dataset(folder, "train"), read_dataset(folder, "t10k")};
  release_memory();  // the files' bytes, which nothing will need again
  return split;
}

Sample Dataset::operator[](std::size_t i) const {
  const Shape shape = without(images.shape(), 0);
  Array<float> image = empty_array<float>(shape);
  std::copy_n(images.data() + i * image.size(), image.size(), image.data());
  return {std::move(image), labels.data()[i]};
}

Batch gather(const Dataset& dataset, const std::size_t* places, std::size_t count) {
  const std::size_t pixels = dataset.images.size() / dataset.size();
  Shape shape = dataset.images.shape();
  shape[0] = count;
  Array<float> images = empty_array<float>(shape);
  Array<int> labels = empty_array<int>({count});
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t sample = places[i];
    std::copy_n(dataset.images.data() + sample * pixels, pixels, images.data() + i * pixels);
    labels.data()[i] = dataset.labels.data()[sample];
  }
  return {Tensor<float>(std::move(images)), std::move(labels)};
}

void check_data(const Dataset& dataset, Location at) {
  const Shape& images = dataset.images.shape();
  const Shape& labels = dataset.labels.shape();
  if (images.size() == 0 || labels.size() != 1 || images[0] != labels[0]) {
    fail("batches", "images (n, pixels) and labels (n)",
         to_string(images) + " and " + to_string(labels), at);
  }
  if (labels[0] == 0) fail("batches", "at least one sample", "images " + to_string(images), at);
}

double accuracy(const Tensor<float>& logits, const Array<int>& labels, Location at) {
  const Shape& shape = logits.shape();
  if (shape.size() != 2 || labels.dimension() != 1 || shape[0] != labels.shape()[0]) {
    fail("accuracy", "logits (n, classes) and labels (n)",
         to_string(shape) + " and " + to_string(labels.shape()), at);
  }
  if (logits.size() == 0) {
    fail("accuracy", "at least one row and one class", "logits " + to_string(shape), at);
  }
  std::size_t right = 0;
  for (std::size_t row = 0; row < shape[0]; ++row) {
    const float* begin = logits.data() + row * shape[1];
    const float* end = begin + shape[1];
    if (std::any_of(begin, end, [](float x) { return std::isnan(x); })) continue;
    if (std::max_element(begin, end) - begin == labels.data()[row]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(shape[0]);
}

}  // namespace xgrad::nn
