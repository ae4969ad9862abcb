// Backpropagation derived by hand and written as loops over plain numbers, against what the tape
// gives for the same formulas: dense layer, ReLU, softmax cross entropy, a two-layer network.
#include "check.hpp"

#include <xgrad/nn/layers.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::close, check::leaf, check::Plain, check::plain, check::Random, check::tensor;
using Tensor = xg::Tensor<double>;

constexpr double tolerance = 1e-12;

// A matrix's element; Plain holds rows one after the other.
double& at(Plain& a, std::size_t i, std::size_t j) { return a.data[i * a.shape[1] + j]; }
double at(const Plain& a, std::size_t i, std::size_t j) { return a.data[i * a.shape[1] + j]; }

struct Layer {
  Plain weight, bias;  // (out, in), (out)
};
struct LayerGradients {
  Plain weight, bias, x;
};

/// Z = X W^T + b, row by row.
Plain dense(const Plain& x, const Layer& layer) {
  std::size_t rows = x.shape[0], in = x.shape[1], out = layer.bias.shape[0];
  Plain z({rows, out});
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < out; ++i) {
      at(z, r, i) = layer.bias.data[i];
      for (std::size_t j = 0; j < in; ++j) at(z, r, i) += at(layer.weight, i, j) * at(x, r, j);
    }
  }
  return z;
}
/// dW = G^T X, db = column sums of G, dX = G W.
LayerGradients dense_backward(const Plain& g, const Plain& x, const Layer& layer) {
  LayerGradients d{Plain(layer.weight.shape), Plain(layer.bias.shape), Plain(x.shape)};
  for (std::size_t r = 0; r < g.shape[0]; ++r) {
    for (std::size_t i = 0; i < g.shape[1]; ++i) {
      d.bias.data[i] += at(g, r, i);
      for (std::size_t j = 0; j < x.shape[1]; ++j) {
        at(d.weight, i, j) += at(g, r, i) * at(x, r, j);
        at(d.x, r, j) += at(g, r, i) * at(layer.weight, i, j);
      }
    }
  }
  return d;
}
Plain relu(Plain z) {
  for (double& element : z.data) element = element > 0 ? element : 0;
  return z;
}
Plain relu_backward(Plain g, const Plain& z) {
  for (std::size_t i = 0; i < g.data.size(); ++i) g.data[i] = z.data[i] > 0 ? g.data[i] : 0;
  return g;
}
/// The mean over rows of -log softmax(Z) at the label, and its gradient (softmax - onehot) / m.
double cross_entropy(const Plain& z, const std::vector<int>& labels, Plain& gradient) {
  std::size_t rows = z.shape[0], classes = z.shape[1];
  double loss = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    double largest = at(z, r, 0), total = 0;
    for (std::size_t j = 0; j < classes; ++j) largest = std::max(largest, at(z, r, j));
    for (std::size_t j = 0; j < classes; ++j) total += std::exp(at(z, r, j) - largest);
    for (std::size_t j = 0; j < classes; ++j) {
      double p = std::exp(at(z, r, j) - largest) / total;
      bool is_label = j == std::size_t(labels[r]);
      at(gradient, r, j) = (p - (is_label ? 1 : 0)) / double(rows);
      if (is_label) loss -= std::log(p) / double(rows);
    }
  }
  return loss;
}

xg::Array<int> label_array(const std::vector<int>& labels) {
  xg::Array<int> result = xg::empty_array<int>({labels.size()});
  std::copy(labels.begin(), labels.end(), result.data());
  return result;
}

