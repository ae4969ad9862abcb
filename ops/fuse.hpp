// A formula of your own over the elements of tensors, run as one loop. Not part of xgrad.hpp, since
// it brings SIMD code into the file that includes it.
//
//     xg::fuse([](auto a, auto b) { return tanh(a) * exp(-b * b); }, x, z)
//
// In the formula stand numbers, arithmetic, comparisons, where(), and every elementwise function of
// the library, written without a namespace or with xgrad's. It is called with dual numbers, whose
// parts are batches of elements: each result carries its derivatives along, by the rules of the
// operations themselves. When a gradient is to be differentiated again, the formula is called with
// tensors instead; it has to be generic for that, and to depend on nothing but its arguments.
#pragma once
#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/unary.hpp>

#include <array>

namespace xgrad {

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
  friend Mask<T> operator<(const Dual& a, const Dual& b) { return a.value_ < b.value_; }
  friend Mask<T> operator<=(const Dual& a, const Dual& b) { return a.value_ <= b.value_; }
  friend Mask<T> operator>(const Dual& a, const Dual& b) { return a.value_ > b.value_; }
  friend Mask<T> operator>=(const Dual& a, const Dual& b) { return a.value_ >= b.value_; }
  friend Mask<T> operator==(const Dual& a, const Dual& b) { return a.value_ == b.value_; }
  friend Mask<T> operator!=(const Dual& a, const Dual& b) { return a.value_ != b.value_; }
  /// a where the condition holds, else b, derivatives likewise.
  friend Dual where(Mask<T> condition, const Dual& a, const Dual& b) {
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
  using type = Mask<T>;
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
Mask<T> compare(const char*, const Dual<T, N>& a, const Dual<T, N>& b, F f, Location) {
  return f(a.value(), b.value());
}

/// How much of a batch counts: all of it, or the first elements.
struct Whole {
  template <std::size_t width>
  static constexpr std::size_t count() {
    return width;
  }
  template <class T>
  void store(Batch<T> x, T* to) const {
    x.store(to);
  }
};
struct Part {
  std::size_t elements;
  template <std::size_t width>
  std::size_t count() const {
    return elements;
  }
  template <class T>
  void store(Batch<T> x, T* to) const {
    x.store(to, elements);
  }
};

/// Adds up batches in double.
template <class T>
class DoubleSum {
 public:
  template <class Extent>
  void add(Batch<T> x, Extent extent) {
    alignas(64) T elements[width];
    x.store(elements);
    for (std::size_t i = 0; i < extent.template count<width>(); ++i) {
      lanes_[i] += static_cast<double>(elements[i]);
    }
  }
  T result() const {
    double total = 0;
    for (double lane : lanes_) total += lane;
    return static_cast<T>(total);
  }

 private:
  static constexpr std::size_t width = Batch<T>::size;
  alignas(64) double lanes_[width] = {};
};

/// Calls store(f(x...), offset, count) for each batch of a row, whose operands are read at
/// in[k][i * step[k]]. The inputs are variables of the dual numbers if these have room for them.
template <class T, std::size_t N, class F, class Store, std::size_t... K>
void fused_row(const F& f, std::size_t n, const T* const* in, const std::size_t* step,
               const Store& store, std::index_sequence<K...>) {
  constexpr std::size_t width = Batch<T>::size;
  alignas(64) T spread[sizeof...(K)][width];
  const T* p[] = {(step[K] == 0 ? (Batch<T>(*in[K]).store(spread[K]), spread[K]) : in[K])...};
  auto variable = [](Batch<T> x, std::size_t k) {
    return N == 0 ? Dual<T, N>(x) : Dual<T, N>::variable(x, k);
  };
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    store(Dual<T, N>(f(variable(Batch<T>::load(p[K] + i * step[K]), K)...)), i, Whole());
  }
  if (i == n) return;
  store(Dual<T, N>(f(variable(Batch<T>::load(p[K] + i * step[K], n - i), K)...)), i, Part{n - i});
}

template <class T, std::size_t N, class F, class Store, class... In>
void fused_rows(const Shape& shape, const F& f, const Store& store, const In&... x) {
  const Shape* shapes[] = {&x.shape()...};
  const T* in[] = {x.data()...};
  for_each_row(shape, shapes, [&](const Row& row) {
    const T* at[sizeof...(In)];
    for (std::size_t k = 0; k < sizeof...(In); ++k) at[k] = in[k] + row.in[k];
    auto place = [&](const Dual<T, N>& y, std::size_t i, auto extent) {
      store(y, row.out + i, extent);
    };
    fused_row<T, N>(f, row.length, at, row.step.data(), place, std::index_sequence_for<In...>());
  });
}

/// The partial derivatives that one loop over a formula leaves, for the inputs that want a
/// gradient.
template <class T, std::size_t N>
struct Partials {
  std::array<Tensor<T>, N> d;
  bool wanted = false;

