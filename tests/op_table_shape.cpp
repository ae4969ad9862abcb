// The rows of reductions and of operations that move elements.
#include "op_table.hpp"

#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Axes, ref::Cut;
using xg::all, xg::range;

constexpr std::nullopt_t end = std::nullopt;

const std::vector<Sample> vectors = {{{1}}, {{7}}, {{16}}, {{33}}, {{67}}};
const std::vector<Sample> matrices = {{{1, 1}}, {{3, 5}}, {{1, 6}}, {{6, 1}}, {{4, 17}}, {{17, 4}}};
const std::vector<Sample> rank_3 = {{{2, 3, 4}},    {{1, 3, 4}},    {{3, 1, 4}},   {{3, 4, 1}},
                                    {{1, 1, 1}},    {{2, 3, 17}},   {{2, 17, 3}},  {{17, 2, 3}},
                                    {{2, 3, 2, 4}}, {{1, 3, 1, 5}}, {{3, 1, 5, 1}}};

template <class... Lists>
std::vector<Sample> join(std::vector<Sample> first, const Lists&... rest) {
  (first.insert(first.end(), rest.begin(), rest.end()), ...);
  return first;
}

// Every reduction over each kind of axes, in one order for calls, references and samples.
#define REDUCE_CALLS(op)                                                                          \
  {                                                                                               \
    FN(xg::op(x[0])), FN(xg::op(x[0], {}, xg::keep_dims)), FN(xg::op(x[0], 0)),                   \
        FN(xg::op(x[0], -1)), FN(xg::op(x[0], -1, xg::keep_dims)), FN(xg::op(x[0], 1)),           \
        FN(xg::op(x[0], {-2}, xg::keep_dims)), FN(xg::op(x[0], {0, -1})),                         \
        FN(xg::op(x[0], {0, -1}, xg::keep_dims)), FN(xg::op(x[0], {-1, 1})),                      \
        FN(xg::op(x[0], {-2, -1}, xg::keep_dims)), FN(xg::op(x[0], 2)), FN(xg::op(x[0], {0, -2})) \
  }
#define REDUCE_REFERENCES(op)                                                   \
  {                                                                             \
    FN(ref::op(x[0])), FN(ref::op(x[0], {}, true)), FN(ref::op(x[0], Axes{0})), \
        FN(ref::op(x[0], Axes{-1})), FN(ref::op(x[0], Axes{-1}, true)),         \
        FN(ref::op(x[0], Axes{1})), FN(ref::op(x[0], Axes{-2}, true)),          \
        FN(ref::op(x[0], Axes{0, -1})), FN(ref::op(x[0], Axes{0, -1}, true)),   \
        FN(ref::op(x[0], Axes{-1, 1})), FN(ref::op(x[0], Axes{-2, -1}, true))   \
  }

/// With `empty_slices`, also samples where there is nothing to reduce.
std::vector<Row> reduction(const char* op, const std::vector<Call>& calls,
                           const std::vector<Reference>& references, bool empty_slices) {
  const std::vector<Sample> no_sample, at_least_1 = join(vectors, matrices, rank_3);
  const auto if_empty = [&](const std::vector<Sample>& samples) {
    return empty_slices ? samples : no_sample;
  };
  struct Variant {
    const char* name;
    std::vector<Sample> samples;
  };
  const std::vector<Variant> variants = {
      {"all", join({{{}}}, at_least_1, if_empty({{{0}}, {{0, 3}}}))},
      {"all_keep_dims", join({{{}}}, at_least_1, if_empty({{{3, 0}}}))},
      {"first", join({{{3, 0}}}, at_least_1, if_empty({{{0}}, {{0, 3}}}))},
      {"last", join({{{0, 3}}}, at_least_1, if_empty({{{0}}, {{3, 0}}}))},
      {"last_keep_dims", join({{{0, 3}}}, at_least_1, if_empty({{{2, 0}}}))},
      {"middle", join({{{0, 2, 3}}}, matrices, rank_3, if_empty({{{2, 0, 3}}}))},
      {"middle_keep_dims", join({{{2, 3, 0}}}, matrices, rank_3, if_empty({{{2, 0, 3}}}))},
      {"first_and_last", join({{{2, 0, 3}}}, matrices, rank_3, if_empty({{{2, 3, 0}}}))},
      {"first_and_last_keep_dims", join({{{2, 0, 3}}}, matrices, rank_3)},
      {"last_and_middle", join({{{0, 3, 2}}}, rank_3)},
      {"last_two_keep_dims", join({{{0, 3, 2}}}, matrices, rank_3)},
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    rows.push_back({std::string(op) + "_" + variants[i].name, op, calls[i], references[i],
                    variants[i].samples});
  }
  rows[0].errors = {{{{2, 3}}, {"(2, 3)", "axis 2"}, calls[11]},
                    {{{2}}, {"(2)", "axis"}, calls[11]},
                    {{{}}, {"()", "axis 2"}, calls[11]},
                    {{{2, 3}}, {"(2, 3)", "axis -2"}, calls[12]}};
  if (!empty_slices && std::string(op) != "sum") {
    rows[0].errors.push_back({{{0}}});
    rows[2].errors = {{{{0, 3}}}};
    rows[3].errors = {{{{3, 0}}}, {{{0, 0}}}};
  }
  return rows;
}

