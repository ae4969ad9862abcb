// Numbers that carry their derivatives along, a batch at a time, and the forms of ops/rules.hpp on
// them: every elementwise operation of the library, and the rule of its derivative, works on them.
#pragma once
#include <xgrad/ops/kernels/activation.hpp>
#include <xgrad/ops/kernels/binary.hpp>
#include <xgrad/ops/kernels/elementwise.hpp>

#include <array>

namespace xgrad {

/// A truth value for each element of a Dual.
template <class T, std::size_t N>
struct DualMask {
  Mask<T> m;

  friend DualMask operator&&(DualMask a, DualMask b) { return {a.m && b.m}; }
  friend DualMask operator||(DualMask a, DualMask b) { return {a.m || b.m}; }
  friend DualMask operator!(DualMask a) { return {!a.m}; }
};

/// A batch of values with their derivatives with respect to N inputs. An input on which a value
/// does not depend is known by its bit: 0 times an infinite slope must not become NaN.
template <class T, std::size_t N>
class Dual {
 public:
  using Values = Batch<T>;

  Dual(Values value) : value_(value) {}
  template <class S, std::enable_if_t<std::is_arithmetic_v<S>, int> = 0>
  Dual(S number) : value_(static_cast<T>(number)) {}
  /// Input i.
  static Dual variable(Values value, std::size_t i) {
    Dual x(value);
    x.depends_ = 1U << i;
    x.partials_[i] = Values(T(1));
    return x;
  }

  Values value() const { return value_; }
  Values partial(std::size_t i) const { return depends(i) ? partials_[i] : Values(T(0)); }

  /// f of this, from its value and slope.
  Dual chain(Values value, Values slope) const {
    Dual y(value);
    y.add(*this, slope);
    return y;
  }
  void add(const Dual& x, Values slope) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!x.depends(i)) continue;
      Values term = x.partials_[i] * slope;
      partials_[i] = depends(i) ? partials_[i] + term : term;
    }
    depends_ |= x.depends_;
  }
  void add(const Dual& x) {
    for (std::size_t i = 0; i < N; ++i) {
      if (x.depends(i)) partials_[i] = depends(i) ? partials_[i] + x.partials_[i] : x.partials_[i];
    }
    depends_ |= x.depends_;
  }

  friend Dual operator+(const Dual& a, const Dual& b) { return xgrad::add(a, b); }
  friend Dual operator-(const Dual& a, const Dual& b) { return subtract(a, b); }
  friend Dual operator*(const Dual& a, const Dual& b) { return multiply(a, b); }
  friend Dual operator/(const Dual& a, const Dual& b) { return divide(a, b); }
  friend Dual operator-(const Dual& x) { return negative(x); }
  friend Dual operator+(const Dual& x) { return x; }
  friend Dual& operator+=(Dual& a, const Dual& b) { return a = a + b; }
  friend Dual& operator-=(Dual& a, const Dual& b) { return a = a - b; }
  friend Dual& operator*=(Dual& a, const Dual& b) { return a = a * b; }
  friend Dual& operator/=(Dual& a, const Dual& b) { return a = a / b; }
  friend DualMask<T, N> operator<(const Dual& a, const Dual& b) { return {a.value_ < b.value_}; }
  friend DualMask<T, N> operator<=(const Dual& a, const Dual& b) { return {a.value_ <= b.value_}; }
  friend DualMask<T, N> operator>(const Dual& a, const Dual& b) { return {a.value_ > b.value_}; }
  friend DualMask<T, N> operator>=(const Dual& a, const Dual& b) { return {a.value_ >= b.value_}; }
  friend DualMask<T, N> operator==(const Dual& a, const Dual& b) { return {a.value_ == b.value_}; }
  friend DualMask<T, N> operator!=(const Dual& a, const Dual& b) { return {a.value_ != b.value_}; }

  /// a where the condition holds, else b, derivatives likewise.
  static Dual choose(Mask<T> condition, const Dual& a, const Dual& b) {
    Dual y(where(condition, a.value_, b.value_));
    y.depends_ = a.depends_ | b.depends_;
    for (std::size_t i = 0; i < N; ++i) {
      if (y.depends(i)) y.partials_[i] = where(condition, a.partial(i), b.partial(i));
    }
    return y;
  }

 private:
  bool depends(std::size_t i) const { return (depends_ >> i & 1) != 0; }

  Values value_;
  unsigned depends_ = 0;  // known when the formula is compiled, so that no test remains
  std::array<Values, N> partials_;
};

