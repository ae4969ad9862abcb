#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/kernels/lapack.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/rearrange.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <limits>

namespace xgrad {

using namespace matrices;

namespace {

/// Calls kernel(i, shape of x, matrix i of x, its part of y) for each matrix of a stack; NaN where
/// a matrix is not finite. y has shape (...) + part.
template <class T, class Kernel>
Tensor<T> of_each(const Tensor<T>& x, const Shape& part, const Kernel& kernel) {
  Tensor<T> y = empty<T>(joined(lead_of(x.shape()), part));
  launch(
      [step = size_of(part), kernel](Array<T>& out, const Array<T>& in) {
        std::size_t size = in.shape().end()[-2] * in.shape().end()[-1];
        for (std::size_t i = 0; i * step < out.size(); ++i) {
          const T* matrix = in.data() + i * size;
          T* to = out.data() + i * step;
          if (all_finite(matrix, size))
            kernel(i, in.shape(), matrix, to);
          else
            std::fill_n(to, step, std::numeric_limits<T>::quiet_NaN());
        }
      },
      y, x);
  return y;
}

[[noreturn]] void fail_iteration(const char* op, std::size_t i, const Shape& shape, Location at) {
  fail(op, "an iteration that converges", "none" + which(i, shape), at);
}

}  // namespace

template <class T>
Tensor<T> cholesky(const Tensor<T>& x, Location at) {
  check_square("cholesky", x.shape(), at);
  std::size_t n = x.shape().back();
  Tensor<T> y =
      of_each(x, {n, n}, [n, at](std::size_t i, const Shape& shape, const T* matrix, T* l) {
        std::copy_n(matrix, n * n, l);
        if (int order = cholesky_factor(n, l); order != 0) {
          fail("cholesky", "a positive definite matrix",
               "one whose leading minor of order " + std::to_string(order) + " is not positive" +
                   which(i, shape),
               at);
        }
      });
  return record("cholesky", y, {&x}, [saved = Saved<T>(y)](Pullback<T>& p) {
    Tensor<T> l = p.output(saved), product = matmul(transposed(l), p.g);
    Tensor<T> phi = tril(product) + transposed(tril(product, -1));  // twice, symmetric
    auto divided = [&](const Tensor<T>& z) {                        // L^-T Z
      return solve_triangular("cholesky", l, z, true, true, false, {});
    };
    p.add(0, divided(transposed(divided(phi))) * 0.5);
  });
}

namespace {

/// Q and R of X (..., m, n), m >= n.
template <class T>
Qr<T> tall_qr(const Tensor<T>& x) {
  std::size_t m = x.shape().end()[-2], n = x.shape().end()[-1];
  std::vector<Shape> parts = {{m, n}, {n, n}};
  Tensor<T> y = of_each(x, {(m + n) * n}, [m, n](std::size_t, const Shape&, const T* matrix, T* q) {
    std::copy_n(matrix, m * n, q);
    qr_factors(m, n, q, q + m * n);
  });
  y = record("qr", y, {&x}, [parts, saved = Saved<T>(y)](Pullback<T>& p) {
    std::vector<Tensor<T>> qr = unpack(p.output(saved), parts), g = unpack(p.g, parts);
    Tensor<T> s = matmul(qr[1], transposed(g[1])) - matmul(transposed(g[0]), qr[0]);
    s = tril(s) + transposed(tril(s, -1));
    Tensor<T> z = transposed(g[0] + matmul(qr[0], s));
    p.add(0, transposed(solve_triangular("qr", qr[1], z, false, false, false, {})));
  });
  std::vector<Tensor<T>> result = unpack(y, parts);
  return {result[0], result[1]};
}

}  // namespace

template <class T>
Qr<T> qr(const Tensor<T>& x, Location at) {
  check_matrix("qr", x.shape(), at);
  Slice::Index m = static_cast<Slice::Index>(x.shape().end()[-2]);
  if (x.shape().end()[-1] <= x.shape().end()[-2]) return tall_qr(x);
  std::vector<Slice> first(x.ndim(), all), rest(x.ndim(), all);
  first.back() = range(std::nullopt, m);
  rest.back() = range(m, std::nullopt);
  auto [q, r] = tall_qr(slice(x, first));
  return {q, concatenate({r, matmul(transposed(q), slice(x, rest))}, -1)};
}

template <class T>
Eigh<T> eigh(const Tensor<T>& x, Location at) {
  check_square("eigh", x.shape(), at);
  std::size_t n = x.shape().back();
  std::vector<Shape> parts = {{n}, {n, n}};
  Tensor<T> y = of_each(x, {n + n * n},
                        [n, at](std::size_t i, const Shape& shape, const T* matrix, T* values) {
                          T* vectors = std::copy_n(matrix, n * n, values + n) - n * n;
                          if (symmetric_eigen(n, vectors, values, true) != 0) {
                            fail_iteration("eigh", i, shape, at);
                          }
                        });
  y = record("eigh", y, {&x}, [parts, saved = Saved<T>(y)](Pullback<T>& p) {
    std::vector<Tensor<T>> wv = unpack(p.output(saved), parts), g = unpack(p.g, parts);
    Tensor<T> v = wv[1], w = matmul(transposed(v), g[1]);
    Tensor<T> inner = quotient(w - transposed(w), 2 * (as_row(wv[0]) - as_column(wv[0])));
    p.add(0, matmul(v * as_row(g[0]) + matmul(v, inner), transposed(v)));
  });
  std::vector<Tensor<T>> result = unpack(y, parts);
  return {result[0], result[1]};
}

template <class T>
Tensor<T> eigvalsh(const Tensor<T>& x, Location at) {
  check_square("eigvalsh", x.shape(), at);
  std::size_t n = x.shape().back();
  Tensor<T> y =
      of_each(x, {n}, [n, at](std::size_t i, const Shape& shape, const T* matrix, T* values) {
        Array<T> copy = empty_array<T>({n, n});
        std::copy_n(matrix, n * n, copy.data());
        if (symmetric_eigen(n, copy.data(), values, false) != 0) {
          fail_iteration("eigvalsh", i, shape, at);
        }
      });
  return record("eigvalsh", y, {&x}, [saved = Saved<T>(x)](Pullback<T>& p) {
    Tensor<T> v = eigh(p.get(saved), Location{}).eigenvectors;
    p.add(0, matmul(v * as_row(p.g), transposed(v)));
  });
}

template <class T>
Svd<T> svd(const Tensor<T>& x, Location at) {
  check_matrix("svd", x.shape(), at);
  std::size_t m = x.shape().end()[-2], n = x.shape().end()[-1], k = std::min(m, n);
  std::vector<Shape> parts = {{m, k}, {k}, {k, n}};
  Tensor<T> y = of_each(x, {m * k + k + k * n},
                        [m, n, k, at](std::size_t i, const Shape& shape, const T* matrix, T* u) {
                          Array<T> copy = empty_array<T>({m, n});
                          std::copy_n(matrix, m * n, copy.data());
                          T* s = u + m * k;
                          if (singular_values(m, n, copy.data(), u, s, s + k) != 0) {
                            fail_iteration("svd", i, shape, at);
                          }
                        });
  y = record("svd", y, {&x}, [m, n, parts, saved = Saved<T>(y)](Pullback<T>& p) {
    std::vector<Tensor<T>> factors = unpack(p.output(saved), parts), g = unpack(p.g, parts);
    const Tensor<T>&u = factors[0], &s = factors[1], &vh = factors[2];
    Tensor<T> row = as_row(s), column = as_column(s);
    Tensor<T> gap = row - column, sum = row + column;  // E is their product, which may overflow
    Tensor<T> a = matmul(transposed(u), g[0]), b = matmul(vh, transposed(g[2]));
    Tensor<T> core = quotient(a - transposed(a), gap) * quotient(row, sum) +
                     quotient(column, sum) * quotient(b - transposed(b), gap);
    Tensor<T> gx = matmul(u * as_row(g[1]) + matmul(u, core), vh);
    if (m > n) gx = gx + matmul(quotient(g[0] - matmul(u, a), row), vh);
    if (n > m) gx = gx + matmul(u, quotient(g[2] - matmul(transposed(b), vh), column));
    p.add(0, gx);
  });
  std::vector<Tensor<T>> result = unpack(y, parts);
  return {result[0], result[1], result[2]};
}

template <class T>
Tensor<T> svdvals(const Tensor<T>& x, Location at) {
  check_matrix("svdvals", x.shape(), at);
  std::size_t m = x.shape().end()[-2], n = x.shape().end()[-1];
  Tensor<T> y = of_each(x, {std::min(m, n)},
                        [m, n, at](std::size_t i, const Shape& shape, const T* matrix, T* s) {
                          Array<T> copy = empty_array<T>({m, n});
                          std::copy_n(matrix, m * n, copy.data());
                          T* none = nullptr;
                          if (singular_values(m, n, copy.data(), none, s, none) != 0) {
                            fail_iteration("svdvals", i, shape, at);
                          }
                        });
  return record("svdvals", y, {&x}, [saved = Saved<T>(x)](Pullback<T>& p) {
    auto [u, s, vh] = svd(p.get(saved), Location{});
    p.add(0, matmul(u * as_row(p.g), vh));
  });
}

#define XGRAD_FACTORIZATION(T)                             \
  template Tensor<T> cholesky(const Tensor<T>&, Location); \
  template Qr<T> qr(const Tensor<T>&, Location);           \
  template Eigh<T> eigh(const Tensor<T>&, Location);       \
  template Tensor<T> eigvalsh(const Tensor<T>&, Location); \
  template Svd<T> svd(const Tensor<T>&, Location);         \
  template Tensor<T> svdvals(const Tensor<T>&, Location);
XGRAD_FACTORIZATION(float)
XGRAD_FACTORIZATION(double)

}  // namespace xgrad
