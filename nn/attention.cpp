#include <xgrad/nn/attention.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/layout.hpp>
#include <xgrad/ops/logical.hpp>

#include <algorithm>

namespace xgrad::nn {
namespace {

constexpr const char* layer_name = "MultiheadAttention";

std::size_t checked_heads(std::size_t features, std::size_t heads, Location at) {
  if (heads > 0 && features > 0 && features % heads == 0) return heads;
  fail(layer_name, "heads that divide the features",
       std::to_string(heads) + " heads of " + std::to_string(features) + " features", at);
}

/// All masks but the causal one as one to add, or undefined if there are none. `scores` has the
/// shape (..., heads, l, s).
template <class T>
Tensor<T> merged(const AttentionMasks<T>& masks, const Shape& scores, Location at) {
  const auto check = [&](const char* name, const Shape& mask, const Shape& expected) {
    Shape shape = expected;
    if (broadcast_into(shape, mask) && shape == expected) return;
    fail(layer_name, std::string(name) + " that broadcasts to " + to_string(expected),
         to_string(mask), at);
  };
  Tensor<T> result = masks.added;
  if (result.defined()) check("an added mask", result.shape(), scores);
  const auto hide = [&](const Array<bool>& ignored) {
    const Tensor<T> mask = added_mask<T>(logical_not(ignored));
    result = result.defined() ? result + mask : mask;
  };
  if (masks.ignored) {
    check("an ignored mask", masks.ignored->shape(), scores);
    hide(*masks.ignored);
  }
  if (masks.padding) {
    const std::size_t keys = scores.back();
    const bool batched = scores.size() == 4;
    const Shape expected = batched ? Shape{scores[0], keys} : Shape{keys};
    if (masks.padding->shape() != expected) {
      fail(layer_name, "a padding mask of shape " + to_string(expected),
           to_string(masks.padding->shape()), at);
    }
    Array<bool> padding = *masks.padding;
    padding.reshape(batched ? Shape{scores[0], 1, 1, keys} : Shape{1, 1, keys});
    hide(padding);
  }
  return result;
}

}  // namespace

template <class T>
MultiheadAttention<T>::MultiheadAttention(std::size_t features, std::size_t head_count,
                                          double dropout_p, Generator& start, Location at)
    : heads(checked_heads(features, head_count, at)),
      in_proj_weight(xavier_uniform<T>({3 * features, features}, start, at).requires_grad()),
      in_proj_bias(zeros<T>({3 * features}).requires_grad()),
      out_proj(features, features, start, at),
      dropout(dropout_p),
      generator(nullptr) {
  if (!(dropout >= 0 && dropout <= 1)) {
    fail(layer_name, "dropout from 0 to 1", std::to_string(dropout), at);
  }
  out_proj.bias.assign(zeros<T>({features}));
}

template <class T>
Tensor<T> MultiheadAttention<T>::projected(const Tensor<T>& x, std::size_t part,
                                           Location at) const {
  const std::size_t features = in_proj_weight.shape()[1];
  const auto first = static_cast<Slice::Index>(part * features);
  const Slice rows = range(first, first + static_cast<Slice::Index>(features));
  const Tensor<T> y = linear(x, slice(in_proj_weight, {rows}, at), slice(in_proj_bias, {rows}, at),
                             Activation::none, at);
  Shape by_head = x.shape();
  by_head.back() = heads;
  by_head.push_back(features / heads);
  return swapaxes(reshape(y, by_head, at), -2, -3, at);
}

template <class T>
Tensor<T> MultiheadAttention<T>::operator()(const Tensor<T>& x, Location at) const {
  AttentionMasks<T> masks;
  masks.causal = causal;
  return (*this)(x, x, x, masks, at);
}

template <class T>
Tensor<T> MultiheadAttention<T>::operator()(const Tensor<T>& query, const Tensor<T>& key,
                                            const Tensor<T>& value, const AttentionMasks<T>& masks,
                                            Location at) const {
  const std::size_t features = in_proj_weight.shape()[1], rank = query.ndim();
  const auto fits = [&](const Tensor<T>& x) {
    return x.ndim() == rank && (rank == 2 || rank == 3) && x.shape().back() == features &&
           (rank == 2 || x.shape()[0] == query.shape()[0]);
  };
  if (!fits(query) || !fits(key) || !fits(value) || key.shape() != value.shape()) {
    const std::string n = std::to_string(features);
    fail(layer_name, "(batch, l, " + n + ") and two of (batch, s, " + n + "), or without a batch",
         to_string(query.shape()) + ", " + to_string(key.shape()) + " and " +
             to_string(value.shape()),
         at);
  }
  const Tensor<T> q = projected(query, 0, at), k = projected(key, 1, at),
                  v = projected(value, 2, at);
  Shape scores = q.shape();
  scores.back() = k.shape()[k.ndim() - 2];
  const Tensor<T> mask = merged(masks, scores, at);
  Tensor<T> y;
  if (training && dropout > 0) {
    Generator& draws = generator != nullptr ? *generator : default_generator();
    const Tensor<T> weights = attention_weights(q, k, mask, masks.causal, {}, at);
    y = matmul(xgrad::dropout(weights, dropout, true, draws, at), v, at);
  } else {
    y = scaled_dot_product_attention(q, k, v, mask, masks.causal, {}, at);
  }
  y = reshape(swapaxes(y, -2, -3, at), query.shape(), at);
  return observed(*this, out_proj(y, at));
}

template struct MultiheadAttention<float>;
template struct MultiheadAttention<double>;

}  // namespace xgrad::nn
