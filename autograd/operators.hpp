// Infix notation for tensors: + - * / and comparisons, each a call of the NumPy function of the
// same meaning, which the operations define. Scalars may stand on either side and never change the
// element type; an xtensor expression on either side is evaluated once.
#pragma once
#include <xgrad/autograd/array.hpp>

#include <type_traits>
#include <utility>

namespace xgrad {

template <class T>
class Tensor;

/// A tensor or a scalar as an operand of an operator. An operator cannot have default arguments, so
/// this conversion notes the caller's place.
template <class T>
class Operand {
 public:
  Operand(const Tensor<T>& tensor, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : tensor_(&tensor), at_(Location::of(file, line)) {}
  template <class S, std::enable_if_t<std::is_arithmetic_v<S>, int> = 0>
  Operand(S scalar, const char* file = __builtin_FILE(), int line = __builtin_LINE())
      : scalar_(scalar), tensor_(&scalar_), at_(Location::of(file, line)) {}
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;

  const Tensor<T>& operator*() const { return *tensor_; }
  Location at() const { return at_; }

 private:
  Tensor<T> scalar_;
  const Tensor<T>* tensor_;
  Location at_;
};

/// Base of Tensor<T>, so that argument-dependent lookup finds these friends.
template <class T>
struct Operators {
  using Left = const Operand<T>&;
  friend Tensor<T> operator+(Left a, Left b) { return add(*a, *b, a.at()); }
  friend Tensor<T> operator-(Left a, Left b) { return subtract(*a, *b, a.at()); }
  friend Tensor<T> operator*(Left a, Left b) { return multiply(*a, *b, a.at()); }
  friend Tensor<T> operator/(Left a, Left b) { return divide(*a, *b, a.at()); }
  friend Array<bool> operator<(Left a, Left b) { return less(*a, *b, a.at()); }
  friend Array<bool> operator<=(Left a, Left b) { return less_equal(*a, *b, a.at()); }
  friend Array<bool> operator>(Left a, Left b) { return greater(*a, *b, a.at()); }
  friend Array<bool> operator>=(Left a, Left b) { return greater_equal(*a, *b, a.at()); }
  friend Array<bool> operator==(Left a, Left b) { return equal(*a, *b, a.at()); }
  friend Array<bool> operator!=(Left a, Left b) { return not_equal(*a, *b, a.at()); }
  // These make a new tensor and rebind the handle; other handles keep the old value.
  friend Tensor<T>& operator+=(Tensor<T>& a, Left b) { return a = add(a, *b, b.at()); }
  friend Tensor<T>& operator-=(Tensor<T>& a, Left b) { return a = subtract(a, *b, b.at()); }
  friend Tensor<T>& operator*=(Tensor<T>& a, Left b) { return a = multiply(a, *b, b.at()); }
  friend Tensor<T>& operator/=(Tensor<T>& a, Left b) { return a = divide(a, *b, b.at()); }
  friend Tensor<T> operator-(const Tensor<T>& x) { return negative(x); }
  friend Tensor<T> operator+(const Tensor<T>& x) { return x; }
};

// xtensor's operators take anything as a scalar, by forwarding reference. These are more
// specialized and take the tensor by value, so they win for every value category. They cannot see
// the caller's place: a shape error in such a mix names the operation and the shapes only.
template <class E>
using IfExpression = std::enable_if_t<is_expression<E>, int>;

#define XGRAD_MIXED_OPERATOR(symbol, name)                     \
  template <class T, class E, IfExpression<E> = 0>             \
  auto operator symbol(Tensor<T> a, E&& b) {                   \
    return name(a, Tensor<T>(std::forward<E>(b)), Location{}); \
  }                                                            \
  template <class T, class E, IfExpression<E> = 0>             \
  auto operator symbol(E&& a, Tensor<T> b) {                   \
    return name(Tensor<T>(std::forward<E>(a)), b, Location{}); \
  }
XGRAD_MIXED_OPERATOR(+, add)
XGRAD_MIXED_OPERATOR(-, subtract)
XGRAD_MIXED_OPERATOR(*, multiply)
XGRAD_MIXED_OPERATOR(/, divide)
XGRAD_MIXED_OPERATOR(<, less)
XGRAD_MIXED_OPERATOR(<=, less_equal)
XGRAD_MIXED_OPERATOR(>, greater)
XGRAD_MIXED_OPERATOR(>=, greater_equal)
XGRAD_MIXED_OPERATOR(==, equal)
XGRAD_MIXED_OPERATOR(!=, not_equal)
#undef XGRAD_MIXED_OPERATOR

template <class T, class E, IfExpression<E> = 0>
Tensor<T>& operator+=(Tensor<T>& a, E&& b) {
  return a = a + std::forward<E>(b);
}
template <class T, class E, IfExpression<E> = 0>
Tensor<T>& operator-=(Tensor<T>& a, E&& b) {
  return a = a - std::forward<E>(b);
}
template <class T, class E, IfExpression<E> = 0>
Tensor<T>& operator*=(Tensor<T>& a, E&& b) {
  return a = a * std::forward<E>(b);
}
template <class T, class E, IfExpression<E> = 0>
Tensor<T>& operator/=(Tensor<T>& a, E&& b) {
  return a = a / std::forward<E>(b);
}

}  // namespace xgrad
