#include "model.hpp"

#include <cstring>
#include <fstream>
#include <stdexcept>

// Generated code, not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

namespace onnx_cases {
namespace {

template <class Message>
Message read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Message message;
  if (!file || !message.ParseFromIstream(&file)) {
    throw std::runtime_error(path + " does not hold a " + message.GetTypeName());
  }
  return message;
}

/// The elements, which stand in `bytes` or, if there are none, one by one in `fields`.
template <class Element, class Fields>
Value value(Type type, const xg::Shape& shape, const std::string& bytes, const Fields& fields) {
  using T = std::conditional_t<std::is_same_v<Element, float>, float, double>;
  xg::Array<T> array = xg::empty_array<T>(shape);
  bool raw = !bytes.empty();
  if ((raw ? bytes.size() / sizeof(Element) : std::size_t(fields.size())) != array.size()) {
    throw std::runtime_error("a tensor of shape " + to_string(shape) + " has other elements");
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    Element element;
    if (raw) {
      std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
    } else {
      element = static_cast<Element>(fields.Get(static_cast<int>(i)));
    }
    array.data()[i] = static_cast<T>(element);
  }
  return Value(type, xg::Tensor<T>(std::move(array)));
}

Value value(const onnx::TensorProto& tensor) {
  xg::Shape shape(tensor.dims().begin(), tensor.dims().end());
  Type type = static_cast<Type>(tensor.data_type());
  const std::string& bytes = tensor.raw_data();
  const auto& narrow = tensor.int32_data();
  switch (type) {
    case Type::float32:
      return value<float>(type, shape, bytes, tensor.float_data());
    case Type::float64:
      return value<double>(type, shape, bytes, tensor.double_data());
    case Type::int8:
      return value<std::int8_t>(type, shape, bytes, narrow);
    case Type::int16:
      return value<std::int16_t>(type, shape, bytes, narrow);
    case Type::int32:
      return value<std::int32_t>(type, shape, bytes, narrow);
    case Type::int64:
      return value<std::int64_t>(type, shape, bytes, tensor.int64_data());
    case Type::uint8:
      return value<std::uint8_t>(type, shape, bytes, narrow);
    case Type::uint16:
      return value<std::uint16_t>(type, shape, bytes, narrow);
    case Type::uint32:
      return value<std::uint32_t>(type, shape, bytes, tensor.uint64_data());
    case Type::uint64:
      return value<std::uint64_t>(type, shape, bytes, tensor.uint64_data());
    case Type::boolean:
      return value<std::uint8_t>(type, shape, bytes, narrow);
    default:
      throw std::runtime_error("a tensor of a type that is not read here");
  }
}

Attribute attribute(const onnx::AttributeProto& proto) {
  Attribute result;
  result.integer = proto.i();
  result.number = double(proto.f());
  result.text = proto.s();
  result.texts.assign(proto.strings().begin(), proto.strings().end());
  result.integers.assign(proto.ints().begin(), proto.ints().end());
  result.numbers.assign(proto.floats().begin(), proto.floats().end());
  if (proto.has_t()) result.tensor = value(proto.t());
  return result;
}

Node node(const onnx::NodeProto& proto) {
  Node result;
  result.op = proto.op_type();
  result.inputs.assign(proto.input().begin(), proto.input().end());
  result.outputs.assign(proto.output().begin(), proto.output().end());
  for (const onnx::AttributeProto& a : proto.attribute()) {
    result.attributes.emplace(a.name(), attribute(a));
  }
  return result;
}

}  // namespace

Value read_tensor(const std::string& path) { return value(read<onnx::TensorProto>(path)); }

Model read_model(const std::string& path) {
  onnx::ModelProto proto = read<onnx::ModelProto>(path);
  const onnx::GraphProto& graph = proto.graph();
  Model model;
  for (const auto& set : proto.opset_import()) {
    if (set.domain().empty()) model.version = static_cast<int>(set.version());
  }
  auto declare = [&model](const auto& values, std::vector<std::string>& names) {
    for (const onnx::ValueInfoProto& value : values) {
      names.push_back(value.name());
      model.types.insert(static_cast<Type>(value.type().tensor_type().elem_type()));
    }
  };
  declare(graph.input(), model.inputs);
  declare(graph.output(), model.outputs);
  for (const onnx::NodeProto& n : graph.node()) model.nodes.push_back(node(n));
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    model.constants.emplace(tensor.name(), value(tensor));
  }
  return model;
}

}  // namespace onnx_cases
