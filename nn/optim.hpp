// Optimizers: they hold handles of the parameters, read their gradients and write their values in
// place. Parameters without a gradient are left alone.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <vector>

namespace xgrad::nn {

/// Stochastic gradient descent with momentum and weight decay, as PyTorch's:
///   d = g + weight_decay p,   v = momentum v + d (v = d at first),   p -= learning_rate v.
template <class T = float>
class SGD {
 public:
  double learning_rate;

  /// Throws std::invalid_argument unless learning_rate >= 0, 0 <= momentum < 1, weight_decay >= 0,
  /// and the parameters are leaves that require a gradient.
  explicit SGD(const std::vector<Tensor<T>>& parameters, double learning_rate, double momentum = 0,
               double weight_decay = 0, Location at = here());
  SGD(SGD&&) noexcept;  // not copied: two would write to one velocity
  ~SGD();
  void step();
  void zero_grad() const noexcept;

 private:
  std::vector<Tensor<T>> parameters_, velocity_;
  double momentum_, weight_decay_;
};

/// Adam (Kingma & Ba 2015, Algorithm 1):
///   m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,
///   p -= learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
template <class T = float>
class Adam {
 public:
  double learning_rate;

  /// Throws std::invalid_argument unless learning_rate >= 0, 0 <= beta1, beta2 < 1, epsilon > 0,
  /// and the parameters are leaves that require a gradient.
  explicit Adam(const std::vector<Tensor<T>>& parameters, double learning_rate = 1e-3,
                double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
                Location at = here());
  Adam(Adam&&) noexcept;  // not copied: two would write to one set of moments
  ~Adam();
  void step();
  void zero_grad() const noexcept;

 private:
  std::vector<Tensor<T>> parameters_, mean_, variance_;
  std::vector<long> steps_;  // of each parameter: one without a gradient does not age
  double beta1_, beta2_, epsilon_;
};

extern template class SGD<float>;
extern template class SGD<double>;
extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace xgrad::nn
