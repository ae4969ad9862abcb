// The rows of attention.
#include "op_table.hpp"
#include "reference_attention.hpp"

#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/linalg.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

/// (l, s) for queries q and keys k: what the reference sees.
template <class T>
xg::Array<bool> mask_of(const xg::Tensor<T>& q, const xg::Tensor<T>& k) {
  const std::size_t rows = q.shape()[q.ndim() - 2], columns = k.shape()[k.ndim() - 2];
  xg::Array<bool> mask = xg::empty_array<bool>({rows, columns});
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask.data()[i] = ref::some_seen(i / columns, i % columns);
  }
  return mask;
}
template <class S>
ref::Nd<S> none_of(const std::vector<ref::Nd<S>>&) {
  return ref::no_mask<S>();
}

const std::vector<Sample> heads = {
    {{1, 1}, {1, 1}, {1, 1}},
    {{2, 3}, {4, 3}, {4, 5}},
    {{5, 4}, {3, 4}, {3, 2}},
    {{2, 3, 4}, {2, 5, 4}, {2, 5, 3}},
    {{2, 2, 3, 4}, {2, 2, 3, 4}, {2, 2, 3, 4}},
    {{3, 1, 2, 3}, {2, 4, 3}, {1, 4, 2}},  // leading axes that broadcast
    {{20, 2}, {19, 2}, {19, 2}},
    {{130, 2}, {3, 2}, {3, 2}},  // two blocks of queries
    {{0, 3}, {4, 3}, {4, 2}},
    {{0, 2, 3}, {0, 4, 3}, {0, 4, 2}}};

std::vector<Row> attention_rows() {
  return {
      {"attention",
       "scaled_dot_product_attention",
       FN(xg::scaled_dot_product_attention(x[0], x[1], x[2])),
       FN(ref::attention(x[0], x[1], x[2], none_of(x), ref::usual_scale(x[0]), ref::all_seen)),
       heads,
       {reals},
       {{{{3}, {4, 3}, {4, 2}}, {"(3)", "(4, 3)"}},
        {{{2, 3}, {4, 2}, {4, 2}}, {"(2, 3)", "(4, 2)"}},
        {{{2, 3}, {4, 3}, {3, 2}}},
        {{{2, 2, 3}, {3, 4, 3}, {4, 2}}},
        {{{2, 3}, {4, 3}, {4}}},
        {{{2, 3}, {4, 3}, {4, 2}},
         {"a finite scale", "inf"},
         FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], false,
                                             std::numeric_limits<double>::infinity()))}}},
      {"attention_causal", "scaled_dot_product_attention",
       FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], true)),
       FN(ref::attention(x[0], x[1], x[2], none_of(x), ref::usual_scale(x[0]), ref::seen_before)),
       heads},
      {"attention_scale", "scaled_dot_product_attention",
       FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], false, 0.25)),
       FN(ref::attention(x[0], x[1], x[2], none_of(x), 0.25, ref::all_seen)), heads},
      {"attention_masked",
       "scaled_dot_product_attention",
       FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], mask_of(x[0], x[1]))),
       FN(ref::attention(x[0], x[1], x[2], none_of(x), ref::usual_scale(x[0]), ref::some_seen)),
       {{{2, 3}, {4, 3}, {4, 5}}, {{5, 4}, {3, 4}, {3, 2}}, {{2, 3, 4}, {2, 5, 4}, {2, 5, 3}}},
       {reals},
       {{{{2, 3}, {4, 3}, {4, 2}},
         {"a mask that broadcasts to (2, 4)", "(4, 2)"},
         FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], mask_of(x[1], x[0])))}}},
      {"attention_added",
       "scaled_dot_product_attention",
       FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], x[3])),
       FN(ref::attention(x[0], x[1], x[2], x[3], ref::usual_scale(x[0]), ref::all_seen)),
       {{{2, 3}, {4, 3}, {4, 5}, {2, 4}},
        {{2, 3}, {4, 3}, {4, 5}, {4}},
        {{5, 4}, {3, 4}, {3, 2}, {1, 3}},
        {{2, 3, 4}, {2, 5, 4}, {2, 5, 3}, {2, 1, 5}},
        {{3, 1, 2, 3}, {2, 4, 3}, {1, 4, 2}, {3, 1, 2, 4}},
        {{130, 2}, {3, 2}, {3, 2}, {130, 3}}},
       {reals},
       {{{{2, 3}, {4, 3}, {4, 2}, {3}}, {"a mask that broadcasts to (2, 4)", "(3)"}},
        {{{2, 3}, {4, 3}, {4, 2}, {5, 2, 4}}, {"a mask that broadcasts to (2, 4)", "(5, 2, 4)"}}}},
      {"attention_added_causal",
       "scaled_dot_product_attention",
       FN(xg::scaled_dot_product_attention(x[0], x[1], x[2], x[3], true, 0.25)),
       FN(ref::attention(x[0], x[1], x[2], x[3], 0.25, ref::seen_before)),
       {{{2, 3}, {4, 3}, {4, 5}, {2, 4}}, {{2, 3, 4}, {2, 5, 4}, {2, 5, 3}, {5}}}},
      {"attention_weights",
       "attention_weights",
       FN(xg::attention_weights(x[0], x[1], x[2], true)),
       FN(ref::attention_weights(x[0], x[1], x[2], ref::usual_scale(x[0]), ref::seen_before)),
       {{{2, 3}, {4, 3}, {}}, {{5, 4}, {3, 4}, {5, 3}}, {{2, 3, 4}, {5, 4}, {2, 1, 5}}},
       {reals},
       {{{{3}, {4, 3}, {}}, {"(3)", "(4, 3)"}},
        {{{2, 3}, {4, 3}, {3}}, {"a mask that broadcasts to (2, 4)", "(3)"}}}},
  };
}

const Family attentions(attention_rows);

}  // namespace
}  // namespace op_table
