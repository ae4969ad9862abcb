// Calls a trained model from a plain C++ program that links nothing but xgrad: reads the weights
// that `fashion_mnist --save model.safetensors` wrote (or PyTorch, for layers of the same names),
// and says what is on the test images.
#include <xgrad/xgrad.hpp>

#include <chrono>
#include <cstdio>
#include <exception>

namespace xg = xgrad;
namespace nn = xgrad::nn;

namespace {

void run(const char* file, const char* folder) {
  // The layers of the training program; loading sets all weights, or says what differs.
  nn::Sequential model{nn::Dense(784, 256), nn::Relu(), nn::Dense(256, 128), nn::Relu(),
                       nn::Dense(128, 10)};
  nn::load(file, model);
  nn::eval(model);

  const xg::NoGrad guard;
  const nn::Dataset test = nn::fashion_mnist(folder).test;
  const auto start = std::chrono::steady_clock::now();
  double right = 0;
  for (auto [images, labels] : nn::batches(test, 100).in_order()) {
    right += nn::accuracy(model(images), labels) * static_cast<double>(labels.size());
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  const auto count = static_cast<double>(test.size());
  std::printf("accuracy %.4f on %zu images, %.1f microseconds per image\n", right / count,
              test.size(), time.count() / count);

  const char* names[] = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                         "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};
  for (std::size_t i = 0; i < 5; ++i) {
    const xg::Tensor<> image = test[i].image;  // one image, no batch
    const xg::Tensor<> probabilities = xg::softmax(model(image), 0);
    std::size_t best = 0;
    for (std::size_t k = 1; k < 10; ++k) {
      if (probabilities.data()[k] > probabilities.data()[best]) best = k;
    }
    std::printf("image %zu: %s (%.1f %%), is: %s\n", i, names[best],
                100 * double(probabilities.data()[best]), names[test[i].label]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: inference MODEL.safetensors [FOLDER OF FASHION-MNIST]\n");
    return 2;
  }
  try {
    run(argv[1], argc == 3 ? argv[2] : nn::fashion_mnist_folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
