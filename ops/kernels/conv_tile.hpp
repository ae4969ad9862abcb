// Sums of products of numbers and batches, a tile of them at a time, which stays in registers: the
// loop of convolutions. Its rows lie anywhere, and few channels make narrow tiles, for which it
// needs more rows at once than those of tile.hpp.
#pragma once
#include <xgrad/autograd/array.hpp>

#include <vector>
#include <xsimd/xsimd.hpp>

namespace xgrad {

using Offsets = std::vector<std::size_t, PoolAllocator<std::size_t>>;

/// Rows and batches of a tile: its sums, the numbers and the batches they come from fill the
/// registers of AVX2.
inline constexpr int conv_rows = 6, conv_batches = 2;
/// Channels that stand next to each other in a panel.
template <class T>
inline constexpr std::size_t panel_width = conv_batches* xsimd::batch<T>::size;

/// Sums of products: to row i of c, `panel_width` elements at c + c_rows[i], comes
///   the sum over segments s and k < depth of a[a_rows[i] + segments[s] + k a_step] times
///   the row s depth + k of the panel b, `panel_width` elements each.
template <class T>
struct Products {
  const T* a;
  const Offsets& a_rows;
  const Offsets& segments;
  std::size_t depth, a_step;
  const T* b;
  T* c;
  const Offsets& c_rows;
  bool add;  // to what is in c
};

template <int Rows, int Batches, class T>
void compute_tile(const Products<T>& p, std::size_t first) {
  using Simd = xsimd::batch<T>;
  Simd sums[Rows][Batches];
  const T* a[Rows];
  for (int i = 0; i < Rows; ++i) {
    a[i] = p.a + p.a_rows[first + std::size_t(i)];
    const T* c = p.c + p.c_rows[first + std::size_t(i)];
    for (int v = 0; v < Batches; ++v)
      sums[i][v] = p.add ? Simd::load_unaligned(c + std::size_t(v) * Simd::size) : Simd(T(0));
  }
  const T* b = p.b;
  for (std::size_t segment : p.segments) {
    for (std::size_t k = 0, at = segment; k < p.depth; ++k, at += p.a_step, b += panel_width<T>) {
      Simd with[Batches];
      for (int v = 0; v < Batches; ++v)
        with[v] = Simd::load_unaligned(b + std::size_t(v) * Simd::size);
      for (int i = 0; i < Rows; ++i) {
        Simd number(a[i][at]);
        for (int v = 0; v < Batches; ++v) sums[i][v] = xsimd::fma(number, with[v], sums[i][v]);
      }
    }
  }
  for (int i = 0; i < Rows; ++i) {
    T* c = p.c + p.c_rows[first + std::size_t(i)];
    for (int v = 0; v < Batches; ++v) sums[i][v].store_unaligned(c + std::size_t(v) * Simd::size);
  }
}

/// The last, smaller tile.
template <int Rows, int Batches, class T>
void compute_last_tile(const Products<T>& p, std::size_t first, std::size_t rows) {
  if constexpr (Rows > 0) {
    if (rows == Rows) return compute_tile<Rows, Batches>(p, first);
    compute_last_tile<Rows - 1, Batches>(p, first, rows);
  }
}

template <int Batches, class T>
void compute_tiles(const Products<T>& p) {
  std::size_t first = 0, rows = p.a_rows.size();
  for (; first + conv_rows <= rows; first += conv_rows) compute_tile<conv_rows, Batches>(p, first);
  compute_last_tile<conv_rows - 1, Batches>(p, first, rows - first);
}

/// Only the first `channels` of each row of c are wanted.
template <class T>
void compute_tiles(const Products<T>& p, std::size_t channels) {
  channels <= xsimd::batch<T>::size ? compute_tiles<1>(p) : compute_tiles<conv_batches>(p);
}

}  // namespace xgrad
