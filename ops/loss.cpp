#include <xgrad/ops/kernels/softmax.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/softmax.hpp>

namespace xgrad {
namespace {

void check_labels(const Shape& logits, const Array<int>& labels, Location at) {
  const char* op = "softmax_cross_entropy";
  if (logits.size() != 2 || labels.dimension() != 1 || labels.shape()[0] != logits[0]) {
    fail(op, "logits (n, classes) and labels (n)",
         to_string(logits) + " and " + to_string(labels.shape()), at);
  }
  if (logits[0] == 0 || logits[1] == 0)
    fail(op, "at least one row and one class", to_string(logits), at);
  for (std::size_t row = 0; row < logits[0]; ++row) {
    int label = labels.data()[row];
    if (label < 0 || static_cast<std::size_t>(label) >= logits[1]) {
      fail(op, "labels in [0, " + std::to_string(logits[1]) + ")",
           std::to_string(label) + " in row " + std::to_string(row), at);
    }
  }
}

}  // namespace

template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Array<int>& labels, Location at) {
  check_labels(logits.shape(), labels, at);
  std::size_t rows = logits.shape()[0], classes = logits.shape()[1];
  Tensor<T> probabilities = empty<T>(logits.shape());
  Tensor<T> loss = empty<T>({});
  launch(
      [&](Array<T>& out, const Array<T>& in) {
        double total = 0;
        for (std::size_t r = 0; r < rows; ++r) {
          const T* z = in.data() + r * classes;
          T* p = probabilities.storage()->array.data() + r * classes;
          ExpSum<T> e = scaled_exp_row(p, z, classes);
          T scale = static_cast<T>(1 / e.sum);
          for (std::size_t j = 0; j < classes; ++j) p[j] *= scale;
          total += std::log(e.sum) +
                   (static_cast<double>(e.largest) - static_cast<double>(z[labels.data()[r]]));
        }
        *out.data() = static_cast<T>(total / static_cast<double>(rows));
      },
      loss, logits);
  // The probabilities are part of the graph, so that the gradient can be differentiated again.
  Saved<T> saved(record_softmax(logits, probabilities));
  return record("softmax_cross_entropy", std::move(loss), {&logits},
                [labels, rows, classes, saved = std::move(saved)](Pullback<T>& p) {
                  const Tensor<T>& y = p.get(saved);
                  if (recording()) {
                    Tensor<T> onehot = zeros<T>(y.shape());
                    for (std::size_t r = 0; r < rows; ++r)
                      onehot.mutable_value()
                          .data()[r * classes + static_cast<std::size_t>(labels.data()[r])] = 1;
                    p.add(0, (y - onehot) * (p.g / rows));
                    return;
                  }
                  Tensor<T> gradient = empty<T>(y.shape());
                  launch(
                      [&](Array<T>& out, const Array<T>& in, const Array<T>& g) {
                        T scale = *g.data() / static_cast<T>(rows);
                        T* to = out.data();
                        const T* from = in.data();
                        for (std::size_t i = 0; i < rows * classes; ++i) to[i] = from[i] * scale;
                        for (std::size_t r = 0; r < rows; ++r)
                          to[r * classes + static_cast<std::size_t>(labels.data()[r])] -= scale;
                      },
                      gradient, y, p.g);
                  p.add(0, std::move(gradient));
                });
}

#define XGRAD_LOSS(T)                                                                      \
  template Tensor<T> softmax_cross_entropy(const Tensor<T>&, const Array<int>&, Location); \
  template Tensor<T> mean_squared_error(const Tensor<T>&, const Tensor<T>&, Location);
XGRAD_LOSS(float)
XGRAD_LOSS(double)

}  // namespace xgrad
