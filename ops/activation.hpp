// Activation functions, element by element. Parameters are numbers; each function throws
// std::invalid_argument if one of them makes no sense.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

enum class ParameterRange { finite, not_negative, positive };
/// Throws std::invalid_argument, naming the parameter, unless `value` is finite and in the range.
void check_parameter(const char* op, const char* name, double value, ParameterRange range,
                     Location at);

/// Bounds of an interval; NaN, which no comparison meets, for one that is infinite and so absent.
struct Bounds {
  double low, high;
};
/// Throws std::invalid_argument if a bound is NaN or lo > hi.
Bounds checked_bounds(const char* op, double lo, double hi, Location at);

// x between two bounds, as the operation `op`.
template <class X>
Variable<X> clipped(const char* op, const X& x, Bounds to) {
  return unary(
      op, x, [to](auto a) { return where(a < to.low, to.low, where(a > to.high, to.high, a)); },
      from_output([to](auto g, auto y) {
        return where(y <= to.low, 0, where(y >= to.high, 0, where(y == y, g, 0)));
      }));
}

/// y = x, but lo below lo and hi above hi; an infinite bound is none.   gx = g between the bounds,
/// 0 at a bound, outside, and at NaN.   Saves y.   Throws if lo > hi or a bound is NaN.
template <class X>
Variable<X> clip(const X& x, double lo, double hi, Location at = here()) {
  return clipped("clip", x, checked_bounds("clip", lo, hi, at));
}
XGRAD_UNARY_WITH(clip, double, double, Location)

/// y = x, but lo below lo and hi above hi.   gx as for clip.   Saves y.   Throws as clip.
template <class X>
Variable<X> hardtanh(const X& x, double lo = -1, double hi = 1, Location at = here()) {
  return clipped("hardtanh", x, checked_bounds("hardtanh", lo, hi, at));
}
XGRAD_UNARY_WITH(hardtanh, double, double, Location)

/// y = min(max(x, 0), 6).   gx = g where 0 < x < 6, else 0.   Saves y.
template <class X>
Variable<X> relu6(const X& x) {
  return clipped("relu6", x, Bounds{0, 6});
}
XGRAD_UNARY(relu6)

/// y = x where x > 0, else slope x.   gx = g where x > 0, else slope g.   Saves x.   Throws unless
/// slope is finite.
template <class X>
Variable<X> leaky_relu(const X& x, double slope = 0.01, Location at = here()) {
  check_parameter("leaky_relu", "slope", slope, ParameterRange::finite, at);
  return unary(
      "leaky_relu", x, [slope](auto a) { return where(a > 0, a, slope * a); },
      from_input([slope](auto g, auto a) { return where(a > 0, g, slope * g); }));
}
XGRAD_UNARY_WITH(leaky_relu, double, Location)

/// y = x where x > alpha, else 0; NaN stays (ONNX's ThresholdedRelu).   gx = 0 where x <= alpha,
/// else g.   Saves x.   Throws unless alpha is finite.
template <class X>
Variable<X> thresholded_relu(const X& x, double alpha = 1, Location at = here()) {
  check_parameter("thresholded_relu", "alpha", alpha, ParameterRange::finite, at);
  return unary(
      "thresholded_relu", x, [alpha](auto a) { return where(a <= alpha, 0, a); },
      from_input([alpha](auto g, auto a) { return where(a <= alpha, 0, g); }));
}
XGRAD_UNARY_WITH(thresholded_relu, double, Location)

/// y = x where |x| > lambda, else 0; NaN stays.   gx = g where |x| > lambda, else 0.   Saves x.
/// Throws unless lambda is finite and not negative.
template <class X>
Variable<X> hardshrink(const X& x, double lambda = 0.5, Location at = here()) {
  check_parameter("hardshrink", "lambda", lambda, ParameterRange::not_negative, at);
  return unary(
      "hardshrink", x, [lambda](auto a) { return where(abs(a) <= lambda, 0, a); },
      from_input([lambda](auto g, auto a) { return where(abs(a) > lambda, g, 0); }));
}
XGRAD_UNARY_WITH(hardshrink, double, Location)

