// From loops to backward(): a dense layer with ReLU, and then a network of two layers, written
// three ways that agree to the last digits.
//
//   loops        for every sample, for every neuron, for every input
//   by hand      z = dot(W, x) + b on whole arrays, with gradients derived on paper
//   backward()   z = dot(W, x) + b on tensors, and no derivation
//
// The path is that of "Vectorizing a Neural Network With NumPy" (solvewithpython.com), in C++.
#include <xgrad/xgrad.hpp>

#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xio.hpp>
#include <xtensor/xview.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "comparison.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;
namespace la = xt::linalg;
using Array = xg::Array<double>;
using Tensor = xg::Tensor<double>;

namespace {

Array normal(const xg::Shape& shape, nn::Generator& generator, double deviation = 1) {
  Array result = xg::empty_array<double>(shape);
  for (double& element : result) element = deviation * nn::normal(generator);
  return result;
}

// ---- 1. One neuron and one layer, by loops ----

// A neuron: the weighted sum of its inputs and a bias, cut off at zero.
double neuron(const Array& w, double b, const Array& x) {
  double z = b;
  for (std::size_t k = 0; k < x.size(); ++k) z += w(k) * x(k);
  return z > 0 ? z : 0;
}

// A dense layer: several neurons that look at the same inputs.
Array layer(const Array& W, const Array& b, const Array& x) {
  Array y = xg::empty_array<double>(b.shape());
  for (std::size_t j = 0; j < y.size(); ++j) {
    double z = b(j);
    for (std::size_t k = 0; k < x.size(); ++k) z += W(j, k) * x(k);
    y(j) = z > 0 ? z : 0;
  }
  return y;
}

// ---- 2. to 4. The same on whole arrays; its gradients by hand and by backward() ----

void one_layer(Comparison& compare, nn::Generator& generator) {
  const Array W = normal({3, 4}, generator), b = normal({3}, generator);
  const Array x = normal({4}, generator), X = normal({5, 4}, generator);

  std::puts("1. One neuron and a layer of three, by loops");
  const Array first_row = xt::row(W, 0);
  std::printf("  neuron(w, b, x)   %.4f\n", neuron(first_row, b(0), x));
  const Array looped = layer(W, b, x);
  std::cout << "  layer(W, b, x)    " << looped << "\n\n";

  std::puts("2. The same on whole arrays: z = dot(W, x) + b, y = maximum(0, z)");
  const Tensor tW = xg::parameter(W), tb = xg::parameter(b), tx = xg::parameter(x);
  const Tensor z = xg::dot(tW, tx) + tb;
  const Tensor y = xg::maximum(0, z);
  compare("y, a vector, against the loops", y.value(), looped);

  const Tensor tX = xg::parameter(X);
  const Tensor Y = xg::maximum(0, xg::dot(tX, xg::transpose(tW)) + tb);
  Array rows = xg::empty_array<double>({5, 3});
  for (std::size_t i = 0; i < 5; ++i) {
    const Array sample = xt::row(X, static_cast<std::ptrdiff_t>(i));
    xt::row(rows, static_cast<std::ptrdiff_t>(i)) = layer(W, b, sample);
  }
  compare("Y, a batch of rows, against the loops", Y.value(), rows);

  std::puts("\n3. and 4. Gradients, by hand and by backward()");
  {
    // dy is what the loss would send back. ReLU lets it through where z > 0; then each weight has
    // seen one input (an outer product), and each input all neurons (a matrix product).
    const Array dy = normal({3}, generator);
    const Array dz = xt::where(z.value() > 0.0, dy, 0.0);
    const Array dW = la::outer(dz, x);
    const Array db = dz;
    const Array dx = la::dot(xt::transpose(W), dz);

    y.backward(dy);
    compare("vector: dW = outer(dz, x)", tW.grad().value(), dW);
    compare("vector: db = dz", tb.grad().value(), db);
    compare("vector: dx = dot(W^T, dz)", tx.grad().value(), dx);
  }
  tW.zero_grad();
  tb.zero_grad();
  {
    // In a batch every row contributes to W and b: the outer products add up to a matrix product,
    // and the biases' gradients to a sum over the rows.
    const Array dY = normal({5, 3}, generator);
    const Array dZ = xt::where(Y.value() > 0.0, dY, 0.0);
    const Array dW = la::dot(xt::transpose(dZ), X);
    const Array db = xt::sum(dZ, {0});
    const Array dX = la::dot(dZ, W);

    Y.backward(dY);
    compare("batch:  dW = dot(dZ^T, X)", tW.grad().value(), dW);
    compare("batch:  db = sum of the rows of dZ", tb.grad().value(), db);
    compare("batch:  dX = dot(dZ, W)", tX.grad().value(), dX);
  }
}

// ---- 5. A network of two layers, trained three ways ----

constexpr std::size_t samples = 400, inputs = 2, hidden = 64, classes = 2;
constexpr double learning_rate = 0.2;
constexpr std::size_t steps = 1000;

struct Network {
  Array W1, b1;  // (hidden, inputs), (hidden)
  Array W2, b2;  // (classes, hidden), (classes)
};

Array flatten(const Network& net) {
  return xt::concatenate(xt::xtuple(xt::flatten(net.W1), net.b1, xt::flatten(net.W2), net.b2));
}

struct Data {
  Array x;                // (samples, inputs)
  xg::Array<int> labels;  // (samples)
};

// Two spirals, one turn each, half a turn apart.
Data two_spirals(nn::Generator& generator) {
  Data data{normal({samples, inputs}, generator, 0.02), xg::empty_array<int>({samples})};
  for (std::size_t i = 0; i < samples; ++i) {
    const std::size_t label = i % 2;
    const double radius = 0.1 + 0.9 * static_cast<double>(i / 2) / (samples / 2);
    const double angle = 2 * M_PI * radius + M_PI * static_cast<double>(label);
    data.x(i, 0) += radius * std::cos(angle);
    data.x(i, 1) += radius * std::sin(angle);
    data.labels(i) = static_cast<int>(label);
  }
  return data;
}

// Each of the three takes one step of gradient descent on the mean cross-entropy, which it returns.

// [loops]
double step_with_loops(Network& net, const Data& data) {
  Network gradient = {xt::zeros<double>({hidden, inputs}), xt::zeros<double>({hidden}),
                      xt::zeros<double>({classes, hidden}), xt::zeros<double>({classes})};
  double loss = 0;

  for (std::size_t i = 0; i < samples; ++i) {
    double h[hidden], logits[classes];
    for (std::size_t j = 0; j < hidden; ++j) {
      double z = net.b1(j);
      for (std::size_t k = 0; k < inputs; ++k) z += net.W1(j, k) * data.x(i, k);
      h[j] = z > 0 ? z : 0;
    }
    for (std::size_t c = 0; c < classes; ++c) {
      logits[c] = net.b2(c);
      for (std::size_t j = 0; j < hidden; ++j) logits[c] += net.W2(c, j) * h[j];
    }

    const auto label = static_cast<std::size_t>(data.labels(i));
    const double largest = *std::max_element(logits, logits + classes);
    double total = 0;
    for (double logit : logits) total += std::exp(logit - largest);
    loss += (std::log(total) + largest - logits[label]) / samples;

    double dh[hidden] = {};
    for (std::size_t c = 0; c < classes; ++c) {
      const double p = std::exp(logits[c] - largest) / total;
      const double dz = (p - (c == label ? 1 : 0)) / samples;
      gradient.b2(c) += dz;
      for (std::size_t j = 0; j < hidden; ++j) {
        gradient.W2(c, j) += dz * h[j];
        dh[j] += dz * net.W2(c, j);
      }
    }
    for (std::size_t j = 0; j < hidden; ++j) {
      const double dz = h[j] > 0 ? dh[j] : 0;
      gradient.b1(j) += dz;
      for (std::size_t k = 0; k < inputs; ++k) gradient.W1(j, k) += dz * data.x(i, k);
    }
  }

  for (std::size_t j = 0; j < hidden; ++j) {
    net.b1(j) -= learning_rate * gradient.b1(j);
    for (std::size_t k = 0; k < inputs; ++k) net.W1(j, k) -= learning_rate * gradient.W1(j, k);
  }
  for (std::size_t c = 0; c < classes; ++c) {
    net.b2(c) -= learning_rate * gradient.b2(c);
    for (std::size_t j = 0; j < hidden; ++j) net.W2(c, j) -= learning_rate * gradient.W2(c, j);
  }
  return loss;
}
// [end]

// [by hand]
double step_by_hand(Network& net, const Data& data) {
  const Array z = la::dot(data.x, xt::transpose(net.W1)) + net.b1;
  const Array h = xt::maximum(z, 0.0);
  const Array logits = la::dot(h, xt::transpose(net.W2)) + net.b2;

  const Array largest = xt::amax(logits, {1}, xt::keep_dims);
  const Array total = xt::sum(xt::exp(logits - largest), {1}, xt::keep_dims);
  const Array log_p = logits - largest - xt::log(total);
  const Array one_hot = xt::equal(xt::view(data.labels, xt::all(), xt::newaxis()),
                                  xt::arange<int>(static_cast<int>(classes)));
  const double loss = -xt::sum(one_hot * log_p)() / samples;

  const Array dlogits = (xt::exp(log_p) - one_hot) / samples;
  const Array dW2 = la::dot(xt::transpose(dlogits), h);
  const Array db2 = xt::sum(dlogits, {0});
  const Array dh = la::dot(dlogits, net.W2);
  const Array dz = xt::where(z > 0.0, dh, 0.0);
  const Array dW1 = la::dot(xt::transpose(dz), data.x);
  const Array db1 = xt::sum(dz, {0});

  net.W1 -= learning_rate * dW1;
  net.b1 -= learning_rate * db1;
  net.W2 -= learning_rate * dW2;
  net.b2 -= learning_rate * db2;
  return loss;
}
// [end]

struct TensorNetwork {
  Tensor W1, b1, W2, b2;
};

// [backward()]
double step_with_backward(const TensorNetwork& net, nn::SGD<double>& optimizer, const Tensor& x,
                          const xg::Array<int>& labels) {
  const Tensor h = xg::maximum(0, xg::dot(x, xg::transpose(net.W1)) + net.b1);
  const Tensor logits = xg::dot(h, xg::transpose(net.W2)) + net.b2;
  const Tensor loss = xg::softmax_cross_entropy(logits, labels);
  optimizer.zero_grad();
  loss.backward();
  optimizer.step();
  return loss.item();
}
// [end]

void two_layers(Comparison& compare, nn::Generator& generator) {
  std::printf("\n5. A network %zu-%zu-%zu, %zu steps on %zu points of two spirals, three ways\n",
              inputs, hidden, classes, steps, samples);
  const Data data = two_spirals(generator);
  const Network start = {normal({hidden, inputs}, generator, 1), normal({hidden}, generator, 0.5),
                         normal({classes, hidden}, generator, 0.1), xt::zeros<double>({classes})};

  Network looped = start;
  const Run a = train("loops", steps, [&] { return step_with_loops(looped, data); });

  Network by_hand = start;
  const Run b = train("by hand", steps, [&] { return step_by_hand(by_hand, data); });

  const TensorNetwork net = {xg::parameter(start.W1), xg::parameter(start.b1),
                             xg::parameter(start.W2), xg::parameter(start.b2)};
  nn::SGD<double> optimizer({net.W1, net.b1, net.W2, net.b2}, learning_rate);
  const Tensor x = data.x;
  const Run c = train("backward()", steps,
                      [&] { return step_with_backward(net, optimizer, x, data.labels); });

  compare("all losses: by hand against the loops", b.losses, a.losses);
  compare("all losses: backward() against the loops", c.losses, a.losses);
  const Array weights = flatten(looped);
  compare("trained weights: by hand against the loops", flatten(by_hand), weights);
  const Network trained = {net.W1.value(), net.b1.value(), net.W2.value(), net.b2.value()};
  compare("trained weights: backward() against the loops", flatten(trained), weights);

  std::printf("\n  %-14s %14s %14s %14s\n", "", a.way, b.way, c.way);
  for (std::size_t i : {std::size_t(0), steps / 8, steps / 4, steps / 2, steps - 1}) {
    std::printf("  loss, step %-4zu %13.6f %14.6f %14.6f\n", i, a.losses(i), b.losses(i),
                c.losses(i));
  }
  std::printf("  %-14s %11.0f us %11.0f us %11.0f us\n", "time per step", a.microseconds,
              b.microseconds, c.microseconds);
  const auto lines = [](const Run& run) { return lines_of_code(__FILE__, run.way); };
  std::printf("  %-14s %14s %14s %14s\n", "lines of code", lines(a).c_str(), lines(b).c_str(),
              lines(c).c_str());
}

}  // namespace

int main() {
  nn::Generator generator(7);
  Comparison compare(1e-10);
  one_layer(compare, generator);
  two_layers(compare, generator);
  std::printf("\n%s\n", compare.all_equal() ? "All agree." : "They do NOT agree.");
  return compare.all_equal() ? 0 : 1;
}
