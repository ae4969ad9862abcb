// Random numbers that are the same with every standard library: the distributions of <random> and
// std::shuffle are not, and that header alone would double the compile time of a small program.
#pragma once
#include <xgrad/autograd/error.hpp>

#include <cstdint>

namespace xgrad::nn {

/// xoshiro256** (Blackman & Vigna 2018), its state filled from the seed by splitmix64 as its
/// authors advise. A UniformRandomBitGenerator, so it also serves <random> and xt::random.
class Generator {
 public:
  using result_type = std::uint64_t;
  explicit Generator(std::uint64_t seed = 0) noexcept;
  std::uint64_t operator()() noexcept;
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t(0); }

 private:
  std::uint64_t state_[4];
};

/// This thread's generator, for whoever passes none. Its seed is the same in every thread and run.
Generator& default_generator() noexcept;

/// Uniform in [0, 1): a multiple of 2^-53, from one draw.
double uniform01(Generator& generator) noexcept;

/// Normal with mean 0 and variance 1, from two draws (Box & Muller 1958; the second value is
/// dropped, so that the generator is all the state). Portable up to the rounding of log and cos.
double normal(Generator& generator) noexcept;

/// Uniform in 0..n-1 without bias. Throws std::invalid_argument if n is 0.
std::uint64_t below(Generator& generator, std::uint64_t n, Location at = here());

}  // namespace xgrad::nn
