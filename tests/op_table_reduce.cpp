// The rows of reductions: sums and extremes, products, variances, norms, medians, truth.
#include "op_table.hpp"
#include "reference_statistics.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/statistics.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Axes;

constexpr double inf = std::numeric_limits<double>::infinity();

// With the parameters of the other reductions.
template <class T>
xg::Tensor<T> norm_2(const xg::Tensor<T>& x, const xg::Axes& axes = {},
                     xg::KeepDims keep = xg::KeepDims::no, xg::Location at = xg::here()) {
  return xg::norm(x, 2, axes, keep, at);
}
template <class T>
xg::Tensor<T> any_large(const xg::Tensor<T>& x, const xg::Axes& axes = {},
                        xg::KeepDims keep = xg::KeepDims::no, xg::Location at = xg::here()) {
  return numbers(x, xg::any_of(xg::greater(x, 0.75), axes, keep, at));
}
template <class T>
xg::Tensor<T> all_large(const xg::Tensor<T>& x, const xg::Axes& axes = {},
                        xg::KeepDims keep = xg::KeepDims::no, xg::Location at = xg::here()) {
  return numbers(x, xg::all_of(xg::greater(x, 0.75), axes, keep, at));
}

const std::vector<Sample> vectors = {{{1}}, {{7}}, {{16}}, {{33}}, {{67}}};
const std::vector<Sample> matrices = {{{1, 1}}, {{3, 5}}, {{1, 6}}, {{6, 1}}, {{4, 17}}, {{17, 4}}};
const std::vector<Sample> rank_3 = {{{2, 3, 4}},    {{1, 3, 4}},    {{3, 1, 4}},   {{3, 4, 1}},
                                    {{1, 1, 1}},    {{2, 3, 17}},   {{2, 17, 3}},  {{17, 2, 3}},
                                    {{2, 3, 2, 4}}, {{1, 3, 1, 5}}, {{3, 1, 5, 1}}};

template <class Item, class... Lists>
std::vector<Item> join(std::vector<Item> first, const Lists&... rest) {
  (first.insert(first.end(), rest.begin(), rest.end()), ...);
  return first;
}

// Every reduction over each kind of axes, in one order for calls, references and samples.
#define REDUCE_CALLS(op)                                                                     \
  {                                                                                          \
    FN(op(x[0])), FN(op(x[0], {}, xg::keep_dims)), FN(op(x[0], 0)), FN(op(x[0], -1)),        \
        FN(op(x[0], -1, xg::keep_dims)), FN(op(x[0], 1)), FN(op(x[0], {-2}, xg::keep_dims)), \
        FN(op(x[0], {0, -1})), FN(op(x[0], {0, -1}, xg::keep_dims)), FN(op(x[0], {-1, 1})),  \
        FN(op(x[0], {-2, -1}, xg::keep_dims)), FN(op(x[0], 2)), FN(op(x[0], {0, -2}))        \
  }
#define REDUCE_REFERENCES(op)                                                                  \
  {                                                                                            \
    FN(op(x[0])), FN(op(x[0], {}, true)), FN(op(x[0], Axes{0})), FN(op(x[0], Axes{-1})),       \
        FN(op(x[0], Axes{-1}, true)), FN(op(x[0], Axes{1})), FN(op(x[0], Axes{-2}, true)),     \
        FN(op(x[0], Axes{0, -1})), FN(op(x[0], Axes{0, -1}, true)), FN(op(x[0], Axes{-1, 1})), \
        FN(op(x[0], Axes{-2, -1}, true))                                                       \
  }

