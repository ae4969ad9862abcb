// Prints the gradient of sum(maximum(0, W x + b)): the outer product of the gate and x, and the
// gate.
#include <xgrad/xgrad.hpp>

#include <cstdio>

namespace xg = xgrad;

int main() {
  auto W = xg::parameter(xg::Tensor<>{{1, 2}, {-3, -4}});
  auto b = xg::parameter(xg::Tensor<>{1, 1});
  xg::Tensor<> x = {5, 6};
  xg::sum(xg::maximum(0, xg::dot(W, x) + b)).backward();
  for (float g : W.grad().value()) std::printf("%g ", static_cast<double>(g));
  for (float g : b.grad().value()) std::printf("%g ", static_cast<double>(g));
  std::puts("");
}
