// The rows of operations on axes and of rearranging.
#include "op_table.hpp"
#include "reference_layout.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/rearrange.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using ref::Axes, ref::Cut;
using xg::all, xg::ellipsis, xg::new_axis, xg::PadMode, xg::range;

constexpr std::nullopt_t end = std::nullopt;

// The type of a reference's elements.
#define S_OF(x) std::decay_t<decltype(x[0].data[0])>
// A row of a call and its reference, both in x.
#define ROW(name, op, call, expected, ...) \
  { name, op, FN(call), FN(expected), __VA_ARGS__ }

const std::vector<Sample> any_shape = {{{}},     {{1}},       {{7}}, {{33}},   {{3, 5}},
                                       {{1, 6}}, {{2, 3, 4}}, {{0}}, {{2, 0}}, {{2, 1, 17}}};
const std::vector<Sample> matrices = {{{3, 5}},  {{5, 3}}, {{1, 6}}, {{6, 1}}, {{1, 1}},
                                      {{4, 17}}, {{0, 3}}, {{3, 0}}, {{19, 3}}};
const std::vector<Sample> stacks = {{{2, 3, 4}}, {{3, 1, 4}}, {{2, 17, 3}}, {{2, 0, 3}}};

/// Parts in another order, one after the other along the last axis.
template <class T>
xg::Tensor<T> reordered(const Tensors<T>& parts, std::initializer_list<std::size_t> order) {
  Tensors<T> result;
  for (std::size_t i : order) result.push_back(parts.at(i));
  return xg::concatenate(result, -1);
}

