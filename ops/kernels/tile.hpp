// Small matrix products held in registers: a few rows of numbers times a panel of columns. The
// panel is packed, so that the columns for one row of it lie side by side.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace xgrad {

/// The extents of a tile that the registers hold, with room for the operands: rows, and batches of
/// columns.
#ifdef __AVX512F__
inline constexpr int tile_rows = 6;
#else
inline constexpr int tile_rows = 3;
#endif
inline constexpr int tile_batches = 4;

/// Sums of R rows and C batches of columns.
template <class T, int R, int C>
struct Tile {
  using Simd = typename Batch<T>::Simd;
  Simd sum[R][C];

  void clear() {
    for (int r = 0; r < R; ++r) {
      for (int c = 0; c < C; ++c) sum[r][c] = Simd(T(0));
    }
  }
  /// The sums of row r start as the C batches at `from`.
  void start(int r, const T* from) {
    for (int c = 0; c < C; ++c) {
      sum[r][c] = Simd::load_unaligned(from + static_cast<std::size_t>(c) * Batch<T>::size);
    }
  }
  /// sum[r][First + c] += sum over i < n of a[r][i a_step] b[i][c], for the `Count` batches of
  /// columns of b, which stand one after the other for each i.
  template <int First = 0, int Count = C>
  void add(const T* const (&a)[R], std::size_t a_step, const T* b, std::size_t n) {
    const T* at[R];
    for (int r = 0; r < R; ++r) at[r] = a[r];
    for (std::size_t i = 0; i < n; ++i) {
      Simd x[R];
      for (int r = 0; r < R; ++r) {
        x[r] = Simd(*at[r]);
        at[r] += a_step;
      }
      for (int c = 0; c < Count; ++c) {
        const Simd w = Simd::load_unaligned(b);
        b += Batch<T>::size;
        for (int r = 0; r < R; ++r) sum[r][First + c] = xsimd::fma(x[r], w, sum[r][First + c]);
      }
    }
  }
};

/// Calls f(an integral constant) for the number n in 1 .. Largest.
template <int Largest, class F>
void with_constant(std::size_t n, const F& f) {
  if constexpr (Largest > 1) {
    if (n < static_cast<std::size_t>(Largest)) return with_constant<Largest - 1>(n, f);
  }
  f(std::integral_constant<int, Largest>());
}

/// Calls f(start, an integral constant R) for parts of 0 .. n - 1 of R <= tile_rows rows: as few as
/// possible, as even as possible.
template <class F>
void for_each_tile(std::size_t n, const F& f) {
  constexpr std::size_t most = tile_rows;
  for (std::size_t start = 0, left = (n + most - 1) / most; left > 0; --left) {
    const std::size_t rows = (n - start + left - 1) / left;
    with_constant<tile_rows>(rows, [&](auto r) { f(start, r); });
    start += rows;
  }
}

/// Calls f(first column, an integral constant C) for panels of C <= tile_batches batches that cover
/// n columns.
template <class T, class F>
void for_each_panel(std::size_t n, const F& f) {
  constexpr std::size_t width = Batch<T>::size * tile_batches;
  for (std::size_t column = 0; column < n; column += width) {
    const std::size_t batches = whole_batches<T>(std::min(n - column, width)) / Batch<T>::size;
    with_constant<tile_batches>(batches, [&](auto c) { f(column, c); });
  }
}

/// Packs rows of n columns into panels, 0 beyond column n. row(i) is where row i is, null for one
/// of zeros. `to` has room for `rows` times whole_batches(n) elements; the panel at a column begins
/// at column times rows.
template <class T, class Row>
void pack_panels(const Row& row, std::size_t rows, std::size_t n, T* to) {
  for_each_panel<T>(n, [&](std::size_t column, auto batches) {
    const std::size_t width = static_cast<std::size_t>(batches()) * Batch<T>::size;
    const std::size_t present = std::min(width, n - column);
    for (std::size_t i = 0; i < rows; ++i, to += width) {
      const T* from = row(i);
      if (from != nullptr) std::copy_n(from + column, present, to);
      std::fill(from != nullptr ? to + present : to, to + width, T(0));
    }
  });
}

}  // namespace xgrad
