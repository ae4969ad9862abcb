// Operations that move elements without computing: reshape, transpose, concatenate, slice. Results
// are contiguous copies.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <initializer_list>
#include <optional>
#include <vector>

namespace xgrad {

/// An axis in 0 .. rank - 1 from one that may count from the end. Throws std::invalid_argument
/// naming `op` if it is out of range.
std::size_t checked_axis(const char* op, int axis, const Shape& shape, Location at);

/// An extent, from any integer.
struct Extent {
  std::ptrdiff_t value;
  template <class I, std::enable_if_t<std::is_integral_v<I>, int> = 0>
  constexpr Extent(I extent) : value(static_cast<std::ptrdiff_t>(extent)) {}
};

/// x's elements in row-major order under a new shape of the same size.   gx = g, reshaped back.
/// Throws std::invalid_argument if the sizes differ.
template <class T>
Tensor<T> reshape(const Tensor<T>& x, const Shape& shape, Location at = here());
/// The same with signed extents, one of which may be -1: what remains. reshape(x, {-1, 28, 28}).
template <class T>
Tensor<T> reshape(const Tensor<T>& x, std::initializer_list<Extent> shape, Location at = here());

/// x with its axes in reverse order; for a matrix, its transpose.   gx = transpose(g).
template <class T>
Tensor<T> transpose(const Tensor<T>& x, Location at = here());
/// y's axis i is x's axis axes[i].   gx = g with the inverse permutation.
/// Throws std::invalid_argument unless `axes` is a permutation of x's axes.
template <class T>
Tensor<T> transpose(const Tensor<T>& x, const std::vector<int>& axes, Location at = here());

/// The tensors one after the other along `axis`; their other extents must agree.   Gradients: each
/// gets its part of g.   Throws std::invalid_argument for an empty list, scalars, or shapes that do
/// not fit.
template <class T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& tensors, int axis = 0, Location at = here());
template <class T>
Tensor<T> concatenate(std::initializer_list<Tensor<T>> tensors, int axis = 0,
                      Location at = here()) {
  return concatenate(std::vector<Tensor<T>>(tensors), axis, at);
}

/// What a slice takes of one axis: an index (the axis disappears), a range, or all. Or `ellipsis`:
/// all of as many axes as the other slices leave; or `new_axis`, an extent of 1 that x has not.
class Slice {
 public:
  using Index = std::ptrdiff_t;
  enum class Kind : unsigned char { index, range, ellipsis, new_axis };
  constexpr explicit Slice(Kind kind) : kind_(kind) {}
  constexpr Slice(Index index) : start_(index), kind_(Kind::index) {}
  Slice(int, int) = delete;  // range(0, 2), or two indices: not {0, 2}
  constexpr Slice(std::optional<Index> start, std::optional<Index> stop, Index step)
      : start_(start), stop_(stop), step_(step) {}

  struct Bounds {
    std::ptrdiff_t start, step;
    std::size_t count;
  };
  /// The elements taken of an axis of `shape`, by Python's rules. Throws std::invalid_argument
  /// naming "slice" for an index out of range or a step of 0.
  Bounds bounds(const Shape& shape, std::size_t axis, Location at) const;
  Kind kind() const { return kind_; }

 private:
  std::optional<Index> start_, stop_;
  Index step_ = 1;
  Kind kind_ = Kind::range;
};
/// Python's start:stop:step; std::nullopt for one left out.
constexpr Slice range(std::optional<Slice::Index> start, std::optional<Slice::Index> stop,
                      Slice::Index step = 1) {
  return {start, stop, step};
}
/// Python's colon.
inline constexpr Slice all(std::nullopt, std::nullopt, 1);
/// Python's ..., and its None.
inline constexpr Slice ellipsis(Slice::Kind::ellipsis), new_axis(Slice::Kind::new_axis);

/// Part of x, one Slice per leading axis; the axes not named are taken whole. Python's rules,
/// negative indices and steps included: slice(x, {ellipsis, new_axis, range(5, nullopt, -2), 3}).
/// gx = g at the places taken, 0 elsewhere; costs as much as those places, not as x.   Throws
/// std::invalid_argument for more slices than axes, two ellipses, or an index out of range.
template <class T>
Tensor<T> slice(const Tensor<T>& x, const std::vector<Slice>& slices, Location at = here());

/// Zeros of `shape` with x at the places that `slices` takes: the adjoint of slice.   gx =
/// slice(g).
template <class T>
Tensor<T> slice_scatter(const Tensor<T>& x, const Shape& shape, const std::vector<Slice>& slices,
                        Location at = here());

}  // namespace xgrad