std::vector<Row> axis_rows() {
  const Call flatten_backwards = FN(xg::flatten(x[0], -1, 0));
  const Call moveaxis_twice = FN(xg::moveaxis(x[0], {0, 0}, {0, 1}));
  const Call moveaxis_uneven = FN(xg::moveaxis(x[0], {0, 1}, {0}));
  const Call expand_twice = FN(xg::expand_dims(x[0], {0, -4}));
  return {
      ROW("flatten", "flatten", xg::flatten(x[0]), ref::flatten(x[0]), any_shape),
      ROW("flatten_middle", "flatten", xg::flatten(x[0], 1, -2), ref::flatten(x[0], 1, -2),
          {{{2, 3, 4}}, {{2, 3, 4, 5}}, {{1, 3, 1, 2}}, {{2, 0, 3, 2}}}, {reals},
          {{{{2}}, {"(2)", "axis 1"}}, {{{2, 3}}, {"(2, 3)", "-1 and 0"}, flatten_backwards}}),
      ROW("flatten_end", "flatten", xg::flatten(x[0], -2), ref::flatten(x[0], -2),
          {{{3, 5}}, {{2, 3, 17}}}),
      ROW("swapaxes", "swapaxes", xg::swapaxes(x[0], 0, -1), ref::swapaxes(x[0], 0, -1),
          {{{7}}, {{3, 5}}, {{2, 3, 4}}, {{1, 17, 2}}, {{0, 3}}}, {reals},
          {{{{}}, {"()", "axis"}}}),
      ROW("swapaxes_middle", "swapaxes", xg::swapaxes(x[0], 2, 1), ref::swapaxes(x[0], 2, 1),
          stacks, {reals}, {{{{2, 3}}, {"(2, 3)", "axis 2"}}}),
      ROW("moveaxis", "moveaxis", xg::moveaxis(x[0], 0, -1), ref::transpose(x[0], {1, 2, 0}),
          stacks, {reals}, {{{{}}, {"()", "axis 0"}}}),
      ROW("moveaxis_back", "moveaxis", xg::moveaxis(x[0], -1, 0), ref::transpose(x[0], {2, 0, 1}),
          stacks),
      ROW("moveaxis_several", "moveaxis", xg::moveaxis(x[0], {0, 2}, {-1, 0}),
          ref::transpose(x[0], {2, 1, 3, 0}), {{{2, 3, 4, 5}}, {{1, 3, 1, 2}}}, {reals},
          {{{{2, 3}}, {"(2, 3)", "axis 2"}},
           {{{2, 3}}, {"(2, 3)", "axis 0 twice"}, moveaxis_twice},
           {{{2, 3}}, {"(2, 3)", "2 and 1"}, moveaxis_uneven}}),
      ROW("expand_dims", "expand_dims", xg::expand_dims(x[0], 0), ref::expand_dims(x[0], {0}),
          any_shape),
      ROW("expand_dims_last", "expand_dims", xg::expand_dims(x[0], -1),
          ref::reshape(x[0], {int(x[0].shape[0]), 1}), {{{7}}, {{1}}, {{17}}}),
      ROW("expand_dims_several", "expand_dims", xg::expand_dims(x[0], {3, 0}),
          ref::expand_dims(x[0], {0, 3}), {{{3, 5}}, {{2, 3, 4}}}, {reals},
          {{{{2}}, {"(2)", "axis 3"}}, {{{2, 3}}, {"(2, 3)", "axis -4 twice"}, expand_twice}}),
      ROW("squeeze", "squeeze", xg::squeeze(x[0]), ref::squeeze(x[0]),
          {{{}}, {{1}}, {{7}}, {{1, 3, 1, 5}}, {{2, 3}}, {{0, 1}}, {{1, 1, 1}}}),
      ROW("squeeze_axis", "squeeze", xg::squeeze(x[0], 1), ref::squeeze(x[0], {1}),
          {{{3, 1}}, {{1, 1, 17}}, {{0, 1}}}, {reals},
          {{{{2, 3}}, {"(2, 3)"}}, {{{2, 0}}, {"(2, 0)"}}, {{{2}}, {"(2)", "axis 1"}}}),
      ROW("squeeze_axes", "squeeze", xg::squeeze(x[0], {0, -1}), ref::squeeze(x[0], {-1, 0}),
          {{{1, 3, 1}}, {{1, 1}}, {{1, 2, 3, 1}}}, {reals}, {{{{1, 3}}, {"(1, 3)"}}}),

      ROW("slice_new_axis", "slice", xg::slice(x[0], {new_axis, range(1, 3), new_axis}),
          ref::expand_dims(ref::slice(x[0], {Cut(1, 3)}), {0, 2}), {{{5}}, {{4, 3}}, {{0, 2}}}),
      ROW("slice_ellipsis", "slice", xg::slice(x[0], {1, ellipsis, range(end, end, -2)}),
          x[0].shape.size() == 2 ? ref::slice(x[0], {Cut(1), Cut({}, {}, -2)})
                                 : ref::slice(x[0], {Cut(1), Cut(), Cut({}, {}, -2)}),
          {{{2, 5}}, {{3, 2, 4}}, {{2, 3, 17}}}, {reals}, {{{{2}}, {"(2)", "2"}}}),
      ROW("slice_ellipsis_new_axis", "slice",
          xg::slice(x[0], {ellipsis, new_axis, range(5, end, -2), 3}),
          ref::expand_dims(x[0].shape.size() == 2
                               ? ref::slice(x[0], {Cut(5, {}, -2), Cut(3)})
                               : ref::slice(x[0], {Cut(), Cut(5, {}, -2), Cut(3)}),
                           {x[0].shape.size() == 2 ? 0 : 1}),
          {{{7, 4}}, {{2, 6, 5}}, {{2, 17, 4}}, {{0, 6, 4}}, {{3, 4}}}, {reals},
          {{{{7}}, {"(7)", "at most 1", "2"}}, {{{7, 3}}, {"(7, 3)", "axis 1"}}}),
      ROW("slice_only_ellipsis", "slice", xg::slice(x[0], {ellipsis}), x[0],
          {{{}}, {{3}}, {{2, 3}}}, {reals},
          {{{{2, 3}}, {"(2, 3)", "one ellipsis"}, FN(xg::slice(x[0], {ellipsis, 0, ellipsis}))},
           {{{2}}, {"(2)", "1 slices"}, FN(xg::slice(x[0], {0, ellipsis, new_axis, 0}))}}),
  };
}

