// The rows of taking and putting elements by indices.
#include "op_table.hpp"
#include "reference_index.hpp"

#include <xgrad/ops/index.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Integers, ref::labels, ref::pattern;

/// The reference's integers as the library takes them, of type I.
template <class I = std::int64_t>
xg::Array<I> given(const Integers& integers) {
  xg::Array<I> result = xg::empty_array<I>(xg::Shape(integers.shape.begin(), integers.shape.end()));
  for (std::size_t i = 0; i < integers.data.size(); ++i)
    result.data()[i] = static_cast<I>(integers.data[i]);
  return result;
}
/// Numbers, which are not recorded, of x's type.
template <class T>
xg::Tensor<T> one_hot_like(const xg::Tensor<T>&, const Integers& integers, std::size_t classes) {
  return xg::one_hot<T>(given<short>(integers), classes);
}
template <class S>
ref::Nd<S> one_hot_like(const ref::Nd<S>&, const Integers& integers, std::size_t classes) {
  return ref::one_hot<S>(integers, classes);
}
std::vector<Row> take_rows() {
  const Call one_hot_negative = FN(one_hot_like(x[0], Integers({2}, {0, -1}), 3));
  const Call take_scalar_index = FN(xg::take(x[0], 3, 0)), take_axis_2 = FN(xg::take(x[0], 0, 2));
  const Call take_huge = FN(xg::take(x[0], given<std::uint64_t>(Integers({1}, {-1})), 0));
  return {
      {"take",
       "take",
       FN(xg::take(x[0], given(pattern({5}, 3)), 0)),
       FN(ref::take(x[0], pattern({5}, 3), 0)),
       {{{3}}, {{3, 5}}, {{3, 2, 4}}, {{3, 17}}, {{3, 600}}, {{3, 0}}},
       {reals},
       {{{{2, 3}}, {"(2, 3)", "[-2, 2)", "got index"}},
        {{{3}}, {"(3)", "[-3, 3)", "index 3"}, take_scalar_index},
        {{{3, 2}}, {"(3, 2)", "axis 2"}, take_axis_2},
        {{{3, 2}}, {"(3, 2)", "index 9223372036854775807"}, take_huge},
        {{{3, 2}}, {"(3, 2)", "index 9223372036854775807"}, FN(xg::take(x[0], std::size_t(-1), 0))},
        {{{0}}, {"(0)", "[-0, 0)"}},
        {{{}}, {"()", "axis 0"}}}},
      {"take_matrix_last",
       "take",
       FN(xg::take(x[0], given<int>(pattern({2, 3}, 4)), -1)),
       FN(ref::take(x[0], pattern({2, 3}, 4), -1)),
       {{{4}}, {{3, 4}}, {{2, 3, 4}}, {{0, 4}}}},
      {"take_middle",
       "take",
       FN(xg::take(x[0], given<signed char>(pattern({33}, 3)), 1)),
       FN(ref::take(x[0], pattern({33}, 3), 1)),
       {{{2, 3}}, {{2, 3, 4}}, {{2, 3, 2, 2}}}},
      {"take_index",
       "take",
       FN(xg::take(x[0], -1, 0)),
       FN(ref::take(x[0], Integers({}, {-1}), 0)),
       {{{1}}, {{7}}, {{3, 5}}, {{2, 3, 4}}}},
      {"take_list",
       "take",
       FN(xg::take(x[0], {0, 2, 2, -1})),
       FN(ref::take(x[0], Integers({4}, {0, 2, 2, -1}))),
       {{{3}}, {{7}}, {{3, 5}}, {{2, 3, 4}}},
       {reals},
       {{{{2}}, {"(2)", "index 2"}}}},
      {"take_flat_matrix",
       "take",
       FN(xg::take(x[0], given(pattern({3, 7}, 6)))),
       FN(ref::take(x[0], pattern({3, 7}, 6))),
       {{{6}}, {{2, 3}}, {{1, 2, 3}}}},
      {"take_nothing",
       "take",
       FN(xg::take(x[0], {}, 0)),
       FN(ref::take(x[0], Integers({0}), 0)),
       {{{3}}, {{0}}, {{2, 3}}}},
      {"take_sorted",
       "take",
       FN(xg::take(x[0], {0, 0, 1, 2, 2, 2}, 0)),
       FN(ref::take(x[0], Integers({6}, {0, 0, 1, 2, 2, 2}), 0)),
       {{{3}}, {{4, 17}}}},

      {"take_sparse",
       "take",
       FN(xg::take(x[0], {40, 3, 40, -1, 3}, 0)),
       FN(ref::take(x[0], Integers({5}, {40, 3, 40, -1, 3}), 0)),
       {{{41}}, {{67}}, {{50, 3}}}},

      {"embedding",
       "embedding",
       FN(xg::embedding(x[0], given(labels({2, 3}, 3)))),
       FN(ref::take(x[0], labels({2, 3}, 3), 0)),
       {{{3}}, {{3, 5}}, {{4, 17}}, {{3, 2, 3}}, {{3, 0}}},
       {reals},
       {{{{2, 4}}, {"[0, 2)", "(2, 4)", "index 2"}, FN(xg::embedding(x[0], {0, 1, 2}))},
        {{{2, 4}}, {"[0, 2)", "index -1"}, FN(xg::embedding(x[0], -1))},
        {{{0, 4}}, {"[0, 0)", "(0, 4)", "index 0"}, FN(xg::embedding(x[0], {0}))},
        {{{2, 4}}, {"padding", "(2, 4)", "2"}, FN(xg::embedding(x[0], {0}, 2))},
        {{{2, 4}}, {"padding", "(2, 4)", "-3"}, FN(xg::embedding(x[0], {0}, -3))},
        {{{}}, {"(n, ...)", "()"}}}},
      {"embedding_scalar",
       "embedding",
       FN(xg::embedding(x[0], 1)),
       FN(ref::take(x[0], Integers({}, {1}), 0)),
       {{{2}}, {{3, 5}}}},

      {"index_add",
       "index_add",
       FN(xg::index_add(x[0], 0, given(pattern({5}, 3)), x[1])),
       FN(ref::index_add(x[0], 0, pattern({5}, 3), x[1])),
       {{{3}, {5}}, {{3, 4}, {5, 4}}, {{3, 2, 17}, {5, 2, 17}}, {{3, 0}, {5, 0}}},
       {reals},
       {{{{3}, {4}}}, {{{3, 2}, {5, 3}}}, {{{2}, {5}}, {"(2)", "got index"}}, {{{}, {}}, {"()"}}}},
      {"index_add_last",
       "index_add",
       FN(xg::index_add(x[0], -1, {1, 0, 1}, x[1])),
       FN(ref::index_add(x[0], -1, Integers({3}, {1, 0, 1}), x[1])),
       {{{2}, {3}}, {{4, 2}, {4, 3}}, {{2, 3, 5}, {2, 3, 3}}}},
      {"index_add_flat",
       "index_add",
       FN(xg::index_add(x[0], {}, {3, 1, 3, -1}, x[1])),
       FN(ref::reshape(ref::index_add(ref::flat(x[0]), 0, Integers({4}, {3, 1, 3, -1}), x[1]),
                       std::vector<int>(x[0].shape.begin(), x[0].shape.end()))),
       {{{4}, {4}}, {{2, 3}, {4}}}},

      {"one_hot",
       "one_hot",
       FN(one_hot_like(x[0], labels({4}, 3), 3)),
       FN(one_hot_like(x[0], labels({4}, 3), 3)),
       {{{}}},
       {reals},
       {{{{}}, {"[0, 3)", "-1"}, one_hot_negative}},
       false},
      {"one_hot_matrix",
       "one_hot",
       FN(one_hot_like(x[0], labels({2, 5}, 4), 6)),
       FN(one_hot_like(x[0], labels({2, 5}, 4), 6)),
       {{{}}},
       {reals},
       {},
       false},
  };
}

