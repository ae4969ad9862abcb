#include <xgrad/nn/transformer.hpp>
#include <xgrad/ops/arithmetic.hpp>

namespace xgrad::nn {

template <class T>
TransformerEncoderLayer<T>::TransformerEncoderLayer(const TransformerOptions& options,
                                                    Generator& start, Location at)
    : self_attn(options.features, options.heads, options.dropout, start, at),
      linear1(options.features, options.hidden, start, at),
      linear2(options.hidden, options.features, start, at),
      norm1(options.features, options.eps, at),
      norm2(options.features, options.eps, at),
      dropout(options.dropout, at),
      dropout1(options.dropout, at),
      dropout2(options.dropout, at),
      activation(options.activation),
      norm_first(options.norm_first) {
  self_attn.causal = options.causal;
}

template <class T>
Tensor<T> TransformerEncoderLayer<T>::operator()(const Tensor<T>& x, Location at) const {
  AttentionMasks<T> masks;
  masks.causal = self_attn.causal;
  return (*this)(x, masks, at);
}

template <class T>
Tensor<T> TransformerEncoderLayer<T>::operator()(const Tensor<T>& x, const AttentionMasks<T>& masks,
                                                 Location at) const {
  Tensor<T> y;
  if (norm_first) {
    y = x + dropout1(self_attn(norm1(x, at), masks, at), at);
    y = y + dropout2(feed_forward(norm2(y, at), at), at);
  } else {
    y = norm1(x + dropout1(self_attn(x, masks, at), at), at);
    y = norm2(y + dropout2(feed_forward(y, at), at), at);
  }
  return observed(*this, std::move(y));
}

template <class T>
Tensor<T> TransformerEncoderLayer<T>::feed_forward(const Tensor<T>& x, Location at) const {
  Tensor<T> hidden;
  if (activation == FeedForward::relu) {
    hidden = observed(linear1, linear(x, linear1.weight, linear1.bias, Activation::relu, at));
  } else {
    hidden = gelu(linear1(x, at));
  }
  return linear2(dropout(hidden, at), at);
}

template struct TransformerEncoderLayer<float>;
template struct TransformerEncoderLayer<double>;

}  // namespace xgrad::nn
