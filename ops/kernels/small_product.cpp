#include <xgrad/ops/kernels/small_product.hpp>
#include <xgrad/ops/kernels/tile.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace xgrad {
namespace {

/// Where an operand's element (i, j) is: first[i row + j column].
template <class T>
struct Strided {
  const T* first;
  std::size_t row, column;
};

/// What becomes of the sums of a product's columns: + bias, unless null; then the relu, if so
/// asked.
template <class T>
struct Ending {
  const T* bias = nullptr;
  bool relus = false;

  Ending from(std::size_t column) const {
    return {bias != nullptr ? bias + column : nullptr, relus};
  }
  template <int R, int C>
  void operator()(typename Batch<T>::Simd (&sum)[R][C], std::size_t last) const {
    for (int j = 0; bias != nullptr && j < C; ++j) {
      const T* at = bias + static_cast<std::size_t>(j) * Batch<T>::size;
      const Batch<T> b =
          j + 1 < C || last == Batch<T>::size ? Batch<T>::load(at) : Batch<T>::load(at, last);
      for (int r = 0; r < R; ++r) sum[r][j] += b.v;
    }
    if (!relus) return;
    for (int j = 0; j < C; ++j) {
      for (int r = 0; r < R; ++r) sum[r][j] = relu(Batch<T>(sum[r][j])).v;
    }
  }
};

/// R rows of c and C batches of its columns, the last one of `last` elements: sums over k of a
/// column of a times a row of b, and their ending. b's rows are padded to whole batches if
/// `Padded`.
template <int R, int C, bool Padded, class T>
void block(Strided<T> a, const T* b, std::size_t b_step, std::size_t k, T* c, std::size_t c_step,
           std::size_t last, const Ending<T>& ending) {
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
  ending(sum, last);
  for (int r = 0; r < R; ++r, c += c_step) {
    for (int j = 0; j + 1 < C; ++j) sum[r][j].store_unaligned(c + at(j));
    if (last == Batch<T>::size)
      sum[r][C - 1].store_unaligned(c + at(C - 1));
    else
      Batch<T>(sum[r][C - 1]).store(c + at(C - 1), last);
  }
}

template <class T>
void blocks(Strided<T> a, const T* b, std::size_t b_step, const ProductDims& dims, T* c,
            const Ending<T>& ending = {}) {
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
            block<rows(), batches(), true>(part, b + column, b_step, dims.k, to, dims.n, last,
                                           ending.from(column));
          else
            block<rows(), batches(), false>(part, b + column, b_step, dims.k, to, dims.n, last,
                                            ending.from(column));
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

/// A small matrix, or one whose rows are padded to whole batches.
template <class T>
struct SmallMatrix {
  alignas(64) T at[32 * 32];  // 32 is a multiple of a register's elements
};

/// a times b^T, with b (n, k).
template <class T>
void times_transposed(Strided<T> a, const T* b, const ProductDims& dims, T* c,
                      const Ending<T>& ending = {}) {
  SmallMatrix<T> packed;
  const std::size_t step = whole_batches<T>(dims.n);
  pack_transposed(b, dims.n, dims.k, packed.at, step);
  blocks<T>(a, packed.at, step, dims, c, ending);
}

/// The rows of g, padded with zeros to whole batches, where relu, unless null, is greater than 0.
template <class T>
void pack_before_relu(const T* g, const T* relu, std::size_t m, std::size_t n, T* to) {
  constexpr std::size_t size = Batch<T>::size;
  for (std::size_t r = 0; r < m; ++r) {
    for (std::size_t begin = 0; begin < n; begin += size, to += size) {
      const std::size_t at = r * n + begin, present = std::min(size, n - begin);
      const auto load = [=](const T* from) {
        return present == size ? Batch<T>::load(from + at) : Batch<T>::load(from + at, present);
      };
      Batch<T> c = load(g);
      if (relu != nullptr) c = where(load(relu) <= 0, Batch<T>(0), c);
      c.store(to);
    }
  }
}

/// The sums of n columns of m rows, in double; the rows are padded to whole batches.
template <class T>
void sum_columns(const T* x, std::size_t m, std::size_t n, T* y) {
  constexpr std::size_t size = Batch<T>::size;
  const std::size_t step = whole_batches<T>(n);
  for (std::size_t begin = 0; begin < n; begin += size) {
    std::array<double, size> sum{};
    for (std::size_t r = 0; r < m; ++r) {
      for (std::size_t j = 0; j < size; ++j) sum[j] += static_cast<double>(x[r * step + begin + j]);
    }
    alignas(64) std::array<T, size> rounded;
    for (std::size_t j = 0; j < size; ++j) rounded[j] = static_cast<T>(sum[j]);
    const std::size_t present = std::min(size, n - begin);
    Batch<T>::load(rounded.data()).store(y + begin, present);
  }
}

}  // namespace

template <class T>
void small_product(const ProductDims& dims, const T* a, const T* b, T* c) {
  if (dims.n == 1 && dims.m > 1) {  // c, a column, is the row b^T a^T
    return small_product<T>({1, dims.m, dims.k, dims.b_transposed, !dims.a_transposed}, b, a, c);
  }
  const Strided<T> left = dims.a_transposed ? Strided<T>{a, 1, dims.m} : Strided<T>{a, dims.k, 1};
  if (dims.b_transposed) return times_transposed(left, b, dims, c);
  blocks(left, b, dims.n, dims, c);
}

template <class T>
void small_linear(const ProductDims& dims, const T* x, const T* w, const T* bias, bool relus,
                  T* y) {
  times_transposed(Strided<T>{x, dims.k, 1}, w, dims, y, {bias, relus});
}

template <class T>
void small_linear_gradient(const ProductDims& dims, const T* g, const T* relu, const T* x,
                           const T* w, T* gw, T* gb, T* gx) {
  const auto [m, n, k, ta, tb] = dims;
  const std::size_t step = whole_batches<T>(n);
  SmallMatrix<T> packed;
  pack_before_relu(g, relu, m, n, packed.at);
  blocks<T>(Strided<T>{packed.at, 1, step}, x, k, {n, k, m}, gw);
  sum_columns(packed.at, m, n, gb);
  if (gx != nullptr) blocks<T>(Strided<T>{packed.at, step, 1}, w, k, {m, k, n}, gx);
}

#define XGRAD_SMALL_PRODUCT(T)                                                                    \
  template void small_product(const ProductDims&, const T*, const T*, T*);                        \
  template void small_linear(const ProductDims&, const T*, const T*, const T*, bool, T*);         \
  template void small_linear_gradient(const ProductDims&, const T*, const T*, const T*, const T*, \
                                      T*, T*, T*);
XGRAD_SMALL_PRODUCT(float)
XGRAD_SMALL_PRODUCT(double)

}  // namespace xgrad