TEST(Backprop, DenseLayerOfVector) {
  // z = W x + b:  dW = g x^T,  db = g,  dx = W^T g.
  Random random(1);
  const std::size_t in = 7, out = 5;
  Plain w = random.array({out, in}), b = random.array({out}), x = random.array({in}),
        g = random.array({out}), dw({out, in}), dx({in}), z({out});
  for (std::size_t i = 0; i < out; ++i) {
    z.data[i] = b.data[i];
    for (std::size_t j = 0; j < in; ++j) {
      z.data[i] += at(w, i, j) * x.data[j];
      at(dw, i, j) = g.data[i] * x.data[j];
      dx.data[j] += at(w, i, j) * g.data[i];
    }
  }
  for (const char* form : {"dot", "matmul", "linear"}) {
    SCOPED_TRACE(form);
    Tensor weight = leaf<double>(w), bias = leaf<double>(b), input = leaf<double>(x), y;
    if (form == std::string("dot")) y = xg::dot(weight, input) + bias;
    if (form == std::string("matmul")) y = xg::matmul(input, xg::transpose(weight)) + bias;
    if (form == std::string("linear")) y = xg::linear(input, weight, bias);
    y.backward(tensor<double>(g));
    EXPECT_TRUE(close(plain(y), z, tolerance));
    EXPECT_TRUE(close(plain(weight.grad()), dw, tolerance));
    EXPECT_TRUE(close(plain(bias.grad()), g, tolerance));
    EXPECT_TRUE(close(plain(input.grad()), dx, tolerance));
  }
}

TEST(Backprop, DenseLayerOfBatch) {
  Random random(2);
  Layer layer{random.array({5, 7}), random.array({5})};
  Plain x = random.array({9, 7}), g = random.array({9, 5});
  LayerGradients expected = dense_backward(g, x, layer);
  for (bool fused : {false, true}) {
    SCOPED_TRACE(fused ? "linear" : "dot");
    Tensor w = leaf<double>(layer.weight), b = leaf<double>(layer.bias), input = leaf<double>(x);
    Tensor z = fused ? xg::linear(input, w, b) : xg::dot(input, xg::transpose(w)) + b;
    z.backward(tensor<double>(g));
    EXPECT_TRUE(close(plain(z), dense(x, layer), tolerance));
    EXPECT_TRUE(close(plain(w.grad()), expected.weight, tolerance));
    EXPECT_TRUE(close(plain(b.grad()), expected.bias, tolerance));
    EXPECT_TRUE(close(plain(input.grad()), expected.x, tolerance));
  }
}

TEST(Backprop, Relu) {
  Random random(3);
  Plain z = random.array({6, 11}), g = random.array({6, 11}), expected = relu_backward(g, z);
  for (bool by_maximum : {false, true}) {
    Tensor x = leaf<double>(z), y = by_maximum ? xg::maximum(0, x) : xg::relu(x);
    y.backward(tensor<double>(g));
    EXPECT_TRUE(close(plain(y), relu(z), 0));
    EXPECT_TRUE(close(plain(x.grad()), expected, 0));
  }
}

TEST(Backprop, DenseLayerWithRelu) {
  Random random(4);
  Layer layer{random.array({6, 3}), random.array({6})};
  Plain x = random.array({10, 3}), g = random.array({10, 6}), z = dense(x, layer);
  LayerGradients expected = dense_backward(relu_backward(g, z), x, layer);
  Tensor w = leaf<double>(layer.weight), b = leaf<double>(layer.bias), input = leaf<double>(x);
  Tensor y = xg::linear(input, w, b, xg::Activation::relu);
  y.backward(tensor<double>(g));
  EXPECT_TRUE(close(plain(y), relu(z), tolerance));
  EXPECT_TRUE(close(plain(w.grad()), expected.weight, tolerance));
  EXPECT_TRUE(close(plain(b.grad()), expected.bias, tolerance));
  EXPECT_TRUE(close(plain(input.grad()), expected.x, tolerance));
}

TEST(Backprop, SoftmaxCrossEntropy) {
  Random random(5);
  Plain z = random.array({8, 5}, -4, 4), gradient(z.shape);
  std::vector<int> labels = {0, 4, 2, 2, 1, 3, 0, 4};
  double loss = cross_entropy(z, labels, gradient);
  Tensor logits = leaf<double>(z), y = xg::softmax_cross_entropy(logits, label_array(labels));
  EXPECT_NEAR(y.item(), loss, tolerance);
  y.backward();
  EXPECT_TRUE(close(plain(logits.grad()), gradient, tolerance));
  // The cotangent of the loss scales it.
  logits.zero_grad();
  (xg::softmax_cross_entropy(logits, label_array(labels)) * -2.5).backward();
  for (double& element : gradient.data) element *= -2.5;
  EXPECT_TRUE(close(plain(logits.grad()), gradient, tolerance));
}

