// Recurrent layers beyond the table: extents that fill tiles, panels and blocks, whose derivatives
// by kernels are compared with those of the formula in recorded operations; padding; memory.
#include "check.hpp"

#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::close, check::message, check::plain;
using Names = std::vector<std::string>;

template <class T>
class Recurrent : public ::testing::Test {
 protected:
  using Tensor = xg::Tensor<T>;
  using List = std::vector<Tensor>;

  static Tensor random(const xg::Shape& shape, std::uint64_t seed, double bound = 0.5) {
    nn::Generator generator(seed);
    return nn::uniform<T>(shape, -bound, bound, generator).requires_grad();
  }
  /// x, the parameters and the states of a layer.
  static List inputs(std::size_t gates, std::size_t length, std::size_t batch, std::size_t in,
                     std::size_t n) {
    const std::size_t rows = gates * n;
    return {random({length, batch, in}, 1, 1),
            random({rows, in}, 2),
            random({rows, n}, 3, 0.3),
            random({rows}, 4),
            random({rows}, 5),
            random({batch, n}, 6),
            random({batch, n}, 7)};
  }
  /// Lengths 1, 1 + step, ... up to `length`, again and again.
  static xg::Indices lengths(std::size_t batch, std::size_t length) {
    xg::Array<int> result = xg::empty_array<int>({batch});
    for (std::size_t b = 0; b < batch; ++b) result.data()[b] = static_cast<int>(b * 5 % length + 1);
    return result;
  }
  /// The gradients by the kernels are those of the formula.
  template <class Layer>
  static void expect_formula(const Layer& layer, const List& x, std::size_t used) {
    const List wanted(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(used));
    const Tensor y = layer(x), g = random(y.shape(), 8, 1).detach();
    const List by_kernels = xg::grad(y, wanted, g),
               by_formula = xg::grad(layer(x), wanted, g, xg::create_graph);
    for (std::size_t i = 0; i < used; ++i) {
      SCOPED_TRACE("input " + std::to_string(i));
      EXPECT_TRUE(close(plain(by_kernels[i]), plain(by_formula[i]), sizeof(T) == 4 ? 2e-5 : 1e-13));
    }
  }
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Recurrent, Types, );

template <class T>
xg::RecurrentWeights<T> weights(const std::vector<xg::Tensor<T>>& x) {
  return {x[1], x[2], x[3], x[4]};
}
template <class T>
xg::Tensor<T> joined(const xg::LstmResult<T>& r) {
  return xg::concatenate({xg::reshape(r.y, {-1}), xg::reshape(r.h, {-1}), xg::reshape(r.c, {-1})});
}
template <class T>
xg::Tensor<T> joined(const xg::RecurrentResult<T>& r) {
  return xg::concatenate({xg::reshape(r.y, {-1}), xg::reshape(r.h, {-1})});
}

// (length, batch, features, units): more rows than a block, panels and tiles that are full or not.
const std::size_t extents[][4] = {
    {11, 13, 35, 40}, {130, 1, 3, 16}, {3, 50, 64, 33}, {2, 7, 1, 65}, {20, 16, 32, 64}};

TYPED_TEST(Recurrent, KernelsAgreeWithTheFormula) {
  for (const auto& e : extents) {
    for (bool padded : {false, true}) {
      SCOPED_TRACE(check::text({e[0], e[1], e[2], e[3]}) + (padded ? " padded" : ""));
      xg::SequenceOptions options{false, padded};
      if (padded) options.lengths = this->lengths(e[1], e[0]);
      this->expect_formula(
          [&](const auto& x) {
            return joined(xg::lstm(x[0], weights(x), {x[5], x[6]}, options));
          },
          this->inputs(4, e[0], e[1], e[2], e[3]), 7);
      this->expect_formula(
          [&](const auto& x) { return joined(xg::gru(x[0], weights(x), x[5], options)); },
          this->inputs(3, e[0], e[1], e[2], e[3]), 6);
      this->expect_formula(
          [&](const auto& x) {
            return joined(xg::rnn(x[0], weights(x), x[5], xg::Nonlinearity::tanh, options));
          },
          this->inputs(1, e[0], e[1], e[2], e[3]), 6);
    }
  }
}

// Gradients that are not wanted are left out, and do not change the others.
TYPED_TEST(Recurrent, EveryGradientByItself) {
  const auto x = this->inputs(4, 5, 4, 3, 10);
  const auto loss = [](const auto& in) {
    const auto r = xg::lstm(in[0], weights(in), {in[5], in[6]});
    return xg::sum(joined(r) * joined(r));
  };
  const auto all = xg::grad(loss(x), x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto constants = x;
    for (auto& tensor : constants) tensor = tensor.detach();
    constants[i] = x[i];
    const auto one = xg::grad(loss(constants), {x[i]})[0];
    EXPECT_TRUE(check::identical(one, all[i])) << "input " << i;
  }
}

