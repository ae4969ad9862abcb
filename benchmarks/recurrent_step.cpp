// The forward and backward pass of an LSTM layer, for recurrent.py, which has it and PyTorch take
// turns: for each line `<threads> <steps>` on standard input it prints the microseconds of a step.
// The first line that it prints holds what it computes: sums of the result and of the gradients.
#include "problem.hpp"
#include "variants.hpp"

#include <chrono>
#include <iostream>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/threads.hpp>

namespace {

namespace xg = xgrad;
constexpr std::size_t length = 50, batch = 16, in = 32, hidden = 64, gates = 4;

/// Numbers in +-bound, the next of the sequence.
xg::Tensor<> next(problem::Numbers& numbers, const xg::Shape& shape, float bound) {
  handwritten::Buffer values(xg::size_of(shape));
  for (float& value : values) value = numbers.uniform(-bound, bound);
  return variants::array_of<float>(values, shape);
}

class Step {
 public:
  Step() {
    problem::Numbers numbers;
    x_ = next(numbers, {length, batch, in}, 1).requires_grad();
    const float bound = 1 / std::sqrt(static_cast<float>(hidden));
    for (xg::Tensor<>* weight : {&weights_.weight_ih, &weights_.weight_hh}) {
      *weight = next(numbers, {gates * hidden, weight == &weights_.weight_ih ? in : hidden}, bound);
    }
    weights_.bias_ih = next(numbers, {gates * hidden}, bound);
    weights_.bias_hh = next(numbers, {gates * hidden}, bound);
    g_ = next(numbers, {length, batch, hidden}, 1);
    for (xg::Tensor<>* tensor : all()) tensor->requires_grad();
  }
  void operator()() {
    for (const xg::Tensor<>* tensor : all()) tensor->zero_grad();
    y_ = xg::lstm(x_, weights_).y;
    y_.backward(g_);
  }
  void print() {
    (*this)();
    const auto size = [](const xg::Tensor<>& tensor) {
      double sum = 0;
      for (float element : tensor.value()) sum += std::abs(static_cast<double>(element));
      return sum;
    };
    std::cout.precision(9);
    std::cout << size(y_);
    for (const xg::Tensor<>* tensor : all()) std::cout << ' ' << size(tensor->grad());
    std::cout << std::endl;
  }

 private:
  std::vector<xg::Tensor<>*> all() {
    return {&x_, &weights_.weight_ih, &weights_.weight_hh, &weights_.bias_ih, &weights_.bias_hh};
  }
  xg::Tensor<> x_, g_, y_;
  xg::RecurrentWeights<float> weights_;
};

}  // namespace

int main() {
  Step step;
  step.print();
  unsigned threads = 1;
  for (std::size_t steps = 0; std::cin >> threads >> steps;) {
    xg::set_threads(threads);
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < steps; ++i) step();
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    std::cout << time.count() / static_cast<double>(steps) << std::endl;
  }
}
