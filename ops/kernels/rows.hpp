// Walks over n-dimensional arrays as rows of contiguous elements. Knows offsets only, not types, so
// that it is compiled once and every kernel brings just its row loop.
#pragma once
#include <xgrad/autograd/array.hpp>
#include <xgrad/ops/kernels/parallel.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace xgrad {

/// Counts through a box of extents and keeps an offset for each of N strided operands.
template <std::size_t N>
class Odometer {
 public:
  using Strides = std::array<std::ptrdiff_t, N>;  // one per operand, in elements

  /// Adds a dimension outside all earlier ones. It becomes one with the last where every operand
  /// walks both alike; an extent of 1 is dropped.
  void push_outer(std::size_t extent, const Strides& strides) {
    if (extent == 1) return;
    if (!dimensions_.empty()) {
      Dimension& last = dimensions_.back();
      bool merges = true;
      for (std::size_t k = 0; k < N; ++k) merges = merges && strides[k] == last.length(k);
      if (merges) {
        last.extent *= extent;
        return;
      }
    }
    dimensions_.push_back({extent, 0, strides});
  }
  /// Takes the innermost dimension out, as the caller's row; a row of 1 if there is none.
  struct Inner {
    std::size_t extent;
    Strides strides;
  };
  Inner pop_inner() {
    if (dimensions_.empty()) return {1, {}};
    const Inner inner{dimensions_.front().extent, dimensions_.front().strides};
    dimensions_.erase(dimensions_.begin());
    return inner;
  }
  std::ptrdiff_t offset(std::size_t k) const { return offsets_[k]; }
  /// To the next position; false, and back at the first, after the last.
  bool next() {
    for (Dimension& d : dimensions_) {
      for (std::size_t k = 0; k < N; ++k) offsets_[k] += d.strides[k];
      if (++d.position < d.extent) return true;
      for (std::size_t k = 0; k < N; ++k) offsets_[k] -= d.length(k);
      d.position = 0;
    }
    return false;
  }
  /// What is left of the innermost dimension, this position included; and to the first position
  /// after that.
  Inner rest() const {
    if (dimensions_.empty()) return {1, {}};
    const Dimension& inner = dimensions_.front();
    return {inner.extent - inner.position, inner.strides};
  }
  void skip_rest() {
    if (dimensions_.empty()) return;
    Dimension& inner = dimensions_.front();
    const auto last = static_cast<std::ptrdiff_t>(inner.extent - 1 - inner.position);
    for (std::size_t k = 0; k < N; ++k) offsets_[k] += inner.strides[k] * last;
    inner.position = inner.extent - 1;
    next();
  }
  /// How many positions there are; and to the one of that number, from the first.
  std::size_t count() const {
    std::size_t n = 1;
    for (const Dimension& d : dimensions_) n *= d.extent;
    return n;
  }
  void advance(std::size_t position) {
    for (Dimension& d : dimensions_) {
      if (position == 0) return;
      d.position = position % d.extent;
      position /= d.extent;
      for (std::size_t k = 0; k < N; ++k) {
        offsets_[k] += d.strides[k] * static_cast<std::ptrdiff_t>(d.position);
      }
    }
  }

 private:
  struct Dimension {
    std::size_t extent, position;
    Strides strides;

    std::ptrdiff_t length(std::size_t k) const {
      return strides[k] * static_cast<std::ptrdiff_t>(extent);
    }
  };
  xt::svector<Dimension, 4, PoolAllocator<Dimension>> dimensions_;  // innermost first
  Strides offsets_{};
};

/// An array, and what is broadcast to its shape.
inline constexpr std::size_t max_operands = 8;
using BroadcastOdometer = Odometer<max_operands>;

/// One row of a broadcast: `length` elements of the output at out, read from operand k at in[k] in
/// steps of step[k], 0 or 1.
struct Row {
  std::size_t length, out;
  std::array<std::size_t, max_operands> in, step;
};

/// Rows of a broadcast that follow each other at equal distances.
struct RowBlock {
  Row first;
  std::size_t rows, out_step;
  std::array<std::size_t, max_operands> in_step;
};

