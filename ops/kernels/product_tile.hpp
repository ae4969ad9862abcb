// Products of matrices in tiles that the registers hold.
#pragma once
#include <xgrad/ops/kernels/tile.hpp>

#include <algorithm>
#include <cstring>

namespace xgrad {

/// Where an operand's element (i, j) is: first[i row + j column].
template <class T>
struct Strided {
  const T* first;
  std::size_t row, column;
};

/// What becomes of the sums of a product's columns: + what is in c already, if so asked; + bias,
/// unless null; then the relu, if so asked.
template <class T>
struct Ending {
  const T* bias = nullptr;
  bool relus = false, adds = false;

  Ending from(std::size_t column) const {
    return {bias != nullptr ? bias + column : nullptr, relus, adds};
  }
  template <int R, int C>
  void operator()(typename Batch<T>::Simd (&sum)[R][C], std::size_t last, const T* c,
                  std::size_t c_step) const {
    const auto load = [last](const T* from, int j) {
      from += static_cast<std::size_t>(j) * Batch<T>::size;
      return j + 1 < C || last == Batch<T>::size ? Batch<T>::load(from)
                                                 : Batch<T>::load(from, last);
    };
    for (int r = 0; adds && r < R; ++r, c += c_step) {
      for (int j = 0; j < C; ++j) sum[r][j] += load(c, j).v;
    }
    for (int j = 0; bias != nullptr && j < C; ++j) {
      const Batch<T> b = load(bias, j);
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
void product_tile(Strided<T> a, const T* b, std::size_t b_step, std::size_t k, T* c,
                  std::size_t c_step, std::size_t last, const Ending<T>& ending) {
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
  ending(sum, last, c, c_step);
  for (int r = 0; r < R; ++r, c += c_step) {
    for (int j = 0; j + 1 < C; ++j) sum[r][j].store_unaligned(c + at(j));
    if (last == Batch<T>::size)
      sum[r][C - 1].store_unaligned(c + at(C - 1));
    else
      Batch<T>(sum[r][C - 1]).store(c + at(C - 1), last);
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

/// b (n, k), its rows b_step apart, as rows of k, each padded with zeros to `step` elements.
template <class T>
void pack_transposed(const T* b, std::size_t b_step, std::size_t n, std::size_t k, T* to,
                     std::size_t step) {
  if (step != n) std::fill_n(to, step * k, T(0));
  std::size_t j = 0;
  for (; j + 4 <= n; j += 4) {
    std::size_t i = 0;
    for (; i + 4 <= k; i += 4) transpose_4(b + j * b_step + i, b_step, to + i * step + j, step);
    for (; i < k; ++i) {
      for (std::size_t r = 0; r < 4; ++r) to[i * step + j + r] = b[(j + r) * b_step + i];
    }
  }
  for (; j < n; ++j) {
    for (std::size_t i = 0; i < k; ++i) to[i * step + j] = b[j * b_step + i];
  }
}

}  // namespace xgrad
