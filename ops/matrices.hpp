// What the operations on stacks (..., m, n) of matrices share. Not part of the public interface.
#pragma once
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/rows.hpp>
#include <xgrad/ops/layout.hpp>

namespace xgrad::matrices {

/// The leading axes of a stack.
inline Shape lead_of(const Shape& shape) { return Shape(shape.begin(), shape.end() - 2); }

/// visit(number of a's matrix, of b's, of the result's) for each matrix of a stack, to whose
/// leading axes those of a and b broadcast. Spread over threads, `grain` matrices or more for each.
template <class Visit>
void for_each_matrix(const Shape& lead, const Shape& lead_a, const Shape& lead_b, std::size_t grain,
                     const Visit& visit) {
  const Shape* shapes[] = {&lead_a, &lead_b};
  const BroadcastOdometer places = broadcast_odometer(lead, shapes, 2);
  parallel_for(size_of(lead), grain, [&](std::size_t begin, std::size_t end) {
    BroadcastOdometer at = places;
    at.advance(begin);
    for (std::size_t i = begin; i < end; ++i, at.next()) {
      visit(static_cast<std::size_t>(at.offset(1)), static_cast<std::size_t>(at.offset(2)), i);
    }
  });
}

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
Tensor<T> transposed(const Tensor<T>& x) {
  return swapaxes(x, -1, -2);
}
/// Vectors as rows or columns.
template <class T>
Tensor<T> as_row(const Tensor<T>& x) {
  return expand_dims(x, -2);
}
template <class T>
Tensor<T> as_column(const Tensor<T>& x) {
  return expand_dims(x, -1);
}
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

}  // namespace xgrad::matrices
