// Attention with several heads, as a layer.
#pragma once
#include <xgrad/nn/layers.hpp>
#include <xgrad/ops/attention.hpp>

#include <optional>

namespace xgrad::nn {

/// What queries are not to see, all of it optional. Where a truth value holds, the key is ignored,
/// as in torch.nn.MultiheadAttention.
template <class T>
struct AttentionMasks {
  std::optional<Array<bool>> ignored;  // broadcasts to (batch, heads, queries, keys)
  std::optional<Array<bool>> padding;  // (batch, keys), or (keys) without a batch
  Tensor<T> added;                     // to the scores; broadcasts to (batch, heads, queries, keys)
  bool causal = false;                 // query i sees the keys 0 .. i
};

/// Multi-head attention (Vaswani et al. 2017) of queries (batch, l, features) to keys and values
/// (batch, s, features), or of all three without a batch: with projections Q = x W_q^T + b_q and so
/// on, cut into `heads` parts, softmax(Q K^T / sqrt(features / heads)) V per head, put together and
/// projected. `in_proj_weight` has W_q, W_k and W_v one below the other. Starting values are
/// PyTorch's: uniform by Glorot & Bengio, biases 0.
template <class T = float>
struct MultiheadAttention {
  using value_type = T;
  std::size_t heads;
  Tensor<T> in_proj_weight, in_proj_bias;  // (3 features, features), (3 features)
  Dense<T> out_proj;
  double dropout;        // of the weights, in training
  Generator* generator;  // of the dropout; null: the calling thread's default_generator()
  bool causal = false;   // for self-attention by one argument
  bool training = true;

  /// Throws std::invalid_argument unless heads divides features, and for a dropout outside [0, 1].
  MultiheadAttention(std::size_t features, std::size_t head_count, double dropout_p = 0,
                     Generator& start = default_generator(), Location at = here());

  /// Self-attention: x as queries, keys and values.
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const;
  Tensor<T> operator()(const Tensor<T>& x, const AttentionMasks<T>& masks,
                       Location at = here()) const {
    return (*this)(x, x, x, masks, at);
  }
  /// Cross-attention. Throws std::invalid_argument for shapes that do not fit.
  Tensor<T> operator()(const Tensor<T>& query, const Tensor<T>& key, const Tensor<T>& value,
                       const AttentionMasks<T>& masks = {}, Location at = here()) const;

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("in_proj_weight", in_proj_weight);
    visitor("in_proj_bias", in_proj_bias);
    visitor("out_proj", out_proj);
    visitor("training", training);
  }

 private:
  /// Projection number `part` of x, by heads: (..., heads, rows, features / heads).
  Tensor<T> projected(const Tensor<T>& x, std::size_t part, Location at) const;
};

}  // namespace xgrad::nn
