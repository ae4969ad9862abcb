// How an elementwise operation is written: its forward and its derivative, once each, as generic
// functions. They run on batches (one loop, no temporaries), and the derivative runs on tensors
// when a graph of the gradient is wanted, which gives every order of derivative.
//
// This header only declares unary() and binary(); ops/kernels/elementwise.hpp defines them, and
// the file of a family (ops/unary.cpp, ...) instantiates its operations for float and double. So a
// user's file does not compile kernels. To write an operation of your own, include elementwise.hpp.
#pragma once
#include <xgrad/autograd/broadcast.hpp>
#include <xgrad/autograd/node.hpp>

namespace xgrad {

/// The derivative of y = f(x) as d(g, y): the cotangent of x from that of y, and y, which is saved.
template <class D>
struct FromOutput {
  D d;
};
/// The same as d(g, x); x is saved.
template <class D>
struct FromInput {
  D d;
};
template <class D>
FromOutput<D> from_output(D d) {
  return {d};
}
template <class D>
FromInput<D> from_input(D d) {
  return {d};
}

/// The derivative as d(g) alone; nothing is saved. Also for a partial derivative of a binary
/// operation.
template <class D>
struct FromCotangent {
  D d;
};
template <class D>
FromCotangent<D> from_cotangent(D d) {
  return {d};
}

/// y = f(x), element by element. `rule` is from_output(d), from_input(d) or from_cotangent(d).
template <class T, class F, class Rule>
Tensor<T> unary(const char* op, const Tensor<T>& x, F f, Rule rule);

/// One partial derivative of y = f(a, b): d(g, a), d(g, b) or d(g, a, b); from_cotangent for d(g).
/// Only what a wanted derivative uses is saved.
template <bool UsesA, bool UsesB, class D>
struct Partial {
  D d;
};
template <class D>
Partial<true, false, D> from_a(D d) {
  return {d};
}
template <class D>
Partial<false, true, D> from_b(D d) {
  return {d};
}
template <class D>
Partial<true, true, D> from_a_and_b(D d) {
  return {d};
}
/// The derivative of an addend: the cotangent itself, without a copy.
struct Pass {
  template <class G>
  const G& operator()(const G& g) const {
    return g;
  }
};

/// y = f(a, b), element by element, broadcasting. Throws std::invalid_argument naming `op` and both
/// shapes if they do not broadcast.
template <class T, class F, class PartialA, class PartialB>
Tensor<T> binary(const char* op, const Tensor<T>& a, const Tensor<T>& b, F f, PartialA da,
                 PartialB db, Location at);

/// f(a, b), a truth value per element, broadcasting. Not differentiable, never recorded.
template <class T, class F>
Array<bool> compare(const char* op, const Tensor<T>& a, const Tensor<T>& b, F f, Location at);

/// Whether S may stand beside a tensor: a number or an xtensor expression.
template <class S>
using IfOperand = std::enable_if_t<std::is_arithmetic_v<std::decay_t<S>> || is_expression<S>, int>;

// Below an operation stands one line that names its form, e.g. XGRAD_UNARY(tanh). In a user's file
// it says that the library holds the code; in the family's own file, which defines
// XGRAD_INSTANTIATE_* before its includes, it makes that code.
#define XGRAD_UNARY(name)                                                 \
  XGRAD_UNARY_TEMPLATE template Tensor<float> name(const Tensor<float>&); \
  XGRAD_UNARY_TEMPLATE template Tensor<double> name(const Tensor<double>&);
#ifdef XGRAD_INSTANTIATE_UNARY
#define XGRAD_UNARY_TEMPLATE
#else
#define XGRAD_UNARY_TEMPLATE extern
#endif

// A number or an xtensor expression on either side. The tensor by value: as for the operators,
// xtensor's functions of the same name would win otherwise where they are found by the argument's
// namespace.
#define XGRAD_MIXED(Result, name)                            \
  template <class T, class S, IfOperand<S> = 0>              \
  Result<T> name(Tensor<T> a, S&& b, Location at = here()) { \
    return name(a, Tensor<T>(std::forward<S>(b)), at);       \
  }                                                          \
  template <class T, class S, IfOperand<S> = 0>              \
  Result<T> name(S&& a, Tensor<T> b, Location at = here()) { \
    return name(Tensor<T>(std::forward<S>(a)), b, at);       \
  }

// Binary operations also take a number or an xtensor expression on either side.
#define XGRAD_BINARY(Result, name)                                                                 \
  XGRAD_BINARY_TEMPLATE template Result<float> name(const Tensor<float>&, const Tensor<float>&,    \
                                                    Location);                                     \
  XGRAD_BINARY_TEMPLATE template Result<double> name(const Tensor<double>&, const Tensor<double>&, \
                                                     Location);                                    \
  XGRAD_MIXED(Result, name)
#ifdef XGRAD_INSTANTIATE_BINARY
#define XGRAD_BINARY_TEMPLATE
#else
#define XGRAD_BINARY_TEMPLATE extern
#endif

}  // namespace xgrad
