#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/kernels/lapack.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/rearrange.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad {

using namespace matrices;

namespace {

template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

[[noreturn]] void fail_singular(const char* op, std::size_t i, const Shape& shape, Location at) {
  fail(op, "a nonsingular matrix", "one of rank < n" + which(i, shape), at);
}

/// Shapes of a system A X = B with B (..., n, k), or (n), which counts as (n, 1).
struct System {
  Shape lead_a, lead_b, lead;
  std::size_t n, k;

  System(const char* op, const Shape& a, const Shape& b, Location at) {
    Shape right = b.size() == 1 ? Shape{b[0], 1} : b;
    bool fit = a.size() >= 2 && right.size() >= 2 && a.end()[-1] == a.end()[-2] &&
               right.end()[-2] == a.end()[-1];
    if (fit) {
      lead = lead_a = lead_of(a);
      lead_b = lead_of(right);
      fit = broadcast_into(lead, lead_b);
    }
    if (!fit) {
      fail(op, "(..., n, n) and (n) or (..., n, k)", to_string(a) + " and " + to_string(b), at);
    }
    n = a.end()[-1];
    k = right.end()[-1];
  }
  Shape result() const { return joined(lead, {n, k}); }
  /// visit(index of A's matrix, of B's, of the result's), for each matrix of the result.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for_each_matrix(lead, lead_a, lead_b, size_of(lead), visit);
  }
};

/// B of a system as it stands, or as one column; what is computed from it goes back by
/// uncolumned().
template <class T>
Tensor<T> columned(const Tensor<T>& b) {
  return b.ndim() == 1 ? as_column(b) : b;
}
template <class T>
Tensor<T> uncolumned(const Tensor<T>& x, const Tensor<T>& b) {
  return b.ndim() == 1 ? reshape(x, Shape(x.shape().begin(), x.shape().end() - 1)) : x;
}

template <class T>
Tensor<T> solve_stack(const Tensor<T>& a, const Tensor<T>& b, bool of_transpose, Location at) {
  System system("solve", a.shape(), b.shape(), at);
  Tensor<T> y = empty<T>(system.result());
  launch(
      [system, of_transpose, at](Array<T>& out, const Array<T>& matrix, const Array<T>& right) {
        std::size_t n = system.n, k = system.k, factored = static_cast<std::size_t>(-1);
        Array<T> factors = empty_array<T>({n, n});
        Array<int> pivots = empty_array<int>({n});
        bool finite = true;
        system.for_each([&](std::size_t i, std::size_t j, std::size_t to) {
          if (i != factored) {
            std::copy_n(matrix.data() + i * n * n, n * n, factors.data());
            finite = all_finite(factors.data(), n * n);
            if (finite && lu(n, factors.data(), pivots.data()) != 0) {
              fail_singular("solve", i, matrix.shape(), at);
            }
            factored = i;
          }
          T* x = out.data() + to * n * k;
          if (finite) {
            std::copy_n(right.data() + j * n * k, n * k, x);
            lu_solve(n, k, factors.data(), pivots.data(), of_transpose, x);
          } else {
            std::fill_n(x, n * k, nan_of<T>);
          }
        });
      },
      y, a, b);
  Saved<T> saved_y = a.tracked() ? Saved<T>(y) : Saved<T>();
  return record(
      "solve", y, {&a, &b}, [of_transpose, at, saved_a = Saved<T>(a), saved_y](Pullback<T>& p) {
        Tensor<T> gb = solve_stack(p.get(saved_a), p.g, !of_transpose, at);
        if (p.wants(0)) {
          Tensor<T> x = p.output(saved_y);
          p.add(0, -(of_transpose ? matmul(x, transposed(gb)) : matmul(gb, transposed(x))));
        }
        if (p.wants(1)) p.add(1, gb);
      });
}

}  // namespace

template <class T>
Tensor<T> matrices::inverse(const char* op, const Tensor<T>& x, IfSingular if_singular,
                            Location at) {
  check_square(op, x.shape(), at);
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [op, if_singular, at](Array<T>& out, const Array<T>& in) {
        std::size_t n = in.shape().back();
        Array<int> pivots = empty_array<int>({n});
        for (std::size_t i = 0, step = n * n; i * step < in.size(); ++i) {
          T* matrix = out.data() + i * step;
          std::copy_n(in.data() + i * step, step, matrix);
          bool fine = all_finite(matrix, step);
          if (fine && lu(n, matrix, pivots.data()) != 0) {
            if (if_singular == IfSingular::fail) fail_singular(op, i, in.shape(), at);
            fine = false;
          }
          if (fine)
            lu_inverse(n, matrix, pivots.data());
          else
            std::fill_n(matrix, step, nan_of<T>);
        }
      },
      y, x);
  return record(op, y, {&x}, [y = Saved<T>(y)](Pullback<T>& p) {
    Tensor<T> back = transposed(p.output(y));
    p.add(0, -matmul(matmul(back, p.g), back));
  });
}

template <class T>
Tensor<T> inv(const Tensor<T>& x, Location at) {
  return inverse("inv", x, IfSingular::fail, at);
}