/// With `empty_slices`, also samples where there is nothing to reduce.
std::vector<Row> reduction(const char* name, const char* op, const std::vector<Call>& calls,
                           const std::vector<Reference>& references, bool empty_slices,
                           const Domain& domain = reals) {
  const std::vector<Sample> no_sample, at_least_1 = join(vectors, matrices, rank_3);
  const auto if_empty = [&](const std::vector<Sample>& samples) {
    return empty_slices ? samples : no_sample;
  };
  struct Variant {
    const char* axes;
    std::vector<Sample> samples;
  };
  const std::vector<Variant> variants = {
      {"all", join<Sample>({{{}}}, at_least_1, if_empty({{{0}}, {{0, 3}}}))},
      {"all_keep_dims", join<Sample>({{{}}}, at_least_1, if_empty({{{3, 0}}}))},
      {"first", join<Sample>({{{3, 0}}}, at_least_1, if_empty({{{0}}, {{0, 3}}}))},
      {"last", join<Sample>({{{0, 3}}}, at_least_1, if_empty({{{0}}, {{3, 0}}}))},
      {"last_keep_dims", join<Sample>({{{0, 3}}}, at_least_1, if_empty({{{2, 0}}}))},
      {"middle", join<Sample>({{{0, 2, 3}}}, matrices, rank_3, if_empty({{{2, 0, 3}}}))},
      {"middle_keep_dims", join<Sample>({{{2, 3, 0}}}, matrices, rank_3, if_empty({{{2, 0, 3}}}))},
      {"first_and_last", join<Sample>({{{2, 0, 3}}}, matrices, rank_3, if_empty({{{2, 3, 0}}}))},
      {"first_and_last_keep_dims", join<Sample>({{{2, 0, 3}}}, matrices, rank_3)},
      {"last_and_middle", join<Sample>({{{0, 3, 2}}}, rank_3)},
      {"last_two_keep_dims", join<Sample>({{{0, 3, 2}}}, matrices, rank_3)},
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    rows.push_back({std::string(name) + "_" + variants[i].axes,
                    op,
                    calls[i],
                    references[i],
                    variants[i].samples,
                    {domain}});
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

// Of two elements std is |a - b| / 2: the second derivative is 0, in float nothing but rounding.
std::vector<Row> without_pairs(std::vector<Row> rows) {
  for (Row& row : rows) {
    std::vector<Sample> kept;
    for (const Sample& sample : row.samples) {
      if (std::count(sample[0].begin(), sample[0].end(), 2) == 0) kept.push_back(sample);
    }
    row.samples = kept;
  }
  return rows;
}

std::vector<Row> reduce_rows() {
  std::vector<Row> rows;
#define REDUCTION(function, empty_slices)                                                       \
  reduction(#function, #function, REDUCE_CALLS(xg::function), REDUCE_REFERENCES(ref::function), \
            empty_slices)
  for (const std::vector<Row>& family : {
           REDUCTION(sum, true),
           REDUCTION(mean, false),
           REDUCTION(amax, false),
           REDUCTION(amin, false),
           REDUCTION(logsumexp, true),
           reduction("prod", "prod", REDUCE_CALLS(xg::prod), REDUCE_REFERENCES(ref::prod), true,
                     {0.5, 1.5, true}),
           REDUCTION(var, false),
           without_pairs(REDUCTION(std, false)),
           reduction("norm_2", "norm", REDUCE_CALLS(norm_2), REDUCE_REFERENCES(ref::norm_2), true),
           REDUCTION(median, false),
       }) {
    rows.insert(rows.end(), family.begin(), family.end());
  }
  return rows;
}

std::vector<Row> truth_rows() {
  std::vector<Row> rows = join(reduction("any_of", "any_of", REDUCE_CALLS(any_large),
                                         REDUCE_REFERENCES(ref::any_large), true),
                               reduction("all_of", "all_of", REDUCE_CALLS(all_large),
                                         REDUCE_REFERENCES(ref::all_large), true));
  for (Row& row : rows) row.differentiable = false;
  return rows;
}

std::vector<Row> statistics_rows() {
  const std::vector<Sample> at_least_1 = join(vectors, matrices, rank_3);
  const std::vector<Sample> some = {{{3, 5}},    {{1, 6}},    {{4, 17}},
                                    {{2, 3, 4}}, {{3, 1, 1}}, {{2, 0, 3}}};
  const Domain negative{-2.3, -0.3};
  const std::vector<Error> no_power = {{{{2}}, {"p > 0", "-1"}, FN(xg::norm(x[0], -1))},
                                       {{{2}}, {"p > 0", "0"}, FN(xg::norm(x[0], 0))},
                                       {{{2}}, {"p > 0", "nan"}, FN(xg::norm(x[0], std::nan("")))},
                                       {{{2}}, {"(2)", "axis 1"}, FN(xg::norm(x[0], 3, 1))}};
  const std::vector<Error> nothing = {{{{0}}}, {{{0, 3}}}};
  return {
      {"var_ddof_1",
       "var",
       FN(xg::var(x[0], {}, 1)),
       FN(ref::var(x[0], {}, false, 1)),
       {{{2}}, {{7}}, {{33}}, {{3, 5}}, {{2, 1, 3}}},
       {reals},
       {{{{1}}, {"at least 2 elements", "ddof = 1", "1 of shape (1)"}},
        {{{}}, {"at least 2 elements", "1 of shape ()"}},
        {{{0}}, {"at least 2 elements", "0 of shape (0)"}}}},
      {"var_ddof_1_last",
       "var",
       FN(xg::var(x[0], -1, 1)),
       FN(ref::var(x[0], Axes{-1}, false, 1)),
       {{{2}}, {{3, 5}}, {{2, 3, 17}}, {{0, 3}}},
       {reals},
       {{{{3, 1}}, {"at least 2 elements", "(3, 1)"}}}},
      {"std_ddof_2_keep_dims",
       "std",
       FN(xg::std(x[0], {0, -1}, 2, xg::keep_dims)),
       FN(ref::std(x[0], Axes{0, -1}, true, 2)),
       {{{3, 1}}, {{3, 5}}, {{2, 3, 17}}, {{2, 0, 3}}},
       {reals},
       {{{{2, 1}}, {"at least 3 elements", "ddof = 2", "(2, 1)"}}}},
      {"std_ddof_negative",
       "std",
       FN(xg::std(x[0], 0, -1)),
       FN(ref::std(x[0], Axes{0}, false, -1)),
       {{{3, 2}}, {{7}}},
       {reals},
       {{{{0}}, {"at least 1 element", "(0)"}}}},

      {"norm", "norm", FN(xg::norm(x[0])), FN(ref::norm(x[0], 2)), at_least_1},
      {"norm_1", "norm", FN(xg::norm(x[0], 1)), FN(ref::norm(x[0], 1)), at_least_1, {nonzero}},
      {"norm_1_last_axis",
       "norm",
       FN(xg::norm(x[0], 1, -1)),
       FN(ref::norm(x[0], 1, Axes{-1})),
       at_least_1,
       {nonzero}},
      {"norm_3_last_axis",
       "norm",
       FN(xg::norm(x[0], 3, -1)),
       FN(ref::norm(x[0], 3, Axes{-1})),
       at_least_1,
       {nonzero}},
      {"norm_1_axes",
       "norm",
       FN(xg::norm(x[0], 1, {0, -1}, xg::keep_dims)),
       FN(ref::norm(x[0], 1, Axes{0, -1}, true)),
       some,
       {nonzero}},
      {"norm_half",
       "norm",
       FN(xg::norm(x[0], 0.5)),
       FN(ref::norm(x[0], 0.5)),
       {{{}}, {{7}}, {{3, 5}}, {{0}}},
       {nonzero}},
      {"norm_3",
       "norm",
       FN(xg::norm(x[0], 3)),
       FN(ref::norm(x[0], 3)),
       at_least_1,
       {nonzero},
       no_power},
      {"norm_three_halves_axes",
       "norm",
       FN(xg::norm(x[0], 1.5, {0, -1}, xg::keep_dims)),
       FN(ref::norm(x[0], 1.5, Axes{0, -1}, true)),
       some,
       {nonzero}},
      {"norm_inf",
       "norm",
       FN(xg::norm(x[0], inf)),
       FN(ref::norm(x[0], inf)),
       at_least_1,
       {negative},
       nothing},
      {"norm_inf_axes",
       "norm",
       FN(xg::norm(x[0], inf, {0, -1}, xg::keep_dims)),
       FN(ref::norm(x[0], inf, Axes{0, -1}, true)),
       some,
       {positive}},
      {"norm_minus_inf",
       "norm",
       FN(xg::norm(x[0], -inf, -1)),
       FN(ref::norm(x[0], -inf, Axes{-1})),
       at_least_1,
       {negative},
       {{{{3, 0}}}}},
  };
}

const Family reduce(reduce_rows), truth(truth_rows), statistics(statistics_rows);

}  // namespace
}  // namespace op_table
