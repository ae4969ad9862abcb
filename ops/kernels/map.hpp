// y = f(x...), element by element with NumPy's broadcasting, on batches.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/rows.hpp>

#include <tuple>
#include <utility>

namespace xgrad {

/// One row: y[i] = f(in[k][i * step[k]]...). An operand with step 0 is spread over a buffer of one
/// batch, so that one loop serves every mix of steps. y may be one of the operands.
template <class T, class F, std::size_t... K>
void map_row(const F& f, T* y, std::size_t n, const T* const* in, const std::size_t* step,
             std::index_sequence<K...>) {
  constexpr std::size_t width = Batch<T>::size;
  alignas(64) T spread[sizeof...(K)][width];
  const T* p[] = {(step[K] == 0 ? (Batch<T>(*in[K]).store(spread[K]), spread[K]) : in[K])...};
  std::size_t i = 0;
  for (; i + width <= n; i += width) f(Batch<T>::load(p[K] + i * step[K])...).store(y + i);
  if (i < n) f(Batch<T>::load(p[K] + i * step[K], n - i)...).store(y + i, n - i);
}

/// Rows of n elements: row r of operand k begins at in[k] + r * in_step[k], that of y at y + r *
/// y_step.
template <class T>
struct MapBlock {
  std::size_t rows, n;
  T* y;
  std::size_t y_step;
  const T* const* in;
  const std::size_t *in_step, *step;
};
/// map_row for each of them.
template <class T, class F, std::size_t... K>
void map_block(const F& f, const MapBlock<T>& block, std::index_sequence<K...> operands) {
  const T* in[] = {block.in[K]...};
  T* y = block.y;
  for (std::size_t r = 0; r < block.rows; ++r, y += block.y_step) {
    map_row(f, y, block.n, in, block.step, operands);
    ((in[K] += block.in_step[K]), ...);
  }
}

/// map_block of one f, its type erased, so that what calls it is compiled once.
template <class T>
struct RowFunction {
  const void* f;
  void (*call)(const void* f, const MapBlock<T>& block);

  void operator()(const MapBlock<T>& block) const { call(f, block); }
  /// One row.
  void operator()(T* y, std::size_t n, const T* const* in, const std::size_t* step) const {
    static constexpr std::size_t none[max_operands] = {};
    call(f, {1, n, y, 0, in, none, step});
  }
};
template <class T, std::size_t Operands, class F>
RowFunction<T> row_function(const F& f) {
  return {&f, [](const void* g, const MapBlock<T>& block) {
            map_block(*static_cast<const F*>(g), block, std::make_index_sequence<Operands>());
          }};
}

/// y = f(x...) for operands of these shapes, which broadcast to y's; y may be one of them.
template <class T>
void map_operands(Array<T>& y, const RowFunction<T>& f, const Shape* const* shapes,
                  const T* const* in, std::size_t operands);
template <class T, class F, class... In>
void map(Array<T>& y, const F& f, const In&... x) {
  const Shape* const shapes[] = {&x.shape()...};
  const T* const in[] = {x.data()...};
  map_operands(y, row_function<T, sizeof...(In)>(f), shapes, in, sizeof...(In));
}

template <class T, class F, class... P>
void update_range(std::size_t n, const F& f, P*... p) {
  auto run = [&](auto load, auto store) {
    auto batches = std::make_tuple(load(p)...);
    std::apply(f, batches);
    std::apply([&](const auto&... batch) { (store(batch, p), ...); }, batches);
  };
  std::size_t i = 0;
  for (; i + Batch<T>::size <= n; i += Batch<T>::size) {
    run([&](const T* from) { return Batch<T>::load(from + i); },
        [&](const Batch<T>& batch, auto* to) {
          if constexpr (!std::is_const_v<std::remove_pointer_t<decltype(to)>>) batch.store(to + i);
        });
  }
  if (i == n) return;
  run([&](const T* from) { return Batch<T>::load(from + i, n - i); },
      [&](const Batch<T>& batch, auto* to) {
        if constexpr (!std::is_const_v<std::remove_pointer_t<decltype(to)>>)
          batch.store(to + i, n - i);
      });
}
/// f(batches...) by reference over n elements of each array in turn; those not const are written
/// back. If f owns what it captures, that stays in registers: each thread has a copy of f that
/// nobody else sees.
template <class T, class F, class... P>
void update(std::size_t n, const F& f, P*... p) {
  parallel_for(n, parallel_grain, [&](std::size_t begin, std::size_t end) {
    const F own(f);
    update_range<T>(end - begin, own, (p + begin)...);
  });
}

}  // namespace xgrad
