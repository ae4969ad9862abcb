#include <xgrad/ops/conv.hpp>

#include <xgrad/ops/folded_relu.hpp>
#include <xgrad/ops/kernels/conv.hpp>
#include <xgrad/ops/reduce.hpp>

namespace xgrad {
namespace {

/// What convolve() computes: the derivatives of the form L by its other operands, and a bias.
///   gx = convolve_transposed(g, w),  gw = convolve_weight(x, g),  gb = sum of g.
template <class T>
Tensor<T> convolution(const char* op, const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& bias,
                      const ConvDims& dims, const Shape& shape, Activation activation);
/// Of the cotangent u of its result:  gg = convolve(u, w),  gw = convolve_weight(u, g).
template <class T>
Tensor<T> transposed_convolution(const char* op, const Tensor<T>& g, const Tensor<T>& w,
                                 const Tensor<T>& bias, const ConvDims& dims, const Shape& shape);
/// Of the cotangent u of its result:  gx = convolve_transposed(g, u),  gg = convolve(x, u).
template <class T>
Tensor<T> weight_of_convolution(const char* op, const Tensor<T>& x, const Tensor<T>& g,
                                const ConvDims& dims, const Shape& shape);

/// All axes but that of the channels, over which a bias is repeated.
template <class T>
Tensor<T> sum_per_channel(const Tensor<T>& g) {
  std::vector<int> axes = {0};
  for (std::size_t axis = 2; axis < g.ndim(); ++axis) axes.push_back(static_cast<int>(axis));
  return sum(g, axes);
}

template <class T>
Saved<T> saved_if(bool wanted, const Tensor<T>& x) {
  return wanted ? Saved<T>(x) : Saved<T>();
}

template <class T>
Tensor<T> convolution(const char* op, const Tensor<T>& x, const Tensor<T>& w, const Tensor<T>& bias,
                      const ConvDims& dims, const Shape& shape, Activation activation) {
  Tensor<T> y = empty<T>(shape);
  const bool relus = activation == Activation::relu;
  launch(
      [dims, relus, shifted = bias.defined()](Array<T>& out, const Array<T>& in,
                                              const Array<T>& weights, const Array<T>& b) {
        convolve(dims, in.data(), weights.data(), shifted ? b.data() : nullptr, relus, out.data());
      },
      y, x, w, or_else(bias, w));
  return record(op, y, {&x, &w, &bias},
                [op, dims, x = saved_if(w.tracked(), x), w = saved_if(x.tracked(), w),
                 y = saved_if(relus, y)](Pullback<T>& p) {
                  Tensor<T> g = y.tensor().defined() ? before_relu(p, y) : p.g;
                  if (p.wants(0))
                    p.add(0, transposed_convolution(op, g, p.get(w), {}, dims, p.shape(0)));
                  if (p.wants(1))
                    p.add(1, weight_of_convolution(op, p.get(x), g, dims, p.shape(1)));
                  if (p.wants(2)) p.add(2, sum_per_channel(g));
                });
}

template <class T>
Tensor<T> transposed_convolution(const char* op, const Tensor<T>& g, const Tensor<T>& w,
                                 const Tensor<T>& bias, const ConvDims& dims, const Shape& shape) {
  Tensor<T> x = empty<T>(shape);
  launch(
      [dims, shifted = bias.defined()](Array<T>& out, const Array<T>& in, const Array<T>& weights,
                                       const Array<T>& b) {
        convolve_transposed(dims, in.data(), weights.data(), shifted ? b.data() : nullptr,
                            out.data());
      },
      x, g, w, or_else(bias, w));
  return record(
      op, x, {&g, &w, &bias},
      [op, dims, g = saved_if(w.tracked(), g), w = saved_if(g.tracked(), w)](Pullback<T>& p) {
        if (p.wants(0))
          p.add(0, convolution(op, p.g, p.get(w), {}, dims, p.shape(0), Activation::none));
        if (p.wants(1)) p.add(1, weight_of_convolution(op, p.g, p.get(g), dims, p.shape(1)));
        if (p.wants(2)) p.add(2, sum_per_channel(p.g));
      });
}

template <class T>
Tensor<T> weight_of_convolution(const char* op, const Tensor<T>& x, const Tensor<T>& g,
                                const ConvDims& dims, const Shape& shape) {
  Tensor<T> w = empty<T>(shape);
  launch(
      [dims](Array<T>& out, const Array<T>& in, const Array<T>& cotangent) {
        convolve_weight(dims, in.data(), cotangent.data(), out.data());
      },
      w, x, g);
  return record(
      op, w, {&x, &g},
      [op, dims, x = saved_if(g.tracked(), x), g = saved_if(x.tracked(), g)](Pullback<T>& p) {
        if (p.wants(0)) p.add(0, transposed_convolution(op, p.get(g), p.g, {}, dims, p.shape(0)));
        if (p.wants(1))
          p.add(1, convolution(op, p.get(x), p.g, {}, dims, p.shape(1), Activation::none));
      });
}

std::size_t checked_groups(const char* op, std::ptrdiff_t groups, const Shape& weight,
                           std::size_t channels, Location at) {
  if (groups < 1 || channels % static_cast<std::size_t>(groups) != 0) {
    fail(op,
         "groups that divide the " + std::to_string(channels) + " channels of weight " +
             to_string(weight),
         std::to_string(groups), at);
  }
  return static_cast<std::size_t>(groups);
}

void check_channels(const char* op, const Shape& x, const Shape& weight, std::size_t channels,
                    std::size_t groups, Location at) {
  if (x[1] == channels) return;
  fail(op,
       "x of " + std::to_string(channels) + " channels for weight " + to_string(weight) + " in " +
           std::to_string(groups) + (groups == 1 ? " group" : " groups"),
       to_string(x), at);
}

template <class T>
void check_bias(const char* op, const Tensor<T>& bias, std::size_t channels, Location at) {
  if (!bias.defined() || bias.shape() == Shape{channels}) return;
  fail(op, "a bias of shape " + to_string({channels}), to_string(bias.shape()), at);
}

/// The extents of a kernel. Throws if one is 0.
template <std::size_t N>
Extents kernel_extents(const char* op, const Shape& weight, Location at) {
  Extents kernel = spatial_extents<N>(op, "weight", weight, at);
  if (volume(kernel) == 0) fail(op, "a kernel that is not empty", to_string(weight), at);
  return kernel;
}

/// Throws unless kernels can hold an image with its padding.
void check_padded(const char* op, const ConvDims& dims, Location at) {
  constexpr std::size_t widest = 64 * sizeof(double);  // of what stands for a channel
  std::size_t bytes = widest * (dims.in + dims.out + 1);
  for (std::size_t d = 0; d < spatial_axes; ++d) {
    if (__builtin_mul_overflow(bytes, dims.image[d] + 2 * dims.padding[d], &bytes))
      fail(op, "a padded image that fits in the address space",
           "padding " + std::to_string(dims.padding[d]), at);
  }
}

/// What a convolution and a transposed one have in common.
template <std::size_t N, class Options>
ConvDims window_dims(const char* op, const Shape& weight, const Options& options, Location at) {
  ConvDims dims{};
  dims.kernel = kernel_extents<N>(op, weight, at);
  dims.stride = checked_extents(op, "stride", options.stride, 1, 1, at);
  dims.padding = checked_extents(op, "padding", options.padding, 0, 0, at);
  dims.dilation = checked_extents(op, "dilation", options.dilation, 1, 1, at);
  return dims;
}

template <class T, std::size_t N>
Tensor<T> conv(const char* op, const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias,
               const ConvOptions<N>& options, Activation activation, Location at) {
  const Shape &image = x.shape(), &w = weight.shape();
  const Extents extents = spatial_extents<N>(op, "x", image, at);
  ConvDims dims = window_dims<N>(op, w, options, at);
  dims.image = extents;
  dims.groups = checked_groups(op, options.groups, w, w[0], at);
  check_channels(op, image, w, w[1] * dims.groups, dims.groups, at);
  check_bias(op, bias, w[0], at);
  dims.batch = image[0];
  dims.in = w[1];
  dims.out = w[0] / dims.groups;
  for (std::size_t d = 0; d < spatial_axes; ++d) {
    std::size_t padded = dims.image[d] + 2 * dims.padding[d];
    std::size_t reach = dims.dilation[d] * (dims.kernel[d] - 1) + 1;
    if (reach > padded) {
      fail(op, "a kernel no larger than the padded image " + to_string(image),
           "weight " + to_string(w) + ", which covers " + std::to_string(reach) + " of " +
               std::to_string(padded),
           at);
    }
    dims.result[d] = (padded - reach) / dims.stride[d] + 1;
  }
  check_padded(op, dims, at);
  return convolution(op, x, weight, bias, dims, with_spatial<N>(image[0], w[0], dims.result),
                     activation);
}

template <class T, std::size_t N>
Tensor<T> conv_transpose(const char* op, const Tensor<T>& x, const Tensor<T>& weight,
                         const Tensor<T>& bias, const ConvTransposeOptions<N>& options,
                         Location at) {
  const Shape &given = x.shape(), &w = weight.shape();
  const Extents extents = spatial_extents<N>(op, "x", given, at);
  ConvDims dims = window_dims<N>(op, w, options, at);
  dims.result = extents;
  Extents more = checked_extents(op, "output_padding", options.output_padding, 0, 0, at);
  dims.groups = checked_groups(op, options.groups, w, w[0], at);
  check_channels(op, given, w, w[0], dims.groups, at);
  dims.batch = given[0];
  dims.in = w[1];
  dims.out = w[0] / dims.groups;
  check_bias(op, bias, w[1] * dims.groups, at);
  for (std::size_t d = 0; d < spatial_axes; ++d) {
    if (more[d] >= std::max(dims.stride[d], dims.dilation[d])) {
      fail(op, "output_padding below the stride or the dilation", std::to_string(more[d]), at);
    }
    if (dims.result[d] == 0) fail(op, "an image that is not empty", to_string(given), at);
    std::size_t whole = (dims.result[d] - 1) * dims.stride[d] +
                        dims.dilation[d] * (dims.kernel[d] - 1) + more[d] + 1;
    if (whole <= 2 * dims.padding[d]) {
      fail(op, "padding that leaves something of " + std::to_string(whole),
           std::to_string(dims.padding[d]), at);
    }
    dims.image[d] = whole - 2 * dims.padding[d];
  }
  check_padded(op, dims, at);
  return transposed_convolution(op, x, weight, bias, dims,
                                with_spatial<N>(given[0], w[1] * dims.groups, dims.image));
}

}  // namespace

#define XGRAD_CONV_DEFINED(N)                                                           \
  template <class T>                                                                    \
  Tensor<T> conv##N##d(const Tensor<T>& x, const Same<Tensor<T>>& weight,               \
                       const Same<Tensor<T>>& bias, const ConvOptions<N>& options,      \
                       Activation activation, Location at) {                            \
    return conv<T, N>("conv" #N "d", x, weight, bias, options, activation, at);         \
  }                                                                                     \
  template <class T>                                                                    \
  Tensor<T> conv_transpose##N##d(const Tensor<T>& x, const Same<Tensor<T>>& weight,     \
                                 const Same<Tensor<T>>& bias,                           \
                                 const ConvTransposeOptions<N>& options, Location at) { \
    return conv_transpose<T, N>("conv_transpose" #N "d", x, weight, bias, options, at); \
  }
XGRAD_CONV_DEFINED(1)
XGRAD_CONV_DEFINED(2)
XGRAD_CONV_DEFINED(3)

#define XGRAD_CONV_OF(T, N)                                                                     \
  template Tensor<T> conv##N##d(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,           \
                                const ConvOptions<N>&, Activation, Location);                   \
  template Tensor<T> conv_transpose##N##d(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&, \
                                          const ConvTransposeOptions<N>&, Location);
#define XGRAD_CONV(T) \
  XGRAD_CONV_OF(T, 1) \
  XGRAD_CONV_OF(T, 2) \
  XGRAD_CONV_OF(T, 3)
XGRAD_CONV(float)
XGRAD_CONV(double)

}  // namespace xgrad
