// Independent references of ops/activation.hpp.
#pragma once
#include "reference.hpp"

#include <initializer_list>

namespace reference {

namespace scalar {
inline double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }
inline Dual normal_cdf(Dual x) {
  return {normal_cdf(x.value),
          x.tangent * std::exp(-x.value * x.value / 2) / std::sqrt(2 * std::acos(-1.0))};
}
}  // namespace scalar

/// For Row::kink: less than 0.05 where an element is within 0.004 of a point, which is more than
/// finite differences step.
template <class S>
Nd<S> distance(const Nd<S>& array, std::initializer_list<double> points) {
  return map(array, [&](S x) {
    S least = 1;
    for (double point : points) {
      S d = (x - S(point)) * S(12);
      if (d < S(0)) d = -d;
      if (d < least) least = d;
    }
    return least;
  });
}

// With a parameter p.
#define XGRAD_REFERENCE_WITH(name, formula)               \
  template <class S>                                      \
  Nd<S> name(const Nd<S>& array, double number) {         \
    const S p = number;                                   \
    return map(array, [p](S x) -> S { return formula; }); \
  }
template <class S>
Nd<S> clip(const Nd<S>& array, double lo, double hi) {
  return map(array, [lo, hi](S x) { return x < S(lo) ? S(lo) : S(hi) < x ? S(hi) : x; });
}
XGRAD_REFERENCE_WITH(leaky_relu, S(0) < x ? x : p * x)
XGRAD_REFERENCE_WITH(thresholded_relu, p < x ? x : S(0))
XGRAD_REFERENCE_WITH(hardshrink, p < x || x < -p ? x : S(0))
XGRAD_REFERENCE_WITH(softshrink, p < x ? x - p : x < -p ? x + p : S(0))
XGRAD_REFERENCE_WITH(elu, S(0) < x ? x : p * (scalar::exp(x) - S(1)))
XGRAD_REFERENCE_WITH(celu, S(0) < x ? x : p * (scalar::exp(x / p) - S(1)))
XGRAD_REFERENCE_WITH(softplus, scalar::log(S(1) + scalar::exp(p * x)) / p)
XGRAD_REFERENCE_UNARY(logsigmoid, scalar::log(S(1) / (S(1) + scalar::exp(-x))))
XGRAD_REFERENCE_UNARY(silu, x / (S(1) + scalar::exp(-x)))
XGRAD_REFERENCE_UNARY(mish, x* scalar::tanh(scalar::log(S(1) + scalar::exp(x))))
XGRAD_REFERENCE_UNARY(ndtr, scalar::normal_cdf(x))
XGRAD_REFERENCE_UNARY(gelu, x* scalar::normal_cdf(x))
XGRAD_REFERENCE_UNARY(gelu_tanh, S(0.5) * x *
                                     (S(1) + scalar::tanh(S(std::sqrt(2 / std::acos(-1.0))) *
                                                          (x + S(0.044715) * x * x * x))))
XGRAD_REFERENCE_UNARY(hardsigmoid, x < S(-3) ? S(0) : S(3) < x ? S(1) : (x + S(3)) / S(6))
XGRAD_REFERENCE_UNARY(hardswish, x < S(-3) ? S(0) : S(3) < x ? x : x * (x + S(3)) / S(6))
XGRAD_REFERENCE_UNARY(softsign, x / (S(1) + (x < S(0) ? -x : x)))
#undef XGRAD_REFERENCE_WITH

/// Its constants as the paper gives them.
template <class S>
Nd<S> selu(const Nd<S>& array) {
  return map(array, [](S x) {
    S alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
    return scale * (S(0) < x ? x : alpha * (scalar::exp(x) - S(1)));
  });
}

}  // namespace reference
