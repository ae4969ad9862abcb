// The gamma function's logarithm and its derivatives, by recurrence to large arguments and the
// asymptotic series there: in R = long double, or in quadruple precision, which is slow.
#pragma once
#include <cmath>
#include <type_traits>

namespace reference::gamma {

__extension__ typedef __float128 Quad;

/// e^x for |x| < 1.
inline Quad exp(Quad x) {
  x /= 32;
  Quad sum = 1;
  for (int k = 16; k > 0; --k) sum = 1 + x * sum / k;
  for (int i = 0; i < 5; ++i) sum *= sum;
  return sum;
}
/// ln |x|, from the 64 bits of logl by a step of Newton's method.
inline Quad log(Quad x) {
  if (x < 0) x = -x;
  auto of_fraction = [](Quad m) -> Quad {
    Quad l = std::log(static_cast<long double>(m)), d = m / exp(l) - 1;
    return l + (d - d * d / 2);
  };
  static const Quad ln2 = -of_fraction(0.5);
  int exponent = 0;
  std::frexp(static_cast<long double>(x), &exponent);
  return exponent * ln2 + of_fraction(x / std::ldexp(1.0L, exponent));
}
inline long double log(long double x) { return std::log(std::abs(x)); }

inline constexpr long double bernoulli[][2] = {
    {1, 6}, {-1, 30}, {1, 42}, {-1, 30}, {5, 66}, {-691, 2730}, {7, 6}, {-3617, 510}, {43867, 798}};
template <class R>
inline constexpr int far = std::is_same_v<R, Quad> ? 60 : 20;

/// ln |gamma x| for x > -100, not at poles.
template <class R>
R lgamma(R x) {
  static const R pi = R(3.14159265358979323851280895940618620443L) - 5.01655761266833202e-20L;
  R product = 1, y = x;
  for (; y < far<R>; y += 1) product *= y;
  R result = (y - R(0.5)) * log(y) - y + log(2 * pi) / 2 - log(product), power = y;
  int k = 2;
  for (const auto& b : bernoulli) {
    result += R(b[0]) / (R(b[1]) * k * (k - 1) * power);
    power *= y * y;
    k += 2;
  }
  return result;
}

/// The n-th derivative of digamma, not at poles.
template <class R>
R polygamma(int n, R x) {
  auto power = [](R y, int k) {
    R result = 1;
    for (; k > 0; --k) result *= y;
    return result;
  };
  // -(-1)^n n! sum 1 / x^(n+1), and what the sum from y on is worth.
  R sum = 0, y = x, factorial = 1, sign = n % 2 == 0 ? -1 : 1;
  for (int k = 2; k <= n; ++k) factorial *= k;
  for (; y < far<R>; y += 1) sum += 1 / power(y, n + 1);
  R leading = n == 0 ? -log(y) : factorial / n / power(y, n);
  R result = factorial * sum + leading + factorial / (2 * power(y, n + 1));
  R ratio = n == 0 ? R(0.5) : factorial * (n + 1) / 2;  // (k + n - 1)! / k! for k = 2, 4, ...
  int k = 2;
  for (const auto& b : bernoulli) {
    result += R(b[0]) / b[1] * ratio / power(y, n + k);
    ratio *= R((k + n) * (k + n + 1)) / ((k + 1) * (k + 2));
    k += 2;
  }
  return sign * result;
}

/// lgamma near its zeros 1 and 2: Taylor's series there, since the terms above would cancel.
inline Quad lgamma_near_zero(Quad x) {
  const Quad zero = x < Quad(1.5) ? 1 : 2, d = x - zero;
  static const auto derivatives = [] {
    struct {
      Quad of[2][16];
    } table;
    for (int n = 0; n < 16; ++n) {
      for (int z = 0; z < 2; ++z) table.of[z][n] = polygamma<Quad>(n, z + 1);
    }
    return table;
  }();
  Quad result = 0, term = 1;
  for (int n = 0; n < 16; ++n) {
    term *= d / (n + 1);
    result += derivatives.of[zero == 1 ? 0 : 1][n] * term;
  }
  return result;
}

}  // namespace reference::gamma
