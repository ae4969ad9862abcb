#include <xgrad/ops/kernels/wide_product.hpp>

#include <cblas.h>

#include <algorithm>
#include <string_view>

namespace xgrad {
namespace {

// A panel of b, `depth` rows of it, stays in the second cache while all rows of a pass by; a tile
// of c, `height` rows of a panel, in the registers.
constexpr std::size_t depth = 256, height = 6;
#ifdef __AVX512F__
constexpr int batches = 4;
#else
constexpr int batches = 2;
#endif

/// k rows of n columns of b, each padded with zeros to `width`.
template <class T>
void pack(Strided<T> b, std::size_t k, std::size_t n, std::size_t width, T* to) {
  if (b.row == 1) return pack_transposed(b.first, b.column, n, k, to, width);
  for (std::size_t i = 0; i < k; ++i, to += width) {
    std::copy_n(b.first + i * b.row, n, to);
    std::fill(to + n, to + width, T(0));
  }
}

}  // namespace

bool blas_is_narrow() noexcept {
#ifdef __AVX512F__
  static const bool narrow = [] {
    const std::string_view core = openblas_get_corename();
    return core == "Haswell" || core == "Zen";
  }();
  return narrow;
#else
  return false;
#endif
}

template <class T>
void wide_product(std::size_t m, std::size_t n, std::size_t k, Strided<T> a, Strided<T> b, T* c,
                  std::size_t c_step) {
  constexpr std::size_t size = Batch<T>::size, width = batches * size;
  alignas(64) T packed[depth * width];
  for (std::size_t begin = 0; begin < k; begin += depth) {
    const std::size_t rows_of_b = std::min(depth, k - begin);
    const Ending<T> ending{nullptr, false, begin > 0};
    for (std::size_t column = 0; column < n; column += width) {
      const std::size_t present = std::min(width, n - column);
      with_constant<batches>((present + size - 1) / size, [&](auto count) {
        constexpr std::size_t padded = static_cast<std::size_t>(count()) * size;
        pack<T>({b.first + begin * b.row + column * b.column, b.row, b.column}, rows_of_b, present,
                padded, packed);
        for (std::size_t row = 0; row < m; row += height) {
          with_constant<height>(std::min(height, m - row), [&](auto rows) {
            const Strided<T> part{a.first + row * a.row + begin * a.column, a.row, a.column};
            product_tile<rows(), count(), true>(part, packed, padded, rows_of_b,
                                                c + row * c_step + column, c_step,
                                                present + size - padded, ending);
          });
        }
      });
    }
  }
}

template void wide_product(std::size_t, std::size_t, std::size_t, Strided<float>, Strided<float>,
                           float*, std::size_t);
template void wide_product(std::size_t, std::size_t, std::size_t, Strided<double>, Strided<double>,
                           double*, std::size_t);

}  // namespace xgrad
