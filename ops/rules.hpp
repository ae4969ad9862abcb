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

/// What a comparison of X gives: an array of truth values for tensors, a mask for numbers in
/// fuse().
template <class X>
struct TruthOf;
template <class T>
struct TruthOf<Tensor<T>> {
  using type = Array<bool>;
};
template <class X>
using Truth = typename TruthOf<X>::type;

/// f(a, b), a truth value per element, broadcasting. Not differentiable, never recorded.
template <class T, class F>
Array<bool> compare(const char* op, const Tensor<T>& a, const Tensor<T>& b, F f, Location at);

/// For operations: f(x), a truth value per element. Never recorded.
template <class T, class F>
Array<bool> test(const Tensor<T>& x, F f);

/// A number beside an X.
template <class X, class S>
using IfNumber = std::enable_if_t<std::is_arithmetic_v<S> && IsVariable<X>::value, int>;
/// Whether S may stand beside a tensor: a number or an xtensor expression.
template <class S>
using IfOperand = std::enable_if_t<std::is_arithmetic_v<std::decay_t<S>> || is_expression<S>, int>;

// What is not elementwise is declared in a family's header; its code is made at the end of the
// family's own file, by XGRAD_<FAMILY>(T). Not said to be extern: a user's compiler sees no code of
// it, and reads each such line for nothing.
//
// Below an elementwise operation stands one line that names its form, e.g. XGRAD_UNARY(tanh). In a
// user's file it says that the library holds the code; in the family's own file, after
// ops/instantiate.hpp, it makes that code.
#define XGRAD_TEMPLATE extern
#define XGRAD_UNARY(name)                                           \
  XGRAD_TEMPLATE template Tensor<float> name(const Tensor<float>&); \
  XGRAD_TEMPLATE template Tensor<double> name(const Tensor<double>&);
// The same with further parameters, by their types: XGRAD_UNARY_WITH(elu, double).
#define XGRAD_UNARY_WITH(name, ...)                                              \
  XGRAD_TEMPLATE template Tensor<float> name(const Tensor<float>&, __VA_ARGS__); \
  XGRAD_TEMPLATE template Tensor<double> name(const Tensor<double>&, __VA_ARGS__);
// A truth value per element of one tensor.
#define XGRAD_TEST(name)                                          \
  XGRAD_TEMPLATE template Array<bool> name(const Tensor<float>&); \
  XGRAD_TEMPLATE template Array<bool> name(const Tensor<double>&);

// A number or an xtensor expression on either side. Beside an expression the tensor by value:
// xtensor's functions of the same name would win otherwise where the argument's namespace finds
// them.
#define XGRAD_MIXED(Result, name)                                    \
  template <class X, class S, IfNumber<X, S> = 0>                    \
  Result<X> name(const X& a, S b, Location at = here()) {            \
    return name(a, X(b), at);                                        \
  }                                                                  \
  template <class X, class S, IfNumber<X, S> = 0>                    \
  Result<X> name(S a, const X& b, Location at = here()) {            \
    return name(X(a), b, at);                                        \
  }                                                                  \
  template <class T, class S, IfExpression<S> = 0>                   \
  Result<Tensor<T>> name(Tensor<T> a, S&& b, Location at = here()) { \
    return name(a, Tensor<T>(std::forward<S>(b)), at);               \
  }                                                                  \
  template <class T, class S, IfExpression<S> = 0>                   \
  Result<Tensor<T>> name(S&& a, Tensor<T> b, Location at = here()) { \
    return name(Tensor<T>(std::forward<S>(a)), b, at);               \
  }

// Binary operations also take a number or an xtensor expression on either side. Result is Variable,
// or Truth for a comparison.
#define XGRAD_BINARY(Result, name)                                                               \
  XGRAD_TEMPLATE template Result<Tensor<float>> name(const Tensor<float>&, const Tensor<float>&, \
                                                     Location);                                  \
  XGRAD_TEMPLATE template Result<Tensor<double>> name(const Tensor<double>&,                     \
                                                      const Tensor<double>&, Location);          \
  XGRAD_MIXED(Result, name)

}  // namespace xgrad
