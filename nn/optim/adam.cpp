#include <xgrad/nn/optim/adam.hpp>
#include <xgrad/nn/optim/rule.hpp>

namespace xgrad::nn {
namespace {

template <class Options>
void check_moments(const Options& o, const OptionCheck& check) {
  check.fraction("beta1", o.beta1);
  check.fraction("beta2", o.beta2);
  check.positive("epsilon", o.epsilon);
  check.not_negative("weight_decay", o.weight_decay);
}

/// What the variants share: both ways of decay, and the moments.
template <class T>
class Moments {
 public:
  using B = xgrad::Batch<T>;
  const double correction1, correction2;  // 1 - beta^t

  template <class Options>
  Moments(const Options& o, double t, bool decoupled)
      : correction1(1 - std::pow(o.beta1, t)),
        correction2(1 - std::pow(o.beta2, t)),
        decayed_(decoupled ? 0 : o.weight_decay),
        shrinks_(decoupled && o.weight_decay != 0),
        kept_(number<T>(1 - o.learning_rate * o.weight_decay)),
        beta1_(number<T>(o.beta1)),
        beta2_(number<T>(o.beta2)),
        // 1 - beta in double: in float, 1 - 0.999f is off by 1e-5.
        rest1_(number<T>(1 - o.beta1)),
        rest2_(number<T>(1 - o.beta2)) {}

  /// Brings the moments up to date, p too if its decay is decoupled; returns the gradient with the
  /// other decay.
  B operator()(B& p, B g, B& m, B& v) const {
    if (shrinks_) p = p * kept_;
    g = decayed_(g, p);
    m = beta1_ * m + rest1_ * g;
    v = beta2_ * v + rest2_ * g * g;
    return g;
  }

 private:
  WeightDecay<T> decayed_;
  bool shrinks_;
  T kept_, beta1_, beta2_, rest1_, rest2_;
};

template <class T>
void update_adam(const AdamOptions& o, bool decoupled, Update<T>& u) {
  using B = xgrad::Batch<T>;
  const Moments<T> moments(o, u.t, decoupled);
  const T rate = number<T>(o.learning_rate / moments.correction1);
  const T spread = number<T>(1 / std::sqrt(moments.correction2));
  const T epsilon = number<T>(o.epsilon);
  if (o.amsgrad) {
    u.each(
        [=](B& p, const B& g, B& m, B& v, B& greatest) {
          moments(p, g, m, v);
          greatest = maximum(greatest, v);
          p = p - rate * m / (sqrt(greatest) * spread + epsilon);
        },
        u.state(0), u.state(1), u.state(2));
  } else {
    u.each(
        [=](B& p, const B& g, B& m, B& v) {
          moments(p, g, m, v);
          p = p - rate * m / (sqrt(v) * spread + epsilon);
        },
        u.state(0), u.state(1));
  }
}

StateTensors adam_state(const AdamOptions& o) {
  return {{{"exp_avg", true}, {"exp_avg_sq", true}, {"max_exp_avg_sq", o.amsgrad}}};
}

}  // namespace

template <>
struct Rule<AdamOptions> {
  static constexpr const char* name = "Adam";
  static void check(const AdamOptions& o, const OptionCheck& check) { check_moments(o, check); }
  static StateTensors state(const AdamOptions& o) { return adam_state(o); }
  template <class T>
  static void update(const AdamOptions& o, Update<T>& u) {
    update_adam(o, false, u);
  }
};
XGRAD_OPTIMIZER(AdamOptions)

template <>
struct Rule<AdamWOptions> {
  static constexpr const char* name = "AdamW";
  static void check(const AdamWOptions& o, const OptionCheck& check) { check_moments(o, check); }
  static StateTensors state(const AdamWOptions& o) { return adam_state(o); }
  template <class T>
  static void update(const AdamWOptions& o, Update<T>& u) {
    update_adam(o, true, u);
  }
};
XGRAD_OPTIMIZER(AdamWOptions)

template <>
struct Rule<NAdamOptions> {
  static constexpr const char* name = "NAdam";

  static void check(const NAdamOptions& o, const OptionCheck& check) {
    check_moments(o, check);
    check.not_negative("momentum_decay", o.momentum_decay);
  }
  static StateTensors state(const NAdamOptions&) {
    return {{{"exp_avg", true}, {"exp_avg_sq", true}, {"mu_product", true, 1, true}}};
  }
  template <class T>
  static void update(const NAdamOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const Moments<T> moments(o, u.t, o.decoupled_weight_decay);
    const auto mu = [&o](double t) {
      return o.beta1 * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay));
    };
    T& product = *u.state(2);
    product = static_cast<T>(static_cast<double>(product) * mu(u.t));
    const double before = static_cast<double>(product), next = mu(u.t + 1);
    const T of_g = number<T>(o.learning_rate * (1 - mu(u.t)) / (1 - before));
    const T of_m = number<T>(o.learning_rate * next / (1 - before * next));
    const T spread = number<T>(1 / std::sqrt(moments.correction2));
    const T epsilon = number<T>(o.epsilon);
    u.each(
        [=](B& p, const B& g, B& m, B& v) {
          const B d = moments(p, g, m, v);
          p = p - (of_g * d + of_m * m) / (sqrt(v) * spread + epsilon);
        },
        u.state(0), u.state(1));
  }
};
XGRAD_OPTIMIZER(NAdamOptions)

template <>
struct Rule<RAdamOptions> {
  static constexpr const char* name = "RAdam";

  static void check(const RAdamOptions& o, const OptionCheck& check) { check_moments(o, check); }
  static StateTensors state(const RAdamOptions&) {
    return {{{"exp_avg", true}, {"exp_avg_sq", true}}};
  }
  template <class T>
  static void update(const RAdamOptions& o, Update<T>& u) {
    using B = xgrad::Batch<T>;
    const Moments<T> moments(o, u.t, o.decoupled_weight_decay);
    const double r = 2 / (1 - o.beta2) - 1;
    const double r_t = r - 2 * u.t * std::pow(o.beta2, u.t) / moments.correction2;
    double scale = o.learning_rate / moments.correction1;
    if (r_t > 5) {
      scale *=
          std::sqrt((r_t - 4) * (r_t - 2) * r / ((r - 4) * (r - 2) * r_t) * moments.correction2);
      const T rate = number<T>(scale), epsilon = number<T>(o.epsilon);
      u.each(
          [=](B& p, const B& g, B& m, B& v) {
            moments(p, g, m, v);
            p = p - rate * m / (sqrt(v) + epsilon);
          },
          u.state(0), u.state(1));
    } else {
      const T rate = number<T>(scale);
      u.each(
          [=](B& p, const B& g, B& m, B& v) {
            moments(p, g, m, v);
            p = p - rate * m;
          },
          u.state(0), u.state(1));
    }
  }
};
XGRAD_OPTIMIZER(RAdamOptions)

}  // namespace xgrad::nn
