// Models as tables, to the letter.
#include "check.hpp"

#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/summary.hpp>
#include <xgrad/nn/transformer.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include <sstream>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;

template <class Model>
std::string table(Model& model, const xg::Shape& input) {
  std::ostringstream out;
  out << nn::summary(model, input);
  return "\n" + out.str();
}

TEST(Summary, OfASequential) {
  nn::Sequential model{nn::Dense(784, 128), nn::Relu(), nn::BatchNorm1d(128), nn::Dropout(0.5),
                       nn::Dense(128, 10)};
  EXPECT_EQ(table(model, {1, 784}), R"(
layer            output shape  parameters
Sequential       (1, 10)           102026
  0 Dense        (1, 128)          100480
  1 Relu         (1, 128)               0
  2 BatchNorm1d  (1, 128)             256
  3 Dropout      (1, 128)               0
  4 Dense        (1, 10)             1290
102026 parameters; 409128 bytes of parameters and buffers
)");
  EXPECT_TRUE(model.layer<2>().training);  // left as it was
  EXPECT_EQ(model.layer<2>().num_batches_tracked, 0);
  nn::eval(model);
  table(model, {1, 784});
  EXPECT_FALSE(model.layer<2>().training);
}

/// A struct of one's own, with a list, a shared layer, and a layer that is never called.
struct Network {
  using value_type = double;
  nn::Embedding<double> embedding{5, 4};
  std::vector<nn::Residual<nn::Dense<double>>> blocks;
  nn::Dense<double> head{4, 2}, unused{4, 3};

  Network() {
    for (int i = 0; i < 2; ++i) blocks.emplace_back(nn::Dense<double>(4, 4));
  }
  xg::Tensor<double> operator()(const xg::Indices& indices) const {
    xg::Tensor<double> x = embedding(indices);
    for (const auto& block : blocks) x = block(x);
    return head(x);
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("embedding", embedding);
    visitor("blocks", blocks);
    visitor("head", head);
    visitor("unused", unused);
  }
};

TEST(Summary, OfAStructOfOnesOwnThatTakesIndices) {
  Network model;
  EXPECT_EQ(table(model, {3, 7}), R"(
layer                  output shape  parameters
Network                (3, 7, 2)             85
  embedding Embedding  (3, 7, 4)             20
  blocks.0 Residual    (3, 7, 4)             20
    layer Dense        (3, 7, 4)             20
  blocks.1 Residual    (3, 7, 4)             20
    layer Dense        (3, 7, 4)             20
  head Dense           (3, 7, 2)             10
  unused Dense         -                     15
85 parameters; 680 bytes of parameters and buffers
)");
}

TEST(Summary, OfATransformer) {
  nn::TransformerOptions options(8, 2);
  options.hidden = 16;
  const auto lambda = [](const xg::Tensor<>& x) { return x * 2; };
  nn::Sequential model{nn::TransformerEncoderLayer(options), lambda, nn::Dense(8, 3)};
  EXPECT_EQ(table(model, {1, 5, 8}), R"(
layer                             output shape  parameters
Sequential                        (1, 5, 3)            627
  0 TransformerEncoderLayer       (1, 5, 8)            600
    self_attn MultiheadAttention  (1, 5, 8)            288
      out_proj Dense              (1, 5, 8)             72
    linear1 Dense                 (1, 5, 16)           144
    dropout Dropout               (1, 5, 16)             0
    linear2 Dense                 (1, 5, 8)            136
    norm1 LayerNorm               (1, 5, 8)             16
    norm2 LayerNorm               (1, 5, 8)             16
    dropout1 Dropout              (1, 5, 8)              0
    dropout2 Dropout              (1, 5, 8)              0
  1 lambda                        (1, 5, 8)              0
  2 Dense                         (1, 5, 3)             27
627 parameters; 2508 bytes of parameters and buffers
)");
}

TEST(Summary, CountsWhatLayersShareOnce) {
  nn::Dense<double> dense(3, 3);
  nn::Sequential model{dense, nn::Tanh(), dense};
  EXPECT_EQ(table(model, {3}), R"(
layer       output shape  parameters
Sequential  (3)                   12
  0 Dense   (3)                   12
  1 Tanh    (3)                    0
  2 Dense   (3)                   12
12 parameters; 96 bytes of parameters and buffers
)");
}

TEST(Summary, ThrowsWhatTheModelThrowsAndLeavesItAsItWas) {
  nn::Sequential model{nn::Dropout(0.5), nn::Dense(3, 3)};
  EXPECT_THROW(nn::summary(model, {1, 4}), std::invalid_argument);
  EXPECT_TRUE(model.layer<0>().training);
  EXPECT_EQ(nn::observer, nullptr);
  EXPECT_TRUE(xg::recording());
}

TEST(Summary, RecordsNothing) {
  nn::Sequential model{nn::Dense(3, 3)};
  nn::summary(model, {1, 3});
  EXPECT_FALSE(model.layer<0>().weight.has_grad());
}

}  // namespace
