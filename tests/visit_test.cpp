// Walks over models: names, nesting, what counts as a parameter, and the flag of training.
#include "check.hpp"

#include <xgrad/nn/layers.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using Names = std::vector<std::string>;
using Tensor = xg::Tensor<double>;

template <class Model>
Names names_of(Model& model) {
  Names names;
  for (const auto& [name, tensor] : nn::named_tensors(model)) names.push_back(name);
  return names;
}

/// Scales by a parameter, shifts by a buffer, and counts.
struct Normalizer {
  using value_type = double;
  Tensor scale = xg::parameter(2.0), shift = 3.0, absent;
  bool training = true, other = true;
  std::int64_t batches = 0;

  Tensor operator()(const Tensor& x) const { return x * scale + shift; }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("scale", scale);
    visitor("shift", shift);
    visitor("absent", absent);
    visitor("training", training);
    visitor("other", other);
    visitor("batches", batches);
  }
};

/// A struct of layers, of which one has nothing to name.
struct Block {
  using value_type = double;
  nn::Dense<double> dense{2, 2};
  nn::Tanh activation;
  Normalizer norm;

  Tensor operator()(const Tensor& x) const { return norm(activation(dense(x))); }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("dense", dense);
    visitor("activation", activation);
    visitor("norm", norm);
  }
};

/// A struct that holds a Sequential and lists of structs.
struct Network {
  using value_type = double;
  nn::Sequential<Block, nn::Relu, nn::Dense<double>> body{Block(), nn::Relu(),
                                                          nn::Dense<double>(2, 3)};
  std::vector<Block> blocks{Block(), Block()};
  std::array<nn::Dense<double>, 2> heads{nn::Dense<double>(3, 1), nn::Dense<double>(3, 1)};

  Tensor operator()(const Tensor& x) const { return body(x); }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("body", body);
    visitor("blocks", blocks);
    visitor("heads", heads);
  }
};

TEST(Visit, PrefixesTheNamesOfNestedLayers) {
  nn::Sequential inner{nn::Tanh(), nn::Dense<double>(3, 2)};
  auto lambda = [](const Tensor& x) { return x; };
  nn::Sequential model{nn::Dense<double>(4, 3), lambda, inner, Block()};
  EXPECT_EQ(names_of(model),
            (Names{"0.weight", "0.bias", "2.1.weight", "2.1.bias", "3.dense.weight", "3.dense.bias",
                   "3.norm.scale", "3.norm.shift"}));
}

TEST(Visit, NestsStructsSequentialsAndListsEitherWayRound) {
  nn::Sequential model{Network()};
  const Names block = {"dense.weight", "dense.bias", "norm.scale", "norm.shift"};
  Names expected;
  for (const char* prefix :
       {"0.body.0.", "0.body.2.", "0.blocks.0.", "0.blocks.1.", "0.heads.0.", "0.heads.1."}) {
    const std::string place = prefix;
    const bool dense = place == "0.body.2." || place.rfind("0.heads", 0) == 0;
    for (const std::string& name : dense ? Names{"weight", "bias"} : block) {
      expected.push_back(place + name);
    }
  }
  EXPECT_EQ(names_of(model), expected);
}

TEST(Visit, ParametersAreTheTensorsThatWantAGradient) {
  Block block;
  const std::vector<Tensor> parameters = nn::parameters(block);
  ASSERT_EQ(parameters.size(), 3u);
  EXPECT_EQ(parameters[2].node().get(), block.norm.scale.node().get());
  EXPECT_EQ(nn::parameter_count(block), 4u + 2 + 1);
  block.dense.weight = block.dense.weight.detach();  // frozen
  EXPECT_EQ(nn::parameters(block).size(), 2u);
  EXPECT_EQ(names_of(block).size(), 4u);
}

TEST(Visit, TensorsOfTwoLayersAreOneParameterUnderTwoNames) {
  nn::Dense<double> dense(3, 3);
  nn::Sequential model{dense, nn::Relu(), dense};
  EXPECT_EQ(nn::parameters(model).size(), 2u);
  EXPECT_EQ(nn::parameter_count(model), 12u);
  EXPECT_EQ(names_of(model), (Names{"0.weight", "0.bias", "2.weight", "2.bias"}));
}

TEST(Visit, NamedTensorsAreHandlesOfTheModelsOwn) {
  Block block;
  for (const auto& [name, tensor] : nn::named_tensors(block)) {
    if (name == "norm.shift") tensor.assign(Tensor(7.0));
  }
  EXPECT_EQ(block.norm.shift.item(), 7);
}

TEST(Visit, MembersPointToFlagsAndCounters) {
  nn::Sequential model{Normalizer()};
  Names kinds;
  for (const auto& member : nn::Walk<double>(model).members()) {
    kinds.push_back(member.name + (member.tensor ? " tensor" : member.flag ? " flag" : " counter"));
    if (member.counter) *member.counter = 5;
  }
  EXPECT_EQ(kinds, (Names{"0.scale tensor", "0.shift tensor", "0.training flag", "0.other flag",
                          "0.batches counter"}));
  EXPECT_EQ(model.layer<0>().batches, 5);
}

TEST(Visit, TrainAndEvalReachNestedLayers) {
  Network network;
  const auto all = [&](bool on) {
    return network.body.layer<0>().norm.training == on && network.blocks[0].norm.training == on &&
           network.blocks[1].norm.training == on;
  };
  nn::eval(network);
  EXPECT_TRUE(all(false));
  EXPECT_TRUE(network.blocks[1].norm.other);  // only what is named "training"
  nn::train(network);
  EXPECT_TRUE(all(true));
  Normalizer alone;
  nn::eval(alone);
  EXPECT_FALSE(alone.training);
}

TEST(Visit, AModelOfNothingHasNoTensors) {
  nn::Sequential model{nn::Relu(), nn::Tanh()};
  EXPECT_TRUE(nn::named_tensors(model).empty());
  EXPECT_TRUE(nn::parameters(model).empty());
  EXPECT_EQ(nn::parameter_count(model), 0u);
}

}  // namespace
