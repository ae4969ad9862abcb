#include <xgrad/ops/random.hpp>

#include <cmath>

namespace xgrad {
namespace {

std::uint64_t rotated(std::uint64_t x, int bits) noexcept { return x << bits | x >> (64 - bits); }

template <class T, class Draw>
Tensor<T> drawn(const Shape& shape, const Draw& draw) {
  Tensor<T> y = empty<T>(shape);
  launch(
      [draw](Array<T>& out) {
        for (T& element : out) element = draw();
      },
      y);
  return y;
}

}  // namespace

Generator::Generator(std::uint64_t seed) noexcept {
  for (std::uint64_t& word : state_) {
    std::uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    word = z ^ z >> 31;
  }
}

void Generator::restore(const State& state, Location at) {
  if (state == State{}) fail("Generator", "a state with a word that is not 0", "all 0", at);
  state_ = state;
}

std::uint64_t Generator::operator()() noexcept {
  std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
  std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotated(state_[3], 45);
  return result;
}

Generator& default_generator() noexcept {
  static thread_local Generator generator;
  return generator;
}

double uniform01(Generator& generator) noexcept {
  return static_cast<double>(generator() >> 11) * 0x1p-53;
}

double normal(Generator& generator) noexcept {
  constexpr double two_pi = 6.283185307179586;
  double radius = std::sqrt(-2 * std::log(1 - uniform01(generator)));
  return radius * std::cos(two_pi * uniform01(generator));
}

std::uint64_t below(Generator& generator, std::uint64_t n, Location at) {
  if (n == 0) fail("below", "n of at least 1", "0", at);
  // The draws from `rejected` on are a whole multiple of n in number.
  std::uint64_t rejected = (0 - n) % n;
  std::uint64_t draw = generator();
  while (draw < rejected) draw = generator();
  return draw % n;
}

template <class T>
Tensor<T> uniform(const Shape& shape, double low, double high, Generator& generator, Location at) {
  if (!std::isfinite(high - low) || low > high) {
    fail("uniform", "finite bounds, low <= high",
         std::to_string(low) + " and " + std::to_string(high), at);
  }
  const T first = static_cast<T>(low), end = static_cast<T>(high);
  return drawn<T>(shape, [=, from = &generator] {
    T x = static_cast<T>(low + (high - low) * uniform01(*from));
    return x < end ? x : std::nextafter(end, first);  // rounded up to the end
  });
}

template <class T>
Tensor<T> normal(const Shape& shape, double mean, double deviation, Generator& generator,
                 Location at) {
  if (!std::isfinite(mean) || !std::isfinite(deviation) || deviation < 0) {
    fail("normal", "a finite mean and a finite deviation >= 0",
         std::to_string(mean) + " and " + std::to_string(deviation), at);
  }
  return drawn<T>(
      shape, [=, from = &generator] { return static_cast<T>(mean + deviation * normal(*from)); });
}

template <class T>
Tensor<T> bernoulli(const Shape& shape, double p, Generator& generator, Location at) {
  if (!(p >= 0 && p <= 1)) fail("bernoulli", "p from 0 to 1", std::to_string(p), at);
  return drawn<T>(shape, [p, from = &generator] { return T(uniform01(*from) < p ? 1 : 0); });
}

#define XGRAD_RANDOM(T)                                                           \
  template Tensor<T> uniform(const Shape&, double, double, Generator&, Location); \
  template Tensor<T> normal(const Shape&, double, double, Generator&, Location);  \
  template Tensor<T> bernoulli(const Shape&, double, Generator&, Location);
XGRAD_RANDOM(float)
XGRAD_RANDOM(double)

}  // namespace xgrad
