#include <xgrad/ops/dropout.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad {
namespace {

constexpr std::size_t word_bits = 64;
using Bits = SharedArray<std::uint64_t>;

/// A bit per element, set where it is kept.
Bits draw_kept(std::size_t n, double p, Generator& generator) {
  const auto threshold = static_cast<std::uint64_t>(std::ceil(p * 0x1p32));
  Array<std::uint64_t> bits = empty_array<std::uint64_t>({(n + word_bits - 1) / word_bits});
  std::fill_n(bits.data(), bits.size(), std::uint64_t(0));
  std::uint64_t draw = 0;
  for (std::size_t i = 0; i < n; ++i) {
    draw = i % 2 == 0 ? generator() : draw >> 32;
    const std::uint64_t kept = (draw & 0xffffffff) >= threshold;
    bits.data()[i / word_bits] |= kept << i % word_bits;
  }
  return shared(std::move(bits));
}

template <class T>
Tensor<T> scale_kept(const Tensor<T>& x, const Bits& kept, T scale) {
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [kept, scale](Array<T>& out, const Array<T>& in) {
        for (std::size_t i = 0; i < in.size(); i += word_bits) {
          const std::uint64_t word = kept->data()[i / word_bits];
          const std::size_t count = std::min(word_bits, in.size() - i);
          for (std::size_t j = 0; j < count; ++j) {
            out.data()[i + j] = (word >> j & 1) != 0 ? in.data()[i + j] * scale : T(0);
          }
        }
      },
      y, x);
  return record("dropout", std::move(y), {&x},
                [kept, scale](Pullback<T>& p) { p.add(0, scale_kept(p.g, kept, scale)); });
}

}  // namespace

template <class T>
Tensor<T> dropout(const Tensor<T>& x, double p, bool training, Generator& generator, Location at) {
  if (!(p >= 0 && p <= 1)) fail("dropout", "p from 0 to 1", std::to_string(p), at);
  if (!training || p == 0) return x;
  return scale_kept(x, draw_kept(x.size(), p, generator), static_cast<T>(1 / (1 - p)));
}

XGRAD_DROPOUT(, float)
XGRAD_DROPOUT(, double)

}  // namespace xgrad
