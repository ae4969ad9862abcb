// The loop of fuse(): a formula on dual numbers, whose values and derivatives go to memory.
#pragma once
#include <xgrad/ops/kernels/dual.hpp>
#include <xgrad/ops/kernels/partial_sums.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace xgrad {

/// A stretch of a row: operand k is read at in[k][i * step[k]], the values go to y, their
/// derivatives to d[k] where that is not null.
template <class T, std::size_t K>
struct Stretch {
  std::array<const T*, K> in;
  std::array<std::size_t, K> step;  // 0 or 1
  T* y;
  std::array<T*, K> d;

  void advance(std::size_t n) {
    for (std::size_t k = 0; k < K; ++k) {
      in[k] += n * step[k];
      if (d[k] != nullptr) d[k] += n;
    }
    y += n;
  }
};

/// The loop of a formula, over whole batches; operands with step 0 stand spread over a batch. N is
/// the number of inputs, or 0 if no derivative is wanted. All that a formula costs to compile is
/// here, once.
template <std::size_t N, class T, class F, std::size_t... K>
void run_batches(const F& f, std::size_t n, const Stretch<T, sizeof...(K)>& at,
                 std::index_sequence<K...>) {
  auto variable = [](const T* from, std::size_t k) {
    Batch<T> x = Batch<T>::load(from);
    return N == 0 ? Dual<T, N>(x) : Dual<T, N>::variable(x, k);
  };
  const std::size_t mask[] = {(0 - at.step[K])...};
  for (std::size_t i = 0; i < n; i += Batch<T>::size) {
    const Dual<T, N> result = f(variable(at.in[K] + (i & mask[K]), K)...);
    result.value().store(at.y + i);
    for (std::size_t k = 0; k < N; ++k) {
      if (at.d[k] != nullptr) result.partial(k).store(at.d[k] + i);
    }
  }
}

/// The same for any number of elements: what is left of the last batch by way of buffers.
template <std::size_t N, class T, class F, std::size_t K>
void run_stretch(const F& f, std::size_t n, Stretch<T, K> at) {
  constexpr std::size_t width = Batch<T>::size;
  constexpr auto operands = std::make_index_sequence<K>();
  alignas(64) T spread[K][width], results[K + 1][width];
  for (std::size_t k = 0; k < K; ++k) {
    if (at.step[k] != 0) continue;
    Batch<T>(*at.in[k]).store(spread[k]);
    at.in[k] = spread[k];
  }
  const std::size_t rest = n % width;
  if (n != rest) run_batches<N>(f, n - rest, at, operands);
  if (rest == 0) return;
  at.advance(n - rest);
  Stretch<T, K> buffers = at;
  buffers.y = results[K];
  for (std::size_t k = 0; k < K; ++k) {
    if (at.step[k] != 0) Batch<T>::load(at.in[k], rest).store(spread[k]);
    buffers.in[k] = spread[k];
    if (at.d[k] != nullptr) buffers.d[k] = results[k];
  }
  run_batches<N>(f, width, buffers, operands);
  std::copy_n(results[K], rest, at.y);
  for (std::size_t k = 0; k < K; ++k) {
    if (at.d[k] != nullptr) std::copy_n(results[k], rest, at.d[k]);
  }
}

/// The stretch that a row is.
template <class T, std::size_t K>
Stretch<T, K> stretch_of(const Row& row, const T* const* in, T* y, const std::array<T*, K>& d) {
  Stretch<T, K> at{{}, {}, y, d};
  for (std::size_t k = 0; k < K; ++k) {
    at.in[k] = in[k] + row.in[k];
    at.step[k] = row.step[k];
    if (d[k] != nullptr) at.d[k] += row.out;
  }
  return at;
}

/// The sum of f over n elements, whose values are kept only until they are added up, and so are the
/// derivatives that go to sums[k] where that is not null.
template <std::size_t N, class T, class F, std::size_t K>
double sum_stretch(const F& f, std::size_t n, Stretch<T, K> at, std::array<double*, K> sums) {
  constexpr std::size_t room = (1U << 14) / sizeof(T);  // stays in the first cache
  constexpr std::size_t share = room / (K + 1) / 16 * 16;
  alignas(64) T values[room];
  const bool shared = std::any_of(sums.begin(), sums.end(), [](double* s) { return s != nullptr; });
  const std::size_t block = shared ? share : room;
  double sum = 0;
  for (std::size_t i = 0; i < n; i += block) {
    const std::size_t length = std::min(block, n - i);
    at.y = values;
    for (std::size_t k = 0; k < K; ++k) {
      if (sums[k] != nullptr) at.d[k] = values + (k + 1) * share;
    }
    run_stretch<N>(f, length, at);
    sum += sum_of_rounded<T>(length, [&](auto place) { return place.load(values); });
    for (std::size_t k = 0; k < K; ++k) {
      if (sums[k] != nullptr) add_to(sums[k] + i * at.step[k], at.step[k], at.d[k], length);
    }
    at.advance(length);
  }
  return sum;
}

/// Where the derivatives with respect to each operand go, if anywhere: for each element of the
/// result, or summed to the operand's shape.
template <class T, std::size_t K>
struct Derivatives {
  std::array<T*, K> d{};
  std::array<bool, K> summed{};
};

/// y = f over all elements.
template <std::size_t N, class T, class F, class... In>
void run_formula(const F& f, const Shape& shape, T* y, const std::array<T*, sizeof...(In)>& d,
                 const In&... x) {
  const T* in[] = {x.data()...};
  const Shape* shapes[] = {&x.shape()...};
  for_each_row(shape, shapes, [&](const Row& row) {
    run_stretch<N>(f, row.length, stretch_of<T, sizeof...(In)>(row, in, y + row.out, d));
  });
}

/// The sum of f over all elements.
template <std::size_t N, class T, class F, class... In>
double sum_formula(const F& f, const Shape& shape, const Derivatives<T, sizeof...(In)>& to,
                   const In&... x) {
  constexpr std::size_t count = sizeof...(In);
  const T* in[] = {x.data()...};
  const Shape* shapes[] = {&x.shape()...};
  const std::size_t sizes[] = {x.size()...};
  std::array<std::size_t, count> first{};
  std::size_t sums = 0;
  for (std::size_t k = 0; k < count; ++k) {
    first[k] = sums;
    if (to.summed[k]) sums += sizes[k];
  }
  const RowWalk rows(shape, shapes, count);
  const std::size_t part = sums == 0 ? rows.grain() : summing_part(rows);
  PartialSums partial(rows.size(), part, sums);
  const double sum =
      fold_parts<SumOf, double>(rows.size(), part, [&](std::size_t begin, std::size_t end) {
        double result = 0;
        rows.run(begin, end, [&](const Row& row) {
          std::array<double*, count> at{};
          for (std::size_t k = 0; k < count; ++k) {
            if (to.summed[k]) at[k] = partial.of(begin) + first[k] + row.in[k];
          }
          result += sum_stretch<N>(
              f, row.length, stretch_of<T, count>(row, in, static_cast<T*>(nullptr), to.d), at);
        });
        return result;
      });
  for (std::size_t k = 0; k < count; ++k) {
    if (to.summed[k]) partial.join(to.d[k], first[k], sizes[k]);
  }
  return sum;
}

}  // namespace xgrad
