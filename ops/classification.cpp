#include <xgrad/ops/classification.hpp>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/channels.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/kernels/lines.hpp>
#include <xgrad/ops/kernels/softmax.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <utility>

namespace xgrad {
namespace {

/// Which elements of scores (rows, classes, ...) the labels name, and what each is multiplied by.
template <class T>
struct Picks {
  Picks(const Shape& scores, const Array<int>& list, const Tensor<T>& weights, int without)
      : labels(shared(list)),
        weight(weights.defined() ? shared(weights.value()) : nullptr),
        ignored(without),
        lines(scores, 1) {}

  SharedArray<int> labels;
  SharedArray<T> weight;  // per class, or none
  int ignored;
  Lines lines;  // along the classes

  bool counts(int label) const { return label != ignored; }
  T factor(int label) const {
    if (!counts(label)) return 0;
    return weight ? weight->data()[label] : T(1);
  }
  double total() const {
    double sum = 0;
    for (int label : *labels) sum += static_cast<double>(factor(label));
    return sum;
  }
  /// Where the score of label i lies, if it counts.
  std::size_t place(std::size_t i) const {
    std::size_t label = static_cast<std::size_t>(labels->data()[i]);
    return (i / lines.inner * lines.n + label) * lines.inner + i % lines.inner;
  }
};

template <class T>
void check_weight(const char* op, const Tensor<T>& weight, const Shape& scores, Location at) {
  if (!weight.defined()) return;
  if (weight.shape() != Shape{scores[1]}) {
    fail(op, "weights of shape (classes) for scores of shape " + to_string(scores),
         to_string(weight.shape()), at);
  }
  if (weight.tracked()) misuse(op, "class weights have no derivative; detach() them", at);
}

/// The checks that all losses of labels share. Returns how many labels count.
std::size_t check_labels(const char* op, const Shape& scores, const Array<int>& labels, int ignored,
                         Location at) {
  const Shape& rows = labels.shape();
  if (scores.size() < 2 || rows.size() + 1 != scores.size() || rows[0] != scores[0] ||
      !std::equal(rows.begin() + 1, rows.end(), scores.begin() + 2)) {
    fail(op, "scores (n, classes, ...) and labels (n, ...)",
         to_string(scores) + " and " + to_string(rows), at);
  }
  if (scores[1] == 0) fail(op, "at least one class", "scores of shape " + to_string(scores), at);
  std::size_t counting = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    int label = labels.data()[i];
    if (label == ignored) continue;
    ++counting;
    if (label < 0 || static_cast<std::size_t>(label) >= scores[1]) {
      fail(op, "labels in [0, " + std::to_string(scores[1]) + ")",
           std::to_string(label) + " in row " + std::to_string(i / (labels.size() / rows[0])), at);
    }
  }
  return counting;
}

template <class T>
Tensor<T> placed(const Tensor<T>& g, const Picks<T>& picks, const Shape& shape);

/// y_i = -w_label x_label for each label that counts, else 0.
template <class T>
Tensor<T> picked(const Tensor<T>& x, const Picks<T>& picks) {
  Tensor<T> y = empty<T>(picks.labels->shape());
  launch(
      [picks](Array<T>& out, const Array<T>& in) {
        for (std::size_t i = 0; i < out.size(); ++i) {
          int label = picks.labels->data()[i];
          out.data()[i] =
              picks.counts(label) ? -picks.factor(label) * in.data()[picks.place(i)] : T(0);
        }
      },
      y, x);
  return record("nll_loss", std::move(y), {&x}, [picks, shape = x.shape()](Pullback<T>& p) {
    p.add(0, placed(p.g, picks, shape));
  });
}

/// The adjoint: zeros of `shape` with -w_label g_i at the labels.
template <class T>
Tensor<T> placed(const Tensor<T>& g, const Picks<T>& picks, const Shape& shape) {
  Tensor<T> y = empty<T>(shape);
  launch(
      [picks](Array<T>& out, const Array<T>& in) {
        std::fill_n(out.data(), out.size(), T(0));
        for (std::size_t i = 0; i < in.size(); ++i) {
          int label = picks.labels->data()[i];
          if (picks.counts(label)) out.data()[picks.place(i)] = -picks.factor(label) * in.data()[i];
        }
      },
      y, g);
  return record("nll_loss", std::move(y), {&g},
                [picks](Pullback<T>& p) { p.add(0, picked(p.g, picks)); });
}

template <class T>
Tensor<T> reduced_by_weight(const char* op, const Tensor<T>& elements, const Picks<T>& picks,
                            const Shape& scores, Reduction reduction, Location at) {
  if (reduction != Reduction::mean) return reduced(op, elements, reduction, at);
  double total = picks.total();
  if (!(total > 0)) {
    fail(op, "labels, not all ignored or of weight 0, to take a mean over",
         "total weight " + std::to_string(total) + " for scores " + to_string(scores), at);
  }
  return divide(sum(elements), total, at);
}

/// Labels for all rows of scores (n, classes), none of them ignored.
void check_all_labels(const Shape& scores, const Array<int>& labels, Location at) {
  const char* op = "softmax_cross_entropy";
  if (scores.size() != 2 || scores[0] == 0) {
    fail(op, "scores (n, classes) with n of at least 1", to_string(scores), at);
  }
  if (check_labels(op, scores, labels, CrossEntropyOptions<float>().ignore_index, at) != scores[0])
    fail(op, "labels of classes", "a label to be ignored", at);
}

/// Each row times its scale and the factor.
template <class T>
void scale_rows(Array<T>& rows, const Array<T>& scale, T factor) {
  const std::size_t classes = rows.shape()[1];
  T* const at = rows.data();
  parallel_rows(rows.size(), classes, [&](std::size_t i) {
    const T all = scale.data()[i / classes] * factor;
    for (std::size_t j = i; j < i + classes; ++j) at[j] *= all;
  });
}

/// What the loss of rows leaves for its gradient: e^(x - largest), and by what that is multiplied
/// in each row to be the softmax. The logits are needed as a part of the graph only.
template <class T>
struct ScaledExponentials {
  Saved<T> exponentials, scales;
  Tensor<T> logits;

