// The rows of arithmetic, comparisons, where, and the first functions of one tensor.
#include "op_table.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/unary.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

/// A fixed pattern of true and false.
template <class SomeShape>
xg::Array<bool> mask(const SomeShape& shape) {
  xg::Array<bool> result = xg::empty_array<bool>(xg::Shape(shape.begin(), shape.end()));
  for (std::size_t i = 0; i < result.size(); ++i) result.data()[i] = (i * 7 + 3) % 5 < 2;
  return result;
}
xg::Array<bool> mask(std::initializer_list<std::size_t> shape) { return mask(xg::Shape(shape)); }
reference::Nd<double> mask_reference(const Shape& shape) {
  reference::Nd<double> result(shape);
  for (std::size_t i = 0; i < result.data.size(); ++i) result.data[i] = (i * 7 + 3) % 5 < 2;
  return result;
}
template <class Array>
Shape common_shape(const Array& a, const Array& b) {
  return ref::broadcast(Shape(a.shape().begin(), a.shape().end()),
                        Shape(b.shape().begin(), b.shape().end()));
}

std::vector<Row> arithmetic_rows() {
  return {
      {"add", "add", FN(xg::add(x[0], x[1])), FN(ref::add(x[0], x[1])), two, {reals}, misfits},
      {"subtract",
       "subtract",
       FN(xg::subtract(x[0], x[1])),
       FN(ref::subtract(x[0], x[1])),
       two,
       {reals},
       misfits},
      {"multiply",
       "multiply",
       FN(xg::multiply(x[0], x[1])),
       FN(ref::multiply(x[0], x[1])),
       two,
       {reals},
       misfits},
      {"divide",
       "divide",
       FN(xg::divide(x[0], x[1])),
       FN(ref::divide(x[0], x[1])),
       two,
       {reals, nonzero},
       misfits},
      {"maximum",
       "maximum",
       FN(xg::maximum(x[0], x[1])),
       FN(ref::maximum(x[0], x[1])),
       two,
       {reals},
       misfits},
      {"minimum",
       "minimum",
       FN(xg::minimum(x[0], x[1])),
       FN(ref::minimum(x[0], x[1])),
       two,
       {reals},
       misfits},
      {"pow",
       "pow",
       FN(xg::pow(x[0], x[1])),
       FN(ref::pow(x[0], x[1])),
       two,
       {positive, reals},
       misfits},

      {"operator_add", "add", FN(x[0] + x[1]), FN(ref::add(x[0], x[1])), two, {reals}, misfits},
      {"operator_subtract",
       "subtract",
       FN(x[0] - x[1]),
       FN(ref::subtract(x[0], x[1])),
       two,
       {reals},
       misfits},
      {"operator_multiply",
       "multiply",
       FN(x[0] * x[1]),
       FN(ref::multiply(x[0], x[1])),
       two,
       {reals},
       misfits},
      {"operator_divide",
       "divide",
       FN(x[0] / x[1]),
       FN(ref::divide(x[0], x[1])),
       two,
       {reals, nonzero},
       misfits},
      {"operator_negative", "negative", FN(-x[0]), FN(ref::negative(x[0])), one},

      {"add_number", "add", FN(xg::add(x[0], 1.5)), FN(ref::add(x[0], 1.5)), one},
      {"number_add", "add", FN(2 + x[0]), FN(ref::add(2, x[0])), one},
      {"subtract_number", "subtract", FN(x[0] - 1.5f), FN(ref::subtract(x[0], 1.5)), one},
      {"number_subtract", "subtract", FN(xg::subtract(2, x[0])), FN(ref::subtract(2, x[0])), one},
      {"multiply_number", "multiply", FN(x[0] * -3), FN(ref::multiply(x[0], -3)), one},
      {"number_multiply", "multiply", FN(xg::multiply(0.75, x[0])), FN(ref::multiply(0.75, x[0])),
       one},
      {"divide_number", "divide", FN(xg::divide(x[0], 4)), FN(ref::divide(x[0], 4)), one},
      {"number_divide", "divide", FN(1.0 / x[0]), FN(ref::divide(1, x[0])), one, {nonzero}},
      {"maximum_number", "maximum", FN(xg::maximum(x[0], 0)), FN(ref::maximum(x[0], 0)), one},
      {"number_maximum", "maximum", FN(xg::maximum(0, x[0])), FN(ref::maximum(0, x[0])), one},
      {"minimum_number", "minimum", FN(xg::minimum(x[0], 0.0)), FN(ref::minimum(x[0], 0)), one},

      {"pow_zero", "pow", FN(xg::pow(x[0], 0)), FN(ref::pow(x[0], 0)), one},
      {"pow_one", "pow", FN(xg::pow(x[0], 1)), FN(ref::pow(x[0], 1)), one},
      {"pow_two", "pow", FN(xg::pow(x[0], 2)), FN(ref::pow(x[0], 2)), one},
      {"pow_three", "pow", FN(xg::pow(x[0], 3)), FN(ref::pow(x[0], 3)), one},
      {"pow_minus_one", "pow", FN(xg::pow(x[0], -1)), FN(ref::pow(x[0], -1)), one, {nonzero}},
      {"pow_half", "pow", FN(xg::pow(x[0], 0.5)), FN(ref::pow(x[0], 0.5)), one, {positive}},
      {"pow_real", "pow", FN(xg::pow(x[0], -1.75)), FN(ref::pow(x[0], -1.75)), one, {positive}},
      {"pow_of_number", "pow", FN(xg::pow(2.5, x[0])), FN(ref::pow(2.5, x[0])), one},

      {"where", "where", FN(xg::where(mask(common_shape(x[0], x[1])), x[0], x[1])),
       FN(ref::where(mask_reference(ref::broadcast(x[0].shape, x[1].shape)), x[0], x[1])), two},
      {"where_mask_row",
       "where",
       FN(xg::where(mask({4}), x[0], x[1])),
       FN(ref::where(mask_reference({4}), x[0], x[1])),
       {{{3, 4}, {3, 4}}, {{4}, {4}}, {{}, {}}, {{3, 1}, {}}, {{2, 1, 4}, {3, 4}}, {{0, 4}, {4}}},
       {reals},
       {{{{3}, {3}}, {"(4)", "(3)"}}, {{{2, 4}, {3, 4}}}}},
      {"where_mask_column",
       "where",
       FN(xg::where(mask({3, 1}), x[0], x[1])),
       FN(ref::where(mask_reference({3, 1}), x[0], x[1])),
       {{{3, 4}, {3, 4}}, {{4}, {4}}, {{}, {}}, {{17}, {}}, {{2, 1, 4}, {3, 4}}, {{2, 1, 1}, {5}}}},
      {"where_number",
       "where",
       FN(xg::where(mask({3, 4}), x[0], 0.5)),
       FN(ref::where(mask_reference({3, 4}), x[0], 0.5)),
       {{{3, 4}}, {{4}}, {{}}, {{3, 1}}, {{2, 1, 1}}}},

      {"less",
       "less",
       FN(numbers(x[0], xg::less(x[0], x[1]))),
       FN(ref::less(x[0], x[1])),
       two,
       {reals},
       misfits,
       false},
      {"less_equal",
       "less_equal",
       FN(numbers(x[0], xg::less_equal(xg::sign(x[0]), xg::sign(x[1])))),
       FN(ref::logical_not(ref::less(ref::sign(x[1]), ref::sign(x[0])))),
       two,
       {reals},
       misfits,
       false},
      {"greater",
       "greater",
       FN(numbers(x[0], xg::greater(xg::sign(x[0]), xg::sign(x[1])))),
       FN(ref::less(ref::sign(x[1]), ref::sign(x[0]))),
       two,
       {reals},
       misfits,
       false},
      {"greater_equal",
       "greater_equal",
       FN(numbers(x[0], xg::greater_equal(xg::sign(x[0]), xg::sign(x[1])))),
       FN(ref::logical_not(ref::less(ref::sign(x[0]), ref::sign(x[1])))),
       two,
       {reals},
       misfits,
       false},
      {"equal",
       "equal",
       FN(numbers(x[0], xg::equal(xg::sign(x[0]), xg::sign(x[1])))),
       FN(ref::equal(ref::sign(x[0]), ref::sign(x[1]))),
       two,
       {reals},
       misfits,
       false},
      {"not_equal",
       "not_equal",
       FN(numbers(x[0], xg::not_equal(xg::sign(x[0]), xg::sign(x[1])))),
       FN(ref::logical_not(ref::equal(ref::sign(x[0]), ref::sign(x[1])))),
       two,
       {reals},
       misfits,
       false},
      {"operator_less",
       "less",
       FN(numbers(x[0], x[0] < x[1])),
       FN(ref::less(x[0], x[1])),
       two,
       {reals},
       misfits,
       false},
      {"operator_greater_number",
       "greater",
       FN(numbers(x[0], x[0] > 0.25)),
       FN(ref::less(0.25, x[0])),
       one,
       {reals},
       {},
       false},
  };
}

std::vector<Row> unary_rows() {
  return {
      {"negative", "negative", FN(xg::negative(x[0])), FN(ref::negative(x[0])), one},
      {"abs", "abs", FN(xg::abs(x[0])), FN(ref::abs(x[0])), one},
      {"sign", "sign", FN(xg::sign(x[0])), FN(ref::sign(x[0])), one},
      {"square", "square", FN(xg::square(x[0])), FN(ref::square(x[0])), one},
      {"sqrt", "sqrt", FN(xg::sqrt(x[0])), FN(ref::sqrt(x[0])), one, {positive}},
      {"exp", "exp", FN(xg::exp(x[0])), FN(ref::exp(x[0])), one},
      {"log", "log", FN(xg::log(x[0])), FN(ref::log(x[0])), one, {positive}},
      {"tanh", "tanh", FN(xg::tanh(x[0])), FN(ref::tanh(x[0])), one},
      {"sigmoid", "sigmoid", FN(xg::sigmoid(x[0])), FN(ref::sigmoid(x[0])), one},
      {"relu", "relu", FN(xg::relu(x[0])), FN(ref::relu(x[0])), one},
  };
}

const Family arithmetic(arithmetic_rows), unary(unary_rows);

}  // namespace
}  // namespace op_table