template <class T>
Tensor<T> solve(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  System check("solve", a.shape(), b.shape(), at);
  return uncolumned(solve_stack(a, columned(b), false, at), b);
}

template <class T>
Tensor<T> matrices::solve_triangular(const char* op, const Tensor<T>& a, const Tensor<T>& b,
                                     bool lower, bool of_transpose, bool unit, Location at) {
  System system(op, a.shape(), b.shape(), at);
  Tensor<T> y = empty<T>(system.result());
  launch(
      [system, lower, of_transpose, unit](Array<T>& out, const Array<T>& matrix,
                                          const Array<T>& right) {
        std::size_t n = system.n, k = system.k;
        system.for_each([&](std::size_t i, std::size_t j, std::size_t to) {
          std::copy_n(right.data() + j * n * k, n * k, out.data() + to * n * k);
          solve_triangle(n, k, matrix.data() + i * n * n, {lower, of_transpose, unit},
                         out.data() + to * n * k);
        });
      },
      y, a, b);
  Saved<T> saved_y = a.tracked() ? Saved<T>(y) : Saved<T>();
  return record(op, y, {&a, &b}, [=, saved_a = Saved<T>(a)](Pullback<T>& p) {
    Tensor<T> gb = solve_triangular(op, p.get(saved_a), p.g, lower, !of_transpose, unit, at);
    if (p.wants(0)) {
      Tensor<T> x = p.output(saved_y);
      Tensor<T> ga = -(of_transpose ? matmul(x, transposed(gb)) : matmul(gb, transposed(x)));
      p.add(0, lower ? tril(ga, unit ? -1 : 0) : triu(ga, unit ? 1 : 0));
    }
    if (p.wants(1)) p.add(1, gb);
  });
}

template <class T>
Tensor<T> triangular_solve(const Tensor<T>& a, const Tensor<T>& b, Triangle triangle,
                           Transposed transposed, UnitDiagonal unit, Location at) {
  const char* op = "triangular_solve";
  System system(op, a.shape(), b.shape(), at);
  if (unit == UnitDiagonal::no) {
    std::size_t n = system.n;
    for (std::size_t i = 0; i < size_of(system.lead_a) * n; ++i) {  // each row of each matrix
      if (a.data()[i * n + i % n] == 0) fail_singular(op, i / n, a.shape(), at);
    }
  }
  return uncolumned(solve_triangular(op, a, columned(b), triangle == Triangle::lower,
                                     transposed == Transposed::yes, unit == UnitDiagonal::yes, at),
                    b);
}

template <class T>
Tensor<T> lstsq(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  Tensor<T> right = columned(b);
  Shape lead;
  bool fit = a.ndim() >= 2 && right.ndim() >= 2 && a.shape().end()[-2] >= a.shape().end()[-1] &&
             a.shape().end()[-2] == right.shape().end()[-2];
  if (fit) {
    lead = lead_of(a.shape());
    fit = broadcast_into(lead, lead_of(right.shape()));
  }
  if (!fit) {
    fail("lstsq", "(..., m, n) with m >= n, and (m) or (..., m, k)",
         to_string(a.shape()) + " and " + to_string(b.shape()), at);
  }
  auto [q, r] = qr(a, at);
  std::size_t m = a.shape().end()[-2], n = a.shape().end()[-1];
  for (std::size_t i = 0; i * n * n < r.size(); ++i) {
    const T* diagonal = r.data() + i * n * n;
    T least = std::abs(diagonal[0]), greatest = least;
    for (std::size_t j = 1; j < n; ++j) {
      least = std::min(least, std::abs(diagonal[j * (n + 1)]));
      greatest = std::max(greatest, std::abs(diagonal[j * (n + 1)]));
    }
    if (least <= static_cast<T>(m) * std::numeric_limits<T>::epsilon() * greatest) {
      fail("lstsq", "matrices of rank n", "one of rank < n" + which(i, a.shape()), at);
    }
  }
  Tensor<T> y = matmul(transposed(q), right);
  return uncolumned(solve_triangular("lstsq", r, y, false, false, false, at), b);
}

#define XGRAD_MATRICES_SOLVE(T)                                                                  \
  template Tensor<T> matrices::inverse(const char*, const Tensor<T>&, IfSingular, Location);     \
  template Tensor<T> matrices::solve_triangular(const char*, const Tensor<T>&, const Tensor<T>&, \
                                                bool, bool, bool, Location);
XGRAD_MATRICES_SOLVE(float)
XGRAD_MATRICES_SOLVE(double)
#define XGRAD_SOLVE(T)                                                                          \
  template Tensor<T> inv(const Tensor<T>&, Location);                                           \
  template Tensor<T> solve(const Tensor<T>&, const Tensor<T>&, Location);                       \
  template Tensor<T> triangular_solve(const Tensor<T>&, const Tensor<T>&, Triangle, Transposed, \
                                      UnitDiagonal, Location);                                  \
  template Tensor<T> lstsq(const Tensor<T>&, const Tensor<T>&, Location);
XGRAD_SOLVE(float)
XGRAD_SOLVE(double)

}  // namespace xgrad
