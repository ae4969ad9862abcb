// What operations on x (n, channels, ...) share. Not part of the public interface.
#pragma once
#include <xgrad/ops/shape.hpp>

namespace xgrad {

/// A tensor of shape (channels), to go with x (n, channels, ...) of this rank.
template <class T>
Tensor<T> per_channel(const Tensor<T>& x, std::size_t rank) {
  Shape shape(rank - 1, 1);
  shape[0] = x.size();
  return reshape(x, shape);
}

}  // namespace xgrad
