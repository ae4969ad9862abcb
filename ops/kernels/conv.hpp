// Convolutions, without a matrix of columns. A convolution is a form of three operands,
//
//   L(x, w, g) = sum of g[n, o, p] w[o, c, k] x[n, c, p stride + k dilation - padding],
//
// and each of these kernels is its derivative by one of them: all orders of derivative are these
// three again.
//
// Per sample and group of channels, the operands are rearranged so that channels stand next to each
// other. Then the kernels are one loop: sums of numbers of one operand times batches of channels of
// another, a tile of which stays in registers.
#pragma once
#include <xgrad/ops/kernels/window.hpp>

namespace xgrad {

/// x (batch, groups in, image), w (groups out, in, kernel), g and y (batch, groups out, result).
struct ConvDims {
  std::size_t batch, groups, in, out;  // the channels of one group
  Extents image, kernel, result;
  Extents stride, padding, dilation;
};

/// y = dL/dg + bias, for a bias (groups out) or null; then relu, if asked for.
template <class T>
void convolve(const ConvDims& dims, const T* x, const T* w, const T* bias, bool relu, T* y);

/// x = dL/dx + bias, for a bias (groups in) or null.
template <class T>
void convolve_transposed(const ConvDims& dims, const T* g, const T* w, const T* bias, T* x);

/// w = dL/dw. Its bits depend on the number of threads, and on nothing else.
template <class T>
void convolve_weight(const ConvDims& dims, const T* x, const T* g, T* w);

}  // namespace xgrad