  Tensor<T> softmax(Pullback<T>& p) const {
    Tensor<T> y = copy_of(p.get(exponentials));
    launch([](Array<T>& out, const Array<T>& scale) { scale_rows(out, scale, T(1)); }, y,
           p.get(scales));
    return record_softmax(logits, std::move(y));
  }
  /// Of the mean over rows: the softmax, less 1 at the labels, times a row's share.
  Tensor<T> gradient(Pullback<T>& p, const SharedArray<int>& labels) {
    Tensor<T> y = p.take(exponentials);
    launch(
        [labels](Array<T>& out, const Array<T>& scale, const Array<T>& g) {
          const std::size_t classes = out.shape()[1];
          const T share = *g.data() / static_cast<T>(labels->size());
          scale_rows(out, scale, share);
          for (std::size_t row = 0; row < labels->size(); ++row)
            out.data()[row * classes + static_cast<std::size_t>(labels->data()[row])] -= share;
        },
        y, p.get(scales), p.g);
    return y;
  }
};

/// The sum of ln x over numbers from 1 to 2^64: the logarithm of their product, as long as that
/// stays in the range of double.
class LogSum {
 public:
  void add(double x) {
    product_ *= x;
    if (product_ > 1e280) sum_ += std::log(std::exchange(product_, 1));
  }
  double value() const { return sum_ + std::log(product_); }

 private:
  double sum_ = 0, product_ = 1;
};

/// The usual case, fused: rows and their labels, all of weight 1; `changing` if the labels may be
/// others when the kernel runs.
template <class T>
Tensor<T> mean_over_rows(const Tensor<T>& logits, const SharedArray<int>& labels, bool changing,
                         Location at) {
  std::size_t rows = logits.shape()[0], classes = logits.shape()[1];
  Tensor<T> exponentials = empty<T>(logits.shape()), scales = empty<T>({rows});
  Tensor<T> loss = empty<T>({});
  launch_writing<3>(
      [rows, classes, labels, changing, at](Array<T>& out, Array<T>& e, Array<T>& scale,
                                            const Array<T>& in) {
        if (changing) check_all_labels(in.shape(), *labels, at);
        const int* label = labels->data();
        auto losses = [&](std::size_t begin, std::size_t end) {
          LogSum logs;
          double sum = 0;
          for (std::size_t r = begin; r < end; ++r) {
            const T* z = in.data() + r * classes;
            const ExpSum<T> row = scaled_exp_row(e.data() + r * classes, z, classes);
            scale.data()[r] = static_cast<T>(1 / row.sum);
            logs.add(row.sum);
            sum += static_cast<double>(row.largest) - static_cast<double>(z[label[r]]);
          }
          return sum + logs.value();
        };
        double total = fold_parts<SumOf, double>(rows, grain_rows(classes), losses);
        *out.data() = static_cast<T>(total / static_cast<double>(rows));
      },
      loss, exponentials, scales, logits);
  ScaledExponentials<T> saved{Saved<T>(std::move(exponentials)), Saved<T>(std::move(scales)),
                              Tensor<T>(Ref<Value<T>>(), logits.node())};
  return record("softmax_cross_entropy", std::move(loss), {&logits},
                [labels, classes, saved = std::move(saved)](Pullback<T>& p) mutable {
                  if (!recording()) return p.add(0, saved.gradient(p, labels));
                  p.add(0,
                        (saved.softmax(p) - one_hot<T>(*labels, classes)) * (p.g / labels->size()));
                });
}

void check_smoothing(double smoothing, Location at) {
  if (!(smoothing >= 0 && smoothing <= 1)) {
    fail("softmax_cross_entropy", "label_smoothing in [0, 1]", std::to_string(smoothing), at);
  }
}

}  // namespace

