#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/kernels/attention.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/softmax.hpp>

#include <cmath>

namespace xgrad {

using matrices::lead_of, matrices::transposed;

namespace {

constexpr const char* attention = "scaled_dot_product_attention";

/// The extents of a head; leading axes aside. Throws unless the shapes of q and k fit.
template <class T>
AttentionDims dims_of(const char* op, const Tensor<T>& q, const Tensor<T>& k, bool causal,
                      std::optional<double> scale, Location at) {
  if (q.ndim() < 2 || k.ndim() < 2 || q.shape().back() != k.shape().back()) {
    fail(op, "q (..., l, e) and k (..., s, e)",
         to_string(q.shape()) + " and " + to_string(k.shape()), at);
  }
  const std::size_t e = q.shape().back();
  const double factor =
      scale ? *scale : 1 / std::sqrt(static_cast<double>(std::max<std::size_t>(e, 1)));
  if (!std::isfinite(factor)) fail(op, "a finite scale", std::to_string(factor), at);
  return {q.shape()[q.ndim() - 2], k.shape()[k.ndim() - 2], e, 0, factor, causal};
}

template <class T>
void check_mask(const char* op, const Tensor<T>& mask, const Shape& scores, Location at) {
  Shape shape = scores;
  if (!mask.defined() || (broadcast_into(shape, mask.shape()) && shape == scores)) return;
  fail(op, "a mask that broadcasts to " + to_string(scores), to_string(mask.shape()), at);
}

/// Where each head's part of the mask starts, and the steps within it.
struct MaskPlan {
  std::vector<std::size_t> starts;  // empty without a mask
  std::size_t row = 0, column = 0;

