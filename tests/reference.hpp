// An independent reference for every operation: NumPy's semantics in loops over indices. Slow and
// plain on purpose; shares no code with the library. The element type S is double (values) or Dual
// (values and directional derivatives), so one forward serves as both references.
#pragma once
#include "reference_array.hpp"

#include <algorithm>
#include <optional>

namespace reference {

XGRAD_REFERENCE_UNARY(negative, -x)
XGRAD_REFERENCE_UNARY(abs, x < S(0) ? -x : x)
XGRAD_REFERENCE_UNARY(sign, x < S(0) ? S(-1) : S(0) < x ? S(1) : S(0))
XGRAD_REFERENCE_UNARY(square, x* x)
XGRAD_REFERENCE_UNARY(sqrt, scalar::sqrt(x))
XGRAD_REFERENCE_UNARY(exp, scalar::exp(x))
XGRAD_REFERENCE_UNARY(log, scalar::log(x))
XGRAD_REFERENCE_UNARY(tanh, scalar::tanh(x))
XGRAD_REFERENCE_UNARY(sigmoid, S(1) / (S(1) + scalar::exp(-x)))
XGRAD_REFERENCE_UNARY(relu, S(0) < x ? x : S(0))
XGRAD_REFERENCE_UNARY(logical_not, x == S(0) ? S(1) : S(0))
XGRAD_REFERENCE_BINARY(add, x + y)
XGRAD_REFERENCE_BINARY(subtract, x - y)
XGRAD_REFERENCE_BINARY(multiply, x* y)
XGRAD_REFERENCE_BINARY(divide, x / y)
XGRAD_REFERENCE_BINARY(maximum, x < y ? y : x)
XGRAD_REFERENCE_BINARY(minimum, x < y ? x : y)
XGRAD_REFERENCE_BINARY(pow, scalar::pow(x, y))
XGRAD_REFERENCE_BINARY(less, x < y ? S(1) : S(0))
XGRAD_REFERENCE_BINARY(equal, x == y ? S(1) : S(0))

/// `a` where the condition is not zero, else `b`.
template <class S>
Nd<S> where(const Nd<double>& condition, const Nd<S>& a, const Nd<S>& b) {
  return build<S>(broadcast(condition.shape, broadcast(a.shape, b.shape)),
                  [&](const Index& i) { return condition.at(i) != 0 ? a.at(i) : b.at(i); });
}

template <class S>
Nd<S> where(const Nd<double>& condition, const Nd<S>& a, double b) {
  return where(condition, a, Nd<S>({}, {S(b)}));
}

using Axes = std::vector<int>;

inline std::size_t normalized(int axis, std::size_t rank) {
  return std::size_t(axis < 0 ? axis + int(rank) : axis);
}

/// Folds each group of elements that share their index outside `axes`; no axes means all.
template <class S, class F>
Nd<S> reduce(const Nd<S>& x, const std::optional<Axes>& axes, bool keep_dims, F fold) {
  std::vector<bool> reduced(x.shape.size(), !axes.has_value());
  if (axes) {
    for (int axis : *axes) reduced[normalized(axis, x.shape.size())] = true;
  }
  Shape kept = x.shape, result;
  for (std::size_t axis = 0; axis < kept.size(); ++axis) {
    if (reduced[axis]) kept[axis] = 1;
    if (!reduced[axis] || keep_dims) result.push_back(kept[axis]);
  }
  Nd<std::vector<S>> groups(kept);
  for_each_index(x.shape, [&](const Index& i) { groups.at(i).push_back(x.at(i)); });
  Nd<S> y(result);
  for (std::size_t i = 0; i < y.data.size(); ++i) y.data[i] = fold(groups.data[i]);
  return y;
}
template <class S>
Nd<S> sum(const Nd<S>& x, const std::optional<Axes>& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    S total = 0;
    for (S element : group) total = total + element;
    return total;
  });
}
template <class S>
Nd<S> mean(const Nd<S>& x, const std::optional<Axes>& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    S total = 0;
    for (S element : group) total = total + element;
    return total / S(double(group.size()));
  });
}
template <class S>
Nd<S> amax(const Nd<S>& x, const std::optional<Axes>& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    return *std::max_element(group.begin(), group.end());
  });
}
template <class S>
Nd<S> amin(const Nd<S>& x, const std::optional<Axes>& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    return *std::min_element(group.begin(), group.end());
  });
}
template <class S>
Nd<S> logsumexp(const Nd<S>& x, const std::optional<Axes>& axes = {}, bool keep_dims = false) {
  return log(sum(exp(x), axes, keep_dims));
}
template <class S>
Nd<S> softmax(const Nd<S>& x, int axis = -1) {
  return divide(exp(x), sum(exp(x), Axes{axis}, true));
}
template <class S>
Nd<S> log_softmax(const Nd<S>& x, int axis = -1) {
  return subtract(x, logsumexp(x, Axes{axis}, true));
}