/// y = x - lambda where x > lambda, x + lambda where x < -lambda, else 0; NaN stays.   gx = g where
/// |x| > lambda, else 0.   Saves x.   Throws unless lambda is finite and not negative.
template <class X>
Variable<X> softshrink(const X& x, double lambda = 0.5, Location at = here()) {
  check_parameter("softshrink", "lambda", lambda, ParameterRange::not_negative, at);
  return unary(
      "softshrink", x,
      [lambda](auto a) { return where(abs(a) <= lambda, 0, a - lambda * sign(a)); },
      from_input([lambda](auto g, auto a) { return where(abs(a) > lambda, g, 0); }));
}
XGRAD_UNARY_WITH(softshrink, double, Location)

// y = above x where x > 0, else below (e^(rate x) - 1). The exponential's argument is made safe:
// it has a derivative even where it is not taken.
template <class X>
Variable<X> exponential_below_zero(const char* op, const X& x, double above, double below,
                                   double rate) {
  return unary(
      op, x, [=](auto a) { return where(a > 0, above * a, below * expm1_below_zero(rate * a)); },
      from_input([=](auto g, auto a) {
        return where(a <= 0, g * (below * rate * exp(rate * where(a <= 0, a, 0))), above * g);
      }));
}

/// y = x where x > 0, else alpha (e^x - 1).   gx = g where x > 0, else g alpha e^x.   Saves x.
/// Throws unless alpha is finite.
template <class X>
Variable<X> elu(const X& x, double alpha = 1, Location at = here()) {
  check_parameter("elu", "alpha", alpha, ParameterRange::finite, at);
  return exponential_below_zero("elu", x, 1, alpha, 1);
}
XGRAD_UNARY_WITH(elu, double, Location)

/// y = s x where x > 0, else s alpha (e^x - 1), with s = 1.0507, alpha = 1.6733 (Klambauer et al.
/// 2017, eq. 14).   gx = s g where x > 0, else g s alpha e^x.   Saves x.
template <class X>
Variable<X> selu(const X& x) {
  constexpr double s = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;
  return exponential_below_zero("selu", x, s, s * alpha, 1);
}
XGRAD_UNARY(selu)

/// y = x where x > 0, else alpha (e^(x / alpha) - 1) (Barron 2017).   gx = g where x > 0, else
/// g e^(x / alpha).   Saves x.   Throws unless alpha is finite and positive.
template <class X>
Variable<X> celu(const X& x, double alpha = 1, Location at = here()) {
  check_parameter("celu", "alpha", alpha, ParameterRange::positive, at);
  return exponential_below_zero("celu", x, 1, alpha, 1 / alpha);
}
XGRAD_UNARY_WITH(celu, double, Location)

/// y = ln(1 + e^(beta x)) / beta, without overflow.   gx = g sigmoid(beta x).   Saves x.   Throws
/// unless beta is finite and positive.
template <class X>
Variable<X> softplus(const X& x, double beta = 1, Location at = here()) {
  check_parameter("softplus", "beta", beta, ParameterRange::positive, at);
  return unary(
      "softplus", x, [beta](auto a) { return softplus(beta * a) / beta; },
      from_input([beta](auto g, auto a) { return g * sigmoid(beta * a); }));
}
XGRAD_UNARY_WITH(softplus, double, Location)

/// y = ln sigmoid x = -ln(1 + e^-x), without overflow.   gx = g sigmoid(-x).   Saves x.
template <class X>
Variable<X> logsigmoid(const X& x) {
  return unary(
      "logsigmoid", x, [](auto a) { return -softplus(-a); },
      from_input([](auto g, auto a) { return g * sigmoid(-a); }));
}
XGRAD_UNARY(logsigmoid)

/// y = x sigmoid x, NaN at -inf.   gx = g s (1 + x (1 - s)) with s = sigmoid x.   Saves x.
template <class X>
Variable<X> silu(const X& x) {
  return unary(
      "silu", x, [](auto a) { return a * sigmoid(a); }, from_input([](auto g, auto a) {
        auto s = sigmoid(a);
        return g * (s * (1 + a * (1 - s)));
      }));
}
XGRAD_UNARY(silu)

