// ONNX's optimizers: one step from a state that is given.
#include "table.hpp"

#include <xgrad/nn/optim.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/xgrad.hpp>

#include <cmath>

namespace onnx_cases {
namespace {

namespace nn = xg::nn;

/// As many updates as make the corrections of moments that began at 0 vanish.
constexpr std::int64_t settled = 1000000;

/// The inputs are a rate, a count, and then for each parameter its value, for each its gradient,
/// and for each kind of state those. The outputs are the new values, and the new state. `before` is
/// the number of updates that the optimizer is to believe in.
template <class Optimizer, class T, class Options>
std::vector<xg::Tensor<T>> stepped(const CallOf<T>& x, const Options& options, std::int64_t before,
                                   const std::vector<std::string>& states) {
  const std::size_t n = (x.size() - 2) / (2 + states.size());
  std::vector<xg::Tensor<T>> results;
  for (std::size_t i = 0; i < n; ++i) {
    results.push_back(xg::parameter(x[2 + i]));
    sum(results[i] * x[2 + n + i]).backward();
  }
  Optimizer optimizer(results, options);
  const auto members = nn::Walk<T>(optimizer).members();
  for (const auto& member : members) {
    if (member.counter != nullptr) *member.counter = before;
  }
  for (std::size_t k = 0; k < states.size(); ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      for (const auto& member : members) {
        if (member.name != std::to_string(i) + "." + states[k]) continue;
        member.tensor->assign(x[2 + (2 + k) * n + i]);
        results.push_back(*member.tensor);
      }
    }
  }
  optimizer.step();
  return results;
}

template <class T>
std::vector<xg::Tensor<T>> adagrad(const CallOf<T>& x) {
  nn::AdagradOptions options;
  options.learning_rate = double(x[0].item());
  options.learning_rate_decay = x.number("decay_factor", 0);
  options.epsilon = x.number("epsilon", 1e-6);
  options.weight_decay = x.number("norm_coefficient", 0);
  return stepped<nn::Adagrad<T>>(x, options, std::int64_t(x[1].item()), {"sum"});
}

template <class T>
std::vector<xg::Tensor<T>> adam(const CallOf<T>& x) {
  const auto t = std::int64_t(x[1].item());  // the corrections are left out where it is 0
  nn::AdamOptions options;
  options.learning_rate = double(x[0].item());
  options.beta1 = x.number("alpha", 0.9);
  options.beta2 = x.number("beta", 0.999);
  options.epsilon = x.number("epsilon", 1e-6);
  options.weight_decay = x.number("norm_coefficient", 0);
  if (t > 0) options.epsilon /= std::sqrt(1 - std::pow(options.beta2, t));  // ONNX's is not scaled
  std::vector<xg::Tensor<T>> results =
      stepped<nn::Adam<T>>(x, options, t > 0 ? t - 1 : settled, {"exp_avg", "exp_avg_sq"});
  for (std::size_t i = 0; i < results.size() / 3; ++i) {
    results[i] = results[i] * (1 - x.number("norm_coefficient_post", 0));
  }
  return results;
}

template <class T>
std::vector<xg::Tensor<T>> momentum(const CallOf<T>& x) {
  nn::SGDOptions options;
  options.learning_rate = double(x[0].item());
  options.momentum = x.number("alpha", 0);
  options.weight_decay = x.number("norm_coefficient", 0);
  options.nesterov = x.text("mode", "") == "nesterov";
  // Only after the first step does the new gradient get a factor, beta.
  if (x[1].item() > 0) options.dampening = 1 - x.number("beta", 1);
  return stepped<nn::SGD<T>>(x, options, settled, {"momentum_buffer"});
}

}  // namespace

Rows optimizer_rows() {
  return {
      {"Adagrad", XGRAD_ROW(adagrad(x))},
      {"Adam", XGRAD_ROW(adam(x))},
      {"Momentum", XGRAD_ROW(momentum(x))},
  };
}

}  // namespace onnx_cases
