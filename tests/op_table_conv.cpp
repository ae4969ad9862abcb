// The rows of convolutions.
#include "op_table.hpp"
#include "reference_conv.hpp"

#include <xgrad/ops/conv.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using Conv1 = xg::ConvOptions<1>;
using Conv2 = xg::ConvOptions<2>;

const ref::Sliding plain1{{1}, {0}, {1}}, plain2{{1, 1}, {0, 0}, {1, 1}},
    plain3{{1, 1, 1}, {0, 0, 0}, {1, 1, 1}};

std::vector<Row> conv1d_rows() {
  return {
      {"conv1d",
       "conv1d",
       FN(xg::conv1d(x[0], x[1])),
       FN(ref::conv(x[0], x[1], plain1)),
       {{{1, 1, 1}, {1, 1, 1}},
        {{2, 3, 7}, {4, 3, 3}},
        {{1, 2, 40}, {17, 2, 5}},
        {{1, 19, 4}, {2, 19, 2}},
        {{0, 2, 5}, {3, 2, 3}},
        {{2, 0, 5}, {3, 0, 3}},
        {{2, 2, 5}, {0, 2, 3}}},
       {reals},
       {{{{2, 3}, {4, 3, 3}}, {"x of rank 3", "(2, 3)"}},
        {{{2, 3, 5}, {4, 3}}, {"weight of rank 3", "(4, 3)"}},
        {{{2, 3, 5}, {4, 2, 3}}, {"2 channels", "(4, 2, 3)", "(2, 3, 5)"}},
        {{{2, 3, 5}, {4, 3, 6}}, {"(2, 3, 5)", "(4, 3, 6)", "6 of 5"}},
        {{{2, 3, 5}, {4, 3, 0}}, {"a kernel that is not empty", "(4, 3, 0)"}},
        {{{2, 3, 0}, {4, 3, 1}}, {"(2, 3, 0)", "1 of 0"}}}},
      {"conv1d_options",
       "conv1d",
       FN(xg::conv1d(x[0], x[1], x[2], {2, 1, 3, 2})),
       FN(ref::with_bias(ref::conv(x[0], x[1], {{2}, {1}, {3}, 2}), x[2])),
       {{{2, 4, 9}, {6, 2, 2}, {6}}, {{3, 2, 5}, {2, 1, 1}, {2}}, {{0, 2, 5}, {2, 1, 1}, {2}}},
       {reals},
       {{{{2, 4, 9}, {6, 2, 2}, {5}}, {"(6)", "(5)", "bias"}},
        {{{2, 4, 9}, {5, 2, 2}, {5}}, {"5 channels", "(5, 2, 2)", "got 2"}},
        {{{2, 4, 9}, {6, 2, 2}, {6}},
         {"groups", "got 0"},
         FN(xg::conv1d(x[0], x[1], x[2], {1, 0, 1, 0}))},
        {{{2, 4, 9}, {6, 2, 2}, {6}},
         {"stride in [1, 2^31)", "got 0"},
         FN(xg::conv1d(x[0], x[1], x[2], {0}))},
        {{{2, 4, 9}, {6, 2, 2}, {6}},
         {"padding in [0, 2^31)", "got -1"},
         FN(xg::conv1d(x[0], x[1], x[2], {1, -1}))},
        {{{2, 4, 9}, {6, 2, 2}, {6}},
         {"dilation in [1, 2^31)", "got 0"},
         FN(xg::conv1d(x[0], x[1], x[2], {1, 0, 0}))}}},
  };
}

