// What xgrad costs over code written by hand: single operations, and models made of them that are
// compared with other libraries alone. harness.hpp has the options, peer_operations.py the same
// workloads elsewhere.
#include "workload.hpp"

#include <cmath>
#include <tuple>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/transforms.hpp>

namespace {

namespace xg = xgrad;
using workload::gradient_of;
using workload::Run;
using workload::Workload;

xg::Tensor<> cross_entropy(const Run& run) { return xg::softmax_cross_entropy(run[0], run.labels); }

xg::Tensor<> layer_norm(const Run& run) {
  return xg::layer_norm(run[0], run[1].shape(), run[1], run[2]);
}

xg::Tensor<> product(const Run& run) { return run[0] * run[1]; }

/// Of x, a column and a row.
constexpr auto broadcast_formula = [](auto x, auto column, auto row) {
  const auto s = x + column;
  return s * s * row;
};
xg::Tensor<> broadcast_by_operations(const Run& run) {
  return xg::sum(broadcast_formula(run[0], run[1], run[2]));
}
xg::Tensor<> broadcast_fuse_sum(const Run& run) {
  return xg::fuse_sum(broadcast_formula, run[0], run[1], run[2]);
}

template <int axis>
xg::Tensor<> sum_over_axis(const Run& run) {
  return xg::sum(xg::square(xg::sum(run[0], axis)));
}

xg::Tensor<> amax_axis_1(const Run& run) { return xg::sum(xg::square(xg::amax(run[0], 1))); }

/// Means (components, d), the components' weights before softmax, points (n, d).
xg::Tensor<> gaussian_mixture(const Run& run) {
  const xg::Tensor<>& means = run[0];
  const auto offsets = xg::log_softmax(run[1]) - 0.5f * xg::sum(xg::square(means), 1);
  return xg::mean(xg::logsumexp(xg::linear(run[2], means, offsets), 1));
}

xg::Tensor<> attention(const Run& run) {
  return xg::scaled_dot_product_attention(run[0], run[1], run[2]);
}

/// An LSTM cell (gates in PyTorch's order), a step at a time, from products, sums and slices:
/// x (length, batch, in), weights (in, 4 hidden) and (hidden, 4 hidden), bias (4 hidden). The sum
/// of the squares of the last state.
xg::Tensor<> unrolled_lstm(const Run& run) {
  const auto length = static_cast<std::ptrdiff_t>(run[0].shape()[0]);
  const std::size_t batch = run[0].shape()[1], hidden = run[2].shape()[0];
  xg::Tensor<> h = xg::zeros({batch, hidden}), c = h;
  for (std::ptrdiff_t t = 0; t < length; ++t) {
    const auto gates = xg::dot(xg::slice(run[0], {t}), run[1]) + xg::dot(h, run[2]) + run[3];
    const auto gate = [&](std::size_t k) {
      const auto first = static_cast<std::ptrdiff_t>(k * hidden);
      const auto last = static_cast<std::ptrdiff_t>((k + 1) * hidden);
      return xg::slice(gates, {xg::range(std::nullopt, std::nullopt), xg::range(first, last)});
    };
    c = xg::sigmoid(gate(1)) * c + xg::sigmoid(gate(0)) * xg::tanh(gate(2));
    h = xg::sigmoid(gate(3)) * xg::tanh(c);
  }
  return xg::sum(xg::square(h));
}

/// The Hessian of a network's loss in its weights, times tangents. Weights and biases of two
/// layers, tangents of each, images.
void hessian_vector_product(Run& run) {
  const auto loss = [&](const auto& w1, const auto& b1, const auto& w2, const auto& b2) {
    const auto h = xg::tanh(xg::linear(run[8], w1, b1));
    return xg::softmax_cross_entropy(xg::linear(h, w2, b2), run.labels);
  };
  run.gradients = xg::hvp(loss, std::tuple(run[0], run[1], run[2], run[3]),
                          std::tuple(run[4], run[5], run[6], run[7]));
}

std::vector<Workload> workloads() {
  using namespace handwritten;
  const std::vector<xg::Shape> network = {{128, 784}, {128}, {10, 128}, {10}};
  std::vector<xg::Shape> network_twice = network;
  network_twice.insert(network_twice.end(), network.begin(), network.end());
  network_twice.push_back({64, 784});
  std::vector<Workload> all;
  const auto add = [&](Workload workload) -> Workload& {
    return all.emplace_back(std::move(workload));
  };
  for (const std::size_t classes : {10u, 32000u}) {
    Workload& w = add({"cross_entropy_64_" + std::to_string(classes),
                       {{64, classes}},
                       gradient_of(cross_entropy),
                       softmax_cross_entropy});
    w.labels = 64;
    w.classes = classes;
  }
  add({"layer_norm_256_1024",
       {{256, 1024}, {1024}, {1024}},
       gradient_of(::layer_norm),
       handwritten::layer_norm})
      .cotangent = {256, 1024};
  add({"multiply_row_512_1024", {{512, 1024}, {1, 1024}}, gradient_of(product), multiply_row})
      .cotangent = {512, 1024};
  add({"multiply_column_512_1024", {{512, 1024}, {512, 1}}, gradient_of(product), multiply_column})
      .cotangent = {512, 1024};
  const std::vector<xg::Shape> broadcast = {{512, 1024}, {512, 1}, {1, 1024}};
  add({"broadcast_512_1024", broadcast, gradient_of(broadcast_by_operations),
       handwritten::broadcast_formula});
  add({"broadcast_fuse_sum_512_1024", broadcast, gradient_of(broadcast_fuse_sum),
       handwritten::broadcast_formula});
  add({"sum_axis_0_1024_1024", {{1024, 1024}}, gradient_of(sum_over_axis<0>), sum_axis_0});
  add({"sum_axis_1_1024_1024", {{1024, 1024}}, gradient_of(sum_over_axis<1>), sum_axis_1});
  add({"amax_axis_1_1024_1024",
       {{1024, 1024}},
       gradient_of(::amax_axis_1),
       handwritten::amax_axis_1});
  add({"gaussian_mixture_1024_32_64",
       {{64, 32}, {64}, {1024, 32}},
       gradient_of(::gaussian_mixture),
       handwritten::gaussian_mixture})
      .constants = 1;
  add({"attention_8_128_64", std::vector<xg::Shape>(3, {8, 128, 64}), gradient_of(::attention),
       handwritten::attention})
      .cotangent = {8, 128, 64};
  add({"unrolled_lstm_100",
       {{100, 16, 32}, {32, 256}, {64, 256}, {256}},
       gradient_of(unrolled_lstm)})
      .limit = 0.2f;
  Workload& hvp = add({"hvp_784_128_10_batch_64", network_twice, hessian_vector_product});
  hvp.constants = 5;
  hvp.labels = 64;
  hvp.classes = 10;
  hvp.limit = 0.1f;
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  static const std::vector<Workload> all = workloads();
  return harness::run(argc, argv, [](paired::Only only) {
    for (const Workload& workload : all) workload::add(workload, only);
  });
}
