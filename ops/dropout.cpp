#include <xgrad/ops/dropout.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad {
namespace {

constexpr std::size_t word_bits = 64;
/// A bit per element, set where it is kept. What draws it is a kernel, so that a plan draws anew.
using Bits = std::shared_ptr<Array<std::uint64_t>>;

/// Draws the bits of n elements.
void draw_kept(Array<std::uint64_t>& bits, std::size_t n, double p, Generator& generator) {
  const auto threshold = static_cast<std::uint64_t>(std::ceil(p * 0x1p32));
  std::fill_n(bits.data(), bits.size(), std::uint64_t(0));
  std::uint64_t draw = 0;
  for (std::size_t i = 0; i < n; ++i) {
    draw = i % 2 == 0 ? generator() : draw >> 32;
    const std::uint64_t kept = (draw & 0xffffffff) >= threshold;
    bits.data()[i / word_bits] |= kept << i % word_bits;
  }
}

template <class T>
void scale_kept(Array<T>& y, const Array<T>& x, const Array<std::uint64_t>& kept, T scale) {
  for (std::size_t i = 0; i < x.size(); i += word_bits) {
    const std::uint64_t word = kept.data()[i / word_bits];
    const std::size_t count = std::min(word_bits, x.size() - i);
    for (std::size_t j = 0; j < count; ++j) {
      y.data()[i + j] = (word >> j & 1) != 0 ? x.data()[i + j] * scale : T(0);
    }
  }
}

/// y = the kept elements of x, scaled: linear, so that it is its own derivative.
template <class T>
Tensor<T> record_kept(const Tensor<T>& x, Tensor<T> y, const Bits& kept, T scale) {
  return record("dropout", std::move(y), {&x}, [kept, scale](Pullback<T>& p) {
    Tensor<T> gx = empty<T>(p.g.shape());
    launch([kept, scale](Array<T>& out, const Array<T>& in) { scale_kept(out, in, *kept, scale); },
           gx, p.g);
    p.add(0, record_kept(p.g, std::move(gx), kept, scale));
  });
}

}  // namespace

template <class T>
Tensor<T> dropout(const Tensor<T>& x, double p, bool training, Generator& generator, Location at) {
  if (!(p >= 0 && p <= 1)) fail("dropout", "p from 0 to 1", std::to_string(p), at);
  if (!training || p == 0) return x;
  const T scale = static_cast<T>(1 / (1 - p));
  const Shape words = {(x.size() + word_bits - 1) / word_bits};
  Bits kept = std::make_shared<Array<std::uint64_t>>(empty_array<std::uint64_t>(words));
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [kept, p, scale, from = &generator](Array<T>& out, const Array<T>& in) {
        draw_kept(*kept, in.size(), p, *from);
        scale_kept(out, in, *kept, scale);
      },
      y, x);
  return record_kept(x, std::move(y), kept, scale);
}

#define XGRAD_DROPOUT(T) \
  template Tensor<T> dropout(const Tensor<T>&, double, bool, Generator&, Location);
XGRAD_DROPOUT(float)
XGRAD_DROPOUT(double)

}  // namespace xgrad
