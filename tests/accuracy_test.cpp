// How far values of the elementary and special functions are from correctly rounded ones, in units
// in the last place, against long double and, for the gamma functions, quadruple precision. Prints
// the worst of each function.
#include "check.hpp"
#include "reference_gamma.hpp"

#include <cstdio>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/rounding.hpp>
#include <xgrad/ops/special.hpp>
#include <xgrad/ops/trigonometric.hpp>
#include <xgrad/ops/unary.hpp>

// lgammal writes a global variable, lgammal_r does not.
#include <math.h>

namespace {

namespace xg = xgrad;
using Real = long double;

/// |actual - expected| in units in the last place of T at `expected`, or at `floor` if that is
/// larger; infinite where one is NaN or infinite and the other, rounded, is not.
template <class T>
double ulps(T actual, Real expected, Real floor) {
  using Limits = std::numeric_limits<T>;
  const double apart = std::numeric_limits<double>::infinity();
  const T rounded = static_cast<T>(expected);
  if (std::isnan(rounded) || std::isnan(actual)) {
    return std::isnan(rounded) && std::isnan(actual) ? 0 : apart;
  }
  if (std::isinf(rounded) || std::isinf(actual)) {
    // The largest number and infinity are neighbours.
    bool near = std::abs(actual) >= Limits::max() && std::abs(rounded) >= Limits::max() &&
                std::signbit(actual) == std::signbit(rounded);
    return actual == rounded ? 0 : near ? 1 : apart;
  }
  int exponent = 0;
  std::frexp(std::max({std::abs(expected), floor, Real(Limits::min())}), &exponent);
  return double(std::abs(actual - expected) / std::ldexp(Real(1), exponent - Limits::digits));
}

template <class T>
class Accuracy : public ::testing::Test {
 protected:
  using Values = std::vector<T>;
  static constexpr std::size_t points = 100000, many = 1000000;

  static xg::Tensor<T> tensor(const Values& x) {
    xg::Array<T> array = xg::empty_array<T>({x.size()});
    std::copy(x.begin(), x.end(), array.begin());
    return xg::Tensor<T>(std::move(array));
  }
  /// Numbers between low and high, half of them uniform, half uniform in their bits; special ones
  /// first, whether or not they lie between.
  static Values numbers(double low, double high, std::size_t n, std::uint64_t seed = 5) {
    using Limits = std::numeric_limits<T>;
    Values x;
    for (T special : {T(0), T(0.5), T(1), T(2), T(1e22), Limits::min(), Limits::denorm_min(),
                      Limits::min() / 3, Limits::max(), Limits::infinity(), Limits::quiet_NaN(),
                      std::nextafter(T(1), T(0)), std::nextafter(T(1), T(2))}) {
      x.push_back(special);
      x.push_back(-special);
    }
    std::mt19937_64 engine(seed);
    while (x.size() < n) {
      const double unit = double(engine() >> 11) / 9007199254740992.0;
      x.push_back(static_cast<T>(low + (high - low) * unit));
      T number = 0;
      const std::uint64_t bits = engine();
      std::memcpy(&number, &bits, sizeof number);
      if (number >= low && number <= high) x.push_back(number);
    }
    return x;
  }

  /// Holds f to the bound on x, where the reference has a value.
  template <class F, class R>
  static void hold(const char* name, double bound, F f, R reference, const Values& x,
                   Real floor = 0) {
    const xg::Tensor<T> y = f(tensor(x));
    double worst = 0;
    T at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double error = ulps(y.data()[i], reference(Real(x[i])), floor);
      if (error > worst) {
        worst = error;
        at = x[i];
      }
    }
    report(name, worst, bound, at);
  }
  static void report(const char* name, double worst, double bound, T at) {
    std::printf("%-9s %-6s %8.3f ulp, bound %g, at %.17g\n", name,
                sizeof(T) == 4 ? "float" : "double", worst, bound, double(at));
    EXPECT_LE(worst, bound) << name << " at " << double(at);
  }
  template <class F, class R>
  static void hold_everywhere(const char* name, double bound, F f, R reference) {
    hold(name, bound, f, reference, numbers(-20, 20, points));
    hold(name, bound, f, reference, numbers(-1, 1, points));
    const double most = double(std::numeric_limits<T>::max());
    hold(name, bound, f, reference, numbers(-most, most, points));
    hold(name, bound, f, reference, numbers(-1200, 1200, points));
  }
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Accuracy, Types, );