template <class T, std::size_t N>
struct IsVariable<Dual<T, N>> : std::true_type {};
template <class T, std::size_t N>
struct TruthOf<Dual<T, N>> {
  using type = DualMask<T, N>;
};

// The forms in which operations are written, on dual numbers: the rule with a cotangent of 1 is the
// slope.
template <class T, std::size_t N, class F, class D>
Dual<T, N> unary(const char*, const Dual<T, N>& x, F f, FromOutput<D> rule) {
  Batch<T> y = f(x.value());
  return x.chain(y, rule.d(Batch<T>(1), y));
}
template <class T, std::size_t N, class F, class D>
Dual<T, N> unary(const char*, const Dual<T, N>& x, F f, FromInput<D> rule) {
  return x.chain(f(x.value()), rule.d(Batch<T>(1), x.value()));
}
template <class T, std::size_t N, class F, class D>
Dual<T, N> unary(const char*, const Dual<T, N>& x, F f, FromCotangent<D> rule) {
  return x.chain(f(x.value()), rule.d(Batch<T>(1)));
}

template <class T, std::size_t N, class Rule>
void add_partial(Dual<T, N>& y, const Dual<T, N>& x, const Rule& rule, const Dual<T, N>& a,
                 const Dual<T, N>& b) {
  const Batch<T> one(1);
  if constexpr (Reads<Rule>::a && Reads<Rule>::b) {
    y.add(x, rule.d(one, a.value(), b.value()));
  } else if constexpr (Reads<Rule>::a) {
    y.add(x, rule.d(one, a.value()));
  } else if constexpr (Reads<Rule>::b) {
    y.add(x, rule.d(one, b.value()));
  } else if constexpr (std::is_same_v<decltype(rule.d), Pass>) {
    y.add(x);
  } else {
    y.add(x, rule.d(one));
  }
}
template <class T, std::size_t N, class F, class PartialA, class PartialB>
Dual<T, N> binary(const char*, const Dual<T, N>& a, const Dual<T, N>& b, F f, PartialA da,
                  PartialB db, Location) {
  Dual<T, N> y(f(a.value(), b.value()));
  add_partial(y, a, da, a, b);
  add_partial(y, b, db, a, b);
  return y;
}
template <class T, std::size_t N, class F>
DualMask<T, N> compare(const char*, const Dual<T, N>& a, const Dual<T, N>& b, F f, Location) {
  return {f(a.value(), b.value())};
}
template <class T, std::size_t N, class F>
DualMask<T, N> test(const Dual<T, N>& x, F f) {
  return {f(x.value())};
}

// What is not written in these forms. The mask decides the types, so that a number may stand in
// place of a or b, or of both.
template <class T, std::size_t N>
Dual<T, N> where(DualMask<T, N> condition, const Same<Dual<T, N>>& a, const Same<Dual<T, N>>& b) {
  return Dual<T, N>::choose(condition.m, a, b);
}
template <class T, std::size_t N>
Dual<T, N> masked_fill(const Dual<T, N>& x, DualMask<T, N> mask, const Same<Dual<T, N>>& value) {
  return where(mask, value, x);
}
template <class T, std::size_t N>
Dual<T, N> lerp(const Dual<T, N>& a, const Dual<T, N>& b, const Same<Dual<T, N>>& t) {
  Dual<T, N> y(lerp(a.value(), b.value(), t.value()));
  y.add(a, 1 - t.value());
  y.add(b, t.value());
  y.add(t, b.value() - a.value());
  return y;
}
template <class T, std::size_t N>
DualMask<T, N> logical_and(DualMask<T, N> a, DualMask<T, N> b) {
  return a && b;
}
template <class T, std::size_t N>
DualMask<T, N> logical_or(DualMask<T, N> a, DualMask<T, N> b) {
  return a || b;
}
template <class T, std::size_t N>
DualMask<T, N> logical_xor(DualMask<T, N> a, DualMask<T, N> b) {
  return {a.m != b.m};
}
template <class T, std::size_t N>
DualMask<T, N> logical_not(DualMask<T, N> a) {
  return !a;
}

}  // namespace xgrad