std::vector<Row> conv2d_rows() {
  const std::vector<Sample> samples = {
      {{1, 1, 3, 3}, {1, 1, 3, 3}},   {{2, 3, 5, 4}, {4, 3, 3, 2}}, {{1, 2, 6, 7}, {17, 2, 2, 3}},
      {{1, 17, 3, 4}, {2, 17, 2, 2}}, {{3, 2, 4, 4}, {3, 2, 1, 1}}, {{0, 2, 4, 4}, {3, 2, 3, 3}},
      {{1, 0, 4, 4}, {3, 0, 3, 3}}};
  return {
      {"conv2d",
       "conv2d",
       FN(xg::conv2d(x[0], x[1])),
       FN(ref::conv(x[0], x[1], plain2)),
       samples,
       {reals},
       {{{{3, 5, 5}, {4, 3, 3, 3}}, {"x of rank 4", "(3, 5, 5)"}},
        {{{2, 3, 5, 5}, {4, 3, 3}}, {"weight of rank 4", "(4, 3, 3)"}},
        {{{2, 3, 5, 5}, {4, 2, 3, 3}}, {"(4, 2, 3, 3) in 1 group", "(2, 3, 5, 5)"}},
        {{{2, 3, 5, 5}, {4, 3, 3, 6}}, {"(2, 3, 5, 5)", "(4, 3, 3, 6)", "6 of 5"}},
        {{{1, 1, 4, 4}, {1, 1, 1, 1}},
         {"a padded image that fits in the address space", "2147483647"},
         FN(xg::conv2d(x[0], x[1], {}, {2147483647, 2147483647}))}}},
      {"conv2d_bias",
       "conv2d",
       FN(xg::conv2d(x[0], x[1], x[2], {1, 1})),
       FN(ref::with_bias(ref::conv(x[0], x[1], {{1, 1}, {1, 1}, {1, 1}}), x[2])),
       {{{2, 2, 4, 3}, {3, 2, 3, 3}, {3}},
        {{1, 1, 1, 1}, {2, 1, 3, 3}, {2}},
        {{0, 1, 2, 2}, {2, 1, 3, 3}, {2}}},
       {reals},
       {{{{2, 2, 4, 3}, {3, 2, 3, 3}, {2}}, {"bias of shape (3)", "(2)"}}}},
      {"conv2d_options",
       "conv2d",
       FN(xg::conv2d(x[0], x[1], {}, {{2, 1}, {1, 2}, {1, 2}, 2})),
       FN(ref::conv(x[0], x[1], {{2, 1}, {1, 2}, {1, 2}, 2})),
       {{{2, 2, 5, 4}, {4, 1, 3, 2}}, {{1, 4, 4, 5}, {2, 2, 2, 3}}, {{2, 2, 1, 1}, {2, 1, 2, 2}}},
       {reals},
       {{{{2, 2, 5, 4}, {3, 1, 3, 2}}, {"the 3 channels", "got 2"}}}},
      {"conv2d_stride_3",
       "conv2d",
       FN(xg::conv2d(x[0], x[1], {}, {3, 1})),
       FN(ref::conv(x[0], x[1], {{3, 3}, {1, 1}, {1, 1}})),
       {{{2, 2, 8, 6}, {3, 2, 2, 2}}, {{1, 1, 5, 5}, {2, 1, 1, 1}}}},
      {"conv2d_depthwise",
       "conv2d",
       FN(xg::conv2d(x[0], x[1], {}, {1, 1, 1, 3})),
       FN(ref::conv(x[0], x[1], {{1, 1}, {1, 1}, {1, 1}, 3})),
       {{{2, 3, 4, 4}, {3, 1, 3, 3}}, {{1, 3, 4, 4}, {6, 1, 3, 3}}}},
      {"conv2d_relu",
       "conv2d",
       FN(xg::conv2d(x[0], x[1], x[2], {}, xg::Activation::relu)),
       FN(ref::relu(ref::with_bias(ref::conv(x[0], x[1], plain2), x[2]))),
       {{{1, 1, 4, 3}, {2, 1, 2, 2}, {2}}, {{0, 1, 4, 3}, {2, 1, 2, 2}, {2}}},
       {reals},
       {},
       true,
       FN(ref::with_bias(ref::conv(x[0], x[1], plain2), x[2]))},
      {"conv3d",
       "conv3d",
       FN(xg::conv3d(x[0], x[1], x[2], {{1, 2, 1}, {1, 0, 1}})),
       FN(ref::with_bias(ref::conv(x[0], x[1], {{1, 2, 1}, {1, 0, 1}, {1, 1, 1}}), x[2])),
       {{{2, 2, 3, 4, 2}, {3, 2, 2, 2, 3}, {3}}},
       {reals},
       {{{{2, 2, 4, 2}, {3, 2, 2, 2, 3}, {3}}, {"x of rank 5", "(2, 2, 4, 2)"}}}},
  };
}

