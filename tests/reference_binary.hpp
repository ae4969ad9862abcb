// Independent references of ops/binary.hpp.
#pragma once
#include "reference.hpp"

namespace reference {

namespace scalar {
using std::atan2;
inline Dual atan2(Dual a, Dual b) {
  double square = a.value * a.value + b.value * b.value;
  return {std::atan2(a.value, b.value), (a.tangent * b.value - a.value * b.tangent) / square};
}
}  // namespace scalar

XGRAD_REFERENCE_BINARY(atan2, scalar::atan2(x, y))
XGRAD_REFERENCE_BINARY(hypot, scalar::sqrt(x* x + y * y))
XGRAD_REFERENCE_BINARY(logaddexp, scalar::log(scalar::exp(x) + scalar::exp(y)))
XGRAD_REFERENCE_BINARY(xlogy, x* scalar::log(y))
XGRAD_REFERENCE_BINARY(floor_divide, S(std::floor(scalar::value(x) / scalar::value(y))))
XGRAD_REFERENCE_BINARY(remainder, x - S(std::floor(scalar::value(x) / scalar::value(y))) * y)
XGRAD_REFERENCE_BINARY(fmod, x - S(std::trunc(scalar::value(x) / scalar::value(y))) * y)
XGRAD_REFERENCE_BINARY(copysign, (x < S(0)) == (y < S(0)) ? x : -x)

template <class S>
Nd<S> lerp(const Nd<S>& a, const Nd<S>& b, const Nd<S>& t) {
  return build<S>(broadcast(broadcast(a.shape, b.shape), t.shape),
                  [&](const Index& i) { return (S(1) - t.at(i)) * a.at(i) + t.at(i) * b.at(i); });
}
template <class S>
Nd<S> lerp(const Nd<S>& a, const Nd<S>& b, double t) {
  return lerp(a, b, Nd<S>({}, {S(t)}));
}

}  // namespace reference
