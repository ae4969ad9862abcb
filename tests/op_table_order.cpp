// The rows of what works along the lines of one axis: scans, extremes with their indices, sorting.
#include "op_table.hpp"
#include "reference_order.hpp"

#include <xgrad/ops/order.hpp>
#include <xgrad/ops/scan.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

const std::vector<Sample> lines = {{{1}},       {{2}},       {{7}},        {{33}},      {{3, 5}},
                                   {{1, 6}},    {{6, 1}},    {{4, 17}},    {{17, 4}},   {{2, 3, 4}},
                                   {{2, 1, 3}}, {{3, 1, 1}}, {{2, 3, 17}}, {{2, 17, 3}}};
const std::vector<Sample> matrices = {{{3, 5}},    {{1, 6}},    {{6, 1}},     {{4, 17}},
                                      {{2, 3, 4}}, {{3, 1, 1}}, {{2, 17, 3}}, {{2, 2, 3, 2}}};
std::vector<Sample> with(std::vector<Sample> samples, const std::vector<Sample>& more) {
  samples.insert(samples.end(), more.begin(), more.end());
  return samples;
}
const std::vector<Sample> all_shapes = with(lines, {{{}}, {{0}}, {{0, 3}}, {{3, 0}}});
const std::vector<Sample> lines_or_none = with(lines, {{{0}}, {{0, 3}}, {{3, 0}}});
const std::vector<Sample> matrices_or_none = with(matrices, {{{0, 3}}, {{3, 0}}, {{2, 0, 2}}});

const std::vector<Error> no_axis_1 = {{{{2}}, {"(2)", "axis 1"}}, {{{}}, {"()", "axis 1"}}};

std::vector<Row> scan_rows() {
  const Domain factors{0.5, 1.5, true};
  return {
      {"cumsum", "cumsum", FN(xg::cumsum(x[0])), FN(ref::cumsum(ref::flat(x[0]), 0)), all_shapes},
      {"cumsum_first", "cumsum", FN(xg::cumsum(x[0], 0)), FN(ref::cumsum(x[0], 0)), lines_or_none},
      {"cumsum_last", "cumsum", FN(xg::cumsum(x[0], -1)), FN(ref::cumsum(x[0], -1)), lines_or_none},
      {"cumsum_middle",
       "cumsum",
       FN(xg::cumsum(x[0], 1)),
       FN(ref::cumsum(x[0], 1)),
       matrices_or_none,
       {reals},
       no_axis_1},
      {"cumprod",
       "cumprod",
       FN(xg::cumprod(x[0])),
       FN(ref::cumprod(ref::flat(x[0]), 0)),
       all_shapes,
       {factors}},
      {"cumprod_first",
       "cumprod",
       FN(xg::cumprod(x[0], 0)),
       FN(ref::cumprod(x[0], 0)),
       lines_or_none,
       {factors}},
      {"cumprod_last",
       "cumprod",
       FN(xg::cumprod(x[0], -1)),
       FN(ref::cumprod(x[0], -1)),
       lines_or_none,
       {factors}},
      {"cumprod_middle",
       "cumprod",
       FN(xg::cumprod(x[0], 1)),
       FN(ref::cumprod(x[0], 1)),
       matrices_or_none,
       {factors},
       no_axis_1},
      {"logcumsumexp", "logcumsumexp", FN(xg::logcumsumexp(x[0])),
       FN(ref::logcumsumexp(ref::flat(x[0]), 0)), all_shapes},
      {"logcumsumexp_first", "logcumsumexp", FN(xg::logcumsumexp(x[0], 0)),
       FN(ref::logcumsumexp(x[0], 0)), lines_or_none},
      {"logcumsumexp_middle",
       "logcumsumexp",
       FN(xg::logcumsumexp(x[0], 1)),
       FN(ref::logcumsumexp(x[0], 1)),
       matrices_or_none,
       {reals},
       no_axis_1},
      {"diff", "diff", FN(xg::diff(x[0])), FN(ref::diff(x[0], 1, -1)), lines_or_none},
      {"diff_3_first", "diff", FN(xg::diff(x[0], 3, 0)), FN(ref::diff(x[0], 3, 0)), lines_or_none},
      {"diff_2_middle",
       "diff",
       FN(xg::diff(x[0], 2, 1)),
       FN(ref::diff(x[0], 2, 1)),
       matrices_or_none,
       {reals},
       no_axis_1},
      {"diff_0",
       "diff",
       FN(xg::diff(x[0], 0)),
       FN(x[0]),
       {{{3}}, {{2, 3}}},
       {reals},
       {{{{3}}, {"n >= 0", "-1"}, FN(xg::diff(x[0], -1))}}},
  };
}

