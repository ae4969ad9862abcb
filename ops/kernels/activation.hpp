// What the rules of ops/activation.hpp and ops/binary.hpp call on batches, beside batch.hpp.
#pragma once
#include <xgrad/ops/kernels/batch_math.hpp>

namespace xgrad {

/// ln(1 + e^x), without overflow.
template <class T>
Batch<T> softplus(Batch<T> x) {
  return relu(x) + log1p(exp(-abs(x)));
}
/// min(max(x, 0), 6); NaN stays.
template <class T>
Batch<T> relu6(Batch<T> x) {
  return where(x <= 0, 0, where(x >= 6, 6, x));
}
/// e^x - 1 where x <= 0, else 0; NaN stays.
template <class T>
Batch<T> expm1_below_zero(Batch<T> x) {
  return expm1(where(x > 0, 0, x));
}
/// The standard normal distribution function, as erfc keeps it precise for large negative x. The C
/// library's: scalar::erfc takes some 15 times as long in double, for a last digit that gelu does
/// not need.
template <class T>
Batch<T> ndtr(Batch<T> x) {
  return by_element([](T a) { return T(0.5) * std::erfc(a * T(-0.70710678118654752)); }, x);
}

}  // namespace xgrad
