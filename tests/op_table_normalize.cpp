// The rows of normalization.
#include "op_table.hpp"
#include "reference_normalize.hpp"

#include <xgrad/ops/normalize.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Axes;

/// The last extent, as a shape.
template <class T>
xg::Shape last(const xg::Tensor<T>& x) {
  return {x.shape().back()};
}
template <class T>
xg::Shape last_two(const xg::Tensor<T>& x) {
  return xg::Shape(x.shape().end() - 2, x.shape().end());
}
constexpr double eps = 1e-5;

std::vector<Row> layer_rows() {
  const std::vector<Sample> rows = {{{2}},     {{7}},     {{67}},      {{3, 5}},
                                    {{4, 17}}, {{2, 33}}, {{2, 3, 4}}, {{0, 3}}};
  const std::vector<Sample> with_weight = {{{7}, {7}},       {{3, 5}, {5}}, {{4, 17}, {17}},
                                           {{2, 3, 4}, {4}}, {{0, 3}, {3}}, {{2, 33}, {33}},
                                           {{3, 1}, {1}}};
  const std::vector<Sample> with_both = {
      {{7}, {7}, {7}},    {{3, 5}, {5}, {5}},    {{4, 17}, {17}, {17}}, {{2, 3, 4}, {4}, {4}},
      {{0, 3}, {3}, {3}}, {{2, 33}, {33}, {33}}, {{3, 0}, {0}, {0}}};
  const std::vector<Error> parameter_errors = {{{{3, 5}, {4}}}, {{{3, 5}, {1}}}, {{{5}, {1, 5}}}};
  return {
      {"layer_norm",
       "layer_norm",
       FN(xg::layer_norm(x[0], last(x[0]))),
       FN(ref::standardized(x[0], Axes{-1}, eps)),
       rows,
       {reals},
       {{{{3, 5}}, {"(3, 5)", "(4)"}, FN(xg::layer_norm(x[0], {4}))},
        {{{5}}, {"(5)", "(2, 5)"}, FN(xg::layer_norm(x[0], {2, 5}))},
        {{{}}, {"()", "(1)"}, FN(xg::layer_norm(x[0], {1}))},
        {{{5}}, {"eps >= 0", "-1.0"}, FN(xg::layer_norm(x[0], {5}, {}, {}, -1))}}},
      {"layer_norm_weight",
       "layer_norm",
       FN(xg::layer_norm(x[0], last(x[0]), x[1])),
       FN(ref::multiply(ref::standardized(x[0], Axes{-1}, eps), x[1])),
       with_weight,
       {reals},
       parameter_errors},
      {"layer_norm_bias",
       "layer_norm",
       FN(xg::layer_norm(x[0], last(x[0]), {}, x[1])),
       FN(ref::add(ref::standardized(x[0], Axes{-1}, eps), x[1])),
       with_weight,
       {reals},
       parameter_errors},
      {"layer_norm_weight_bias", "layer_norm",
       FN(xg::layer_norm(x[0], last(x[0]), x[1], x[2], 0.1)),
       FN(ref::add(ref::multiply(ref::standardized(x[0], Axes{-1}, 0.1), x[1]), x[2])), with_both},
      {"layer_norm_two_axes",
       "layer_norm",
       FN(xg::layer_norm(x[0], last_two(x[0]), x[1], x[2])),
       FN(ref::add(ref::multiply(ref::standardized(x[0], Axes{-2, -1}, eps), x[1]), x[2])),
       {{{3, 5}, {3, 5}, {3, 5}}, {{2, 3, 4}, {3, 4}, {3, 4}}, {{2, 2, 5, 7}, {5, 7}, {5, 7}}}},
      {"rms_norm",
       "rms_norm",
       FN(xg::rms_norm(x[0], last(x[0]))),
       FN(ref::rms_normalized(x[0], Axes{-1}, 0)),
       {{{7}}, {{67}}, {{3, 5}}, {{4, 17}}, {{2, 3, 4}}, {{0, 3}}},
       {reals},
       {{{{3, 5}}, {"(3, 5)", "(4)"}, FN(xg::rms_norm(x[0], {4}))},
        {{{5}}, {"eps >= 0", "-1.0"}, FN(xg::rms_norm(x[0], {5}, {}, -1))}}},
      {"rms_norm_weight",
       "rms_norm",
       FN(xg::rms_norm(x[0], last(x[0]), x[1], 0.1)),
       FN(ref::multiply(ref::rms_normalized(x[0], Axes{-1}, 0.1), x[1])),
       with_weight,
       {reals},
       parameter_errors},
      {"normalize",
       "normalize",
       FN(xg::normalize(x[0])),
       FN(ref::normalized(x[0], 1)),
       {{{3, 5}}, {{2, 3, 4}}, {{2, 17}}, {{0, 3}}},
       {reals},
       {{{{3}}, {"(3)", "axis 1"}}, {{{2, 2}}, {"eps > 0"}, FN(xg::normalize(x[0], 1, 0))}}},
      {"normalize_first",
       "normalize",
       FN(xg::normalize(x[0], 0)),
       FN(ref::normalized(x[0], 0)),
       {{{7}}, {{3, 5}}, {{2, 3, 4}}}},
      {"cosine_similarity",
       "cosine_similarity",
       FN(xg::cosine_similarity(x[0], x[1])),
       FN(ref::cosine_similarity(x[0], x[1], 1)),
       {{{3, 5}, {3, 5}},
        {{3, 5}, {5}},
        {{1, 5}, {3, 5}},
        {{2, 3, 4}, {3, 1}},
        {{2, 17}, {2, 17}},
        {{0, 3}, {0, 3}}},
       {nonzero},
       {{{{2, 3}, {2, 4}}},
        {{{3}, {3}}, {"(3)", "axis 1"}},
        {{{2, 2}, {2, 2}}, {"eps > 0"}, FN(xg::cosine_similarity(x[0], x[1], 1, 0))}}},
      {"cosine_similarity_last",
       "cosine_similarity",
       FN(xg::cosine_similarity(x[0], x[1], -1)),
       FN(ref::cosine_similarity(x[0], x[1], -1)),
       {{{7}, {7}}, {{3, 5}, {5}}, {{2, 3, 4}, {3, 4}}},
       {nonzero}},
  };
}

