// Trains a convolutional network on Fashion-MNIST, 70,000 images of clothing in ten classes, and
// draws how that went. For the options, --help.
#include <xgrad/xgrad.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "images.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options : images::Options {
  std::array<std::size_t, 2> channels = {32, 64};
  std::size_t hidden = 128;
  double dropout = 0.25;

  Options() : images::Options{{8, 32, 1e-3}} {}
};

/// Twice: 3 x 3 windows at every pixel, relu, the greatest of each 2 x 2; then two dense layers.
auto network(const Options& options, nn::Generator& generator) {
  const auto [first, second] = options.channels;
  const xg::ConvOptions<2> padded = {1, 1};  // stride 1, padding 1
  auto as_images = [](const xg::Tensor<>& x) { return xg::reshape(x, {-1, 1, 28, 28}); };
  return nn::Sequential{as_images,
                        nn::Conv2d(1, first, 3, padded, generator),
                        nn::Relu(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(first, second, 3, padded, generator),
                        nn::Relu(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Dropout(options.dropout, generator),
                        nn::Dense(second * 7 * 7, options.hidden, generator),
                        nn::Relu(),
                        nn::Dropout(options.dropout, generator),
                        nn::Dense(options.hidden, 10, generator)};
}

/// The logits of all images, a part at a time: what lies between the layers is large.
template <class Model>
xg::Tensor<> logits_of(Model& model, const xg::Tensor<>& images) {
  constexpr std::ptrdiff_t part = 500;
  const xg::NoGrad guard;
  nn::eval(model);
  std::vector<xg::Tensor<>> parts;
  const auto n = static_cast<std::ptrdiff_t>(images.shape()[0]);
  for (std::ptrdiff_t i = 0; i < n; i += part)
    parts.push_back(model(xg::slice(images, {xg::range(i, std::min(n, i + part))})));
  nn::train(model);
  return xg::concatenate(parts);
}

void run(Options options) {
  if (!options.no_pictures) std::filesystem::create_directories(options.out);
  nn::Split data = nn::fashion_mnist(options.data);
  if (options.quick) {
    data = {images::head(data.train, 2000), images::head(data.test, 500)};
    options.epochs = 2;
  }
  std::printf("%zu training and %zu test images, channels 1-%zu-%zu, layers %zu-%zu-10\n",
              data.train.size(), data.test.size(), options.channels[0], options.channels[1],
              options.channels[1] * 7 * 7, options.hidden);

  nn::Generator generator(options.seed);
  auto model = network(options, generator);
  const images::Result result =
      images::fit(model, data, options, generator,
                  [&] { return logits_of(model, data.test.images); });
  if (!options.no_pictures) images::draw(result, data.test, options.out);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Trains a convolutional network on Fashion-MNIST and draws how that went.");
  line.option("--channels", options.channels, "N N", "of the two convolutions", Options::count);
  line.option("--hidden", options.hidden, "N", "neurons in the hidden layer", Options::count);
  line.option("--dropout", options.dropout, "P", "before each dense layer", between(0, 1));
  options.add_to(line, "two epochs on a thirtieth of the data");
  return line.run(argc, argv, [&] { run(options); });
}
