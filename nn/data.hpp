// Labelled images: Fashion-MNIST from its files, mini-batches in random order, and the accuracy of
// a classifier.
#pragma once
#include <xgrad/autograd/node.hpp>
#include <xgrad/io/error.hpp>
#include <xgrad/nn/random.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace xgrad::nn {

/// Images and the class of each. The number of images and of labels has to be the same.
struct Dataset {
  Array<float> images = empty_array<float>({0, 0});  // (n, pixels); or (n, ...), any extents
  Array<int> labels = empty_array<int>({0});         // (n)

  std::size_t size() const noexcept { return labels.size(); }
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

struct Batch {
  Tensor<float> images;  // (b, pixels)
  Array<int> labels;     // (b)
};

/// A data set cut into batches, each time in a new random order: what batches() returns. An
/// iteration ends when the next one begins.
class Batches {
 public:
  class Iterator {
   public:
    Batch operator*() const { return range_->batch(first_); }
    Iterator& operator++() {
      first_ += range_->extent(first_);
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept { return first_ == other.first_; }
    bool operator!=(const Iterator& other) const noexcept { return first_ != other.first_; }

   private:
    friend class Batches;
    Iterator(const Batches* range, std::size_t first) : range_(range), first_(first) {}
    const Batches* range_;
    std::size_t first_;
  };

  /// Shuffles.
  Iterator begin();
  Iterator end() const noexcept { return {this, order_.size()}; }

 private:
  friend Batches batches(const Dataset&, std::size_t, Generator&, Location);
  Batches(const Dataset& dataset, std::size_t batch_size, Generator& generator);

  /// Samples in the batch that starts at position `first` of the order.
  std::size_t extent(std::size_t first) const noexcept;
  Batch batch(std::size_t first) const;

  const Dataset* dataset_;
  std::size_t batch_size_;
  Generator* generator_;
  std::vector<std::size_t> order_;
};

/// The data set in batches of `batch_size`, the last one perhaps smaller, every sample once:
///
///     for (auto [images, labels] : nn::batches(train, 64, generator))
///
/// The order depends on nothing but the generator's state when the loop begins. The data set and
/// the generator must outlive the range; no memory is allocated per batch once the pool is warm.
/// Throws std::invalid_argument if batch_size is 0, the data set is empty, or there are not as many
/// images as labels.
Batches batches(const Dataset& dataset, std::size_t batch_size,
                Generator& generator = default_generator(), Location at = here());
Batches batches(const Dataset&& dataset, std::size_t batch_size,
                Generator& generator = default_generator(), Location at = here()) = delete;

/// The fraction, 0 to 1, of the rows of logits (n, classes) whose greatest element stands at the
/// column that labels (n) says. The first of equal ones counts; a row with a NaN is wrong. Throws
/// std::invalid_argument if the shapes do not match, or there are no rows or no classes.
double accuracy(const Tensor<float>& logits, const Array<int>& labels, Location at = here());

}  // namespace xgrad::nn
