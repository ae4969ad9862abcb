#include <xgrad/nn/dropout.hpp>

namespace xgrad::nn {
namespace {

double checked(double p, Location at) {
  if (!(p >= 0 && p <= 1)) fail("Dropout", "p from 0 to 1", std::to_string(p), at);
  return p;
}

}  // namespace

Dropout::Dropout(double probability, Location at)
    : p(checked(probability, at)), generator(nullptr) {}
Dropout::Dropout(double probability, Generator& draws_from, Location at)
    : p(checked(probability, at)), generator(&draws_from) {}

}  // namespace xgrad::nn