std::vector<Row> channel_rows() {
  const std::vector<Sample> batches = {{{5, 3}, {3}, {3}},       {{2, 3, 4}, {3}, {3}},
                                       {{3, 1, 5}, {1}, {1}},    {{1, 4, 6}, {4}, {4}},
                                       {{2, 3, 2, 3}, {3}, {3}}, {{17, 2}, {2}, {2}}};
  return {
      {"batch_norm_training",
       "batch_norm_training",
       FN(xg::batch_norm_training(x[0]).y),
       FN(ref::standardized(x[0], ref::all_but_channels(x[0].shape.size()), eps)),
       {{{5, 3}}, {{2, 3, 4}}, {{2, 3, 2, 3}}, {{33, 2}}},
       {reals},
       {{{{3}}},
        {{{1, 3}}},
        {{{0, 3}}},
        {{{1, 3, 1}}},
        {{{2, 3}}, {"eps >= 0"}, FN(xg::batch_norm_training(x[0], {}, {}, -1).y)}}},
      {"batch_norm_training_weight_bias",
       "batch_norm_training",
       FN(xg::batch_norm_training(x[0], x[1], x[2], 0.1).y),
       FN(ref::affine(ref::standardized(x[0], ref::all_but_channels(x[0].shape.size()), 0.1), x[1],
                      x[2])),
       batches,
       {reals},
       {{{{5, 3}, {5}, {3}}, {"(3)", "(5)", "weight"}},
        {{{5, 3}, {3}, {1}}, {"(3)", "(1)", "bias"}}}},
      {"batch_norm",
       "batch_norm",
       FN(xg::batch_norm(x[0], x[1], x[2])),
       FN(ref::batch_norm(x[0], x[1], x[2], eps)),
       {{{5, 3}, {3}, {3}}, {{1, 3}, {3}, {3}}, {{2, 3, 4}, {3}, {3}}, {{0, 2}, {2}, {2}}},
       {reals, reals, positive},
       {{{{3}, {3}, {3}}, {"(3)"}},
        {{{5, 3}, {5}, {3}}, {"(3)", "(5)", "mean"}},
        {{{5, 3}, {3}, {1}}, {"(3)", "(1)", "variance"}},
        {{{5, 3}, {3}, {3}}, {"eps >= 0"}, FN(xg::batch_norm(x[0], x[1], x[2], {}, {}, -1))}}},
      {"batch_norm_weight_bias",
       "batch_norm",
       FN(xg::batch_norm(x[0], x[1], x[2], x[3], x[4], 0.1)),
       FN(ref::affine(ref::batch_norm(x[0], x[1], x[2], 0.1), x[3], x[4])),
       {{{5, 3}, {3}, {3}, {3}, {3}}, {{2, 3, 4}, {3}, {3}, {3}, {3}}},
       {reals, reals, positive, reals, reals},
       {{{{5, 3}, {3}, {3}, {2}, {3}}, {"(3)", "(2)", "weight"}},
        {{{5, 3}, {3}, {3}, {3}, {2}}, {"(3)", "(2)", "bias"}}}},
      {"group_norm",
       "group_norm",
       FN(xg::group_norm(x[0], 2)),
       FN(ref::group_normalized(x[0], 2, eps)),
       {{{3, 6}}, {{2, 2, 5}}, {{2, 6, 2, 3}}, {{2, 4, 17}}, {{0, 2}}},
       {reals},
       {{{{4}}},
        {{{2, 3}}, {"(2, 3)", "2"}},
        {{{2, 4}}, {"(2, 4)", "0"}, FN(xg::group_norm(x[0], 0))},
        {{{2, 4}}, {"eps >= 0"}, FN(xg::group_norm(x[0], 2, {}, {}, -1))}}},
      {"group_norm_weight_bias",
       "group_norm",
       FN(xg::group_norm(x[0], 2, x[1], x[2], 0.1)),
       FN(ref::affine(ref::group_normalized(x[0], 2, 0.1), x[1], x[2])),
       {{{3, 6}, {6}, {6}}, {{2, 2, 5}, {2}, {2}}, {{2, 6, 2, 3}, {6}, {6}}, {{0, 2}, {2}, {2}}},
       {reals},
       {{{{3, 4}, {2}, {4}}, {"(4)", "(2)", "weight"}},
        {{{3, 4}, {4}, {2}}, {"(4)", "(2)", "bias"}}}},
      {"instance_norm",
       "instance_norm",
       FN(xg::instance_norm(x[0])),
       FN(ref::group_normalized(x[0], int(x[0].shape[1]), eps)),
       {{{2, 3, 4}}, {{1, 1, 5}}, {{2, 3, 2, 3}}, {{0, 2, 3}}},
       {reals},
       {{{{2, 3}}}, {{{3}}}, {{{2, 3, 1}}}}},
      {"instance_norm_weight_bias",
       "instance_norm",
       FN(xg::instance_norm(x[0], x[1], x[2], 0.1)),
       FN(ref::affine(ref::group_normalized(x[0], int(x[0].shape[1]), 0.1), x[1], x[2])),
       {{{2, 3, 4}, {3}, {3}}, {{2, 3, 2, 3}, {3}, {3}}}},
  };
}

const Family layers(layer_rows), channels(channel_rows);

}  // namespace
}  // namespace op_table
