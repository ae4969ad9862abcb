// The derivative of a relu that an operation folds into its own loop. Not for users.
#pragma once
#include <xgrad/autograd/node.hpp>

namespace xgrad {

/// For kernels: gz = g where y > 0, else 0; NaN stays.
template <class T>
void cotangent_before_relu(Array<T>& gz, const Array<T>& g, const Array<T>& y);

/// The cotangent of z, from that of the operation's result y = relu(z), which it saved.
template <class T>
Tensor<T> before_relu(const Pullback<T>& p, const Saved<T>& y);

}  // namespace xgrad
