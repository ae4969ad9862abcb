// The rows of losses of classes: logits or log-probabilities against labels or probabilities.
#include "op_table.hpp"
#include "reference_loss.hpp"

#include <xgrad/ops/classification.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Classes, ref::Reduce;
using xg::Reduction;

/// What a row tries, said once for the library and the reference.
struct Case {
  bool ignores = false, weights = false;
  double smoothing = 0;
  Reduce how = Reduce::mean;
};

/// Labels for scores of a shape: not in order, not all classes; -1 for one to be ignored.
template <class SomeShape>
std::vector<int> labels(const SomeShape& shape, const Case& c) {
  std::size_t n = shape[0];
  for (std::size_t d = 2; d < shape.size(); ++d) n *= shape[d];
  std::vector<int> result;
  for (std::size_t i = 0; i < n; ++i)
    result.push_back(c.ignores && i % 3 == 1 ? -1 : int((i * i + 2 * i + 1) % shape[1]));
  return result;
}
template <class SomeShape>
std::vector<double> weights(const SomeShape& shape, const Case& c) {
  std::vector<double> result;
  for (std::size_t i = 0; c.weights && i < shape[1]; ++i)
    result.push_back(0.5 + 0.25 * double((i * 3) % 5));
  return result;
}
Classes classes(const Shape& shape, const Case& c) {
  return {labels(shape, c), weights(shape, c), c.smoothing, c.how};
}

constexpr int ignored = -7;
xg::Array<int> label_array(const xg::Shape& scores, const Case& c) {
  xg::Shape shape = scores;
  if (shape.size() > 1) shape.erase(shape.begin() + 1);
  xg::Array<int> result = xg::empty_array<int>(shape);
  std::vector<int> list = labels(scores, c);
  for (std::size_t i = 0; i < list.size(); ++i) result.data()[i] = list[i] < 0 ? ignored : list[i];
  return result;
}
template <class Options, class T>
Options options(const xg::Tensor<T>& scores, const Case& c) {
  Options result;
  std::vector<double> list = weights(scores.shape(), c);
  if (c.weights) {
    result.weight = xg::empty<T>({list.size()});
    std::copy(list.begin(), list.end(), result.weight.mutable_value().data());
  }
  result.reduction = c.how == Reduce::none   ? Reduction::none
                     : c.how == Reduce::mean ? Reduction::mean
                     : c.how == Reduce::sum  ? Reduction::sum
                                             : Reduction::batch_mean;
  return result;
}
template <class T>
xg::Tensor<T> entropy(const xg::Tensor<T>& logits, const Case& c) {
  auto chosen = options<xg::CrossEntropyOptions<T>>(logits, c);
  chosen.ignore_index = ignored;
  chosen.label_smoothing = c.smoothing;
  return xg::softmax_cross_entropy(logits, label_array(logits.shape(), c), chosen);
}
template <class T>
xg::Tensor<T> entropy(const xg::Tensor<T>& logits, const xg::Tensor<T>& target, const Case& c) {
  auto chosen = options<xg::CrossEntropyOptions<T>>(logits, c);
  chosen.label_smoothing = c.smoothing;
  return xg::softmax_cross_entropy(logits, target, chosen);
}
template <class T>
xg::Tensor<T> nll(const xg::Tensor<T>& log_p, const Case& c) {
  auto chosen = options<xg::NllOptions<T>>(log_p, c);
  chosen.ignore_index = ignored;
  return xg::nll_loss(log_p, label_array(log_p.shape(), c), chosen);
}

xg::Array<int> list_of(std::initializer_list<int> list) {
  xg::Array<int> result = xg::empty_array<int>({list.size()});
  std::copy(list.begin(), list.end(), result.data());
  return result;
}
template <class T>
xg::Tensor<T> entropy_of_weights(const xg::Tensor<T>& logits, const xg::Tensor<T>& weight) {
  xg::CrossEntropyOptions<T> chosen;
  chosen.weight = weight;
  return xg::softmax_cross_entropy(logits, list_of({0, 1}), chosen);
}
template <class T>
xg::Tensor<T> entropy_of_smoothing(const xg::Tensor<T>& logits, double smoothing) {
  xg::CrossEntropyOptions<T> chosen;
  chosen.label_smoothing = smoothing;
  return xg::softmax_cross_entropy(logits, list_of({0, 1}), chosen);
}
template <class T>
xg::Tensor<T> entropy_ignoring(const xg::Tensor<T>& logits, const xg::Tensor<T>& target) {
  xg::CrossEntropyOptions<T> chosen;
  chosen.ignore_index = 1;
  return xg::softmax_cross_entropy(logits, target, chosen);
}

