// Random numbers that are the same with every standard library: the distributions of <random> and
// std::shuffle are not, and that header alone would double the compile time of a small program.
// Never recorded: they are constants.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <cstdint>

namespace xgrad {

/// xoshiro256** (Blackman & Vigna 2018), its state filled from the seed by splitmix64 as its
/// authors advise. A UniformRandomBitGenerator, so it also serves <random> and xt::random.
class Generator {
 public:
  using result_type = std::uint64_t;
  explicit Generator(std::uint64_t seed = 0) noexcept;
  std::uint64_t operator()() noexcept;
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t(0); }

  /// All that the draws to come depend on, to be kept and restored.
  using State = std::array<std::uint64_t, 4>;
  const State& state() const noexcept { return state_; }
  /// Throws std::invalid_argument if all words are 0, which no generator reaches.
  void restore(const State& state, Location at = here());

 private:
  State state_;
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

/// Elements uniform in [low, high).   Throws std::invalid_argument unless the bounds are finite and
/// low <= high; equal ones give just that number.
template <class T = float>
Tensor<T> uniform(const Shape& shape, double low, double high,
                  Generator& generator = default_generator(), Location at = here());

/// Elements normal with this mean and standard deviation.   Throws std::invalid_argument unless
/// both are finite and the deviation is not negative.
template <class T = float>
Tensor<T> normal(const Shape& shape, double mean, double deviation,
                 Generator& generator = default_generator(), Location at = here());

/// Elements 1 with probability p, else 0.   Throws std::invalid_argument unless 0 <= p <= 1.
template <class T = float>
Tensor<T> bernoulli(const Shape& shape, double p, Generator& generator = default_generator(),
                    Location at = here());

}  // namespace xgrad
