// Labelled images: Fashion-MNIST from its files, and the accuracy of a classifier.
#pragma once
#include <xgrad/autograd/node.hpp>
#include <xgrad/io/error.hpp>
#include <xgrad/nn/batches.hpp>

#include <cstddef>
#include <string>

namespace xgrad::nn {

/// Images and the class of each. The number of images and of labels has to be the same.
struct Dataset {
  Array<float> images = empty_array<float>({0, 0});  // (n, pixels); or (n, ...), any extents
  Array<int> labels = empty_array<int>({0});         // (n)

  std::size_t size() const noexcept { return labels.size(); }
  /// Image i (...) and its class; i below size().
  Sample operator[](std::size_t i) const;
};

struct Split {
  Dataset train, test;
};

/// Where Debian's package dataset-fashion-mnist puts its files.
inline constexpr const char* fashion_mnist_folder = "/usr/share/datasets/fashion-mnist";

/// Fashion-MNIST (Xiao, Rasul & Vollgraf 2017), or any data set in the same four files, each plain
/// or, where there is no plain one, with `.gz` at the end of its name. Images (n, 784), row by row,
/// from 0 (background) to 1; labels 0..9. Throws FileError if a file is missing or unreadable, if
/// images are not 28x28, a label is above 9, or there are more images than labels or fewer.
Split fashion_mnist(const std::string& folder = fashion_mnist_folder);

/// The images and labels at these places: what batches() makes of it. No memory is allocated per
/// batch once the pool is warm.
Batch gather(const Dataset& dataset, const std::size_t* places, std::size_t count);
/// Throws std::invalid_argument if the data set is empty, or has not as many images as labels.
void check_data(const Dataset& dataset, Location at);

/// The fraction, 0 to 1, of the rows of logits (n, classes) whose greatest element stands at the
/// column that labels (n) says. The first of equal ones counts; a row with a NaN is wrong. Throws
/// std::invalid_argument if the shapes do not match, or there are no rows or no classes.
double accuracy(const Tensor<float>& logits, const Array<int>& labels, Location at = here());

}  // namespace xgrad::nn
