// Matrices for which an operation is well defined, made of any tensor or reference array X, and
// functions of a decomposition that do not depend on the signs of its vectors.
#pragma once
#include "op_table.hpp"
#include "reference_matrix.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/einsum.hpp>

namespace op_table {

inline const std::vector<Sample> square = {{{1, 1}},   {{2, 2}},    {{3, 3}},       {{5, 5}},
                                           {{17, 17}}, {{4, 3, 3}}, {{2, 1, 2, 2}}, {{0, 3, 3}},
                                           {{0, 0}},   {{2, 0, 0}}};
inline const std::vector<Sample> full = {{{1, 1}}, {{3, 3}},    {{5, 3}},
                                         {{3, 5}}, {{2, 2, 3}}, {{7, 4}}};
inline const std::vector<Error> not_square = {{{{2, 3}}}, {{{3}}}, {{{}}}, {{{2, 3, 2}}}};

template <class E>
std::vector<E> join(std::vector<E> first, const std::vector<E>& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

template <class T>
xgrad::Tensor<T> constant(const xgrad::Tensor<T>&, const reference::Nd<double>& values) {
  xgrad::Tensor<T> result = xgrad::empty<T>(xgrad::Shape(values.shape.begin(), values.shape.end()));
  std::copy(values.data.begin(), values.data.end(), result.mutable_value().data());
  return result;
}
template <class S>
reference::Nd<S> constant(const reference::Nd<S>&, const reference::Nd<double>& values) {
  return reference::Nd<S>(values.shape, std::vector<S>(values.data.begin(), values.data.end()));
}
template <class T>
Shape shape_of(const xgrad::Tensor<T>& x) {
  return Shape(x.shape().begin(), x.shape().end());
}
template <class S>
Shape shape_of(const reference::Nd<S>& x) {
  return x.shape;
}

/// x + f(i, j), the same for all matrices of the stack.
template <class X, class F>
X plus(const X& x, F f) {
  Shape shape = shape_of(x);
  if (shape.size() < 2) return x;
  return add(x, constant(x, reference::build<double>({shape.end()[-2], shape.end()[-1]},
                                                     [&](const reference::Index& i) {
                                                       return f(int(i[0]), int(i[1]));
                                                     })));
}
template <class X>
X products(const std::string& subscripts, const std::vector<X>& x) {
  return einsum(subscripts, x);
}
template <class X>
X times(const X& x, double factor) {
  return multiply(x, constant(x, reference::Nd<double>({}, {factor})));
}

/// Nonsingular, and only with row exchanges: large elements next to the diagonal.
template <class X>
X regular(const X& x) {
  int n = int(shape_of(x).back());
  return plus(x, [n](int i, int j) { return (i + 1) % n == j ? 2.0 * n + 1 : 0.0; });
}
/// A diagonal well away from 0.
template <class X>
X with_diagonal(const X& x) {
  return plus(times(x, 0.5), [](int i, int j) { return i == j ? 3.0 : 0.0; });
}
template <class X>
X symmetric(const X& x) {
  return times(add(x, products<X>("...ij->...ji", {x})), 0.5);
}
template <class X>
X positive_definite(const X& x) {
  return plus(products<X>("...ij,...kj->...ik", {x, x}),
              [](int i, int j) { return i == j ? 2.0 : 0.0; });
}
/// Eigenvalues and singular values well apart; the eigenvalues below `bound`.
constexpr double bound = 60;
template <class X>
X spaced(const X& x) {
  return plus(times(x, 0.25), [](int i, int j) { return i == j ? 3.0 * i + 2 : 0.0; });
}
template <class X>
X symmetric_spaced(const X& x) {
  return plus(symmetric(times(x, 0.3)), [](int i, int j) { return i == j ? 3.0 * i - 5 : 0.0; });
}

/// Sums of magnitudes of rows, and of columns, that differ; elements of both signs.
template <class X>
X graded(const X& x) {
  return plus(x, [](int i, int j) { return ((i + j) % 2 == 0 ? 4.0 : -4.0) * (i + j + 1); });
}

/// 1, -2, 3, ...: sum of w_i v_i v_i^T needs every column v_i, but not its sign.
template <class X>
X weights(const X& like, std::size_t n) {
  return constant(like, reference::build<double>({n}, [](const reference::Index& i) {
                    return (i[0] % 2 == 0 ? 1 : -1) * (1.0 + double(i[0]));
                  }));
}
template <class X>
X of_columns(const X& v) {
  return products<X>("...ij,j,...kj->...ik", {v, weights(v, shape_of(v).back()), v});
}
template <class X>
X of_rows(const X& v) {
  return products<X>("...ji,j,...jk->...ik", {v, weights(v, shape_of(v).end()[-2]), v});
}
template <class X>
X of_pairs(const X& u, const X& vh) {
  return products<X>("...ij,j,...jk->...ik", {u, weights(u, shape_of(u).back()), vh});
}

}  // namespace op_table
