#include <xgrad/xgrad.hpp>

#include <iostream>

namespace xg = xgrad;
namespace nn = xgrad::nn;

int main() {
  // A network of two layers learns exclusive or.
  const xg::Tensor<> x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, y = {{0}, {1}, {1}, {0}};
  nn::Sequential model{nn::Dense(2, 8), nn::Tanh(), nn::Dense(8, 1)};
  nn::Adam optimizer(nn::parameters(model), 0.005);

  std::cout << std::fixed;
  std::cout.precision(3);
  for (int step = 0; step <= 200; ++step) {
    const auto loss = xg::mean_squared_error(model(x), y);
    if (step % 50 == 0) std::cout << "step " << step << ": loss " << loss.item() << '\n';
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }

  // Any function of tensors has a tape, and gradients that can be checked.
  const auto layer = [](auto W, auto v, auto b) { return xg::maximum(0, xg::dot(W, v) + b); };
  const auto W = xg::parameter(xg::Tensor<double>{{1, -2, 3}, {4, 5, -6}});
  const xg::Tensor<double> v = {1, 2, 3}, b = {0.5, -0.5};
  std::cout << xg::tape(layer(W, v, b));
  const auto report = xg::gradcheck(layer, W, v, b);
  std::cout << report.elements << " derivatives checked: " << (report ? "right\n" : "WRONG\n");
  return report ? 0 : 1;
}