  template <class T>
  MaskPlan(const Tensor<T>& mask, const Shape& lead) {
    if (!mask.defined()) return;
    const Shape shape =
        mask.ndim() < 2 ? joined(Shape(2 - mask.ndim(), 1), mask.shape()) : mask.shape();
    const std::size_t rows = shape[shape.size() - 2], columns = shape.back();
    row = rows == 1 ? 0 : columns;
    column = columns == 1 ? 0 : 1;
    starts.resize(size_of(lead));
    const Shape own = lead_of(shape);
    const Shape* shapes[] = {&own};
    for_each_row(lead, shapes, [&](const Row& heads) {
      for (std::size_t i = 0; i < heads.length; ++i) {
        starts[heads.out + i] = (heads.in[0] + i * heads.step[0]) * rows * columns;
      }
    });
  }
  template <class T>
  AddedMask<T> of_head(std::size_t head, const Array<T>& mask) const {
    if (starts.empty()) return {};
    return {mask.data() + starts[head], row, column};
  }
};

/// The derivative as tensor operations.
template <class T>
void pull_recorded(Pullback<T>& p, const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                   const Tensor<T>& mask, const AttentionDims& dims) {
  const Tensor<T> weights = attention_weights(q, k, mask, dims.causal, dims.scale);
  if (p.wants(2)) p.add(2, matmul(transposed(weights), p.g));
  const Tensor<T> dp = matmul(p.g, transposed(v));
  const Tensor<T> ds = weights * (dp - sum(weights * dp, -1, keep_dims));
  if (p.wants(0)) p.add(0, dims.scale * matmul(ds, k));
  if (p.wants(1)) p.add(1, dims.scale * matmul(transposed(ds), q));
  if (p.wants(3)) p.add(3, ds);
}

/// The derivative as one kernel over the heads.
template <class T>
void pull_by_blocks(Pullback<T>& p, const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                    const Tensor<T>& mask, const AttentionDims& dims, const MaskPlan& plan) {
  const auto wanted = [&p](std::size_t i, const Shape& shape) {
    return p.wants(i) ? empty<T>(shape) : Tensor<T>();
  };
  const Shape scores = joined(lead_of(q.shape()), Shape{dims.queries, dims.keys});
  const Tensor<T> gq = wanted(0, q.shape()), gk = wanted(1, k.shape()), gv = wanted(2, v.shape());
  const Tensor<T> gmask = wanted(3, scores);
  launch(
      [dims, plan, gq, gk, gv, gmask](const Array<T>& g, const Array<T>& in_q, const Array<T>& in_k,
                                      const Array<T>& in_v, const Array<T>& in_mask) {
        const auto part = [](const Tensor<T>& tensor, std::size_t head, std::size_t size) {
          return tensor.defined() ? tensor.storage()->array.data() + head * size : nullptr;
        };
        const std::size_t nq = dims.queries * dims.features, nk = dims.keys * dims.features,
                          nv = dims.keys * dims.values, ny = dims.queries * dims.values;
        const std::size_t heads = size_of(lead_of(in_q.shape()));
        parallel_for(heads, dims.grain(), [&](std::size_t begin, std::size_t end) {
          AttentionScratch<T> scratch(dims);
          for (std::size_t h = begin; h < end; ++h) {
            const AttentionGradients<T> to = {part(gq, h, nq), part(gk, h, nk), part(gv, h, nv),
                                              part(gmask, h, dims.queries * dims.keys)};
            attend_gradient(to, g.data() + h * ny, in_q.data() + h * nq, in_k.data() + h * nk,
                            in_v.data() + h * nv, plan.of_head(h, in_mask), dims, scratch);
          }
        });
      },
      p.g, q, k, v, or_else(mask, q));
  const Tensor<T> gradients[] = {gq, gk, gv, gmask};
  for (std::size_t i = 0; i < 4; ++i) {
    if (gradients[i].defined()) p.add(i, gradients[i]);
  }
}

/// For q, k and v with the same leading axes.
template <class T>
Tensor<T> attend_heads(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                       const Tensor<T>& mask, const AttentionDims& dims) {
  const Shape lead = lead_of(q.shape());
  const MaskPlan plan(mask, lead);
  Tensor<T> y = empty<T>(joined(lead, Shape{dims.queries, dims.values}));
  launch(
      [dims, plan](Array<T>& out, const Array<T>& in_q, const Array<T>& in_k, const Array<T>& in_v,
                   const Array<T>& in_mask) {
        const std::size_t heads = size_of(lead_of(in_q.shape()));
        parallel_for(heads, dims.grain(), [&](std::size_t begin, std::size_t end) {
          Array<T> p = empty_array<T>({dims.block(), dims.keys});
          for (std::size_t h = begin; h < end; ++h) {
            attend(out.data() + h * dims.queries * dims.values,
                   in_q.data() + h * dims.queries * dims.features,
                   in_k.data() + h * dims.keys * dims.features,
                   in_v.data() + h * dims.keys * dims.values, plan.of_head(h, in_mask), dims,
                   p.data());
          }
        });
      },
      y, q, k, v, or_else(mask, q));
  return record(attention, std::move(y), {&q, &k, &v, &mask},
                [dims, plan, saved_q = Saved<T>(q), saved_k = Saved<T>(k), saved_v = Saved<T>(v),
                 saved_mask = Saved<T>(mask)](Pullback<T>& p) {
                  const Tensor<T>&in_q = p.get(saved_q), &in_k = p.get(saved_k),
                        &in_v = p.get(saved_v), &in_mask = p.get(saved_mask);
                  if (recording()) return pull_recorded(p, in_q, in_k, in_v, in_mask, dims);
                  pull_by_blocks(p, in_q, in_k, in_v, in_mask, dims, plan);
                });
}

/// (l, s): whether query i sees key j.
Array<bool> causal_mask(std::size_t queries, std::size_t keys) {
  Array<bool> mask = empty_array<bool>({queries, keys});
  for (std::size_t i = 0; i < queries; ++i) {
    for (std::size_t j = 0; j < keys; ++j) mask.data()[i * keys + j] = j <= i;
  }
  return mask;
}

}  // namespace

template <class T>
Tensor<T> added_mask(const Array<bool>& mask) {
  Array<T> added = empty_array<T>(mask.shape());
  std::transform(mask.data(), mask.data() + mask.size(), added.data(),
                 [](bool seen) { return seen ? T(0) : -std::numeric_limits<T>::infinity(); });
  return Tensor<T>(std::move(added));
}

template <class T>
Tensor<T> attention_weights(const Tensor<T>& q, const Same<Tensor<T>>& k,
                            const Same<Tensor<T>>& mask, bool causal, std::optional<double> scale,
                            Location at) {
  const char* op = "attention_weights";
  const AttentionDims dims = dims_of(op, q, k, causal, scale, at);
  const T hidden = -std::numeric_limits<T>::infinity();
  const Shape lead = broadcast_shape(op, lead_of(q.shape()), lead_of(k.shape()), at);
  check_mask(op, mask, joined(lead, Shape{dims.queries, dims.keys}), at);
  Tensor<T> scores = dims.scale * matmul(q, transposed(k));
  if (mask.defined()) scores = scores + mask;
  if (causal) scores = where(causal_mask(dims.queries, dims.keys), scores, hidden);
  if (scores.size() == 0) return scores;
  const Array<bool> blind = equal(amax(scores.detach(), -1, keep_dims), hidden);
  if (std::none_of(blind.begin(), blind.end(), [](bool b) { return b; })) return softmax(scores);
  return where(blind, T(0), softmax(where(blind, T(0), scores)));
}

template <class T>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Same<Tensor<T>>& k,
                                       const Same<Tensor<T>>& v, const Same<Tensor<T>>& mask,
                                       bool causal, std::optional<double> scale, Location at) {
  AttentionDims dims = dims_of(attention, q, k, causal, scale, at);
  Shape lead = lead_of(q.shape());
  if (v.ndim() < 2 || v.shape()[v.ndim() - 2] != dims.keys ||
      !broadcast_into(lead, lead_of(k.shape())) || !broadcast_into(lead, lead_of(v.shape()))) {
    fail(attention, "q (..., l, e), k (..., s, e) and v (..., s, f)",
         to_string(q.shape()) + ", " + to_string(k.shape()) + " and " + to_string(v.shape()), at);
  }
  dims.values = v.shape().back();
  check_mask(attention, mask, joined(lead, Shape{dims.queries, dims.keys}), at);
  const auto with_lead = [&](const Tensor<T>& x) {
    const std::size_t rows = x.shape()[x.ndim() - 2];
    const Shape shape = joined(lead, Shape{rows, x.shape().back()});
    return x.shape() == shape ? x : broadcast_to(x, shape, at);
  };
  return attend_heads(with_lead(q), with_lead(k), with_lead(v), mask, dims);
}

template <class T>
Tensor<T> scaled_dot_product_attention(const Tensor<T>& q, const Same<Tensor<T>>& k,
                                       const Same<Tensor<T>>& v, const Array<bool>& mask,
                                       bool causal, std::optional<double> scale, Location at) {
  return scaled_dot_product_attention(q, k, v, added_mask<T>(mask), causal, scale, at);
}

#define XGRAD_ATTENTION(T)                                                                         \
  template Tensor<T> attention_weights(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&, bool, \
                                       std::optional<double>, Location);                           \
  template Tensor<T> scaled_dot_product_attention(const Tensor<T>&, const Tensor<T>&,              \
                                                  const Tensor<T>&, const Tensor<T>&, bool,        \
                                                  std::optional<double>, Location);                \
  template Tensor<T> scaled_dot_product_attention(const Tensor<T>&, const Tensor<T>&,              \
                                                  const Tensor<T>&, const Array<bool>&, bool,      \
                                                  std::optional<double>, Location);                \
  template Tensor<T> added_mask<T>(const Array<bool>&);
XGRAD_ATTENTION(float)
XGRAD_ATTENTION(double)

}  // namespace xgrad
