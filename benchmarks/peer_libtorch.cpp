// The training steps, the elementwise formula and a scalar operation in libtorch, PyTorch's C++
// interface, from the parameters and data of training_step.cpp. Prints what peers.py reads: times
// as a JSON object.
#include "peer.hpp"
#include "problem.hpp"

#include <torch/torch.h>

namespace {

using problem::Training;

torch::Tensor tensor_of(const handwritten::Buffer& values, at::IntArrayRef shape) {
  torch::Tensor result = torch::empty(shape);
  std::copy(values.begin(), values.end(), result.data_ptr<float>());
  return result;
}

class Perceptron {
 public:
  explicit Perceptron(const Training& training)
      : images_(tensor_of(training.images, {extent(training.batch), extent(training.dims[0])})),
        labels_(torch::empty({extent(training.batch)}, torch::kLong)) {
    std::copy(training.labels.begin(), training.labels.end(), labels_.data_ptr<std::int64_t>());
    for (std::size_t k = 0; k < training.layers(); ++k) {
      const auto in = extent(training.dims[k]), out = extent(training.dims[k + 1]);
      parameters_.push_back(tensor_of(training.weights[k], {out, in}).requires_grad_());
      parameters_.push_back(tensor_of(training.biases[k], {out}).requires_grad_());
    }
    if (training.update == handwritten::Update::adam) {
      optimizer_ = std::make_unique<torch::optim::Adam>(
          parameters_, torch::optim::AdamOptions(training.learning_rate()));
    } else {
      optimizer_ = std::make_unique<torch::optim::SGD>(
          parameters_, torch::optim::SGDOptions(training.learning_rate()));
    }
  }

  torch::Tensor step() {
    optimizer_->zero_grad();
    torch::Tensor h = images_;
    for (std::size_t k = 0; k < parameters_.size(); k += 2) {
      h = torch::linear(h, parameters_[k], parameters_[k + 1]);
      if (k + 2 < parameters_.size()) h = torch::relu(h);
    }
    torch::Tensor loss = torch::cross_entropy_loss(h, labels_);
    loss.backward();
    optimizer_->step();
    return loss;
  }

 private:
  static std::int64_t extent(std::size_t n) { return static_cast<std::int64_t>(n); }

  torch::Tensor images_, labels_;
  std::vector<torch::Tensor> parameters_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

void run_formula(peer::Report& report, std::size_t size, const std::string& name) {
  torch::Tensor x =
      tensor_of(problem::formula_input(size), {static_cast<std::int64_t>(size)}).requires_grad_();
  const auto step = [&] {
    x.mutable_grad() = torch::Tensor();
    const torch::Tensor y =
        torch::sum(torch::tanh(x) * torch::exp(-x * x) + torch::relu(x) / (1 + x * x));
    y.backward();
    return y;
  };
  const double value = step().item<float>();
  report.add(
      name, 1, [&] { step(); }, value);
}

void run_scalar(peer::Report& report) {
  constexpr int length = 100;
  torch::Tensor x = torch::ones({}).requires_grad_();
  report.add("scalar_op", length, [&] {
    x.mutable_grad() = torch::Tensor();
    torch::Tensor y = x;
    for (int i = 0; i < length; ++i) y = y * 1.01f;
    y.backward();
  });
}

}  // namespace

int main() {
  torch::set_num_threads(1);
  peer::Report report(TORCH_VERSION);
  for (const Training& training : problem::perceptrons()) {
    Perceptron perceptron(training);
    double loss = 0;
    for (int i = 0; i <= problem::verified_steps; ++i) loss = perceptron.step().item<float>();
    report.add(
        training.name, 1, [&] { perceptron.step(); }, loss);
  }
  std::size_t size = 1000;
  for (int power = 3; power <= 7; ++power, size *= 10)
    run_formula(report, size, "elementwise_1e" + std::to_string(power));
  run_scalar(report);
  report.print();
}