std::vector<Row> reduce_rows() {
  std::vector<Row> rows;
  for (const std::vector<Row>& family : {
           reduction("sum", REDUCE_CALLS(sum), REDUCE_REFERENCES(sum), true),
           reduction("mean", REDUCE_CALLS(mean), REDUCE_REFERENCES(mean), false),
           reduction("amax", REDUCE_CALLS(amax), REDUCE_REFERENCES(amax), false),
           reduction("amin", REDUCE_CALLS(amin), REDUCE_REFERENCES(amin), false),
           reduction("logsumexp", REDUCE_CALLS(logsumexp), REDUCE_REFERENCES(logsumexp), true),
       }) {
    rows.insert(rows.end(), family.begin(), family.end());
  }
  return rows;
}

std::vector<Row> shape_rows() {
  const Call slice_past_end = FN(xg::slice(x[0], {xg::all, 3}));
  const Call slice_too_many = FN(xg::slice(x[0], {0, 0, 0}));
  const Call slice_step_0 = FN(xg::slice(x[0], {xg::range(0, 2, 0)}));
  const Call transpose_short = FN(xg::transpose(x[0], {1}));
  const Call transpose_twice = FN(xg::transpose(x[0], {1, 1}));
  const Call reshape_two_unknown = FN(xg::reshape(x[0], {-1, -1}));
  const Call concatenate_axis_2 = FN(xg::concatenate({x[0], x[1]}, 2));
  return {
      {"reshape_flat",
       "reshape",
       FN(xg::reshape(x[0], {-1})),
       FN(ref::reshape(x[0], {-1})),
       {{{}}, {{1}}, {{7}}, {{2, 3, 4}}, {{4, 1, 5}}, {{0, 3}}}},
      {"reshape_matrix",
       "reshape",
       FN(xg::reshape(x[0], {-1, 2})),
       FN(ref::reshape(x[0], {-1, 2})),
       {{{6}}, {{2, 3, 4}}, {{1, 2, 1}}, {{17, 2}}, {{0}}},
       {reals},
       {{{{3}}}, {{{3, 5}}}, {{{2, 3}}, {"(2, 3)", "(-1, -1)"}, reshape_two_unknown}}},
      {"reshape_exact",
       "reshape",
       FN(xg::reshape(x[0], xg::Shape{3, 1, 4})),
       FN(ref::reshape(x[0], {3, 1, 4})),
       {{{12}}, {{4, 3}}, {{2, 1, 3, 2}}},
       {reals},
       {{{{2, 3}}, {"(2, 3)", "(3, 1, 4)"}}}},
      {"reshape_scalar",
       "reshape",
       FN(xg::reshape(x[0], {})),
       FN(ref::reshape(x[0], {})),
       {{{}}, {{1}}, {{1, 1, 1}}},
       {reals},
       {{{{2}}, {"(2)", "()"}}}},

      {"transpose",
       "transpose",
       FN(xg::transpose(x[0])),
       FN(ref::transpose(x[0])),
       {{{}},
        {{7}},
        {{3, 5}},
        {{1, 6}},
        {{17, 33}},
        {{2, 3, 4}},
        {{2, 1, 3}},
        {{2, 3, 4, 2}},
        {{0, 3}}}},
      {"transpose_identity",
       "transpose",
       FN(xg::transpose(x[0], {0, 1})),
       FN(ref::transpose(x[0], {0, 1})),
       {{{3, 5}}, {{1, 4}}}},
      {"transpose_102",
       "transpose",
       FN(xg::transpose(x[0], {1, 0, 2})),
       FN(ref::transpose(x[0], {1, 0, 2})),
       {{{2, 3, 4}}, {{3, 1, 4}}, {{2, 17, 3}}, {{2, 0, 3}}},
       {reals},
       {{{{2, 3}}}, {{{2, 3}}, {}, transpose_short}, {{{2, 3}}, {}, transpose_twice}}},
      {"transpose_201",
       "transpose",
       FN(xg::transpose(x[0], {2, 0, 1})),
       FN(ref::transpose(x[0], {2, 0, 1})),
       {{{2, 3, 4}}, {{5, 1, 2}}, {{3, 4, 17}}}},
      {"transpose_negative",
       "transpose",
       FN(xg::transpose(x[0], {-2, 0, 3, -3})),
       FN(ref::transpose(x[0], {-2, 0, 3, -3})),
       {{{2, 3, 4, 5}}, {{1, 3, 1, 2}}}},

      {"broadcast_to",
       "broadcast_to",
       FN(xg::broadcast_to(x[0], {3, 4})),
       FN(ref::broadcast_to(x[0], {3, 4})),
       {{{}}, {{1}}, {{4}}, {{3, 1}}, {{1, 4}}, {{1, 1}}, {{3, 4}}},
       {reals},
       {{{{3}}, {"(3)", "(3, 4)"}},
        {{{1, 3, 4}}, {"(1, 3, 4)", "(3, 4)"}},
        {{{6, 4}}, {"(6, 4)", "(3, 4)"}}}},
      {"broadcast_to_rank_4",
       "broadcast_to",
       FN(xg::broadcast_to(x[0], {2, 3, 2, 19})),
       FN(ref::broadcast_to(x[0], {2, 3, 2, 19})),
       {{{2, 1, 2, 1}}, {{1, 3, 1, 19}}, {{3, 1, 19}}, {{19}}, {{2, 1}}, {{}}}},
      {"broadcast_to_empty",
       "broadcast_to",
       FN(xg::broadcast_to(x[0], {0, 3})),
       FN(ref::broadcast_to(x[0], {0, 3})),
       {{{3}}, {{1, 3}}, {{}}, {{0, 1}}},
       {reals},
       {{{{2, 3}}, {"(2, 3)", "(0, 3)"}}}},
      {"sum_to",
       "sum_to",
       FN(xg::sum_to(x[0], {3, 1})),
       FN(ref::sum(x[0], Axes{-1}, true)),
       {{{3, 1}}, {{3, 5}}, {{3, 17}}, {{3, 0}}},
       {reals},
       {{{{4, 4}}, {"(4, 4)", "(3, 1)"}}, {{{3}}, {"(3)", "(3, 1)"}}}},
      {"sum_to_lower_rank",
       "sum_to",
       FN(xg::sum_to(x[0], {4})),
       FN(ref::sum(x[0], Axes{0, 1})),
       {{{2, 3, 4}}, {{1, 1, 4}}, {{17, 2, 4}}, {{0, 2, 4}}}},

      {"concatenate",
       "concatenate",
       FN(xg::concatenate({x[0], x[1]})),
       FN(ref::concatenate<std::decay_t<decltype(x[0].data[0])>>({x[0], x[1]}, 0)),
       {{{3}, {5}},
        {{1}, {1}},
        {{17}, {16}},
        {{2, 3}, {4, 3}},
        {{2, 3}, {2, 3}},
        {{0}, {3}},
        {{2, 1, 4}, {1, 1, 4}},
        {{2, 0}, {1, 0}}},
       {reals},
       {{{{}, {}}, {"()"}},
        {{{2, 3}, {2, 4}}},
        {{{2}, {2, 3}}},
        {{{2, 3}, {2, 3}}, {"(2, 3)", "axis 2"}, concatenate_axis_2}}},
      {"concatenate_last",
       "concatenate",
       FN(xg::concatenate({x[0], x[1]}, -1)),
       FN(ref::concatenate<std::decay_t<decltype(x[0].data[0])>>({x[0], x[1]}, -1)),
       {{{3}, {5}}, {{2, 3}, {2, 4}}, {{2, 17}, {2, 1}}, {{2, 3, 4}, {2, 3, 1}}, {{2, 0}, {2, 3}}},
       {reals},
       {{{{2, 3}, {3, 3}}}}},
      {"concatenate_three",
       "concatenate",
       FN(xg::concatenate({x[0], x[1], x[2]}, 1)),
       FN(ref::concatenate<std::decay_t<decltype(x[0].data[0])>>({x[0], x[1], x[2]}, 1)),
       {{{2, 3}, {2, 1}, {2, 4}}, {{2, 3, 2}, {2, 1, 2}, {2, 2, 2}}, {{2, 1}, {2, 0}, {2, 1}}}},
      {"concatenate_one",
       "concatenate",
       FN(xg::concatenate({x[0]}, 0)),
       FN(x[0]),
       {{{3}}, {{2, 3}}}},

      {"slice_range",
       "slice",
       FN(xg::slice(x[0], {range(1, 3)})),
       FN(ref::slice(x[0], {Cut(1, 3)})),
       {{{5}}, {{4, 3}}, {{2, 2, 2}}, {{1, 4}}, {{0, 2}}},
       {reals},
       {{{{}}}, {{{2}}, {"(2)", "0"}, slice_step_0}}},
      {"slice_index",
       "slice",
       FN(xg::slice(x[0], {all, 1})),
       FN(ref::slice(x[0], {Cut(), Cut(1)})),
       {{{3, 2}}, {{2, 3, 4}}, {{5, 17}}, {{0, 2}}},
       {reals},
       {{{{2, 3}}, {"(2, 3)", "3"}, slice_past_end},
        {{{2, 3}}, {"(2, 3)", "3"}, slice_too_many},
        {{{2, 0}}}}},
      {"slice_negative_index",
       "slice",
       FN(xg::slice(x[0], {-1, all, -2})),
       FN(ref::slice(x[0], {Cut(-1), Cut(), Cut(-2)})),
       {{{2, 3, 4}}, {{1, 3, 2}}, {{2, 2, 2, 3}}}},
      {"slice_all_indices",
       "slice",
       FN(xg::slice(x[0], {1, 2})),
       FN(ref::slice(x[0], {Cut(1), Cut(2)})),
       {{{2, 3}}, {{4, 3}}, {{2, 3, 4}}}},
      {"slice_nothing", "slice", FN(xg::slice(x[0], {})), FN(x[0]), {{{}}, {{3}}, {{2, 3}}}},
      {"slice_step",
       "slice",
       FN(xg::slice(x[0], {range(end, end, 2), range(1, end, 3)})),
       FN(ref::slice(x[0], {Cut({}, {}, 2), Cut(1, {}, 3)})),
       {{{5, 7}}, {{4, 17}}, {{1, 2}}, {{3, 5, 2}}, {{3, 1}}}},
      {"slice_reversed",
       "slice",
       FN(xg::slice(x[0], {range(end, end, -1), range(-2, end, -2)})),
       FN(ref::slice(x[0], {Cut({}, {}, -1), Cut(-2, {}, -2)})),
       {{{5, 7}}, {{4, 17}}, {{2, 2}}, {{3, 5, 2}}, {{0, 3}}, {{3, 1}}}},
      {"slice_clipped",
       "slice",
       FN(xg::slice(x[0], {range(-100, 100), range(2, -1), range(3, 1)})),
       FN(ref::slice(x[0], {Cut(-100, 100), Cut(2, -1), Cut(3, 1)})),
       {{{2, 5, 4}}, {{3, 3, 1}}}},
      {"slice_clipped_reversed",
       "slice",
       FN(xg::slice(x[0], {range(100, -100, -3), range(1, 5, -1)})),
       FN(ref::slice(x[0], {Cut(100, -100, -3), Cut(1, 5, -1)})),
       {{{7, 6}}, {{1, 3}}}},
      {"slice_mixed",
       "slice",
       FN(xg::slice(x[0], {range(0, 3), all, 2})),
       FN(ref::slice(x[0], {Cut(0, 3), Cut(), Cut(2)})),
       {{{4, 2, 3}}, {{2, 3, 5}}, {{3, 1, 3, 2}}}},
      {"slice_scatter",
       "slice_scatter",
       FN(xg::slice_scatter(x[0], {4, 5}, {range(end, end, -2), range(1, 4)})),
       FN(ref::matmul(ref::matmul(ref::Nd<std::decay_t<decltype(x[0].data[0])>>(
                                      {4, 2}, {0, 0, 0, 1, 0, 0, 1, 0}),
                                  x[0]),
                      ref::Nd<std::decay_t<decltype(x[0].data[0])>>(
                          {3, 5}, {0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}))),
       {{{2, 3}}},
       {reals},
       {{{{2, 2}}, {"(2, 2)", "(2, 3)"}}}},
  };
}

const Family reduce(reduce_rows), shape(shape_rows);

}  // namespace
}  // namespace op_table