/// Counts through an array of shape `out`, to which `count` operands of shapes *in[k] broadcast:
/// operand 0 is the array itself, operand k + 1 is *in[k].
BroadcastOdometer broadcast_odometer(const Shape& out, const Shape* const* in, std::size_t count);

/// The rows of an array of shape `out`, to which `count` operands of shapes *in[k] broadcast; long
/// ones in pieces.
class RowWalk {
 public:
  RowWalk(const Shape& out, const Shape* const* in, std::size_t count);
  /// How many pieces of rows there are, and how many make a grain of parallel work.
  std::size_t size() const { return rows_ * pieces_; }
  std::size_t grain() const;
  /// Calls function(context, row) for the pieces [begin, end).
  void run(std::size_t begin, std::size_t end, void (*function)(void* context, const Row& row),
           void* context) const;
  template <class Function>
  void run(std::size_t begin, std::size_t end, Function&& function) const {
    auto call = [](void* context, const Row& row) {
      (*static_cast<std::remove_reference_t<Function>*>(context))(row);
    };
    run(begin, end, call, &function);
  }
  /// The same in blocks of pieces.
  void run_blocks(std::size_t begin, std::size_t end,
                  void (*function)(void* context, const RowBlock& block), void* context) const;
  template <class Function>
  void run_blocks(std::size_t begin, std::size_t end, Function&& function) const {
    auto call = [](void* context, const RowBlock& block) {
      (*static_cast<std::remove_reference_t<Function>*>(context))(block);
    };
    run_blocks(begin, end, call, &function);
  }

 private:
  static constexpr std::size_t longest = parallel_grain;
  BroadcastOdometer odometer_;  // over the output and the operands
  BroadcastOdometer::Inner inner_;
  std::size_t operands_, rows_, pieces_;
};

/// Calls function(row) for each row of an array of shape `out`, to which operands of shapes *in[k]
/// broadcast. Many elements are spread over threads: calls for different rows must not touch the
/// same memory, unless to read.
template <std::size_t Count, class Function>
void for_each_row(const Shape& out, const Shape* const (&in)[Count], Function&& function) {
  static_assert(Count < max_operands);
  const RowWalk rows(out, in, Count);
  parallel_for(rows.size(), rows.grain(),
               [&](std::size_t begin, std::size_t end) { rows.run(begin, end, function); });
}

/// Row-major strides of a shape, in elements.
using Strides = xt::svector<std::ptrdiff_t, 4, PoolAllocator<std::ptrdiff_t>>;
Strides strides_of(const Shape& shape);

/// step(to[position], from[position]) for all positions of a box of `shape`; strides may be 0 or
/// negative. Spread over threads if no two positions of `to` are the same.
template <class T, class Step>
void for_each_strided(T* to, const Strides& to_strides, const T* from, const Strides& from_strides,
                      const Shape& shape, const Step& step) {
  if (size_of(shape) == 0) return;
  Odometer<2> odometer;
  bool disjoint = true;
  for (std::size_t d = shape.size(); d-- > 0;) {
    odometer.push_outer(shape[d], {to_strides[d], from_strides[d]});
    disjoint = disjoint && (to_strides[d] != 0 || shape[d] == 1);
  }
  const Odometer<2>::Inner row = odometer.pop_inner();
  const std::ptrdiff_t to_step = row.strides[0], from_step = row.strides[1];
  const std::size_t rows = odometer.count();
  parallel_for(rows, disjoint ? grain_rows(row.extent) : rows,
               [&](std::size_t begin, std::size_t end) {
                 Odometer<2> at = odometer;
                 at.advance(begin);
                 for (std::size_t r = begin; r < end; ++r, at.next()) {
                   T* t = to + at.offset(0);
                   const T* f = from + at.offset(1);
                   if (to_step == 1 && from_step == 1) {
                     for (std::size_t i = 0; i < row.extent; ++i) step(t[i], f[i]);
                   } else {
                     for (std::size_t i = 0; i < row.extent; ++i, t += to_step, f += from_step)
                       step(*t, *f);
                   }
                 }
               });
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
