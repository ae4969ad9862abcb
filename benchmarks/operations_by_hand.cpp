#include "operations_by_hand.hpp"

#include "rows_by_hand.hpp"

#include <algorithm>
#include <cmath>

namespace handwritten {
namespace {

/// The sum of squares of `sums`; they become its gradient, 2 sums.
float sum_of_squares(float* sums, std::size_t n) {
  const float total = sum_over(n, [&](std::size_t i) {
    const Batch s = load(sums + i);
    return s * s;
  });
  scale_row(sums, n, 2);
  return total;
}

}  // namespace

void softmax_cross_entropy(Operands& o) {
  const std::size_t n = o.rows(0), classes = o.columns(0);
  const float share = 1.0f / static_cast<float>(n);
  const float* z = o.inputs[0].data();
  float* g = o.gradients[0].data();
  float loss = 0;
  for (std::size_t row = 0; row < n; ++row, z += classes, g += classes) {
    const auto label = static_cast<std::size_t>(o.labels[row]);
    const float top = largest(z, classes);
    const float sum = exp_row(g, z, classes, top);
    scale_row(g, classes, share / sum);
    g[label] -= share;
    loss += std::log(sum) + top - z[label];
  }
  o.value[0] = loss * share;
}

void layer_norm(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  float *means = o.room(0, n), *scales = o.room(1, n);
  const float share = 1.0f / static_cast<float>(d);
  const float *weight = o.inputs[1].data(), *bias = o.inputs[2].data();
  for (std::size_t row = 0; row < n; ++row) {
    const float* x = &o.inputs[0][row * d];
    float* y = &o.value[row * d];
    const float mean = share * sum_over(d, [&](std::size_t i) { return load(x + i); });
    const float variance = share * sum_over(d, [&](std::size_t i) {
                             const Batch c = load(x + i) - Batch(mean);
                             return c * c;
                           });
    const float scale = 1 / std::sqrt(variance + 1e-5f);
    for (std::size_t i = 0; i < d; ++i) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
    means[row] = mean;
    scales[row] = scale;
  }
  float *weight_gradient = o.gradients[1].data(), *bias_gradient = o.gradients[2].data();
  std::fill_n(weight_gradient, d, 0.0f);
  std::fill_n(bias_gradient, d, 0.0f);
  for (std::size_t row = 0; row < n; ++row) {
    const float *x = &o.inputs[0][row * d], *g = &o.cotangent[row * d];
    float* gx = &o.gradients[0][row * d];
    const float mean = means[row], scale = scales[row];
    Batch u_sum(0.0f), uh_sum(0.0f);
    for (std::size_t i = 0; i < d; i += width) {
      const Batch gi = load(g + i), h = (load(x + i) - Batch(mean)) * Batch(scale);
      const Batch u = gi * load(weight + i);
      u_sum += u;
      uh_sum = xsimd::fma(u, h, uh_sum);
      xsimd::fma(gi, h, load(weight_gradient + i)).store_unaligned(weight_gradient + i);
      (load(bias_gradient + i) + gi).store_unaligned(bias_gradient + i);
    }
    const float u_mean = share * xsimd::hadd(u_sum), uh_mean = share * xsimd::hadd(uh_sum);
    for (std::size_t i = 0; i < d; ++i) {
      gx[i] = scale * (g[i] * weight[i] - u_mean - (x[i] - mean) * scale * uh_mean);
    }
  }
}

void multiply_row(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  const float* r = o.inputs[1].data();
  float* gr = o.gradients[1].data();
  for (std::size_t row = 0; row < n; ++row) {
    const float* x = &o.inputs[0][row * d];
    float* y = &o.value[row * d];
    for (std::size_t i = 0; i < d; ++i) y[i] = x[i] * r[i];
  }
  std::fill_n(gr, d, 0.0f);
  for (std::size_t row = 0; row < n; ++row) {
    const float *x = &o.inputs[0][row * d], *g = &o.cotangent[row * d];
    float* gx = &o.gradients[0][row * d];
    for (std::size_t i = 0; i < d; ++i) {
      gx[i] = g[i] * r[i];
      gr[i] += g[i] * x[i];
    }
  }
}

void multiply_column(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  for (std::size_t row = 0; row < n; ++row) {
    const float *x = &o.inputs[0][row * d], c = o.inputs[1][row];
    float* y = &o.value[row * d];
    for (std::size_t i = 0; i < d; ++i) y[i] = x[i] * c;
  }
  for (std::size_t row = 0; row < n; ++row) {
    const float *x = &o.inputs[0][row * d], *g = &o.cotangent[row * d];
    float* gx = &o.gradients[0][row * d];
    const Batch c(o.inputs[1][row]);
    o.gradients[1][row] = sum_over(d, [&](std::size_t i) {
      const Batch gi = load(g + i);
      (gi * c).store_unaligned(gx + i);
      return gi * load(x + i);
    });
  }
}

void broadcast_formula(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  const float* r = o.inputs[2].data();
  float* gr = o.gradients[2].data();
  std::fill_n(gr, d, 0.0f);
  double total = 0;
  for (std::size_t row = 0; row < n; ++row) {
    const float* x = &o.inputs[0][row * d];
    float* gx = &o.gradients[0][row * d];
    const Batch c(o.inputs[1][row]);
    Batch sum(0.0f), slope_sum(0.0f);
    for (std::size_t i = 0; i < d; i += width) {
      const Batch s = load(x + i) + c, slope = s * load(r + i);
      sum = xsimd::fma(s, slope, sum);
      (slope + slope).store_unaligned(gx + i);
      slope_sum += slope;
      xsimd::fma(s, s, load(gr + i)).store_unaligned(gr + i);
    }
    total += static_cast<double>(xsimd::hadd(sum));
    o.gradients[1][row] = 2 * xsimd::hadd(slope_sum);
  }
  o.value[0] = static_cast<float>(total);
}

void sum_axis_0(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  float* sums = o.room(0, d);
  std::fill_n(sums, d, 0.0f);
  for (std::size_t row = 0; row < n; ++row) {
    const float* x = &o.inputs[0][row * d];
    for (std::size_t i = 0; i < d; ++i) sums[i] += x[i];
  }
  o.value[0] = sum_of_squares(sums, d);
  for (std::size_t row = 0; row < n; ++row) std::copy_n(sums, d, &o.gradients[0][row * d]);
}

void sum_axis_1(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  float* sums = o.room(0, n);
  for (std::size_t row = 0; row < n; ++row) {
    const float* x = &o.inputs[0][row * d];
    sums[row] = sum_over(d, [&](std::size_t i) { return load(x + i); });
  }
  o.value[0] = sum_of_squares(sums, n);
  for (std::size_t row = 0; row < n; ++row) std::fill_n(&o.gradients[0][row * d], d, sums[row]);
}

void amax_axis_1(Operands& o) {
  const std::size_t n = o.rows(0), d = o.columns(0);
  float* tops = o.room(0, n);
  o.positions.resize(n);
  for (std::size_t row = 0; row < n; ++row) {
    const float* x = &o.inputs[0][row * d];
    const float top = tops[row] = largest(x, d);
    std::size_t i = 0;
    while (!xsimd::any(load(x + i) == Batch(top))) i += width;
    while (x[i] != top) ++i;
    o.positions[row] = row * d + i;
  }
  o.value[0] = sum_of_squares(tops, n);
  float* g = o.gradients[0].data();
  std::fill_n(g, n * d, 0.0f);
  for (std::size_t row = 0; row < n; ++row) g[o.positions[row]] = tops[row];
}

}  // namespace handwritten