#define HOLD(name, bound)                                      \
  this->hold_everywhere(                                       \
      #name, bound, [](const auto& x) { return xg::name(x); }, \
      [](Real x) { return std::name(x); })

TYPED_TEST(Accuracy, ExponentialsAndLogarithms) {
  HOLD(exp, 4);
  HOLD(exp2, 4);
  HOLD(expm1, 4);
  HOLD(log, 4);
  HOLD(log2, 4);
  HOLD(log10, 4);
  HOLD(log1p, 4);
}
TYPED_TEST(Accuracy, Roots) {
  HOLD(sqrt, 0.5);
  this->hold_everywhere(
      "rsqrt", 4, [](const auto& x) { return xg::rsqrt(x); },
      [](Real x) { return 1 / std::sqrt(x); });
  this->hold_everywhere(
      "reciprocal", 0.5, [](const auto& x) { return xg::reciprocal(x); },
      [](Real x) { return 1 / x; });
}
TYPED_TEST(Accuracy, TrigonometricFunctions) {
  HOLD(sin, 4);
  HOLD(cos, 4);
  HOLD(tan, 4);
  HOLD(asin, 4);
  HOLD(acos, 4);
  HOLD(atan, 4);
}
TYPED_TEST(Accuracy, HyperbolicFunctions) {
  HOLD(sinh, 4);
  HOLD(cosh, 4);
  HOLD(tanh, 4);
  HOLD(asinh, 4);
  HOLD(acosh, 4);
  HOLD(atanh, 4);
}
TYPED_TEST(Accuracy, Rounding) {
  HOLD(floor, 0);
  HOLD(ceil, 0);
  HOLD(trunc, 0);
  this->hold_everywhere(
      "round", 0, [](const auto& x) { return xg::round(x); },
      [](Real x) { return std::nearbyint(x); });
}

TYPED_TEST(Accuracy, ErrorFunction) {
  auto erf = [](const auto& x) { return xg::erf(x); };
  this->hold(
      "erf", 2, erf, [](Real x) { return std::erf(x); }, this->numbers(-7, 7, this->many));
  HOLD(erf, 2);
  HOLD(erfc, 1);
}
// By the residual: erf y - x over the derivative is the error of y.
TYPED_TEST(Accuracy, InverseErrorFunction) {
  const auto x = this->numbers(-1, 1, this->points);
  const xg::Tensor<TypeParam> y = xg::erfinv(this->tensor(x));
  double worst = 0;
  TypeParam at = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(std::abs(x[i]) < 1)) continue;  // a test of conventions
    const Real a = std::abs(Real(x[i])), b = std::abs(Real(y.data()[i]));
    const Real residual = a < 0.5 ? std::erf(b) - a : (1 - a) - std::erfc(b);
    const Real step = residual * std::sqrt(std::acos(Real(-1))) / 2 * std::exp(b * b);
    const double error = ulps(y.data()[i], std::copysign(b - step, Real(x[i])), 0);
    if (error > worst) {
      worst = error;
      at = x[i];
    }
  }
  this->report("erfinv", worst, 1, at);
}

