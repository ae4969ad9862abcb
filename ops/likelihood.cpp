#include <xgrad/ops/likelihood.hpp>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/batch_math.hpp>
#include <xgrad/ops/kernels/elementwise.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad {
namespace {

/// e^-100, and the least p (1 - p) to divide by.
constexpr double least_p = 3.720075976020836e-44, least_variance = 1e-12;

/// Throws for the first element x for which `bad(x)`.
template <class T, class Bad>
void check_elements(const char* op, const char* expected, const Tensor<T>& tensor, Bad bad,
                    Location at) {
  const T* x = tensor.data();
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    if (bad(x[i])) fail(op, expected, std::to_string(x[i]) + " at " + std::to_string(i), at);
  }
}

/// The elements of the loss of logits.
template <class T>
Tensor<T> logit_losses(const Tensor<T>& x, const Tensor<T>& t, Location at) {
  return binary(
      "binary_cross_entropy_with_logits", x, t,
      [](auto a, auto b) { return (relu(a) - a * b) + log1p(exp(-abs(a))); },
      from_a_and_b([](auto g, auto a, auto b) { return g * (sigmoid(a) - b); }),
      from_a([](auto g, auto a) { return -(g * a); }), at);
}

template <class T>
void check_broadcast_weight(const char* name, const Tensor<T>& weight, const Shape& shape,
                            Location at) {
  Shape common = shape;
  if (!weight.defined() || (broadcast_into(common, weight.shape()) && common == shape)) return;
  fail("binary_cross_entropy_with_logits",
       std::string(name) + " that broadcasts to the logits' shape " + to_string(shape),
       to_string(weight.shape()), at);
}

/// ln t!, roughly; 0 for t <= 1.
template <class T>
Tensor<T> stirling(const Tensor<T>& target) {
  return unary(
      "poisson_nll_loss", target,
      [](auto t) {
        auto s = where(t > 1, t, 1);
        return where(t > 1, s * log(s) - s + 0.5 * log(T(6.283185307179586) * s), 0);
      },
      from_input([](auto g, auto t) {
        auto s = where(t > 1, t, 1);
        return where(t > 1, g * (log(s) + 0.5 / s), 0);
      }));
}

}  // namespace

template <class T>
Tensor<T> binary_cross_entropy(const Tensor<T>& probabilities, const Same<Tensor<T>>& target,
                               Reduction reduction, Location at) {
  const char* op = "binary_cross_entropy";
  check_same_shape(op, "probabilities and target", probabilities.shape(), target.shape(), at);
  check_elements(
      op, "probabilities in [0, 1]", probabilities, [](T p) { return p < 0 || p > 1; }, at);
  T least = static_cast<T>(least_variance), tiny = static_cast<T>(least_p);
  Tensor<T> elements = binary(
      op, probabilities, target,
      [](auto p, auto t) {
        auto yes = log(p), no = log1p(-p);
        return -(t * where(yes < -100, -100, yes) + (1 - t) * where(no < -100, -100, no));
      },
      from_a_and_b([least](auto g, auto p, auto t) {
        auto variance = p * (1 - p);
        return g * (p - t) / where(variance < least, least, variance);
      }),
      from_a([tiny](auto g, auto p) {
        auto q = 1 - p;
        auto yes = where(p < tiny, -100, log(where(p < tiny, 1, p)));
        auto no = where(q < tiny, -100, log(where(q < tiny, 1, q)));
        return g * (no - yes);
      }),
      at);
  return reduced(op, elements, reduction, at);
}

template <class T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Same<Tensor<T>>& target,
                                           Reduction reduction, Location at) {
  const char* op = "binary_cross_entropy_with_logits";
  check_same_shape(op, "logits and target", logits.shape(), target.shape(), at);
  return reduced(op, logit_losses(logits, target, at), reduction, at);
}

template <class T>
Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>& logits, const Same<Tensor<T>>& target,
                                           const Same<BinaryOptions<T>>& options, Location at) {
  const char* op = "binary_cross_entropy_with_logits";
  check_same_shape(op, "logits and target", logits.shape(), target.shape(), at);
  check_broadcast_weight("a weight", options.weight, logits.shape(), at);
  check_broadcast_weight("a pos_weight", options.pos_weight, logits.shape(), at);
  Tensor<T> elements;
  if (options.pos_weight.defined()) {
    elements = (1 - target) * logit_losses(logits, Tensor<T>(0), at) +
               options.pos_weight * target * logit_losses(logits, Tensor<T>(1), at);
  } else {
    elements = logit_losses(logits, target, at);
  }
  if (options.weight.defined()) elements = elements * options.weight;
  return reduced(op, elements, options.reduction, at);
}

