// Naive normalization, by means and variances over axes.
#pragma once
#include "reference.hpp"

namespace reference {

template <class S>
Nd<S> standardized(const Nd<S>& x, const Axes& axes, double eps) {
  Nd<S> centered = subtract(x, mean(x, axes, true));
  return divide(centered, sqrt(add(mean(square(centered), axes, true), eps)));
}
template <class S>
Nd<S> rms_normalized(const Nd<S>& x, const Axes& axes, double eps) {
  return divide(x, sqrt(add(mean(square(x), axes, true), eps)));
}
/// x (n, channels, ...) in groups of channels.
template <class S>
Nd<S> group_normalized(const Nd<S>& x, int groups, double eps) {
  int n = int(x.shape[0]);
  Nd<S> rows = reshape(x, {n, groups, int(x.data.size()) / std::max(1, n * groups)});
  return Nd<S>(x.shape, standardized(rows, Axes{2}, eps).data);
}
inline Axes all_but_channels(std::size_t rank) {
  Axes axes{0};
  for (std::size_t axis = 2; axis < rank; ++axis) axes.push_back(int(axis));
  return axes;
}
/// A parameter of shape (channels), to go with x (n, channels, ...).
template <class S>
Nd<S> per_channel(const Nd<S>& parameter, std::size_t rank) {
  Shape shape(rank - 1, 1);
  shape[0] = parameter.data.size();
  return Nd<S>(shape, parameter.data);
}
template <class S>
Nd<S> affine(const Nd<S>& x, const Nd<S>& weight, const Nd<S>& bias) {
  return add(multiply(x, per_channel(weight, x.shape.size())), per_channel(bias, x.shape.size()));
}
template <class S>
Nd<S> batch_norm(const Nd<S>& x, const Nd<S>& m, const Nd<S>& v, double eps) {
  std::size_t rank = x.shape.size();
  return divide(subtract(x, per_channel(m, rank)), sqrt(add(per_channel(v, rank), eps)));
}
template <class S>
Nd<S> norm(const Nd<S>& x, int axis, bool keep_dims) {
  return sqrt(sum(square(x), Axes{axis}, keep_dims));
}
template <class S>
Nd<S> normalized(const Nd<S>& x, int axis) {
  return divide(x, norm(x, axis, true));
}

template <class S>
Nd<S> cosine_similarity(const Nd<S>& a, const Nd<S>& b, int axis) {
  const Shape shape = broadcast(a.shape, b.shape);
  Nd<S> x = broadcast_to(a, shape), z = broadcast_to(b, shape);
  return divide(sum(multiply(x, z), Axes{axis}),
                multiply(norm(x, axis, false), norm(z, axis, false)));
}

}  // namespace reference