template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Array<int>& labels, Location at) {
  const CrossEntropyOptions<T> options;
  const Shape& shape = logits.shape();
  std::size_t counting =
      check_labels("softmax_cross_entropy", shape, labels, options.ignore_index, at);
  if (shape.size() == 2 && counting > 0 && counting == shape[0])
    return mean_over_rows(logits, shared(labels), false, at);
  return softmax_cross_entropy(logits, labels, options, at);
}

template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const SharedArray<int>& labels,
                                Location at) {
  if (!labels) fail("softmax_cross_entropy", "labels", "a null pointer", at);
  check_all_labels(logits.shape(), *labels, at);
  return mean_over_rows(logits, labels, true, at);
}

template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Array<int>& labels,
                                const Same<CrossEntropyOptions<T>>& options, Location at) {
  const char* op = "softmax_cross_entropy";
  const Shape& shape = logits.shape();
  std::size_t counting = check_labels(op, shape, labels, options.ignore_index, at);
  check_weight(op, options.weight, shape, at);
  check_smoothing(options.label_smoothing, at);
  T smoothing = static_cast<T>(options.label_smoothing);
  if (shape.size() == 2 && counting > 0 && counting == shape[0] && !options.weight.defined() &&
      smoothing == 0 && options.reduction == Reduction::mean) {
    return mean_over_rows(logits, shared(labels), false, at);
  }
  Picks<T> picks(shape, labels, options.weight, options.ignore_index);
  Tensor<T> log_p = log_softmax(logits, 1, at);
  Tensor<T> elements = picked(log_p, picks);
  if (smoothing != 0) {
    Tensor<T> spread = log_p;
    if (options.weight.defined()) spread = log_p * per_channel(options.weight, shape.size());
    spread = sum(spread, 1) * (-smoothing / static_cast<T>(shape[1]));
    if (counting < labels.size()) {
      Array<bool> counts = empty_array<bool>(labels.shape());
      for (std::size_t i = 0; i < labels.size(); ++i)
        counts.data()[i] = picks.counts(labels.data()[i]);
      spread = where(std::move(counts), spread, 0);
    }
    elements = elements * (1 - smoothing) + spread;
  }
  return reduced_by_weight(op, elements, picks, shape, options.reduction, at);
}

template <class T>
Tensor<T> softmax_cross_entropy(const Tensor<T>& logits, const Tensor<T>& target,
                                const Same<CrossEntropyOptions<T>>& options, Location at) {
  const char* op = "softmax_cross_entropy";
  const Shape& shape = logits.shape();
  check_same_shape(op, "logits and target probabilities", shape, target.shape(), at);
  if (shape.size() < 2 || shape[1] == 0)
    fail(op, "logits (n, classes, ...) with at least one class", to_string(shape), at);
  if (options.ignore_index >= 0)
    fail(op, "no ignore_index beside probabilities", std::to_string(options.ignore_index), at);
  check_weight(op, options.weight, shape, at);
  check_smoothing(options.label_smoothing, at);
  T smoothing = static_cast<T>(options.label_smoothing);
  Tensor<T> q = target;
  if (smoothing != 0) q = q * (1 - smoothing) + smoothing / static_cast<T>(shape[1]);
  if (options.weight.defined()) q = q * per_channel(options.weight, shape.size());
  return reduced(op, -sum(q * log_softmax(logits, 1, at), 1), options.reduction, at);
}

template <class T>
Tensor<T> nll_loss(const Tensor<T>& log_probabilities, const Array<int>& labels,
                   const Same<NllOptions<T>>& options, Location at) {
  const char* op = "nll_loss";
  const Shape& shape = log_probabilities.shape();
  check_labels(op, shape, labels, options.ignore_index, at);
  check_weight(op, options.weight, shape, at);
  Picks<T> picks(shape, labels, options.weight, options.ignore_index);
  return reduced_by_weight(op, picked(log_probabilities, picks), picks, shape, options.reduction,
                           at);
}

#define XGRAD_CLASSIFICATION(T)                                                                  \
  template Tensor<T> softmax_cross_entropy(const Tensor<T>&, const Array<int>&, Location);       \
  template Tensor<T> softmax_cross_entropy(const Tensor<T>&, const SharedArray<int>&, Location); \
  template Tensor<T> softmax_cross_entropy(const Tensor<T>&, const Array<int>&,                  \
                                           const CrossEntropyOptions<T>&, Location);             \
  template Tensor<T> softmax_cross_entropy(const Tensor<T>&, const Tensor<T>&,                   \
                                           const CrossEntropyOptions<T>&, Location);             \
  template Tensor<T> nll_loss(const Tensor<T>&, const Array<int>&, const NllOptions<T>&, Location);
XGRAD_CLASSIFICATION(float)
XGRAD_CLASSIFICATION(double)

}  // namespace xgrad
