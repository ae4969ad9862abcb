// Attention beyond its rows in the table: sizes beyond a block, masks, and the layers' errors,
// names and dropout.
#include "check.hpp"

#include <xgrad/nn/transformer.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::close, check::message, check::plain;
using Tensor = xg::Tensor<double>;
using xg::Shape;

Tensor random(const Shape& shape, std::uint64_t seed) {
  nn::Generator generator(seed);
  return xg::parameter(nn::uniform<double>(shape, -1, 1, generator));
}

// Several blocks of queries, whole and causal, against the composition of other operations.
TEST(Attention, IsThatOfItsWeightsBeyondABlock) {
  for (bool causal : {false, true}) {
    for (const auto& [l, s] : {std::pair{300, 200}, {200, 300}, {20, 3000}, {129, 128}}) {
      const auto rows = static_cast<std::size_t>(l), keys = static_cast<std::size_t>(s);
      const Tensor q = random({2, rows, 5}, 1), k = random({2, keys, 5}, 2),
                   v = random({2, keys, 4}, 3), m = random({rows, keys}, 4),
                   g = random({2, rows, 4}, 5);
      const auto gradients = [&](const Tensor& y) {
        std::vector<check::Plain> result{plain(y)};
        for (const Tensor& d : xg::grad(y, {q, k, v, m}, g)) result.push_back(plain(d));
        return result;
      };
      const auto one = gradients(xg::scaled_dot_product_attention(q, k, v, m, causal));
      const auto other = gradients(xg::matmul(xg::attention_weights(q, k, m, causal), v));
      for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_TRUE(close(one[i], other[i], 1e-12)) << i << " of " << l << " to " << s;
      }
    }
  }
}

TEST(Attention, NoQueriesLeaveGradientsOfZero) {
  const Tensor q = random({0, 3}, 1), k = random({4, 3}, 2), v = random({4, 5}, 3);
  // What the pool hands out next is not zero.
  for (const Tensor& x : {k, v}) xg::full<double>(x.shape(), 7);
  const Tensor y = xg::scaled_dot_product_attention(q, k, v);
  const auto g = xg::grad(y, {q, k, v}, xg::zeros<double>({0, 5}));
  EXPECT_EQ(g[0].shape(), q.shape());
  EXPECT_TRUE(check::identical(g[1], xg::zeros<double>({4, 3})));
  EXPECT_TRUE(check::identical(g[2], xg::zeros<double>({4, 5})));
}

TEST(Attention, GradientsDoNotDependOnWhichAreWanted) {
  const Tensor inputs[] = {random({2, 3}, 1), random({4, 3}, 2), random({4, 5}, 3),
                           random({2, 4}, 4)};
  const Tensor g = random({2, 5}, 5);
  const auto call = [](const Tensor* x) {
    return xg::scaled_dot_product_attention(x[0], x[1], x[2], x[3]);
  };
  const auto all = xg::grad(call(inputs), {inputs[0], inputs[1], inputs[2], inputs[3]}, g);
  for (std::size_t i = 0; i < 4; ++i) {
    Tensor one[] = {inputs[0].detach(), inputs[1].detach(), inputs[2].detach(), inputs[3].detach()};
    one[i] = inputs[i];
    EXPECT_EQ(xg::grad(call(one), {inputs[i]}, g)[0].value(), all[i].value()) << i;
  }
}

TEST(Attention, MaskThatIsTheSameForAllKeysChangesNothing) {
  const Tensor q = random({5, 4}, 1), k = random({3, 4}, 2), v = random({3, 2}, 3),
               m = random({5, 1}, 4), scalar = random({}, 5);
  const Tensor y = xg::scaled_dot_product_attention(q, k, v);
  for (const Tensor& mask : {m, scalar}) {
    const Tensor masked = xg::scaled_dot_product_attention(q, k, v, mask);
    EXPECT_TRUE(close(plain(masked), plain(y), 1e-14));
    const Tensor gradient = xg::grad(masked, {mask}, xg::ones<double>({5, 2}))[0];
    EXPECT_EQ(gradient.shape(), mask.shape());
    EXPECT_LT(xg::amax(xg::abs(gradient)).item(), 1e-15);
  }
}

TEST(Attention, NumberIsAMaskAndTruthIsCausal) {
  const Tensor q = random({2, 3}, 1), v = random({2, 2}, 3);
  const Tensor causal = xg::scaled_dot_product_attention(q, q, v, true);
  EXPECT_EQ(causal.data()[0], v.data()[0]);
  const Tensor number = xg::scaled_dot_product_attention(q, q, v, 1.0);
  EXPECT_NE(number.data()[0], v.data()[0]);
}

std::vector<std::string> names_of(nn::TransformerEncoderLayer<double>& layer) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : nn::named_tensors(layer)) names.push_back(name);
  return names;
}