// What stands after the end of a sequence is never read: not even NaN spreads.
TYPED_TEST(Recurrent, PaddingIsNotRead) {
  using Values = xg::Tensor<TypeParam>;
  for (bool reverse : {false, true}) {
    auto x = this->inputs(4, 4, 3, 5, 6);
    const xg::Indices lengths = {2, 4, 1};
    Values spoilt = check::copy(x[0]);
    for (std::size_t t = 0; t < 4; ++t) {
      for (std::size_t b = 0; b < 3; ++b) {
        if (t < lengths[b]) continue;
        for (std::size_t k = 0; k < 5; ++k) {
          spoilt.mutable_value()(t, b, k) = std::numeric_limits<TypeParam>::quiet_NaN();
        }
      }
    }
    spoilt.requires_grad();
    const auto run = [&](const Values& of) {
      return xg::lstm(of, weights(x), {}, {false, reverse, lengths});
    };
    const auto clean = run(x[0]), result = run(spoilt);
    EXPECT_TRUE(check::identical(clean.y, result.y));
    EXPECT_TRUE(check::identical(clean.h, result.h));
    const auto of_clean = xg::grad(xg::sum(joined(clean)), {x[0], x[1], x[2], x[3]});
    const auto of_spoilt = xg::grad(xg::sum(joined(result)), {spoilt, x[1], x[2], x[3]});
    for (std::size_t i = 0; i < of_clean.size(); ++i) {
      EXPECT_TRUE(check::identical(of_clean[i], of_spoilt[i])) << "input " << i;
    }
    const Values after = xg::slice(of_spoilt[0], {xg::range(2, 4), 0});
    EXPECT_EQ(xg::sum(after * after).item(), 0);
    EXPECT_EQ(xg::sum(xg::slice(result.y, {xg::range(1, 4), 2})).item(), 0);
  }
}

// A sequence gives what it gives alone, cut to its length, whatever stands beside it.
TYPED_TEST(Recurrent, SequencesDoNotDependOnEachOther) {
  const auto x = this->inputs(3, 6, 5, 4, 9);
  const xg::Indices lengths = {3, 6, 1, 5, 2};
  for (bool reverse : {false, true}) {
    const auto together = xg::gru(x[0], weights(x), {}, {false, reverse, lengths});
    for (std::size_t b = 0; b < 5; ++b) {
      const auto at = static_cast<xg::Slice::Index>(b);
      const auto length = static_cast<xg::Slice::Index>(lengths[b]);
      const auto alone = xg::gru(xg::slice(x[0], {xg::range(0, length), xg::range(at, at + 1)}),
                                 weights(x), {}, {false, reverse});
      EXPECT_TRUE(check::identical(xg::slice(together.y, {xg::range(0, length), at}),
                                   xg::slice(alone.y, {xg::all, 0})));
      EXPECT_TRUE(check::identical(xg::slice(together.h, {at}), xg::slice(alone.h, {0})));
    }
  }
}

TYPED_TEST(Recurrent, NanOfASequenceStaysInIt) {
  auto x = this->inputs(4, 3, 4, 2, 9);
  x[0].mutable_value()(1, 2, 0) = std::numeric_limits<TypeParam>::quiet_NaN();
  const auto y = plain(xg::lstm(x[0], weights(x)).y);
  for (std::size_t t = 0; t < 3; ++t) {
    for (std::size_t b = 0; b < 4; ++b) {
      EXPECT_EQ(std::isnan(y.at({t, b, 8})), b == 2 && t >= 1) << t << ", " << b;
    }
  }
}

TYPED_TEST(Recurrent, StatesCarryASequenceOn) {
  using Values = xg::Tensor<TypeParam>;
  nn::LSTM<TypeParam> model(3, 5, {2});
  const Values x = this->random({6, 2, 3}, 9);
  const auto whole = model.run(x), first = model.run(xg::slice(x, {xg::range(0, 4)}));
  const auto second = model.run(xg::slice(x, {xg::range(4, 6)}), {first.h, first.c});
  EXPECT_TRUE(check::identical(xg::slice(whole.y, {xg::range(4, 6)}), second.y));
  EXPECT_TRUE(check::identical(whole.h, second.h));
  EXPECT_TRUE(check::identical(whole.c, second.c));
  EXPECT_TRUE(check::identical(model(x), whole.y));
}

