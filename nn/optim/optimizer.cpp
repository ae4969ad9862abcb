#include <xgrad/nn/optim/optimizer.hpp>

namespace xgrad::nn {

template <class T>
void check_trainable(const char* op, const std::vector<Tensor<T>>& parameters, Location at) {
  for (const Tensor<T>& p : parameters) {
    if (p.tracked() && p.is_leaf()) continue;
    fail(op, "leaves that require a gradient",
         p.tracked() ? std::string("the result of ") + p.node()->op
                     : "a constant of shape " + to_string(p.shape()),
         at);
  }
}
template void check_trainable(const char*, const std::vector<Tensor<float>>&, Location);
template void check_trainable(const char*, const std::vector<Tensor<double>>&, Location);

}  // namespace xgrad::nn
