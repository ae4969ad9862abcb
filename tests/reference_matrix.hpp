// The references of linear algebra: elimination, Gram-Schmidt, and Jacobi's rotations, on numbers
// or dual numbers.
#pragma once
#include "reference_einsum.hpp"

namespace reference {

/// f(matrix) for each matrix of a stack, the results stacked.
template <class S, class F>
Nd<S> of_each(const Nd<S>& x, F f) {
  Shape lead(x.shape.begin(), x.shape.end() - 2), last(x.shape.end() - 2, x.shape.end());
  std::size_t size = count(last);
  Shape shape = f(Nd<S>(last)).shape;
  shape.insert(shape.begin(), lead.begin(), lead.end());
  Nd<S> y(shape, {});
  for (std::size_t i = 0; i < count(lead); ++i) {
    auto first = x.data.begin() + std::ptrdiff_t(i * size);
    Nd<S> part = f(Nd<S>(last, std::vector<S>(first, first + std::ptrdiff_t(size))));
    y.data.insert(y.data.end(), part.data.begin(), part.data.end());
  }
  return y;
}

template <class S>
Nd<S> identity(std::size_t n) {
  return build<S>({n, n}, [](const Index& i) { return S(i[0] == i[1] ? 1 : 0); });
}
template <class S>
Nd<S> flipped(const Nd<S>& a) {
  return einsum<S>("...ij->...ji", {a});
}

/// A^-1 B by Gauss-Jordan elimination with row exchanges; the determinant on the way.
template <class S>
Nd<S> eliminate(Nd<S> a, Nd<S> b, S& determinant) {
  std::size_t n = a.shape[0], k = b.shape[1];
  determinant = 1;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c; r < n; ++r) {
      if (magnitude(a.at({pivot, c})) < magnitude(a.at({r, c}))) pivot = r;
    }
    if (pivot != c) determinant = -determinant;
    for (std::size_t j = 0; j < n; ++j) std::swap(a.at({c, j}), a.at({pivot, j}));
    for (std::size_t j = 0; j < k; ++j) std::swap(b.at({c, j}), b.at({pivot, j}));
    S scale = a.at({c, c});
    determinant = determinant * scale;
    for (std::size_t j = 0; j < n; ++j) a.at({c, j}) = a.at({c, j}) / scale;
    for (std::size_t j = 0; j < k; ++j) b.at({c, j}) = b.at({c, j}) / scale;
    for (std::size_t r = 0; r < n; ++r) {
      S factor = a.at({r, c});
      if (r == c) continue;
      for (std::size_t j = 0; j < n; ++j) a.at({r, j}) = a.at({r, j}) - factor * a.at({c, j});
      for (std::size_t j = 0; j < k; ++j) b.at({r, j}) = b.at({r, j}) - factor * b.at({c, j});
    }
  }
  return b;
}
template <class S>
Nd<S> inv(const Nd<S>& x) {
  S ignored;
  return of_each(x, [&](const Nd<S>& a) { return eliminate(a, identity<S>(a.shape[0]), ignored); });
}
template <class S>
Nd<S> solve(const Nd<S>& a, Nd<S> b) {
  bool vector = b.shape.size() == 1;
  if (vector) b.shape.push_back(1);
  Nd<S> x = matmul(inv(a), b);
  if (vector) x.shape.pop_back();
  return x;
}
/// One triangle of each matrix, perhaps with ones on the diagonal.
template <class S>
Nd<S> triangle(const Nd<S>& x, bool lower, bool unit) {
  return of_each(x, [&](const Nd<S>& a) {
    return build<S>(a.shape, [&](const Index& i) {
      if (i[0] == i[1]) return unit ? S(1) : a.at(i);
      return (i[0] > i[1]) == lower ? a.at(i) : S(0);
    });
  });
}
template <class S>
Nd<S> det(const Nd<S>& x) {
  return of_each(x, [](const Nd<S>& a) {
    Nd<S> y{Shape{}};
    eliminate(a, a, y.data[0]);
    return y;
  });
}
template <class S>
Nd<S> lstsq(const Nd<S>& a, Nd<S> b) {
  bool vector = b.shape.size() == 1;
  if (vector) b.shape.push_back(1);
  Nd<S> x = solve(matmul(flipped(a), a), matmul(flipped(a), b));
  if (vector) x.shape.pop_back();
  return x;
}
/// Of full rank.
template <class S>
Nd<S> pinv(const Nd<S>& a) {
  if (a.shape.end()[-2] < a.shape.end()[-1]) return flipped(pinv(flipped(a)));
  return matmul(inv(matmul(flipped(a), a)), flipped(a));
}

/// The lower triangle is read.
template <class S>
Nd<S> cholesky(const Nd<S>& x) {
  return of_each(x, [](const Nd<S>& a) {
    Nd<S> l(a.shape);
    for (std::size_t i = 0; i < a.shape[0]; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        S rest = a.at({i, j});
        for (std::size_t k = 0; k < j; ++k) rest = rest - l.at({i, k}) * l.at({j, k});
        l.at({i, j}) = i == j ? scalar::sqrt(rest) : rest / l.at({j, j});
      }
    }
    return l;
  });
}

