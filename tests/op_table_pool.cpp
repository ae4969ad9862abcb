// The rows of pooling.
#include "op_table.hpp"
#include "reference_conv.hpp"

#include <xgrad/ops/pool.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using Max1 = xg::MaxPoolOptions<1>;
using Max2 = xg::MaxPoolOptions<2>;
using Avg1 = xg::AvgPoolOptions<1>;
using Avg2 = xg::AvgPoolOptions<2>;

std::vector<Row> max_rows() {
  return {
      {"max_pool1d",
       "max_pool1d",
       FN(xg::max_pool1d(x[0], 3)),
       FN(ref::pool(x[0], {3}, {{3}, {0}, {1}}, false, XGRAD_FOLD(greatest_of))),
       {{{2, 3, 7}}, {{1, 1, 3}}, {{0, 3, 5}}, {{2, 0, 5}}, {{1, 1, 40}}},
       {reals},
       {{{{2, 3}}, {"x of rank 3", "(2, 3)"}},
        {{{2, 3, 2}}, {"(2, 3, 2)", "covers 3 of 2"}},
        {{{2, 3, 0}}, {"(2, 3, 0)"}},
        {{{2, 3, 7}}, {"kernel", "got 0"}, FN(xg::max_pool1d(x[0], 0))},
        {{{2, 3, 7}}, {"stride", "got 0"}, FN(xg::max_pool1d(x[0], 2, {0}))},
        {{{2, 3, 7}}, {"dilation", "got 0"}, FN(xg::max_pool1d(x[0], 2, {2, 0, 0}))},
        {{{2, 3, 7}}, {"padding", "got -1"}, FN(xg::max_pool1d(x[0], 2, {2, -1}))},
        {{{2, 3, 7}}, {"half the window of 3", "got 2"}, FN(xg::max_pool1d(x[0], 3, {2, 2}))},
        {{{2, 3, 1}},
         {"an element of the image under each window", "(2, 3, 1)"},
         FN(xg::max_pool1d(x[0], 2, {1, 2, 4}))}}},
      {"max_pool1d_options",
       "max_pool1d",
       FN(xg::max_pool1d(x[0], 3, {2, 1, 2, true})),
       FN(ref::pool(x[0], {3}, {{2}, {1}, {2}}, true, XGRAD_FOLD(greatest_of))),
       {{{2, 2, 7}}, {{1, 2, 8}}, {{1, 1, 4}}}},
      {"max_pool2d",
       "max_pool2d",
       FN(xg::max_pool2d(x[0], 2)),
       FN(ref::pool(x[0], {2, 2}, {{2, 2}, {0, 0}, {1, 1}}, false, XGRAD_FOLD(greatest_of))),
       {{{2, 3, 4, 4}}, {{1, 2, 5, 7}}, {{1, 1, 2, 2}}, {{0, 2, 4, 4}}, {{1, 1, 2, 38}}},
       {reals},
       {{{{3, 5, 5}}, {"x of rank 4", "(3, 5, 5)"}},
        {{{1, 3, 5, 1}}, {"(1, 3, 5, 1)", "covers 2 of 1"}}}},
      {"max_pool2d_options",
       "max_pool2d",
       FN(xg::max_pool2d(x[0], {3, 2}, {{2, 1}, {1, 0}, {1, 2}, true})),
       FN(ref::pool(x[0], {3, 2}, {{2, 1}, {1, 0}, {1, 2}}, true, XGRAD_FOLD(greatest_of))),
       {{{2, 2, 5, 5}}, {{1, 1, 6, 4}}, {{1, 2, 2, 3}}}},
      {"max_pool2d_overlapping",
       "max_pool2d",
       FN(xg::max_pool2d(x[0], 3, {3, 1, 1, true})),
       FN(ref::pool(x[0], {3, 3}, {{3, 3}, {1, 1}, {1, 1}}, true, XGRAD_FOLD(greatest_of))),
       {{{1, 2, 7, 6}}, {{1, 1, 8, 9}}}},
      {"max_pool2d_with_indices",
       "max_pool2d_with_indices",
       FN(xg::max_pool2d_with_indices(x[0], 3, {1, 1}).values),
       FN(ref::pool(x[0], {3, 3}, {{1, 1}, {1, 1}, {1, 1}}, false, XGRAD_FOLD(greatest_of))),
       {{{1, 2, 4, 5}}, {{0, 1, 3, 3}}},
       {reals},
       {{{{1, 2, 5}}, {"x of rank 4", "(1, 2, 5)"}}}},
      {"max_pool3d",
       "max_pool3d",
       FN(xg::max_pool3d(x[0], 2, {{1, 2, 2}})),
       FN(ref::pool(x[0], {2, 2, 2}, {{1, 2, 2}, {0, 0, 0}, {1, 1, 1}}, false,
                    XGRAD_FOLD(greatest_of))),
       {{{1, 2, 3, 4, 4}}},
       {reals},
       {{{{1, 2, 3, 4}}, {"x of rank 5", "(1, 2, 3, 4)"}}}},
  };
}

