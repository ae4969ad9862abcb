// Layers of convolutional networks. Weight and bias start uniform in +-1 / sqrt(elements of one
// window), as in PyTorch; assign Tensor<T>() to the bias to do without it.
//
//   nn::Sequential model{nn::Conv2d(1, 16, 3, {1, 1}), nn::Relu(), nn::MaxPool2d(2),
//                        nn::Flatten(), nn::Dense(16 * 14 * 14, 10)};
#pragma once
#include <xgrad/nn/observe.hpp>
#include <xgrad/nn/random.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad::nn {

namespace detail {

/// What the convolutions share.
template <class T, class Options>
struct Convolution {
  using value_type = T;
  Tensor<T> weight, bias;
  Options options;

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
    visitor("bias", bias);
  }

 protected:
  /// A weight (first, second / groups, kernel) and a bias (out), for the options' groups.
  template <std::size_t N>
  Convolution(const char* layer, std::size_t first, std::size_t second, std::size_t out,
              const PerAxis<N>& kernel, const Options& given, Generator& generator, Location at);
};

}  // namespace detail

/// conv1d with a weight (out, in / groups, kernel) and a bias (out), for x (n, in, w).
template <class T = float>
struct Conv1d : detail::Convolution<T, ConvOptions<1>> {
  /// Throws std::invalid_argument for an extent of 0, or groups that do not divide `in` and `out`.
  Conv1d(std::size_t in, std::size_t out, const PerAxis<1>& kernel,
         const ConvOptions<1>& given = {}, Generator& generator = default_generator(),
         Location at = here())
      : detail::Convolution<T, ConvOptions<1>>("Conv1d", out, in, out, kernel, given, generator,
                                               at) {}
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, activated(x, Activation::none, at));
  }
  /// The same, followed by an activation.
  Tensor<T> activated(const Tensor<T>& x, Activation activation, Location at) const {
    return conv1d(x, this->weight, this->bias, this->options, activation, at);
  }
};

/// conv2d with a weight (out, in / groups, kernel_h, kernel_w) and a bias (out), for x (n, in, h,
/// w).
template <class T = float>
struct Conv2d : detail::Convolution<T, ConvOptions<2>> {
  /// Throws as Conv1d.
  Conv2d(std::size_t in, std::size_t out, const PerAxis<2>& kernel,
         const ConvOptions<2>& given = {}, Generator& generator = default_generator(),
         Location at = here())
      : detail::Convolution<T, ConvOptions<2>>("Conv2d", out, in, out, kernel, given, generator,
                                               at) {}
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, activated(x, Activation::none, at));
  }
  /// The same, followed by an activation.
  Tensor<T> activated(const Tensor<T>& x, Activation activation, Location at) const {
    return conv2d(x, this->weight, this->bias, this->options, activation, at);
  }
};

/// conv_transpose2d with a weight (in, out / groups, kernel_h, kernel_w) and a bias (out), for x
/// (n, in, h, w).
template <class T = float>
struct ConvTranspose2d : detail::Convolution<T, ConvTransposeOptions<2>> {
  /// Throws as Conv1d.
  ConvTranspose2d(std::size_t in, std::size_t out, const PerAxis<2>& kernel,
                  const ConvTransposeOptions<2>& given = {},
                  Generator& generator = default_generator(), Location at = here())
      : detail::Convolution<T, ConvTransposeOptions<2>>("ConvTranspose2d", in, out, out, kernel,
                                                        given, generator, at) {}
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, conv_transpose2d(x, this->weight, this->bias, this->options, at));
  }
};

// Pooling, with the arguments of the operation: MaxPool2d(2)(x) is max_pool2d(x, 2).
#define XGRAD_POOLING(Layer, function, N, Options)                         \
  struct Layer {                                                           \
    PerAxis<N> kernel;                                                     \
    Options options;                                                       \
    explicit Layer(const PerAxis<N>& window, const Options& given = {})    \
        : kernel(window), options(given) {}                                \
    template <class T>                                                     \
    Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const { \
      return observed(*this, function(x, kernel, options, at));            \
    }                                                                      \
  };
XGRAD_POOLING(MaxPool1d, max_pool1d, 1, MaxPoolOptions<1>)
XGRAD_POOLING(MaxPool2d, max_pool2d, 2, MaxPoolOptions<2>)
XGRAD_POOLING(AvgPool1d, avg_pool1d, 1, AvgPoolOptions<1>)
XGRAD_POOLING(AvgPool2d, avg_pool2d, 2, AvgPoolOptions<2>)
#undef XGRAD_POOLING

// Pooling to a size: AdaptiveAvgPool2d(1)(x) is adaptive_avg_pool2d(x, 1).
#define XGRAD_ADAPTIVE_POOLING(Layer, function)                            \
  struct Layer {                                                           \
    PerAxis<2> size;                                                       \
    explicit Layer(const PerAxis<2>& extents) : size(extents) {}           \
    template <class T>                                                     \
    Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const { \
      return observed(*this, function(x, size, at));                       \
    }                                                                      \
  };
XGRAD_ADAPTIVE_POOLING(AdaptiveAvgPool2d, adaptive_avg_pool2d)
XGRAD_ADAPTIVE_POOLING(AdaptiveMaxPool2d, adaptive_max_pool2d)
#undef XGRAD_ADAPTIVE_POOLING

/// x (n, ...) as (n, everything else): what a Dense after convolutions takes.
struct Flatten {
  /// Throws std::invalid_argument for a scalar.
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, reshape(x, shape_of(x.shape(), at), at));
  }

 private:
  static Shape shape_of(const Shape& shape, Location at);
};

}  // namespace xgrad::nn
