// Matrix products of any size, for where BLAS does not use the registers that there are.
#pragma once
#include <xgrad/ops/kernels/product_tile.hpp>

namespace xgrad {

/// Whether BLAS is such: OpenBLAS up to 0.3.21, as in Debian 12, takes AMD's processors with
/// AVX-512 for ones without.
bool blas_is_narrow() noexcept;

/// Whether wide_product is faster than a BLAS that is narrow.
inline bool is_wide(std::size_t m, std::size_t n) {
  constexpr std::size_t few_columns = 4, few_elements_of_c = 512;
  return n >= few_columns && m * n >= few_elements_of_c;
}

/// c (m, n), its rows c_step apart, = A B, with k summed over; no extent is 0. One row or column of
/// each operand is contiguous.
template <class T>
void wide_product(std::size_t m, std::size_t n, std::size_t k, Strided<T> a, Strided<T> b, T* c,
                  std::size_t c_step);

}  // namespace xgrad
