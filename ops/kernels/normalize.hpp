// Rows shifted to mean 0 (if Centered) and scaled to variance 1, forward and backward. Each row is
// read several times while it is in the cache. Sums are computed in double, of four terms at a
// time; elements in T.
#pragma once
#include <xgrad/ops/kernels/partial_sums.hpp>

#include <cmath>
#include <utility>

namespace xgrad {

/// The elements of a row, or the same number everywhere.
template <class T>
struct RowOf {
  const T* row;
  template <class Place>
  Batch<T> operator()(Place place) const {
    return place.load(row);
  }
  T operator[](std::size_t i) const { return row[i]; }
};
template <class T>
struct Everywhere {
  T value;
  template <class Place>
  Batch<T> operator()(Place) const {
    return value;
  }
  T operator[](std::size_t) const { return value; }
};
/// f(the elements of row), or f(`otherwise` everywhere) if there are none: so that loops are
/// compiled for each.
template <class T, class F>
void with_elements(const T* row, T otherwise, const F& f) {
  if (row == nullptr)
    f(Everywhere<T>{otherwise});
  else
    f(RowOf<T>{row});
}

/// What makes h = (x - mean) scale of a row.
struct RowScale {
  double mean, scale;
};
/// h of elements. What T cannot hold of the mean is subtracted, too: far from zero, x less the rest
/// is exact.
template <class T>
struct RowMap {
  T mean, scale, rest;  // the last one scaled

  RowMap() = default;
  explicit RowMap(RowScale h)
      : mean(static_cast<T>(h.mean)),
        scale(static_cast<T>(h.scale)),
        rest(static_cast<T>((h.mean - static_cast<double>(mean)) * h.scale)) {}
  template <class X>
  X operator()(X x) const {
    return (x - X(mean)) * X(scale) - X(rest);
  }
};
/// Rows of fewer elements are computed in double throughout: what is left of so few, less their
/// mean and their part along h, is a small difference of great numbers.
inline constexpr std::size_t few_elements = 32;

/// The sum of the squares of x less its mean: of a long row rounded to T each, unless that
/// overflows or underflows.
template <class T>
double centered_squares(const T* x, std::size_t n, double mean) {
  if (n >= few_elements) {
    const RowMap<T> map({mean, 1});
    const auto square_of = [map](auto element) {
      const auto d = map(element);
      return d * d;
    };
    const std::size_t whole = n - n % Batch<T>::size;
    double sum = sum_of_rounded<T>(whole, [&](auto place) { return square_of(place.load(x)); });
    for (std::size_t i = whole; i < n; ++i) sum += static_cast<double>(square_of(x[i]));
    constexpr double least = 1e-20, most = 1e30;
    if (sizeof(T) == sizeof(double) || (sum > least && sum < most)) return sum;
  }
  return fold_elements<SumOf, double>(n, [x, mean](std::size_t i) {
    const double d = static_cast<double>(x[i]) - mean;
    return d * d;
  });
}
template <bool Centered, class T>
RowScale row_scale(const T* x, std::size_t n, double eps) {
  const double count = static_cast<double>(n);
  const double mean = Centered ? sum_of_rounded<T>(n, RowOf<T>{x}) / count : 0;
  return {mean, 1 / std::sqrt(centered_squares(x, n, mean) / count + eps)};
}

template <class T, class Weight, class Bias>
void normalize_row(T* y, const T* x, std::size_t n, RowMap<T> h, Weight weight, Bias bias) {
  for_each_batch<T>(
      n, [&](auto place) { place.store(y, h(place.load(x)) * weight(place) + bias(place)); });
}

/// The sums of u(i) and of u(i) h(i), in one pass.
template <class T, class U, class H>
std::pair<double, double> sums_of(std::size_t n, const U& u, const H& h) {
  constexpr std::size_t size = Batch<T>::size;
  DoubleSum<T> sum, products;
  std::size_t i = 0;
  for (; i + 4 * size <= n; i += 4 * size) {
    const auto place = [&](std::size_t j) { return WholeBatch<T>{i + j * size}; };
    const Batch<T> x[] = {u(place(0)), u(place(1)), u(place(2)), u(place(3))};
    sum.add(sum_of_four<T>([&](std::size_t j) { return x[j]; }));
    products.add(sum_of_four<T>([&](std::size_t j) { return x[j] * h(place(j)); }));
  }
  const auto add = [&](auto place) {
    const Batch<T> x = u(place);
    sum.add(x);
    products.add(x * h(place));
  };
  for (; i + size <= n; i += size) add(WholeBatch<T>{i});
  if (i < n) add(PartialBatch<T>{i, n - i});
  return {sum.total(), products.total()};
}

/// gx = (u - mean(u) - h mean(u h)) scale for u = g weight; without mean(u) unless Centered.
template <bool Centered, class T, class Weight>
void normalize_row_gradient(T* gx, const T* g, const T* x, std::size_t n, RowScale scale,
                            Weight weight) {
  const double count = static_cast<double>(n);
  const RowMap<T> map(scale);
  const auto u = [g, weight](auto place) { return place.load(g) * weight(place); };
  const auto h = [x, map](auto place) { return map(place.load(x)); };
  const auto [sum, product] = sums_of<T>(n, u, h);
  const T shift = static_cast<T>(Centered ? sum / count : 0);
  const T along = static_cast<T>(product / count), factor = static_cast<T>(scale.scale);
  for_each_batch<T>(
      n, [&](auto place) { place.store(gx, (u(place) - shift - h(place) * along) * factor); });
}
/// The same for a short row.
template <bool Centered, class T, class Weight>
void normalize_short_row_gradient(T* gx, const T* g, const T* x, std::size_t n, RowScale scale,
                                  Weight weight) {
  const double count = static_cast<double>(n);
  const auto u = [g, weight](std::size_t i) {
    return static_cast<double>(g[i]) * static_cast<double>(weight[i]);
  };
  const auto h = [x, scale](std::size_t i) {
    return (static_cast<double>(x[i]) - scale.mean) * scale.scale;
  };
  double sum = 0, product = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += u(i);
    product += u(i) * h(i);
  }
  const double shift = Centered ? sum / count : 0, along = product / count;
  for (std::size_t i = 0; i < n; ++i) {
    gx[i] = static_cast<T>((u(i) - shift - h(i) * along) * scale.scale);
  }
}

