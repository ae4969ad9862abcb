// The layer that transformers are stacks of.
#pragma once
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/normalization.hpp>

namespace xgrad::nn {

/// What stands between the two dense layers of a TransformerEncoderLayer.
enum class FeedForward { relu, gelu };

/// How a TransformerEncoderLayer is made; the standard values are PyTorch's.
struct TransformerOptions {
  std::size_t features, heads;
  std::size_t hidden = 2048;  // width of the dense layers
  double dropout = 0.1;
  FeedForward activation = FeedForward::relu;
  bool norm_first = false;  // normalize before attention and dense layers, rather than after
  bool causal = false;      // for a call without masks
  double eps = 1e-5;

  TransformerOptions(std::size_t feature_count, std::size_t head_count)
      : features(feature_count), heads(head_count) {}
};

/// Self-attention and two dense layers, each with a shortcut and a layer normalization (Vaswani et
/// al. 2017; norm_first: Xiong et al. 2020), for x (batch, length, features) or (length, features):
///   x = norm1(x + attention(x)),  y = norm2(x + linear2(f(linear1(x)))), or with norm_first
///   x = x + attention(norm1(x)),  y = x + linear2(f(linear1(norm2(x)))),
/// with dropout of the attention's weights, of f's results and before each sum.
template <class T = float>
struct TransformerEncoderLayer {
  using value_type = T;
  MultiheadAttention<T> self_attn;
  Dense<T> linear1, linear2;
  LayerNorm<T> norm1, norm2;
  Dropout dropout, dropout1, dropout2;
  FeedForward activation;
  bool norm_first;

  /// Throws std::invalid_argument unless heads divides features, if an extent is 0, and for a
  /// dropout outside [0, 1].
  explicit TransformerEncoderLayer(const TransformerOptions& options,
                                   Generator& start = default_generator(), Location at = here());
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const;
  Tensor<T> operator()(const Tensor<T>& x, const AttentionMasks<T>& masks,
                       Location at = here()) const;
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("self_attn", self_attn);
    visitor("linear1", linear1);
    visitor("dropout", dropout);
    visitor("linear2", linear2);
    visitor("norm1", norm1);
    visitor("norm2", norm2);
    visitor("dropout1", dropout1);
    visitor("dropout2", dropout2);
  }

 private:
  Tensor<T> feed_forward(const Tensor<T>& x, Location at) const;
};

}  // namespace xgrad::nn
