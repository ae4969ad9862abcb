// Random starting values of parameters, each from an explicit generator.
#pragma once
#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/random.hpp>

namespace xgrad::nn {

/// Elements uniform in [low, high).
template <class T = float>
Tensor<T> uniform(const Shape& shape, double low, double high, Generator& generator);

/// Elements normal with this mean and standard deviation (>= 0).
template <class T = float>
Tensor<T> normal(const Shape& shape, double mean, double deviation, Generator& generator);

/// Uniform in +-sqrt(6 / (in + out)) for a weight (out, in): keeps the variance through tanh and
/// sigmoid layers (Glorot & Bengio 2010, eq. 16).   Throws std::invalid_argument unless the shape
/// has two axes.
template <class T = float>
Tensor<T> xavier_uniform(const Shape& shape, Generator& generator, Location at = here());

/// Normal with deviation sqrt(2 / in) for a weight (out, in): keeps the variance through relu
/// layers (He et al. 2015, eq. 10).   Throws std::invalid_argument unless the shape has two axes.
template <class T = float>
Tensor<T> kaiming_normal(const Shape& shape, Generator& generator, Location at = here());

#define XGRAD_INIT(T)                                                           \
  extern template Tensor<T> uniform(const Shape&, double, double, Generator&);  \
  extern template Tensor<T> normal(const Shape&, double, double, Generator&);   \
  extern template Tensor<T> xavier_uniform(const Shape&, Generator&, Location); \
  extern template Tensor<T> kaiming_normal(const Shape&, Generator&, Location);
XGRAD_INIT(float)
XGRAD_INIT(double)
#undef XGRAD_INIT

}  // namespace xgrad::nn