template <class S>
struct Qr {
  Nd<S> q, r;
};
/// Gram-Schmidt, each vector made orthogonal twice.
template <class S>
Qr<S> qr(const Nd<S>& x) {
  Nd<S> q = of_each(x, [](const Nd<S>& a) {
    std::size_t m = a.shape[0], k = std::min(m, a.shape[1]);
    Nd<S> result({m, k});
    for (std::size_t j = 0; j < k; ++j) {
      std::vector<S> v(m);
      for (std::size_t i = 0; i < m; ++i) v[i] = a.at({i, j});
      for (std::size_t l = 0; l < 2 * j; ++l) {
        S along = 0;
        for (std::size_t i = 0; i < m; ++i) along = along + result.at({i, l % j}) * v[i];
        for (std::size_t i = 0; i < m; ++i) v[i] = v[i] - along * result.at({i, l % j});
      }
      S square = 0;
      for (S element : v) square = square + element * element;
      for (std::size_t i = 0; i < m; ++i) result.at({i, j}) = v[i] / scalar::sqrt(square);
    }
    return result;
  });
  return {q, matmul(flipped(q), x)};
}

template <class S>
struct Svd {
  Nd<S> u, s, vh;
};
/// One-sided Jacobi: rotates pairs of columns until all are orthogonal.
template <class S>
Svd<S> svd(const Nd<S>& x) {
  if (x.shape.end()[-2] < x.shape.end()[-1]) {
    Svd<S> other = svd(flipped(x));
    return {flipped(other.vh), other.s, flipped(other.u)};
  }
  // Stacked: the columns u_j s_j, then the rows of Vh.
  Nd<S> both = of_each(x, [](const Nd<S>& a) {
    std::size_t m = a.shape[0], n = a.shape[1];
    Nd<S> w({m + n, n});  // the matrix, then V
    for_each_index({m, n}, [&](const Index& i) { w.at(i) = a.at(i); });
    for (std::size_t j = 0; j < n; ++j) w.at({m + j, j}) = 1;
    auto product = [&](std::size_t p, std::size_t q) {
      S sum = 0;
      for (std::size_t i = 0; i < m; ++i) sum = sum + w.at({i, p}) * w.at({i, q});
      return sum;
    };
    for (std::size_t step = 0; step < 14 * n * n; ++step) {
      std::size_t p = step / n % n, q = step % n;
      if (p >= q) continue;
      S pq = S(2) * product(p, q), gap = product(q, q) - product(p, p);
      S t = pq / (magnitude(gap) + scalar::sqrt(gap * gap + pq * pq));
      if (gap < S(0)) t = -t;
      S c = S(1) / scalar::sqrt(S(1) + t * t), s = t * c;
      for (std::size_t i = 0; i < m + n; ++i) {
        S a_p = w.at({i, p}), a_q = w.at({i, q});
        w.at({i, p}) = c * a_p - s * a_q;
        w.at({i, q}) = s * a_p + c * a_q;
      }
    }
    std::vector<std::size_t> order;
    for (std::size_t j = 0; j < n; ++j) order.push_back(j);
    std::sort(order.begin(), order.end(),
              [&](std::size_t p, std::size_t q) { return product(q, q) < product(p, p); });
    return build<S>({m + n, n}, [&](const Index& i) { return w.at({i[0], order[i[1]]}); });
  });
  std::vector<Cut> columns(x.shape.size()), vectors = columns;
  columns.end()[-2] = Cut(0, int(x.shape.end()[-2]));
  vectors.end()[-2] = Cut(int(x.shape.end()[-2]), {});
  Nd<S> us = slice(both, columns), s = sqrt(sum(square(us), Axes{-2}));
  return {divide(us, sqrt(sum(square(us), Axes{-2}, true))), s, flipped(slice(both, vectors))};
}
template <class S>
struct Eigh {
  Nd<S> eigenvalues, eigenvectors;
};
/// Of symmetric matrices with eigenvalues below `bound`: bound - X is positive, so that its
/// singular values are its eigenvalues, and the largest belongs to the least eigenvalue of X.
template <class S>
Eigh<S> eigh(const Nd<S>& x, double bound) {
  Nd<S> positive = of_each(
      x, [&](const Nd<S>& a) { return subtract(multiply(identity<S>(a.shape[0]), bound), a); });
  Svd<S> found = svd(positive);
  return {subtract(bound, found.s), flipped(found.vh)};
}

template <class S>
Nd<S> expm(const Nd<S>& x) {
  return of_each(x, [](const Nd<S>& a) {
    Nd<S> scaled = multiply(a, 1.0 / 64), term = identity<S>(a.shape[0]), y = term;
    for (int k = 1; k < 20; ++k) {
      term = multiply(matmul(term, scaled), 1.0 / k);
      y = add(y, term);
    }
    for (int k = 0; k < 6; ++k) y = matmul(y, y);
    return y;
  });
}

}  // namespace reference
