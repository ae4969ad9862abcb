#include "blas.hpp"
#include "operations_by_hand.hpp"
#include "rows_by_hand.hpp"

#include <algorithm>
#include <cmath>

namespace handwritten {

void gaussian_mixture(Operands& o) {
  const std::size_t components = o.rows(0), d = o.columns(0), n = o.rows(2);
  const float *means = o.inputs[0].data(), *logits = o.inputs[1].data(), *x = o.inputs[2].data();
  float *offsets = o.room(0, components), *weights = o.room(1, components);
  float *shares = o.room(2, components), *scores = o.room(3, n * components);
  std::fill_n(shares, components, 0.0f);

  const float top = largest(logits, components);
  const float weight_sum = exp_row(weights, logits, components, top);
  const float log_sum = top + std::log(weight_sum);
  scale_row(weights, components, 1 / weight_sum);
  for (std::size_t j = 0; j < components; ++j) {
    const float* mean = means + j * d;
    offsets[j] = logits[j] - log_sum - 0.5f * sum_over(d, [&](std::size_t i) {
                                         const Batch m = load(mean + i);
                                         return m * m;
                                       });
  }
  gemm(CblasNoTrans, CblasTrans, n, components, d, x, means, scores);
  const float share = 1.0f / static_cast<float>(n);
  float total = 0;
  for (std::size_t row = 0; row < n; ++row) {
    float* s = scores + row * components;
    for (std::size_t j = 0; j < components; ++j) s[j] += offsets[j];
    const float row_top = largest(s, components);
    const float sum = exp_row(s, s, components, row_top);
    total += row_top + std::log(sum);
    const float scale = share / sum;
    for (std::size_t j = 0; j < components; ++j) shares[j] += s[j] *= scale;
  }
  o.value[0] = total * share;

  float* gradient = o.gradients[0].data();
  gemm(CblasTrans, CblasNoTrans, components, d, n, scores, x, gradient);
  for (std::size_t j = 0; j < components; ++j) {
    for (std::size_t i = 0; i < d; ++i) gradient[j * d + i] -= shares[j] * means[j * d + i];
    o.gradients[1][j] = shares[j] - weights[j];
  }
}

void attention(Operands& o) {
  const std::size_t heads = o.shapes[0][0], length = o.rows(0), d = o.columns(0);
  const float scale = 1 / std::sqrt(static_cast<float>(d));
  float *weights = o.room(0, heads * length * length), *s = o.room(1, length * length);
  for (std::size_t head = 0; head < heads; ++head) {
    const std::size_t at = head * length * d;
    float* p = weights + head * length * length;
    gemm(CblasNoTrans, CblasTrans, length, length, d, &o.inputs[0][at], &o.inputs[1][at], p, scale);
    for (std::size_t row = 0; row < length; ++row) {
      float* r = p + row * length;
      scale_row(r, length, 1 / exp_row(r, r, length, largest(r, length)));
    }
    gemm(CblasNoTrans, CblasNoTrans, length, d, length, p, &o.inputs[2][at], &o.value[at]);
  }
  for (std::size_t head = 0; head < heads; ++head) {
    const std::size_t at = head * length * d;
    const float *p = weights + head * length * length, *g = &o.cotangent[at];
    gemm(CblasTrans, CblasNoTrans, length, d, length, p, g, &o.gradients[2][at]);
    gemm(CblasNoTrans, CblasTrans, length, length, d, g, &o.inputs[2][at], s);
    for (std::size_t row = 0; row < length; ++row) {
      const float* weight = p + row * length;
      float* slope = s + row * length;
      const float mean =
          sum_over(length, [&](std::size_t j) { return load(weight + j) * load(slope + j); });
      for (std::size_t j = 0; j < length; ++j) slope[j] = weight[j] * (slope[j] - mean);
    }
    gemm(CblasNoTrans, CblasNoTrans, length, d, length, s, &o.inputs[1][at], &o.gradients[0][at],
         scale);
    gemm(CblasTrans, CblasNoTrans, length, d, length, s, &o.inputs[0][at], &o.gradients[1][at],
         scale);
  }
}

}  // namespace handwritten
