#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/creation.hpp>
#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/lapack.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace xgrad {

using namespace matrices;

namespace {

/// The ratio to the largest singular value up to which others count as 0.
template <class T>
double checked_rtol(const char* op, const Shape& shape, std::optional<double> rtol, Location at) {
  check_matrix(op, shape, at);
  if (!rtol) {
    double largest = static_cast<double>(std::max(shape.end()[-1], shape.end()[-2]));
    return largest * static_cast<double>(std::numeric_limits<T>::epsilon());
  }
  if (!(*rtol >= 0)) fail(op, "rtol >= 0", std::to_string(*rtol), at);
  return *rtol;
}

}  // namespace

template <class T>
Tensor<T> pinv(const Tensor<T>& x, std::optional<double> rtol, Location at) {
  double ratio = checked_rtol<T>("pinv", x.shape(), rtol, at);
  std::size_t m = x.shape().end()[-2], n = x.shape().end()[-1], k = std::min(m, n);
  auto [u, s, vh] = svd(x.detach(), at);
  Tensor<T> y = empty<T>(joined(lead_of(x.shape()), {n, m}));
  launch(
      [m, n, k, ratio](Array<T>& out, const Array<T>& left, const Array<T>& values,
                       const Array<T>& right) {
        Array<T> scaled = empty_array<T>({k, n});
        for (std::size_t i = 0; i * m * n < out.size(); ++i) {
          const T *v = right.data() + i * k * n, *sigma = values.data() + i * k;
          for (std::size_t row = 0; row < k; ++row) {
            bool counts = !(sigma[row] <= ratio * sigma[0]);  // NaN does
            for (std::size_t j = 0; j < n; ++j) {
              scaled.data()[row * n + j] = counts ? v[row * n + j] / sigma[row] : T(0);
            }
          }
          gemm({n, m, k, true, true}, scaled.data(), left.data() + i * m * k,
               out.data() + i * n * m);
        }
      },
      y, u, s, vh);
  return record("pinv", y, {&x}, [x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
    Tensor<T> a = p.get(x), inverse = p.output(y);
    Tensor<T> back = transposed(inverse), g = transposed(p.g), product = matmul(inverse, g);
    // In an order in which nothing is larger than its factors, and no product is (m, m).
    p.add(0, matmul(g - matmul(a, product), matmul(inverse, back)) +
                 matmul(back, product - matmul(product, matmul(inverse, a)) - matmul(p.g, back)));
  });
}

template <class T>
Array<std::int64_t> matrix_rank(const Tensor<T>& x, std::optional<double> rtol, Location at) {
  double ratio = checked_rtol<T>("matrix_rank", x.shape(), rtol, at);
  Tensor<T> s = svdvals(x.detach(), at);
  Array<std::int64_t> y = empty_array<std::int64_t>(lead_of(x.shape()));
  std::size_t k = s.shape().back();
  for (std::size_t i = 0; i < y.size(); ++i) {
    const T* values = s.data() + i * k;
    y.data()[i] =
        std::count_if(values, values + k, [&](T sigma) { return sigma > ratio * values[0]; });
  }
  return y;
}

namespace {

/// v (..., k) reduced over its last axis, under the shape that a norm of x has.
template <class T>
Tensor<T> as_norm(const Tensor<T>& v, const Tensor<T>& x, KeepDims keep) {
  return keep == KeepDims::yes ? reshape(v, joined(lead_of(x.shape()), {1, 1})) : v;
}

}  // namespace

template <class T>
Tensor<T> matrix_norm(const Tensor<T>& x, const char* kind, KeepDims keep, Location at) {
  check_matrix("matrix_norm", x.shape(), at);
  std::string_view name = kind != nullptr ? kind : "a null pointer";
  if (name == "fro") return norm(x, 2, {-2, -1}, keep, at);
  if (name != "nuc") {
    fail("matrix_norm", "\"fro\", \"nuc\", 1, -1, 2, -2, inf or -inf", std::string(name), at);
  }
  return as_norm(sum(abs(svdvals(x, at)), -1), x, keep);
}

