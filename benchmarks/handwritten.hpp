// The bar: what an expert writes without a library. Every training step and formula that is
// measured, derived by hand, on plain float buffers that are allocated once.
//
// Both networks compute z = x W^T + b per layer with W (out, in), relu between layers, the mean
// softmax cross entropy, gradients into buffers of their own, and then plain SGD or Adam. The
// gradient of the input, which nobody needs, is not computed. The layout of W is part of the task,
// as in xgrad and PyTorch; with W kept as (in, out), sgemm runs the step of batch 64 about 8 %
// faster and that of batch 256 no faster. The loops rely on -O3 to become SIMD code.
#pragma once
#include <array>
#include <cstddef>
#include <new>
#include <vector>

namespace handwritten {

/// Memory on 64-byte boundaries, a whole AVX-512 register. As much follows the elements, so that a
/// loop may read and write to the end of a register.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) {
    constexpr std::size_t margin = static_cast<std::size_t>(alignment);
    return static_cast<T*>(::operator new(n * sizeof(T) + margin, alignment));
  }
  void deallocate(T* block, std::size_t) noexcept { ::operator delete(block, alignment); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
  friend bool operator!=(const AlignedAllocator&, const AlignedAllocator&) { return false; }
};
using Buffer = std::vector<float, AlignedAllocator<float>>;

/// How a step changes the parameters: parameter -= learning_rate gradient, or Adam (Kingma & Ba
/// 2015, Algorithm 1) with the constants given there.
enum class Update { sgd, adam };

/// What both networks share: sizes, and parameters in xgrad's layout, so that either can be
/// compared with it weight by weight.
class Network {
 public:
  virtual ~Network() = default;

  /// W of this layer, (out, in) row by row; b, (out).
  virtual float* weight(std::size_t layer) = 0;
  virtual float* bias(std::size_t layer) = 0;
  /// One step of training on `images` (batch, dims.front()) and `labels` (batch), each in
  /// [0, dims.back()). Returns the loss before the update.
  virtual float step(const float* images, const int* labels, float learning_rate) = 0;
  /// The loss alone; no parameter changes.
  virtual float loss(const float* images, const int* labels) = 0;
};

/// A network of any size on BLAS: sgemm for a batch, sgemv and loops for a single sample.
class Mlp final : public Network {
 public:
  /// `dims`: the widths, input first, as {784, 128, 10}. Parameters start at zero.
  Mlp(const std::vector<std::size_t>& dims, std::size_t batch, Update update);

  float* weight(std::size_t layer) override { return layers_[layer].weight.data(); }
  float* bias(std::size_t layer) override { return layers_[layer].bias.data(); }
  float step(const float* images, const int* labels, float learning_rate) override;
  float loss(const float* images, const int* labels) override;

 private:
  struct Layer {
    std::size_t in, out;
    Buffer weight, bias;                    // (out, in), (out)
    Buffer weight_gradient, bias_gradient;  // of the same shapes
    Buffer output;                          // (batch, out), after relu
    Buffer cotangent;                       // (batch, out), of the output before relu
    Buffer weight_moments, bias_moments;    // for Adam, of the gradient and of its square
  };
  void forward(const float* images);
  float softmax_cross_entropy(const int* labels);
  void backward(const float* images);
  void update(float learning_rate);

  std::size_t batch_;
  Update update_;
  int steps_ = 0;
  std::vector<Layer> layers_;
};

/// A network of two layers whose sizes the compiler knows, in plain loops: at these sizes the call
/// of a BLAS function costs more than the product.
template <std::size_t In, std::size_t Hidden, std::size_t Out, std::size_t Batch>
class TinyMlp final : public Network {
 public:
  float* weight(std::size_t layer) override { return layer == 0 ? w1_.data() : w2_.data(); }
  float* bias(std::size_t layer) override { return layer == 0 ? b1_.data() : b2_.data(); }
  float step(const float* images, const int* labels, float learning_rate) override;
  float loss(const float* images, const int* labels) override;

 private:
  void forward(const float* images);
  float softmax_cross_entropy(const int* labels);

  template <std::size_t N>
  using Block = std::array<float, N>;
  alignas(64) Block<Hidden * In> w1_{};  // (Hidden, In)
  alignas(64) Block<Hidden> b1_{};
  alignas(64) Block<Out * Hidden> w2_{};  // (Out, Hidden)
  alignas(64) Block<Out> b2_{};
  alignas(64) Block<Batch * Hidden> hidden_{};  // after relu
  alignas(64) Block<Batch * Out> logits_{};     // then their cotangent
};
extern template class TinyMlp<2, 8, 2, 4>;

/// sum(tanh(x) exp(-x x) + relu(x) / (1 + x x)) over n elements, and its gradient, in one pass.
float elementwise_chain(const float* x, float* gradient, std::size_t n);

}  // namespace handwritten
