#include <xgrad/nn/optim.hpp>
#include <xgrad/ops/kernels/map.hpp>

#include <cmath>
#include <set>
#include <string>

namespace xgrad::nn {
namespace {

void check(const char* op, bool holds, const char* expected, double got, Location at) {
  if (!holds) fail(op, expected, std::to_string(got), at);  // NaN fails every comparison
}

/// The parameters, each once. Throws for what an optimizer could never train.
template <class T>
std::vector<Tensor<T>> checked(const char* op, const std::vector<Tensor<T>>& parameters,
                               Location at) {
  std::vector<Tensor<T>> result;
  std::set<const void*> seen;
  for (const Tensor<T>& p : parameters) {
    if (!p.tracked() || !p.is_leaf()) {
      fail(op, "leaves that require a gradient",
           p.tracked() ? std::string("the result of ") + p.node()->op
                       : "a constant of shape " + to_string(p.shape()),
           at);
    }
    if (seen.insert(p.node().get()).second) result.push_back(p);
  }
  return result;
}

template <class T>
void forget_gradients(const std::vector<Tensor<T>>& parameters) noexcept {
  for (const Tensor<T>& p : parameters) p.zero_grad();
}

}  // namespace

template <class T>
SGD<T>::SGD(const std::vector<Tensor<T>>& parameters, double rate, double momentum,
            double weight_decay, Location at)
    : learning_rate(rate),
      parameters_(checked("SGD", parameters, at)),
      velocity_(parameters_.size()),
      momentum_(momentum),
      weight_decay_(weight_decay) {
  check("SGD", rate >= 0, "learning_rate >= 0", rate, at);
  check("SGD", momentum >= 0 && momentum < 1, "momentum in [0, 1)", momentum, at);
  check("SGD", weight_decay >= 0, "weight_decay >= 0", weight_decay, at);
}

template <class T>
SGD<T>::SGD(SGD&&) noexcept = default;
template <class T>
SGD<T>::~SGD() = default;

template <class T>
void SGD<T>::step() {
  Batch<T> rate(static_cast<T>(learning_rate)), momentum(static_cast<T>(momentum_)),
      decay(static_cast<T>(weight_decay_));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor<T>& p = parameters_[i];
    if (!p.has_grad()) continue;
    const T* g = p.grad().data();
    T* value = p.mutable_value().data();
    // Without decay nothing is multiplied by 0: a weight at infinity would become NaN.
    auto slope = [&](const auto& x, const auto& d) {
      return weight_decay_ == 0 ? d : d + decay * x;
    };
    if (momentum_ == 0) {
      update<T>(
          p.size(), [&](auto& x, const auto& d) { x = x - rate * slope(x, d); }, value, g);
      continue;
    }
    if (!velocity_[i].defined()) velocity_[i] = zeros<T>(p.shape());
    update<T>(
        p.size(),
        [&](auto& x, auto& v, const auto& d) {
          v = momentum * v + slope(x, d);
          x = x - rate * v;
        },
        value, velocity_[i].mutable_value().data(), g);
  }
}

template <class T>
void SGD<T>::zero_grad() const noexcept {
  forget_gradients(parameters_);
}

template <class T>
Adam<T>::Adam(const std::vector<Tensor<T>>& parameters, double rate, double beta1, double beta2,
              double epsilon, Location at)
    : learning_rate(rate),
      parameters_(checked("Adam", parameters, at)),
      mean_(parameters_.size()),
      variance_(parameters_.size()),
      steps_(parameters_.size(), 0),
      beta1_(beta1),
      beta2_(beta2),
      epsilon_(epsilon) {
  check("Adam", rate >= 0, "learning_rate >= 0", rate, at);
  check("Adam", beta1 >= 0 && beta1 < 1, "beta1 in [0, 1)", beta1, at);
  check("Adam", beta2 >= 0 && beta2 < 1, "beta2 in [0, 1)", beta2, at);
  check("Adam", epsilon > 0, "epsilon > 0", epsilon, at);
}

template <class T>
Adam<T>::Adam(Adam&&) noexcept = default;
template <class T>
Adam<T>::~Adam() = default;

template <class T>
void Adam<T>::step() {
  Batch<T> beta1(static_cast<T>(beta1_)), beta2(static_cast<T>(beta2_)),
      epsilon(static_cast<T>(epsilon_));
  // 1 - beta in double: in float, 1 - 0.999f is off by 1e-5.
  Batch<T> rest1(static_cast<T>(1 - beta1_)), rest2(static_cast<T>(1 - beta2_));
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor<T>& p = parameters_[i];
    if (!p.has_grad()) continue;
    if (!mean_[i].defined()) {
      mean_[i] = zeros<T>(p.shape());
      variance_[i] = zeros<T>(p.shape());
    }
    double t = static_cast<double>(++steps_[i]);
    Batch<T> rate(static_cast<T>(learning_rate / (1 - std::pow(beta1_, t))));
    Batch<T> spread(static_cast<T>(1 / std::sqrt(1 - std::pow(beta2_, t))));
    update<T>(
        p.size(),
        [&](auto& x, auto& m, auto& v, const auto& g) {
          m = beta1 * m + rest1 * g;
          v = beta2 * v + rest2 * g * g;
          x = x - rate * m / (sqrt(v) * spread + epsilon);
        },
        p.mutable_value().data(), mean_[i].mutable_value().data(),
        variance_[i].mutable_value().data(), p.grad().data());
  }
}

template <class T>
void Adam<T>::zero_grad() const noexcept {
  forget_gradients(parameters_);
}

template class SGD<float>;
template class SGD<double>;
template class Adam<float>;
template class Adam<double>;

}  // namespace xgrad::nn
