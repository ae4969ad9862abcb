// How good a classifier is, beyond accuracy().
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::nn {

/// The fraction, 0 to 1, of the rows of logits (n, classes) in which the element that labels (n)
/// says is among the k greatest. The first of equal ones count; a row with a NaN is wrong. Throws
/// std::invalid_argument if the shapes do not match, there are no rows, a label is no class, or k
/// is not in 1..classes.
template <class T>
double top_k_accuracy(const Tensor<T>& logits, const Array<int>& labels, std::size_t k,
                      Location at = here());

/// Of one class, or a mean over them. 0 where a quotient would be 0 / 0, as in scikit-learn.
struct Scores {
  double precision = 0;  // of those said to be of the class, the part that is
  double recall = 0;     // of those of the class, the part that was found
  double f1 = 0;         // 2 precision recall / (precision + recall)
};

/// Counts which class was predicted for which.
class ConfusionMatrix {
 public:
  /// Throws std::invalid_argument unless there is a class.
  explicit ConfusionMatrix(std::size_t classes, Location at = here());

  /// Counts predictions (n) for labels (n). Throws std::invalid_argument, counting nothing, if the
  /// shapes do not match or a class is not in 0..classes-1.
  void add(const Array<int>& predicted, const Array<int>& labels, Location at = here());
  /// The same, with the greatest element of each row of logits (n, classes), the first of equal
  /// ones. Throws also for a row with a NaN, of which nobody knows the class.
  template <class T>
  void add(const Tensor<T>& logits, const Array<int>& labels, Location at = here());

  /// (classes, classes): how often the class of the row was taken for that of the column.
  const Array<std::int64_t>& counts() const noexcept { return counts_; }
  std::size_t classes() const noexcept { return counts_.shape()[0]; }
  /// Samples of a class; of all.
  std::int64_t support(std::size_t c) const;
  std::int64_t size() const noexcept;

  double accuracy() const;
  /// Throws std::out_of_range for a class that there is not.
  Scores scores(std::size_t c) const;
  /// The mean over the classes.
  Scores macro() const;
  /// The mean over the classes, each with the weight of its support.
  Scores weighted() const;
  /// From the sums over the classes: all three are the accuracy.
  Scores micro() const;

 private:
  std::int64_t predicted(std::size_t c) const;
  Scores mean(const std::vector<double>& weights) const;

  Array<std::int64_t> counts_;
};

}  // namespace xgrad::nn
