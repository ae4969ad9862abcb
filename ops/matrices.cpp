#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::matrices {

void check_matrix(const char* op, const Shape& shape, Location at) {
  if (shape.size() < 2) fail(op, "matrices (..., m, n)", to_string(shape), at);
}

void check_square(const char* op, const Shape& shape, Location at) {
  if (shape.size() < 2 || shape.end()[-1] != shape.end()[-2]) {
    fail(op, "square matrices (..., n, n)", to_string(shape), at);
  }
}

std::string which(std::size_t i, const Shape& shape) {
  std::string stack = shape.size() > 2 ? " (matrix " + std::to_string(i) + " of stack)" : "";
  return stack + ", shape " + to_string(shape);
}

template <class T>
bool all_finite(const T* x, std::size_t n) {
  return std::all_of(x, x + n, [](T element) { return std::isfinite(element); });
}

template <class T>
Tensor<T> quotient(const Tensor<T>& a, const Tensor<T>& b) {
  Array<bool> nothing = abs(a.detach()) + abs(b.detach()) == 0;
  return where(nothing, 0, a / where(nothing, 1, b));
}

template <class T>
std::vector<Tensor<T>> unpack(const Tensor<T>& packed, const std::vector<Shape>& parts) {
  std::vector<Tensor<T>> result;
  Shape lead(packed.shape().begin(), packed.shape().end() - 1);
  std::vector<Slice> taken(packed.ndim(), all);
  Slice::Index start = 0;
  for (const Shape& part : parts) {
    Slice::Index end = start + static_cast<Slice::Index>(size_of(part));
    taken.back() = range(start, end);
    result.push_back(reshape(slice(packed, taken), joined(lead, part)));
    start = end;
  }
  return result;
}

#define XGRAD_MATRICES(T)                                          \
  template bool all_finite(const T*, std::size_t);                 \
  template Tensor<T> quotient(const Tensor<T>&, const Tensor<T>&); \
  template std::vector<Tensor<T>> unpack(const Tensor<T>&, const std::vector<Shape>&);
XGRAD_MATRICES(float)
XGRAD_MATRICES(double)

}  // namespace xgrad::matrices
