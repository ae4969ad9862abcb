// What flows through an ONNX graph: a tensor and the element type that ONNX declares for it.
#pragma once
#include <cstdint>
#include <variant>
#include <vector>
#include <xgrad/autograd/tensor.hpp>

namespace onnx_cases {

namespace xg = xgrad;
using Integers = std::vector<std::int64_t>;

/// ONNX's numbers for its element types. `other` stands for what is no tensor (sequences, ...).
enum class Type {
  other = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16
};
inline bool is_float(Type type) { return type == Type::float32 || type == Type::float64; }

/// float32 is held as Tensor<float>; all else as Tensor<double>, integers and truth values
/// included, which it holds exactly.
class Value {
 public:
  /// Throws std::invalid_argument if an element of an integer type is none, or beyond 2^53.
  template <class T>
  Value(Type type, const xg::Tensor<T>& x) : type_(type) {
    if (type == Type::float32) {
      tensor_ = xg::Tensor<float>(x);
    } else {
      tensor_ = xg::Tensor<double>(x);
    }
    if (!is_float(type)) check_integers(std::get<xg::Tensor<double>>(tensor_));
  }
  Value(const xg::Array<bool>& mask) : Value(Type::boolean, xg::Tensor<double>(mask)) {}
  Value(const xg::Array<int>& x) : Value(Type::int64, xg::Tensor<double>(x)) {}
  Value(const xg::Array<std::int64_t>& x) : Value(Type::int64, xg::Tensor<double>(x)) {}
  /// A vector of int64.
  Value(const Integers& x);

  /// The same as a leaf of a graph, if it is of floating point.
  Value with_gradient() const;

  Type type() const { return type_; }
  const xg::Shape& shape() const;
  template <class T>
  xg::Tensor<T> as() const {
    return std::visit([](const auto& x) { return xg::Tensor<T>(x); }, tensor_);
  }
  /// The elements as another type: indices, or a mask of what is not 0.
  xg::Array<std::int64_t> indices() const;
  xg::Array<bool> mask() const;
  Integers list() const;

 private:
  static void check_integers(const xg::Tensor<double>& x);

  Type type_;
  std::variant<xg::Tensor<float>, xg::Tensor<double>> tensor_;
};
using Values = std::vector<Value>;

}  // namespace onnx_cases
