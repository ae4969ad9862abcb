// The rows of ops/logical.hpp; logical_test.cpp has the rest.
#include "op_table.hpp"

#include <limits>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/logical.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<Row> logical_rows() {
  return {
      {"isclose",
       "isclose",
       FN(numbers(x[0], xg::isclose(x[0], x[1], 0.25, 0.5))),
       FN(ref::less(ref::abs(ref::subtract(x[0], x[1])),
                    ref::add(ref::multiply(ref::abs(x[1]), 0.25), 0.5))),
       two,
       {reals},
       {{{{2, 3}, {4, 5}}},
        {{{3}, {3}}, {"not negative", "nan"}, FN(numbers(x[0], xg::isclose(x[0], x[1], nan)))},
        {{{3}, {3}}, {"not negative", "-1"}, FN(numbers(x[0], xg::isclose(x[0], x[1], 0, -1)))}},
       false},
      {"isclose_number",
       "isclose",
       FN(numbers(x[0], xg::isclose(x[0], 0.5, 0, 0.7))),
       FN(ref::less(ref::abs(ref::subtract(x[0], 0.5)), 0.7)),
       one,
       {reals},
       {},
       false},
      {"logical_and",
       "logical_and",
       FN(numbers(x[0], xg::logical_and(x[0] > 0, x[1] > 0.5))),
       FN(ref::multiply(ref::less(0, x[0]), ref::less(0.5, x[1]))),
       two,
       {reals},
       misfits,
       false},
      {"logical_or",
       "logical_or",
       FN(numbers(x[0], xg::logical_or(x[0] > 0, x[1] > 0.5))),
       FN(ref::maximum(ref::less(0, x[0]), ref::less(0.5, x[1]))),
       two,
       {reals},
       misfits,
       false},
      {"logical_xor",
       "logical_xor",
       FN(numbers(x[0], xg::logical_xor(x[0] > 0, x[1] > 0.5))),
       FN(ref::abs(ref::subtract(ref::less(0, x[0]), ref::less(0.5, x[1])))),
       two,
       {reals},
       misfits,
       false},
      {"logical_not",
       "logical_not",
       FN(numbers(x[0], xg::logical_not(x[0] > 0.25))),
       FN(ref::logical_not(ref::less(0.25, x[0]))),
       one,
       {reals},
       {},
       false},
  };
}

const Family logical(logical_rows);

}  // namespace
}  // namespace op_table
