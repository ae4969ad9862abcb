// The sums of f(x...) over axes along which it was broadcast, without an array of its elements.
#pragma once
#include <xgrad/ops/kernels/map.hpp>

namespace xgrad {

/// y = f(x...) summed from `shape` to y's shape, which broadcasts to it. shapes[k] and in[k] are
/// those of operand k; y's shape follows.
template <class T>
void map_sum(Array<T>& y, const RowFunction<T>& f, const Shape& shape, const Shape* const* shapes,
             const T* const* in, std::size_t operands);

template <class T, class F, class... In>
void map_sum(Array<T>& y, const Shape& shape, const F& f, const In&... x) {
  const Shape* shapes[] = {&x.shape()..., &y.shape()};
  const T* in[] = {x.data()...};
  map_sum(y, row_function<T, sizeof...(In)>(f), shape, shapes, in, sizeof...(In));
}

}  // namespace xgrad
