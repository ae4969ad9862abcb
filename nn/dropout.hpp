// Dropout as a layer.
#pragma once
#include <xgrad/nn/observe.hpp>
#include <xgrad/ops/dropout.hpp>

namespace xgrad::nn {

/// In training each element is 0 with probability p, and x / (1 - p) else; after eval(model) the
/// layer does nothing.
struct Dropout {
  double p;
  Generator* generator;  // null: the calling thread's default_generator()
  bool training = true;

  /// Throws std::invalid_argument unless 0 <= p <= 1. A generator must outlive the layer.
  explicit Dropout(double probability = 0.5, Location at = here());
  Dropout(double probability, Generator& draws_from, Location at = here());
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    Generator& draws = generator != nullptr ? *generator : default_generator();
    return observed(*this, dropout(x, p, training, draws, at));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("training", training);
  }
};

}  // namespace xgrad::nn
