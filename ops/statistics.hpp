// Products, variances, norms, and truth over any axes. Like sum and mean; the median is in
// ops/order.hpp.
#pragma once
#include <xgrad/ops/reduce.hpp>

namespace xgrad {

/// y = product of x over `axes`; 1 where nothing is multiplied.   gx_i = g times the product of the
/// others, as the products of those before i and of those after i: without a division, so right
/// with any number of zeros.   Saves x.
template <class T>
Tensor<T> prod(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
               Location at = here());

/// y = sum of (x - mean x)^2 / (n - ddof) over `axes` with n elements each.   gx = g 2 (x - mean x)
/// / (n - ddof).   Saves x.   Throws std::invalid_argument unless n > ddof and n > 0.
template <class T>
Tensor<T> var(const Tensor<T>& x, const Axes& axes = {}, int ddof = 0, KeepDims keep = KeepDims::no,
              Location at = here());

/// y = sqrt(var(x)).   gx = g (x - mean x) / ((n - ddof) y), 0 where y = 0.   Saves x, y.   Throws
/// std::invalid_argument unless n > ddof and n > 0.
template <class T>
Tensor<T> std(const Tensor<T>& x, const Axes& axes = {}, int ddof = 0, KeepDims keep = KeepDims::no,
              Location at = here());

// With ddof = 0, the arguments of the other reductions.
template <class T>
Tensor<T> var(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at = here()) {
  return var(x, axes, 0, keep, at);
}
template <class T>
Tensor<T> std(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at = here()) {
  return std(x, axes, 0, keep, at);
}

/// y = (sum of |x|^p)^(1/p) over `axes`: the norm of x as a vector, also where it is a matrix; the
/// largest |x| for p = inf, the smallest for -inf. Nothing overflows or underflows on the way.
/// gx = g sign(x) (|x| / y)^(p - 1), 0 where x = 0: for p = 1 the subgradient of least norm, for
/// p < 1 taken so.   For p = inf and -inf, g sign(x), split evenly between ties.
/// Saves x, and y unless p = 1.   Throws std::invalid_argument unless p > 0 or p = -inf, and for an
/// empty slice if p is infinite.
template <class T>
Tensor<T> norm(const Tensor<T>& x, double p = 2, const Axes& axes = {},
               KeepDims keep = KeepDims::no, Location at = here());

/// Whether any of the truth values over `axes` holds; false where there are none. NumPy's any.
/// Never recorded.
Array<bool> any_of(const Array<bool>& condition, const Axes& axes = {},
                   KeepDims keep = KeepDims::no, Location at = here());

/// Whether all of the truth values over `axes` hold; true where there are none. NumPy's all.
/// Never recorded.
Array<bool> all_of(const Array<bool>& condition, const Axes& axes = {},
                   KeepDims keep = KeepDims::no, Location at = here());

}  // namespace xgrad
