// References of products, variances, norms, medians and truth over axes.
#pragma once
#include "reference.hpp"

#include <limits>

namespace reference {

using SomeAxes = std::optional<Axes>;

template <class S>
Nd<S> prod(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    S product = 1;
    for (S element : group) product = product * element;
    return product;
  });
}

template <class S>
S variance(const std::vector<S>& group, int ddof) {
  S total = 0, squares = 0;
  for (S element : group) total = total + element;
  S mean = total / S(double(group.size()));
  for (S element : group) squares = squares + (element - mean) * (element - mean);
  return squares / S(double(group.size()) - ddof);
}
template <class S>
Nd<S> var(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false, int ddof = 0) {
  return reduce(x, axes, keep_dims,
                [ddof](const std::vector<S>& group) { return variance(group, ddof); });
}
template <class S>
Nd<S> std(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false, int ddof = 0) {
  return reduce(x, axes, keep_dims, [ddof](const std::vector<S>& group) {
    S v = variance(group, ddof);
    return v == S(0) ? S(0) : scalar::sqrt(v);
  });
}

/// For p = inf and -inf, too.
template <class S>
Nd<S> norm(const Nd<S>& x, double p, const SomeAxes& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [p](const std::vector<S>& group) {
    std::vector<S> magnitudes;
    for (S element : group) magnitudes.push_back(element < S(0) ? -element : element);
    if (p == std::numeric_limits<double>::infinity())
      return *std::max_element(magnitudes.begin(), magnitudes.end());
    if (p == -std::numeric_limits<double>::infinity())
      return *std::min_element(magnitudes.begin(), magnitudes.end());
    S total = 0;
    for (S m : magnitudes) total = total + scalar::pow(m, S(p));
    return group.empty() ? S(0) : scalar::pow(total, S(1 / p));
  });
}
template <class S>
Nd<S> norm_2(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false) {
  return norm(x, 2, axes, keep_dims);
}

template <class S>
Nd<S> median(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](std::vector<S> group) {
    std::sort(group.begin(), group.end());
    return (group[(group.size() - 1) / 2] + group[group.size() / 2]) / S(2);
  });
}

/// Whether any, or all, of the elements exceed 0.75.
template <class S>
Nd<S> any_large(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    bool any = false;
    for (S element : group) any = any || S(0.75) < element;
    return any ? S(1) : S(0);
  });
}
template <class S>
Nd<S> all_large(const Nd<S>& x, const SomeAxes& axes = {}, bool keep_dims = false) {
  return reduce(x, axes, keep_dims, [](const std::vector<S>& group) {
    bool all = true;
    for (S element : group) all = all && S(0.75) < element;
    return all ? S(1) : S(0);
  });
}

}  // namespace reference
