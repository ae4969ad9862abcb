// Optimizers of one memory per parameter: gradient descent with momentum, and Lion.
#pragma once
#include <xgrad/nn/optim/optimizer.hpp>

namespace xgrad::nn {

/// learning_rate, dampening and weight_decay >= 0, momentum in [0, 1).
struct SGDOptions {
  double learning_rate = 1e-3, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;  // needs a momentum, and no dampening
};

/// Stochastic gradient descent as PyTorch's, with Nesterov's momentum in the form of Sutskever et
/// al. 2013:
///   d = g + weight_decay p,   v = momentum v + (1 - dampening) d   (v = d at first),
///   p -= learning_rate v,   or with nesterov   p -= learning_rate (d + momentum v).
template <class T = float>
class SGD : public Optimizer<T, SGDOptions> {
 public:
  SGD(const std::vector<Tensor<T>>& parameters, const SGDOptions& options, Location at = here())
      : Optimizer<T, SGDOptions>(parameters, options, at) {}
  explicit SGD(const std::vector<Tensor<T>>& parameters, double rate, double momentum = 0,
               double weight_decay = 0, Location at = here())
      : SGD(parameters, SGDOptions{rate, momentum, 0, weight_decay, false}, at) {}
};

/// learning_rate and weight_decay >= 0, beta1 and beta2 in [0, 1).
struct LionOptions {
  double learning_rate = 1e-4, beta1 = 0.9, beta2 = 0.99, weight_decay = 0;
};

/// Lion (Chen et al. 2023, Algorithm 2):
///   p -= learning_rate (sign(beta1 m + (1 - beta1) g) + weight_decay p),
///   m = beta2 m + (1 - beta2) g.
template <class T = float>
class Lion : public Optimizer<T, LionOptions> {
 public:
  explicit Lion(const std::vector<Tensor<T>>& parameters, const LionOptions& options = {},
                Location at = here())
      : Optimizer<T, LionOptions>(parameters, options, at) {}
  Lion(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : Lion(parameters, LionOptions{rate}, at) {}
};

}  // namespace xgrad::nn
