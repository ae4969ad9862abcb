// Independent references of ops/binary.hpp.
#pragma once
#include "reference.hpp"

namespace reference {

namespace scalar {
inline double value(double x) { return x; }
inline double value(Dual x) { return x.value; }
using std::atan2;
inline Dual atan2(Dual a, Dual b) {
  double square = a.value * a.value + b.value * b.value;
  return {std::atan2(a.value, b.value), (a.tangent * b.value - a.value * b.tangent) / square};
}
}  // namespace scalar

#define XGRAD_REFERENCE(name, formula)                       \
  template <class S>                                         \
  Nd<S> name(const Nd<S>& a, const Nd<S>& b) {               \
    return map(a, b, [](S x, S y) -> S { return formula; }); \
  }                                                          \
  template <class S>                                         \
  Nd<S> name(const Nd<S>& a, double b) {                     \
    return name(a, Nd<S>({}, {S(b)}));                       \
  }                                                          \
  template <class S>                                         \
  Nd<S> name(double a, const Nd<S>& b) {                     \
    return name(Nd<S>({}, {S(a)}), b);                       \
  }
XGRAD_REFERENCE(atan2, scalar::atan2(x, y))
XGRAD_REFERENCE(hypot, scalar::sqrt(x* x + y * y))
XGRAD_REFERENCE(logaddexp, scalar::log(scalar::exp(x) + scalar::exp(y)))
XGRAD_REFERENCE(xlogy, x* scalar::log(y))
XGRAD_REFERENCE(floor_divide, S(std::floor(scalar::value(x) / scalar::value(y))))
XGRAD_REFERENCE(remainder, x - S(std::floor(scalar::value(x) / scalar::value(y))) * y)
XGRAD_REFERENCE(fmod, x - S(std::trunc(scalar::value(x) / scalar::value(y))) * y)
XGRAD_REFERENCE(copysign, (x < S(0)) == (y < S(0)) ? x : -x)
#undef XGRAD_REFERENCE

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
