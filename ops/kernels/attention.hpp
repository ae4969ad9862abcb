// Attention, one head at a time, in blocks of queries whose scores stay in the cache: no array of
// all scores is ever made.
#pragma once
#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/softmax.hpp>

#include <algorithm>
#include <limits>

namespace xgrad {

/// A head: `queries` (q, e), `keys` (k, e), values (k, v).
struct AttentionDims {
  std::size_t queries, keys, features, values;
  double scale;
  bool causal;

  /// Queries in a block: as many as keep its scores within the cache.
  std::size_t block() const {
    constexpr std::size_t scores = 1 << 15;
    return std::clamp<std::size_t>(scores / std::max<std::size_t>(keys, 1), 16, 128);
  }
  /// Heads that are worth a thread: the scores alone cost dozens of operations each.
  std::size_t grain() const { return grain_rows(16 * queries * keys); }
  /// How many keys query i may see.
  std::size_t visible(std::size_t i) const { return causal ? std::min(keys, i + 1) : keys; }
};

/// What is added to the scores of a head: element (i, j) at i * row + j * column, or nothing.
template <class T>
struct AddedMask {
  const T* at = nullptr;
  std::size_t row = 0, column = 0;
};

/// p (rows, keys) = softmax of scale q k^T + mask for the queries from `first` on, keys beyond
/// those that any of them sees left out. A row that sees no key is 0.
template <class T>
struct AttentionBlock {
  std::size_t first, rows, keys;

  AttentionBlock(const AttentionDims& dims, std::size_t start)
      : first(start),
        rows(std::min(dims.block(), dims.queries - start)),
        keys(dims.visible(start + rows - 1)) {}

  void weights(T* p, const AttentionDims& dims, const T* q, const T* k, AddedMask<T> mask) const {
    gemm({rows, keys, dims.features, false, true}, q + first * dims.features, k, p);
    const T scale = static_cast<T>(dims.scale);
    for (std::size_t i = 0; i < rows; ++i, p += keys) {
      const std::size_t n = dims.visible(first + i);
      if (mask.at == nullptr) {
        for (std::size_t j = 0; j < n; ++j) p[j] *= scale;
      } else {
        const T* added = mask.at + (first + i) * mask.row;
        for (std::size_t j = 0; j < n; ++j) p[j] = p[j] * scale + added[j * mask.column];
      }
      const T largest = fold_row<ExtremeOf<true>>(p, n);
      const bool blind = largest == -std::numeric_limits<T>::infinity();
      const std::size_t seen = blind ? 0 : n;
      if (!blind) {
        const T share = static_cast<T>(1 / exp_row(p, p, n, largest));
        for (std::size_t j = 0; j < n; ++j) p[j] *= share;
      }
      std::fill(p + seen, p + keys, T(0));
    }
  }
};

/// y (q, v) = softmax(scale q k^T + mask) v for one head. `p` has room for block() * keys numbers.
template <class T>
void attend(T* y, const T* q, const T* k, const T* v, AddedMask<T> mask, const AttentionDims& dims,
            T* p) {
  for (std::size_t i = 0; i < dims.queries; i += dims.block()) {
    const AttentionBlock<T> block(dims, i);
    block.weights(p, dims, q, k, mask);
    gemm({block.rows, dims.values, block.keys}, p, v, y + i * dims.values);
  }
}

/// Where the gradients of a head go; null where nobody wants one.
template <class T>
struct AttentionGradients {
  T *q, *k, *v, *mask;  // the mask's of shape (q, k)
};

/// Rooms for the numbers of a block.
template <class T>
struct AttentionScratch {
  Array<T> p, dp, part;
  explicit AttentionScratch(const AttentionDims& dims)
      : p(empty_array<T>({dims.block(), dims.keys})),
        dp(empty_array<T>({dims.block(), dims.keys})),
        part(empty_array<T>({dims.keys, std::max(dims.features, dims.values)})) {}
};

/// sum = A B for the first block, of the numbers that are there in all; sum += A B for the others.
template <class T>
void add_product(T* sum, std::size_t size, bool first, const ProductDims& dims, const T* a,
                 const T* b, T* part) {
  const std::size_t n = dims.m * dims.n;
  gemm(dims, a, b, first ? sum : part);
  if (first) return void(std::fill(sum + n, sum + size, T(0)));
  for (std::size_t i = 0; i < n; ++i) sum[i] += part[i];
}

/// With p the weights: gv = p^T g, ds = p (g v^T - sum over keys of p g v^T), gq = scale ds k, gk =
/// scale ds^T q, gmask = ds, for one head.
template <class T>
void attend_gradient(const AttentionGradients<T>& to, const T* g, const T* q, const T* k,
                     const T* v, AddedMask<T> mask, const AttentionDims& dims,
                     AttentionScratch<T>& scratch) {
  const std::size_t e = dims.features, f = dims.values;
  T *p = scratch.p.data(), *ds = scratch.dp.data(), *part = scratch.part.data();
  if (to.mask != nullptr) std::fill_n(to.mask, dims.queries * dims.keys, T(0));
  if (dims.queries == 0) {  // there is no first block
    if (to.k != nullptr) std::fill_n(to.k, dims.keys * e, T(0));
    if (to.v != nullptr) std::fill_n(to.v, dims.keys * f, T(0));
  }
  for (std::size_t i = 0; i < dims.queries; i += dims.block()) {
    const AttentionBlock<T> block(dims, i);
    const auto [first, rows, keys] = block;
    block.weights(p, dims, q, k, mask);
    if (to.v != nullptr) {
      add_product(to.v, dims.keys * f, i == 0, {keys, f, rows, true}, p, g + i * f, part);
    }
    gemm({rows, keys, f, false, true}, g + i * f, v, ds);
    for (std::size_t r = 0; r < rows; ++r) {
      const T* weight = p + r * keys;
      T* row = ds + r * keys;
      const T mean = static_cast<T>(sum_of_rounded<T>(
          keys, [=](auto place) { return place.load(weight) * place.load(row); }));
      for (std::size_t j = 0; j < keys; ++j) row[j] = weight[j] * (row[j] - mean);
      if (to.mask != nullptr) std::copy_n(row, keys, to.mask + (first + r) * dims.keys);
      const T scale = static_cast<T>(dims.scale);
      for (std::size_t j = 0; j < keys; ++j) row[j] *= scale;
    }
    if (to.q != nullptr) gemm({rows, e, keys}, ds, k, to.q + i * e);
    if (to.k != nullptr) {
      add_product(to.k, dims.keys * e, i == 0, {keys, e, rows, true}, ds, q + i * e, part);
    }
  }
}

}  // namespace xgrad
