// The layers of convolutional networks: names, starting values, what they compute, errors; and that
// the kernels' results do not depend on threads.
#include "check.hpp"

#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/layers.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/threads.hpp>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::identical, check::message;
using Tensor = xg::Tensor<double>;
using Invalid = std::invalid_argument;

TEST(ConvLayers, HaveTheNamesAndShapesOfPyTorch) {
  nn::Sequential model{nn::Conv2d<double>(4, 6, {3, 2}, {1, 0, 1, 2}),
                       nn::Relu(),
                       nn::MaxPool2d(2),
                       nn::ConvTranspose2d<double>(6, 4, 3, {2, 0, 0, 2}),
                       nn::Flatten(),
                       nn::Conv1d<double>(2, 3, 5)};
  std::string text;
  for (const auto& [name, tensor] : nn::named_tensors(model))
    text += name + " " + to_string(tensor.shape()) + "\n";
  EXPECT_EQ(text,
            "0.weight (6, 2, 3, 2)\n0.bias (6)\n3.weight (6, 2, 3, 3)\n3.bias (4)\n"
            "5.weight (3, 2, 5)\n5.bias (3)\n");
  model.layer<0>().bias = Tensor();
  EXPECT_EQ(nn::parameters(model).size(), 5u);
}

// PyTorch: kaiming_uniform with a = sqrt(5), and the bias alike.
TEST(ConvLayers, StartUniformWithinOneOverTheRootOfAWindow) {
  nn::Generator generator(3), same(3);
  const nn::Conv2d<double> conv(8, 64, {3, 5}, {1, 0, 1, 2}, generator);
  const nn::ConvTranspose2d<double> transposed(64, 8, {3, 5}, {}, generator);
  auto expect_bound = [](const Tensor& x, double bound, double nearly) {
    EXPECT_LE(xg::amax(xg::abs(x)).item(), bound);
    EXPECT_GT(xg::amax(x).item(), nearly * bound);
    EXPECT_LT(xg::amin(x).item(), -nearly * bound);
  };
  expect_bound(conv.weight, 1 / std::sqrt(4.0 * 15), 0.99);
  expect_bound(conv.bias, 1 / std::sqrt(4.0 * 15), 0.8);
  expect_bound(transposed.weight, 1 / std::sqrt(8.0 * 15), 0.99);  // PyTorch's fan in
  const nn::Conv2d<double> again(8, 64, {3, 5}, {1, 0, 1, 2}, same);
  EXPECT_TRUE(identical(conv.weight, again.weight));
  EXPECT_TRUE(identical(conv.bias, again.bias));
}

TEST(ConvLayers, ComputeWhatTheOperationsDo) {
  nn::Generator generator(5);
  const Tensor image = nn::normal<double>({2, 4, 9, 8}, 0, 1, generator);
  const Tensor line = nn::normal<double>({2, 4, 9}, 0, 1, generator);
  const nn::Conv1d<double> conv1(4, 3, 3, {2, 1}, generator);
  EXPECT_TRUE(identical(conv1(line), xg::conv1d(line, conv1.weight, conv1.bias, {2, 1})));
  const nn::Conv2d<double> conv2(4, 6, 3, {{1, 2}, 1, 1, 2}, generator);
  EXPECT_TRUE(
      identical(conv2(image), xg::conv2d(image, conv2.weight, conv2.bias, {{1, 2}, 1, 1, 2})));
  const nn::ConvTranspose2d<double> transposed(4, 2, 3, {2, 1, 1}, generator);
  EXPECT_TRUE(identical(transposed(image), xg::conv_transpose2d(image, transposed.weight,
                                                                transposed.bias, {2, 1, 1})));
  EXPECT_TRUE(identical(nn::MaxPool1d(2)(line), xg::max_pool1d(line, 2)));
  EXPECT_TRUE(identical(nn::MaxPool2d(3, {2, 1})(image), xg::max_pool2d(image, 3, {2, 1})));
  EXPECT_TRUE(identical(nn::AvgPool1d(2)(line), xg::avg_pool1d(line, 2)));
  EXPECT_TRUE(identical(nn::AvgPool2d({3, 2}, {1})(image), xg::avg_pool2d(image, {3, 2}, {1})));
  EXPECT_TRUE(identical(nn::AdaptiveAvgPool2d(2)(image), xg::adaptive_avg_pool2d(image, 2)));
  EXPECT_TRUE(
      identical(nn::AdaptiveMaxPool2d({1, 3})(image), xg::adaptive_max_pool2d(image, {1, 3})));
  EXPECT_EQ(nn::Flatten()(image).shape(), (xg::Shape{2, 288}));
  EXPECT_EQ(nn::Flatten()(xg::zeros<double>({0, 3, 4})).shape(), (xg::Shape{0, 12}));
  EXPECT_EQ(nn::Flatten()(xg::zeros<double>({5})).shape(), (xg::Shape{5, 1}));
}