TYPED_TEST(Accuracy, Pow) {
  // Bases over the whole range with exponents that keep the result within it, and bases near 1.
  std::mt19937_64 engine(7);
  auto unit = [&] { return double(engine() >> 11) / 9007199254740992.0; };
  std::vector<TypeParam> a, b;
  const double reach = std::log(double(std::numeric_limits<TypeParam>::max()));
  for (std::size_t i = 0; i < this->many; ++i) {
    const double log_a = i % 2 == 0 ? reach * (2 * unit() - 1) : std::log(2 * unit() + 1e-9);
    a.push_back(static_cast<TypeParam>(std::exp(log_a)));
    b.push_back(static_cast<TypeParam>(1.05 * reach * (2 * unit() - 1) / log_a));
    if (i % 5 == 0) {
      a.back() = -a.back();
      b.back() = std::round(b.back());
    }
  }
  const xg::Tensor<TypeParam> y = xg::pow(this->tensor(a), this->tensor(b));
  double worst = 0;
  TypeParam at = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double error = ulps(y.data()[i], std::pow(Real(a[i]), Real(b[i])), 0);
    if (error > worst) {
      worst = error;
      at = a[i];
    }
  }
  this->report("pow", worst, 2, at);
}

// In quadruple precision, which is slow, where it has a value that is not simply a limit.
Real wide_lgamma(Real x) {
  int sign = 0;
  return lgammal_r(x, &sign);
}
Real quad_lgamma(Real x) {
  namespace gamma = reference::gamma;
  if (std::min(std::abs(x - 1), std::abs(x - 2)) < 0.01L) return Real(gamma::lgamma_near_zero(x));
  if (!std::isfinite(x) || x == std::floor(x) || std::abs(x) > 50) return wide_lgamma(x);
  return Real(gamma::lgamma<gamma::Quad>(x));
}
TYPED_TEST(Accuracy, Lgamma) {
  auto lgamma = [](const auto& x) { return xg::lgamma(x); };
  const double most = double(std::numeric_limits<TypeParam>::max()) / 1000;
  this->hold("lgamma", 2, lgamma, wide_lgamma, this->numbers(-20, 20, this->many / 2));
  this->hold("lgamma", 2, lgamma, wide_lgamma, this->numbers(-1e6, most, this->many / 2));
  // Around the zeros 1 and 2, and between the poles, where there are two more zeros each.
  this->hold("lgamma", 2, lgamma, quad_lgamma, this->numbers(0.9, 2.1, this->points / 10));
  this->hold("lgamma", 2, lgamma, quad_lgamma, this->numbers(-6, 6, this->points / 10));
  for (double zero : {-2.4570247382208006, -2.7476826467274126, -3.1435808883499798, 1.0, 2.0}) {
    const double width = 1e-6;
    this->hold("lgamma", 2, lgamma, quad_lgamma, this->numbers(zero - width, zero + width, 1000));
  }
}

// In quadruple precision near zeros; at poles against the same in double, a test of conventions.
Real quad_polygamma(int n, Real x) {
  namespace gamma = reference::gamma;
  if (!std::isfinite(x) || (x <= 0 && x == std::floor(x)) || std::abs(x) > 60) {
    return xg::polygamma(n, xg::Tensor<double>(double(x))).item();
  }
  const bool cancels = x < 0 || (n == 0 && std::abs(x - 1.46L) < 0.05L);
  return cancels ? Real(gamma::polygamma<gamma::Quad>(n, x)) : gamma::polygamma<Real>(n, x);
}
TYPED_TEST(Accuracy, DigammaAndPolygamma) {
  for (int n = 0; n < 6; ++n) {
    auto f = [n](const auto& x) { return xg::polygamma(n, x); };
    auto reference = [n](Real x) { return quad_polygamma(n, x); };
    const std::string name = "polygamma" + std::to_string(n);
    this->hold(name.c_str(), 1, f, reference, this->numbers(0, 3, this->points / 2));
    this->hold(name.c_str(), 1, f, reference, this->numbers(1e-3, 59, this->points / 2));
    // Around the zero of digamma.
    const double zero = 1.4616321449683624, width = n == 0 ? 1e-9 : 0.1;
    this->hold(name.c_str(), 1, f, reference, this->numbers(zero - width, zero + width, 1000));
    // Near zeros between poles, the error is relative to the terms, of the order of n! 2^(n+1).
    const Real floor = std::ldexp(std::tgamma(Real(n) + 1), n + 1) / 512;
    this->hold(name.c_str(), 1, f, reference, this->numbers(-20, 0, this->points / 50), floor);
  }
}

}  // namespace
