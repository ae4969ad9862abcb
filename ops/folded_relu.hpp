// The derivative of a relu that an operation folds into its own loop. Not for users.
#pragma once
#include <xgrad/autograd/node.hpp>

namespace xgrad {

/// The cotangent of z, from that of the operation's result y = relu(z), which it saved.
template <class T>
Tensor<T> before_relu(const Pullback<T>& p, const Saved<T>& y);

extern template Tensor<float> before_relu(const Pullback<float>&, const Saved<float>&);
extern template Tensor<double> before_relu(const Pullback<double>&, const Saved<double>&);

}  // namespace xgrad
