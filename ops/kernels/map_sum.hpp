// The sums of f(x...) over axes along which it was broadcast, without an array of its elements.
#pragma once
#include <xgrad/ops/kernels/map.hpp>

namespace xgrad {

/// map_row of one f, its type erased, so that what calls it is compiled once.
template <class T>
struct RowFunction {
  const void* f;
  void (*call)(const void* f, T* y, std::size_t n, const T* const* in, const std::size_t* step);
};

/// y = f(x...) summed from `shape` to y's shape, which broadcasts to it. shapes[k] and in[k] are
/// those of operand k; y's shape follows.
template <class T>
void map_sum(Array<T>& y, const RowFunction<T>& f, const Shape& shape, const Shape* const* shapes,
             const T* const* in, std::size_t operands);

template <class T, class F, class... In>
void map_sum(Array<T>& y, const Shape& shape, const F& f, const In&... x) {
  const Shape* shapes[] = {&x.shape()..., &y.shape()};
  const T* in[] = {x.data()...};
  auto call = [](const void* g, T* to, std::size_t n, const T* const* from,
                 const std::size_t* step) {
    map_row(*static_cast<const F*>(g), to, n, from, step, std::index_sequence_for<In...>());
  };
  map_sum(y, RowFunction<T>{&f, call}, shape, shapes, in, sizeof...(In));
}

}  // namespace xgrad