/// One extent may be -1: whatever is left.
template <class S>
Nd<S> reshape(const Nd<S>& x, const std::vector<int>& shape) {
  Shape result;
  std::size_t known = 1;
  for (int extent : shape) known *= extent < 0 ? 1 : std::size_t(extent);
  for (int extent : shape) {
    result.push_back(extent < 0 ? x.data.size() / known : std::size_t(extent));
  }
  return Nd<S>(result, x.data);
}
/// Axis i of the result is axis order[i] of x.
template <class S>
Nd<S> transpose(const Nd<S>& x, const Axes& order) {
  Shape shape;
  for (int axis : order) shape.push_back(x.shape[normalized(axis, x.shape.size())]);
  return build<S>(shape, [&](const Index& i) {
    Index from(i.size());
    for (std::size_t k = 0; k < i.size(); ++k) from[normalized(order[k], i.size())] = i[k];
    return x.at(from);
  });
}
template <class S>
Nd<S> transpose(const Nd<S>& x) {
  Axes order;
  for (std::size_t k = x.shape.size(); k-- > 0;) order.push_back(int(k));
  return transpose(x, order);
}
template <class S>
Nd<S> broadcast_to(const Nd<S>& x, const Shape& shape) {
  return build<S>(shape, [&](const Index& i) { return x.at(i); });
}
template <class S>
Nd<S> concatenate(const std::vector<Nd<S>>& parts, int axis) {
  Shape shape = parts[0].shape;
  std::size_t along = normalized(axis, shape.size());
  for (std::size_t p = 1; p < parts.size(); ++p) shape[along] += parts[p].shape[along];
  return build<S>(shape, [&](Index i) {
    std::size_t p = 0;
    for (; i[along] >= parts[p].shape[along]; ++p) i[along] -= parts[p].shape[along];
    return parts[p].at(i);
  });
}

/// Python's x[start:stop:step] along an axis, or one index, which drops the axis.
struct Cut {
  std::optional<int> start, stop;
  int step = 1;
  bool single = false;

  Cut() = default;
  Cut(int index) : start(index), single(true) {}
  Cut(std::optional<int> first, std::optional<int> last, int stride = 1)
      : start(first), stop(last), step(stride) {}

  /// The positions that it picks from `extent`, found the way Python's documentation words it: a
  /// bound counts from the end if negative, and is then brought to the nearest legal place.
  std::vector<std::size_t> positions(std::size_t extent) const {
    int n = int(extent);
    if (single) return {std::size_t(*start < 0 ? *start + n : *start)};
    int low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
    auto bound = [&](std::optional<int> given, int otherwise) {
      if (!given) return otherwise;
      return std::clamp(*given < 0 ? *given + n : *given, low, high);
    };
    int first = bound(start, step > 0 ? low : high), last = bound(stop, step > 0 ? high : low);
    std::vector<std::size_t> result;
    for (int i = first; step > 0 ? i < last : i > last; i += step) result.push_back(std::size_t(i));
    return result;
  }
};
template <class S>
Nd<S> slice(const Nd<S>& x, std::vector<Cut> cuts) {
  cuts.resize(x.shape.size());
  std::vector<std::vector<std::size_t>> picked;
  Shape full, shape;
  for (std::size_t axis = 0; axis < cuts.size(); ++axis) {
    picked.push_back(cuts[axis].positions(x.shape[axis]));
    full.push_back(picked[axis].size());
    if (!cuts[axis].single) shape.push_back(picked[axis].size());
  }
  Nd<S> y = build<S>(full, [&](Index i) {
    for (std::size_t axis = 0; axis < i.size(); ++axis) i[axis] = picked[axis][i[axis]];
    return x.at(i);
  });
  return Nd<S>(shape, y.data);
}

