// Equality to the last bit.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <cstring>

namespace tests {

template <class T>
bool same_bits(const xgrad::Tensor<T>& a, const xgrad::Tensor<T>& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace tests
