// The independent reference for dropout. Shares the generator with the library, and nothing else.
#pragma once
#include "reference.hpp"

#include <xgrad/ops/random.hpp>

namespace reference {

/// x / (1 - p) where a number drawn in [0, 1) is at least p, else 0; a draw has the numbers for two
/// elements, as its halves, the low one first.
template <class S>
Nd<S> dropout(const Nd<S>& x, double p, std::uint64_t seed) {
  xgrad::Generator generator(seed);
  Nd<S> y(x.shape);
  std::uint64_t draw = 0;
  for (std::size_t i = 0; i < x.data.size(); ++i) {
    if (i % 2 == 0) draw = generator();
    const std::uint64_t half = i % 2 == 0 ? draw % 4294967296 : draw / 4294967296;
    const bool kept = double(half) / 4294967296.0 >= p;
    y.data[i] = kept ? x.data[i] / S(1 - p) : S(0);
  }
  return y;
}

}  // namespace reference