std::vector<Row> joining_rows() {
  const Call split_axis_2 = FN(xg::split(x[0], 1, 2)[0]);
  const Call split_zero = FN(xg::split(x[0], 0)[0]);
  const Call chunk_zero = FN(xg::chunk(x[0], 0)[0]);
  const Call sizes_negative = FN(xg::split_with_sizes(x[0], {4, -1})[0]);
  return {
      ROW("stack", "stack", xg::stack({x[0], x[1]}), ref::stack<S_OF(x)>({x[0], x[1]}, 0),
          {{{}, {}}, {{7}, {7}}, {{2, 3}, {2, 3}}, {{0}, {0}}, {{2, 1, 17}, {2, 1, 17}}}, {reals},
          {{{{2}, {3}}}, {{{2, 3}, {2}}}}),
      ROW("stack_last", "stack", xg::stack({x[0], x[1], x[2]}, -1),
          ref::stack<S_OF(x)>({x[0], x[1], x[2]}, -1),
          {{{}, {}, {}}, {{7}, {7}, {7}}, {{2, 3}, {2, 3}, {2, 3}}}),
      ROW("stack_middle", "stack", xg::stack({x[0], x[1]}, 1), ref::stack<S_OF(x)>({x[0], x[1]}, 1),
          {{{3}, {3}}, {{2, 3}, {2, 3}}, {{4, 0}, {4, 0}}}, {reals},
          {{{{}, {}}, {"()", "axis 1"}}}),
      // Of the parts, the last times the first, or in reverse order, so that each has its own g.
      ROW("split_equally", "split", xg::split(x[0], 3)[2] * xg::split(x[0], 3)[0],
          ref::multiply(ref::slice(x[0], {Cut(int(x[0].shape[0]) / 3 * 2, {})}),
                        ref::slice(x[0], {Cut(0, int(x[0].shape[0]) / 3)})),
          {{{3}}, {{6}}, {{3, 5}}, {{51, 2}}, {{0, 2}}, {{3, 0}}}, {reals},
          {{{{4}}, {"(4)", "3 sections"}},
           {{{}}, {"()", "axis 0"}},
           {{{2, 3}}, {"(2, 3)", "axis 2"}, split_axis_2},
           {{{2}}, {"(2)", "0 sections"}, split_zero}}),
      ROW("split_indices", "split", reordered(xg::split(x[0], {1, 3}, -1), {2, 0, 1}),
          ref::roll(x[0], -3, -1), {{{7}}, {{2, 5}}, {{2, 2, 17}}, {{2, 3}}}),
      ROW("split_one_index", "split", xg::split(x[0], {2})[1], ref::slice(x[0], {Cut(2, {})}),
          {{{3}}, {{5, 2}}, {{2, 3}}, {{1}}}),
      ROW("split_with_sizes", "split_with_sizes",
          reordered(xg::split_with_sizes(x[0], {2, 1, 2}, 1), {2, 0}),
          ref::along(x[0], -1, 4, [](int i) { return i < 2 ? 3 + i : i - 2; }),
          {{{3, 5}}, {{1, 5}}, {{17, 5}}}, {reals},
          {{{{2, 4}}, {"(2, 4)", "(2, 1, 2)"}},
           {{{2, 6}}, {"(2, 6)", "(2, 1, 2)"}},
           {{{3}}, {"(3)", "(4, -1)"}, sizes_negative}}),
      ROW("chunk", "chunk", xg::chunk(x[0], 3)[1],
          ref::slice(x[0], {Cut((int(x[0].shape[0]) + 2) / 3, (int(x[0].shape[0]) + 2) / 3 * 2)}),
          {{{7}}, {{6, 2}}, {{2, 3}}, {{4}}, {{17}}, {{0, 3}}}, {reals},
          {{{{2}}, {"(2)", "0"}, chunk_zero}, {{{}}, {"()", "axis 0"}}}),
      ROW("chunk_last", "chunk", xg::chunk(x[0], 3, 1).back(),
          ref::slice(x[0], {Cut(), Cut(4, {})}), {{{2, 6}}, {{3, 5}}}),
      ROW("broadcast_arrays", "broadcast_arrays",
          xg::broadcast_arrays(x)[0] * xg::broadcast_arrays(x)[1], ref::multiply(x[0], x[1]), two,
          {reals}, misfits),
      ROW("meshgrid", "meshgrid", xg::meshgrid(x)[0] * 2 - xg::meshgrid(x)[1],
          ref::subtract(ref::multiply(ref::reshape(x[0], {1, -1}), 2), ref::reshape(x[1], {-1, 1})),
          {{{3}, {5}}, {{1}, {4}}, {{}, {3}}, {{17}, {2}}, {{0}, {3}}}, {reals},
          {{{{2, 3}, {2}}, {"(2, 3)"}}}),
      ROW("meshgrid_ij", "meshgrid",
          xg::meshgrid(x, xg::Indexing::ij)[0] * xg::meshgrid(x, xg::Indexing::ij)[2] -
              xg::meshgrid(x, xg::Indexing::ij)[1],
          ref::subtract(ref::multiply(ref::reshape(x[0], {-1, 1, 1}), x[2]),
                        ref::reshape(x[1], {-1, 1})),
          {{{3}, {2}, {4}}, {{1}, {2}, {5}}}),
      ROW("meshgrid_xy_three", "meshgrid",
          xg::meshgrid(x)[1] * xg::meshgrid(x)[2] - xg::meshgrid(x)[0],
          ref::subtract(ref::multiply(ref::reshape(x[1], {-1, 1, 1}), x[2]),
                        ref::reshape(x[0], {-1, 1})),
          {{{3}, {2}, {4}}, {{2}, {1}, {5}}}),
      ROW("meshgrid_one", "meshgrid", xg::meshgrid(x)[0], x[0], {{{3}}, {{17}}}),
  };
}

