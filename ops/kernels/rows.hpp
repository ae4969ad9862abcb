// Walks over n-dimensional arrays as rows of contiguous elements. Knows offsets only, not types, so
// that it is compiled once and every kernel brings just its row loop.
#pragma once
#include <xgrad/autograd/array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace xgrad {

/// Counts through a box of extents and keeps an offset for each of several strided operands.
class Odometer {
 public:
  static constexpr std::size_t max_operands = 8;
  using Strides = std::array<std::ptrdiff_t, max_operands>;  // one per operand, in elements

  explicit Odometer(std::size_t operands) : operands_(operands) {}
  /// Adds a dimension outside all earlier ones. It becomes one with the last where every operand
  /// walks both alike; an extent of 1 is dropped.
  void push_outer(std::size_t extent, const Strides& strides);
  /// Takes the innermost dimension out, as the caller's row; a row of 1 if there is none.
  struct Inner {
    std::size_t extent;
    Strides strides;
  };
  Inner pop_inner();
  std::ptrdiff_t offset(std::size_t k) const { return offsets_[k]; }
  /// To the next position; false, and back at the first, after the last.
  bool next();

 private:
  struct Dimension {
    std::size_t extent, position;
    Strides strides;
  };
  std::size_t operands_;
  xt::svector<Dimension, 4, PoolAllocator<Dimension>> dimensions_;  // innermost first
  Strides offsets_{};
};

/// One row of a broadcast: `length` elements of the output at out, read from operand k at in[k] in
/// steps of step[k], 0 or 1.
struct Row {
  std::size_t length, out;
  std::array<std::size_t, Odometer::max_operands> in, step;
};

/// Calls function(context, row) for each row of an array of shape `out`, to which `count` operands
/// of shapes *in[k] broadcast.
void for_each_row(const Shape& out, const Shape* const* in, std::size_t count,
                  void (*function)(void* context, const Row& row), void* context);

template <std::size_t Count, class Function>
void for_each_row(const Shape& out, const Shape* const (&in)[Count], Function&& function) {
  static_assert(Count < Odometer::max_operands);
  auto call = [](void* context, const Row& row) {
    (*static_cast<std::remove_reference_t<Function>*>(context))(row);
  };
  for_each_row(out, in, Count, call, &function);
}

/// Row-major strides of a shape, in elements.
using Strides = xt::svector<std::ptrdiff_t, 4, PoolAllocator<std::ptrdiff_t>>;
Strides strides_of(const Shape& shape);

/// step(to[position], from[position]) for all positions of a box of `shape`; strides may be 0 or
/// negative.
template <class T, class Step>
void for_each_strided(T* to, const Strides& to_strides, const T* from, const Strides& from_strides,
                      const Shape& shape, const Step& step) {
  if (size_of(shape) == 0) return;
  Odometer odometer(2);
  for (std::size_t d = shape.size(); d-- > 0;) {
    odometer.push_outer(shape[d], {to_strides[d], from_strides[d]});
  }
  Odometer::Inner row = odometer.pop_inner();
  std::ptrdiff_t to_step = row.strides[0], from_step = row.strides[1];
  do {
    T* t = to + odometer.offset(0);
    const T* f = from + odometer.offset(1);
    if (to_step == 1 && from_step == 1) {
      for (std::size_t i = 0; i < row.extent; ++i) step(t[i], f[i]);
    } else {
      for (std::size_t i = 0; i < row.extent; ++i, t += to_step, f += from_step) step(*t, *f);
    }
  } while (odometer.next());
}
/// to[position] = from[position].
template <class T>
void strided_copy(T* to, const Strides& to_strides, const T* from, const Strides& from_strides,
                  const Shape& shape) {
  for_each_strided(to, to_strides, from, from_strides, shape, [](T& t, const T& f) { t = f; });
}
/// to[position] += from[position].
template <class T>
void strided_add(T* to, const Strides& to_strides, const T* from, const Strides& from_strides,
                 const Shape& shape) {
  for_each_strided(to, to_strides, from, from_strides, shape, [](T& t, const T& f) { t += f; });
}

/// x repeated to `shape`, to which it broadcasts.
template <class U>
Array<U> broadcast_array(const Array<U>& x, const Shape& shape) {
  Array<U> y = empty_array<U>(shape);
  const Shape* shapes[] = {&x.shape()};
  for_each_row(shape, shapes, [&](const Row& row) {
    const U* from = x.data() + row.in[0];
    U* to = y.data() + row.out;
    for (std::size_t i = 0; i < row.length; ++i) to[i] = from[i * row.step[0]];
  });
  return y;
}

}  // namespace xgrad
