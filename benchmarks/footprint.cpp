// One training program of each kind, to be measured from outside: footprint.py.
//
//   footprint xgrad|by_hand LAYERS STEPS
//
// trains a perceptron, 784-128-10 with batch 64 for LAYERS = 2 or 784-512-512-10 with batch 256 for
// 3, and prints the last loss and the most memory that was ever resident, in KiB.
#include "variants.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace {

/// Of this process, in KiB; 0 where the system does not say.
long peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib;
  }
  return 0;
}

problem::Training training_of(int layers) {
  if (layers == 2) return {"", {784, 128, 10}, 64, handwritten::Update::sgd};
  return {"", {784, 512, 512, 10}, 256, handwritten::Update::sgd};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "footprint: expected xgrad|by_hand LAYERS STEPS\n");
    return 2;
  }
  const problem::Training training = training_of(std::atoi(argv[2]));
  const int steps = std::atoi(argv[3]);
  float loss = 0;
  if (std::strcmp(argv[1], "xgrad") == 0) {
    variants::XgradMlp<xgrad::nn::SGD<>> model(training);
    for (int i = 0; i < steps; ++i) loss = model.step().item();
  } else {
    const auto network = variants::by_hand(training);
    for (int i = 0; i < steps; ++i) {
      loss =
          network->step(training.images.data(), training.labels.data(), training.learning_rate());
    }
  }
  std::printf("%g %ld\n", static_cast<double>(loss), peak_memory());
}
