// Tensors made from numbers alone. Never recorded: they are constants. empty, full, zeros and ones
// are the tensor's own (autograd/tensor.hpp). The element type is named, as in arange<double>(3),
// or float.
#pragma once
#include <xgrad/autograd/tensor.hpp>

namespace xgrad {

/// n x m, 1 where column = row + k, else 0.
template <class T = float>
Tensor<T> eye(std::size_t n, std::size_t m, int k = 0);
template <class T = float>
Tensor<T> eye(std::size_t n) {
  return eye<T>(n, n);
}

/// start + i step, i = 0, 1, ..., short of stop: ceil((stop - start) / step) numbers, or none.
/// Throws std::invalid_argument if a number is not finite, step is 0, or they are too many.
template <class T = float>
Tensor<T> arange(double start, double stop, double step = 1, Location at = here());
/// 0, 1, ..., short of stop.
template <class T = float>
Tensor<T> arange(double stop, Location at = here()) {
  return arange<T>(0, stop, 1, at);
}

/// n numbers at equal distances from start to stop, which is the last of them, exactly, or would be
/// the next one without `endpoint`.   Throws std::invalid_argument unless start, stop and their
/// difference are finite.
template <class T = float>
Tensor<T> linspace(double start, double stop, std::size_t n = 50, bool endpoint = true,
                   Location at = here());

/// base^y for each y of linspace(start, stop, n, endpoint).   Throws as linspace.
template <class T = float>
Tensor<T> logspace(double start, double stop, std::size_t n = 50, bool endpoint = true,
                   double base = 10, Location at = here());

/// empty with the shape and the element type of x.
template <class T>
Tensor<T> empty_like(const Tensor<T>& x) {
  return empty<T>(x.shape());
}
/// full with the shape and the element type of x.
template <class T>
Tensor<T> full_like(const Tensor<T>& x, Same<T> fill) {
  return full<T>(x.shape(), fill);
}
/// zeros with the shape and the element type of x.
template <class T>
Tensor<T> zeros_like(const Tensor<T>& x) {
  return full<T>(x.shape(), T(0));
}
/// ones with the shape and the element type of x.
template <class T>
Tensor<T> ones_like(const Tensor<T>& x) {
  return full<T>(x.shape(), T(1));
}

}  // namespace xgrad
