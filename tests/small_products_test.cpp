// Products of small matrices, which BLAS does not compute, at every remainder of a register.
#include "check.hpp"

#include <xgrad/ops/kernels/gemm.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace {

namespace xg = xgrad;

template <class T>
class SmallProducts : public ::testing::Test {
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
TYPED_TEST_SUITE(SmallProducts, Types, );

TYPED_TEST(SmallProducts, AreExactAtEveryExtent) {
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

TYPED_TEST(SmallProducts, SpreadNanAndInfinityNoFurtherThanTheirRowOrColumn) {
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
