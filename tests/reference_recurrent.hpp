// Naive recurrent layers: sequence by sequence, step by step, unit by unit.
#pragma once
#include "reference.hpp"

namespace reference {

/// How the sequences are laid out and walked; no lengths mean whole sequences.
struct Walk {
  bool batch_first = false, reverse = false;
  std::vector<std::size_t> lengths = {};
};

/// y (laid out as x), the final h and c.
template <class S>
struct Recurrent {
  Nd<S> y, h, c;
};

/// The inputs of a layer; a bias or state without elements counts as zeros.
template <class S>
struct Layer {
  Nd<S> x, weight_ih, weight_hh, bias_ih{{0}}, bias_hh{{0}}, h{{0}}, c{{0}};
  Walk walk = {};
};

/// Calls cell(products with x, products with h, h, c, unit, number of units) for each unit of each
/// step of each sequence; it updates h and c.
template <class S, class Cell>
Recurrent<S> run(const Layer<S>& layer, Cell cell) {
  const Walk& walk = layer.walk;
  const Nd<S> x = walk.batch_first ? transpose(layer.x, {1, 0, 2}) : layer.x;
  const std::size_t length = x.shape[0], batch = x.shape[1], n = layer.weight_hh.shape[1];
  const auto or_zero = [](const Nd<S>& array, std::size_t i) {
    return array.data.empty() ? S(0) : array.data[i];
  };
  Recurrent<S> result{Nd<S>({length, batch, n}), Nd<S>({batch, n}), Nd<S>({batch, n})};
  for (std::size_t b = 0; b < batch; ++b) {
    std::vector<S> h(n), c(n);
    for (std::size_t u = 0; u < n; ++u) {
      h[u] = or_zero(layer.h, b * n + u);
      c[u] = or_zero(layer.c, b * n + u);
    }
    const std::size_t steps = walk.lengths.empty() ? length : walk.lengths[b];
    for (std::size_t s = 0; s < steps; ++s) {
      const std::size_t t = walk.reverse ? steps - 1 - s : s;
      std::vector<S> of_x, of_h;
      for (std::size_t row = 0; row < layer.weight_hh.shape[0]; ++row) {
        S from_x = or_zero(layer.bias_ih, row), from_h = or_zero(layer.bias_hh, row);
        for (std::size_t k = 0; k < x.shape[2]; ++k) {
          from_x = from_x + layer.weight_ih.at({row, k}) * x.at({t, b, k});
        }
        for (std::size_t k = 0; k < n; ++k) from_h = from_h + layer.weight_hh.at({row, k}) * h[k];
        of_x.push_back(from_x);
        of_h.push_back(from_h);
      }
      for (std::size_t u = 0; u < n; ++u) cell(of_x, of_h, h[u], c[u], u, n);
      for (std::size_t u = 0; u < n; ++u) result.y.at({t, b, u}) = h[u];
    }
    for (std::size_t u = 0; u < n; ++u) {
      result.h.at({b, u}) = h[u];
      result.c.at({b, u}) = c[u];
    }
  }
  if (walk.batch_first) result.y = transpose(result.y, {1, 0, 2});
  return result;
}

template <class S>
S logistic(S x) {
  return S(1) / (S(1) + scalar::exp(-x));
}
template <class S>
Recurrent<S> lstm(const Layer<S>& layer) {
  using Sums = std::vector<S>;
  return run(layer, [](const Sums& p, const Sums& q, S& h, S& c, std::size_t u, std::size_t n) {
    const S i = logistic(p[u] + q[u]), f = logistic(p[n + u] + q[n + u]);
    const S j = scalar::tanh(p[2 * n + u] + q[2 * n + u]);
    const S o = logistic(p[3 * n + u] + q[3 * n + u]);
    c = f * c + i * j;
    h = o * scalar::tanh(c);
  });
}
template <class S>
Recurrent<S> gru(const Layer<S>& layer) {
  using Sums = std::vector<S>;
  return run(layer, [](const Sums& p, const Sums& q, S& h, S&, std::size_t u, std::size_t n) {
    const S r = logistic(p[u] + q[u]), z = logistic(p[n + u] + q[n + u]);
    const S candidate = scalar::tanh(p[2 * n + u] + r * q[2 * n + u]);
    h = (S(1) - z) * candidate + z * h;
  });
}
template <class S>
Recurrent<S> rnn(const Layer<S>& layer, bool relu = false) {
  using Sums = std::vector<S>;
  return run(layer, [relu](const Sums& p, const Sums& q, S& h, S&, std::size_t u, std::size_t) {
    const S sum = p[u] + q[u];
    h = relu ? (S(0) < sum ? sum : S(0)) : scalar::tanh(sum);
  });
}

/// y, h and, of an LSTM, c, as one vector.
template <class S>
Nd<S> all_of(const Recurrent<S>& result, bool with_c) {
  std::vector<Nd<S>> parts = {flat(result.y), flat(result.h)};
  if (with_c) parts.push_back(flat(result.c));
  return concatenate(parts, 0);
}

}  // namespace reference
