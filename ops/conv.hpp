// Convolutions over the spatial axes of x (n, channels, ...), and their adjoints. As in all of
// machine learning they are correlations: the kernel is not turned around. The derivatives of a
// convolution are convolutions again.
//
//   conv2d(x, weight, bias, {2, 1});       // stride 2, padding 1
//   conv2d(x, weight, {}, {1, {0, 2}});    // no bias; stride 1, padding 2 to the left and right
#pragma once
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/window.hpp>

namespace xgrad {

/// Steps of the window, zeros around the image, steps within the window, and groups of channels
/// that do not see each other.
template <std::size_t N>
struct ConvOptions {
  PerAxis<N> stride = 1, padding = 0, dilation = 1;
  std::ptrdiff_t groups = 1;
};

/// The options of the convolution of which this is the adjoint; output_padding adds to the end of
/// the result's extents, of which a stride leaves several possible.
template <std::size_t N>
struct ConvTransposeOptions {
  PerAxis<N> stride = 1, padding = 0, output_padding = 0;
  std::ptrdiff_t groups = 1;
  PerAxis<N> dilation = 1;
};

/// y[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, stride p + dilation k -
/// padding], for x (n, c, w), weight (out, c / groups, kernel), bias (out) or none, y (n, out,
/// ...); then the activation, folded in.   gx = conv_transpose1d(g, weight), gweight[o, c, k] = sum
/// over n, p of g[n, o, p] x[n, c, stride p + dilation k - padding], gbias = sum of g over n, p.
/// Saves x, weight, and y for relu.   Throws std::invalid_argument if shapes do not fit, the kernel
/// is larger than the padded image, stride or dilation is 0, or groups do not divide the channels.
template <class T>
Tensor<T> conv1d(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                 const Same<Tensor<T>>& bias = Tensor<T>(), const ConvOptions<1>& options = {},
                 Activation activation = Activation::none, Location at = here());
/// The same over two axes, x (n, c, h, w), weight (out, c / groups, kernel_h, kernel_w); otherwise
/// as conv1d.
template <class T>
Tensor<T> conv2d(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                 const Same<Tensor<T>>& bias = Tensor<T>(), const ConvOptions<2>& options = {},
                 Activation activation = Activation::none, Location at = here());
/// The same over three axes, x (n, c, d, h, w); otherwise as conv1d.
template <class T>
Tensor<T> conv3d(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                 const Same<Tensor<T>>& bias = Tensor<T>(), const ConvOptions<3>& options = {},
                 Activation activation = Activation::none, Location at = here());

/// The adjoint of conv1d by its image, plus a bias: y[n, c, stride p + dilation k - padding] sums
/// weight[o, c, k] x[n, o, p], for x (n, o, w), weight (o, c / groups, kernel), bias (c) or none, y
/// (n, c, stride (w - 1) + dilation (kernel - 1) + 1 - 2 padding + output_padding).   gx =
/// conv1d(g, weight), gweight as that of conv1d with x and g exchanged, gbias = sum of g over n, p.
/// Saves x, weight.   Throws as conv1d, if the result would be empty, or unless output_padding is
/// less than the stride or the dilation.
template <class T>
Tensor<T> conv_transpose1d(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                           const Same<Tensor<T>>& bias = Tensor<T>(),
                           const ConvTransposeOptions<1>& options = {}, Location at = here());
/// The same over two axes, x (n, o, h, w); otherwise as conv_transpose1d.
template <class T>
Tensor<T> conv_transpose2d(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                           const Same<Tensor<T>>& bias = Tensor<T>(),
                           const ConvTransposeOptions<2>& options = {}, Location at = here());
/// The same over three axes, x (n, o, d, h, w); otherwise as conv_transpose1d.
template <class T>
Tensor<T> conv_transpose3d(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                           const Same<Tensor<T>>& bias = Tensor<T>(),
                           const ConvTransposeOptions<3>& options = {}, Location at = here());

}  // namespace xgrad