/// numpy.dot for any ranks: the last axis of a with the last but one (or only) axis of b.
template <class S>
Nd<S> dot(const Nd<S>& a, const Nd<S>& b) {
  if (a.shape.empty() || b.shape.empty()) return multiply(a, b);
  std::size_t inner = b.shape.size() == 1 ? 0 : b.shape.size() - 2, rank = a.shape.size() - 1;
  Shape shape(a.shape.begin(), a.shape.end() - 1), rest = b.shape;
  rest.erase(rest.begin() + std::ptrdiff_t(inner));
  shape.insert(shape.end(), rest.begin(), rest.end());
  return build<S>(shape, [&](const Index& i) {
    Index left(i.begin(), i.begin() + std::ptrdiff_t(rank));
    Index right(i.begin() + std::ptrdiff_t(rank), i.end());
    left.push_back(0);
    right.insert(right.begin() + std::ptrdiff_t(inner), 0);
    S total = 0;
    for (std::size_t k = 0; k < a.shape.back(); ++k) {
      left.back() = right[inner] = k;
      total = total + a.at(left) * b.at(right);
    }
    return total;
  });
}
/// numpy.matmul: a vector is a row or a column for the product; leading axes broadcast.
template <class S>
Nd<S> matmul(Nd<S> a, Nd<S> b) {
  bool row = a.shape.size() == 1, column = b.shape.size() == 1;
  if (row) a.shape.insert(a.shape.begin(), 1);
  if (column) b.shape.push_back(1);
  std::size_t m = a.shape.end()[-2], inner = a.shape.back(), n = b.shape.back();
  Shape shape = broadcast(Shape(a.shape.begin(), a.shape.end() - 2),
                          Shape(b.shape.begin(), b.shape.end() - 2));
  shape.insert(shape.end(), {m, n});
  Nd<S> y = build<S>(shape, [&](const Index& i) {
    Index left = i, right = i;
    S total = 0;
    for (std::size_t k = 0; k < inner; ++k) {
      left.back() = right.end()[-2] = k;
      total = total + a.at(left) * b.at(right);
    }
    return total;
  });
  if (column) y.shape.pop_back();
  if (row) y.shape.erase(y.shape.end() - (column ? 1 : 2));
  return y;
}
template <class S>
Nd<S> outer(const Nd<S>& a, const Nd<S>& b) {
  return build<S>({a.data.size(), b.data.size()},
                  [&](const Index& i) { return a.data[i[0]] * b.data[i[1]]; });
}
/// x w^T + b.
template <class S>
Nd<S> linear(const Nd<S>& x, const Nd<S>& w, const Nd<S>& b) {
  return add(dot(x, transpose(w)), b);
}

template <class S>
Nd<S> softmax_cross_entropy(const Nd<S>& logits, const std::vector<int>& labels) {
  Nd<S> log_p = log_softmax(logits);
  S total = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    total = total - log_p.at({row, std::size_t(labels[row])});
  }
  return Nd<S>({}, {total / S(double(labels.size()))});
}
template <class S>
Nd<S> mean_squared_error(const Nd<S>& prediction, const Nd<S>& target) {
  return mean(square(subtract(prediction, target)));
}

}  // namespace reference
