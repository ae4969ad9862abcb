// Naive losses, as their definitions read, in loops over indices.
#pragma once
#include "reference_normalize.hpp"

namespace reference {

enum class Reduce { none, mean, sum, batch_mean };

template <class S>
Nd<S> reduced(const Nd<S>& x, Reduce how) {
  if (how == Reduce::none) return x;
  if (how == Reduce::mean) return mean(x);
  return how == Reduce::sum ? sum(x) : divide(sum(x), double(x.shape[0]));
}

#define XGRAD_REFERENCE_LOSS(name, formula)                                \
  template <class S>                                                       \
  Nd<S> name(const Nd<S>& a, const Nd<S>& b, Reduce how = Reduce::mean) {  \
    return reduced(map(a, b, [](S x, S t) -> S { return formula; }), how); \
  }
// The same with a parameter c.
#define XGRAD_REFERENCE_LOSS_WITH(name, formula)                                    \
  template <class S>                                                                \
  Nd<S> name(const Nd<S>& a, const Nd<S>& b, double c, Reduce how = Reduce::mean) { \
    return reduced(map(a, b, [c](S x, S t) -> S { return formula; }), how);         \
  }

template <class S>
S positive_part(S x) {
  return S(0) < x ? x : S(0);
}
template <class S>
S huber(S d, double c) {
  return S(c) < d || d < S(-c) ? S(c) * (magnitude(d) - S(c / 2)) : d * d / S(2);
}
template <class S>
S softplus(S x) {
  return scalar::log(S(1) + scalar::exp(x));
}
template <class S>
S stirling(S t) {
  if (!(S(1) < t)) return S(0);
  return t * scalar::log(t) - t + scalar::log(S(2 * 3.14159265358979323846) * t) / S(2);
}

XGRAD_REFERENCE_LOSS(squared_error, (x - t) * (x - t))
XGRAD_REFERENCE_LOSS(l1_loss, magnitude(x - t))
XGRAD_REFERENCE_LOSS_WITH(huber_loss, huber(x - t, c))
XGRAD_REFERENCE_LOSS_WITH(smooth_l1_loss, huber(x - t, c) / S(c))
XGRAD_REFERENCE_LOSS(binary_cross_entropy,
                     -(t* scalar::log(x)) - (S(1) - t) * scalar::log(S(1) - x))
XGRAD_REFERENCE_LOSS(binary_cross_entropy_with_logits, t* softplus(-x) + (S(1) - t) * softplus(x))
XGRAD_REFERENCE_LOSS(kl_div, t*(scalar::log(t) - x))
XGRAD_REFERENCE_LOSS(kl_div_of_logarithms, scalar::exp(t) * (t - x))
XGRAD_REFERENCE_LOSS(poisson_nll_of_logarithm, scalar::exp(x) - t * x)
XGRAD_REFERENCE_LOSS(poisson_nll_full, scalar::exp(x) - t * x + stirling(t))
XGRAD_REFERENCE_LOSS_WITH(poisson_nll_of_rate, x - t * scalar::log(x + S(c)))
XGRAD_REFERENCE_LOSS_WITH(hinge_loss, positive_part(S(c) - t * x))
#undef XGRAD_REFERENCE_LOSS
#undef XGRAD_REFERENCE_LOSS_WITH

template <class S>
Nd<S> weighted_logit_loss(const Nd<S>& x, const Nd<S>& t, const Nd<S>& weight,
                          const Nd<S>& pos_weight, Reduce how) {
  return reduced(build<S>(x.shape,
                          [&](const Index& i) {
                            S yes = pos_weight.at(i) * t.at(i) * softplus(-x.at(i));
                            return weight.at(i) * (yes + (S(1) - t.at(i)) * softplus(x.at(i)));
                          }),
                 how);
}

template <class S>
Nd<S> gaussian_nll_loss(const Nd<S>& m, const Nd<S>& t, const Nd<S>& v, bool full, Reduce how) {
  return reduced(build<S>(m.shape,
                          [&](const Index& i) {
                            S d = m.at(i) - t.at(i),
                              constant = full ? std::log(2 * std::acos(-1.0)) : 0.0;
                            return (scalar::log(v.at(i)) + d * d / v.at(i) + constant) / S(2);
                          }),
                 how);
}

/// Cross entropy of labels from log-probabilities along axis 1; a label below 0 is ignored.
struct Classes {
  std::vector<int> labels;     // of the rows, in order
  std::vector<double> weight;  // per class, or empty
  double smoothing = 0;
  Reduce how = Reduce::mean;
  double of(std::size_t c) const { return weight.empty() ? 1 : weight[c]; }
};
template <class S>
Nd<S> nll_loss(const Nd<S>& log_p, const Classes& classes) {
  Shape rows = log_p.shape;
  rows.erase(rows.begin() + 1);
  double total = 0;
  std::size_t row = 0;
  Nd<S> y = build<S>(rows, [&](Index i) {
    int label = classes.labels[row++];
    if (label < 0) return S(0);
    total += classes.of(std::size_t(label));
    i.insert(i.begin() + 1, 0);
    S loss = 0;
    for (std::size_t c = 0; c < log_p.shape[1]; ++c) {
      i[1] = c;
      double share = classes.smoothing / double(log_p.shape[1]);
      if (c == std::size_t(label)) share += 1 - classes.smoothing;
      loss = loss - S(share * classes.of(c)) * log_p.at(i);
    }
    return loss;
  });
  return classes.how == Reduce::mean ? divide(sum(y), total) : reduced(y, classes.how);
}
template <class S>
Nd<S> cross_entropy(const Nd<S>& logits, const Classes& classes) {
  return nll_loss(log_softmax(logits, 1), classes);
}
template <class S>
Nd<S> cross_entropy(const Nd<S>& logits, const Nd<S>& target, const Classes& classes) {
  Nd<S> log_p = log_softmax(logits, 1);
  Nd<S> terms = build<S>(logits.shape, [&](const Index& i) {
    double share = classes.smoothing / double(logits.shape[1]);
    return -(target.at(i) * S(1 - classes.smoothing) + S(share)) * S(classes.of(i[1])) *
           log_p.at(i);
  });
  return reduced(sum(terms, Axes{1}), classes.how);
}

/// y_i = x_i where the label is 1, max(0, margin - x_i) where it is -1.
template <class S>
Nd<S> hinge_embedding_loss(const Nd<S>& x, const std::vector<int>& labels, double margin,
                           Reduce how) {
  Nd<S> y(x.shape);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    y.data[i] = labels[i] == 1 ? x.data[i] : positive_part(S(margin) - x.data[i]);
  }
  return reduced(y, how);
}

template <class S>
Nd<S> cosine_embedding_loss(const Nd<S>& a, const Nd<S>& b, const std::vector<int>& labels,
                            double margin, Reduce how) {
  Nd<S> y = cosine_similarity(a, b, -1);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    y.data[i] = labels[i] == 1 ? S(1) - y.data[i] : positive_part(y.data[i] - S(margin));
  }
  return reduced(y, how);
}
template <class S>
Nd<S> triplet_arguments(const Nd<S>& a, const Nd<S>& p, const Nd<S>& n, double margin) {
  Nd<S> near = norm(add(subtract(a, p), 1e-6), -1, false);
  return add(subtract(near, norm(add(subtract(a, n), 1e-6), -1, false)), margin);
}
template <class S>
Nd<S> triplet_margin_loss(const Nd<S>& a, const Nd<S>& p, const Nd<S>& n, double margin,
                          Reduce how) {
  return reduced(relu(triplet_arguments(a, p, n, margin)), how);
}

}  // namespace reference
