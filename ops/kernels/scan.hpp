// Running folds along an axis. The state is kept in double.
#pragma once
#include <xgrad/ops/kernels/lines.hpp>

#include <algorithm>
#include <array>

namespace xgrad {

/// Which neighbour an element follows: the one before it, or the one after it.
enum class Direction : bool { forward, reverse };
constexpr Direction opposite(Direction d) {
  return d == Direction::forward ? Direction::reverse : Direction::forward;
}

/// y = first(k) where a line starts, then step(state, k), the state being the last y of the line;
/// k is the element's place in memory.
template <class T, class First, class Step>
void scan(Array<T>& y, const Lines& lines, Direction direction, const First& first,
          const Step& step) {
  T* out = y.data();
  auto along = [&lines, direction](std::size_t i) {
    return direction == Direction::forward ? i : lines.n - 1 - i;
  };
  if (lines.inner == 1) {  // the state in a register
    for (std::size_t o = 0; o < lines.outer; ++o) {
      double state = 0;
      for (std::size_t i = 0; i < lines.n; ++i) {
        std::size_t k = o * lines.n + along(i);
        state = i == 0 ? static_cast<double>(first(k)) : step(state, k);
        out[k] = static_cast<T>(state);
      }
    }
    return;
  }
  constexpr std::size_t tile = 512;  // states that stay in the first-level cache
  std::array<double, tile> state;
  for (std::size_t o = 0; o < lines.outer; ++o) {
    for (std::size_t start = 0; start < lines.inner; start += tile) {
      std::size_t width = std::min(tile, lines.inner - start);
      for (std::size_t i = 0; i < lines.n; ++i) {
        std::size_t k = (o * lines.n + along(i)) * lines.inner + start;
        if (i == 0) {
          for (std::size_t j = 0; j < width; ++j) state[j] = static_cast<double>(first(k + j));
        } else {
          for (std::size_t j = 0; j < width; ++j) state[j] = step(state[j], k + j);
        }
        for (std::size_t j = 0; j < width; ++j) out[k + j] = static_cast<T>(state[j]);
      }
    }
  }
}

/// Each line moved by one place, with `fill` where that leaves a gap.
template <class T>
void shift_lines(Array<T>& y, const Array<T>& x, const Lines& lines, Direction direction, T fill) {
  std::size_t size = lines.n * lines.inner, gap = std::min(size, lines.inner);
  for (std::size_t o = 0; o < lines.outer; ++o) {
    T* to = y.data() + o * size;
    const T* from = x.data() + o * size;
    if (direction == Direction::forward) {
      std::fill_n(to, gap, fill);
      std::copy_n(from, size - gap, to + gap);
    } else {
      std::copy_n(from + gap, size - gap, to);
      std::fill_n(to + (size - gap), gap, fill);
    }
  }
}

}  // namespace xgrad
