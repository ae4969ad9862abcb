// Defines unary() and binary(), declared in ops/rules.hpp.
#pragma once
#include <xgrad/ops/kernels/map_sum.hpp>
#include <xgrad/ops/kernels/partial_sums.hpp>
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// An indeterminate tensor for the result of `op` on tensors that broadcast together.
template <class T>
Tensor<T> empty_result(const char*, Location, const Tensor<T>& x) {
  return empty<T>(x.shape());
}
template <class T, class... X>
Tensor<T> empty_result(const char* op, Location at, const Tensor<T>& first, const X&... rest) {
  if ((same_shape(rest.shape(), first.shape()) && ...)) return empty<T>(first.shape());
  Shape shape = first.shape();
  ((shape = broadcast_shape(op, shape, rest.shape(), at)), ...);
  return empty<T>(shape);
}

/// d(g, x...) in one loop, or as recorded tensor operations while a graph of the gradient is
/// wanted.
template <class T, class D, class... In>
Tensor<T> apply_rule(const char* op, const D& d, const Tensor<T>& g, const In&... x) {
  if constexpr (std::is_same_v<D, Pass>) {
    return g;
  } else {
    if (recording()) return d(g, x...);
    Tensor<T> result = empty_result(op, {}, g, x...);
    launch([d](Array<T>& y, const auto&... in) { map(y, d, in...); }, result, g, x...);
    return result;
  }
}

/// d(g, x...) as the cotangent of an operand of this shape. Where that was broadcast, to many times
/// its size, the loop adds up what goes to one element.
template <class T, class D, class... In>
Tensor<T> apply_rule_to(const Shape& shape, const char* op, const D& d, const Tensor<T>& g,
                        const In&... x) {
  if constexpr (!std::is_same_v<D, Pass>) {
    if (!recording() && sums_are_few(size_of(shape), g.size())) {
      Tensor<T> sums = empty<T>(shape);
      launch([d, all = g.shape()](Array<T>& y, const auto&... in) { map_sum(y, all, d, in...); },
             sums, g, x...);
      return sums;
    }
  }
  return apply_rule(op, d, g, x...);
}

template <class T, class F, class D>
Tensor<T> record_rule(const char* op, const Tensor<T>& x, Tensor<T> y, FromOutput<D> rule) {
  Saved<T> saved(y);
  return record(op, std::move(y), {&x},
                reads_spread([op, d = rule.d, saved = std::move(saved)](Pullback<T>& p) {
                  p.add(0, recording() ? apply_rule(op, d, p.g, p.output(saved))
                                       : apply_rule(op, d, p.g, p.get(saved)));
                }));
}
template <class T, class F, class D>
Tensor<T> record_rule(const char* op, const Tensor<T>& x, Tensor<T> y, FromInput<D> rule) {
  return record(op, std::move(y), {&x},
                reads_spread([op, d = rule.d, saved = Saved<T>(x)](Pullback<T>& p) {
                  p.add(0, apply_rule(op, d, p.g, p.get(saved)));
                }));
}

template <class T, class F, class D>
Tensor<T> record_rule(const char* op, const Tensor<T>& x, Tensor<T> y, FromCotangent<D> rule) {
  return record(op, std::move(y), {&x},
                [op, d = rule.d](Pullback<T>& p) { p.add(0, apply_rule(op, d, p.g)); });
}

template <class T, class F, class Rule>
Tensor<T> unary(const char* op, const Tensor<T>& x, F f, Rule rule) {
  Tensor<T> y = empty<T>(x.shape());
  launch([f](Array<T>& out, const Array<T>& in) { map(out, f, in); }, y, x);
  return record_rule<T, F>(op, x, std::move(y), rule);
}

// What a partial derivative reads.
template <class D>
struct Reads {
  static constexpr bool a = false, b = false;
};
template <bool A, bool B, class D>
struct Reads<Partial<A, B, D>> {
  static constexpr bool a = A, b = B;
};

template <class Rule>
inline constexpr bool is_pass = false;
template <>
inline constexpr bool is_pass<FromCotangent<Pass>> = true;

template <class T, class Rule>
Tensor<T> apply_partial(const char* op, const Rule& rule, Pullback<T>& p, std::size_t operand,
                        const Saved<T>& a, const Saved<T>& b) {
  const Shape& shape = p.shape(operand);
  if constexpr (Reads<Rule>::a && Reads<Rule>::b) {
    return apply_rule_to(shape, op, rule.d, p.g, p.get(a), p.get(b));
  } else if constexpr (Reads<Rule>::a) {
    return apply_rule_to(shape, op, rule.d, p.g, p.get(a));
  } else if constexpr (Reads<Rule>::b) {
    return apply_rule_to(shape, op, rule.d, p.g, p.get(b));
  } else {
    return apply_rule_to(shape, op, rule.d, p.g);
  }
}

