// The activations as layers. What they compute, and at kinks, is said in ops/.
#pragma once
#include <xgrad/nn/observe.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad::nn {

/// An activation without parameters: Layer()(x) is function(x).
#define XGRAD_ACTIVATION(Layer, function)            \
  struct Layer {                                     \
    template <class T>                               \
    Tensor<T> operator()(const Tensor<T>& x) const { \
      return observed(*this, function(x));           \
    }                                                \
  };
XGRAD_ACTIVATION(Relu, relu)
XGRAD_ACTIVATION(Relu6, relu6)
XGRAD_ACTIVATION(Selu, selu)
XGRAD_ACTIVATION(Silu, silu)
XGRAD_ACTIVATION(Mish, mish)
XGRAD_ACTIVATION(Tanh, tanh)
XGRAD_ACTIVATION(Sigmoid, sigmoid)
XGRAD_ACTIVATION(LogSigmoid, logsigmoid)
XGRAD_ACTIVATION(Softsign, softsign)
XGRAD_ACTIVATION(Hardsigmoid, hardsigmoid)
XGRAD_ACTIVATION(Hardswish, hardswish)

/// An activation with a parameter: Layer(value)(x) is function(x, value).
#define XGRAD_ACTIVATION_WITH(Layer, function, Parameter, parameter, standard) \
  struct Layer {                                                               \
    Parameter parameter;                                                       \
    explicit Layer(Parameter value = standard) : parameter(value) {}           \
    template <class T>                                                         \
    Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {     \
      return observed(*this, function(x, parameter, at));                      \
    }                                                                          \
  };
XGRAD_ACTIVATION_WITH(LeakyRelu, leaky_relu, double, slope, 0.01)
XGRAD_ACTIVATION_WITH(Elu, elu, double, alpha, 1)
XGRAD_ACTIVATION_WITH(Celu, celu, double, alpha, 1)
XGRAD_ACTIVATION_WITH(Softplus, softplus, double, beta, 1)
XGRAD_ACTIVATION_WITH(Hardshrink, hardshrink, double, lambda, 0.5)
XGRAD_ACTIVATION_WITH(Softshrink, softshrink, double, lambda, 0.5)
XGRAD_ACTIVATION_WITH(ThresholdedRelu, thresholded_relu, double, alpha, 1)
XGRAD_ACTIVATION_WITH(Softmax, softmax, int, axis, -1)
XGRAD_ACTIVATION_WITH(LogSoftmax, log_softmax, int, axis, -1)
#undef XGRAD_ACTIVATION
#undef XGRAD_ACTIVATION_WITH

/// The Gaussian error linear unit; Gelu(xgrad::Gelu::tanh) is its authors' approximation.
struct Gelu {
  xgrad::Gelu form;
  explicit Gelu(xgrad::Gelu value = xgrad::Gelu::erf) : form(value) {}
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, gelu(x, form));
  }
};

struct Hardtanh {
  double lo, hi;
  explicit Hardtanh(double low = -1, double high = 1) : lo(low), hi(high) {}
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, hardtanh(x, lo, hi, at));
  }
};

/// y = x where x > 0, else weight x, with a weight for all channels or one for each of x (n,
/// channels, ...). At 0 the weight has the gradient 0 and x that of weight x (He et al. 2015).
template <class T = float>
struct PRelu {
  using value_type = T;
  Tensor<T> weight;  // (1) or (channels)

  /// Throws std::invalid_argument for 0 channels.
  explicit PRelu(std::size_t channels = 1, double start = 0.25, Location at = here());
  /// Throws std::invalid_argument if x has other channels.
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const;
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
  }
};

}  // namespace xgrad::nn
