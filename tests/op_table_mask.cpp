// The rows of choosing elements by truth values.
#include "op_table.hpp"
#include "reference_index.hpp"

#include <xgrad/ops/mask.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

ref::Nd<double> mask_of(const Shape& shape) {
  ref::Nd<double> result(shape);
  for (std::size_t i = 0; i < result.data.size(); ++i) result.data[i] = (i * 7 + 3) % 5 < 2;
  return result;
}
xg::Array<bool> given_mask(const Shape& shape) {
  ref::Nd<double> mask = mask_of(shape);
  xg::Array<bool> result = xg::empty_array<bool>(xg::Shape(shape.begin(), shape.end()));
  for (std::size_t i = 0; i < result.size(); ++i) result.data()[i] = mask.data[i] != 0;
  return result;
}
xg::Array<bool> truths(std::initializer_list<bool> list) {
  xg::Array<bool> result = xg::empty_array<bool>({list.size()});
  std::copy(list.begin(), list.end(), result.data());
  return result;
}
template <class SomeShape>
Shape plain_shape(const SomeShape& shape) {
  return Shape(shape.begin(), shape.end());
}
template <class T>
xg::Tensor<T> nonzero_of(const xg::Tensor<T>& x, bool flat) {
  xg::Array<std::int64_t> places = flat ? xg::flatnonzero(x > 0) : xg::nonzero(x > 0);
  return xg::Tensor<T>(places);
}
template <class S>
ref::Nd<S> nonzero_of(const ref::Nd<S>& x, bool flat) {
  std::vector<S> result;
  std::size_t rank = flat ? 1 : x.shape.size(), count = 0, place = 0;
  ref::for_each_index(x.shape, [&](const ref::Index& i) {
    if (S(0) < x.at(i)) {
      ++count;
      if (flat) result.push_back(S(double(place)));
      for (std::size_t k = 0; !flat && k < rank; ++k) result.push_back(S(double(i[k])));
    }
    ++place;
  });
  return ref::Nd<S>(flat ? Shape{count} : Shape{count, rank}, result);
}

std::vector<Row> mask_rows() {
  const Call long_condition = FN(xg::compress(truths({false, true, false, true}), x[0], 0));
  const Call matrix_condition = FN(xg::compress(given_mask({2, 2}), x[0]));
  return {
      {"masked_fill", "masked_fill",
       FN(xg::masked_fill(x[0], given_mask(plain_shape(x[0].shape())), -1.5)),
       FN(ref::where(mask_of(x[0].shape), ref::Nd<std::decay_t<decltype(x[0].data[0])>>({}, {-1.5}),
                     x[0])),
       one},
      {"masked_fill_row",
       "masked_fill",
       FN(xg::masked_fill(x[0], given_mask({4}), x[1])),
       FN(ref::where(mask_of({4}), x[1], x[0])),
       {{{4}, {}}, {{3, 4}, {3, 1}}, {{2, 3, 4}, {3, 4}}, {{0, 4}, {}}},
       {reals},
       {{{{3}, {}}, {"(3)", "(4)", "()"}},
        {{{3, 1}, {}}, {"(3, 1)", "(4)"}},
        {{{3, 4}, {2, 1, 4}}, {"(3, 4)", "(2, 1, 4)"}}}},
      {"masked_select", "masked_select",
       FN(xg::masked_select(x[0], given_mask(plain_shape(x[0].shape())))),
       FN(ref::masked_select(x[0], mask_of(x[0].shape))), one},
      {"masked_select_broadcast",
       "masked_select",
       FN(xg::masked_select(x[0], given_mask({3, 4}))),
       FN(ref::masked_select(x[0], mask_of({3, 4}))),
       {{{3, 4}}, {{4}}, {{3, 1}}, {{}}, {{2, 3, 4}}, {{2, 1, 4}}},
       {reals},
       {{{{3}}, {"(3)", "(3, 4)"}}, {{{2, 4}}, {"(2, 4)", "(3, 4)"}}}},
      {"compress",
       "compress",
       FN(xg::compress(truths({true, false, true}), x[0], 0)),
       FN(ref::compress({true, false, true}, x[0], 0)),
       {{{3}}, {{4}}, {{3, 5}}, {{5, 2, 3}}},
       {reals},
       {{{{2}}, {"(2)", "beyond 2"}},
        {{{3, 2}}, {"(3, 2)", "beyond 3", "(4)"}, long_condition},
        {{{2, 3}}, {"(2, 3)", "(2, 2)"}, matrix_condition},
        {{{}}, {"()", "axis 0"}}}},
      {"compress_last",
       "compress",
       FN(xg::compress(truths({false, true}), x[0], -1)),
       FN(ref::compress({false, true}, x[0], -1)),
       {{{2}}, {{3, 2}}, {{2, 2, 17}}}},
      {"compress_flat",
       "compress",
       FN(xg::compress(truths({false, true, true, false, true}), x[0])),
       FN(ref::compress({false, true, true, false, true}, ref::flat(x[0]), 0)),
       {{{5}}, {{2, 3}}, {{4, 4}}}},
      {"nonzero",
       "nonzero",
       FN(nonzero_of(x[0], false)),
       FN(nonzero_of(x[0], false)),
       one,
       {reals},
       {},
       false},
      {"flatnonzero",
       "flatnonzero",
       FN(nonzero_of(x[0], true)),
       FN(nonzero_of(x[0], true)),
       one,
       {reals},
       {},
       false},
  };
}

const Family masks(mask_rows);

}  // namespace
}  // namespace op_table
