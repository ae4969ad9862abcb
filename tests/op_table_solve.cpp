// The rows of linear systems, inverses and powers of matrices.
#include "matrix_samples.hpp"

#include <xgrad/ops/decomposition.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;
using xg::Transposed, xg::Triangle, xg::UnitDiagonal;

const std::vector<Sample> systems = {
    {{1, 1}, {1}},    {{3, 3}, {3}},       {{3, 3}, {3, 1}},
    {{5, 5}, {5, 2}}, {{17, 17}, {17}},    {{4, 3, 3}, {4, 3, 2}},
    {{4, 3, 3}, {3}}, {{3, 3}, {2, 3, 2}}, {{2, 1, 3, 3}, {3, 3, 1}},
    {{3, 3}, {3, 0}}, {{0, 0}, {0, 2}},    {{0, 2, 2}, {2, 1}}};
const std::vector<Error> no_systems = {{{{2, 3}, {2}}}, {{{3, 3}, {2}}}, {{{3, 3}, {2, 3}}},
                                       {{{3, 3}, {}}},  {{{3}, {3}}},    {{{2, 3, 3}, {4, 3, 1}}}};

std::vector<Row> solve_rows() {
  const Call inv = FN(xg::inv(x[0])), solve = FN(xg::solve(x[0], x[1]));
  const Call triangular = FN(xg::triangular_solve(x[0], x[1])), lstsq = FN(xg::lstsq(x[0], x[1]));
  std::vector<Error> not_invertible = {
      {{{2, 2}}, {"nonsingular", "rank < n", "(2, 2)"}, inv},
      {{{3, 2, 2}}, {"rank < n (matrix 0 of stack)", "(3, 2, 2)"}, inv},
      {{{2, 3}}, {}, inv},
      {{{3}}, {}, inv}};
  std::vector<Error> not_solvable = {{{{2, 2}, {2}}, {"nonsingular", "(2, 2)"}, solve}};
  std::vector<Error> not_triangular;
  for (Error error : no_systems) {
    error.call = solve;
    not_solvable.push_back(error);
    error.call = triangular;
    not_triangular.push_back(error);
  }
  return {
      {"inv",
       "inv",
       FN(xg::inv(regular(x[0]))),
       FN(ref::inv(regular(x[0]))),
       square,
       {reals},
       not_invertible},
      {"solve",
       "solve",
       FN(xg::solve(regular(x[0]), x[1])),
       FN(ref::solve(regular(x[0]), x[1])),
       systems,
       {reals},
       not_solvable},
      {"triangular_solve",
       "triangular_solve",
       FN(xg::triangular_solve(with_diagonal(x[0]), x[1])),
       FN(ref::solve(ref::triangle(with_diagonal(x[0]), true, false), x[1])),
       systems,
       {reals},
       not_triangular},
      {"triangular_solve_upper", "triangular_solve",
       FN(xg::triangular_solve(with_diagonal(x[0]), x[1], Triangle::upper)),
       FN(ref::solve(ref::triangle(with_diagonal(x[0]), false, false), x[1])), systems},
      {"triangular_solve_transposed", "triangular_solve",
       FN(xg::triangular_solve(with_diagonal(x[0]), x[1], Triangle::lower, Transposed::yes)),
       FN(ref::solve(ref::flipped(ref::triangle(with_diagonal(x[0]), true, false)), x[1])),
       systems},
      {"triangular_solve_unit", "triangular_solve",
       FN(xg::triangular_solve(times(x[0], 0.25), x[1], Triangle::lower, Transposed::no,
                               UnitDiagonal::yes)),
       FN(ref::solve(ref::triangle(times(x[0], 0.25), true, true), x[1])), systems},
      {"triangular_solve_upper_unit", "triangular_solve",
       FN(xg::triangular_solve(times(x[0], 0.25), x[1], Triangle::upper, Transposed::no,
                               UnitDiagonal::yes)),
       FN(ref::solve(ref::triangle(times(x[0], 0.25), false, true), x[1])), systems},
      {"triangular_solve_all", "triangular_solve",
       FN(xg::triangular_solve(times(x[0], 0.25), x[1], Triangle::upper, Transposed::yes,
                               UnitDiagonal::yes)),
       FN(ref::solve(ref::flipped(ref::triangle(times(x[0], 0.25), false, true)), x[1])), systems},
      {"lstsq",
       "lstsq",
       FN(xg::lstsq(spaced(x[0]), x[1])),
       FN(ref::lstsq(spaced(x[0]), x[1])),
       {{{3, 3}, {3}},
        {{4, 1}, {4}},
        {{5, 3}, {5, 2}},
        {{17, 4}, {17}},
        {{2, 4, 3}, {2, 4, 2}},
        {{2, 4, 3}, {4}},
        {{4, 2}, {3, 4, 1}},
        {{0, 3, 2}, {3}},
        {{3, 0}, {3, 2}}},
       {reals},
       {{{{2, 3}, {2}}, {}, lstsq},
        {{{3, 2}, {2}}, {}, lstsq},
        {{{3}, {3}}, {}, lstsq},
        {{{3, 2}, {}}, {}, lstsq},
        {{{3, 2}, {3}}, {"rank n", "(3, 2)"}, lstsq}}},
      {"pinv",
       "pinv",
       FN(xg::pinv(spaced(x[0]))),
       FN(ref::pinv(spaced(x[0]))),
       join(full, {{{2, 3, 4, 2}}, {{0, 3}}, {{2, 0}}, {{0, 2, 3}}}),
       {reals},
       {{{{3}}}, {{{2, 2}}, {"rtol", "-1"}, FN(xg::pinv(x[0], -1.0))}}},
      {"matrix_power_3",
       "matrix_power",
       FN(xg::matrix_power(x[0], 3)),
       FN(ref::matmul(x[0], ref::matmul(x[0], x[0]))),
       square,
       {reals},
       not_square},
      {"matrix_power_7",
       "matrix_power",
       FN(xg::matrix_power(times(x[0], 0.5), 7)),
       FN(products(std::string("...ab,...bc,...cd,...de,...ef,...fg,...gh->...ah"),
                   std::vector<std::decay_t<decltype(x[0])>>(7, times(x[0], 0.5)))),
       {{{1, 1}}, {{2, 2}}, {{2, 2, 2}}}},
      {"matrix_power_1", "matrix_power", FN(xg::matrix_power(x[0], 1)), FN(x[0]), square},
      {"matrix_power_0", "matrix_power", FN(xg::matrix_power(x[0], 0)),
       FN(plus(times(x[0], 0), [](int i, int j) { return double(i == j); })), square},
      {"matrix_power_negative",
       "matrix_power",
       FN(xg::matrix_power(regular(x[0]), -2)),
       FN(ref::inv(ref::matmul(regular(x[0]), regular(x[0])))),
       square,
       {reals},
       {{{{2, 2}}, {"nonsingular", "(2, 2)"}, FN(xg::matrix_power(x[0], -2))}}},
      {"expm",
       "expm",
       FN(xg::expm(x[0])),
       FN(ref::expm(x[0])),
       {{{1, 1}}, {{2, 2}}, {{3, 3}}, {{5, 5}}, {{2, 3, 3}}, {{0, 2, 2}}, {{0, 0}}},
       {reals},
       not_square},
  };
}

const Family solving(solve_rows);

}  // namespace
}  // namespace op_table
