// Pooling over the spatial axes of x (n, channels, ...): what lies under a window that slides over
// each channel becomes one element.
//
//   max_pool2d(x, 2);                // windows of 2 x 2, side by side
//   avg_pool2d(x, 3, {2, 1});        // windows of 3 x 3, stride 2, padding 1
//   max_pool2d(x, {1, 3}, {{1, 2}}); // windows of 1 x 3, strides 1 and 2
#pragma once
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/window.hpp>

namespace xgrad {

/// Steps of the window (the kernel's extents if not given), of what lies around the image (which is
/// never the greatest), within the window; and whether windows may reach beyond the end.
template <std::size_t N>
struct MaxPoolOptions {
  PerAxis<N> stride = {}, padding = 0, dilation = 1;
  bool ceil_mode = false;
};

/// The same for averages; whether the zeros around the image count as elements.
template <std::size_t N>
struct AvgPoolOptions {
  PerAxis<N> stride = {}, padding = 0;
  bool ceil_mode = false, count_include_pad = true;
};

/// y = the greatest element under each window, for x (n, c, w); NaN if there is one.   gx = g at
/// the first of the greatest, or the first NaN, added up.   Keeps their positions.   Throws
/// std::invalid_argument if the window is larger than the padded image, a kernel, stride or
/// dilation is 0, or the padding is more than half the window.
template <class T>
Tensor<T> max_pool1d(const Tensor<T>& x, const PerAxis<1>& kernel,
                     const MaxPoolOptions<1>& options = {}, Location at = here());
/// The same over two axes, x (n, c, h, w); otherwise as max_pool1d.
template <class T>
Tensor<T> max_pool2d(const Tensor<T>& x, const PerAxis<2>& kernel,
                     const MaxPoolOptions<2>& options = {}, Location at = here());
/// The same over three axes, x (n, c, d, h, w); otherwise as max_pool1d.
template <class T>
Tensor<T> max_pool3d(const Tensor<T>& x, const PerAxis<3>& kernel,
                     const MaxPoolOptions<3>& options = {}, Location at = here());
/// max_pool2d, and where each element comes from, as an index into its channel's h w elements in
/// row-major order; otherwise as max_pool1d.
template <class T>
ValuesAndIndices<T> max_pool2d_with_indices(const Tensor<T>& x, const PerAxis<2>& kernel,
                                            const MaxPoolOptions<2>& options = {},
                                            Location at = here());

/// y = the mean of the elements under each window, for x (n, c, w).   gx = the sum of g / count
/// over the windows that cover it.   Keeps nothing.   Throws as max_pool1d.
template <class T>
Tensor<T> avg_pool1d(const Tensor<T>& x, const PerAxis<1>& kernel,
                     const AvgPoolOptions<1>& options = {}, Location at = here());
/// The same over two axes, x (n, c, h, w); otherwise as avg_pool1d.
template <class T>
Tensor<T> avg_pool2d(const Tensor<T>& x, const PerAxis<2>& kernel,
                     const AvgPoolOptions<2>& options = {}, Location at = here());
/// The same over three axes, x (n, c, d, h, w); otherwise as avg_pool1d.
template <class T>
Tensor<T> avg_pool3d(const Tensor<T>& x, const PerAxis<3>& kernel,
                     const AvgPoolOptions<3>& options = {}, Location at = here());

/// y (n, c, size): element i is the mean of x's elements from floor(i w / size) up to ceil((i + 1)
/// w / size).   Gradient as for avg_pool1d.   Keeps nothing.   Throws std::invalid_argument for a
/// negative size, or an empty image of which something is wanted.
template <class T>
Tensor<T> adaptive_avg_pool1d(const Tensor<T>& x, const PerAxis<1>& size, Location at = here());
/// The same over two axes, x (n, c, h, w); otherwise as adaptive_avg_pool1d.
template <class T>
Tensor<T> adaptive_avg_pool2d(const Tensor<T>& x, const PerAxis<2>& size, Location at = here());
/// The greatest element of the windows of adaptive_avg_pool1d.   Gradient as for max_pool1d.
/// Keeps the positions.   Throws as adaptive_avg_pool1d.
template <class T>
Tensor<T> adaptive_max_pool1d(const Tensor<T>& x, const PerAxis<1>& size, Location at = here());
/// The same over two axes, x (n, c, h, w); otherwise as adaptive_max_pool1d.
template <class T>
Tensor<T> adaptive_max_pool2d(const Tensor<T>& x, const PerAxis<2>& size, Location at = here());

}  // namespace xgrad
