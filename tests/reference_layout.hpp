// The independent reference for operations on axes and for rearranging, element by element.
#pragma once
#include "reference.hpp"

namespace reference {

/// The axes start .. end merged into one.
template <class S>
Nd<S> flatten(const Nd<S>& x, int start = 0, int end = -1) {
  if (x.shape.empty()) return Nd<S>({1}, x.data);
  std::size_t first = normalized(start, x.shape.size()), last = normalized(end, x.shape.size());
  Shape shape;
  for (std::size_t d = 0; d < first; ++d) shape.push_back(x.shape[d]);
  shape.push_back(1);
  for (std::size_t d = first; d <= last; ++d) shape.back() *= x.shape[d];
  for (std::size_t d = last + 1; d < x.shape.size(); ++d) shape.push_back(x.shape[d]);
  return Nd<S>(shape, x.data);
}
template <class S>
Nd<S> swapaxes(const Nd<S>& x, int axis1, int axis2) {
  std::size_t a = normalized(axis1, x.shape.size()), b = normalized(axis2, x.shape.size());
  Shape shape = x.shape;
  std::swap(shape[a], shape[b]);
  return build<S>(shape, [&](Index i) {
    std::swap(i[a], i[b]);
    return x.at(i);
  });
}
/// New axes of extent 1 at these places of the result, in ascending order.
template <class S>
Nd<S> expand_dims(Nd<S> x, const Axes& axes) {
  std::size_t rank = x.shape.size() + axes.size();
  for (int axis : axes) x.shape.insert(x.shape.begin() + std::ptrdiff_t(normalized(axis, rank)), 1);
  return x;
}
template <class S>
Nd<S> squeeze(Nd<S> x) {
  Shape shape;
  for (std::size_t extent : x.shape) {
    if (extent > 1 || extent == 0) shape.push_back(extent);
  }
  return Nd<S>(shape, x.data);
}
/// Without these axes, given in descending order.
template <class S>
Nd<S> squeeze(Nd<S> x, const Axes& axes) {
  std::size_t rank = x.shape.size();
  for (int axis : axes) x.shape.erase(x.shape.begin() + std::ptrdiff_t(normalized(axis, rank)));
  return x;
}
template <class S>
Nd<S> stack(const std::vector<Nd<S>>& parts, int axis) {
  std::size_t along = normalized(axis, parts[0].shape.size() + 1);
  Shape shape = parts[0].shape;
  shape.insert(shape.begin() + std::ptrdiff_t(along), parts.size());
  return build<S>(shape, [&](Index i) {
    std::size_t part = i[along];
    i.erase(i.begin() + std::ptrdiff_t(along));
    return parts[part].at(i);
  });
}

/// y[i] = x[source(i, axis)] with the index of one axis replaced; that axis has `extent` elements.
template <class S, class F>
Nd<S> along(const Nd<S>& x, int axis, std::size_t extent, F source) {
  std::size_t d = normalized(axis, x.shape.size());
  Shape shape = x.shape;
  shape[d] = extent;
  return build<S>(shape, [&](Index i) {
    i[d] = std::size_t(source(int(i[d])));
    return x.at(i);
  });
}
template <class S>
std::size_t extent_of(const Nd<S>& x, int axis) {
  return x.shape[normalized(axis, x.shape.size())];
}
template <class S>
Nd<S> flip(Nd<S> x, const Axes& axes) {
  for (int axis : axes) {
    std::size_t n = extent_of(x, axis);
    x = along(x, axis, n, [n](int i) { return int(n) - 1 - i; });
  }
  return x;
}
template <class S>
Nd<S> flip(const Nd<S>& x) {
  return Nd<S>(x.shape, std::vector<S>(x.data.rbegin(), x.data.rend()));
}
/// One quarter: the first row becomes the first column, read upwards.
template <class S>
Nd<S> rot90(const Nd<S>& x, int times, int axis1 = 0, int axis2 = 1) {
  if (times == 0) return x;
  std::size_t a = normalized(axis1, x.shape.size()), b = normalized(axis2, x.shape.size());
  Shape shape = x.shape;
  std::swap(shape[a], shape[b]);
  Nd<S> y = build<S>(shape, [&](Index i) {
    std::size_t row = i[b], column = x.shape[b] - 1 - i[a];
    i[a] = row;
    i[b] = column;
    return x.at(i);
  });
  return rot90(y, times - 1, axis1, axis2);
}
template <class S>
Nd<S> roll(const Nd<S>& x, int shift, int axis) {
  int n = int(extent_of(x, axis));
  return along(x, axis, std::size_t(n), [=](int i) { return ((i - shift) % n + n) % n; });
}
template <class S>
Nd<S> roll(const Nd<S>& x, int shift) {
  return Nd<S>(x.shape, roll(Nd<S>({x.data.size()}, x.data), shift, 0).data);
}
template <class S>
Nd<S> tile(Nd<S> x, std::vector<std::size_t> counts) {
  while (counts.size() < x.shape.size()) counts.insert(counts.begin(), 1);
  while (x.shape.size() < counts.size()) x.shape.insert(x.shape.begin(), 1);
  for (std::size_t d = 0; d < counts.size(); ++d) {
    int n = int(x.shape[d]);
    x = along(x, int(d), counts[d] * x.shape[d], [n](int i) { return i % n; });
  }
  return x;
}
template <class S>
Nd<S> repeat(const Nd<S>& x, std::vector<int> counts, int axis) {
  if (counts.size() == 1) counts.resize(extent_of(x, axis), counts[0]);
  std::vector<int> source;
  for (std::size_t i = 0; i < counts.size(); ++i)
    source.insert(source.end(), std::size_t(counts[i]), int(i));
  return along(x, axis, source.size(), [&](int i) { return source[std::size_t(i)]; });
}
template <class S>
Nd<S> repeat(const Nd<S>& x, const std::vector<int>& counts) {
  return repeat(Nd<S>({x.data.size()}, x.data), counts, 0);
}

/// A constant around x; pairs of widths per axis.
template <class S>
Nd<S> pad(const Nd<S>& x, const std::vector<std::pair<int, int>>& widths, double value) {
  Shape shape = x.shape;
  for (std::size_t d = 0; d < shape.size(); ++d)
    shape[d] += std::size_t(widths[d].first + widths[d].second);
  return build<S>(shape, [&](Index i) {
    for (std::size_t d = 0; d < i.size(); ++d) {
      std::size_t before = std::size_t(widths[d].first);
      if (i[d] < before || i[d] >= before + x.shape[d]) return S(value);
      i[d] -= before;
    }
    return x.at(i);
  });
}
/// x around itself, walking back from outside step by step.
template <class S>
Nd<S> pad(Nd<S> x, const std::vector<std::pair<int, int>>& widths, const std::string& mode) {
  for (std::size_t d = 0; d < widths.size(); ++d) {
    int n = int(x.shape[d]), before = widths[d].first;
    x = along(x, int(d), std::size_t(before + n + widths[d].second), [&](int i) {
      for (i -= before; i < 0 || i >= n;) {
        if (mode == "wrap")
          i += i < 0 ? n : -n;
        else if (mode == "edge")
          i += i < 0 ? 1 : -1;
        else if (mode == "symmetric")
          i = i < 0 ? -1 - i : 2 * n - 1 - i;
        else
          i = n == 1 ? 0 : i < 0 ? -i : 2 * (n - 1) - i;
      }
      return i;
    });
  }
  return x;
}

template <class S>
Nd<S> diagonal(const Nd<S>& x, int offset = 0, int axis1 = 0, int axis2 = 1) {
  std::size_t a = normalized(axis1, x.shape.size()), b = normalized(axis2, x.shape.size());
  Shape shape;
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    if (d != a && d != b) shape.push_back(x.shape[d]);
  }
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < x.shape[a]; ++i) {
    for (std::size_t j = 0; j < x.shape[b]; ++j) {
      if (int(j) - int(i) == offset) places.emplace_back(i, j);
    }
  }
  shape.push_back(places.size());
  return build<S>(shape, [&](const Index& i) {
    Index from(x.shape.size());
    for (std::size_t d = 0, k = 0; d < from.size(); ++d) {
      from[d] = d == a ? places[i.back()].first : d == b ? places[i.back()].second : i[k++];
    }
    return x.at(from);
  });
}
template <class S>
Nd<S> diag(const Nd<S>& x, int offset = 0) {
  if (x.shape.size() == 2) return diagonal(x, offset);
  std::size_t n = x.data.size() + std::size_t(std::abs(offset));
  return build<S>({n, n}, [&](const Index& i) {
    return int(i[1]) - int(i[0]) == offset ? x.data[std::min(i[0], i[1])] : S(0);
  });
}
template <class S>
Nd<S> tril(const Nd<S>& x, int offset = 0) {
  return build<S>(x.shape, [&](const Index& i) {
    return int(i.back()) <= int(i.end()[-2]) + offset ? x.at(i) : S(0);
  });
}
template <class S>
Nd<S> triu(const Nd<S>& x, int offset = 0) {
  return build<S>(x.shape, [&](const Index& i) {
    return int(i.back()) >= int(i.end()[-2]) + offset ? x.at(i) : S(0);
  });
}

}  // namespace reference
