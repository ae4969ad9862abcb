// Losses with a margin, of scores and of embeddings.
#pragma once
#include <xgrad/ops/reduction.hpp>

namespace xgrad {

/// y = max(0, margin - t x), reduced, for labels t of -1 or 1.   gx = -g t where y > 0, else 0; gt
/// = -g x likewise.   Saves x, t.   Throws std::invalid_argument if the shapes differ, or for a
/// mean of nothing, as all losses here.
template <class T>
Tensor<T> hinge_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target, double margin = 1,
                     Reduction reduction = Reduction::mean, Location at = here());

/// y = max(0, margin - t (a - b)), reduced: a shall rank higher where t = 1, b where t = -1.
/// ga = -g t where y > 0, else 0; gb = -ga; gt = -g (a - b) likewise.   Saves a, b, t.   Throws as
/// hinge_loss.
template <class T>
Tensor<T> margin_ranking_loss(const Tensor<T>& a, const Same<Tensor<T>>& b,
                              const Same<Tensor<T>>& target, double margin = 0,
                              Reduction reduction = Reduction::mean, Location at = here());

/// y = x where t = 1 and max(0, margin - x) where t = -1, reduced.   gx = g, or -g where y > 0;
/// none to the target.   Throws also for other targets.
template <class T>
Tensor<T> hinge_embedding_loss(const Tensor<T>& distance, const Same<Tensor<T>>& target,
                               double margin = 1, Reduction reduction = Reduction::mean,
                               Location at = here());

/// y = 1 - cos(a, b) where t = 1 and max(0, cos(a, b) - margin) where t = -1, reduced, for a and b
/// (..., features) and t (...).   Gradients are those of cosine_similarity, 0 where y = 0; none to
/// the target.   Throws also for other targets.
template <class T>
Tensor<T> cosine_embedding_loss(const Tensor<T>& a, const Same<Tensor<T>>& b,
                                const Same<Tensor<T>>& target, double margin = 0,
                                Reduction reduction = Reduction::mean, Location at = here());

/// y = max(0, |a - p + eps| - |a - n + eps| + margin), reduced, with Euclidean norms along the last
/// axis. eps, 1e-6, keeps the distance of equal vectors differentiable.   Gradients are those of
/// norm, 0 where y = 0.   Throws also for scalars.
template <class T>
Tensor<T> triplet_margin_loss(const Tensor<T>& anchor, const Same<Tensor<T>>& positive,
                              const Same<Tensor<T>>& negative, double margin = 1,
                              Reduction reduction = Reduction::mean, Location at = here());

}  // namespace xgrad
