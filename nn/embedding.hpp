// Vectors for indices.
#pragma once
#include <xgrad/nn/observe.hpp>
#include <xgrad/nn/random.hpp>
#include <xgrad/ops/index.hpp>

#include <cstdint>
#include <optional>

namespace xgrad::nn {

/// A vector of `features` numbers for each index below `vocabulary`, at first normal with mean 0
/// and deviation 1, as in PyTorch. The vector at `padding`, if there is one, starts at 0 and is not
/// trained.
template <class T = float>
struct Embedding {
  using value_type = T;
  Tensor<T> weight;  // (vocabulary, features)
  std::optional<std::int64_t> padding;

  /// Throws std::invalid_argument if an extent is 0, or for a padding that is no index.
  Embedding(std::size_t vocabulary, std::size_t features,
            std::optional<std::int64_t> padding_index = {},
            Generator& generator = default_generator(), Location at = here());
  /// (..., features) for indices (...). Throws std::invalid_argument for one out of the vocabulary.
  Tensor<T> operator()(const Indices& indices, Location at = here()) const {
    return observed(*this, embedding(weight, indices, padding, at));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
  }
};

}  // namespace xgrad::nn
