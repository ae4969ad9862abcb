// Losses. They never broadcast: shapes that differ are an error, not a silent (n, n) loss.
#pragma once
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad {

/// y = mean over rows of ln sum_j e^(z_j) - z_label, for logits Z (n, classes) and labels (n).
/// gZ = g (softmax(Z) - onehot(labels)) / n.   Saves softmax(Z).
/// Throws std::invalid_argument for other shapes, no rows, or a label outside [0, classes), with
/// its row.
template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Array<int>& labels,
                                Location at = here());

/// The same for labels of any other integer type.
template <class T, class E, IfExpression<E> = 0>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const E& labels, Location at = here()) {
  static_assert(std::is_integral_v<typename E::value_type>, "labels are integers");
  Array<std::int64_t> wide(labels);
  Array<int> narrow = empty_array<int>(wide.shape());
  for (std::size_t i = 0; i < wide.size(); ++i) {  // what does not fit is no class either
    std::int64_t label = wide.data()[i];
    narrow.data()[i] = label == static_cast<int>(label) ? static_cast<int>(label) : -1;
  }
  return softmax_cross_entropy(logits, narrow, at);
}

/// y = mean of (prediction - target)^2, shapes equal.   Throws std::invalid_argument otherwise, or
/// if empty.
template <class T>
Tensor<T> mean_squared_error(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                             Location at = here()) {
  if (prediction.shape() != target.shape() || prediction.size() == 0) {
    fail("mean_squared_error", "prediction and target of one shape, not empty",
         to_string(prediction.shape()) + " and " + to_string(target.shape()), at);
  }
  return mean(square(subtract(prediction, target, at)), {}, KeepDims::no, at);
}

#define XGRAD_LOSS(T)                                                                             \
  extern template Tensor<T> softmax_cross_entropy(const Tensor<T>&, const Array<int>&, Location); \
  extern template Tensor<T> mean_squared_error(const Tensor<T>&, const Tensor<T>&, Location);
XGRAD_LOSS(float)
XGRAD_LOSS(double)
#undef XGRAD_LOSS

}  // namespace xgrad