/// A partial derivative as a function of all there is.
template <class Rule>
auto of_all(const Rule& rule) {
  return [d = rule.d](auto g, auto a, auto b) {
    if constexpr (Reads<Rule>::a && Reads<Rule>::b)
      return d(g, a, b);
    else if constexpr (Reads<Rule>::a)
      return d(g, a);
    else if constexpr (Reads<Rule>::b)
      return d(g, b);
    else
      return d(g);
  };
}

/// Both cotangents in one loop where one operand is of the result's shape, and the other was
/// broadcast to it, to many times its size. Returns false where that is not so.
template <class T, class PartialA, class PartialB>
bool pull_broadcast(Pullback<T>& p, const PartialA& da, const PartialB& db, const Saved<T>& a,
                    const Saved<T>& b) {
  if (recording() || !p.wants(0) || !p.wants(1)) return false;
  const std::size_t size = p.g.size();
  const bool a_is_full = sums_are_few(size_of(p.shape(1)), size);
  if (a_is_full == sums_are_few(size_of(p.shape(0)), size)) return false;
  const std::size_t full = a_is_full ? 0 : 1;
  if (p.shape(full) != p.g.shape()) return false;
  Tensor<T> elements = empty<T>(p.shape(full)), sums = empty<T>(p.shape(1 - full));
  launch_writing<2>(
      [a_is_full, f = of_all(da), h = of_all(db)](Array<T>& each, Array<T>& total,
                                                  const Array<T>& g, const Array<T>& x,
                                                  const Array<T>& z) {
        const RowFunction<T> of_a = row_function<T, 3>(f), of_b = row_function<T, 3>(h);
        map_and_sum(each, a_is_full ? of_a : of_b, total, a_is_full ? of_b : of_a, g, x, z);
      },
      elements, sums, p.g, or_else(p.get(a), p.g), or_else(p.get(b), p.g));
  p.add(full, std::move(elements));
  p.add(1 - full, std::move(sums));
  return true;
}

template <class T, class F, class PartialA, class PartialB>
Tensor<T> binary(const char* op, const Tensor<T>& a, const Tensor<T>& b, F f, PartialA da,
                 PartialB db, Location at) {
  Tensor<T> y = empty_result(op, at, a, b);
  launch([f](Array<T>& out, const Array<T>& x, const Array<T>& z) { map(out, f, x, z); }, y, a, b);
  bool save_a = (Reads<PartialA>::a && a.tracked()) || (Reads<PartialB>::a && b.tracked());
  bool save_b = (Reads<PartialA>::b && a.tracked()) || (Reads<PartialB>::b && b.tracked());
  return record(op, std::move(y), {&a, &b},
                [op, da, db, saved_a = save_a ? Saved<T>(a) : Saved<T>(),
                 saved_b = save_b ? Saved<T>(b) : Saved<T>()](Pullback<T>& p) {
                  if constexpr (!is_pass<PartialA> && !is_pass<PartialB>) {
                    if (pull_broadcast(p, da, db, saved_a, saved_b)) return;
                  }
                  if (p.wants(0)) p.add(0, apply_partial(op, da, p, 0, saved_a, saved_b));
                  if (p.wants(1)) p.add(1, apply_partial(op, db, p, 1, saved_a, saved_b));
                });
}

template <class T, class F>
Array<bool> test(const Tensor<T>& x, F f) {
  Array<bool> y = empty_array<bool>(x.shape());
  const T* from = x.data();
  bool* to = y.data();
  for (std::size_t i = 0, n = y.size(); i < n; ++i) to[i] = f(from[i]);
  return y;
}

template <class T, class F>
Array<bool> compare(const char* op, const Tensor<T>& a, const Tensor<T>& b, F f, Location at) {
  Array<bool> y = empty_array<bool>(broadcast_shape(op, a.shape(), b.shape(), at));
  const Shape* shapes[] = {&a.shape(), &b.shape()};
  const T *x = a.data(), *z = b.data();
  for_each_row(y.shape(), shapes, [&](const Row& row) {
    const T *p = x + row.in[0], *q = z + row.in[1];
    bool* out = y.data() + row.out;
    std::size_t i_step = row.step[0], j_step = row.step[1];
    for (std::size_t i = 0; i < row.length; ++i) out[i] = f(p[i * i_step], q[i * j_step]);
  });
  return y;
}

}  // namespace xgrad
