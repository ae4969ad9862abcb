// Running sums and products along an axis, and differences. Without an axis, of x's elements in a
// row, as NumPy has it.
#pragma once
#include <xgrad/ops/rules.hpp>

#include <optional>

namespace xgrad {

/// y_i = x_0 + ... + x_i along `axis`.   gx_i = g_i + ... + g_(n-1).   Sums in double. Throws
/// std::invalid_argument for an axis out of range.
template <class T>
Tensor<T> cumsum(const Tensor<T>& x, std::optional<int> axis = std::nullopt, Location at = here());

/// y_i = x_0 ... x_i along `axis`.   gx_i = y_(i-1) r_i, where y_(-1) = 1 and r_i = g_i + x_(i+1)
/// r_(i+1): without a division, so right where x is 0.   Saves x, y.   Throws std::invalid_argument
/// for an axis out of range.
template <class T>
Tensor<T> cumprod(const Tensor<T>& x, std::optional<int> axis = std::nullopt, Location at = here());

/// y_i = ln(e^x_0 + ... + e^x_i) along `axis`; -inf where all up to i are -inf.   gx_i = w_i r_i,
/// where w_i = e^(x_i - y_i) and r_i = g_i + e^(y_i - y_(i+1)) r_(i+1): no exponent is positive, so
/// nothing overflows. At infinite y the limits, as for logsumexp.   Saves x, y.
/// Throws std::invalid_argument for an axis out of range.
template <class T>
Tensor<T> logcumsumexp(const Tensor<T>& x, std::optional<int> axis = std::nullopt,
                       Location at = here());

/// y_i = x_(i+1) - x_i along `axis`, n times over: n elements fewer.   gx_i = g_(i-1) - g_i for
/// n = 1. Throws std::invalid_argument for an axis out of range or n < 0.
template <class T>
Tensor<T> diff(const Tensor<T>& x, int n = 1, int axis = -1, Location at = here());

}  // namespace xgrad
