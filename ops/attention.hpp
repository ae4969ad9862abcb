// Attention: averages of values, weighted by how well keys match queries.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <optional>

namespace xgrad {

/// The weights alone: y = softmax(scale q k^T + mask) over the keys, (..., l, s), in tensor
/// operations. Arguments as for scaled_dot_product_attention.   Gradients as of those operations.
template <class T>
Tensor<T> attention_weights(const Tensor<T>& q, const Same<Tensor<T>>& k,
                            const Same<Tensor<T>>& mask = Tensor<T>(), bool causal = false,
                            std::optional<double> scale = {}, Location at = here());

/// y = P v with P = softmax(scale q k^T + mask) over the keys, for queries q (..., l, e), keys k
/// (..., s, e) and values v (..., s, f), so y (..., l, f); leading axes broadcast. `mask`
/// broadcasts to (..., l, s); -inf hides a key. If causal, query i sees the keys 0 .. i only.
/// `scale` is 1 / sqrt(e) if left out. A query that sees no key gets 0, and so do all gradients
/// through it. With dS = P (g v^T - sum over keys of P g v^T):   gq = scale dS k,  gk = scale dS^T
/// q,  gv = P^T g,  gmask = dS.   Saves q, k, v, mask: P is computed anew, and never whole. Throws
/// std::invalid_argument for shapes that do not fit, and for a scale that is not finite. (Vaswani
/// et al. 2017; by blocks of queries, as Dao et al. 2022.)
template <class T>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Same<Tensor<T>>& k,
                                       const Same<Tensor<T>>& v,
                                       const Same<Tensor<T>>& mask = Tensor<T>(),
                                       bool causal = false, std::optional<double> scale = {},
                                       Location at = here());
/// The same with a mask that holds where a query sees a key.
template <class T>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Same<Tensor<T>>& k,
                                       const Same<Tensor<T>>& v, const Array<bool>& mask,
                                       bool causal = false, std::optional<double> scale = {},
                                       Location at = here());
/// The same without a mask. `causal` is a bool, not a number, which would be a mask.
template <class T, class B, std::enable_if_t<std::is_same_v<B, bool>, int> = 0>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Same<Tensor<T>>& k,
                                       const Same<Tensor<T>>& v, B causal, Location at = here()) {
  return scaled_dot_product_attention(q, k, v, Tensor<T>(), causal, {}, at);
}
template <class T, class B, std::enable_if_t<std::is_same_v<B, bool>, int> = 0>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Same<Tensor<T>>& k,
                                       const Same<Tensor<T>>& v, B causal, double scale,
                                       Location at = here()) {
  return scaled_dot_product_attention(q, k, v, Tensor<T>(), causal, scale, at);
}

/// For operations and layers: 0 where the mask holds, else -inf, as a mask to add.
template <class T>
Tensor<T> added_mask(const Array<bool>& mask);

}  // namespace xgrad
