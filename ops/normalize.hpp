// Normalization over features, channels, or the batch. Statistics accumulate in double. `weight`
// and `bias` may be left out or undefined.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <limits>

namespace xgrad {

/// y = (x - m) / sqrt(v + eps) weight + bias, where m and v are mean and (biased) variance of x
/// over its last axes, which have the shape `normalized`; so have weight and bias. With h = (x - m)
/// / sqrt(v + eps) and u = g weight:   gx = (u - mean(u) - h mean(u h)) / sqrt(v + eps).   gweight
/// = g h, gbias = g, summed over the other axes.   Saves x, weight.   Finite for constant x. Throws
/// std::invalid_argument for other shapes, and unless eps >= 0. (Ba et al. 2016.)
template <class T>
Tensor<T> layer_norm(const Tensor<T>& x, const Shape& normalized,
                     const Same<Tensor<T>>& weight = Tensor<T>(),
                     const Same<Tensor<T>>& bias = Tensor<T>(), double eps = 1e-5,
                     Location at = here());

/// y = x / sqrt(mean(x^2) + eps) weight, the mean over x's last axes, of shape `normalized`.
/// gx = (u - h mean(u h)) / sqrt(mean(x^2) + eps), with h and u as for layer_norm.   gweight = g h.
/// Saves x, weight.   Throws as layer_norm. (Zhang & Sennrich 2019.)
template <class T>
Tensor<T> rms_norm(const Tensor<T>& x, const Shape& normalized,
                   const Same<Tensor<T>>& weight = Tensor<T>(),
                   double eps = std::numeric_limits<T>::epsilon(), Location at = here());

/// Each group of channels of x (n, channels, ...) normalized as by layer_norm, then times weight
/// plus bias, both of shape (channels).   Gradients as for layer_norm.   Throws also unless groups
/// divides the channels. (Wu & He 2018.)
template <class T>
Tensor<T> group_norm(const Tensor<T>& x, int groups, const Same<Tensor<T>>& weight = Tensor<T>(),
                     const Same<Tensor<T>>& bias = Tensor<T>(), double eps = 1e-5,
                     Location at = here());

/// Each channel of each x (n, channels, ...) by itself: group_norm with a group per channel.
/// Gradients as for group_norm.   Throws also where a channel has just one value.
template <class T>
Tensor<T> instance_norm(const Tensor<T>& x, const Same<Tensor<T>>& weight = Tensor<T>(),
                        const Same<Tensor<T>>& bias = Tensor<T>(), double eps = 1e-5,
                        Location at = here());

/// y = (x - mean) / sqrt(variance + eps) weight + bias for x (n, channels, ...) and given
/// statistics, all of shape (channels): for inference.   Gradients of this formula, to all five.
template <class T>
Tensor<T> batch_norm(const Tensor<T>& x, const Same<Tensor<T>>& mean,
                     const Same<Tensor<T>>& variance, const Same<Tensor<T>>& weight = Tensor<T>(),
                     const Same<Tensor<T>>& bias = Tensor<T>(), double eps = 1e-5,
                     Location at = here());

/// What batch_norm_training returns: the result, and the statistics of the batch for running
/// averages, which are constants; the variance is the unbiased one.
template <class T>
struct BatchNorm {
  Tensor<T> y, mean, variance;
};

/// Each channel of x (n, channels, ...) normalized over batch and positions by its own mean and
/// biased variance, then times weight plus bias.   Gradients as for layer_norm.   Throws also for
/// fewer than two values per channel. (Ioffe & Szegedy 2015.)
template <class T>
BatchNorm<T> batch_norm_training(const Tensor<T>& x, const Same<Tensor<T>>& weight = Tensor<T>(),
                                 const Same<Tensor<T>>& bias = Tensor<T>(), double eps = 1e-5,
                                 Location at = here());

/// y = x / max(|x|, eps), the Euclidean norm along `axis`.   gx = (g - y sum(g y)) / |x|, and g /
/// eps where |x| <= eps.   Throws std::invalid_argument unless eps > 0.
template <class T>
Tensor<T> normalize(const Tensor<T>& x, int axis = 1, double eps = 1e-12, Location at = here());

/// y = sum of normalize(a) normalize(b) along `axis`, broadcasting.   Gradients as for normalize.
/// Throws as normalize.
template <class T>
Tensor<T> cosine_similarity(const Tensor<T>& a, const Same<Tensor<T>>& b, int axis = 1,
                            double eps = 1e-8, Location at = here());

}  // namespace xgrad
