// A formula of your own over the elements of tensors, run as one loop. Not part of xgrad.hpp, since
// it brings SIMD code into the file that includes it.
//
//     xg::fuse([](auto a, auto b) { return tanh(a) * exp(-b * b); }, x, z)
//
// In the formula stand numbers, arithmetic, comparisons, && || !, where(), and every elementwise
// function of the library, written without a namespace or with xgrad's. It is called with dual
// numbers (ops/kernels/dual.hpp), whose parts are batches of elements: each result carries its
// derivatives along, by the rules of the operations themselves. When a gradient is to be
// differentiated again, the formula is called with tensors instead; it has to be generic for that,
// and to depend on nothing but its arguments.
#pragma once
#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/binary.hpp>
#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/kernels/formula.hpp>
#include <xgrad/ops/logical.hpp>
#include <xgrad/ops/mask.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/rounding.hpp>
#include <xgrad/ops/special.hpp>
#include <xgrad/ops/trigonometric.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad {

template <class D, class>
using Repeated = D;

/// A formula's derivatives, for the inputs that want a gradient.
template <class T, std::size_t N>
struct Partials {
  std::array<Tensor<T>, N> d;
  std::array<bool, N> wanted{}, summed{};

  /// For each element of the result of this shape; or, if the result is summed, to the input's
  /// shape where the input was broadcast to many times its size.
  Partials(const Tensor<T>* const* inputs, const Shape& shape, bool sum) {
    for (std::size_t k = 0; k < N; ++k) {
      if (!recording() || !inputs[k]->tracked()) continue;
      summed[k] = sum && sums_are_few(inputs[k]->size(), size_of(shape));
      d[k] = empty<T>(summed[k] ? inputs[k]->shape() : shape);
      wanted[k] = true;
    }
  }
};

