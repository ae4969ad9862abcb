// Softmax and its kin. The largest element is subtracted first, so nothing overflows.
#pragma once
#include <xgrad/ops/reduce.hpp>

namespace xgrad {

/// y = e^x / sum e^x along `axis`.   gx = y (g - sum(g y)).   Saves y.
/// Throws std::invalid_argument for an axis out of range (a scalar has none).
template <class T>
Tensor<T> softmax(const Tensor<T>& x, int axis = -1, Location at = here());

/// For operations that compute y = softmax(x) along the last axis themselves: y as part of the
/// graph.
template <class T>
Tensor<T> record_softmax(const Tensor<T>& x, Tensor<T> y);

/// y = x - ln sum e^x along `axis`.   gx = g - e^y sum(g).   Saves y.   NaN where all are -inf or
/// one is +inf.
template <class T>
Tensor<T> log_softmax(const Tensor<T>& x, int axis = -1, Location at = here());

/// y = ln sum e^x over `axes`; -inf for an empty slice or one of -inf only, inf if one is inf.
/// gx = g softmax(x), in the limit where infinities decide: 0 if all are -inf, shared by those at
/// +inf. Saves x.
template <class T>
Tensor<T> logsumexp(const Tensor<T>& x, const Axes& axes = {}, KeepDims keep = KeepDims::no,
                    Location at = here());

}  // namespace xgrad
