#include <xgrad/ops/kernels/special.hpp>

#include <limits>

// lgamma writes a global variable, lgamma_r does not.
#include <math.h>

namespace xgrad::scalar {
namespace {

constexpr long double pi = 3.14159265358979323846264338327950288L;
// B_2, B_4, ..., B_24.
constexpr long double bernoulli[] = {1.0L / 6,         -1.0L / 30,      1.0L / 42,
                                     -1.0L / 30,       5.0L / 66,       -691.0L / 2730,
                                     7.0L / 6,         -3617.0L / 510,  43867.0L / 798,
                                     -174611.0L / 330, 854513.0L / 138, -236364091.0L / 2730};
// From here on the series in B_2, ..., B_24 are exact to 64 bits.
constexpr int far = 12;

double log_gamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);
}
long double log_gamma(long double x) {
  int sign = 0;
  return lgammal_r(x, &sign);
}

// The zero x0 of digamma, as a sum of two numbers.
struct Root {
  static constexpr long double all = 1.461632144968362341262659542325721L;
  static constexpr long double low(double) { return 9.549995429965697715184199e-17L; }
  static constexpr long double low(long double) { return -1.825709631596348421460200e-20L; }
};

/// digamma in [1, 2], where its zero is: digamma(x) - digamma(x0), every term of which has the
/// factor x - x0, so that nothing cancels.
template <class W>
W digamma_near_root(W x) {
  W root = static_cast<W>(Root::all);
  W d = (x - root) - static_cast<W>(Root::low(W())), sum = 0, y = x, y0 = root;
  for (int k = 0; k < far; ++k, y += 1, y0 += 1) sum += 1 / (y * y0);
  // (u0^j - u^j) / d for u = 1 / y^2, by recurrence in j.
  W u = 1 / (y * y), u0 = 1 / (y0 * y0), step = (y + y0) * u * u0, difference = step, power = u;
  W series = 0;
  int j = 2;
  for (long double b : bernoulli) {
    series += static_cast<W>(b) / static_cast<W>(j) * difference;
    difference = u0 * difference + step * power;
    power *= u;
    j += 2;
  }
  W logarithm = std::log1p(d / y0);
  return d * (sum + 1 / (2 * y * y0) + series) + logarithm;
}

/// DLMF 5.11.2 far from 0, 5.5.2 to get there, 5.5.4 for x < 0.
template <class W>
W wide_digamma(W x) {
  if (x == 0) return -1 / x;
  if (x < 0) {
    if (x == std::floor(x)) return std::numeric_limits<W>::quiet_NaN();
    W from_pole = x - std::round(x), p = static_cast<W>(pi);
    return wide_digamma(1 - x) - p / std::tan(p * from_pole);
  }
  if (x >= 1 && x <= 2) return digamma_near_root(x);
  W shift = 0;
  for (; x < far; x += 1) shift += 1 / x;
  W u = 1 / (x * x), power = u, series = 0;
  int j = 2;
  for (long double b : bernoulli) {
    series += static_cast<W>(b) / static_cast<W>(j) * power;
    power *= u;
    j += 2;
  }
  return std::log(x) - 1 / (2 * x) - series - shift;
}

template <class W>
W power(W base, int n) {
  W result = 1;
  for (; n > 0; n /= 2, base *= base) {
    if (n % 2 == 1) result *= base;
  }
  return result;
}

/// a^s zeta(s, a) for a > 0, zeta(s, a) = sum over k >= 0 of (a + k)^-s being Hurwitz's, by
/// Euler-Maclaurin summation from a + k >= s + 12 on (Johansson 2015, sec. 2).
template <class W>
W scaled_zeta(int s, W a) {
  W sum = 0, y = a, order = static_cast<W>(s);
  for (; y < order + far; y += 1) {
    W term = power(a / y, s);
    sum += term;
    if (term < std::numeric_limits<W>::epsilon() * sum / far) return sum;
  }
  W tail = y / (order - 1) + W(0.5), factor = order / (2 * y);
  W j = 0;
  for (long double b : bernoulli) {
    tail += static_cast<W>(b) * factor;
    factor *= ((order + j + 1) / (y * (j + 3))) * ((order + j + 2) / (y * (j + 4)));
    j += 2;
  }
  return sum + power(a / y, s) * tail;
}

/// n! zeta(n + 1, a) for a > 0.
template <class W>
W factorial_zeta(int n, W a) {
  if (std::isinf(a)) return 0;
  W scaled = scaled_zeta(n + 1, a), next = static_cast<W>(n) + 1, factorial = std::tgamma(next);
  if (std::isinf(factorial)) return std::exp(log_gamma(next) - next * std::log(a)) * scaled;
  return factorial / power(a, n + 1) * scaled;
}

/// (-1)^(n+1) n! zeta(n + 1, x) (DLMF 25.11.12). For x < 0 the terms (x + k)^-(n+1) on either side
/// of 0 are sums of that kind of positive numbers.
template <class W>
W wide_polygamma(int n, W x) {
  if (n == 0) return wide_digamma(x);
  if (std::isnan(x)) return x;
  bool odd = n % 2 == 1;
  if (x > 0) return odd ? factorial_zeta(n, x) : -factorial_zeta(n, x);
  if (x == std::floor(x)) {
    if (odd && !std::isinf(x)) return std::numeric_limits<W>::infinity();
    return x == 0 ? -1 / x : std::numeric_limits<W>::quiet_NaN();
  }
  W right = factorial_zeta(n, x - std::floor(x));
  W left = factorial_zeta(n, std::ceil(x) - x) - factorial_zeta(n, 1 - x);
  return odd ? left + right : left - right;
}

/// Winitzki 2008's approximation, then three steps of Halley's method.
template <class W>
W wide_erfinv(W x) {
  if (!(std::abs(x) < 1)) {
    return std::abs(x) == 1 ? x * std::numeric_limits<W>::infinity()
                            : std::numeric_limits<W>::quiet_NaN();
  }
  if (x == 0) return x;
  W p = static_cast<W>(pi), target = std::abs(x), c = W(0.147);
  W l = std::log1p(-target * target), half = 2 / (p * c) + l / 2;
  W y = std::sqrt(-l / c / (half + std::sqrt(half * half - l / c)));
  for (int step = 0; step < 3; ++step) {
    // Above 1/2 by the complements, which do not cancel.
    W error = target < W(0.5) ? std::erf(y) - target : (1 - target) - std::erfc(y);
    W newton = error * (std::sqrt(p) / 2) * std::exp(y * y);
    y -= newton / (1 + y * newton);
  }
  return std::copysign(y, x);
}

using Wide = long double;

}  // namespace

float erfinv(float x) { return static_cast<float>(wide_erfinv(double(x))); }
double erfinv(double x) { return static_cast<double>(wide_erfinv(Wide(x))); }
float lgamma(float x) { return static_cast<float>(log_gamma(double(x))); }
double lgamma(double x) { return static_cast<double>(log_gamma(Wide(x))); }
float digamma(float x) { return static_cast<float>(wide_digamma(double(x))); }
double digamma(double x) { return static_cast<double>(wide_digamma(Wide(x))); }
float polygamma(int n, float x) { return static_cast<float>(wide_polygamma(n, double(x))); }
double polygamma(int n, double x) { return static_cast<double>(wide_polygamma(n, Wide(x))); }

}  // namespace xgrad::scalar
