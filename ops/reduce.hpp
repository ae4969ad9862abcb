// Reductions over any axes. Negative axes count from the end. Sums accumulate in double.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <initializer_list>
#include <vector>

namespace xgrad {

/// Which axes a reduction folds: all by default and for {}, one, or a list: sum(x, {0, -1}).
class Axes {
 public:
  Axes() = default;
  Axes(int axis);
  Axes(std::initializer_list<int> axes);
  Axes(const std::vector<int>& axes);
  Axes(bool) = delete;  // keep_dims, not axis 1

  /// `shape` with the folded extents set to 1. Throws std::invalid_argument naming `op` for an axis
  /// out of range or given twice.
  Shape kept(const char* op, const Shape& shape, Location at) const;
  /// The shape of the result: with extents of 1 (`keep`), or without the folded axes.
  Shape result(const char* op, const Shape& shape, bool keep, Location at) const;

 private:
  xt::svector<bool, 8, PoolAllocator<bool>> folded(const char* op, const Shape& shape,
                                                   Location at) const;
  bool all_ = true;
  xt::svector<int, 4, PoolAllocator<int>> list_;
};

/// Whether a reduction leaves extents of 1 where it folded.
enum class KeepDims : bool { no, yes };
inline constexpr KeepDims keep_dims = KeepDims::yes;

/// y = sum of x over `axes`; 0 where nothing is summed.   gx = g, broadcast to x's shape.
template <class T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
              Location at = here());

/// y = mean of x over `axes`.   gx = g / n, broadcast.   Throws std::invalid_argument if n = 0.
template <class T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
               Location at = here());

/// y = the largest element over `axes`, NaN if one is.   gx = g, split evenly between ties; NaN in
/// a slice with a NaN.   Saves the share of each element.   Throws std::invalid_argument for an
/// empty slice.
template <class T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
               Location at = here());

/// y = the smallest element over `axes`; otherwise as amax.
template <class T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
               Location at = here());

}  // namespace xgrad