/// relu(X W1^T + b1) W2^T + b2, its cross entropy, and every gradient, by hand.
struct Network {
  std::vector<int> labels = {3, 0, 2, 2, 1, 3, 0};
  Plain x{{}};
  Layer first{Plain({}), Plain({})}, second{Plain({}), Plain({})};
  double loss = 0;
  LayerGradients d_first{Plain({}), Plain({}), Plain({})}, d_second = d_first;

  Network() {
    Random random(6);
    x = random.array({7, 6});
    first = {random.array({9, 6}), random.array({9})};
    second = {random.array({4, 9}), random.array({4})};
    Plain z = dense(x, first), h = relu(z), logits = dense(h, second), g(logits.shape);
    loss = cross_entropy(logits, labels, g);
    d_second = dense_backward(g, h, second);
    d_first = dense_backward(relu_backward(d_second.x, z), x, first);
  }
  void expect(const Tensor& y, const Tensor& input, const std::vector<Tensor>& parameters) const {
    EXPECT_NEAR(y.item(), loss, tolerance);
    y.backward();
    EXPECT_TRUE(close(plain(input.grad()), d_first.x, tolerance));
    ASSERT_EQ(parameters.size(), 4u);
    EXPECT_TRUE(close(plain(parameters[0].grad()), d_first.weight, tolerance));
    EXPECT_TRUE(close(plain(parameters[1].grad()), d_first.bias, tolerance));
    EXPECT_TRUE(close(plain(parameters[2].grad()), d_second.weight, tolerance));
    EXPECT_TRUE(close(plain(parameters[3].grad()), d_second.bias, tolerance));
  }
  std::vector<Tensor> leaves() const {
    return {leaf<double>(first.weight), leaf<double>(first.bias), leaf<double>(second.weight),
            leaf<double>(second.bias)};
  }
};

TEST(Backprop, TwoLayersOfDotAddMaximum) {
  Network network;
  Tensor x = leaf<double>(network.x);
  std::vector<Tensor> p = network.leaves();
  Tensor h = xg::maximum(0, xg::dot(x, xg::transpose(p[0])) + p[1]);
  Tensor logits = xg::dot(h, xg::transpose(p[2])) + p[3];
  network.expect(xg::softmax_cross_entropy(logits, label_array(network.labels)), x, p);
}

TEST(Backprop, TwoLayersOfLinear) {
  Network network;
  Tensor x = leaf<double>(network.x);
  std::vector<Tensor> p = network.leaves();
  Tensor h = xg::linear(x, p[0], p[1], xg::Activation::relu);
  Tensor logits = xg::linear(h, p[2], p[3]);
  network.expect(xg::softmax_cross_entropy(logits, label_array(network.labels)), x, p);
}

TEST(Backprop, TwoLayersOfSequential) {
  Network network;
  Tensor x = leaf<double>(network.x);
  auto model =
      xg::nn::Sequential(xg::nn::Dense<double>(6, 9), xg::nn::Relu(), xg::nn::Dense<double>(9, 4));
  std::vector<Tensor> p = xg::nn::parameters(model), values = network.leaves();
  for (std::size_t i = 0; i < p.size(); ++i) p[i].assign(values[i]);
  network.expect(xg::softmax_cross_entropy(model(x), label_array(network.labels)), x, p);
}

TEST(Backprop, TwoLayersOneRowAtATime) {
  // The loss of the batch is the mean of its rows' losses, and so are the gradients.
  Network network;
  std::vector<Tensor> p = network.leaves();
  Tensor x = leaf<double>(network.x), total = 0;
  for (int row = 0; row < 7; ++row) {
    Tensor h = xg::relu(xg::dot(p[0], xg::slice(x, {row})) + p[1]);
    Tensor logits = xg::reshape(xg::dot(p[2], h) + p[3], {1, -1});
    total += xg::softmax_cross_entropy(logits, label_array({network.labels[std::size_t(row)]}));
  }
  network.expect(total / 7, x, p);
}

}  // namespace