template <class T>
Tensor<T> matrix_norm(const Tensor<T>& x, double kind, KeepDims keep, Location at) {
  check_matrix("matrix_norm", x.shape(), at);
  double size = std::abs(kind);
  if (size != 1 && size != 2 && !std::isinf(size)) {
    fail("matrix_norm", "\"fro\", \"nuc\", 1, -1, 2, -2, inf or -inf", std::to_string(kind), at);
  }
  if (x.shape().end()[-1] == 0 || x.shape().end()[-2] == 0) {
    fail("matrix_norm", "matrices that are not empty", "shape " + to_string(x.shape()), at);
  }
  Tensor<T> parts = size == 2 ? svdvals(x, at) : sum(abs(x), size == 1 ? -2 : -1);
  return as_norm(kind > 0 ? amax(parts, -1) : amin(parts, -1), x, keep);
}

template <class T>
Tensor<T> cond(const Tensor<T>& x, Location at) {
  check_matrix("cond", x.shape(), at);
  if (x.shape().end()[-1] == 0 || x.shape().end()[-2] == 0) {
    fail("cond", "matrices that are not empty", "shape " + to_string(x.shape()), at);
  }
  Tensor<T> s = svdvals(x, at);
  return amax(s, -1) / amin(s, -1);
}

template <class T>
Tensor<T> matrix_power(const Tensor<T>& x, int n, Location at) {
  check_square("matrix_power", x.shape(), at);
  if (n == 0) {
    return record("matrix_power", broadcast_to(eye<T>(x.shape().back()), x.shape(), at), {&x},
                  [](Pullback<T>& p) { p.add(0, zeros<T>(p.shape(0))); });
  }
  Tensor<T> square = n < 0 ? inverse("matrix_power", x, IfSingular::fail, at) : x, y;
  unsigned left = n < 0 ? 0U - static_cast<unsigned>(n) : static_cast<unsigned>(n);
  for (; left > 0; left /= 2) {
    if (left % 2 == 1) y = y.defined() ? matmul(y, square) : square;
    if (left > 1) square = matmul(square, square);
  }
  return n == 1 ? reshape(x, x.shape()) : y;
}

template <class T>
Tensor<T> expm(const Tensor<T>& x, Location at) {
  check_square("expm", x.shape(), at);
  if (x.size() == 0) return reshape(x, x.shape());
  constexpr int order = 13;
  constexpr double reach = 5.371920351148152;  // of the approximant, in the 1-norm
  double norm = static_cast<double>(amax(matrix_norm(x.detach(), 1)).item());
  int squarings = 0;
  while (norm > reach && std::isfinite(norm)) {
    norm /= 2;
    ++squarings;
  }
  // e^A = (V - U)^-1 (V + U), the odd and the even terms of a polynomial in A.
  double c[order + 1] = {1};
  for (int k = 1; k <= order; ++k) c[k] = c[k - 1] * (order + 1 - k) / (k * (2 * order + 1 - k));
  Tensor<T> a = x * std::ldexp(1.0, -squarings), one = eye<T>(x.shape().back());
  Tensor<T> a2 = matmul(a, a), a4 = matmul(a2, a2), a6 = matmul(a4, a2);
  auto terms = [&](int k) {
    return matmul(a6, a6 * c[k + 12] + a4 * c[k + 10] + a2 * c[k + 8]) + a6 * c[k + 6] +
           a4 * c[k + 4] + a2 * c[k + 2] + one * c[k];
  };
  Tensor<T> u = matmul(a, terms(1)), v = terms(0), y = solve(v - u, v + u, at);
  for (; squarings > 0; --squarings) y = matmul(y, y);
  return y;
}

#define XGRAD_MATRIX_FUNCTION(T)                                                               \
  template Tensor<T> pinv(const Tensor<T>&, std::optional<double>, Location);                  \
  template Array<std::int64_t> matrix_rank(const Tensor<T>&, std::optional<double>, Location); \
  template Tensor<T> matrix_norm(const Tensor<T>&, const char*, KeepDims, Location);           \
  template Tensor<T> matrix_norm(const Tensor<T>&, double, KeepDims, Location);                \
  template Tensor<T> cond(const Tensor<T>&, Location);                                         \
  template Tensor<T> matrix_power(const Tensor<T>&, int, Location);                            \
  template Tensor<T> expm(const Tensor<T>&, Location);
XGRAD_MATRIX_FUNCTION(float)
XGRAD_MATRIX_FUNCTION(double)

}  // namespace xgrad