TEST(TransformerEncoderLayer, NamesItsTensorsAsPyTorchDoes) {
  nn::TransformerOptions options(8, 2);
  options.hidden = 16;
  nn::TransformerEncoderLayer<double> layer(options);
  EXPECT_EQ(names_of(layer),
            (std::vector<std::string>{
                "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight",
                "self_attn.out_proj.bias", "linear1.weight", "linear1.bias", "linear2.weight",
                "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias"}));
  EXPECT_EQ(nn::parameter_count(layer), 24u * 8 + 24 + 64 + 8 + 128 + 16 + 128 + 8 + 32);
  const Tensor& weight = layer.self_attn.in_proj_weight;
  EXPECT_NEAR(xg::amax(xg::abs(weight)).item(), std::sqrt(6.0 / 32), 0.02);
  EXPECT_EQ(xg::amax(xg::abs(layer.self_attn.out_proj.bias)).item(), 0);
}

TEST(TransformerEncoderLayer, DropsInTrainingOnly) {
  nn::TransformerOptions options(8, 2);
  options.hidden = 16;
  options.dropout = 0.5;
  nn::TransformerEncoderLayer<double> layer(options);
  const Tensor x = random({2, 3, 8}, 1);
  EXPECT_NE(layer(x).value(), layer(x).value());
  nn::eval(layer);
  EXPECT_EQ(layer(x).value(), layer(x).value());
  EXPECT_FALSE(layer.self_attn.training);
  EXPECT_FALSE(layer.dropout2.training);
}

TEST(TransformerEncoderLayer, CausalDoesNotLookAhead) {
  nn::TransformerOptions options(8, 2);
  options.hidden = 16;
  options.causal = true;
  nn::TransformerEncoderLayer<double> layer(options);
  nn::eval(layer);
  const Tensor x = random({1, 5, 8}, 1), begin = xg::slice(x, {xg::all, xg::range(0, 3)});
  EXPECT_TRUE(
      close(plain(xg::slice(layer(x), {xg::all, xg::range(0, 3)})), plain(layer(begin)), 1e-14));
}

TEST(MultiheadAttention, SaysWhatDoesNotFit) {
  nn::MultiheadAttention<double> attention(6, 2);
  const Tensor x = random({2, 4, 6}, 1), other = random({3, 4, 6}, 2);
  nn::AttentionMasks<double> masks;
  const auto text = [&](const auto& call) { return message<std::invalid_argument>(call); };
  EXPECT_EQ(
      text([] { nn::MultiheadAttention<double>(6, 4, 0, nn::default_generator(), {}); }),
      "MultiheadAttention: expected heads that divide the features, got 4 heads of 6 features");
  EXPECT_THROW(nn::MultiheadAttention<double>(6, 0), std::invalid_argument);
  EXPECT_THROW(nn::MultiheadAttention<double>(0, 1), std::invalid_argument);
  EXPECT_THROW(nn::MultiheadAttention<double>(6, 2, -0.1), std::invalid_argument);
  EXPECT_EQ(text([&] { attention(x, other, other, masks, {}); }),
            "MultiheadAttention: expected (batch, l, 6) and two of (batch, s, 6), or without a "
            "batch, got (2, 4, 6), (3, 4, 6) and (3, 4, 6)");
  EXPECT_THROW(attention(random({4, 5}, 1)), std::invalid_argument);
  EXPECT_THROW(attention(random({6}, 1)), std::invalid_argument);
  masks.padding = xg::Array<bool>({{true, false}});
  EXPECT_EQ(text([&] { attention(x, x, x, masks, {}); }),
            "MultiheadAttention: expected a padding mask of shape (2, 4), got (1, 2)");
  masks.padding.reset();
  masks.ignored = xg::Array<bool>({{true, false}});
  EXPECT_EQ(text([&] { attention(x, x, x, masks, {}); }),
            "MultiheadAttention: expected an ignored mask that broadcasts to (2, 2, 4, 4), got "
            "(1, 2)");
  masks.ignored.reset();
  masks.added = random({3, 4}, 1);
  EXPECT_EQ(text([&] { attention(x, x, x, masks, {}); }),
            "MultiheadAttention: expected an added mask that broadcasts to (2, 2, 4, 4), got "
            "(3, 4)");
}

TEST(MultiheadAttention, SequencesOfLengthZero) {
  nn::MultiheadAttention<double> attention(6, 2);
  EXPECT_EQ(attention(xg::zeros<double>({2, 0, 6})).shape(), (Shape{2, 0, 6}));
  const Tensor x = random({2, 3, 6}, 1), none = xg::zeros<double>({2, 0, 6});
  EXPECT_EQ(attention(x, none, none).value(), xg::zeros<double>({2, 3, 6}).value());
}

}  // namespace
