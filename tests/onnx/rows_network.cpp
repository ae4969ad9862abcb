// Products of matrices, normalizations, losses.
#include "table.hpp"

#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

template <class T>
xg::Tensor<T> gemm(const CallOf<T>& x) {
  xg::Tensor<T> a = x.integer("transA", 0) ? transpose(x[0]) : x[0];
  xg::Tensor<T> b = x.integer("transB", 0) ? transpose(x[1]) : x[1];
  return x.number("alpha", 1) * matmul(a, b) + x.number("beta", 1) * x.value_or(2, 0);
}

/// Options of a loss: those that both have.
template <class Options, class T>
Options options(const CallOf<T>& x) {
  Options result;
  if (x.has(2)) result.weight = x[2];
  result.ignore_index = x.integer("ignore_index", result.ignore_index);
  std::string reduction = x.text("reduction", "mean");
  if (reduction == "none") result.reduction = xg::Reduction::none;
  if (reduction == "sum") result.reduction = xg::Reduction::sum;
  return result;
}
template <class T>
std::vector<xg::Tensor<T>> cross_entropy(const CallOf<T>& x) {
  auto o = options<xg::CrossEntropyOptions<T>>(x);
  return {softmax_cross_entropy(x[0], x.indices(1), o), log_softmax(x[0], 1)};
}

/// The result, and mean and 1 / deviation over the axes from `axis` on.
template <class T>
std::vector<xg::Tensor<T>> layer_normalization(const CallOf<T>& x) {
  double eps = x.number("epsilon", 1e-5);
  std::size_t axis = xg::checked_axis("axis", x.integer("axis", -1), x.shape(0), {});
  xg::Shape normalized(x.shape(0).begin() + std::ptrdiff_t(axis), x.shape(0).end());
  std::vector<int> axes;
  for (std::size_t i = axis; i < x.shape(0).size(); ++i) axes.push_back(int(i));
  xg::Tensor<T> y = layer_norm(x[0], normalized, x[1], x.has(2) ? x[2] : xg::Tensor<T>(), eps);
  return {y, mean(x[0], axes, xg::keep_dims), rsqrt(var(x[0], axes, xg::keep_dims) + eps)};
}

/// Inputs x, scale, bias, mean, variance. In training, the new running statistics too, which for
/// ONNX are of the biased variance.
template <class T>
std::vector<xg::Tensor<T>> batch_normalization(const CallOf<T>& x) {
  double eps = x.number("epsilon", 1e-5), kept = x.number("momentum", 0.9);
  if (!x.integer("training_mode", 0)) return {batch_norm(x[0], x[3], x[4], x[1], x[2], eps)};
  xg::BatchNorm<T> result = batch_norm_training(x[0], x[1], x[2], eps);
  double n = double(x[0].size() / x[1].size());
  xg::Tensor<T> variance = result.variance * ((n - 1) / n);
  return {result.y, kept * x[3] + (1 - kept) * result.mean, kept * x[4] + (1 - kept) * variance};
}

template <class T>
xg::Tensor<T> mean_variance_normalization(const CallOf<T>& x) {
  xg::Axes axes = {0, 2, 3};
  if (x.given("axes")) axes = narrow(x.attribute("axes").integers);
  return (x[0] - mean(x[0], axes, xg::keep_dims)) / (xg::std(x[0], axes, xg::keep_dims) + 1e-9);
}

/// Shaped to broadcast along the axis that `axis` names; a scalar stays one.
template <class T>
xg::Tensor<T> along_axis(const CallOf<T>& x, const xg::Tensor<T>& y) {
  if (y.size() == 1) return y;
  xg::Shape shape(x.shape(0).size(), 1);
  shape[xg::checked_axis("axis", x.integer("axis", 1), x.shape(0), {})] = y.size();
  return reshape(y, shape);
}
/// x / scale + zero, to the nearest even integer of 8 bits without a sign.
template <class T>
Value quantized(const xg::Tensor<T>& x, const xg::Tensor<T>& scale, const xg::Tensor<T>& zero) {
  return Value(Type::uint8, clip(round(x / scale) + zero, 0, 255));
}
template <class T>
Values dynamically_quantized(const CallOf<T>& x) {
  xg::Tensor<T> low = minimum(amin(x[0]), 0), scale = (maximum(amax(x[0]), 0) - low) / 255;
  xg::Tensor<T> zero = clip(round(-low / scale), 0, 255);
  return {quantized(x[0], scale, zero), Value(x.result(), scale), Value(Type::uint8, zero)};
}
/// Inputs a, its scale and zero, b, its scale and zero, the scale and zero of the result.
template <class T>
Value quantized_matmul(const CallOf<T>& x) {
  return quantized(matmul((x[0] - x[2]) * x[1], (x[3] - x[5]) * x[4]), x[6], x[7]);
}

