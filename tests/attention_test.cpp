// Attention beyond its rows in the table: conventions at its edges, sizes beyond a block, and the
// layers' errors, names and dropout.
#include "conventions.hpp"

#include <xgrad/nn/transformer.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::close, check::message, check::plain;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
using Tensor = xg::Tensor<double>;
using xg::Shape;
TYPED_TEST_SUITE(Conventions, Types, );

template <class T = double>
xg::Tensor<T> random(const Shape& shape, std::uint64_t seed) {
  nn::Generator generator(seed);
  return xg::parameter(nn::uniform<T>(shape, -1, 1, generator));
}

TYPED_TEST(Conventions, AttentionOfAQueryThatSeesNoKeyIsZero) {
  using T = TypeParam;
  const xg::Array<bool> mask = {{true, false}, {false, false}};
  const xg::Tensor<T> hidden = {{0, -inf}, {-inf, -inf}};
  for (bool added : {false, true}) {
    const auto q = random<T>({2, 3}, 1), k = random<T>({2, 3}, 2), v = random<T>({2, 2}, 3);
    const auto m = xg::parameter(hidden);
    const auto y = added ? xg::scaled_dot_product_attention(q, k, v, m)
                         : xg::scaled_dot_product_attention(q, k, v, mask);
    EXPECT_TRUE(equal(this->numbers(y), {double(v.data()[0]), double(v.data()[1]), 0, 0}));
    y.backward(xg::ones<T>({2, 2}));
    EXPECT_TRUE(equal(this->numbers(q.grad()), Numbers(6, 0)));  // of one key there is no choice
    EXPECT_TRUE(equal(this->numbers(v.grad()), {1, 1, 0, 0}));
    if (added) {
      EXPECT_TRUE(equal(this->numbers(m.grad()), Numbers(4, 0)));
    }
    // The same where the gradient is recorded.
    const auto again = added ? xg::scaled_dot_product_attention(q, k, v, m)
                             : xg::scaled_dot_product_attention(q, k, v, mask);
    const auto recorded = xg::grad(again, {q, v}, xg::ones<T>({2, 2}), xg::create_graph);
    EXPECT_TRUE(equal(this->numbers(recorded[0]), Numbers(6, 0)));
    EXPECT_TRUE(equal(this->numbers(recorded[1]), {1, 1, 0, 0}));
  }
}
TYPED_TEST(Conventions, AttentionToNothingIsZero) {
  using T = TypeParam;
  const auto q = random<T>({2, 3}, 1), k = random<T>({0, 3}, 2), v = random<T>({0, 2}, 3);
  const auto y = xg::scaled_dot_product_attention(q, k, v);
  EXPECT_TRUE(equal(this->numbers(y), {0, 0, 0, 0}));
  y.backward(xg::ones<T>({2, 2}));
  EXPECT_TRUE(equal(this->numbers(q.grad()), Numbers(6, 0)));
  EXPECT_EQ(k.grad().shape(), (Shape{0, 3}));
}
TYPED_TEST(Conventions, AttentionWithoutFeaturesIsTheMean) {
  using T = TypeParam;
  const xg::Tensor<T> v = {{1, 2}, {3, 6}};
  const auto y = xg::scaled_dot_product_attention(xg::empty<T>({1, 0}), xg::empty<T>({2, 0}), v);
  EXPECT_TRUE(equal(this->numbers(y), {2, 4}));
}
TYPED_TEST(Conventions, AttentionShowsNanAndInfinity) {
  using T = TypeParam;
  const xg::Tensor<T> q = {{1}, {1}}, v = {{5, 7}, {1, 2}};
  for (double bad : {nan, inf}) {
    const xg::Tensor<T> k = {{1}, {bad}};
    const auto y = xg::scaled_dot_product_attention(q, k, v);
    EXPECT_TRUE(equal(this->numbers(y), Numbers(4, nan)));
    // A key beyond a causal query is not looked at.
    const auto causal = xg::scaled_dot_product_attention(q, k, v, true);
    EXPECT_TRUE(equal(this->numbers(causal), {5, 7, nan, nan}));
  }
}
TYPED_TEST(Conventions, AttentionOfLargeScoresDoesNotOverflow) {
  using T = TypeParam;
  const xg::Tensor<T> q = {{1e4}}, k = {{1}, {0.5}, {-1}}, v = {{3}, {4}, {5}};
  EXPECT_TRUE(equal(this->numbers(xg::scaled_dot_product_attention(q, k, v)), {3}));
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
