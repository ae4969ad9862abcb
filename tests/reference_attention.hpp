// The independent reference for attention: sums over keys, one number at a time.
#pragma once
#include "reference.hpp"

namespace reference {

/// y = softmax(scale q k^T + mask) v by its formula. sees(i, j): whether query i sees key j; `mask`
/// is added where it does. A query that sees no key gets 0.
template <class S, class Sees>
Nd<S> attention(const Nd<S>& q, const Nd<S>& k, const Nd<S>& v, const Nd<S>& mask, double scale,
                Sees sees) {
  const auto lead = [](const Nd<S>& x) { return Shape(x.shape.begin(), x.shape.end() - 2); };
  Shape shape = broadcast(broadcast(lead(q), lead(k)), lead(v));
  const std::size_t rank = shape.size(), keys = k.shape[k.shape.size() - 2];
  shape.push_back(q.shape[q.shape.size() - 2]);
  shape.push_back(v.shape.back());
  return build<S>(shape, [&](Index at) {
    const std::size_t i = at[rank], column = at[rank + 1];
    S total(0), average(0);
    for (std::size_t j = 0; j < keys; ++j) {
      if (!sees(i, j)) continue;
      S score(0);
      for (std::size_t e = 0; e < q.shape.back(); ++e) {
        Index of_q = at, of_k = at;
        of_q[rank + 1] = of_k[rank + 1] = e;
        of_k[rank] = j;
        score = score + q.at(of_q) * k.at(of_k);
      }
      Index of_mask = at, of_v = at;
      of_mask[rank + 1] = of_v[rank] = j;
      of_v[rank + 1] = column;
      const S weight = scalar::exp(S(scale) * score + mask.at(of_mask));
      total = total + weight;
      average = average + weight * v.at(of_v);
    }
    return total == S(0) ? S(0) : average / total;
  });
}

/// The weights alone: attention with the unit vectors as values.
template <class S, class Sees>
Nd<S> attention_weights(const Nd<S>& q, const Nd<S>& k, const Nd<S>& mask, double scale,
                        Sees sees) {
  const std::size_t keys = k.shape[k.shape.size() - 2];
  Nd<S> unit({keys, keys});
  for (std::size_t j = 0; j < keys; ++j) unit.data[j * keys + j] = S(1);
  return attention(q, k, unit, mask, scale, sees);
}

/// The usual scale; a mask that adds nothing; all keys seen, and those up to the query.
template <class S>
double usual_scale(const Nd<S>& q) {
  return 1 / std::sqrt(double(q.shape.back()));
}
template <class S>
Nd<S> no_mask() {
  return Nd<S>({}, {S(0)});
}
inline bool all_seen(std::size_t, std::size_t) { return true; }
inline bool seen_before(std::size_t i, std::size_t j) { return j <= i; }
/// Some keys; none for query 1.
inline bool some_seen(std::size_t i, std::size_t j) { return i != 1 && (3 * i + 2 * j) % 5 != 0; }

}  // namespace reference
