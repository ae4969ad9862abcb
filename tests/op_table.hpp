// The table of operations: one row says how to call an operation, what it should give, and on which
// shapes to try it; op_table_test.cpp runs every property over every row.
//
// To add an operation: 1. write its naive form in a reference_*.hpp; 2. add a row to a family's
// list, in an op_table_*.cpp.
#pragma once
#include "fn.hpp"
#include "reference.hpp"

#include <string>
#include <vector>
#include <xgrad/autograd/tensor.hpp>

namespace op_table {

template <class T>
using Tensors = std::vector<xgrad::Tensor<T>>;
template <class S>
using Arrays = std::vector<reference::Nd<S>>;

/// The operation, from a generic captureless lambda over Tensors<T>.
struct Call {
  xgrad::Tensor<float> (*on_float)(const Tensors<float>&) = nullptr;
  xgrad::Tensor<double> (*on_double)(const Tensors<double>&) = nullptr;

  Call() = default;
  template <class F>
  Call(F f) : on_float(f), on_double(f) {}
  xgrad::Tensor<float> operator()(const Tensors<float>& x) const { return on_float(x); }
  xgrad::Tensor<double> operator()(const Tensors<double>& x) const { return on_double(x); }
};

/// The naive form of it, from a generic captureless lambda over Arrays<S>.
struct Reference {
  using Dual = reference::Dual;
  reference::Nd<double> (*on_double)(const Arrays<double>&) = nullptr;
  reference::Nd<Dual> (*on_dual)(const Arrays<Dual>&) = nullptr;

  Reference() = default;
  template <class F>
  Reference(F f) : on_double(f), on_dual(f) {}
  reference::Nd<double> operator()(const Arrays<double>& x) const { return on_double(x); }
  reference::Nd<Dual> operator()(const Arrays<Dual>& x) const { return on_dual(x); }
};

using Shape = reference::Shape;
/// The shapes of all inputs of one trial.
using Sample = std::vector<Shape>;

/// Where an input's elements lie: between low and high, or that times a random sign. All elements
/// of a sample are distinct, well apart from each other and, if low = -high,
/// from 0, so that no operation is tried at a kink.
struct Domain {
  double low = -2, high = 2;
  bool any_sign = false;
};
inline constexpr Domain reals{-2, 2};
inline constexpr Domain positive{0.3, 2.3};
inline constexpr Domain nonzero{0.5, 2.5, true};

/// A call that must throw std::invalid_argument: the row's own or another, on these shapes. The
/// message must name the row's operation, hold all `words`, and, unless `words` are given, the
/// shapes.
struct Error {
  Sample sample;
  std::vector<std::string> words = {};
  Call call = {};
};

struct Row {
  std::string name;  // of the test
  std::string op;    // in messages and on the tape
  Call call;
  Reference reference;
  std::vector<Sample> samples;
  std::vector<Domain> domains = {reals};  // per input; the last serves for all that follow
  std::vector<Error> errors = {};
  bool differentiable = true;  // else nothing is recorded
  Reference kink = {};         // the operation has a kink where this is 0
};

/// A family's rows join the table by a static object in its file: `const Family family(my_rows);`.
struct Family {
  explicit Family(std::vector<Row> (*rows)());
};

/// All rows of all families.
const std::vector<Row>& rows();

// Samples that suit any elementwise operation of one, or of two inputs; and two shapes that do not
// broadcast.
extern const std::vector<Sample> one, two;
extern const std::vector<Error> misfits;

/// Indices, or truth values as 0 and 1, as numbers; `like` names the type.
template <class T, class E>
xgrad::Tensor<T> numbers(const xgrad::Tensor<T>& like, const xgrad::Array<E>& array) {
  xgrad::Tensor<T> result = xgrad::empty<T>(array.shape());
  static_cast<void>(like);
  std::copy(array.begin(), array.end(), result.mutable_value().begin());
  return result;
}

}  // namespace op_table
