#include "operations_by_hand.hpp"

#include "blas.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <xsimd/xsimd.hpp>

namespace handwritten {
namespace {

using Batch = xsimd::batch<float>;
constexpr std::size_t width = Batch::size;
constexpr float infinity = std::numeric_limits<float>::infinity();

Batch load(const float* x) { return Batch::load_unaligned(x); }

float hmax(const Batch& x) {
  alignas(64) float lanes[width];
  x.store_aligned(lanes);
  return *std::max_element(lanes, lanes + width);
}

/// The batch at x + i, with `filler` in the lanes from n on. Buffers end in memory that may be read
/// (AlignedAllocator).
Batch load_part(const float* x, std::size_t i, std::size_t n, const Batch& lane, float filler) {
  return xsimd::select(lane < Batch(static_cast<float>(n - i)), load(x + i), Batch(filler));
}

/// 0, 1, 2, ...
Batch lane_numbers() {
  alignas(64) float lanes[width];
  for (std::size_t i = 0; i < width; ++i) lanes[i] = static_cast<float>(i);
  return Batch::load_aligned(lanes);
}

/// term(i) added up for i = 0, width, ... below n, in four sums, so that no addition waits for the
/// one before.
template <class Term>
float sum_over(std::size_t n, const Term& term) {
  Batch s0(0.0f), s1(0.0f), s2(0.0f), s3(0.0f);
  std::size_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    s0 += term(i);
    s1 += term(i + width);
    s2 += term(i + 2 * width);
    s3 += term(i + 3 * width);
  }
  for (; i < n; i += width) s0 += term(i);
  return xsimd::hadd((s0 + s1) + (s2 + s3));
}

float largest(const float* x, std::size_t n) {
  Batch m0(-infinity), m1 = m0, m2 = m0, m3 = m0;
  std::size_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    m0 = xsimd::max(m0, load(x + i));
    m1 = xsimd::max(m1, load(x + i + width));
    m2 = xsimd::max(m2, load(x + i + 2 * width));
    m3 = xsimd::max(m3, load(x + i + 3 * width));
  }
  for (; i + width <= n; i += width) m0 = xsimd::max(m0, load(x + i));
  float top = hmax(xsimd::max(xsimd::max(m0, m1), xsimd::max(m2, m3)));
  for (; i < n; ++i) top = std::max(top, x[i]);
  return top;
}

/// y = e^(x - top); returns the sum. Writes up to the end of a batch: the row that follows comes
/// later, or memory that may be written.
float exp_row(float* y, const float* x, std::size_t n, float top) {
  const Batch shift(top);
  const std::size_t whole = n - n % width;
  float sum = sum_over(whole, [&](std::size_t i) {
    const Batch e = xsimd::exp(load(x + i) - shift);
    e.store_unaligned(y + i);
    return e;
  });
  if (whole < n) {
    const Batch e = xsimd::exp(load_part(x, whole, n, lane_numbers(), -infinity) - shift);
    e.store_unaligned(y + whole);
    sum += xsimd::hadd(e);
  }
  return sum;
}

void scale_row(float* x, std::size_t n, float factor) {
  for (std::size_t i = 0; i < n; ++i) x[i] *= factor;
}

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