template <class T>
Tensor<T> kl_div(const Tensor<T>& log_probabilities, const Same<Tensor<T>>& target,
                 Reduction reduction, LogTarget log_of_target, Location at) {
  const char* op = "kl_div";
  check_same_shape(op, "log-probabilities and target", log_probabilities.shape(), target.shape(),
                   at);
  Tensor<T> elements;
  if (log_of_target == LogTarget::yes) {
    elements = binary(
        op, log_probabilities, target, [](auto x, auto t) { return exp(t) * (t - x); },
        from_b([](auto g, auto t) { return -(g * exp(t)); }),
        from_a_and_b([](auto g, auto x, auto t) { return g * (exp(t) * (t - x + 1)); }), at);
  } else {
    elements = binary(
        op, log_probabilities, target,
        [](auto x, auto t) { return where(t == 0, 0, t * log(where(t == 0, 1, t))) - t * x; },
        from_b([](auto g, auto t) { return -(g * t); }),
        from_a_and_b([](auto g, auto x, auto t) { return g * (log(t) + 1 - x); }), at);
  }
  return reduced(op, elements, reduction, at);
}

template <class T>
Tensor<T> poisson_nll_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                           const PoissonOptions& options, Location at) {
  const char* op = "poisson_nll_loss";
  check_same_shape(op, "prediction and target", prediction.shape(), target.shape(), at);
  if (!(options.eps >= 0)) fail(op, "eps >= 0", std::to_string(options.eps), at);
  Tensor<T> elements;
  if (options.log_input) {
    elements = binary(
        op, prediction, target, [](auto x, auto t) { return exp(x) - t * x; },
        from_a_and_b([](auto g, auto x, auto t) { return g * (exp(x) - t); }),
        from_a([](auto g, auto x) { return -(g * x); }), at);
  } else {
    T eps = static_cast<T>(options.eps);
    elements = binary(
        op, prediction, target, [eps](auto x, auto t) { return x - t * log(x + eps); },
        from_a_and_b([eps](auto g, auto x, auto t) { return g * (1 - t / (x + eps)); }),
        from_a([eps](auto g, auto x) { return -(g * log(x + eps)); }), at);
  }
  if (options.full) elements = elements + stirling(target);
  return reduced(op, elements, options.reduction, at);
}

template <class T>
Tensor<T> gaussian_nll_loss(const Tensor<T>& mean, const Same<Tensor<T>>& target,
                            const Same<Tensor<T>>& variance, const GaussianOptions& options,
                            Location at) {
  const char* op = "gaussian_nll_loss";
  check_same_shape(op, "mean and target", mean.shape(), target.shape(), at);
  check_same_shape(op, "mean and variance", mean.shape(), variance.shape(), at);
  if (!(options.eps > 0)) fail(op, "eps > 0", std::to_string(options.eps), at);
  check_elements(
      op, "positive variances", variance, [](T v) { return v <= 0; }, at);
  T eps = static_cast<T>(options.eps);
  // A shift by a constant, so that the gradient passes.
  Tensor<T> raised = variance + relu(eps - variance.detach());
  Tensor<T> elements = T(0.5) * (log(raised) + square(mean - target) / raised);
  if (options.full) elements = elements + 0.9189385332046727;  // ln(2 pi) / 2
  return reduced(op, elements, options.reduction, at);
}

#define XGRAD_LIKELIHOOD(T)                                                                      \
  template Tensor<T> binary_cross_entropy(const Tensor<T>&, const Tensor<T>&, Reduction,         \
                                          Location);                                             \
  template Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>&, const Tensor<T>&,        \
                                                      Reduction, Location);                      \
  template Tensor<T> binary_cross_entropy_with_logits(const Tensor<T>&, const Tensor<T>&,        \
                                                      const BinaryOptions<T>&, Location);        \
  template Tensor<T> kl_div(const Tensor<T>&, const Tensor<T>&, Reduction, LogTarget, Location); \
  template Tensor<T> poisson_nll_loss(const Tensor<T>&, const Tensor<T>&, const PoissonOptions&, \
                                      Location);                                                 \
  template Tensor<T> gaussian_nll_loss(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,     \
                                       const GaussianOptions&, Location);
XGRAD_LIKELIHOOD(float)
XGRAD_LIKELIHOOD(double)

}  // namespace xgrad