/// The gradients of rows of n elements: of x, of the weight, of the bias; those that are null are
/// not wanted. `scales` has the mean and the scale of each row.
template <class T>
struct RowGradients {
  std::size_t rows, n;
  const T *g, *x, *weight;  // no weight: null
  const double* scales;
  T *gx, *gw, *gb;

  RowScale scale(std::size_t row) const { return {scales[2 * row], scales[2 * row + 1]}; }

  template <bool Centered>
  void run() const {
    const std::size_t step = whole_batches<T>(n), count = (gw != nullptr) + (gb != nullptr);
    constexpr std::size_t most_parts = 16;
    const std::size_t part = std::max(grain_rows(n), (rows + most_parts - 1) / most_parts);
    PartialSums sums(rows, part, count * step);
    parallel_parts(rows, part, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; row += block) {
        const std::size_t height = std::min(block, end - row);
        add_sums(sums.of(begin), step, row, height);
        for (std::size_t r = row; gx != nullptr && r < row + height; ++r) x_row<Centered>(r);
      }
    });
    if (gw != nullptr) sums.join(gw, 0, n);
    if (gb != nullptr) sums.join(gb, (count - 1) * step, n);
  }

 private:
  static constexpr std::size_t block = 4;  // rows that stay in the first cache

  void add_sums(double* sums, std::size_t step, std::size_t row, std::size_t height) const {
    const T *from_g = g + row * n, *from_x = x + row * n;
    const std::size_t length = n;
    const auto of_bias = [=](std::size_t r, auto place) { return place.load(from_g + r * length); };
    if (gw == nullptr) {
      if (gb != nullptr) add_rounded_rows<T>(sums, n, height, of_bias);
      return;
    }
    std::array<RowMap<T>, block> maps;
    for (std::size_t r = 0; r < height; ++r) maps[r] = RowMap<T>(scale(row + r));
    const auto of_weight = [=](std::size_t r, auto place) {
      return of_bias(r, place) * maps[r](place.load(from_x + r * length));
    };
    add_rounded_rows<T>(sums, n, height, of_weight);
    if (gb != nullptr) add_rounded_rows<T>(sums + step, n, height, of_bias);
  }
  template <bool Centered>
  void x_row(std::size_t row) const {
    const std::size_t at = row * n;
    with_elements(weight, T(1), [&](auto of_weight) {
      if (n < few_elements) {
        normalize_short_row_gradient<Centered>(gx + at, g + at, x + at, n, scale(row), of_weight);
      } else {
        normalize_row_gradient<Centered>(gx + at, g + at, x + at, n, scale(row), of_weight);
      }
    });
  }
};

}  // namespace xgrad
