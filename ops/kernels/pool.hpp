// Pooling: folds of what lies under windows of an image, plane by plane.
#pragma once
#include <xgrad/autograd/array.hpp>
#include <xgrad/ops/kernels/window.hpp>

#include <cstdint>

namespace xgrad {

/// What a window covers of one axis: [begin, end) in steps. An average divides by `count`.
struct Window {
  std::size_t begin, end, step, count;
};

/// `planes` images and their results. The windows are of one size, or, if `adaptive`, what
/// remains when the image is cut into as many overlapping parts as the result has elements.
struct PoolDims {
  std::size_t planes;
  Extents image, result;
  Extents kernel, stride, padding, dilation;
  bool adaptive = false, counts_padding = false;

  /// The window of the result's element i along an axis.
  Window window(std::size_t axis, std::size_t i) const;
};

/// Where in its plane of the image each element of a result comes from.
using Positions = Array<std::int32_t>;

/// y = the greatest element under each window, the first of equals, or the first NaN.
template <class T>
void max_pool(const PoolDims& dims, const T* x, T* y, std::int32_t* positions);
/// y[plane, i] = x[plane, positions[plane, i]].
template <class T>
void take_positions(const PoolDims& dims, const T* x, const std::int32_t* positions, T* y);
/// x[plane, p] = the sum of y[plane, i] over positions[plane, i] = p.
template <class T>
void add_at_positions(const PoolDims& dims, const T* y, const std::int32_t* positions, T* x);

/// y = the sum of what lies under each window, divided by its count.
template <class T>
void avg_pool(const PoolDims& dims, const T* x, T* y);
/// The adjoint of it: x = the sum of y / count over the windows that cover it.
template <class T>
void avg_spread(const PoolDims& dims, const T* y, T* x);

}  // namespace xgrad
