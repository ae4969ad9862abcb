// Adam and its variants: moments of the gradient and of its square.
#pragma once
#include <xgrad/nn/optim/optimizer.hpp>

namespace xgrad::nn {

/// learning_rate and weight_decay >= 0, beta1 and beta2 in [0, 1), epsilon > 0.
struct AdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
  bool amsgrad = false;
};
/// The same, but with a decay.
struct AdamWOptions : AdamOptions {
  AdamWOptions() { weight_decay = 1e-2; }
  explicit AdamWOptions(double rate) : AdamWOptions() { learning_rate = rate; }
};

/// Adam (Kingma & Ba 2015, Algorithm 1), with the decay as a part of the loss:
///   g += weight_decay p,   m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,
///   p -= learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
/// With amsgrad (Reddi, Kale & Kumar 2018, Algorithm 2) the greatest v so far stands for v in the
/// last line.
template <class T = float>
class Adam : public Optimizer<T, AdamOptions> {
 public:
  Adam(const std::vector<Tensor<T>>& parameters, const AdamOptions& options, Location at = here())
      : Optimizer<T, AdamOptions>(parameters, options, at) {}
  explicit Adam(const std::vector<Tensor<T>>& parameters, double rate = 1e-3, double beta1 = 0.9,
                double beta2 = 0.999, double epsilon = 1e-8, Location at = here())
      : Adam(parameters, AdamOptions{rate, beta1, beta2, epsilon, 0, false}, at) {}
};

/// Adam with a decay of its own, apart from the loss (Loshchilov & Hutter 2019, Algorithm 2):
///   p -= learning_rate weight_decay p, before Adam's update from the gradient alone.
template <class T = float>
class AdamW : public Optimizer<T, AdamWOptions> {
 public:
  explicit AdamW(const std::vector<Tensor<T>>& parameters, const AdamWOptions& options = {},
                 Location at = here())
      : Optimizer<T, AdamWOptions>(parameters, options, at) {}
  AdamW(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : AdamW(parameters, AdamWOptions(rate), at) {}
};

/// As Adam's, and momentum_decay >= 0.
struct NAdamOptions {
  double learning_rate = 2e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0,
         momentum_decay = 4e-3;
  bool decoupled_weight_decay = false;
};

/// Adam with Nesterov's momentum (Dozat 2016), by a schedule of the momentum:
///   mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2),   M_t = mu_1 ... mu_t,
///   m and v as in Adam,   d = sqrt(v / (1 - beta2^t)) + epsilon,
///   p -= learning_rate ((1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_(t+1)) m) / d.
/// The decay is Adam's, or if decoupled, AdamW's.
template <class T = float>
class NAdam : public Optimizer<T, NAdamOptions> {
 public:
  explicit NAdam(const std::vector<Tensor<T>>& parameters, const NAdamOptions& options = {},
                 Location at = here())
      : Optimizer<T, NAdamOptions>(parameters, options, at) {}
  NAdam(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : NAdam(parameters, NAdamOptions{rate}, at) {}
};

/// As Adam's.
struct RAdamOptions {
  double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
  bool decoupled_weight_decay = false;
};

/// Rectified Adam (Liu et al. 2020, Algorithm 2): m and v as in Adam,
///   r = 2 / (1 - beta2) - 1,   r_t = r - 2 t beta2^t / (1 - beta2^t),
///   p -= learning_rate m / (1 - beta1^t) q,   where q = 1 as long as r_t <= 5, and then
///   q = sqrt((r_t - 4) (r_t - 2) r / ((r - 4) (r - 2) r_t)) sqrt(1 - beta2^t) / (sqrt(v) +
///   epsilon).
/// The decay is Adam's, or if decoupled, AdamW's.
template <class T = float>
class RAdam : public Optimizer<T, RAdamOptions> {
 public:
  explicit RAdam(const std::vector<Tensor<T>>& parameters, const RAdamOptions& options = {},
                 Location at = here())
      : Optimizer<T, RAdamOptions>(parameters, options, at) {}
  RAdam(const std::vector<Tensor<T>>& parameters, double rate, Location at = here())
      : RAdam(parameters, RAdamOptions{rate}, at) {}
};

}  // namespace xgrad::nn
