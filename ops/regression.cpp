#include <xgrad/ops/regression.hpp>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/elementwise.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad {
namespace {

/// y = f(d), reduced, for d = prediction - target; slope(d) = f'(d).
template <class T, class F, class Slope>
Tensor<T> of_difference(const char* op, const Tensor<T>& prediction, const Tensor<T>& target, F f,
                        Slope slope, Reduction reduction, Location at) {
  check_same_shape(op, "prediction and target", prediction.shape(), target.shape(), at);
  Tensor<T> elements = binary(
      op, prediction, target, [f](auto a, auto b) { return f(a - b); },
      from_a_and_b([slope](auto g, auto a, auto b) { return g * slope(a - b); }),
      from_a_and_b([slope](auto g, auto a, auto b) { return -(g * slope(a - b)); }), at);
  return reduced(op, elements, reduction, at);
}

}  // namespace

template <class T>
Tensor<T> mean_squared_error(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                             Reduction reduction, Location at) {
  return of_difference(
      "mean_squared_error", prediction, target, [](auto d) { return d * d; },
      [](auto d) { return 2 * d; }, reduction, at);
}

template <class T>
Tensor<T> l1_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target, Reduction reduction,
                  Location at) {
  return of_difference(
      "l1_loss", prediction, target, [](auto d) { return abs(d); }, [](auto d) { return sign(d); },
      reduction, at);
}

template <class T>
Tensor<T> huber_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target, double delta,
                     Reduction reduction, Location at) {
  if (!(delta > 0)) fail("huber_loss", "delta > 0", std::to_string(delta), at);
  T bound = static_cast<T>(delta);
  return of_difference(
      "huber_loss", prediction, target,
      [bound](auto d) {
        return where(abs(d) <= bound, 0.5 * d * d, bound * (abs(d) - bound * T(0.5)));
      },
      [bound](auto d) { return where(abs(d) <= bound, d, bound * sign(d)); }, reduction, at);
}

template <class T>
Tensor<T> smooth_l1_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target, double beta,
                         Reduction reduction, Location at) {
  if (!(beta >= 0)) fail("smooth_l1_loss", "beta >= 0", std::to_string(beta), at);
  T bound = static_cast<T>(beta), inverse = beta == 0 ? T(0) : static_cast<T>(1 / beta);
  return of_difference(
      "smooth_l1_loss", prediction, target,
      [bound, inverse](auto d) {
        return where(abs(d) < bound, T(0.5) * inverse * d * d, abs(d) - bound * T(0.5));
      },
      [bound, inverse](auto d) { return where(abs(d) < bound, inverse * d, sign(d)); }, reduction,
      at);
}

#define XGRAD_REGRESSION(T)                                                                       \
  template Tensor<T> mean_squared_error(const Tensor<T>&, const Tensor<T>&, Reduction, Location); \
  template Tensor<T> l1_loss(const Tensor<T>&, const Tensor<T>&, Reduction, Location);            \
  template Tensor<T> huber_loss(const Tensor<T>&, const Tensor<T>&, double, Reduction, Location); \
  template Tensor<T> smooth_l1_loss(const Tensor<T>&, const Tensor<T>&, double, Reduction,        \
                                    Location);
XGRAD_REGRESSION(float)
XGRAD_REGRESSION(double)

}  // namespace xgrad