/// y = x tanh(softplus x), NaN at -inf (Misra 2019).   gx = g (t + x (1 - t^2) sigmoid x) with
/// t = tanh(softplus x).   Saves x.
template <class X>
Variable<X> mish(const X& x) {
  return unary(
      "mish", x, [](auto a) { return a * tanh(softplus(a)); }, from_input([](auto g, auto a) {
        auto t = tanh(softplus(a));
        return g * (t + a * ((1 - t * t) * sigmoid(a)));
      }));
}
XGRAD_UNARY(mish)

/// y = P(Z <= x) for a standard normal Z, precise in both tails (torch.special.ndtr).
/// gx = g e^(-x^2 / 2) / sqrt(2 pi).   Saves x.
template <class X>
Variable<X> ndtr(const X& x) {
  return unary(
      "ndtr", x, [](auto a) { return ndtr(a); },
      from_input([](auto g, auto a) { return g * (exp(-0.5 * a * a) * 0.3989422804014327); }));
}
XGRAD_UNARY(ndtr)

/// The Gaussian error linear unit, exact or by its authors' approximation.
enum class Gelu { erf, tanh };

/// y = x ndtr(x); with Gelu::tanh, y = x (1 + t) / 2, t = tanh u, u = sqrt(2 / pi) (x + 0.044715
/// x^3) (Hendrycks & Gimpel 2016). NaN at -inf.   gx = g (ndtr(x) + x e^(-x^2 / 2) / sqrt(2 pi));
/// or g ((1 + t) / 2 + x (1 - t^2) u' / 2).   Saves x.
template <class X>
Variable<X> gelu(const X& x, Gelu form = Gelu::erf) {
  if (form == Gelu::erf) {
    return unary(
        "gelu", x, [](auto a) { return a * ndtr(a); }, from_input([](auto g, auto a) {
          return g * (ndtr(a) + a * (exp(-0.5 * a * a) * 0.3989422804014327));
        }));
  }
  double scale = 0.7978845608028654, cubic = 0.044715;
  // t is +-1 to the last digit from 12 on: cutting x there keeps its powers from overflowing.
  auto cut = [](auto a) { return where(a > 12, 12, where(a < -12, -12, a)); };
  auto t = [=](auto a) {
    auto c = cut(a);
    return tanh(scale * (c + cubic * c * c * c));
  };
  return unary(
      "gelu", x, [t](auto a) { return a * (0.5 * (1 + t(a))); }, from_input([=](auto g, auto a) {
        auto c = cut(a), value = t(a);
        auto slope = (1 - value * value) * (scale * (1 + 3 * cubic * c * c));
        return g * (0.5 * (1 + value) + 0.5 * a * slope);
      }));
}
XGRAD_UNARY_WITH(gelu, Gelu)

/// y = min(max(x + 3, 0), 6) / 6.   gx = g / 6 where -3 < x < 3, else 0.   Saves x.
template <class X>
Variable<X> hardsigmoid(const X& x) {
  return unary(
      "hardsigmoid", x, [](auto a) { return relu6(a + 3) / 6; },
      from_input([](auto g, auto a) { return where(a > -3, where(a < 3, g / 6, 0), 0); }));
}
XGRAD_UNARY(hardsigmoid)

/// y = x min(max(x + 3, 0), 6) / 6, NaN at -inf (Howard et al. 2019).   gx = 0 where x <= -3,
/// g (x / 3 + 1 / 2) where -3 < x < 3, else g.   Saves x.
template <class X>
Variable<X> hardswish(const X& x) {
  return unary(
      "hardswish", x, [](auto a) { return a * (relu6(a + 3) / 6); }, from_input([](auto g, auto a) {
        return where(a <= -3, 0, where(a < 3, g * (where(a < 3, a, 0) / 3 + 0.5), g));
      }));
}
XGRAD_UNARY(hardswish)

/// y = x / (1 + |x|), NaN at +-inf.   gx = g / (1 + |x|)^2.   Saves x.
template <class X>
Variable<X> softsign(const X& x) {
  return unary(
      "softsign", x, [](auto a) { return a / (1 + abs(a)); },
      from_input([](auto g, auto a) { return g / square(1 + abs(a)); }));
}
XGRAD_UNARY(softsign)

}  // namespace xgrad