std::vector<Row> gather_rows() {
  const Call gather_axis_2 = FN(xg::gather(x[0], 2, given(pattern({2, 3}, 2))));
  const Call gather_range = FN(xg::gather(x[0], 1, given(pattern({2, 3}, 4))));
  return {
      {"gather",
       "gather",
       FN(xg::gather(x[0], 1, given(pattern({2, 6}, 3)))),
       FN(ref::gather(x[0], 1, pattern({2, 6}, 3))),
       {{{2, 3}}, {{4, 3}}, {{2, 17}}},
       {reals},
       {{{{1, 3}}, {"(1, 3)", "(2, 6)"}},
        {{{3}}, {"(3)", "axis 1"}},
        {{{2, 3, 4}}, {"(2, 3, 4)", "(2, 6)"}},
        {{{2, 3}}, {"(2, 3)", "axis 2"}, gather_axis_2},
        {{{2, 3}}, {"(2, 3)", "got index"}, gather_range}}},
      {"gather_first",
       "gather",
       FN(xg::gather(x[0], 0, given<unsigned>(labels({5, 3}, 3)))),
       FN(ref::gather(x[0], 0, labels({5, 3}, 3))),
       {{{3, 3}}, {{4, 5}}, {{3, 17}}}},
      {"gather_middle",
       "gather",
       FN(xg::gather(x[0], -2, given(pattern({2, 4, 3}, 3)))),
       FN(ref::gather(x[0], -2, pattern({2, 4, 3}, 3))),
       {{{2, 3, 3}}, {{3, 3, 4}}}},
      {"gather_vector",
       "gather",
       FN(xg::gather(x[0], 0, {1, 1, -1, 0})),
       FN(ref::gather(x[0], 0, Integers({4}, {1, 1, -1, 0}))),
       {{{2}}, {{33}}}},
      {"gather_nothing",
       "gather",
       FN(xg::gather(x[0], 0, given(Integers({0, 2})))),
       FN(ref::gather(x[0], 0, Integers({0, 2}))),
       {{{3, 2}}, {{0, 4}}}},

      {"scatter_add",
       "scatter_add",
       FN(xg::scatter_add(x[0], 1, given(pattern({2, 5}, 3)), x[1])),
       FN(ref::scatter_add(x[0], 1, pattern({2, 5}, 3), x[1])),
       {{{2, 3}, {2, 5}}, {{4, 3}, {2, 5}}, {{2, 17}, {3, 6}}},
       {reals},
       {{{{2, 3}, {2, 4}}, {"(2, 5)", "(2, 4)"}},
        {{{1, 3}, {2, 5}}, {"(1, 3)", "(2, 5)"}},
        {{{2, 3}, {5}}, {"(2, 5)", "(5)"}},
        {{{2, 2}, {2, 5}}, {"(2, 2)", "got index"}}}},
      {"scatter_add_first",
       "scatter_add",
       FN(xg::scatter_add(x[0], 0, given(pattern({4, 2, 3}, 2)), x[1])),
       FN(ref::scatter_add(x[0], 0, pattern({4, 2, 3}, 2), x[1])),
       {{{2, 2, 3}, {4, 2, 3}}, {{3, 4, 5}, {4, 3, 3}}, {{2, 2, 3}, {}}}},
      {"scatter",
       "scatter",
       FN(xg::scatter(x[0], 1, given(pattern({2, 5}, 3)), x[1])),
       FN(ref::scatter(x[0], 1, pattern({2, 5}, 3), x[1])),
       {{{2, 3}, {2, 5}}, {{4, 3}, {2, 5}}, {{2, 17}, {3, 6}}, {{2, 3}, {}}},
       {reals},
       {{{{2, 3}, {2, 4}}, {"(2, 5)", "(2, 4)"}}, {{{2, 2}, {2, 5}}, {"(2, 2)", "got index"}}}},
      {"scatter_first",
       "scatter",
       FN(xg::scatter(x[0], 0, given(labels({2, 3}, 4)), x[1])),
       FN(ref::scatter(x[0], 0, labels({2, 3}, 4), x[1])),
       {{{4, 3}, {2, 3}}, {{4, 5}, {2, 3}}}},

      {"scatter_sparse",
       "scatter",
       FN(xg::scatter(x[0], 0, {40, 3, 40, -1}, x[1])),
       FN(ref::scatter(x[0], 0, Integers({4}, {40, 3, 40, -1}), x[1])),
       {{{41}, {4}}, {{67}, {4}}}},

      {"take_along_axis",
       "take_along_axis",
       FN(xg::take_along_axis(x[0], given(pattern({2, 5}, 3)), 1)),
       FN(ref::take_along_axis(x[0], pattern({2, 5}, 3), 1, {2, 5})),
       {{{2, 3}}, {{1, 3}}, {{2, 17}}},
       {reals},
       {{{{3, 3}}, {"(3, 3)", "(2, 5)"}},
        {{{3}}, {"(3)", "axis 1"}},
        {{{2, 3, 4}}, {"(2, 3, 4)", "(2, 5)"}}}},
      {"take_along_axis_broadcast",
       "take_along_axis",
       FN(xg::take_along_axis(x[0], given(pattern({1, 2, 4}, 3)), 1)),
       FN(ref::take_along_axis(x[0], pattern({1, 2, 4}, 3), 1, {x[0].shape[0], 2, 4})),
       {{{1, 3, 4}}, {{5, 3, 4}}, {{5, 3, 1}}}},
      {"put_along_axis",
       "put_along_axis",
       FN(xg::put_along_axis(x[0], given(pattern({1, 2}, 3)), x[1], 1)),
       FN(ref::scatter(x[0], 1, ref::broadcast_to(pattern({1, 2}, 3), {x[0].shape[0], 2}),
                       ref::broadcast_to(x[1], {x[0].shape[0], 2}))),
       {{{1, 3}, {1, 2}}, {{4, 3}, {4, 2}}, {{4, 3}, {2}}, {{4, 17}, {4, 1}}, {{4, 3}, {}}},
       {reals},
       {{{{4, 3}, {3, 2}}, {"(4, 2)", "(3, 2)"}}, {{{3}, {}}, {"(3)", "axis 1"}}}},

      {"gather_nd",
       "gather_nd",
       FN(xg::gather_nd(x[0], given(pattern({5, 2}, 2)))),
       FN(ref::gather_nd(x[0], pattern({5, 2}, 2))),
       {{{2, 2}}, {{3, 4}}, {{2, 2, 17}}, {{2, 3, 4, 2}}},
       {reals},
       {{{{2}}, {"(2)", "(5, 2)"}}, {{{1, 2}}, {"(1, 2)", "[-1, 1)", "index"}}}},
      {"gather_nd_slices",
       "gather_nd",
       FN(xg::gather_nd(x[0], given(pattern({2, 3, 1}, 3)))),
       FN(ref::gather_nd(x[0], pattern({2, 3, 1}, 3))),
       {{{3}}, {{4, 5}}, {{3, 2, 4}}}},
      {"scatter_nd",
       "scatter_nd",
       FN(xg::scatter_nd(x[0], given(pattern({5, 2}, 2)), x[1])),
       FN(ref::scatter_nd(x[0], pattern({5, 2}, 2), x[1])),
       {{{2, 2}, {5}}, {{3, 4}, {5}}, {{2, 2, 17}, {5, 17}}},
       {reals},
       {{{{2, 2}, {4}}}, {{{1, 2}, {5}}, {"(1, 2)", "index"}}}},
  };
}

const Family taking(take_rows), gathering(gather_rows);

}  // namespace
}  // namespace op_table
