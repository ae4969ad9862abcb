// References of what works along the lines of one axis: scans and order.
#pragma once
#include "reference.hpp"

#include <numeric>

namespace reference {

/// f(line), of `extent` elements, for each line of x along an axis.
template <class S, class F>
Nd<S> along(const Nd<S>& x, int axis, std::size_t extent, F f) {
  std::size_t d = normalized(axis, x.shape.size());
  Shape starts = x.shape, shape = x.shape;
  starts[d] = 1;
  shape[d] = extent;
  Nd<S> y(shape);
  for_each_index(starts, [&](Index i) {
    std::vector<S> line;
    for (i[d] = 0; i[d] < x.shape[d]; ++i[d]) line.push_back(x.at(i));
    std::vector<S> result = f(line);
    for (i[d] = 0; i[d] < extent; ++i[d]) y.at(i) = result[i[d]];
  });
  return y;
}
template <class S, class F>
Nd<S> along(const Nd<S>& x, int axis, F f) {
  return along(x, axis, x.shape[normalized(axis, x.shape.size())], f);
}

template <class S>
Nd<S> cumsum(const Nd<S>& x, int axis) {
  return along(x, axis, [](std::vector<S> line) {
    for (std::size_t i = 1; i < line.size(); ++i) line[i] = line[i] + line[i - 1];
    return line;
  });
}
template <class S>
Nd<S> cumprod(const Nd<S>& x, int axis) {
  return along(x, axis, [](std::vector<S> line) {
    for (std::size_t i = 1; i < line.size(); ++i) line[i] = line[i] * line[i - 1];
    return line;
  });
}
template <class S>
Nd<S> logcumsumexp(const Nd<S>& x, int axis) {
  return log(cumsum(exp(x), axis));
}
/// The n-th difference by binomial coefficients.
template <class S>
Nd<S> diff(const Nd<S>& x, int n, int axis) {
  std::size_t extent = x.shape[normalized(axis, x.shape.size())], order = std::size_t(n);
  return along(x, axis, extent < order ? 0 : extent - order, [order](const std::vector<S>& line) {
    std::vector<S> y;
    for (std::size_t i = 0; i + order < line.size(); ++i) {
      S total = 0;
      double coefficient = 1;
      for (std::size_t k = 0; k <= order; ++k) {
        total = total + S(coefficient) * line[i + order - k];
        coefficient *= -double(order - k) / double(k + 1);
      }
      y.push_back(total);
    }
    return y;
  });
}

/// The positions of the first `count` elements in order.
template <class S>
Nd<S> argsort(const Nd<S>& x, int axis, bool descending, std::size_t count) {
  return along(x, axis, count, [=](const std::vector<S>& line) {
    std::vector<std::size_t> places(line.size());
    std::iota(places.begin(), places.end(), 0);
    std::stable_sort(places.begin(), places.end(), [&](std::size_t i, std::size_t k) {
      return descending ? line[k] < line[i] : line[i] < line[k];
    });
    return std::vector<S>(places.begin(), places.end());
  });
}
template <class S>
Nd<S> argsort(const Nd<S>& x, int axis, bool descending = false) {
  return argsort(x, axis, descending, x.shape[normalized(axis, x.shape.size())]);
}
template <class S>
Nd<S> topk(const Nd<S>& x, std::size_t k, int axis, bool descending = true) {
  return along(x, axis, k, [=](std::vector<S> line) {
    std::sort(line.begin(), line.end());
    if (descending) std::reverse(line.begin(), line.end());
    return line;
  });
}
template <class S>
Nd<S> sort(const Nd<S>& x, int axis, bool descending = false) {
  return topk(x, x.shape[normalized(axis, x.shape.size())], axis, descending);
}

/// The position of the greatest (or least) element; the axis is kept.
template <class S>
Nd<S> argmax(const Nd<S>& x, int axis) {
  return argsort(x, axis, true, 1);
}
template <class S>
Nd<S> argmin(const Nd<S>& x, int axis) {
  return argsort(x, axis, false, 1);
}
/// Without an axis of extent 1.
template <class S>
Nd<S> squeeze(const Nd<S>& x, int axis) {
  Shape shape = x.shape;
  shape.erase(shape.begin() + std::ptrdiff_t(normalized(axis, shape.size())));
  return Nd<S>(shape, x.data);
}

}  // namespace reference
