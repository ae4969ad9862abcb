// The rows of losses of numbers, and with margins.
#include "op_table_loss.hpp"
#include "reference_loss.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/embedding_loss.hpp>
#include <xgrad/ops/regression.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Reduce;
using xg::Reduction;

/// 1 and -1 in turn, unevenly.
template <class SomeShape>
std::vector<int> signs(const SomeShape& shape) {
  std::size_t n = 1;
  for (std::size_t extent : shape) n *= extent;
  std::vector<int> result;
  for (std::size_t i = 0; i < n; ++i) result.push_back((i * 7 + 3) % 5 < 2 ? 1 : -1);
  return result;
}
/// The same as a tensor, of all but the last `dropped` axes of x.
template <class T>
xg::Tensor<T> signs_of(const xg::Tensor<T>& x, std::ptrdiff_t dropped = 0) {
  xg::Tensor<T> result = xg::empty<T>(xg::Shape(x.shape().begin(), x.shape().end() - dropped));
  std::vector<int> list = signs(result.shape());
  std::copy(list.begin(), list.end(), result.mutable_value().data());
  return result;
}
template <class S>
ref::Nd<S> sign_array(const ref::Nd<S>& like) {
  ref::Nd<S> result(like.shape);
  std::vector<int> list = signs(like.shape);
  for (std::size_t i = 0; i < list.size(); ++i) result.data[i] = S(list[i]);
  return result;
}
std::vector<int> signs_but_last(Shape shape) {
  shape.pop_back();
  return signs(shape);
}

