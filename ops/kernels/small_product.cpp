#include <xgrad/ops/kernels/small_product.hpp>
#include <xgrad/ops/kernels/tile.hpp>

#include <algorithm>
#include <cstring>

namespace xgrad {
namespace {

/// Where an operand's element (i, j) is: first[i row + j column].
template <class T>
struct Strided {
  const T* first;
  std::size_t row, column;
};

/// R rows of c and C batches of its columns, the last one of `last` elements: sums over k of a
/// column of a times a row of b. b's rows are padded to whole batches if `Padded`.
template <int R, int C, bool Padded, class T>
void block(Strided<T> a, const T* b, std::size_t b_step, std::size_t k, T* c, std::size_t c_step,
           std::size_t last) {
  using Simd = typename Batch<T>::Simd;
  constexpr auto at = [](int j) { return static_cast<std::size_t>(j) * Batch<T>::size; };
  Simd sum[R][C];
  for (int r = 0; r < R; ++r) {
    for (int j = 0; j < C; ++j) sum[r][j] = Simd(T(0));
  }
  for (std::size_t i = 0; i < k; ++i, b += b_step, a.first += a.column) {
    Simd w[C];
    for (int j = 0; j < C; ++j) {
      w[j] =
          Padded || j + 1 < C ? Simd::load_unaligned(b + at(j)) : Batch<T>::load(b + at(j), last).v;
    }
    for (int r = 0; r < R; ++r) {
      const Simd x(a.first[static_cast<std::size_t>(r) * a.row]);
      for (int j = 0; j < C; ++j) sum[r][j] = xsimd::fma(x, w[j], sum[r][j]);
    }
  }
  for (int r = 0; r < R; ++r, c += c_step) {
    for (int j = 0; j + 1 < C; ++j) sum[r][j].store_unaligned(c + at(j));
    if (last == Batch<T>::size)
      sum[r][C - 1].store_unaligned(c + at(C - 1));
    else
      Batch<T>(sum[r][C - 1]).store(c + at(C - 1), last);
  }
}

template <class T>
void blocks(Strided<T> a, const T* b, std::size_t b_step, const ProductDims& dims, T* c) {
  constexpr std::size_t size = Batch<T>::size, height = 6, width = 2 * size;
  for (std::size_t column = 0; column < dims.n; column += width) {
    const std::size_t present = std::min(width, dims.n - column);
    with_constant<2>((present + size - 1) / size, [&](auto batches) {
      const std::size_t last = present - (batches() - 1) * size;
      const bool padded = last == size || b_step % size == 0;
      for (std::size_t row = 0; row < dims.m; row += height) {
        with_constant<height>(std::min(height, dims.m - row), [&](auto rows) {
          const Strided<T> part{a.first + row * a.row, a.row, a.column};
          T* to = c + row * dims.n + column;
          if (padded)
            block<rows(), batches(), true>(part, b + column, b_step, dims.k, to, dims.n, last);
          else
            block<rows(), batches(), false>(part, b + column, b_step, dims.k, to, dims.n, last);
        });
      }
    });
  }
}

/// Four rows of four become four columns.
template <class T>
void transpose_4(const T* from, std::size_t from_step, T* to, std::size_t to_step) {
  using Four [[gnu::vector_size(4 * sizeof(T))]] = T;
  Four r[4];
  for (std::size_t i = 0; i < 4; ++i) std::memcpy(&r[i], from + i * from_step, sizeof(Four));
  const Four low_01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5),
             low_23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5),
             high_01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7),
             high_23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  const Four columns[] = {__builtin_shufflevector(low_01, low_23, 0, 1, 4, 5),
                          __builtin_shufflevector(low_01, low_23, 2, 3, 6, 7),
                          __builtin_shufflevector(high_01, high_23, 0, 1, 4, 5),
                          __builtin_shufflevector(high_01, high_23, 2, 3, 6, 7)};
  for (std::size_t i = 0; i < 4; ++i) std::memcpy(to + i * to_step, &columns[i], sizeof(Four));
}

/// b (n, k) as rows of k, each padded with zeros to `step` elements.
template <class T>
void pack_transposed(const T* b, std::size_t n, std::size_t k, T* to, std::size_t step) {
  if (step != n) std::fill_n(to, step * k, T(0));
  std::size_t j = 0;
  for (; j + 4 <= n; j += 4) {
    std::size_t i = 0;
    for (; i + 4 <= k; i += 4) transpose_4(b + j * k + i, k, to + i * step + j, step);
    for (; i < k; ++i) {
      for (std::size_t r = 0; r < 4; ++r) to[i * step + j + r] = b[(j + r) * k + i];
    }
  }
  for (; j < n; ++j) {
    for (std::size_t i = 0; i < k; ++i) to[i * step + j] = b[j * k + i];
  }
}

}  // namespace

template <class T>
void small_product(const ProductDims& dims, const T* a, const T* b, T* c) {
  if (dims.n == 1 && dims.m > 1) {  // c, a column, is the row b^T a^T
    return small_product<T>({1, dims.m, dims.k, dims.b_transposed, !dims.a_transposed}, b, a, c);
  }
  const Strided<T> left = dims.a_transposed ? Strided<T>{a, 1, dims.m} : Strided<T>{a, dims.k, 1};
  if (!dims.b_transposed) return blocks(left, b, dims.n, dims, c);
  alignas(64) T packed[32 * 32];  // 32 is a multiple of a register's elements
  const std::size_t step = whole_batches<T>(dims.n);
  pack_transposed(b, dims.n, dims.k, packed, step);
  blocks<T>(left, packed, step, dims, c);
}

template void small_product(const ProductDims&, const float*, const float*, float*);
template void small_product(const ProductDims&, const double*, const double*, double*);

}  // namespace xgrad
