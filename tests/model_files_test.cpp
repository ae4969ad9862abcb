// Models and runs in files: the names, what comes back, a file of another model, and a run that was
// interrupted, which goes on bit for bit.
#include "files.hpp"

#include <xgrad/io/npy.hpp>
#include <xgrad/io/safetensors.hpp>
#include <xgrad/nn/checkpoint.hpp>
#include <xgrad/nn/data.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/optim.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/loss.hpp>

#include <cstring>
#include <limits>

namespace {

namespace fs = std::filesystem;
namespace nn = xgrad::nn;
using xgrad::Array, xgrad::FileError, xgrad::Shape, xgrad::Tensor;

class ModelFiles : public files::Folder {
 protected:
  std::vector<fs::path> paths() const { return {folder_ / "a.safetensors", folder_ / "a.npz"}; }
};

/// The bits of all tensors and counters.
template <class Model>
std::string bits(Model& model) {
  std::string result;
  using T = typename Model::value_type;
  for (const nn::Member<T>& member : nn::Walk<T>(model).members()) {
    result += member.name;
    if (member.tensor != nullptr) {
      result.append(reinterpret_cast<const char*>(member.tensor->data()),
                    member.tensor->size() * sizeof(T));
    }
    if (member.counter != nullptr) result += std::to_string(*member.counter);
  }
  return result;
}

template <class T>
auto network(nn::Generator& generator) {
  return nn::Sequential{nn::Dense<T>(3, 4, generator), nn::BatchNorm1d<T>(4), nn::Relu(),
                        nn::Dense<T>(4, 2, generator)};
}

TEST_F(ModelFiles, RoundTrip) {
  for (const fs::path& path : paths()) {
    nn::Generator first(1), second(2);
    auto model = network<double>(first), other = network<double>(second);
    const Tensor<double> x = {{1, 2, 3}, {4, 5, 7}};
    model(x);  // moves the running statistics
    model.layer<0>().weight.mutable_value()(0, 0) = -0.0;
    model.layer<0>().weight.mutable_value()(0, 1) = std::numeric_limits<double>::denorm_min();
    model.layer<0>().weight.mutable_value()(0, 2) = std::numeric_limits<double>::quiet_NaN();
    ASSERT_FALSE(bits(model) == bits(other));
    nn::save(path, model);  // .safetensors or .npz
    nn::load(path, other);  // all of it; or an error that lists what differs, and nothing
    EXPECT_TRUE(bits(model) == bits(other));
    EXPECT_TRUE(other.layer<0>().weight.tracked());
  }
}

TEST_F(ModelFiles, NamesAndTypesArePytorchs) {
  nn::Generator generator;
  auto model = network<float>(generator);
  const std::map<std::string, Shape> expected = {{"0.weight", {4, 3}},
                                                 {"0.bias", {4}},
                                                 {"1.weight", {4}},
                                                 {"1.bias", {4}},
                                                 {"1.running_mean", {4}},
                                                 {"1.running_var", {4}},
                                                 {"1.num_batches_tracked", {}},
                                                 {"3.weight", {2, 4}},
                                                 {"3.bias", {2}}};
  for (const fs::path& path : paths()) {
    nn::save(path, model);
    const xgrad::ArrayMap arrays =
        path.extension() == ".npz" ? xgrad::read_npz(path) : xgrad::read_safetensors(path).arrays;
    std::map<std::string, Shape> found;
    for (const auto& [name, array] : arrays) {
      found.emplace(name, shape_of(array));
      EXPECT_EQ(dtype(array),
                name == "1.num_batches_tracked" ? xgrad::DType::int64 : xgrad::DType::float32);
    }
    EXPECT_EQ(found, expected);
  }
}

TEST_F(ModelFiles, AFileOfAnotherModelChangesNothing) {
  for (const fs::path& path : paths()) {
    nn::Generator generator;
    nn::Sequential other{nn::Dense<float>(3, 5, generator), nn::Tanh(), nn::Tanh(),
                         nn::Dense<float>(4, 2, generator), nn::Dense<float>(1, 1, generator)};
    nn::save(path, other);
    auto model = network<float>(generator);
    const std::string before = bits(model);
    try {
      nn::load(path, model);
      ADD_FAILURE() << "no error";
    } catch (const FileError& error) {
      EXPECT_EQ(
          std::string(error.what()),
          "load: expected 9 arrays of the model's names and shapes, got missing \"1.weight\", "
          "\"1.bias\", \"1.running_mean\", \"1.running_var\", \"1.num_batches_tracked\"; "
          "unexpected \"4.bias\", \"4.weight\"; different \"0.weight\" as float32 (5, 3) "
          "instead of float32 (4, 3), \"0.bias\" as float32 (5) instead of float32 (4) [" +
              path.string() + "]");
    }
    EXPECT_TRUE(bits(model) == before);
  }
}

TEST_F(ModelFiles, TypesThatFit) {
  nn::Generator generator;
  auto narrow = network<float>(generator);
  auto wide = network<double>(generator);
  for (const fs::path& path : paths()) {
    nn::save(path, narrow);
    nn::load(path, wide);  // floats are doubles
    EXPECT_EQ(wide.layer<0>().weight.data()[5], double(narrow.layer<0>().weight.data()[5]));
    nn::save(path, wide);
    const std::string before = bits(narrow);
    EXPECT_THROW(nn::load(path, narrow), FileError);
    EXPECT_TRUE(bits(narrow) == before);
  }
}

TEST_F(ModelFiles, WrongUse) {
  nn::Generator generator;
  auto model = network<float>(generator);
  for (const char* name : {"model", "model.pt", "model.npz.gz", "safetensors", ""}) {
    EXPECT_THROW(nn::save(folder_ / name, model), std::invalid_argument) << name;
    EXPECT_THROW(nn::load(folder_ / name, model), std::invalid_argument) << name;
  }
  EXPECT_THROW(nn::load(folder_ / "missing.npz", model), FileError);
  nn::Checkpoint twice;
  twice.add("model", model).add("model", model);
  EXPECT_THROW(twice.save(folder_ / "twice.npz"), std::invalid_argument);

  Tensor<float> leaf = xgrad::parameter(Tensor<float>{1, 2}), result = leaf * 2.0f;
  nn::Checkpoint recorded;
  recorded.add("leaf", leaf).add("result", result);
  recorded.save(folder_ / "recorded.npz");
  leaf.mutable_value()(0) = 5;
  EXPECT_THROW(recorded.load(folder_ / "recorded.npz"), std::logic_error);
  EXPECT_EQ(leaf.data()[0], 5);
  EXPECT_TRUE(fs::exists(folder_ / "recorded.npz"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(ModelFiles, CountersNumbersAndGenerators) {
  for (const fs::path& path : paths()) {
    std::int64_t epoch = -7, epoch2 = 0;
    double best = -0.0, best2 = 1;
    nn::Generator generator(5), generator2(6);
    generator();
    nn::Checkpoint run, again;
    run.add("epoch", epoch).add("best", best).add("draws", generator);
    again.add("epoch", epoch2).add("best", best2).add("draws", generator2);
    run.save(path);
    again.load(path);
    EXPECT_EQ(epoch2, -7);
    EXPECT_TRUE(std::signbit(best2));
    EXPECT_EQ(generator2(), generator());

    xgrad::NamedArrays zeros;  // a state that no generator reaches
    const Array<std::uint64_t> words = {0, 0, 0, 0};
    const Array<std::int64_t> one = 1;
    const Array<double> half = 0.5;
    zeros = {{"epoch", one}, {"best", half}, {"draws", words}};
    path.extension() == ".npz" ? xgrad::write_npz(path, zeros)
                               : xgrad::write_safetensors(path, zeros);
    EXPECT_THROW(again.load(path), FileError);
    EXPECT_EQ(epoch2, -7);
  }
}

/// Everything that a training run depends on.
struct Training {
  nn::Generator draws{11}, drops{12};
  nn::Sequential<nn::Dense<float>, nn::BatchNorm1d<float>, nn::Relu, nn::Dropout, nn::Dense<float>>
      model{nn::Dense<float>(3, 16, draws), nn::BatchNorm1d<float>(16), nn::Relu(),
            nn::Dropout(0.3, drops), nn::Dense<float>(16, 2, draws)};
  nn::Adam<float> optimizer{nn::parameters(model), 0.02};
  std::int64_t epoch = 0;
  nn::Checkpoint checkpoint;
  std::vector<float> losses;

  Training() {
    checkpoint.add("model", model).add("optimizer", optimizer).add("epoch", epoch);
    checkpoint.add("draws", draws).add("drops", drops);
  }
  void train(const nn::Dataset& dataset, std::int64_t epochs) {
    for (; epoch < epochs; ++epoch) {
      for (auto [images, labels] : nn::batches(dataset, 8, draws)) {
        const Tensor<float> loss = xgrad::softmax_cross_entropy(model(images), labels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        losses.push_back(loss.item());
      }
    }
  }
};

TEST_F(ModelFiles, AResumedRunIsTheUninterruptedOne) {
  nn::Generator generator(3);
  nn::Dataset dataset;
  dataset.images = xgrad::normal<float>({50, 3}, 0, 1, generator).value();
  dataset.labels = xgrad::empty_array<int>({50});
  for (int& label : dataset.labels) label = int(nn::below(generator, 2));

  Training whole;
  whole.train(dataset, 6);
  for (const fs::path& path : paths()) {
    std::vector<float> losses;
    {
      Training first;
      first.train(dataset, 2);
      first.checkpoint.save(path);
      losses = first.losses;
      first.train(dataset, 3);  // lost
    }
    Training second;
    second.train(dataset, 1);  // whatever it has done before
    second.losses.clear();
    second.checkpoint.load(path);
    EXPECT_EQ(second.epoch, 2);
    second.train(dataset, 6);
    losses.insert(losses.end(), second.losses.begin(), second.losses.end());
    ASSERT_EQ(losses.size(), whole.losses.size());
    EXPECT_EQ(std::memcmp(losses.data(), whole.losses.data(), losses.size() * sizeof(float)), 0);
    EXPECT_TRUE(bits(second.model) == bits(whole.model));
    EXPECT_TRUE(bits(second.optimizer) == bits(whole.optimizer));
    EXPECT_EQ(second.draws(), nn::Generator(whole.draws)());
  }
}

// For tests/goldens/files.py, which reads it into PyTorch's layers.
TEST(ForPython, Model) {
  const char* folder = std::getenv("XGRAD_FILES");
  if (folder == nullptr) GTEST_SKIP() << "XGRAD_FILES names no folder";
  fs::create_directories(folder);
  nn::Generator generator;
  auto model = network<float>(generator);
  nn::save(fs::path(folder) / "model.safetensors", model);
}

}  // namespace