TEST(ConvLayers, ReluIsPartOfTheConvolutionBeforeIt) {
  nn::Generator generator(7);
  const nn::Conv2d<double> conv(3, 5, 3, {1, 1}, generator);
  nn::Sequential folded{conv, nn::Relu()};
  auto same = [](const Tensor& x) { return x; };
  nn::Sequential apart{conv, same, nn::Relu()};
  const Tensor x = xg::parameter(nn::normal<double>({2, 3, 6, 7}, 0, 1, generator));
  EXPECT_TRUE(identical(folded(x), apart(x)));
  EXPECT_EQ(xg::tape(folded(x)).entries.size() + 1, xg::tape(apart(x)).entries.size());
  const std::vector<Tensor> inputs = {x, conv.weight, conv.bias};
  const auto gradients = xg::grad(xg::sum(folded(x) * folded(x)), inputs);
  const auto expected = xg::grad(xg::sum(apart(x) * apart(x)), inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_TRUE(identical(gradients[i], expected[i])) << i;
}

TEST(ConvLayers, NameWhatIsWrong) {
  nn::Generator& g = nn::default_generator();
  EXPECT_EQ(message<Invalid>([&] { nn::Conv2d<double>(0, 3, 3, {}, g, {}); }),
            "Conv2d: expected extents of at least 1, got (3, 0)");
  EXPECT_EQ(message<Invalid>([&] { nn::Conv1d<double>(2, 3, 0, {}, g, {}); }),
            "Conv1d: expected kernel in [1, 2^31), got 0");
  EXPECT_EQ(message<Invalid>([&] {
              nn::Conv2d<double>(4, 6, 3, {1, 0, 1, 3}, g, {});
            }),
            "Conv2d: expected groups that divide 6 and 4 channels, got 3");
  EXPECT_EQ(message<Invalid>([&] {
              nn::ConvTranspose2d<double>(4, 6, 3, {1, 0, 0, 0}, g, {});
            }),
            "ConvTranspose2d: expected groups that divide 4 and 6 channels, got 0");
  EXPECT_EQ(message<Invalid>([&] { nn::Flatten()(Tensor(1), {}); }),
            "Flatten: expected x (n, ...), got ()");
  const nn::Conv2d<double> conv(3, 4, 3);
  const std::string wrong = message<Invalid>([&] { conv(xg::zeros<double>({1, 1, 28, 28})); });
  EXPECT_EQ(wrong.find("conv2d: expected x of 3 channels for weight (4, 3, 3, 3) in 1 group, got "
                       "(1, 1, 28, 28) [conv_layers_test.cpp:"),
            0u)
      << wrong;
}

TEST(ConvLayers, BitsDoNotDependOnThreads) {
  nn::Generator generator(9);
  const Tensor x = xg::parameter(nn::normal<double>({21, 4, 17, 19}, 0, 1, generator));
  const nn::Conv2d<double> conv(4, 18, 3, {1, 1, 1, 2}, generator);
  auto run = [&](unsigned threads) {
    xg::set_threads(threads);
    const Tensor y = xg::avg_pool2d(xg::max_pool2d(conv(x), 2), 2);
    std::vector<Tensor> result = xg::grad(xg::sum(y * y), {x, conv.weight, conv.bias});
    result.push_back(y);
    return result;
  };
  const unsigned before = xg::threads();
  const std::vector<Tensor> one = run(1);
  for (unsigned threads : {2u, 3u, 7u}) {
    const std::vector<Tensor> several = run(threads);
    for (std::size_t i = 0; i < one.size(); ++i)
      EXPECT_TRUE(identical(several[i], one[i])) << threads << " threads, " << i;
  }
  xg::set_threads(before);
}

}  // namespace