// A row for a case, with the same call for library and reference.
#define LABEL_ROW(name, op, call, reference, samples, ...)                     \
  Row {                                                                        \
    name, op, FN(call(x[0], __VA_ARGS__)),                                     \
        FN(ref::reference(x[0], classes(x[0].shape, __VA_ARGS__))), samples, { \
      reals                                                                    \
    }                                                                          \
  }

std::vector<Row> classification_rows() {
  const std::vector<Sample> matrices = {{{1, 2}},  {{2, 3}},  {{5, 10}}, {{7, 1}},
                                        {{17, 3}}, {{3, 17}}, {{4, 33}}};
  const std::vector<Sample> deep = {{{2, 3, 4}}, {{1, 5, 1}}, {{3, 2, 2, 2}}, {{2, 17, 3}}};
  const std::vector<Sample> both = {{{2, 3}}, {{5, 10}}, {{17, 3}}, {{2, 3, 4}}, {{3, 2, 2, 2}}};
  const std::vector<Sample> or_nothing = {{{2, 3}}, {{5, 4}}, {{2, 3, 4}}, {{0, 3}}, {{2, 3, 0}}};
  const std::vector<Sample> targets = {{{2, 3}, {2, 3}},       {{5, 10}, {5, 10}},
                                       {{3, 1}, {3, 1}},       {{4, 17}, {4, 17}},
                                       {{2, 3, 4}, {2, 3, 4}}, {{3, 2, 2, 2}, {3, 2, 2, 2}}};
  const std::string op = "softmax_cross_entropy";
  const std::vector<Error> label_errors = {
      {{{2, 3}}, {"(2, 3)", "(3)"}, FN(xg::softmax_cross_entropy(x[0], list_of({0, 1, 2})))},
      {{{2, 3, 4}}, {"(2, 3, 4)", "(2)"}, FN(xg::softmax_cross_entropy(x[0], list_of({0, 1})))},
      {{{}}, {"()", "(2)"}, FN(xg::softmax_cross_entropy(x[0], list_of({0, 1})))},
      {{{2, 0}}, {"(2, 0)", "class"}, FN(xg::softmax_cross_entropy(x[0], list_of({0, 1})))},
      {{{2, 3}}, {"[0, 3)", "3 in row 1"}, FN(xg::softmax_cross_entropy(x[0], list_of({0, 3})))},
      {{{2, 3}}, {"(2, 3)"}, FN(xg::softmax_cross_entropy(x[0], list_of({-100, -100})))},
      {{{0, 3}}, {"(0, 3)"}, FN(xg::softmax_cross_entropy(x[0], list_of({})))},
      {{{2, 3}, {4}}, {}, FN(entropy_of_weights(x[0], x[1]))},
      {{{2, 3}}, {"[0, 1]", "1.5"}, FN(entropy_of_smoothing(x[0], 1.5))},
      {{{2, 3}}, {"[0, 1]", "-0.5"}, FN(entropy_of_smoothing(x[0], -0.5))}};
  const Call entropy_label_3 = FN(xg::softmax_cross_entropy(x[0], list_of({0, 3})));
  const Call entropy_label_negative = FN(xg::softmax_cross_entropy(x[0], list_of({-1, 2})));
  std::vector<Row> rows = {
      {"softmax_cross_entropy",
       "softmax_cross_entropy",
       FN(xg::softmax_cross_entropy(x[0], label_array(x[0].shape(), Case()))),
       FN(ref::softmax_cross_entropy(x[0], labels(x[0].shape, Case()))),
       {{{1, 2}}, {{2, 3}}, {{5, 10}}, {{7, 1}}, {{1, 1}}, {{17, 3}}, {{3, 17}}, {{4, 33}}},
       {reals},
       {{{{2, 3}}, {"3", "row 1"}, entropy_label_3},
        {{{2, 3}}, {"-1", "row 0", "3"}, entropy_label_negative},
        {{{3, 4}}, {"(3, 4)", "(2)"}, entropy_label_3},
        {{{2}}, {"(2)"}, entropy_label_3},
        {{{2, 2, 2}}, {"(2, 2, 2)", "(2)"}, entropy_label_3},
        {{{0, 3}}, {"(0, 3)"}}}},
      LABEL_ROW("softmax_cross_entropy_deep", op, entropy, cross_entropy, deep, Case{}),
      LABEL_ROW("softmax_cross_entropy_none", op, entropy, cross_entropy, or_nothing,
                Case{false, false, 0, Reduce::none}),
      LABEL_ROW("softmax_cross_entropy_sum", op, entropy, cross_entropy, or_nothing,
                Case{true, false, 0, Reduce::sum}),
      LABEL_ROW("softmax_cross_entropy_batch", op, entropy, cross_entropy, both,
                Case{true, true, 0, Reduce::batch_mean}),
      LABEL_ROW("softmax_cross_entropy_ignore", op, entropy, cross_entropy, both, Case{true}),
      LABEL_ROW("softmax_cross_entropy_weights", op, entropy, cross_entropy, matrices,
                Case{true, true}),
      LABEL_ROW("softmax_cross_entropy_smoothing", op, entropy, cross_entropy, both,
                Case{false, false, 0.25}),
      LABEL_ROW("softmax_cross_entropy_all_options", op, entropy, cross_entropy, both,
                Case{true, true, 0.25}),
      LABEL_ROW("softmax_cross_entropy_all_options_none", op, entropy, cross_entropy, both,
                Case{true, true, 0.25, Reduce::none}),
      LABEL_ROW("nll_loss", "nll_loss", nll, nll_loss, both, Case{}),
      LABEL_ROW("nll_loss_none", "nll_loss", nll, nll_loss, or_nothing,
                Case{true, true, 0, Reduce::none}),
      LABEL_ROW("nll_loss_weights", "nll_loss", nll, nll_loss, both, Case{true, true}),
      LABEL_ROW("nll_loss_sum", "nll_loss", nll, nll_loss, or_nothing,
                Case{true, true, 0, Reduce::sum}),
      {"softmax_cross_entropy_probabilities",
       op,
       FN(entropy(x[0], x[1], Case{})),
       FN(ref::cross_entropy(x[0], x[1], classes(x[0].shape, Case{}))),
       targets,
       {reals, positive},
       {{{{2, 3}, {2, 4}}},
        {{{3}, {3}}, {"(3)"}},
        {{{2, 0}, {2, 0}}, {"(2, 0)"}},
        {{{0, 3}, {0, 3}}, {"(0)"}},
        {{{2, 3}, {2, 3}}, {"ignore_index", "1"}, FN(entropy_ignoring(x[0], x[1]))}}},
      {"softmax_cross_entropy_probabilities_options",
       op,
       FN(entropy(x[0], x[1], Case{false, true, 0.25, Reduce::none})),
       FN(ref::cross_entropy(x[0], x[1],
                             classes(x[0].shape, Case{false, true, 0.25, Reduce::none}))),
       targets,
       {reals, positive}},
      {"softmax_cross_entropy_probabilities_weights",
       op,
       FN(entropy(x[0], x[1], Case{false, true})),
       FN(ref::cross_entropy(x[0], x[1], classes(x[0].shape, Case{false, true}))),
       targets,
       {reals, positive}},
  };
  rows[0].errors = label_errors;
  for (Row& row : rows) {
    if (row.name != "nll_loss") continue;
    row.errors = {{{{2, 3}}, {"(2, 3)", "(3)"}, FN(xg::nll_loss(x[0], list_of({0, 1, 2})))},
                  {{{2, 3}}, {"[0, 3)", "-1 in row 0"}, FN(xg::nll_loss(x[0], list_of({-1, 2})))},
                  {{{2, 3}}, {"(2, 3)", "ignored"}, FN(xg::nll_loss(x[0], list_of({-100, -100})))}};
  }
  return rows;
}

const Family classification(classification_rows);

}  // namespace
}  // namespace op_table
