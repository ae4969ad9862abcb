// What the operations on stacks (..., m, n) of matrices share. Not part of the public interface.
#pragma once
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad::matrices {

/// The leading axes of a stack, and its number of matrices.
inline Shape lead_of(const Shape& shape) { return Shape(shape.begin(), shape.end() - 2); }
Shape joined(Shape a, const Shape& b);

/// Throw std::invalid_argument naming `op` unless x is a stack of matrices, of square matrices.
void check_matrix(const char* op, const Shape& shape, Location at);
void check_square(const char* op, const Shape& shape, Location at);
/// ` (matrix 3 of stack), shape (5, 2, 2)`: which matrix an error is about.
std::string which(std::size_t i, const Shape& shape);

/// Whether none of n elements is NaN or infinite.
template <class T>
bool all_finite(const T* x, std::size_t n);

/// The transpose of each matrix.
template <class T>
Tensor<T> transposed(const Tensor<T>& x);
/// x with an axis of extent 1 before or after its last: vectors as rows or columns.
template <class T>
Tensor<T> as_row(const Tensor<T>& x);
template <class T>
Tensor<T> as_column(const Tensor<T>& x);
/// The n by n identity.
template <class T>
Tensor<T> identity(std::size_t n);
/// x_ij where i - j >= offset, or j - i >= offset, else 0.
template <class T>
Tensor<T> lower_part(const Tensor<T>& x, int offset = 0);
template <class T>
Tensor<T> upper_part(const Tensor<T>& x, int offset = 0);
/// a / b, but 0 where both are 0: terms of a derivative that vanish.
template <class T>
Tensor<T> quotient(const Tensor<T>& a, const Tensor<T>& b);

/// Results of shapes lead + parts[i], out of one tensor lead + (sum of the sizes): a node of the
/// graph has one output.
template <class T>
std::vector<Tensor<T>> unpack(const Tensor<T>& packed, const std::vector<Shape>& parts);

/// The inverses by LU, in a node named `op`.   gX = -Y^T G Y^T.   Where a matrix is singular:
/// throws, or NaN.
enum class IfSingular { fail, nan };
template <class T>
Tensor<T> inverse(const char* op, const Tensor<T>& x, IfSingular if_singular, Location at);

/// Solves with triangular matrices without a look at their diagonals; see ops/decomposition.hpp.
template <class T>
Tensor<T> solve_triangular(const char* op, const Tensor<T>& a, const Tensor<T>& b, bool lower,
                           bool transposed, bool unit_diagonal, Location at);

#define XGRAD_MATRICES(T)                                                                     \
  extern template bool all_finite(const T*, std::size_t);                                     \
  extern template Tensor<T> transposed(const Tensor<T>&);                                     \
  extern template Tensor<T> as_row(const Tensor<T>&);                                         \
  extern template Tensor<T> as_column(const Tensor<T>&);                                      \
  extern template Tensor<T> identity(std::size_t);                                            \
  extern template Tensor<T> lower_part(const Tensor<T>&, int);                                \
  extern template Tensor<T> upper_part(const Tensor<T>&, int);                                \
  extern template Tensor<T> quotient(const Tensor<T>&, const Tensor<T>&);                     \
  extern template std::vector<Tensor<T>> unpack(const Tensor<T>&, const std::vector<Shape>&); \
  extern template Tensor<T> inverse(const char*, const Tensor<T>&, IfSingular, Location);     \
  extern template Tensor<T> solve_triangular(const char*, const Tensor<T>&, const Tensor<T>&, \
                                             bool, bool, bool, Location);
XGRAD_MATRICES(float)
XGRAD_MATRICES(double)
#undef XGRAD_MATRICES

}  // namespace xgrad::matrices