std::vector<Row> regression_rows() {
  const Reference equality = FN(ref::subtract(x[0], x[1]));
  const Reference at_bound = FN(ref::subtract(ref::abs(ref::subtract(x[0], x[1])), 0.75));
  const Call delta_0 = FN(xg::huber_loss(x[0], x[1], 0.0));
  const Call beta_negative = FN(xg::smooth_l1_loss(x[0], x[1], -1.0));
  return {
      {"mean_squared_error",
       "mean_squared_error",
       FN(xg::mean_squared_error(x[0], x[1])),
       FN(ref::mean_squared_error(x[0], x[1])),
       {{{}, {}}, {{1}, {1}}, {{7}, {7}}, {{3, 5}, {3, 5}}, {{2, 3, 4}, {2, 3, 4}}, {{67}, {67}}},
       {reals},
       {{{{3}, {4}}}, {{{3, 1}, {3}}}, {{{3}, {}}}, {{{2, 3}, {3}}}, {{{0}, {0}}}}},
      {"mean_squared_error_none",
       "mean_squared_error",
       FN(xg::mean_squared_error(x[0], x[1], Reduction::none)),
       FN(ref::squared_error(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {reals},
       unequal},
      {"mean_squared_error_sum",
       "mean_squared_error",
       FN(xg::mean_squared_error(x[0], x[1], Reduction::sum)),
       FN(ref::squared_error(x[0], x[1], Reduce::sum)),
       pairs_or_nothing,
       {reals},
       unequal},
      {"mean_squared_error_batch",
       "mean_squared_error",
       FN(xg::mean_squared_error(x[0], x[1], Reduction::batch_mean)),
       FN(ref::squared_error(x[0], x[1], Reduce::batch_mean)),
       batches,
       {reals},
       no_batch},
      {"l1_loss",
       "l1_loss",
       FN(xg::l1_loss(x[0], x[1])),
       FN(ref::l1_loss(x[0], x[1])),
       pairs,
       {reals},
       unequal_or_empty,
       true,
       equality},
      {"l1_loss_none",
       "l1_loss",
       FN(xg::l1_loss(x[0], x[1], Reduction::none)),
       FN(ref::l1_loss(x[0], x[1], Reduce::none)),
       pairs_or_nothing,
       {reals},
       unequal,
       true,
       equality},
      {"l1_loss_sum",
       "l1_loss",
       FN(xg::l1_loss(x[0], x[1], Reduction::sum)),
       FN(ref::l1_loss(x[0], x[1], Reduce::sum)),
       pairs_or_nothing,
       {reals},
       unequal,
       true,
       equality},
      {"huber_loss",
       "huber_loss",
       FN(xg::huber_loss(x[0], x[1], 0.75)),
       FN(ref::huber_loss(x[0], x[1], 0.75)),
       pairs,
       {reals},
       {{{{3}, {4}}}, {{{0}, {0}}}, {{{3}, {3}}, {"delta > 0", "0.0"}, delta_0}},
       true,
       at_bound},
      {"huber_loss_none",
       "huber_loss",
       FN(xg::huber_loss(x[0], x[1], 0.75, Reduction::none)),
       FN(ref::huber_loss(x[0], x[1], 0.75, Reduce::none)),
       pairs_or_nothing,
       {reals},
       unequal,
       true,
       at_bound},
      {"smooth_l1_loss",
       "smooth_l1_loss",
       FN(xg::smooth_l1_loss(x[0], x[1], 0.75)),
       FN(ref::smooth_l1_loss(x[0], x[1], 0.75)),
       pairs,
       {reals},
       {{{{3}, {4}}}, {{{0}, {0}}}, {{{3}, {3}}, {"beta >= 0", "-1.0"}, beta_negative}},
       true,
       at_bound},
      {"smooth_l1_loss_0",
       "smooth_l1_loss",
       FN(xg::smooth_l1_loss(x[0], x[1], 0.0, Reduction::sum)),
       FN(ref::l1_loss(x[0], x[1], Reduce::sum)),
       pairs_or_nothing,
       {reals},
       unequal,
       true,
       equality},
  };
}

std::vector<Row> embedding_loss_rows() {
  const std::vector<Sample> vectors = {{{7}, {7}}, {{3, 5}, {3, 5}}, {{2, 3, 4}, {2, 3, 4}}};
  const Call targets_of_2 = FN(xg::hinge_embedding_loss(x[0], x[0] + 1));
  const Call cosine_targets_of_2 = FN(xg::cosine_embedding_loss(
      x[0], x[1], xg::full<typename std::decay_t<decltype(x[0])>::value_type>({2}, 2)));
  return {
      {"hinge_loss",
       "hinge_loss",
       FN(xg::hinge_loss(x[0], x[1], 0.5)),
       FN(ref::hinge_loss(x[0], x[1], 0.5)),
       pairs,
       {reals},
       unequal_or_empty,
       true,
       FN(ref::subtract(ref::multiply(x[0], x[1]), 0.5))},
      {"hinge_loss_none",
       "hinge_loss",
       FN(xg::hinge_loss(x[0], x[1], 1, Reduction::none)),
       FN(ref::hinge_loss(x[0], x[1], 1, Reduce::none)),
       pairs_or_nothing,
       {reals},
       unequal,
       true,
       FN(ref::subtract(ref::multiply(x[0], x[1]), 1))},
      {"margin_ranking_loss",
       "margin_ranking_loss",
       FN(xg::margin_ranking_loss(x[0], x[1], signs_of(x[0]), 0.25)),
       FN(ref::hinge_loss(ref::subtract(x[0], x[1]), sign_array(x[0]), 0.25)),
       pairs,
       {reals},
       unequal_or_empty,
       true,
       FN(ref::subtract(ref::multiply(ref::subtract(x[0], x[1]), sign_array(x[0])), 0.25))},
      {"hinge_embedding_loss",
       "hinge_embedding_loss",
       FN(xg::hinge_embedding_loss(x[0], signs_of(x[0]), 0.5)),
       FN(ref::hinge_embedding_loss(x[0], signs(x[0].shape), 0.5, Reduce::mean)),
       {{{}}, {{1}}, {{17}}, {{3, 5}}},
       {reals},
       {{{{0}}}, {{{2}}, {"-1 or 1", "2.0", "at 0"}, targets_of_2}},
       true,
       FN(ref::subtract(x[0], 0.5))},
      {"hinge_embedding_loss_sum",
       "hinge_embedding_loss",
       FN(xg::hinge_embedding_loss(x[0], signs_of(x[0]), 1, Reduction::sum)),
       FN(ref::hinge_embedding_loss(x[0], signs(x[0].shape), 1, Reduce::sum)),
       {{{17}}, {{3, 5}}, {{0}}},
       {reals},
       {},
       true,
       FN(ref::subtract(x[0], 1))},
      {"cosine_embedding_loss",
       "cosine_embedding_loss",
       FN(xg::cosine_embedding_loss(x[0], x[1], signs_of(x[0], 1), 0.1)),
       FN(ref::cosine_embedding_loss(x[0], x[1], signs_but_last(x[0].shape), 0.1, Reduce::mean)),
       vectors,
       {reals},
       {{{{3}, {4}}},
        {{{}, {}}, {"()"}, FN(xg::cosine_embedding_loss(x[0], x[1], x[0]))},
        {{{2, 3}, {2, 3}}, {"(2)", "(2, 3)"}, FN(xg::cosine_embedding_loss(x[0], x[1], x[0]))},
        {{{2, 3}, {2, 3}}, {"-1 or 1", "2.0"}, cosine_targets_of_2}},
       true,
       FN(ref::subtract(ref::cosine_similarity(x[0], x[1], -1), 0.1))},
      {"triplet_margin_loss",
       "triplet_margin_loss",
       FN(xg::triplet_margin_loss(x[0], x[1], x[2], 0.5)),
       FN(ref::triplet_margin_loss(x[0], x[1], x[2], 0.5, Reduce::mean)),
       {{{7}, {7}, {7}}, {{3, 5}, {3, 5}, {3, 5}}, {{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}},
       {reals},
       {{{{3}, {4}, {3}}, {"(3)", "(4)"}},
        {{{3}, {3}, {4}}, {"(3)", "(4)"}},
        {{{}, {}, {}}},
        {{{0, 3}, {0, 3}, {0, 3}}, {"(0)"}}},
       true,
       FN(ref::triplet_arguments(x[0], x[1], x[2], 0.5))},
      {"triplet_margin_loss_none",
       "triplet_margin_loss",
       FN(xg::triplet_margin_loss(x[0], x[1], x[2], 2, Reduction::none)),
       FN(ref::triplet_margin_loss(x[0], x[1], x[2], 2, Reduce::none)),
       {{{3, 5}, {3, 5}, {3, 5}}, {{0, 3}, {0, 3}, {0, 3}}},
       {reals},
       {},
       true,
       FN(ref::triplet_arguments(x[0], x[1], x[2], 2))},
  };
}

const Family regression(regression_rows), embedding_loss(embedding_loss_rows);

}  // namespace
}  // namespace op_table
