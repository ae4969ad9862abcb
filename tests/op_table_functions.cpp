// The rows of the elementary and special functions of one tensor.
#include "op_table.hpp"
#include "reference_functions.hpp"

#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/rounding.hpp>
#include <xgrad/ops/special.hpp>
#include <xgrad/ops/trigonometric.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

constexpr Domain unit{-0.9, 0.9}, above_one{1.2, 3.2}, between_poles{-1.85, -1.15};

std::vector<Row> exponential_rows() {
  return {
      {"exp2", "exp2", FN(xg::exp2(x[0])), FN(ref::exp2(x[0])), one},
      {"expm1", "expm1", FN(xg::expm1(x[0])), FN(ref::expm1(x[0])), one},
      {"log2", "log2", FN(xg::log2(x[0])), FN(ref::log2(x[0])), one, {positive}},
      {"log10", "log10", FN(xg::log10(x[0])), FN(ref::log10(x[0])), one, {positive}},
      {"log1p", "log1p", FN(xg::log1p(x[0])), FN(ref::log1p(x[0])), one, {{-0.6, 2.5}}},
      {"rsqrt", "rsqrt", FN(xg::rsqrt(x[0])), FN(ref::rsqrt(x[0])), one, {positive}},
      {"reciprocal",
       "reciprocal",
       FN(xg::reciprocal(x[0])),
       FN(ref::reciprocal(x[0])),
       one,
       {nonzero}},
  };
}

std::vector<Row> rounding_rows() {
  Reference integer = FN(ref::integer_kink(x[0])), half = FN(ref::half_kink(x[0]));
  return {
      {"floor",
       "floor",
       FN(xg::floor(x[0])),
       FN(ref::floor(x[0])),
       one,
       {reals},
       {},
       true,
       integer},
      {"ceil", "ceil", FN(xg::ceil(x[0])), FN(ref::ceil(x[0])), one, {reals}, {}, true, integer},
      {"round", "round", FN(xg::round(x[0])), FN(ref::round(x[0])), one, {reals}, {}, true, half},
      {"trunc",
       "trunc",
       FN(xg::trunc(x[0])),
       FN(ref::trunc(x[0])),
       one,
       {reals},
       {},
       true,
       integer},
  };
}

std::vector<Row> trigonometric_rows() {
  return {
      {"sin", "sin", FN(xg::sin(x[0])), FN(ref::sin(x[0])), one},
      {"cos", "cos", FN(xg::cos(x[0])), FN(ref::cos(x[0])), one},
      {"tan", "tan", FN(xg::tan(x[0])), FN(ref::tan(x[0])), one, {unit}},
      {"asin", "asin", FN(xg::asin(x[0])), FN(ref::asin(x[0])), one, {unit}},
      {"acos", "acos", FN(xg::acos(x[0])), FN(ref::acos(x[0])), one, {unit}},
      {"atan", "atan", FN(xg::atan(x[0])), FN(ref::atan(x[0])), one},
      {"sinh", "sinh", FN(xg::sinh(x[0])), FN(ref::sinh(x[0])), one},
      {"cosh", "cosh", FN(xg::cosh(x[0])), FN(ref::cosh(x[0])), one},
      {"asinh", "asinh", FN(xg::asinh(x[0])), FN(ref::asinh(x[0])), one},
      {"acosh", "acosh", FN(xg::acosh(x[0])), FN(ref::acosh(x[0])), one, {above_one}},
      {"atanh", "atanh", FN(xg::atanh(x[0])), FN(ref::atanh(x[0])), one, {unit}},
      {"deg2rad", "deg2rad", FN(xg::deg2rad(x[0])), FN(ref::deg2rad(x[0])), one},
      {"rad2deg", "rad2deg", FN(xg::rad2deg(x[0])), FN(ref::rad2deg(x[0])), one},
  };
}

std::vector<Row> special_rows() {
  return {
      {"erf", "erf", FN(xg::erf(x[0])), FN(ref::erf(x[0])), one},
      {"erfc", "erfc", FN(xg::erfc(x[0])), FN(ref::erfc(x[0])), one},
      {"erfinv", "erfinv", FN(xg::erfinv(x[0])), FN(ref::erfinv(x[0])), one, {unit}},
      {"lgamma", "lgamma", FN(xg::lgamma(x[0])), FN(ref::lgamma(x[0])), one, {positive}},
      {"lgamma_negative",
       "lgamma",
       FN(xg::lgamma(x[0])),
       FN(ref::lgamma(x[0])),
       one,
       {between_poles}},
      {"digamma", "digamma", FN(xg::digamma(x[0])), FN(ref::digamma(x[0])), one, {positive}},
      {"digamma_negative",
       "digamma",
       FN(xg::digamma(x[0])),
       FN(ref::digamma(x[0])),
       one,
       {between_poles}},
      {"polygamma_zero",
       "polygamma",
       FN(xg::polygamma(0, x[0])),
       FN(ref::polygamma(0, x[0])),
       one,
       {positive}},
      {"polygamma_one",
       "polygamma",
       FN(xg::polygamma(1, x[0])),
       FN(ref::polygamma(1, x[0])),
       one,
       {positive},
       {{{{2}}, {"0 <= n <= 2^30", "n = -1"}, FN(xg::polygamma(-1, x[0]))}}},
      {"polygamma_two",
       "polygamma",
       FN(xg::polygamma(2, x[0])),
       FN(ref::polygamma(2, x[0])),
       one,
       {{0.5, 2.5}}},
      {"polygamma_five",
       "polygamma",
       FN(xg::polygamma(5, x[0])),
       FN(ref::polygamma(5, x[0])),
       one,
       {above_one}},
      {"polygamma_one_negative",
       "polygamma",
       FN(xg::polygamma(1, x[0])),
       FN(ref::polygamma(1, x[0])),
       one,
       {{-1.7, -1.3}}},
      {"polygamma_two_negative",
       "polygamma",
       FN(xg::polygamma(2, x[0])),
       FN(ref::polygamma(2, x[0])),
       one,
       {{-1.7, -1.3}}},
  };
}

const Family exponential(exponential_rows), rounding(rounding_rows),
    trigonometric(trigonometric_rows), special(special_rows);

}  // namespace
}  // namespace op_table