  Partials(const Tensor<T>* const* inputs, const Shape& shape) {
    for (std::size_t k = 0; k < N; ++k) {
      if (!recording() || !inputs[k]->tracked()) continue;
      d[k] = empty<T>(shape);
      wanted = true;
    }
  }
  std::array<T*, N> data() const {
    std::array<T*, N> result{};
    for (std::size_t k = 0; k < N; ++k) {
      if (d[k].defined()) result[k] = d[k].storage()->array.data();
    }
    return result;
  }
};

/// Runs f over all elements: take(values, offset, extent) gets the results, `partials` their
/// derivatives.
template <class T, std::size_t N, class F, class Take, class... In>
void run_formula(const F& f, const Shape& shape, const Partials<T, N>& partials, const Take& take,
                 const In&... x) {
  if (!partials.wanted) {
    auto store = [&](const Dual<T, 0>& y, std::size_t i, auto extent) {
      take(y.value(), i, extent);
    };
    return fused_rows<T, 0>(shape, f, store, x...);
  }
  const std::array<T*, N> to = partials.data();
  auto store = [&](const Dual<T, N>& y, std::size_t i, auto extent) {
    take(y.value(), i, extent);
    for (std::size_t k = 0; k < N; ++k) {
      if (to[k] != nullptr) extent.store(y.partial(k), to[k] + i);
    }
  };
  fused_rows<T, N>(shape, f, store, x...);
}

/// The gradients of a formula, as part of the graph: it is called with tensors.
template <class T, class F, std::size_t... K>
void pull_formula(const F& f, Pullback<T>& p, const Saved<T>* x, std::index_sequence<K...>) {
  const Tensor<T> inputs[] = {alias("fuse", p.get(x[K]))...};
  std::vector<Tensor<T>> wanted;
  for (const Tensor<T>& input : inputs) {
    if (input.tracked()) wanted.push_back(input);
  }
  const Tensor<T> y = f(inputs[K]...);
  std::vector<Tensor<T>> g(wanted.size());
  if (y.tracked()) g = grad_where_reached(y, wanted, p.g, Graph::create, {});
  auto next = g.begin();
  for (std::size_t k = 0; k < sizeof...(K); ++k) {
    if (!inputs[k].tracked()) continue;
    if (next->defined()) p.add(k, *next);
    ++next;
  }
}

template <class T, std::size_t N, class F>
Tensor<T> record_formula(const char* op, Tensor<T> y, const Tensor<T>* const (&inputs)[N],
                         const Partials<T, N>& partials, const F& f) {
  std::array<Saved<T>, N> saved;
  for (std::size_t k = 0; k < N; ++k) saved[k] = Saved<T>(*inputs[k]);
  return record(op, std::move(y), inputs, N,
                [f, d = partials.d, saved = std::move(saved)](Pullback<T>& p) mutable {
                  if (recording()) {
                    return pull_formula<T>(f, p, saved.data(), std::make_index_sequence<N>());
                  }
                  bool is_one = p.g.size() == 1 && *p.g.data() == 1;  // as a loss's cotangent is
                  for (std::size_t k = 0; k < N; ++k) {
                    if (p.wants(k)) p.add(k, is_one ? d[k] : multiply(p.g, d[k]));
                  }
                });
}

/// The shape to which all inputs broadcast. Throws std::invalid_argument if they do not.
template <class T, std::size_t N>
Shape formula_shape(const char* op, const Tensor<T>* const (&inputs)[N]) {
  Shape shape = inputs[0]->shape();
  for (const Tensor<T>* input : inputs) shape = broadcast_shape(op, shape, input->shape(), {});
  return shape;
}

/// y = f(x...), element by element, broadcasting.   gx_k = g df/dx_k, exact.   Saves df/dx_k for
/// the inputs that want a gradient, and the inputs.   Throws std::invalid_argument if the shapes do
/// not broadcast.
template <class F, class T, class... Rest>
Tensor<T> fuse(const F& f, const Tensor<T>& first, const Rest&... rest) {
  static_assert((std::is_same_v<Tensor<T>, Rest> && ...), "fuse takes tensors of one type");
  const Tensor<T>* const inputs[] = {&first, &rest...};
  Tensor<T> y = empty<T>(formula_shape("fuse", inputs));
  const Partials<T, 1 + sizeof...(Rest)> partials(inputs, y.shape());
  launch(
      [f, partials](Array<T>& out, const auto&... x) {
        T* to = out.data();
        auto take = [to](Batch<T> value, std::size_t i, auto extent) {
          extent.store(value, to + i);
        };
        run_formula(f, out.shape(), partials, take, x...);
      },
      y, first, rest...);
  return record_formula("fuse", std::move(y), inputs, partials, f);
}

/// y = sum of f(x...) over all elements, in one loop that also leaves the gradient; accumulates in
/// double.   gx_k = g df/dx_k; where g is exactly 1 that costs nothing.   Saves as fuse does.
/// Throws std::invalid_argument if the shapes do not broadcast.
template <class F, class T, class... Rest>
Tensor<T> fuse_sum(const F& f, const Tensor<T>& first, const Rest&... rest) {
  static_assert((std::is_same_v<Tensor<T>, Rest> && ...), "fuse_sum takes tensors of one type");
  const Tensor<T>* const inputs[] = {&first, &rest...};
  const Shape shape = formula_shape("fuse_sum", inputs);
  const Partials<T, 1 + sizeof...(Rest)> partials(inputs, shape);
  Tensor<T> y = empty<T>({});
  launch(
      [f, partials, shape](Array<T>& out, const auto&... x) {
        DoubleSum<T> total;
        auto take = [&total](Batch<T> value, std::size_t, auto extent) {
          total.add(value, extent);
        };
        run_formula(f, shape, partials, take, x...);
        *out.data() = total.result();
      },
      y, first, rest...);
  return record_formula("fuse_sum", std::move(y), inputs, partials,
                        [f](const auto&... x) { return sum(f(x...)); });
}

}  // namespace xgrad
