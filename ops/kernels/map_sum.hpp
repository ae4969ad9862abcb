// The sums of f(x...) over axes along which it was broadcast, without an array of its elements.
#pragma once
#include <xgrad/ops/kernels/map.hpp>

namespace xgrad {

/// y = f(x...) summed from `shape` to y's shape, which broadcasts to it; and, unless `full` is
/// null, full = h(x...) element by element, in the same pass. shapes[k] and in[k] are those of
/// operand k; y's shape follows. Sums are in double, of a few terms at a time.
template <class T>
void map_sum(Array<T>& y, const RowFunction<T>& f, T* full, const RowFunction<T>& h,
             const Shape& shape, const Shape* const* shapes, const T* const* in,
             std::size_t operands);

template <class T, class F, class... In>
void map_sum(Array<T>& y, const Shape& shape, const F& f, const In&... x) {
  const Shape* shapes[] = {&x.shape()..., &y.shape()};
  const T* in[] = {x.data()...};
  const RowFunction<T> row = row_function<T, sizeof...(In)>(f);
  map_sum(y, row, static_cast<T*>(nullptr), row, shape, shapes, in, sizeof...(In));
}
template <class T, class... In>
void map_and_sum(Array<T>& full, const RowFunction<T>& h, Array<T>& y, const RowFunction<T>& f,
                 const In&... x) {
  const Shape* shapes[] = {&x.shape()..., &y.shape()};
  const T* in[] = {x.data()...};
  map_sum(y, f, full.data(), h, full.shape(), shapes, in, sizeof...(In));
}

}  // namespace xgrad
