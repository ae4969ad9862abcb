// Trains a variational autoencoder (Kingma & Welling 2014) on Fashion-MNIST and draws what it
// makes: test images beside their reconstructions, and images of its own. For the options, --help.
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "plots.hpp"

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

constexpr std::size_t pixels = 784;

struct Options {
  std::size_t epochs = 20;
  std::size_t batch = 128;
  double learning_rate = 1e-3;
  std::size_t hidden = 400;
  std::size_t latent = 20;
  nn::Generator::result_type seed = 1;
  std::string data = nn::fashion_mnist_folder;
  std::string out = "pictures";
  std::string save;
  bool quick = false;
  bool no_pictures = false;
};

/// q(z | x) = N(mean(x), exp(log_variance(x))) and p(x | z), a Bernoulli distribution per pixel.
struct VariationalAutoencoder {
  using value_type = float;

  nn::Dense<> encoder, mean, log_variance, decoder, logits;

  VariationalAutoencoder(std::size_t hidden, std::size_t latent, nn::Generator& generator)
      : encoder(pixels, hidden, generator),
        mean(hidden, latent, generator),
        log_variance(hidden, latent, generator),
        decoder(latent, hidden, generator),
        logits(hidden, pixels, generator) {}

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("encoder", encoder);
    visitor("mean", mean);
    visitor("log_variance", log_variance);
    visitor("decoder", decoder);
    visitor("logits", logits);
  }

  /// Logits of the pixels (b, 784) of latent variables (b, latent).
  xg::Tensor<> decode(const xg::Tensor<>& z) const { return logits(xg::relu(decoder(z))); }

  /// The two terms of the negative evidence lower bound, in nats per image.
  struct Loss {
    xg::Tensor<> reconstruction, divergence;
  };
  Loss loss(const xg::Tensor<>& x, nn::Generator& generator) const {
    const auto h = xg::relu(encoder(x));
    const auto mu = mean(h), log_var = log_variance(h);
    const auto noise = nn::normal(mu.shape(), 0, 1, generator);
    const auto z = mu + xg::exp(0.5 * log_var) * noise;  // the gradient passes through the draw
    const auto batch = static_cast<double>(x.shape()[0]);
    return {xg::binary_cross_entropy_with_logits(decode(z), x, xg::Reduction::batch_mean),
            xg::sum(mu * mu + xg::exp(log_var) - 1 - log_var) * (0.5 / batch)};
  }
};

/// Means over the images of an epoch.
struct Bound {
  double reconstruction = 0, divergence = 0, images = 0;

  void add(const VariationalAutoencoder::Loss& loss, std::size_t n) {
    const double weight = static_cast<double>(n) / (images + static_cast<double>(n));
    reconstruction += weight * (loss.reconstruction.item() - reconstruction);
    divergence += weight * (loss.divergence.item() - divergence);
    images += static_cast<double>(n);
  }
  double total() const { return reconstruction + divergence; }
};

template <class Data>
Bound evaluate(const VariationalAutoencoder& model, const Data& data, nn::Generator& generator) {
  const xg::NoGrad guard;
  Bound bound;
  for (auto [images, labels] : nn::batches(data, 1000).in_order()) {
    bound.add(model.loss(images, generator), labels.size());
  }
  return bound;
}

template <class Data>
void fit(VariationalAutoencoder& model, const Data& train, const Data& test, const Options& options,
         nn::Generator& generator) {
  std::printf("%zu training and %zu test images, 784-%zu-%zu-%zu-784, %zu parameters\n",
              train.size(), test.size(), options.hidden, options.latent, options.hidden,
              nn::parameter_count(model));
  nn::Adam optimizer(nn::parameters(model), options.learning_rate);
  for (std::size_t epoch = 1; epoch <= options.epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    Bound bound;
    for (auto [images, labels] : nn::batches(train, options.batch, generator).prefetch(2)) {
      const auto loss = model.loss(images, generator);
      optimizer.zero_grad();
      (loss.reconstruction + loss.divergence).backward();
      optimizer.step();
      bound.add(loss, labels.size());
    }
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const Bound tested = evaluate(model, test, generator);
    std::printf("epoch %2zu/%zu  %5.1f s  train %.2f  test %.2f nats per image = %.2f + %.2f\n",
                epoch, options.epochs, time.count(), bound.total(), tested.total(),
                tested.reconstruction, tested.divergence);
    std::fflush(stdout);
  }
}

void draw(const VariationalAutoencoder& model, const nn::Dataset& test, const Options& options,
          nn::Generator& generator) {
  constexpr std::size_t columns = 12, rows = 8;
  const xg::NoGrad guard;
  auto batches = nn::batches(test, columns).in_order();
  const nn::Batch head = *batches.begin();
  const auto mu = model.mean(xg::relu(model.encoder(head.images)));
  const auto z = nn::normal({columns * rows, options.latent}, 0, 1, generator);
  const std::vector<plots::Images> blocks = {
      {"Test images", head.images.value()},
      {"Their reconstructions", xg::sigmoid(model.decode(mu)).value()},
      {"Images from the prior", xg::sigmoid(model.decode(z)).value()}};
  const auto file = std::filesystem::path(options.out) / "samples.png";
  try {
    plots::draw_images(blocks, columns, file);
    std::printf("picture: %s\n", file.c_str());
  } catch (const plots::Error& error) {
    std::printf("picture skipped: %s\n", error.what());
  }
}

void run(const Options& options) {
  if (!options.no_pictures) std::filesystem::create_directories(options.out);
  const nn::Split data = nn::fashion_mnist(options.data);
  nn::Generator generator(options.seed);
  VariationalAutoencoder model(options.hidden, options.latent, generator);
  if (options.quick) {
    fit(model, nn::random_split(data.train, 0.1, generator).first,
        nn::random_split(data.test, 0.1, generator).first, options, generator);
  } else {
    fit(model, data.train, data.test, options, generator);
  }
  if (!options.save.empty()) nn::save(options.save, model);
  if (!options.no_pictures) draw(model, data.test, options, generator);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CommandLine line(
      "Trains a variational autoencoder on Fashion-MNIST and draws images that it makes.");
  const Allowed count = between(1, 100000);
  const Allowed fraction = between(0.0, 1.0);
  line.option("--epochs", options.epochs, "N", "passes over the training set", count);
  line.option("--batch", options.batch, "N", "images in a training step", count);
  line.option("--learning-rate", options.learning_rate, "RATE", "of Adam", fraction);
  line.option("--hidden", options.hidden, "N", "neurons in the hidden layers", count);
  line.option("--latent", options.latent, "N", "latent variables", count);
  line.option("--seed", options.seed, "N", "of the weights, the order of the images and all draws");
  line.option("--data", options.data, "FOLDER", "where the data set is");
  line.option("--out", options.out, "FOLDER", "where the picture goes");
  line.option("--save", options.save, "FILE", "the trained model, .safetensors or .npz");
  line.flag("--quick", options.quick, "train and test on a tenth of the data, for two epochs");
  line.flag("--no-pictures", options.no_pictures, "draw nothing");
  return line.run(argc, argv, [&] {
    if (options.quick) options.epochs = std::min<std::size_t>(options.epochs, 2);
    run(options);
  });
}