/// For operations: whether any derivative is wanted.
template <std::size_t N>
bool is_any(const std::array<bool, N>& wanted) {
  return std::find(wanted.begin(), wanted.end(), true) != wanted.end();
}
/// Where they go: to arrays, of which those not wanted are others.
template <class T, std::size_t N, class... D>
std::array<T*, N> partial_data(const std::array<bool, N>& wanted, D&... d) {
  std::array<T*, N> result = {d.data()...};
  for (std::size_t k = 0; k < N; ++k) {
    if (!wanted[k]) result[k] = nullptr;
  }
  return result;
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

/// For operations: g d, or d if g is 1; in d's place where nobody will ask for it again.
template <class T>
Tensor<T> scaled(const Pullback<T>& p, Tensor<T>& d, bool is_one) {
  if (!p.frees() || is_shared(d)) return is_one ? d : multiply(p.g, d);
  if (!is_one) {
    launch(
        [](Array<T>& out, const Array<T>& g) {
          map(
              out, [](auto a, auto b) { return a * b; }, out, g);
        },
        d, p.g);
  }
  return std::move(d);
}

template <class T, std::size_t N, class F>
Tensor<T> record_formula(const char* op, Tensor<T> y, const Tensor<T>* const (&inputs)[N],
                         std::array<Tensor<T>, N> partials, const F& f) {
  std::array<Saved<T>, N> saved;
  for (std::size_t k = 0; k < N; ++k) saved[k] = Saved<T>(*inputs[k]);
  return record(
      op, std::move(y), inputs, N,
      reads_spread([f, d = std::move(partials), saved = std::move(saved)](Pullback<T>& p) mutable {
        if (recording()) return pull_formula<T>(f, p, saved.data(), std::make_index_sequence<N>());
        // As a loss's cotangent is. Others have no value yet while a plan is captured.
        const bool has_value = mode().capture == nullptr;
        const bool is_one = p.is_unit() || (has_value && p.g.size() == 1 && *p.g.data() == 1);
        for (std::size_t k = 0; k < N; ++k) {
          if (p.wants(k)) p.add(k, scaled(p, d[k], is_one));
        }
      }));
}

/// The shape to which all inputs broadcast. Throws std::invalid_argument if they do not.
template <class T, std::size_t N>
Shape formula_shape(const char* op, const Tensor<T>* const (&inputs)[N]) {
  Shape shape = inputs[0]->shape();
  for (const Tensor<T>* input : inputs) shape = broadcast_shape(op, shape, input->shape(), {});
  return shape;
}

/// For operations: fuse of tensors alone.
template <class T, class F, class... X>
Tensor<T> fuse_tensors(const F& f, const X&... x) {
  constexpr std::size_t count = sizeof...(X);
  const Tensor<T>* const inputs[] = {&x...};
  Tensor<T> y = empty<T>(formula_shape("fuse", inputs));
  Partials<T, count> partials(inputs, y.shape(), false);
  const auto kernel = [f, wanted = partials.wanted](Array<T>& out, Repeated<Array<T>&, X>... d,
                                                    const Repeated<Array<T>, X>&... in) {
    const std::array<T*, count> to = partial_data<T>(wanted, d...);
    if (is_any(wanted))
      run_formula<count>(f, out.shape(), out.data(), to, in...);
    else
      run_formula<0>(f, out.shape(), out.data(), to, in...);
  };
  std::apply(
      [&](const auto&... d) { launch_writing<1 + count>(kernel, y, or_else(d, y)..., x...); },
      partials.d);
  return record_formula("fuse", std::move(y), inputs, std::move(partials.d), f);
}

/// For operations: fuse_sum of tensors alone.
template <class T, class F, class... X>
Tensor<T> fuse_sum_tensors(const F& f, const X&... x) {
  constexpr std::size_t count = sizeof...(X);
  const Tensor<T>* const inputs[] = {&x...};
  const Shape shape = formula_shape("fuse_sum", inputs);
  Partials<T, count> partials(inputs, shape, true);
  Tensor<T> y = empty<T>({});
  const auto kernel = [f, wanted = partials.wanted, summed = partials.summed, shape](
                          Array<T>& out, Repeated<Array<T>&, X>... d,
                          const Repeated<Array<T>, X>&... in) {
    const Derivatives<T, count> to{partial_data<T>(wanted, d...), summed};
    *out.data() = static_cast<T>(is_any(wanted) ? sum_formula<count>(f, shape, to, in...)
                                                : sum_formula<0>(f, shape, to, in...));
  };
  std::apply(
      [&](const auto&... d) { launch_writing<1 + count>(kernel, y, or_else(d, y)..., x...); },
      partials.d);
  return record_formula("fuse_sum", std::move(y), inputs, std::move(partials.d),
                        [f](const auto&... in) { return sum(f(in...)); });
}

/// The element type of the first tensor among the inputs.
template <class... X>
struct FormulaType {
  static_assert(sizeof...(X) > 0, "fuse and fuse_sum need a tensor among their inputs");
  using type = float;
};
template <class S, class... X>
struct FormulaType<S, X...> : FormulaType<X...> {};
template <class T, class... X>
struct FormulaType<Tensor<T>, X...> {
  using type = T;
};

/// For operations: an input as a tensor.
template <class T>
const Tensor<T>& formula_input(const Tensor<T>& x) {
  return x;
}
/// For operations: a number or an expression as one.
template <class T, class S>
Tensor<T> formula_input(const S& x) {
  static_assert(std::is_arithmetic_v<S> || is_expression<S>,
                "an input of fuse and fuse_sum is a tensor, of the same element type as the first, "
                "a number, or an xtensor expression");
  return Tensor<T>(x);
}

/// Whether f can be called with a dual number for each input, and returns what becomes one.
template <class F, class T, class... X>
inline constexpr bool is_formula =
    std::is_invocable_r_v<Dual<T, sizeof...(X)>, const F&, Repeated<Dual<T, sizeof...(X)>, X>...>;
template <class F, class T, class... X>
constexpr bool checked_formula() {
  static_assert(is_formula<F, T, X...>,
                "a formula is a generic function of as many numbers as there are inputs, and "
                "returns a number: [](auto a, auto b) { return a * b; }");
  return is_formula<F, T, X...>;
}

/// y = f(x...), element by element, broadcasting; at least one input is a tensor, the others may be
/// numbers or xtensor expressions.   gx_k = g df/dx_k, exact.   Saves df/dx_k for the inputs that
/// want a gradient, and the inputs.   Throws std::invalid_argument if the shapes do not broadcast.
template <class F, class... X, class T = typename FormulaType<X...>::type>
Tensor<T> fuse(const F& f, const X&... x) {
  if constexpr (checked_formula<F, T, X...>()) return fuse_tensors<T>(f, formula_input<T>(x)...);
}

/// y = sum of f(x...) over all elements, in one loop that also leaves the gradient; accumulates in
/// double.   gx_k = g df/dx_k; where g is exactly 1 that costs nothing.   Saves as fuse does.
/// Throws std::invalid_argument if the shapes do not broadcast.
template <class F, class... X, class T = typename FormulaType<X...>::type>
Tensor<T> fuse_sum(const F& f, const X&... x) {
  if constexpr (checked_formula<F, T, X...>())
    return fuse_sum_tensors<T>(f, formula_input<T>(x)...);
}

}  // namespace xgrad
