#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace xgrad::matrices {

Shape joined(Shape a, const Shape& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

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
Tensor<T> transposed(const Tensor<T>& x) {
  std::vector<int> axes(x.ndim());
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes.end()[-1], axes.end()[-2]);
  return transpose(x, axes);
}

template <class T>
Tensor<T> as_row(const Tensor<T>& x) {
  Shape shape = x.shape();
  shape.push_back(shape.back());
  shape[shape.size() - 2] = 1;
  return reshape(x, shape);
}

template <class T>
Tensor<T> as_column(const Tensor<T>& x) {
  return reshape(x, joined(x.shape(), {1}));
}

template <class T>
Tensor<T> identity(std::size_t n) {
  Tensor<T> y = zeros<T>({n, n});
  for (std::size_t i = 0; i < n; ++i) y.mutable_value().data()[i * (n + 1)] = 1;
  return y;
}

namespace {

/// x_ij where sign (i - j) >= offset, else 0.
template <class T>
Tensor<T> part(const Tensor<T>& x, int sign, int offset) {
  std::size_t m = x.shape().end()[-2], n = x.shape().end()[-1];
  Array<bool> kept = empty_array<bool>({m, n});
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      std::ptrdiff_t below = static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j);
      kept.data()[i * n + j] = sign * below >= offset;
    }
  }
  return where(std::move(kept), x, 0);
}

}  // namespace

template <class T>
Tensor<T> lower_part(const Tensor<T>& x, int offset) {
  return part(x, 1, offset);
}

template <class T>
Tensor<T> upper_part(const Tensor<T>& x, int offset) {
  return part(x, -1, offset);
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
  template Tensor<T> transposed(const Tensor<T>&);                 \
  template Tensor<T> as_row(const Tensor<T>&);                     \
  template Tensor<T> as_column(const Tensor<T>&);                  \
  template Tensor<T> identity(std::size_t);                        \
  template Tensor<T> lower_part(const Tensor<T>&, int);            \
  template Tensor<T> upper_part(const Tensor<T>&, int);            \
  template Tensor<T> quotient(const Tensor<T>&, const Tensor<T>&); \
  template std::vector<Tensor<T>> unpack(const Tensor<T>&, const std::vector<Shape>&);
XGRAD_MATRICES(float)
XGRAD_MATRICES(double)

}  // namespace xgrad::matrices
