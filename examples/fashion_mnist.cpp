// Trains a multilayer perceptron on Fashion-MNIST, 70,000 images of clothing in ten classes, and
// draws how that went. For the options, --help.
#include <xgrad/xgrad.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "command_line.hpp"
#include "images.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

struct Options : images::Options {
  std::array<std::size_t, 2> hidden = {256, 128};
  std::string save;

  Options() : images::Options{{20, 256, 3e-3}} {}
};

void run(const Options& options) {
  if (!options.no_pictures) std::filesystem::create_directories(options.out);
  nn::Split data = nn::fashion_mnist(options.data);
  if (options.quick) data = {images::head(data.train, 6000), images::head(data.test, 1000)};
  std::printf("%zu training and %zu test images, layers 784-%zu-%zu-10, batches of %zu\n",
              data.train.size(), data.test.size(), options.hidden[0], options.hidden[1],
              options.batch);

  nn::Generator generator(options.seed);
  const auto [first, second] = options.hidden;
  nn::Sequential model{nn::Dense(784, first, generator), nn::Relu(),
                       nn::Dense(first, second, generator), nn::Relu(),
                       nn::Dense(second, 10, generator)};
  const xg::Tensor<> test_images = data.test.images;
  const images::Result result = images::fit(model, data, options, generator, [&] {
    const xg::NoGrad guard;
    return model(test_images);
  });
  if (!options.save.empty()) nn::save(options.save, model);
  if (!options.no_pictures) images::draw(result, data.test, options.out);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line("Trains a multilayer perceptron on Fashion-MNIST and draws how that went.");
  line.option("--hidden", options.hidden, "N N", "neurons in the two hidden layers",
              Options::count);
  line.option("--save", options.save, "FILE", "the trained model, .safetensors or .npz");
  options.add_to(line, "train and test on a tenth of the data");
  return line.run(argc, argv, [&] { run(options); });
}
