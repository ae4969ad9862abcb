#include <xgrad/nn/training/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace xgrad::nn {
namespace {

template <class T>
void check_rows(const char* op, const Tensor<T>& logits, const Array<int>& labels, Location at) {
  const Shape& shape = logits.shape();
  if (shape.size() != 2 || labels.dimension() != 1 || shape[0] != labels.shape()[0]) {
    fail(op, "logits (n, classes) and labels (n)",
         to_string(shape) + " and " + to_string(labels.shape()), at);
  }
}

void check_classes(const char* op, const char* what, const Array<int>& values, std::size_t classes,
                   Location at) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int c = values.data()[i];
    if (c >= 0 && static_cast<std::size_t>(c) < classes) continue;
    fail(op, std::string(what) + " in 0.." + std::to_string(classes - 1),
         std::to_string(c) + " at " + std::to_string(i), at);
  }
}

template <class T>
bool has_nan(const T* row, std::size_t n) {
  return std::any_of(row, row + n, [](T x) { return std::isnan(x); });
}

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace

template <class T>
double top_k_accuracy(const Tensor<T>& logits, const Array<int>& labels, std::size_t k,
                      Location at) {
  const char* op = "top_k_accuracy";
  check_rows(op, logits, labels, at);
  const std::size_t rows = logits.shape()[0], classes = logits.shape()[1];
  if (rows == 0) fail(op, "at least one row", "logits " + to_string(logits.shape()), at);
  if (k < 1 || k > classes) {
    fail(op, "k in 1.." + std::to_string(classes), std::to_string(k), at);
  }
  check_classes(op, "labels", labels, classes, at);
  std::size_t right = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const T* row = logits.data() + i * classes;
    if (has_nan(row, classes)) continue;
    const auto label = static_cast<std::size_t>(labels.data()[i]);
    std::size_t before = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      before += row[c] > row[label] || (row[c] == row[label] && c < label);
    }
    right += before < k;
  }
  return static_cast<double>(right) / static_cast<double>(rows);
}

ConfusionMatrix::ConfusionMatrix(std::size_t classes, Location at)
    : counts_(empty_array<std::int64_t>({classes, classes})) {
  if (classes == 0) fail("ConfusionMatrix", "at least one class", "0", at);
  std::fill(counts_.begin(), counts_.end(), 0);
}

void ConfusionMatrix::add(const Array<int>& predicted, const Array<int>& labels, Location at) {
  const char* op = "ConfusionMatrix";
  if (predicted.dimension() != 1 || predicted.shape() != labels.shape()) {
    fail(op, "predictions (n) and labels (n)",
         to_string(predicted.shape()) + " and " + to_string(labels.shape()), at);
  }
  check_classes(op, "predictions", predicted, classes(), at);
  check_classes(op, "labels", labels, classes(), at);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ++counts_(static_cast<std::size_t>(labels.data()[i]),
              static_cast<std::size_t>(predicted.data()[i]));
  }
}

template <class T>
void ConfusionMatrix::add(const Tensor<T>& logits, const Array<int>& labels, Location at) {
  check_rows("ConfusionMatrix", logits, labels, at);
  const std::size_t n = logits.shape()[1];
  if (n != classes()) {
    fail("ConfusionMatrix", "logits of " + std::to_string(classes()) + " classes",
         to_string(logits.shape()), at);
  }
  Array<int> predicted = empty_array<int>(labels.shape());
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const T* row = logits.data() + i * n;
    if (has_nan(row, n)) {
      fail("ConfusionMatrix", "logits without NaN", "one in row " + std::to_string(i), at);
    }
    predicted.data()[i] = static_cast<int>(std::max_element(row, row + n) - row);
  }
  add(predicted, labels, at);
}

std::int64_t ConfusionMatrix::support(std::size_t c) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < classes(); ++i) sum += counts_.at(c, i);
  return sum;
}
std::int64_t ConfusionMatrix::predicted(std::size_t c) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < classes(); ++i) sum += counts_.at(i, c);
  return sum;
}
std::int64_t ConfusionMatrix::size() const noexcept {
  return std::accumulate(counts_.data(), counts_.data() + counts_.size(), std::int64_t(0));
}

double ConfusionMatrix::accuracy() const {
  std::int64_t right = 0;
  for (std::size_t c = 0; c < classes(); ++c) right += counts_(c, c);
  return ratio(static_cast<double>(right), static_cast<double>(size()));
}

Scores ConfusionMatrix::scores(std::size_t c) const {
  if (c >= classes()) throw std::out_of_range("ConfusionMatrix: no class " + std::to_string(c));
  const auto right = static_cast<double>(counts_(c, c));
  const auto said = static_cast<double>(predicted(c)), are = static_cast<double>(support(c));
  return {ratio(right, said), ratio(right, are), ratio(2 * right, said + are)};
}

Scores ConfusionMatrix::mean(const std::vector<double>& weights) const {
  Scores sum;
  for (std::size_t c = 0; c < classes(); ++c) {
    const Scores each = scores(c);
    sum.precision += weights[c] * each.precision;
    sum.recall += weights[c] * each.recall;
    sum.f1 += weights[c] * each.f1;
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  return {ratio(sum.precision, total), ratio(sum.recall, total), ratio(sum.f1, total)};
}

Scores ConfusionMatrix::macro() const { return mean(std::vector<double>(classes(), 1)); }

Scores ConfusionMatrix::weighted() const {
  std::vector<double> weights;
  for (std::size_t c = 0; c < classes(); ++c) weights.push_back(static_cast<double>(support(c)));
  return mean(weights);
}

Scores ConfusionMatrix::micro() const { return {accuracy(), accuracy(), accuracy()}; }

#define XGRAD_METRICS(T)                                                                      \
  template double top_k_accuracy(const Tensor<T>&, const Array<int>&, std::size_t, Location); \
  template void ConfusionMatrix::add(const Tensor<T>&, const Array<int>&, Location);
XGRAD_METRICS(float)
XGRAD_METRICS(double)

}  // namespace xgrad::nn
