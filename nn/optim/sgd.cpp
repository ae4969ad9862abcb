#include <xgrad/nn/optim/rule.hpp>
#include <xgrad/nn/optim/sgd.hpp>

namespace xgrad::nn {

template <>
struct Rule<SGDOptions> {
  static constexpr const char* name = "SGD";

  static void check(const SGDOptions& o, const OptionCheck& check) {
    check.fraction("momentum", o.momentum);
    check.not_negative("weight_decay", o.weight_decay);
    check(std::isfinite(o.dampening), "a finite dampening", o.dampening);
    check(!o.nesterov || o.momentum > 0, "a momentum > 0 for nesterov", o.momentum);
    check(!o.nesterov || o.dampening == 0, "no dampening for nesterov", o.dampening);
  }
  static StateTensors state(const SGDOptions& o) {
    return {{{"momentum_buffer", o.momentum != 0}}};
  }
  template <class T>
  static void update(const SGDOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const WeightDecay<T> decayed(o.weight_decay);
    const T rate = number<T>(o.learning_rate), momentum = number<T>(o.momentum);
    if (o.momentum == 0) {
      return u.each([=](B& p, const B& g) { p = p - rate * decayed(g, p); });
    }
    const T fresh = number<T>(u.t == 1 || !u.has(0) ? 1 : 1 - o.dampening);
    T* const v = u.state(0);
    if (o.nesterov) {
      u.each(
          [=](B& p, const B& g, B& velocity) {
            const B d = decayed(g, p);
            velocity = momentum * velocity + fresh * d;
            p = p - rate * (d + momentum * velocity);
          },
          v);
    } else {
      u.each(
          [=](B& p, const B& g, B& velocity) {
            velocity = momentum * velocity + fresh * decayed(g, p);
            p = p - rate * velocity;
          },
          v);
    }
  }
};
XGRAD_OPTIMIZER(SGDOptions)

template <>
struct Rule<LionOptions> {
  static constexpr const char* name = "Lion";

  static void check(const LionOptions& o, const OptionCheck& check) {
    check.fraction("beta1", o.beta1);
    check.fraction("beta2", o.beta2);
    check.not_negative("weight_decay", o.weight_decay);
  }
  static StateTensors state(const LionOptions&) { return {{{"exp_avg", true}}}; }
  template <class T>
  static void update(const LionOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const WeightDecay<T> decayed(o.weight_decay);
    const T rate = number<T>(o.learning_rate);
    const T beta1 = number<T>(o.beta1), rest1 = number<T>(1 - o.beta1);
    const T beta2 = number<T>(o.beta2), rest2 = number<T>(1 - o.beta2);
    u.each(
        [=](B& p, const B& g, B& m) {
          p = p - rate * decayed(sign(beta1 * m + rest1 * g), p);
          m = beta2 * m + rest2 * g;
        },
        u.state(0));
  }
};
XGRAD_OPTIMIZER(LionOptions)

}  // namespace xgrad::nn