std::vector<Row> rearrange_rows() {
  const Call rot_one_axis = FN(xg::rot90(x[0], 1, {0})), rot_same = FN(xg::rot90(x[0], 1, {1, -1}));
  const Call roll_uneven = FN(xg::roll(x[0], {1, 2}, {0}));
  const Call tile_negative = FN(xg::tile(x[0], -1)), repeat_negative = FN(xg::repeat(x[0], -2));
  const Call pad_negative = FN(xg::pad(x[0], {{0, -1}})),
             pad_three = FN(xg::pad(x[0], {{0, 1}, {1, 0}, {0, 0}}));
  const Call diagonal_same = FN(xg::diagonal(x[0], 0, 1, -1));
  return {
      ROW("flip", "flip", xg::flip(x[0]), ref::flip(x[0]), any_shape),
      ROW("flip_axis", "flip", xg::flip(x[0], -1), ref::flip(x[0], {-1}),
          {{{7}}, {{33}}, {{3, 5}}, {{2, 3, 17}}, {{2, 0}}, {{3, 1}}}, {reals},
          {{{{}}, {"()", "axis -1"}}}),
      ROW("flip_axes", "flip", xg::flip(x[0], {0, 2}), ref::flip(x[0], {0, 2}), stacks, {reals},
          {{{{2, 3}}, {"(2, 3)", "axis 2"}}}),
      ROW("rot90", "rot90", xg::rot90(x[0]), ref::rot90(x[0], 1), matrices, {reals},
          {{{{2}}, {"(2)", "axis 1"}},
           {{{2, 3}}, {"(2, 3)", "1"}, rot_one_axis},
           {{{2, 3}}, {"(2, 3)", "axis 1 twice"}, rot_same}}),
      ROW("rot90_twice", "rot90", xg::rot90(x[0], 2, {-1, 0}), ref::rot90(x[0], 2, -1, 0), stacks),
      ROW("rot90_back", "rot90", xg::rot90(x[0], -1, {1, 2}), ref::rot90(x[0], 3, 1, 2), stacks),
      ROW("rot90_whole", "rot90", xg::rot90(x[0], 4), x[0], {{{2, 3}}}),
      ROW("roll", "roll", xg::roll(x[0], 2), ref::roll(x[0], 2), any_shape),
      ROW("roll_first", "roll", xg::roll(x[0], -1, 0), ref::roll(x[0], -1, 0),
          {{{7}}, {{3, 5}}, {{2, 3, 4}}, {{1, 3}}, {{3, 0}}, {{17, 3}}}, {reals},
          {{{{}}, {"()", "axis 0"}}}),
      ROW("roll_last", "roll", xg::roll(x[0], 100, -1), ref::roll(x[0], 100, -1),
          {{{7}}, {{3, 5}}, {{2, 3, 4}}, {{2, 17}}, {{3, 0}}}),
      ROW("roll_axes", "roll", xg::roll(x[0], {1, -2, 1}, {0, 1, 0}),
          ref::roll(ref::roll(x[0], 2, 0), -2, 1), {{{3, 5}}, {{4, 3, 2}}}, {reals},
          {{{{2}}, {"(2)", "axis 1"}}, {{{2, 3}}, {"(2, 3)", "2 and 1"}, roll_uneven}}),
      ROW("roll_no_axes", "roll", xg::roll(x[0], std::vector<std::ptrdiff_t>{}, std::vector<int>{}),
          x[0], {{{3}}}),
      ROW("tile", "tile", xg::tile(x[0], 3), ref::tile(x[0], {3}), any_shape, {reals},
          {{{{2}}, {"(2)", "-1"}, tile_negative}}),
      ROW("tile_axes", "tile", xg::tile(x[0], {2, 1, 3}), ref::tile(x[0], {2, 1, 3}),
          {{{}}, {{5}}, {{2, 3}}, {{2, 1, 4}}, {{2, 3, 1, 2}}, {{0, 2}}}),
      ROW("tile_nothing", "tile", xg::tile(x[0], {0, 2}), ref::tile(x[0], {0, 2}),
          {{{3}}, {{2, 3}}}),
      ROW("repeat", "repeat", xg::repeat(x[0], 3), ref::repeat(x[0], {3}), any_shape, {reals},
          {{{{2}}, {"(2)", "-2"}, repeat_negative}}),
      ROW("repeat_axis", "repeat", xg::repeat(x[0], 2, -1), ref::repeat(x[0], {2}, -1),
          {{{7}}, {{3, 5}}, {{2, 3, 4}}, {{2, 0}}, {{17}}}, {reals}, {{{{}}, {"()", "axis -1"}}}),
      ROW("repeat_counts", "repeat", xg::repeat(x[0], {2, 0, 3}, 0),
          ref::repeat(x[0], {2, 0, 3}, 0), {{{3}}, {{3, 5}}, {{3, 2, 4}}, {{3, 0}}}, {reals},
          {{{{2, 3}}, {"(2, 3)", "(3)", "2"}}}),

      ROW("pad", "pad", xg::pad(x[0], {{1, 2}}),
          ref::pad(x[0], std::vector<std::pair<int, int>>(x[0].shape.size(), {1, 2}), 0.0),
          {{{1}}, {{7}}, {{33}}, {{3, 5}}, {{1, 6}}, {{2, 3, 4}}, {{0}}, {{2, 0}}, {{2, 1, 17}}},
          {reals}, {{{{2}}, {"(2)", "-1"}, pad_negative}, {{{2, 3}}, {"(2, 3)", "3"}, pad_three}}),
      ROW("pad_value", "pad", xg::pad(x[0], {{0, 1}, {2, 0}}, 1.5),
          ref::pad(x[0], {{0, 1}, {2, 0}}, 1.5), matrices, {reals},
          {{{{2, 3, 4}}, {"(2, 3, 4)", "2"}}}),
      ROW("pad_reflect", "pad", xg::pad(x[0], {{0, 2}, {3, 1}}, PadMode::reflect),
          ref::pad(x[0], {{0, 2}, {3, 1}}, "reflect"),
          {{{3, 5}}, {{4, 17}}, {{2, 3}}, {{1, 1}}, {{2, 2}}}, {reals},
          {{{{0, 3}}, {"(0, 3)"}}, {{{2, 3, 4}}, {"(2, 3, 4)", "2"}}}),
      ROW("pad_symmetric", "pad", xg::pad(x[0], {{3, 5}}, PadMode::symmetric),
          ref::pad(x[0], std::vector<std::pair<int, int>>(x[0].shape.size(), {3, 5}), "symmetric"),
          {{{7}}, {{1}}, {{2}}, {{3, 4}}}),
      ROW("pad_edge", "pad", xg::pad(x[0], {{2, 0}, {1, 3}}, PadMode::edge),
          ref::pad(x[0], {{2, 0}, {1, 3}}, "edge"), {{{3, 5}}, {{4, 17}}, {{1, 1}}}),
      ROW("pad_wrap", "pad", xg::pad(x[0], {{2, 1}, {4, 7}}, PadMode::wrap),
          ref::pad(x[0], {{2, 1}, {4, 7}}, "wrap"), {{{3, 5}}, {{4, 17}}, {{1, 1}}, {{2, 3}}}),
      ROW("pad_nothing", "pad", xg::pad(x[0], {{0, 0}}, PadMode::wrap), x[0], {{{3}}, {{2, 0}}}),

      ROW("diagonal", "diagonal", xg::diagonal(x[0]), ref::diagonal(x[0]), matrices, {reals},
          {{{{2}}, {"(2)", "axis 1"}}, {{{2, 3}}, {"(2, 3)", "axis 1 twice"}, diagonal_same}}),
      ROW("diagonal_above", "diagonal", xg::diagonal(x[0], 2), ref::diagonal(x[0], 2), matrices),
      ROW("diagonal_axes", "diagonal", xg::diagonal(x[0], -1, -1, 0),
          ref::diagonal(x[0], -1, -1, 0),
          {{{2, 3, 4}}, {{3, 1, 4}}, {{4, 17, 3}}, {{2, 0, 3}}, {{2, 3, 2, 3}}}),
      ROW("diag_vector", "diag", xg::diag(x[0]), ref::diag(x[0]), {{{1}}, {{7}}, {{17}}, {{0}}},
          {reals}, {{{{}}}, {{{2, 3, 4}}}}),
      ROW("diag_vector_above", "diag", xg::diag(x[0], 2), ref::diag(x[0], 2),
          {{{1}}, {{5}}, {{0}}}),
      ROW("diag_vector_below", "diag", xg::diag(x[0], -1), ref::diag(x[0], -1), {{{1}}, {{5}}}),
      ROW("diag_matrix", "diag", xg::diag(x[0], -1), ref::diag(x[0], -1), matrices),
      ROW("tril", "tril", xg::tril(x[0]), ref::tril(x[0]), matrices, {reals}, {{{{}}}, {{{2}}}}),
      ROW("tril_above", "tril", xg::tril(x[0], 1), ref::tril(x[0], 1), stacks),
      ROW("triu", "triu", xg::triu(x[0]), ref::triu(x[0]), matrices, {reals}, {{{{}}}, {{{2}}}}),
      ROW("triu_below", "triu", xg::triu(x[0], -2), ref::triu(x[0], -2), stacks),
  };
}

const Family axes(axis_rows), joining(joining_rows), rearrange(rearrange_rows);

}  // namespace
}  // namespace op_table
