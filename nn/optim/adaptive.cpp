#include <xgrad/nn/optim/adaptive.hpp>
#include <xgrad/nn/optim/rule.hpp>

namespace xgrad::nn {

template <>
struct Rule<RMSpropOptions> {
  static constexpr const char* name = "RMSprop";

  static void check(const RMSpropOptions& o, const OptionCheck& check) {
    check.fraction("alpha", o.alpha);
    check.fraction("momentum", o.momentum);
    check.positive("epsilon", o.epsilon);
    check.not_negative("weight_decay", o.weight_decay);
  }
  static StateTensors state(const RMSpropOptions& o) {
    return {{{"square_avg", true}, {"momentum_buffer", o.momentum != 0}, {"grad_avg", o.centered}}};
  }
  template <class T>
  static void update(const RMSpropOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const WeightDecay<T> decayed(o.weight_decay);
    const T rate = number<T>(o.learning_rate), momentum = number<T>(o.momentum);
    const T alpha = number<T>(o.alpha), rest = number<T>(1 - o.alpha);
    const T epsilon = number<T>(o.epsilon);
    const auto plain = [=](B g, B& v) {
      v = alpha * v + rest * g * g;
      return g / (sqrt(v) + epsilon);
    };
    const auto centered = [=](B g, B& v, B& a) {
      v = alpha * v + rest * g * g;
      a = alpha * a + rest * g;
      // Of a constant gradient, rounding can make the difference negative.
      return g / (sqrt(maximum(v - a * a, B(0))) + epsilon);
    };
    const auto descend = [=](B& p, B& b, B d) {
      b = momentum * b + d;
      p = p - rate * b;
    };
    if (o.centered && o.momentum != 0) {
      u.each(
          [=](B& p, const B& g, B& v, B& b, B& a) { descend(p, b, centered(decayed(g, p), v, a)); },
          u.state(0), u.state(1), u.state(2));
    } else if (o.centered) {
      u.each([=](B& p, const B& g, B& v, B& a) { p = p - rate * centered(decayed(g, p), v, a); },
             u.state(0), u.state(2));
    } else if (o.momentum != 0) {
      u.each([=](B& p, const B& g, B& v, B& b) { descend(p, b, plain(decayed(g, p), v)); },
             u.state(0), u.state(1));
    } else {
      u.each([=](B& p, const B& g, B& v) { p = p - rate * plain(decayed(g, p), v); }, u.state(0));
    }
  }
};
XGRAD_OPTIMIZER(RMSpropOptions)

template <>
struct Rule<AdagradOptions> {
  static constexpr const char* name = "Adagrad";

  static void check(const AdagradOptions& o, const OptionCheck& check) {
    check.not_negative("learning_rate_decay", o.learning_rate_decay);
    check.not_negative("weight_decay", o.weight_decay);
    check.not_negative("initial_accumulator", o.initial_accumulator);
    check.positive("epsilon", o.epsilon);
  }
  static StateTensors state(const AdagradOptions& o) {
    return {{{"sum", true, o.initial_accumulator}}};
  }
  template <class T>
  static void update(const AdagradOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const WeightDecay<T> decayed(o.weight_decay);
    const T rate = number<T>(o.learning_rate / (1 + (u.t - 1) * o.learning_rate_decay));
    const T epsilon = number<T>(o.epsilon);
    u.each(
        [=](B& p, const B& g, B& s) {
          const B d = decayed(g, p);
          s = s + d * d;
          p = p - rate * d / (sqrt(s) + epsilon);
        },
        u.state(0));
  }
};
XGRAD_OPTIMIZER(AdagradOptions)

template <>
struct Rule<AdadeltaOptions> {
  static constexpr const char* name = "Adadelta";

  static void check(const AdadeltaOptions& o, const OptionCheck& check) {
    check.fraction("rho", o.rho);
    check.positive("epsilon", o.epsilon);
    check.not_negative("weight_decay", o.weight_decay);
  }
  static StateTensors state(const AdadeltaOptions&) {
    return {{{"square_avg", true}, {"acc_delta", true}}};
  }
  template <class T>
  static void update(const AdadeltaOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const WeightDecay<T> decayed(o.weight_decay);
    const T rate = number<T>(o.learning_rate), epsilon = number<T>(o.epsilon);
    const T rho = number<T>(o.rho), rest = number<T>(1 - o.rho);
    u.each(
        [=](B& p, const B& g, B& v, B& accumulated) {
          const B slope = decayed(g, p);
          v = rho * v + rest * slope * slope;
          const B d = sqrt(accumulated + epsilon) / sqrt(v + epsilon) * slope;
          accumulated = rho * accumulated + rest * d * d;
          p = p - rate * d;
        },
        u.state(0), u.state(1));
  }
};
XGRAD_OPTIMIZER(AdadeltaOptions)

}  // namespace xgrad::nn