TYPED_TEST(Recurrent, ASteadyLoopAsksForNoMemory) {
  if (!xg::Pool::caches()) GTEST_SKIP() << "the pool keeps nothing";
  nn::GRU<TypeParam> model(4, 8);
  const auto x = this->random({5, 3, 4}, 1).detach();
  const auto step = [&] {
    for (const auto& p : nn::parameters(model)) p.zero_grad();
    xg::sum(model(x)).backward();
  };
  step();
  step();
  const std::size_t before = xg::thread_pool()->system_blocks();
  for (int i = 0; i < 5; ++i) step();
  EXPECT_EQ(xg::thread_pool()->system_blocks(), before);
}

template <class Model>
Names names_of(Model& model) {
  Names names;
  for (const auto& [name, tensor] : nn::named_tensors(model)) names.push_back(name);
  return names;
}

TEST(RecurrentLayers, HaveTheNamesAndShapesOfPyTorch) {
  nn::LSTM<> two(3, 5, {2, true});
  EXPECT_EQ(
      names_of(two),
      (Names{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse",
             "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse", "weight_ih_l1",
             "weight_hh_l1", "bias_ih_l1", "bias_hh_l1", "weight_ih_l1_reverse",
             "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse"}));
  const auto tensors = nn::named_tensors(two);
  EXPECT_EQ(tensors[0].tensor.shape(), (xg::Shape{20, 3}));
  EXPECT_EQ(tensors[8].tensor.shape(), (xg::Shape{20, 10}));
  nn::RecurrentOptions bare;
  bare.bias = false;
  nn::GRU<> gru(3, 5, bare);
  EXPECT_EQ(names_of(gru), (Names{"weight_ih_l0", "weight_hh_l0"}));
  EXPECT_EQ(gru(xg::zeros({4, 2, 3})).shape(), (xg::Shape{4, 2, 5}));
}

TEST(RecurrentLayers, StartUniformWithinOneOverTheRootOfTheUnits) {
  nn::Generator generator(3);
  nn::RNN<double> model(10, 64, {}, generator);
  for (const auto& [name, tensor] : nn::named_tensors(model)) {
    double largest = 0;
    for (double e : plain(tensor).data) largest = std::max(largest, std::abs(e));
    EXPECT_LE(largest, 0.125) << name;
    EXPECT_GT(largest, 0.11) << name;
  }
}

TEST(RecurrentLayers, DropBetweenLayersInTrainingOnly) {
  nn::RecurrentOptions options;
  options.layers = 2;
  options.dropout = 0.5;
  nn::LSTM<double> model(3, 8, options), none(model);
  none.stack.options.dropout = 0;
  const xg::Tensor<double> x = xg::ones<double>({4, 2, 3});
  EXPECT_FALSE(model(x).value() == none(x).value());
  // Layer 0 is before the dropout.
  EXPECT_TRUE(check::identical(xg::slice(model.run(x).h, {0}), xg::slice(none.run(x).h, {0})));
  nn::eval(model);
  EXPECT_TRUE(check::identical(model(x), none(x)));
}

TEST(RecurrentLayers, RefuseWhatCannotBe) {
  EXPECT_EQ(
      message<std::invalid_argument>([] { nn::LSTM<>(0, 4); })
          .find("LSTM: expected features, hidden units and layers of at least 1, got (0, 4, 1)"
                " [recurrent_test.cpp:"),
      0u);
  EXPECT_THROW(nn::GRU<>(3, 0), std::invalid_argument);
  EXPECT_THROW(nn::RNN<>(3, 2, {0}), std::invalid_argument);
  EXPECT_THROW(nn::LSTM<>(3, 2, {1, false, 1.5}), std::invalid_argument);
  nn::LSTM<> model(3, 4);
  EXPECT_EQ(message<std::invalid_argument>([&] {
              model.run(xg::zeros({5, 2, 3}), {xg::zeros({2, 4}), {}});
            }).find("LSTM: expected states (1, 2, 4) for x (5, 2, 3), got (2, 4) ["),
            0u);
  EXPECT_EQ(message<std::invalid_argument>([&] {
              model(xg::zeros({5, 2, 7}));
            }).find("lstm: expected weight_ih (16, 7) for x (5, 2, 7), got (16, 3) ["),
            0u);
  EXPECT_THROW(model(xg::zeros({3})), std::invalid_argument);
  EXPECT_THROW(model(xg::zeros({})), std::invalid_argument);
}

}  // namespace
