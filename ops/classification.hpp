// Losses of scores for classes, (n, classes, ...), against labels (n, ...) or probabilities.
//
// With more than a reduction to say, they take a struct of options:
//   CrossEntropyOptions<> options;
//   options.label_smoothing = 0.1;
//   softmax_cross_entropy(logits, labels, options);
// or, from C++20 on, softmax_cross_entropy(logits, labels, {.label_smoothing = 0.1}).
#pragma once
#include <xgrad/ops/indices.hpp>
#include <xgrad/ops/reduction.hpp>

namespace xgrad {

template <class T = float>
struct NllOptions {
  Tensor<T> weight = Tensor<T>();  // one per class, constant; all 1 if undefined
  int ignore_index = -100;         // rows with this label count for nothing
  Reduction reduction = Reduction::mean;
};
template <class T = float>
struct CrossEntropyOptions {
  Tensor<T> weight = Tensor<T>();  // one per class, constant; all 1 if undefined
  int ignore_index = -100;         // rows with this label count for nothing
  double label_smoothing = 0;      // this part of each target is spread evenly over the classes
  Reduction reduction = Reduction::mean;
};

/// y = mean over rows of ln sum_j e^(z_j) - z_label, for logits Z (n, classes) and labels (n).
/// gZ = g (softmax(Z) - onehot(labels)) / n.   Saves softmax(Z).
/// Also for Z (n, classes, ...) and labels (n, ...): a row is then what lies along axis 1. Rows
/// with the label -100 count for nothing.
/// Throws std::invalid_argument for other shapes, no rows, all rows ignored, or a label outside
/// [0, classes), with its row.
template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Array<int>& labels,
                                Location at = here());

/// The same, mean over rows of logits Z (n, classes), for labels that may change: they are not
/// copied, and a plan reads them anew each time it runs. Each has to be in [0, classes).
/// Throws as above; from a plan, too, if a label is then outside, or they are fewer or more.
template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const SharedArray<int>& labels,
                                Location at = here());

/// y = the same with options: w_label (1 - s) (ln sum e^z - z_label) + s / classes sum_j w_j
/// (ln sum e^z - z_j) for each row, s the label smoothing, reduced. The mean is the sum over the
/// rows not ignored, divided by the sum of their w_label.   Gradients by log_softmax.   Throws as
/// above, for weights not of shape (classes) or not positive in sum, for smoothing outside [0, 1],
/// and std::logic_error for weights that want a gradient. The sum of no rows is 0.
template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Array<int>& labels,
                                const Same<CrossEntropyOptions<T>>& options, Location at = here());

/// y = -sum_j w_j q_j (z_j - ln sum e^z) along axis 1, reduced, for target probabilities of Z's
/// shape, of which q_j = (1 - s) target_j + s / classes. The mean is over rows, whatever their
/// weights.   Gradients by log_softmax, to the target too.   Throws std::invalid_argument for
/// shapes that differ, and if ignore_index is set.
template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Tensor<T>& target,
                                const Same<CrossEntropyOptions<T>>& options = {},
                                Location at = here());

/// y = -w_label x_label along axis 1, reduced, for log-probabilities x (n, classes, ...) and labels
/// (n, ...). The mean is the sum divided by the sum of w_label.   gx = -g w_label at the label,
/// else 0.   Saves nothing.   Throws as softmax_cross_entropy.
template <class T>
Tensor<T> nll_loss(const Tensor<T>& log_probabilities, const Array<int>& labels,
                   const Same<NllOptions<T>>& options = {}, Location at = here());

/// The same for labels of any other integer type, or probabilities as an xtensor expression.
template <class T, class E, IfExpression<E> = 0>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const E& target,
                                const Same<CrossEntropyOptions<T>>& options, Location at = here()) {
  if constexpr (std::is_floating_point_v<typename E::value_type>)
    return softmax_cross_entropy(logits, Tensor<T>(target), options, at);
  else
    return softmax_cross_entropy(logits, saturated<int>(target), options, at);
}
template <class T, class E, IfExpression<E> = 0>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const E& target, Location at = here()) {
  return softmax_cross_entropy(logits, target, CrossEntropyOptions<T>(), at);
}
template <class T, class E, IfExpression<E> = 0>
Tensor<T> nll_loss(const Tensor<T>& log_probabilities, const E& labels,
                   const Same<NllOptions<T>>& options = {}, Location at = here()) {
  return nll_loss(log_probabilities, saturated<int>(labels), options, at);
}

}  // namespace xgrad
