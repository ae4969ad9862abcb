// Random starting values of parameters, each from an explicit generator; beside uniform and normal.
#pragma once
#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/random.hpp>

namespace xgrad::nn {

/// Uniform in +-sqrt(6 / (in + out)) for a weight (out, in): keeps the variance through tanh and
/// sigmoid layers (Glorot & Bengio 2010, eq. 16).   Throws std::invalid_argument unless the shape
/// has two axes.
template <class T = float>
Tensor<T> xavier_uniform(const Shape& shape, Generator& generator, Location at = here());

/// Normal with deviation sqrt(2 / in) for a weight (out, in): keeps the variance through relu
/// layers (He et al. 2015, eq. 10).   Throws std::invalid_argument unless the shape has two axes.
template <class T = float>
Tensor<T> kaiming_normal(const Shape& shape, Generator& generator, Location at = here());

}  // namespace xgrad::nn
