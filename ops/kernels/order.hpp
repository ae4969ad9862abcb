// Places of elements by rank along an axis. A NaN counts as greater than every number.
#pragma once
#include <xgrad/ops/kernels/lines.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <vector>

namespace xgrad {

/// An element and its place in its line.
template <class T>
struct Item {
  T value;
  std::int64_t index;
};

/// Sorted order; of equals, the order in which they stand.
template <bool Descending>
struct ComesBefore {
  template <class T>
  bool operator()(const Item<T>& a, const Item<T>& b) const {
    if (before(a.value, b.value)) return true;
    return !before(b.value, a.value) && a.index < b.index;
  }
  template <class T>
  static bool before(T a, T b) {
    return Descending ? a > b || (a != a && b == b) : a < b || (b != b && a == a);
  }
};

/// Calls use(items, to) for each line: `items` holds its elements, in a buffer that may be
/// reordered; `to` is the first of the line's places in an array whose lines have `count` elements,
/// `lines.inner` apart.
template <class T, class Use>
void for_each_line(const T* x, const Lines& lines, std::size_t count, const Use& use) {
  std::vector<Item<T>> items(lines.n);
  for (std::size_t o = 0; o < lines.outer; ++o) {
    for (std::size_t j = 0; j < lines.inner; ++j) {
      const T* line = x + o * lines.n * lines.inner + j;
      for (std::size_t i = 0; i < lines.n; ++i) {
        items[i] = {line[i * lines.inner], static_cast<std::int64_t>(i)};
      }
      use(items, o * count * lines.inner + j);
    }
  }
}

/// The places of the first `count` elements of each line in sorted order.
template <bool Descending, class T>
void order_lines(std::int64_t* out, const T* x, const Lines& lines, std::size_t count) {
  for_each_line(x, lines, count, [&](std::vector<Item<T>>& items, std::size_t to) {
    constexpr ComesBefore<Descending> before;
    auto middle = items.begin() + static_cast<std::ptrdiff_t>(count);
    if (count == lines.n)
      std::sort(items.begin(), items.end(), before);
    else
      std::partial_sort(items.begin(), middle, items.end(), before);
    for (std::size_t i = 0; i < count; ++i) out[to + i * lines.inner] = items[i].index;
  });
}

/// The places of the middle element of each line, or of the two in the middle; of a NaN if there is
/// one. 1 or 2 places per line, by whether the extent is odd.
template <class T>
void middle_of_lines(std::int64_t* out, const T* x, const Lines& lines) {
  std::size_t count = lines.n % 2 == 1 ? 1 : 2, upper = lines.n / 2;
  for_each_line(x, lines, count, [&](std::vector<Item<T>>& items, std::size_t to) {
    constexpr ComesBefore<false> before;
    auto is_nan = [](const Item<T>& item) { return item.value != item.value; };
    auto nan = std::find_if(items.begin(), items.end(), is_nan);
    std::int64_t place = nan == items.end() ? -1 : nan->index;
    auto at = items.begin() + static_cast<std::ptrdiff_t>(upper);
    if (place < 0) std::nth_element(items.begin(), at, items.end(), before);
    out[to + (count - 1) * lines.inner] = place < 0 ? at->index : place;
    if (count == 2)
      out[to] = place < 0 ? std::max_element(items.begin(), at, before)->index : place;
  });
}

/// The index of the first element of a row that is equal to `wanted`, or NaN as it is; there is
/// one.
template <class T>
std::size_t find_in_row(const T* x, std::size_t n, T wanted) {
  auto found = [wanted](T element) {
    return element == wanted || (element != element && wanted != wanted);
  };
  constexpr std::size_t width = 128;
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    int count = 0;  // of all, without a branch, so that the compiler uses vectors
    for (std::size_t j = 0; j < width; ++j) count += found(x[i + j]);
    if (count > 0) break;
  }
  while (!found(x[i])) ++i;
  return i;
}

/// The place of the first greatest (or least) element of each line; of the first NaN if there is
/// one.
template <bool Greatest, class T>
void extreme_of_lines(std::int64_t* out, const T* x, const Lines& lines) {
  if (lines.inner == 1) {
    for (std::size_t o = 0; o < lines.outer; ++o, x += lines.n) {
      T best = fold_row<ExtremeOf<Greatest>>(x, lines.n);
      out[o] = static_cast<std::int64_t>(find_in_row(x, lines.n, best));
    }
    return;
  }
  constexpr std::size_t tile = 256;
  std::array<T, tile> best;
  for (std::size_t o = 0; o < lines.outer; ++o, x += lines.n * lines.inner, out += lines.inner) {
    for (std::size_t start = 0; start < lines.inner; start += tile) {
      std::size_t width = std::min(tile, lines.inner - start);
      std::copy_n(x + start, width, best.begin());
      std::fill_n(out + start, width, 0);
      for (std::size_t i = 1; i < lines.n; ++i) {
        const T* row = x + i * lines.inner + start;
        for (std::size_t j = 0; j < width; ++j) {
          bool better = (Greatest ? row[j] > best[j] : row[j] < best[j]) ||
                        (row[j] != row[j] && best[j] == best[j]);
          // A NaN that leads stays: nothing compares with it.
          best[j] = better ? row[j] : best[j];
          out[start + j] = better ? static_cast<std::int64_t>(i) : out[start + j];
        }
      }
    }
  }
}

}  // namespace xgrad
