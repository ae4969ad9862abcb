// Losses that are negative log-likelihoods or divergences of distributions: Bernoulli, Poisson,
// Gauss, Kullback-Leibler.
//
// With more than a reduction to say, they take a struct of options:
//   GaussianOptions options;
//   options.full = true;
//   gaussian_nll_loss(mean, target, variance, options);
// or, from C++20 on, gaussian_nll_loss(mean, target, variance, {.full = true}).
#pragma once
#include <xgrad/ops/reduction.hpp>

namespace xgrad {

/// y = -(t ln p + (1 - t) ln(1 - p)), with both logarithms at least -100, reduced.
/// gp = g (p - t) / max(p (1 - p), 1e-12), so finite at 0 and 1.   gt = g (ln(1 - p) - ln p).
/// Saves p, t.   Throws std::invalid_argument if the shapes differ, for a mean of nothing, as all
/// losses here, and for a p outside [0, 1]. Better conditioned: the loss of logits.
template <class T>
Tensor<T> binary_cross_entropy(const Tensor<T>& probabilities, const Same<Tensor<T>>& target,
                               Reduction reduction = Reduction::mean, Location at = here());

template <class T = float>
struct BinaryOptions {
  Tensor<T> weight = Tensor<T>();      // of each element; broadcasts to the logits' shape
  Tensor<T> pos_weight = Tensor<T>();  // of t ln p; broadcasts to the logits' shape
  Reduction reduction = Reduction::mean;
};

/// y = max(x, 0) - x t + ln(1 + e^-|x|), the loss of p = sigmoid(x), reduced; nothing overflows.
/// gx = g (sigmoid(x) - t).   gt = -g x.   Saves x, t.
template <class T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Same<Tensor<T>>& target,
                                           Reduction reduction = Reduction::mean,
                                           Location at = here());
/// y = weight ((1 - t) ln(1 + e^x) + pos_weight t ln(1 + e^-x)), reduced; the mean is over
/// elements, whatever their weights. Also throws if a weight does not broadcast to the logits'
/// shape.
template <class T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Same<Tensor<T>>& target,
                                           const Same<BinaryOptions<T>>& options,
                                           Location at = here());

/// Whether kl_div's target holds the logarithms of the probabilities.
enum class LogTarget : bool { no, yes };
inline constexpr LogTarget log_target = LogTarget::yes;

/// y = t (ln t - x), 0 where t = 0 and x is finite, for log-probabilities x and probabilities t;
/// with log_target e^t (t - x). Reduced; the divergence of a batch is Reduction::batch_mean.
/// gx = -g t.   gt = g (ln t + 1 - x).   Saves x, t.
template <class T>
Tensor<T> kl_div(const Tensor<T>& log_probabilities, const Same<Tensor<T>>& target,
                 Reduction reduction = Reduction::mean, LogTarget log = LogTarget::no,
                 Location at = here());

struct PoissonOptions {
  bool log_input = true;  // the prediction is the logarithm of the rate
  bool full = false;      // adds Stirling's approximation of ln t!, where t > 1
  double eps = 1e-8;      // keeps ln(rate + eps) finite if log_input is off
  Reduction reduction = Reduction::mean;
};

/// y = e^x - t x for the logarithm x of the rate, else x - t ln(x + eps), reduced.   gx = g (e^x -
/// t), else g (1 - t / (x + eps)).   gt = -g x, else -g ln(x + eps).   Saves x, t.   Throws also
/// unless eps >= 0.
template <class T>
Tensor<T> poisson_nll_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                           const PoissonOptions& options = {}, Location at = here());

struct GaussianOptions {
  bool full = false;  // adds ln(2 pi) / 2
  double eps = 1e-6;  // the least variance; a smaller one is raised to it, with gradient 1
  Reduction reduction = Reduction::mean;
};

/// y = (ln v + d^2 / v) / 2 for d = mean - target and v = max(variance, eps), reduced.   gm = g d /
/// v, gt = -gm, gv = g (1 / v - d^2 / v^2) / 2.   Saves all three.   Throws also for a variance
/// that is not positive, and unless eps > 0.
template <class T>
Tensor<T> gaussian_nll_loss(const Tensor<T>& mean, const Same<Tensor<T>>& target,
                            const Same<Tensor<T>>& variance, const GaussianOptions& options = {},
                            Location at = here());

}  // namespace xgrad
