// The table of ONNX's operators: one row says how xgrad's functions compute one of them.
//
// To add an operator: add a row to a list, in a rows_*.cpp.
#pragma once
#include "model.hpp"

#include <functional>
#include <string>
#include <vector>
#include <xgrad/ops/shape.hpp>

namespace onnx_cases {

/// One node with its inputs, as a row sees it.
class Call {
 public:
  Call(const Node& node, std::vector<std::optional<Value>> inputs, int version)
      : node_(&node), inputs_(std::move(inputs)), version_(version) {}

  /// The version of ONNX's set of operators: some attributes became inputs.
  int version() const { return version_; }
  std::size_t size() const { return inputs_.size(); }
  std::size_t outputs() const { return node_->outputs.size(); }

  bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i]; }
  /// Throws std::out_of_range for an input left out, as all below.
  const Value& input(std::size_t i) const;
  const xg::Shape& shape(std::size_t i) const { return input(i).shape(); }
  Type type(std::size_t i) const { return input(i).type(); }
  xg::Array<std::int64_t> indices(std::size_t i) const { return input(i).indices(); }
  xg::Array<bool> mask(std::size_t i) const { return input(i).mask(); }
  Integers list(std::size_t i) const { return input(i).list(); }

  bool given(const char* name) const { return node_->attributes.count(name) != 0; }
  /// An attribute. Throws std::out_of_range for one that is not given.
  const Attribute& attribute(const char* name) const { return node_->attributes.at(name); }
  int integer(const char* name, int otherwise) const;
  double number(const char* name, double otherwise) const;
  std::string text(const char* name, const std::string& otherwise) const;
  /// Integers from the attribute or, as in later versions, from input i; nothing if neither is
  /// given.
  std::optional<Integers> integers(const char* name, std::size_t i) const;

  /// The input whose type the operator's result has: the first of floating point, else the first.
  std::size_t decisive() const;

 private:
  const Node* node_;
  std::vector<std::optional<Value>> inputs_;
  int version_;
};

/// The same where the computation runs in T, float or double: x[i] is input i as a Tensor<T>.
template <class T>
class CallOf : public Call {
 public:
  using Element = T;
  using Tensor = xg::Tensor<T>;
  explicit CallOf(const Call& call) : Call(call) {}

  Tensor operator[](std::size_t i) const { return input(i).template as<T>(); }
  /// Input i, or a number if it is left out.
  Tensor value_or(std::size_t i, double otherwise) const {
    return has(i) ? (*this)[i] : Tensor(otherwise);
  }
  std::vector<Tensor> all() const {
    std::vector<Tensor> result;
    for (std::size_t i = 0; i < size(); ++i) result.push_back((*this)[i]);
    return result;
  }
  /// The type of a result in T.
  Type result() const { return type(decisive()); }
  bool in_integers() const { return !is_float(result()); }
};

// What a row may return.
template <class T>
Values values(const CallOf<T>& x, const xg::Tensor<T>& y) {
  return {Value(x.result(), y)};
}
template <class T>
Values values(const CallOf<T>& x, const std::vector<xg::Tensor<T>>& ys) {
  Values result;
  for (const xg::Tensor<T>& y : ys) result.emplace_back(x.result(), y);
  return result;
}
template <class T>
Values values(const CallOf<T>&, const Value& y) {
  return {y};
}
template <class T>
Values values(const CallOf<T>&, const Values& ys) {
  return ys;
}

struct Row {
  std::string op;
  std::function<Values(const Call&)> run;

  /// f is generic over CallOf<float> and CallOf<double>, and chosen by the decisive input.
  template <class F>
  Row(const char* name, F f) : op(name) {
    run = [f](const Call& call) {
      if (call.size() != 0 && call.type(call.decisive()) == Type::float32) {
        CallOf<float> x(call);
        return values(x, f(x));
      }
      CallOf<double> x(call);
      return values(x, f(x));
    };
  }
};
using Rows = std::vector<Row>;

/// ONNX's integers as xgrad's axes.
inline std::vector<int> narrow(const Integers& x) { return std::vector<int>(x.begin(), x.end()); }
inline std::vector<xg::Extent> extents(const Integers& x) {
  return std::vector<xg::Extent>(x.begin(), x.end());
}

/// Two extents: of the axes before the attribute `axis`, and of those from there on.
xg::Shape as_matrix(const Call& x);

Rows elementwise_rows();
Rows reduce_rows();
Rows shape_rows();
Rows index_rows();
Rows network_rows();
Rows conv_rows();
Rows recurrent_rows();
Rows optimizer_rows();

/// The row of an operator, nullptr if there is none.
const Row* find_row(const std::string& op);

/// Why a case is not run; "" if it is.
std::string reason_not_run(const Model& model);
/// Reasons that no case has needed, of those asked for by reason_not_run.
std::vector<std::string> unused_reasons();

// A row's function: an expression of x, the call.
#define XGRAD_ROW(...) [](const auto& x) { return __VA_ARGS__; }

}  // namespace onnx_cases
