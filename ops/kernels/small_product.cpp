#include <xgrad/ops/kernels/double_sum.hpp>
#include <xgrad/ops/kernels/product_tile.hpp>
#include <xgrad/ops/kernels/small_product.hpp>

#include <algorithm>

namespace xgrad {
namespace {

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
            product_tile<rows(), batches(), true>(part, b + column, b_step, dims.k, to, dims.n,
                                                  last, ending.from(column));
          else
            product_tile<rows(), batches(), false>(part, b + column, b_step, dims.k, to, dims.n,
                                                   last, ending.from(column));
        });
      }
    });
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
  pack_transposed(b, dims.k, dims.n, dims.k, packed.at, step);
  blocks<T>(a, packed.at, step, dims, c, ending);
}

/// The rows of g, padded with zeros to whole batches, where relu, unless null, is greater than 0.
template <class T>
void pack_before_relu(const T* g, const T* relu, std::size_t m, std::size_t n, T* to) {
  const std::size_t step = whole_batches<T>(n);
  for (std::size_t r = 0; r < m; ++r, to += step) {
    const std::size_t row = r * n;
    for_each_batch<T>(n, [=](auto place) {
      Batch<T> c = place.load(g + row);
      if (relu != nullptr) c = where(place.load(relu + row) <= 0, Batch<T>(0), c);
      c.store(to + place.at);
    });
  }
}

/// The sums of n columns of m rows, in double; the rows are padded to whole batches.
template <class T>
void sum_columns(const T* x, std::size_t m, std::size_t n, T* y) {
  const std::size_t step = whole_batches<T>(n);
  for_each_batch<T>(n, [=](auto place) {
    DoubleSum<T> sum;
    for (std::size_t r = 0; r < m; ++r) sum.add(Batch<T>::load(x + r * step + place.at));
    place.store(y, sum.rounded());
  });
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
