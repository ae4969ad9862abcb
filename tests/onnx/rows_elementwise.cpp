// Functions of elements, and comparisons.
#include "table.hpp"

#include <algorithm>
#include <limits>
#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

/// f(...f(f(x0, x1), x2)...)
template <class T, class F>
xg::Tensor<T> fold(const std::vector<xg::Tensor<T>>& inputs, F f) {
  xg::Tensor<T> result = inputs.at(0);
  for (std::size_t i = 1; i < inputs.size(); ++i) result = f(result, inputs[i]);
  return result;
}

/// An element as another type: towards 0 to an integer, what is not 0 to true.
template <class T>
Value cast(const CallOf<T>& x, Type to) {
  if (to == Type::boolean) return x.mask(0);
  return Value(to, is_float(to) ? x[0] : trunc(x[0]));
}

/// Infinities of the signs asked for.
template <class T>
Value isinf_of_sign(const CallOf<T>& x) {
  xg::Array<bool> is = isinf(x[0]);
  if (!x.integer("detect_negative", 1)) is = logical_and(is, x[0] > 0);
  if (!x.integer("detect_positive", 1)) is = logical_and(is, x[0] < 0);
  return is;
}

template <class T>
xg::Tensor<T> shrink(const CallOf<T>& x) {
  double lambda = x.number("lambd", 0.5), bias = x.number("bias", 0);
  if (bias != 0 && bias != lambda) throw std::invalid_argument("bias is neither 0 nor lambd");
  return bias == 0 ? hardshrink(x[0], lambda) : softshrink(x[0], lambda);
}

/// Bounds are inputs, in early versions attributes.
template <class T>
xg::Tensor<T> clipped(const CallOf<T>& x) {
  double infinity = std::numeric_limits<double>::infinity();
  double low = double(x.value_or(1, x.number("min", -infinity)).item());
  double high = double(x.value_or(2, x.number("max", infinity)).item());
  return clip(x[0], low, high);
}

/// Input i, shaped to broadcast to input 0 along `axis` and those after it.
template <class T>
xg::Tensor<T> at_axis(const CallOf<T>& x, std::size_t i, int axis) {
  xg::Shape shape(std::max(x.shape(i).size(), x.shape(0).size() - std::size_t(axis)), 1);
  std::copy(x.shape(i).begin(), x.shape(i).end(), shape.begin());
  return reshape(x[i], shape);
}
/// Before version 7, `axis` said where the axes of b belong.
template <class T>
xg::Tensor<T> sum_of_two(const CallOf<T>& x) {
  return x[0] + (x.given("axis") ? at_axis(x, 1, x.integer("axis", 0)) : x[1]);
}
/// Before version 7, the slope was one, or one for each channel.
template <class T>
xg::Tensor<T> prelu(const CallOf<T>& x) {
  xg::Tensor<T> slope = x.version() < 7 && x[1].size() != 1 ? at_axis(x, 1, 1) : x[1];
  return where(x[0] < 0, x[0] * slope, x[0]);
}

#define XGRAD_UNARY_ROW(name, function) \
  { name, XGRAD_ROW(function(x[0])) }
/// The same with a parameter: an attribute, and what it is if it is not given.
#define XGRAD_UNARY_ROW_WITH(name, function, attribute, otherwise) \
  { name, XGRAD_ROW(function(x[0], x.number(attribute, otherwise))) }
#define XGRAD_BINARY_ROW(name, function) \
  { name, XGRAD_ROW(function(x[0], x[1])) }
#define XGRAD_LOGICAL_ROW(name, function) \
  { name, XGRAD_ROW(Value(function(x.mask(0), x.mask(1)))) }
/// A function of any number of inputs.
#define XGRAD_FOLD_ROW(name, function)                                              \
  {                                                                                 \
    name, XGRAD_ROW(fold(x.all(), [](auto& a, auto& b) { return function(a, b); })) \
  }

}  // namespace