std::vector<Row> transpose_rows() {
  return {
      {"conv_transpose1d",
       "conv_transpose1d",
       FN(xg::conv_transpose1d(x[0], x[1], x[2], {3, 1, 2, 2, 2})),
       FN(ref::with_bias(ref::conv_transpose(x[0], x[1], {{3}, {1}, {2}, 2}, {2}), x[2])),
       {{{2, 4, 5}, {4, 3, 3}, {6}}, {{1, 2, 1}, {2, 1, 2}, {2}}, {{0, 2, 1}, {2, 1, 2}, {2}}},
       {reals},
       {{{{2, 4, 5}, {4, 3, 3}, {5}}, {"bias of shape (6)", "(5)"}},
        {{{2, 4, 5}, {2, 3, 3}, {6}}, {"(2, 3, 3) in 2 groups", "(2, 4, 5)"}},
        {{{2, 4, 5}, {4, 3}, {6}}, {"weight of rank 3", "(4, 3)"}}}},
      {"conv_transpose2d",
       "conv_transpose2d",
       FN(xg::conv_transpose2d(x[0], x[1])),
       FN(ref::conv_transpose(x[0], x[1], plain2, {0, 0})),
       {{{1, 1, 1, 1}, {1, 1, 3, 3}},
        {{2, 3, 3, 4}, {3, 4, 2, 3}},
        {{1, 2, 3, 3}, {2, 17, 2, 2}},
        {{1, 17, 2, 2}, {17, 2, 2, 2}},
        {{0, 2, 3, 3}, {2, 3, 3, 3}},
        {{1, 0, 3, 3}, {0, 2, 2, 2}}},
       {reals},
       {{{{3, 4, 4}, {3, 2, 2, 2}}, {"x of rank 4", "(3, 4, 4)"}},
        {{{1, 3, 0, 4}, {3, 2, 2, 2}}, {"an image that is not empty", "(1, 3, 0, 4)"}},
        {{{1, 3, 4, 4}, {3, 2, 0, 2}}, {"a kernel that is not empty", "(3, 2, 0, 2)"}},
        {{{1, 3, 1, 1}, {3, 2, 3, 3}},
         {"padding that leaves something of 3", "got 2"},
         FN(xg::conv_transpose2d(x[0], x[1], {}, {1, 2}))},
        {{{1, 3, 4, 4}, {3, 2, 3, 3}},
         {"output_padding below the stride or the dilation", "got 2"},
         FN(xg::conv_transpose2d(x[0], x[1], {}, {2, 0, 2}))},
        {{{1, 3, 4, 4}, {3, 2, 3, 3}},
         {"stride", "got 0"},
         FN(xg::conv_transpose2d(x[0], x[1], {}, {0}))},
        {{{1, 3, 4, 4}, {3, 2, 3, 3}},
         {"groups", "got 2"},
         FN(xg::conv_transpose2d(x[0], x[1], {}, {1, 0, 0, 2}))}}},
      {"conv_transpose2d_options",
       "conv_transpose2d",
       FN(xg::conv_transpose2d(x[0], x[1], x[2], {{2, 1}, {1, 0}, {1, 1}, 2, {1, 2}})),
       FN(ref::with_bias(ref::conv_transpose(x[0], x[1], {{2, 1}, {1, 0}, {1, 2}, 2}, {1, 1}),
                         x[2])),
       {{{2, 2, 3, 2}, {2, 2, 2, 3}, {4}}, {{1, 4, 2, 3}, {4, 1, 3, 2}, {2}}}},
      {"conv_transpose3d",
       "conv_transpose3d",
       FN(xg::conv_transpose3d(x[0], x[1], {}, {{2, 1, 1}, {1, 0, 0}})),
       FN(ref::conv_transpose(x[0], x[1], {{2, 1, 1}, {1, 0, 0}, {1, 1, 1}}, {0, 0, 0})),
       {{{1, 2, 2, 2, 3}, {2, 2, 2, 3, 2}}},
       {reals},
       {{{{1, 2, 2, 3}, {2, 2, 2, 3, 2}}, {"x of rank 5", "(1, 2, 2, 3)"}}}},
  };
}

const Family conv1d_family(conv1d_rows), conv2d_family(conv2d_rows),
    transpose_family(transpose_rows);

}  // namespace
}  // namespace op_table
