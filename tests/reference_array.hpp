// Dual numbers, and arrays that are walked index by index: what reference.hpp is written in.
#pragma once
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

namespace reference {

/// A value and its derivative along one direction.
struct Dual {
  double value = 0, tangent = 0;
  Dual() = default;
  Dual(double v) : value(v) {}
  Dual(double v, double t) : value(v), tangent(t) {}
};
inline Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.tangent + b.tangent}; }
inline Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.tangent - b.tangent}; }
inline Dual operator-(Dual a) { return {-a.value, -a.tangent}; }
inline Dual operator*(Dual a, Dual b) {
  return {a.value * b.value, a.tangent * b.value + a.value * b.tangent};
}
inline Dual operator/(Dual a, Dual b) {
  return {a.value / b.value, (a.tangent * b.value - a.value * b.tangent) / (b.value * b.value)};
}
inline bool operator<(Dual a, Dual b) { return a.value < b.value; }
inline bool operator==(Dual a, Dual b) { return a.value == b.value; }

template <class S>
S magnitude(S x) {
  return x < S(0) ? -x : x;
}

namespace scalar {
inline double value(double x) { return x; }
inline double value(Dual x) { return x.value; }
using std::exp, std::log, std::pow, std::sqrt, std::tanh;
inline Dual exp(Dual a) { return {std::exp(a.value), std::exp(a.value) * a.tangent}; }
inline Dual log(Dual a) { return {std::log(a.value), a.tangent / a.value}; }
inline Dual sqrt(Dual a) { return {std::sqrt(a.value), a.tangent / (2 * std::sqrt(a.value))}; }
inline Dual tanh(Dual a) {
  return {std::tanh(a.value), a.tangent / (std::cosh(a.value) * std::cosh(a.value))};
}
inline Dual pow(Dual a, Dual b) {
  double by_a = b.value * std::pow(a.value, b.value - 1) * a.tangent;
  double by_b = b.tangent == 0 ? 0 : std::pow(a.value, b.value) * std::log(a.value) * b.tangent;
  return {std::pow(a.value, b.value), by_a + by_b};
}
}  // namespace scalar

using Shape = std::vector<std::size_t>;
using Index = std::vector<std::size_t>;

inline std::size_t count(const Shape& shape) {
  std::size_t n = 1;
  for (std::size_t extent : shape) n *= extent;
  return n;
}

/// Calls visit(index) for every index of `shape`, the last axis fastest.
template <class Visit>
void for_each_index(const Shape& shape, Visit visit) {
  Index index(shape.size(), 0);
  for (std::size_t n = count(shape); n > 0; --n) {
    visit(index);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

/// An n-dimensional array.
template <class S>
struct Nd {
  Shape shape;
  std::vector<S> data;

  Nd(Shape s) : shape(std::move(s)), data(count(shape)) {}
  Nd(Shape s, std::vector<S> d) : shape(std::move(s)), data(std::move(d)) {}

  /// The element that NumPy's broadcasting reads at `index` of a result with at least this rank.
  const S& at(const Index& index) const { return data[offset(index)]; }
  S& at(const Index& index) { return data[offset(index)]; }

 private:
  std::size_t offset(const Index& index) const {
    std::size_t skipped = index.size() - shape.size(), result = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      result = result * shape[axis] + (shape[axis] == 1 ? 0 : index[axis + skipped]);
    }
    return result;
  }
};

inline Shape broadcast(Shape a, Shape b) {
  if (a.size() < b.size()) std::swap(a, b);
  b.insert(b.begin(), a.size() - b.size(), 1);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) throw std::logic_error("reference: broadcast");
    if (a[i] == 1) a[i] = b[i];
  }
  return a;
}

/// A new array of `shape`, its element at each index computed by f(index).
template <class S, class F>
Nd<S> build(const Shape& shape, F f) {
  Nd<S> y(shape);
  for_each_index(shape, [&](const Index& i) { y.at(i) = f(i); });
  return y;
}
template <class S, class F>
Nd<S> map(const Nd<S>& x, F f) {
  return build<S>(x.shape, [&](const Index& i) { return f(x.at(i)); });
}
template <class S, class F>
Nd<S> map(const Nd<S>& a, const Nd<S>& b, F f) {
  return build<S>(broadcast(a.shape, b.shape), [&](const Index& i) { return f(a.at(i), b.at(i)); });
}

template <class S>
Nd<S> flat(const Nd<S>& x) {
  return Nd<S>({x.data.size()}, x.data);
}

// Elementwise functions, by a formula of numbers x, or x and y.
#define XGRAD_REFERENCE_UNARY(name, formula)             \
  template <class S>                                     \
  Nd<S> name(const Nd<S>& array) {                       \
    return map(array, [](S x) -> S { return formula; }); \
  }
#define XGRAD_REFERENCE_BINARY(name, formula)                \
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

}  // namespace reference
