// Naive forms of the elementary and special functions of one tensor. Each gives its value and its
// derivative as formulas of one double, the derivative not in the library's form where there is
// another.
#pragma once
#include "reference.hpp"
#include "reference_gamma.hpp"

namespace reference {

namespace scalar {
inline double with_derivative(double, double y, double) { return y; }
inline Dual with_derivative(Dual x, double y, double derivative) {
  return {y, derivative * x.tangent};
}

inline double lgamma(double x) { return double(gamma::lgamma<long double>(x)); }
inline double polygamma(int n, double x) { return double(gamma::polygamma<long double>(n, x)); }
/// By bisection.
inline double erfinv(double x) {
  double low = -6, high = 6;
  for (int i = 0; i < 60; ++i) {
    double middle = (low + high) / 2;
    (std::erf(middle) < x ? low : high) = middle;
  }
  return low;
}
}  // namespace scalar

#define XGRAD_REFERENCE(name, formula, derivative)                 \
  template <class S>                                               \
  Nd<S> name(const Nd<S>& array) {                                 \
    return map(array, [](S dual) -> S {                            \
      double x = scalar::value(dual);                              \
      return scalar::with_derivative(dual, formula, (derivative)); \
    });                                                            \
  }
inline constexpr double pi = 3.14159265358979323846;
XGRAD_REFERENCE(exp2, std::exp2(x), std::log(2.0) * std::exp2(x))
XGRAD_REFERENCE(expm1, std::expm1(x), std::exp(x))
XGRAD_REFERENCE(log2, std::log2(x), 1 / (x * std::log(2.0)))
XGRAD_REFERENCE(log10, std::log10(x), 1 / (x * std::log(10.0)))
XGRAD_REFERENCE(log1p, std::log1p(x), 1 / (1 + x))
XGRAD_REFERENCE(rsqrt, 1 / std::sqrt(x), -0.5 / (x * std::sqrt(x)))
XGRAD_REFERENCE(reciprocal, 1 / x, -1 / (x * x))
XGRAD_REFERENCE(floor, std::floor(x), 0 * x)
XGRAD_REFERENCE(ceil, std::ceil(x), 0 * x)
XGRAD_REFERENCE(round, std::floor(x + 0.5), 0 * x)  // away from ties
XGRAD_REFERENCE(trunc, std::trunc(x), 0 * x)
/// 0 where x is an integer, and where it is half of an odd one; steep, since samples lie dense.
XGRAD_REFERENCE(integer_kink, 5 * std::sin(pi * x), 0 * x)
XGRAD_REFERENCE(half_kink, 5 * std::cos(pi * x), 0 * x)
XGRAD_REFERENCE(sin, std::sin(x), std::cos(x))
XGRAD_REFERENCE(cos, std::cos(x), -std::sin(x))
XGRAD_REFERENCE(tan, std::tan(x), 1 / (std::cos(x) * std::cos(x)))
XGRAD_REFERENCE(asin, std::asin(x), 1 / std::sqrt(1 - x * x))
XGRAD_REFERENCE(acos, std::acos(x), -1 / std::sqrt(1 - x * x))
XGRAD_REFERENCE(atan, std::atan(x), 1 / (1 + x * x))
XGRAD_REFERENCE(sinh, std::sinh(x), std::cosh(x))
XGRAD_REFERENCE(cosh, std::cosh(x), std::sinh(x))
XGRAD_REFERENCE(asinh, std::asinh(x), 1 / std::cosh(std::asinh(x)))
XGRAD_REFERENCE(acosh, std::acosh(x), 1 / std::sinh(std::acosh(x)))
XGRAD_REFERENCE(atanh, std::atanh(x), 1 / (1 - x * x))
XGRAD_REFERENCE(deg2rad, x / 180 * pi, pi / 180 + 0 * x)
XGRAD_REFERENCE(rad2deg, x / pi * 180, 180 / pi + 0 * x)
XGRAD_REFERENCE(erf, std::erf(x), 2 / std::sqrt(pi) / std::exp(x * x))
XGRAD_REFERENCE(erfc, std::erfc(x), -2 / std::sqrt(pi) / std::exp(x * x))
XGRAD_REFERENCE(erfinv, scalar::erfinv(x),
                std::sqrt(pi) / 2 * std::exp(scalar::erfinv(x) * scalar::erfinv(x)))
XGRAD_REFERENCE(lgamma, scalar::lgamma(x), scalar::polygamma(0, x))
XGRAD_REFERENCE(digamma, scalar::polygamma(0, x), scalar::polygamma(1, x))
#undef XGRAD_REFERENCE

template <class S>
Nd<S> polygamma(int n, const Nd<S>& array) {
  return map(array, [n](S dual) -> S {
    double x = scalar::value(dual);
    return scalar::with_derivative(dual, scalar::polygamma(n, x), scalar::polygamma(n + 1, x));
  });
}

}  // namespace reference
