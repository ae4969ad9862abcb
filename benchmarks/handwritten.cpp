// g++ 12 takes the undefined operand inside its own AVX-512 intrinsics for an error (GCC bug
// 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "handwritten.hpp"

#include "blas.hpp"

#include <algorithm>
#include <cmath>
#include <xsimd/xsimd.hpp>

namespace handwritten {
namespace {

/// logits (batch, classes) become their cotangent, (softmax - onehot) / batch. Returns the mean of
/// logsumexp(row) - row[label].
float softmax_cross_entropy_rows(float* logits, const int* labels, std::size_t batch,
                                 std::size_t classes) {
  const float share = 1.0f / static_cast<float>(batch);
  float loss = 0;
  for (std::size_t row = 0; row < batch; ++row, logits += classes) {
    const auto label = static_cast<std::size_t>(labels[row]);
    const float top = *std::max_element(logits, logits + classes);
    const float shifted = logits[label] - top;
    float sum = 0;
    for (std::size_t j = 0; j < classes; ++j) sum += logits[j] = std::exp(logits[j] - top);
    const float scale = share / sum;
    for (std::size_t j = 0; j < classes; ++j) logits[j] *= scale;
    logits[label] -= share;
    loss += std::log(sum) - shifted;
  }
  return loss * share;
}

/// parameter -= learning_rate * gradient.
void sgd(float* parameter, const float* gradient, std::size_t n, float learning_rate) {
  for (std::size_t i = 0; i < n; ++i) parameter[i] -= learning_rate * gradient[i];
}

/// `moments` holds those of the gradient, then those of its square; `step` counts from 1.
void adam(Buffer& parameter, const Buffer& gradient, Buffer& moments, float learning_rate,
          int step) {
  constexpr float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;
  const auto correction = [step](float beta) {
    return static_cast<float>(1 - std::pow(static_cast<double>(beta), step));
  };
  const float rate = learning_rate / correction(beta1);
  const float scale = 1 / std::sqrt(correction(beta2));
  const std::size_t n = parameter.size();
  float* p = parameter.data();
  const float* g = gradient.data();
  float* m = moments.data();
  float* v = m + n;
  for (std::size_t i = 0; i < n; ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    p[i] -= rate * m[i] / (std::sqrt(v[i]) * scale + epsilon);
  }
}

}  // namespace

Mlp::Mlp(const std::vector<std::size_t>& dims, std::size_t batch, Update update)
    : batch_(batch), update_(update) {
  for (std::size_t k = 0; k + 1 < dims.size(); ++k) {
    const std::size_t in = dims[k], out = dims[k + 1];
    layers_.push_back({in,
                       out,
                       Buffer(out * in),
                       Buffer(out),
                       Buffer(out * in),
                       Buffer(out),
                       Buffer(batch * out),
                       Buffer(batch * out),
                       {},
                       {}});
    if (update != Update::adam) continue;
    layers_.back().weight_moments.resize(2 * out * in);
    layers_.back().bias_moments.resize(2 * out);
  }
}

void Mlp::forward(const float* images) {
  const float* x = images;
  for (Layer& layer : layers_) {
    float* z = layer.output.data();
    if (batch_ == 1) {
      gemv(CblasNoTrans, layer.out, layer.in, layer.weight.data(), x, z);
    } else {
      gemm(CblasNoTrans, CblasTrans, batch_, layer.out, layer.in, x, layer.weight.data(), z);
    }
    const bool last = &layer == &layers_.back();
    const float* bias = layer.bias.data();
    for (std::size_t row = 0; row < batch_; ++row) {
      float* y = z + row * layer.out;
      if (last) {
        for (std::size_t j = 0; j < layer.out; ++j) y[j] += bias[j];
      } else {
        for (std::size_t j = 0; j < layer.out; ++j) {
          const float sum = y[j] + bias[j];
          y[j] = sum > 0 ? sum : 0;
        }
      }
    }
    x = z;
  }
}

float Mlp::softmax_cross_entropy(const int* labels) {
  Layer& last = layers_.back();
  std::copy(last.output.begin(), last.output.end(), last.cotangent.begin());
  return softmax_cross_entropy_rows(last.cotangent.data(), labels, batch_, last.out);
}

void Mlp::backward(const float* images) {
  for (std::size_t k = layers_.size(); k-- > 0;) {
    Layer& layer = layers_[k];
    const float* x = k == 0 ? images : layers_[k - 1].output.data();
    const float* g = layer.cotangent.data();
    if (batch_ == 1) {
      for (std::size_t i = 0; i < layer.out; ++i) {
        float* row = layer.weight_gradient.data() + i * layer.in;
        for (std::size_t j = 0; j < layer.in; ++j) row[j] = g[i] * x[j];
      }
    } else {
      gemm(CblasTrans, CblasNoTrans, layer.out, layer.in, batch_, g, x,
           layer.weight_gradient.data());
    }
    float* bias_gradient = layer.bias_gradient.data();
    std::copy_n(g, layer.out, bias_gradient);
    for (std::size_t row = 1; row < batch_; ++row) {
      for (std::size_t j = 0; j < layer.out; ++j) bias_gradient[j] += g[row * layer.out + j];
    }
    if (k == 0) return;
    float* below = layers_[k - 1].cotangent.data();
    if (batch_ == 1) {
      gemv(CblasTrans, layer.out, layer.in, layer.weight.data(), g, below);
    } else {
      gemm(CblasNoTrans, CblasNoTrans, batch_, layer.in, layer.out, g, layer.weight.data(), below);
    }
    for (std::size_t i = 0; i < batch_ * layer.in; ++i) below[i] = x[i] > 0 ? below[i] : 0;
  }
}

void Mlp::update(float learning_rate) {
  ++steps_;
  for (Layer& layer : layers_) {
    if (update_ == Update::adam) {
      adam(layer.weight, layer.weight_gradient, layer.weight_moments, learning_rate, steps_);
      adam(layer.bias, layer.bias_gradient, layer.bias_moments, learning_rate, steps_);
      continue;
    }
    sgd(layer.weight.data(), layer.weight_gradient.data(), layer.weight.size(), learning_rate);
    sgd(layer.bias.data(), layer.bias_gradient.data(), layer.bias.size(), learning_rate);
  }
}

float Mlp::step(const float* images, const int* labels, float learning_rate) {
  forward(images);
  const float loss = softmax_cross_entropy(labels);
  backward(images);
  update(learning_rate);
  return loss;
}

float Mlp::loss(const float* images, const int* labels) {
  forward(images);
  return softmax_cross_entropy(labels);
}

template <std::size_t In, std::size_t Hidden, std::size_t Out, std::size_t Batch>
void TinyMlp<In, Hidden, Out, Batch>::forward(const float* images) {
  for (std::size_t row = 0; row < Batch; ++row) {
    for (std::size_t j = 0; j < Hidden; ++j) {
      float z = b1_[j];
      for (std::size_t i = 0; i < In; ++i) z += w1_[j * In + i] * images[row * In + i];
      hidden_[row * Hidden + j] = z > 0 ? z : 0;
    }
    for (std::size_t j = 0; j < Out; ++j) {
      float z = b2_[j];
      for (std::size_t i = 0; i < Hidden; ++i) z += w2_[j * Hidden + i] * hidden_[row * Hidden + i];
      logits_[row * Out + j] = z;
    }
  }
}

template <std::size_t In, std::size_t Hidden, std::size_t Out, std::size_t Batch>
float TinyMlp<In, Hidden, Out, Batch>::softmax_cross_entropy(const int* labels) {
  return softmax_cross_entropy_rows(logits_.data(), labels, Batch, Out);
}

template <std::size_t In, std::size_t Hidden, std::size_t Out, std::size_t Batch>
float TinyMlp<In, Hidden, Out, Batch>::step(const float* images, const int* labels,
                                            float learning_rate) {
  forward(images);
  const float loss = softmax_cross_entropy(labels);
  Block<Hidden * In> gw1{};
  Block<Hidden> gb1{};
  Block<Out * Hidden> gw2{};
  Block<Out> gb2{};
  for (std::size_t row = 0; row < Batch; ++row) {
    const float* x = images + row * In;
    const float* h = hidden_.data() + row * Hidden;
    const float* g = logits_.data() + row * Out;
    for (std::size_t j = 0; j < Out; ++j) {
      for (std::size_t i = 0; i < Hidden; ++i) gw2[j * Hidden + i] += g[j] * h[i];
      gb2[j] += g[j];
    }
    Block<Hidden> below{};
    for (std::size_t j = 0; j < Out; ++j) {
      for (std::size_t i = 0; i < Hidden; ++i) below[i] += g[j] * w2_[j * Hidden + i];
    }
    for (std::size_t i = 0; i < Hidden; ++i) {
      below[i] = h[i] > 0 ? below[i] : 0;
      gb1[i] += below[i];
      for (std::size_t k = 0; k < In; ++k) gw1[i * In + k] += below[i] * x[k];
    }
  }
  sgd(w1_.data(), gw1.data(), gw1.size(), learning_rate);
  sgd(b1_.data(), gb1.data(), gb1.size(), learning_rate);
  sgd(w2_.data(), gw2.data(), gw2.size(), learning_rate);
  sgd(b2_.data(), gb2.data(), gb2.size(), learning_rate);
  return loss;
}

template <std::size_t In, std::size_t Hidden, std::size_t Out, std::size_t Batch>
float TinyMlp<In, Hidden, Out, Batch>::loss(const float* images, const int* labels) {
  forward(images);
  return softmax_cross_entropy(labels);
}

template class TinyMlp<2, 8, 2, 4>;

float elementwise_chain(const float* x, float* gradient, std::size_t n) {
  using Batch = xsimd::batch<float>;
  constexpr std::size_t block_size = 64 * Batch::size;
  const auto formula = [](const Batch& v, Batch& slope) {
    const Batch one(1.0f), zero(0.0f), two_v = v + v;
    const Batch t = xsimd::tanh(v), e = xsimd::exp(-(v * v));
    const Batch q = one / xsimd::fma(v, v, one), r = xsimd::select(v <= zero, zero, v);
    const Batch d_relu = xsimd::select(v > zero, q, zero);
    slope = e * (one - t * t - t * two_v) + d_relu - r * two_v * q * q;
    return xsimd::fma(t, e, r * q);
  };
  const auto block = [&](std::size_t begin, std::size_t end) {
    Batch sum(0.0f);
    for (std::size_t i = begin; i < end; i += Batch::size) {
      Batch slope;
      sum += formula(Batch::load_unaligned(x + i), slope);
      slope.store_unaligned(gradient + i);
    }
    return xsimd::hadd(sum);
  };
  const std::size_t whole = n - n % Batch::size;
  double total = 0;  // of blocks that are short enough for float
  for (std::size_t i = 0; i < whole; i += block_size) {
    total += static_cast<double>(block(i, std::min(i + block_size, whole)));
  }
  for (std::size_t i = whole; i < n; ++i) {
    Batch slope;
    total += static_cast<double>(formula(Batch(x[i]), slope).get(0));
    gradient[i] = slope.get(0);
  }
  return static_cast<float>(total);
}

}  // namespace handwritten
