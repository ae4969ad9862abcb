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

struct Options {
  std::size_t epochs = 20;
  std::size_t batch = 256;
  double learning_rate = 3e-3;
  std::array<std::size_t, 2> hidden = {256, 128};
  nn::Generator::result_type seed = 1;
  std::string data = nn::fashion_mnist_folder;
  std::string out = "pictures";
  std::string save;
  bool quick = false;
  bool no_pictures = false;
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
  const images::Result result = images::fit(
      model, data, {options.epochs, options.batch, options.learning_rate}, generator, [&] {
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
  const Allowed count = between(1, 100000);
  const Allowed fraction = between(0.0, 1.0);
  line.option("--epochs", options.epochs, "N", "passes over the training set", count);
  line.option("--batch", options.batch, "N", "images in a training step", count);
  line.option("--learning-rate", options.learning_rate, "RATE", "at first; decays to 0",
              fraction);
  line.option("--hidden", options.hidden, "N N", "neurons in the two hidden layers", count);
  line.option("--seed", options.seed, "N", "of the weights and of the order of the images");
  line.option("--data", options.data, "FOLDER", "where the data set is");
  line.option("--out", options.out, "FOLDER", "where the pictures go");
  line.option("--save", options.save, "FILE", "the trained model, .safetensors or .npz");
  line.flag("--quick", options.quick, "train and test on a tenth of the data");
  line.flag("--no-pictures", options.no_pictures, "draw nothing");
  return line.run(argc, argv, [&] { run(options); });
}
