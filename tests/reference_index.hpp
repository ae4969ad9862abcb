// The independent reference for taking and putting elements by indices and masks.
#pragma once
#include "reference.hpp"

#include <cstdint>

namespace reference {

using Integers = Nd<std::int64_t>;

/// Indices in [-n, n) without order, with duplicates, the same everywhere.
inline Integers pattern(const Shape& shape, int n) {
  Integers result(shape);
  std::uint32_t state = 1;
  for (std::int64_t& index : result.data) {
    state = state * 1664525u + 1013904223u;
    index = std::int64_t(state >> 16) % (2 * n) - n;
  }
  return result;
}
/// The pattern without negative indices.
inline Integers labels(const Shape& shape, int classes) {
  Integers result = pattern(shape, classes);
  for (std::int64_t& i : result.data) i = i < 0 ? i + classes : i;
  return result;
}
inline std::size_t from_start(std::int64_t index, std::size_t n) {
  return std::size_t(index < 0 ? index + std::int64_t(n) : index);
}

template <class S>
Nd<S> take(const Nd<S>& x, const Integers& indices, int axis) {
  std::size_t d = normalized(axis, x.shape.size()), k = indices.shape.size();
  Shape shape(x.shape.begin(), x.shape.begin() + std::ptrdiff_t(d));
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), x.shape.begin() + std::ptrdiff_t(d) + 1, x.shape.end());
  return build<S>(shape, [&](const Index& i) {
    auto middle = i.begin() + std::ptrdiff_t(d), rest = middle + std::ptrdiff_t(k);
    Index from(i.begin(), middle);
    from.push_back(from_start(indices.at(Index(middle, rest)), x.shape[d]));
    from.insert(from.end(), rest, i.end());
    return x.at(from);
  });
}
template <class S>
Nd<S> take(const Nd<S>& x, const Integers& indices) {
  return take(flat(x), indices, 0);
}
/// One slice of the source after the other, for a vector of indices.
template <class S>
Nd<S> index_add(Nd<S> x, int axis, const Integers& indices, const Nd<S>& source) {
  std::size_t d = normalized(axis, x.shape.size());
  for_each_index(source.shape, [&](Index i) {
    S part = source.at(i);
    i[d] = from_start(indices.data[i[d]], x.shape[d]);
    x.at(i) = x.at(i) + part;
  });
  return x;
}

template <class S>
Nd<S> gather(const Nd<S>& x, int axis, const Integers& index) {
  std::size_t d = normalized(axis, x.shape.size());
  return build<S>(index.shape, [&](Index i) {
    i[d] = from_start(index.at(i), x.shape[d]);
    return x.at(i);
  });
}
/// put(element of x, element of the source) for each element of the index.
template <class S, class Put>
Nd<S> put_along(Nd<S> x, int axis, const Integers& index, const Nd<S>& source, Put put) {
  std::size_t d = normalized(axis, x.shape.size());
  for_each_index(index.shape, [&](Index i) {
    S part = source.at(i);
    i[d] = from_start(index.at(i), x.shape[d]);
    put(x.at(i), part);
  });
  return x;
}
template <class S>
Nd<S> scatter_add(const Nd<S>& x, int axis, const Integers& index, const Nd<S>& source) {
  return put_along(x, axis, index, source, [](S& to, S part) { to = to + part; });
}
template <class S>
Nd<S> scatter(const Nd<S>& x, int axis, const Integers& index, const Nd<S>& source) {
  return put_along(x, axis, index, source, [](S& to, S part) { to = part; });
}
/// With the index repeated to `shape` first, and x to that but for the axis.
template <class S>
Nd<S> take_along_axis(const Nd<S>& x, const Integers& index, int axis, Shape shape) {
  Integers wide = broadcast_to(index, shape);
  shape[normalized(axis, shape.size())] = x.shape[normalized(axis, shape.size())];
  return gather(broadcast_to(x, shape), axis, wide);
}

/// The place in x that the i-th tuple names, and its further axes.
template <class S>
Index place_of(const Nd<S>& x, const Integers& tuples, const Index& i) {
  std::size_t outer = tuples.shape.size() - 1, k = tuples.shape.back();
  Index from, tuple(i.begin(), i.begin() + std::ptrdiff_t(outer));
  tuple.push_back(0);
  for (; tuple.back() < k; ++tuple.back())
    from.push_back(from_start(tuples.at(tuple), x.shape[from.size()]));
  from.insert(from.end(), i.begin() + std::ptrdiff_t(outer), i.end());
  return from;
}
template <class S>
Nd<S> gather_nd(const Nd<S>& x, const Integers& tuples) {
  Shape shape(tuples.shape.begin(), tuples.shape.end() - 1);
  shape.insert(shape.end(), x.shape.begin() + std::ptrdiff_t(tuples.shape.back()), x.shape.end());
  return build<S>(shape, [&](const Index& i) { return x.at(place_of(x, tuples, i)); });
}
template <class S>
Nd<S> scatter_nd(Nd<S> x, const Integers& tuples, const Nd<S>& source) {
  for_each_index(source.shape,
                 [&](const Index& i) { x.at(place_of(x, tuples, i)) = source.at(i); });
  return x;
}

template <class S>
Nd<S> one_hot(const Integers& labels, std::size_t classes) {
  Shape shape = labels.shape;
  shape.push_back(classes);
  return build<S>(shape, [&](Index i) {
    std::size_t k = i.back();
    i.pop_back();
    return S(labels.at(i) == std::int64_t(k) ? 1 : 0);
  });
}
template <class S>
Nd<S> masked_select(const Nd<S>& x, const Nd<double>& mask) {
  std::vector<S> result;
  for_each_index(broadcast(x.shape, mask.shape), [&](const Index& i) {
    if (mask.at(i) != 0) result.push_back(x.at(i));
  });
  return Nd<S>({result.size()}, result);
}
template <class S>
Nd<S> compress(const std::vector<bool>& condition, const Nd<S>& x, int axis) {
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    if (condition[i]) kept.push_back(std::int64_t(i));
  }
  return take(x, Integers({kept.size()}, kept), axis);
}

}  // namespace reference
