// Optimizers that divide each element of the gradient by its usual size.
#pragma once
#include <xgrad/nn/optim/optimizer.hpp>

namespace xgrad::nn {

/// learning_rate and weight_decay >= 0, alpha and momentum in [0, 1), epsilon > 0.
struct RMSpropOptions {
  double learning_rate = 1e-2, alpha = 0.99, epsilon = 1e-8, weight_decay = 0, momentum = 0;
  bool centered = false;
};

/// RMSprop (Hinton 2012, lecture 6e); centered as in Graves 2013, eq. 38-41, but for the place of
/// epsilon:
///   g += weight_decay p,   v = alpha v + (1 - alpha) g^2,   a = alpha a + (1 - alpha) g,
///   d = g / (sqrt(v) + epsilon),   centered:   d = g / (sqrt(v - a^2) + epsilon),
///   b = momentum b + d,   p -= learning_rate b.
template <class T = float>
class RMSprop : public Optimizer<T, RMSpropOptions> {
 public:
  explicit RMSprop(const std::vector<Tensor<T>>& parameters, const RMSpropOptions& options = {},
                   Location at = here())
      : Optimizer<T, RMSpropOptions>(parameters, options, at) {}
  RMSprop(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : RMSprop(parameters, RMSpropOptions{rate}, at) {}
};

/// All >= 0, epsilon > 0.
struct AdagradOptions {
  double learning_rate = 1e-2, learning_rate_decay = 0, weight_decay = 0, initial_accumulator = 0,
         epsilon = 1e-10;
};

/// Adagrad (Duchi, Hazan & Singer 2011, with the diagonal of their matrix):
///   g += weight_decay p,   s += g^2   (s = initial_accumulator at first),
///   p -= learning_rate / (1 + (t - 1) learning_rate_decay) g / (sqrt(s) + epsilon).
template <class T = float>
class Adagrad : public Optimizer<T, AdagradOptions> {
 public:
  explicit Adagrad(const std::vector<Tensor<T>>& parameters, const AdagradOptions& options = {},
                   Location at = here())
      : Optimizer<T, AdagradOptions>(parameters, options, at) {}
  Adagrad(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : Adagrad(parameters, AdagradOptions{rate}, at) {}
};

/// learning_rate and weight_decay >= 0, rho in [0, 1), epsilon > 0.
struct AdadeltaOptions {
  double learning_rate = 1, rho = 0.9, epsilon = 1e-6, weight_decay = 0;
};

/// Adadelta (Zeiler 2012, Algorithm 1), times a learning rate:
///   g += weight_decay p,   v = rho v + (1 - rho) g^2,
///   d = sqrt(u + epsilon) / sqrt(v + epsilon) g,   u = rho u + (1 - rho) d^2,
///   p -= learning_rate d.
template <class T = float>
class Adadelta : public Optimizer<T, AdadeltaOptions> {
 public:
  explicit Adadelta(const std::vector<Tensor<T>>& parameters, const AdadeltaOptions& options = {},
                    Location at = here())
      : Optimizer<T, AdadeltaOptions>(parameters, options, at) {}
  Adadelta(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : Adadelta(parameters, AdadeltaOptions{rate}, at) {}
};

}  // namespace xgrad::nn