std::vector<Row> index_rows() {
  const Call argmax_1 = FN(numbers(x[0], xg::argmax(x[0], 1)));
  const Call argmin_1 = FN(numbers(x[0], xg::argmin(x[0], 1)));
  std::vector<Row> rows = {
      {"argmax",
       "argmax",
       FN(numbers(x[0], xg::argmax(x[0]))),
       FN(ref::squeeze(ref::argmax(ref::flat(x[0]), 0), 0)),
       with(lines, {{{}}}),
       {reals},
       {{{{0}}}, {{{2, 0}}}}},
      {"argmax_keep_dims", "argmax", FN(numbers(x[0], xg::argmax(x[0], {}, xg::keep_dims))),
       FN(ref::reshape(ref::argmax(ref::flat(x[0]), 0), std::vector<int>(x[0].shape.size(), 1))),
       with(lines, {{{}}})},
      {"argmax_first",
       "argmax",
       FN(numbers(x[0], xg::argmax(x[0], 0))),
       FN(ref::squeeze(ref::argmax(x[0], 0), 0)),
       with(lines, {{{3, 0}}}),
       {reals},
       {{{{0, 3}}}}},
      {"argmax_last_keep_dims",
       "argmax",
       FN(numbers(x[0], xg::argmax(x[0], -1, xg::keep_dims))),
       FN(ref::argmax(x[0], -1)),
       with(lines, {{{0, 3}}}),
       {reals},
       {{{{3, 0}}}, {{{2}}, {"(2)", "axis 1"}, argmax_1}, {{{}}, {"()", "axis 1"}, argmax_1}}},
      {"argmin",
       "argmin",
       FN(numbers(x[0], xg::argmin(x[0]))),
       FN(ref::squeeze(ref::argmin(ref::flat(x[0]), 0), 0)),
       with(lines, {{{}}}),
       {reals},
       {{{{0}}}, {{{2}}, {"(2)", "axis 1"}, argmin_1}}},
      {"argmin_middle",
       "argmin",
       FN(numbers(x[0], xg::argmin(x[0], 1))),
       FN(ref::squeeze(ref::argmin(x[0], 1), 1)),
       with(matrices, {{{0, 3}}}),
       {reals},
       {{{{3, 0}}}}},
      {"argsort", "argsort", FN(numbers(x[0], xg::argsort(x[0]))), FN(ref::argsort(x[0], -1)),
       lines_or_none},
      {"argsort_descending",
       "argsort",
       FN(numbers(x[0], xg::argsort(x[0], 1, xg::descending))),
       FN(ref::argsort(x[0], 1, true)),
       matrices_or_none,
       {reals},
       no_axis_1},
      {"max_indices", "max", FN(numbers(x[0], xg::max(x[0], 1).indices)),
       FN(ref::squeeze(ref::argmax(x[0], 1), 1)), matrices},
      {"min_indices", "min", FN(numbers(x[0], xg::min(x[0], 0, xg::keep_dims).indices)),
       FN(ref::argmin(x[0], 0)), lines},
      {"sort_indices", "sort", FN(numbers(x[0], xg::sort(x[0]).indices)),
       FN(ref::argsort(x[0], -1)), lines_or_none},
      {"topk_indices",
       "topk",
       FN(numbers(x[0], xg::topk(x[0], 2, 0).indices)),
       FN(ref::argsort(x[0], 0, true, 2)),
       {{{2}}, {{7}}, {{3, 5}}, {{17, 4}}, {{2, 0}}}},
  };
  for (Row& row : rows) row.differentiable = false;
  return rows;
}

std::vector<Row> order_rows() {
  const Call too_many = FN(xg::topk(x[0], 3).values), negative = FN(xg::topk(x[0], -1).values);
  return {
      {"max_last",
       "max",
       FN(xg::max(x[0], -1).values),
       FN(ref::squeeze(ref::topk(x[0], 1, -1), -1)),
       with(lines, {{{0, 3}}}),
       {reals},
       {{{{0}}}, {{{3, 0}}}, {{{}}, {"()", "axis -1"}}}},
      {"max_first_keep_dims", "max", FN(xg::max(x[0], 0, xg::keep_dims).values),
       FN(ref::topk(x[0], 1, 0)), with(lines, {{{3, 0}}})},
      {"min_middle",
       "min",
       FN(xg::min(x[0], 1).values),
       FN(ref::squeeze(ref::topk(x[0], 1, 1, false), 1)),
       with(matrices, {{{0, 3}}}),
       {reals},
       {{{{3, 0}}}, {{{2}}, {"(2)", "axis 1"}}}},
      {"sort", "sort", FN(xg::sort(x[0]).values), FN(ref::sort(x[0], -1)), lines_or_none},
      {"sort_first_descending", "sort", FN(xg::sort(x[0], 0, xg::descending).values),
       FN(ref::sort(x[0], 0, true)), lines_or_none},
      {"sort_middle",
       "sort",
       FN(xg::sort(x[0], 1).values),
       FN(ref::sort(x[0], 1)),
       matrices_or_none,
       {reals},
       no_axis_1},
      {"topk",
       "topk",
       FN(xg::topk(x[0], 2).values),
       FN(ref::topk(x[0], 2, -1)),
       {{{2}}, {{7}}, {{33}}, {{3, 5}}, {{4, 17}}, {{2, 3, 4}}, {{0, 2}}},
       {reals},
       {{{{4, 1}}, {"(4, 1)", "0 <= k <= 1", "k = 2"}},
        {{{2}}, {"(2)", "k = 3"}, too_many},
        {{{2}}, {"(2)", "k = -1"}, negative},
        {{{}}, {"()", "axis -1"}}}},
      {"topk_smallest_first",
       "topk",
       FN(xg::topk(x[0], 3, 0, xg::ascending).values),
       FN(ref::topk(x[0], 3, 0, false)),
       {{{3}}, {{7}}, {{3, 5}}, {{17, 4}}, {{6, 3, 1}}, {{3, 0}}}},
      {"topk_0",
       "topk",
       FN(xg::topk(x[0], 0).values),
       FN(ref::topk(x[0], 0, -1)),
       {{{2}}, {{3, 5}}, {{0}}}},
  };
}

const Family scan(scan_rows), index(index_rows), order(order_rows);

}  // namespace
}  // namespace op_table