Rows elementwise_rows() {
  return {
      XGRAD_UNARY_ROW("Abs", abs),
      XGRAD_UNARY_ROW("Acos", acos),
      XGRAD_UNARY_ROW("Acosh", acosh),
      XGRAD_UNARY_ROW("Asin", asin),
      XGRAD_UNARY_ROW("Asinh", asinh),
      XGRAD_UNARY_ROW("Atan", atan),
      XGRAD_UNARY_ROW("Atanh", atanh),
      {"Cast", XGRAD_ROW(cast(x, static_cast<Type>(x.integer("to", 0))))},
      {"CastLike", XGRAD_ROW(cast(x, x.type(1)))},
      XGRAD_UNARY_ROW("Ceil", ceil),
      XGRAD_UNARY_ROW_WITH("Celu", celu, "alpha", 1),
      {"Clip", XGRAD_ROW(clipped(x))},
      XGRAD_UNARY_ROW("Cos", cos),
      XGRAD_UNARY_ROW("Cosh", cosh),
      XGRAD_UNARY_ROW_WITH("Elu", elu, "alpha", 1),
      XGRAD_UNARY_ROW("Erf", erf),
      XGRAD_UNARY_ROW("Exp", exp),
      XGRAD_UNARY_ROW("Floor", floor),
      {"HardSigmoid", XGRAD_ROW(clip(x.number("alpha", 0.2) * x[0] + x.number("beta", 0.5), 0, 1))},
      XGRAD_UNARY_ROW("HardSwish", hardswish),
      {"Identity", XGRAD_ROW(x.input(0))},
      {"IsInf", XGRAD_ROW(isinf_of_sign(x))},
      XGRAD_UNARY_ROW("IsNaN", isnan),
      XGRAD_UNARY_ROW_WITH("LeakyRelu", leaky_relu, "alpha", 0.01),
      XGRAD_UNARY_ROW("Log", log),
      XGRAD_UNARY_ROW("Neg", negative),
      {"Not", XGRAD_ROW(Value(logical_not(x.mask(0))))},
      XGRAD_UNARY_ROW("Reciprocal", reciprocal),
      XGRAD_UNARY_ROW("Relu", relu),
      XGRAD_UNARY_ROW("Round", round),
      {"Selu", XGRAD_ROW(x.given("alpha") ? x.number("gamma", 1) * elu(x[0], x.number("alpha", 1))
                                          : selu(x[0]))},
      {"Shrink", XGRAD_ROW(shrink(x))},
      XGRAD_UNARY_ROW("Sigmoid", sigmoid),
      XGRAD_UNARY_ROW("Sign", sign),
      XGRAD_UNARY_ROW("Sin", sin),
      XGRAD_UNARY_ROW("Sinh", sinh),
      XGRAD_UNARY_ROW("Softplus", softplus),
      XGRAD_UNARY_ROW("Softsign", softsign),
      XGRAD_UNARY_ROW("Sqrt", sqrt),
      XGRAD_UNARY_ROW("Tan", tan),
      XGRAD_UNARY_ROW("Tanh", tanh),
      XGRAD_UNARY_ROW_WITH("ThresholdedRelu", thresholded_relu, "alpha", 1),

      {"Add", XGRAD_ROW(sum_of_two(x))},
      XGRAD_LOGICAL_ROW("And", logical_and),
      {"Div", XGRAD_ROW(x.in_integers() ? trunc(divide(x[0], x[1])) : divide(x[0], x[1]))},
      XGRAD_BINARY_ROW("Equal", equal),
      XGRAD_BINARY_ROW("Greater", greater),
      XGRAD_BINARY_ROW("GreaterOrEqual", greater_equal),
      XGRAD_BINARY_ROW("Less", less),
      XGRAD_BINARY_ROW("LessOrEqual", less_equal),
      {"Mod", XGRAD_ROW(x.integer("fmod", 0) ? fmod(x[0], x[1]) : remainder(x[0], x[1]))},
      XGRAD_BINARY_ROW("Mul", multiply),
      XGRAD_LOGICAL_ROW("Or", logical_or),
      {"Pow", XGRAD_ROW(Value(x.type(0), pow(x[0], x[1])))},
      {"PRelu", XGRAD_ROW(prelu(x))},
      XGRAD_BINARY_ROW("Sub", subtract),
      {"Where", XGRAD_ROW(Value(x.type(1), where(x.mask(0), x[1], x[2])))},
      XGRAD_LOGICAL_ROW("Xor", logical_xor),

      XGRAD_FOLD_ROW("Max", maximum),
      {"Mean", XGRAD_ROW(fold(x.all(), [](auto& a, auto& b) { return a + b; }) /
                         static_cast<double>(x.size()))},
      XGRAD_FOLD_ROW("Min", minimum),
      XGRAD_FOLD_ROW("Sum", add),
  };
}

}  // namespace onnx_cases
