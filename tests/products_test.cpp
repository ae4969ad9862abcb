// Products of matrices that BLAS does not compute, at every remainder of a register and of a tile.
#include "check.hpp"

#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/small_product.hpp>
#include <xgrad/ops/kernels/wide_product.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {

namespace xg = xgrad;

template <class T>
class Products : public ::testing::Test {
 protected:
  using Numbers = std::vector<T>;

  /// n numbers of which products and sums are exact.
  Numbers numbers(std::size_t n) {
    Numbers result(n);
    for (T& x : result) x = static_cast<T>(std::lround(random_(-8, 8)));
    return result;
  }
  static Numbers product(const xg::ProductDims& dims, const Numbers& a, const Numbers& b) {
    Numbers c(dims.m * dims.n, std::numeric_limits<T>::quiet_NaN());
    xg::gemm(dims, a.data(), b.data(), c.data());
    return c;
  }
  static Numbers expected(const xg::ProductDims& dims, const Numbers& a, const Numbers& b) {
    Numbers c;
    for (std::size_t i = 0; i < dims.m; ++i) {
      for (std::size_t j = 0; j < dims.n; ++j) {
        T sum = 0;
        for (std::size_t l = 0; l < dims.k; ++l) {
          sum += a[dims.a_transposed ? l * dims.m + i : i * dims.k + l] *
                 b[dims.b_transposed ? j * dims.k + l : l * dims.n + j];
        }
        c.push_back(sum);
      }
    }
    return c;
  }

 private:
  check::Random random_{5};
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Products, Types, );

TYPED_TEST(Products, AreExactAtEveryExtent) {
  const std::size_t extents[] = {1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 32, 33};
  for (std::size_t m : extents) {
    for (std::size_t n : extents) {
      for (std::size_t k : extents) {
        const auto a = this->numbers(m * k), b = this->numbers(k * n);
        for (int which = 0; which < 4; ++which) {
          const xg::ProductDims dims{m, n, k, which % 2 == 1, which >= 2};
          ASSERT_EQ(this->product(dims, a, b), this->expected(dims, a, b))
              << m << ' ' << n << ' ' << k << " transposed: " << which;
        }
      }
    }
  }
}

TYPED_TEST(Products, WideOnesAreExactAcrossTilesAndPanels) {
  const auto strided = [](const std::vector<TypeParam>& x, bool transposed, std::size_t rows,
                          std::size_t columns) {
    return transposed ? xg::Strided<TypeParam>{x.data(), 1, rows}
                      : xg::Strided<TypeParam>{x.data(), columns, 1};
  };
  for (std::size_t m : {1, 5, 6, 7, 13}) {
    for (std::size_t n : {1, 7, 16, 31, 64, 65, 130}) {
      for (std::size_t k : {1, 3, 255, 256, 257, 600}) {
        const auto a = this->numbers(m * k), b = this->numbers(k * n);
        for (int which = 0; which < 4; ++which) {
          const xg::ProductDims dims{m, n, k, which % 2 == 1, which >= 2};
          const std::size_t step = n + 3;
          std::vector<TypeParam> c(m * step, -1), rows;
          xg::wide_product(m, n, k, strided(a, dims.a_transposed, m, k),
                           strided(b, dims.b_transposed, k, n), c.data(), step);
          for (std::size_t i = 0; i < m; ++i) {
            const auto row = c.begin() + static_cast<std::ptrdiff_t>(i * step);
            rows.insert(rows.end(), row, row + static_cast<std::ptrdiff_t>(n));
            EXPECT_EQ(std::count(row + static_cast<std::ptrdiff_t>(n),
                                 row + static_cast<std::ptrdiff_t>(step), TypeParam(-1)),
                      3);
          }
          ASSERT_EQ(rows, this->expected(dims, a, b))
              << m << ' ' << n << ' ' << k << " transposed: " << which;
        }
      }
    }
  }
}

TYPED_TEST(Products, LinearIsExactAtEveryExtent) {
  using Tensor = xg::Tensor<TypeParam>;
  const auto matrix = [&](std::size_t rows, std::size_t columns) {
    const auto numbers = this->numbers(rows * columns);
    return check::tensor<TypeParam>(
        check::Plain({rows, columns}, std::vector<double>(numbers.begin(), numbers.end())));
  };
  const std::size_t extents[] = {1, 2, 4, 7, 8, 9, 16, 17, 31, 32, 33};
  for (std::size_t m : extents) {
    for (std::size_t n : extents) {
      for (std::size_t k : extents) {
        const bool relus = (m + n + k) % 2 == 0;
        const Tensor x = xg::parameter(matrix(m, k)), w = xg::parameter(matrix(n, k)),
                     b = xg::parameter(xg::reshape(matrix(1, n), {n})), g = matrix(m, n);
        const std::vector<Tensor> inputs = {x, w, b};
        const Tensor sum = xg::dot(x, xg::transpose(w)) + b, expected = relus ? relu(sum) : sum;
        const Tensor y = xg::linear(x, w, b, relus ? xg::Activation::relu : xg::Activation::none);
        const auto expect_equal = [&](const Tensor& found, const Tensor& right) {
          ASSERT_EQ(check::plain(found).data, check::plain(right).data)
              << m << ' ' << n << ' ' << k;
        };
        expect_equal(y, expected);
        const auto found = xg::grad(y, inputs, g),
                   right = xg::grad(expected, inputs, g, xg::retain_graph);
        for (std::size_t i = 0; i < 3; ++i) expect_equal(found[i], right[i]);
        // Of a constant no cotangent is computed.
        const Tensor of_constant = xg::linear(x.detach(), w, b);
        expect_equal(xg::grad(of_constant, {w, b}, g)[0], xg::grad(sum, {w, b}, g)[0]);
      }
    }
  }
}

TYPED_TEST(Products, GradientsOfSmallLinearsEndWhereTheyShould) {
  const std::size_t guard = 40;
  for (std::size_t m : {1, 5}) {
    for (std::size_t n : {1, 7, 9, 17, 32}) {
      for (std::size_t k : {1, 3, 19}) {
        const auto g = this->numbers(m * n), x = this->numbers(m * k), w = this->numbers(n * k);
        std::vector<TypeParam> gw(n * k + guard, -99), gb(n + guard, -99), gx(m * k + guard, -99);
        xg::small_linear_gradient<TypeParam>({m, n, k, false, true}, g.data(), nullptr, x.data(),
                                             w.data(), gw.data(), gb.data(), gx.data());
        for (const auto* end : {&gw, &gb, &gx}) {
          EXPECT_EQ(std::count(end->end() - guard, end->end(), TypeParam(-99)), guard)
              << m << ' ' << n << ' ' << k;
        }
      }
    }
  }
}

TYPED_TEST(Products, SpreadNanAndInfinityNoFurtherThanTheirRowOrColumn) {
  for (const TypeParam bad :
       {std::numeric_limits<TypeParam>::quiet_NaN(), std::numeric_limits<TypeParam>::infinity()}) {
    for (bool b_transposed : {false, true}) {
      const xg::ProductDims dims{5, 11, 3, false, b_transposed};
      std::vector<TypeParam> a(15, 1), b(33, 1);
      a[4] = bad;                                      // row 1
      b[b_transposed ? 6 * 3 + 2 : 2 * 11 + 6] = bad;  // column 6
      const auto c = this->product(dims, a, b);
      for (std::size_t i = 0; i < c.size(); ++i) {
        EXPECT_EQ(std::isfinite(c[i]), i / 11 != 1 && i % 11 != 6) << i;
      }
    }
  }
}

}  // namespace
