// An ONNX model, read from its file into plain structures. Only model.cpp sees ONNX's own classes
// and protobuf, which they are made of.
#pragma once
#include "value.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace onnx_cases {

struct Attribute {
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<std::string> texts;
  Integers integers;
  std::vector<double> numbers;
  std::optional<Value> tensor;
};

struct Node {
  std::string op;
  std::vector<std::string> inputs, outputs;  // names of values; "" for one left out
  std::map<std::string, Attribute> attributes;
};

struct Model {
  int version = 0;  // of ONNX's set of operators
  std::vector<Node> nodes;
  std::map<std::string, Value> constants;
  std::vector<std::string> inputs, outputs;
  std::set<Type> types;  // all that its inputs and outputs declare
};

/// Throws std::runtime_error for a file that is no model, or a constant that Value cannot hold.
Model read_model(const std::string& path);
/// Throws std::runtime_error for a file that is no tensor, or one that Value cannot hold.
Value read_tensor(const std::string& path);

}  // namespace onnx_cases