/// x / (bias + alpha / size * the sum of squares of `size` channels around)^beta.
template <class T>
xg::Tensor<T> normalized_by_neighbors(const CallOf<T>& x) {
  int size = x.integer("size", 1), before = (size - 1) / 2, after = size - 1 - before;
  int channels = static_cast<int>(x.shape(0).at(1));
  xg::Tensor<T> squares = pad(square(x[0]), {{0, 0}, {before, after}, {0, 0}, {0, 0}}), total = 0;
  for (int i = 0; i < size; ++i) {
    total = total + slice(squares, {xg::all, xg::range(i, i + channels)});
  }
  xg::Tensor<T> base = x.number("bias", 1) + x.number("alpha", 1e-4) / size * total;
  return x[0] / pow(base, x.number("beta", 0.75));
}

/// a - b cos(2 pi i / n) + c cos(4 pi i / n) for i in 0 .. size - 1, a window of signal processing.
template <class T>
Value window(const CallOf<T>& x, double a, double b, double c) {
  double size = double(x[0].item()), n = x.integer("periodic", 1) ? size : size - 1;
  xg::Tensor<double> turn = xg::arange<double>(size) * (2 * 3.14159265358979323846 / n);
  return Value(Type::float32, a - b * cos(turn) + c * cos(2 * turn));
}

}  // namespace

Rows network_rows() {
  return {
      {"BatchNormalization", XGRAD_ROW(batch_normalization(x))},
      {"BlackmanWindow", XGRAD_ROW(window(x, 0.42, 0.5, 0.08))},
      {"DequantizeLinear",
       XGRAD_ROW((x[0] - along_axis(x, x.value_or(2, 0))) * along_axis(x, x[1]))},
      {"Det", XGRAD_ROW(det(x[0]))},
      {"DynamicQuantizeLinear", XGRAD_ROW(dynamically_quantized(x))},
      {"Einsum", XGRAD_ROW(einsum(x.text("equation", ""), x.all()))},
      {"Gemm", XGRAD_ROW(gemm(x))},
      {"HammingWindow", XGRAD_ROW(window(x, 25.0 / 46, 21.0 / 46, 0))},
      {"HannWindow", XGRAD_ROW(window(x, 0.5, 0.5, 0))},
      {"InstanceNormalization",
       XGRAD_ROW(instance_norm(x[0], x[1], x[2], x.number("epsilon", 1e-5)))},
      {"LRN", XGRAD_ROW(normalized_by_neighbors(x))},
      {"LayerNormalization", XGRAD_ROW(layer_normalization(x))},
      {"MatMul", XGRAD_ROW(matmul(x[0], x[1]))},
      {"MatMulInteger",
       XGRAD_ROW(Value(Type::int32, matmul(x[0] - x.value_or(2, 0), x[1] - x.value_or(3, 0))))},
      {"MeanVarianceNormalization", XGRAD_ROW(mean_variance_normalization(x))},
      {"NegativeLogLikelihoodLoss",
       XGRAD_ROW(
           nll_loss(x[0], x.indices(1),
                    options<xg::NllOptions<typename std::decay_t<decltype(x)>::Element>>(x)))},
      {"QLinearMatMul", XGRAD_ROW(quantized_matmul(x))},
      {"QuantizeLinear",
       XGRAD_ROW(quantized(x[0], along_axis(x, x[1]), along_axis(x, x.value_or(2, 0))))},
      {"SoftmaxCrossEntropyLoss", XGRAD_ROW(cross_entropy(x))},
  };
}

}  // namespace onnx_cases