std::vector<Row> avg_rows() {
  return {
      {"avg_pool1d",
       "avg_pool1d",
       FN(xg::avg_pool1d(x[0], 3)),
       FN(ref::pool(x[0], {3}, {{3}, {0}, {1}}, false, XGRAD_FOLD(mean_of))),
       {{{2, 3, 7}}, {{1, 1, 3}}, {{0, 3, 5}}, {{2, 0, 5}}},
       {reals},
       {{{{2, 3}}, {"x of rank 3", "(2, 3)"}},
        {{{2, 3, 2}}, {"(2, 3, 2)", "covers 3 of 2"}},
        {{{2, 3, 7}}, {"kernel", "got 0"}, FN(xg::avg_pool1d(x[0], 0))},
        {{{2, 3, 7}}, {"half the window of 2", "got 2"}, FN(xg::avg_pool1d(x[0], 2, {2, 2}))}}},
      {"avg_pool2d",
       "avg_pool2d",
       FN(xg::avg_pool2d(x[0], 2)),
       FN(ref::pool(x[0], {2, 2}, {{2, 2}, {0, 0}, {1, 1}}, false, XGRAD_FOLD(mean_of))),
       {{{2, 3, 4, 4}}, {{1, 2, 5, 7}}, {{0, 2, 4, 4}}},
       {reals},
       {{{{3, 5, 5}}, {"x of rank 4", "(3, 5, 5)"}}}},
      {"avg_pool2d_padding",
       "avg_pool2d",
       FN(xg::avg_pool2d(x[0], 3, {2, 1, true})),
       FN(ref::pool(x[0], {3, 3}, {{2, 2}, {1, 1}, {1, 1}}, true, XGRAD_FOLD(mean_with_padding))),
       {{{2, 2, 4, 5}}, {{1, 1, 6, 3}}}},
      {"avg_pool2d_without_padding",
       "avg_pool2d",
       FN(xg::avg_pool2d(x[0], {3, 2}, {{2, 3}, 1, true, false})),
       FN(ref::pool(x[0], {3, 2}, {{2, 3}, {1, 1}, {1, 1}}, true, XGRAD_FOLD(mean_of))),
       {{{2, 2, 4, 5}}, {{1, 1, 6, 3}}}},
      {"avg_pool3d",
       "avg_pool3d",
       FN(xg::avg_pool3d(x[0], {2, 1, 2}, {1})),
       FN(ref::pool(x[0], {2, 1, 2}, {{1, 1, 1}, {0, 0, 0}, {1, 1, 1}}, false,
                    XGRAD_FOLD(mean_of))),
       {{{1, 2, 3, 2, 4}}},
       {reals},
       {{{{1, 2, 3, 4}}, {"x of rank 5", "(1, 2, 3, 4)"}}}},
  };
}

std::vector<Row> adaptive_rows() {
  const std::vector<Error> errors1 = {{{{2, 3}}, {"x of rank 3", "(2, 3)"}},
                                      {{{2, 3, 0}}, {"an image that is not empty", "(2, 3, 0)"}}};
  const std::vector<Error> errors2 = {
      {{{3, 5, 5}}, {"x of rank 4", "(3, 5, 5)"}},
      {{{2, 3, 5, 0}}, {"an image that is not empty", "(2, 3, 5, 0)"}}};
  std::vector<Row> rows = {
      {"adaptive_avg_pool1d",
       "adaptive_avg_pool1d",
       FN(xg::adaptive_avg_pool1d(x[0], 3)),
       FN(ref::adaptive_pool(x[0], {3}, XGRAD_FOLD(mean_of))),
       {{{2, 3, 7}}, {{1, 2, 3}}, {{1, 2, 2}}, {{0, 2, 4}}, {{2, 0, 4}}},
       {reals},
       errors1},
      {"adaptive_max_pool1d",
       "adaptive_max_pool1d",
       FN(xg::adaptive_max_pool1d(x[0], 3)),
       FN(ref::adaptive_pool(x[0], {3}, XGRAD_FOLD(greatest_of))),
       {{{2, 3, 7}}, {{1, 2, 3}}, {{1, 2, 2}}, {{0, 2, 4}}, {{2, 0, 4}}},
       {reals},
       errors1},
      {"adaptive_avg_pool2d",
       "adaptive_avg_pool2d",
       FN(xg::adaptive_avg_pool2d(x[0], {2, 3})),
       FN(ref::adaptive_pool(x[0], {2, 3}, XGRAD_FOLD(mean_of))),
       {{{2, 2, 4, 6}}, {{1, 2, 5, 4}}, {{1, 1, 1, 2}}, {{0, 2, 4, 4}}},
       {reals},
       errors2},
      {"adaptive_max_pool2d",
       "adaptive_max_pool2d",
       FN(xg::adaptive_max_pool2d(x[0], {2, 3})),
       FN(ref::adaptive_pool(x[0], {2, 3}, XGRAD_FOLD(greatest_of))),
       {{{2, 2, 4, 6}}, {{1, 2, 5, 4}}, {{1, 1, 1, 2}}, {{0, 2, 4, 4}}},
       {reals},
       errors2},
      {"adaptive_avg_pool2d_to_nothing",
       "adaptive_avg_pool2d",
       FN(xg::adaptive_avg_pool2d(x[0], {0, 3})),
       FN(ref::adaptive_pool(x[0], {0, 3}, XGRAD_FOLD(mean_of))),
       {{{2, 2, 4, 6}}, {{2, 2, 0, 6}}}},
  };
  rows[2].errors.push_back(
      {{{2, 3, 5, 5}}, {"size in [0, 2^31)", "got -1"}, FN(xg::adaptive_avg_pool2d(x[0], -1))});
  return rows;
}

const Family max_family(max_rows), avg_family(avg_rows), adaptive_family(adaptive_rows);

}  // namespace
}  // namespace op_table
