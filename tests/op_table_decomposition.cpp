// The rows of decompositions of matrices and of their norms.
#include "matrix_samples.hpp"

#include <xgrad/ops/decomposition.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/linalg.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

const std::vector<Sample> tall = {{{1, 1}},    {{3, 3}},       {{4, 1}},    {{5, 3}}, {{17, 4}},
                                  {{2, 4, 3}}, {{2, 1, 3, 2}}, {{0, 3, 2}}, {{3, 0}}, {{2, 0, 0}}};
const std::vector<Sample> wide = {{{1, 4}},    {{3, 5}},    {{4, 17}},
                                  {{2, 2, 3}}, {{0, 2, 3}}, {{0, 3}}};
const std::vector<Error> not_matrix = {{{{3}}}, {{{}}}};

template <class T>
xg::Tensor<T> counts(const xg::Tensor<T>&, const xg::Array<std::int64_t>& numbers) {
  xg::Tensor<T> result = xg::empty<T>(numbers.shape());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result.mutable_value().data()[i] = static_cast<T>(numbers.data()[i]);
  }
  return result;
}

std::vector<Row> decomposition_rows() {
  return {
      {"det",
       "det",
       FN(xg::det(x[0])),
       FN(ref::det(x[0])),
       join(square, {{{4, 4}}, {{6, 2, 2}}, {{7, 3, 3}}, {{3, 1, 1}}}),
       {reals},
       not_square},
      {"det_of_regular",
       "det",
       FN(xg::det(regular(times(x[0], 0.5)))),
       FN(ref::det(regular(times(x[0], 0.5)))),
       {{{1, 1}}, {{2, 2}}, {{5, 5}}, {{4, 3, 3}}}},
      {"slogdet",
       "slogdet",
       FN(xg::slogdet(regular(x[0])).logabsdet),
       FN(ref::log(ref::abs(ref::det(regular(x[0]))))),
       square,
       {reals},
       {{{{2, 3}}, {}, FN(xg::slogdet(x[0]).logabsdet)},
        {{{3}}, {}, FN(xg::slogdet(x[0]).logabsdet)}}},
      {"slogdet_sign",
       "slogdet",
       FN(xg::slogdet(x[0]).sign),
       FN(ref::sign(ref::det(x[0]))),
       square,
       {reals},
       {},
       false},
      {"cholesky",
       "cholesky",
       FN(xg::cholesky(positive_definite(x[0]))),
       FN(ref::cholesky(positive_definite(x[0]))),
       square,
       {reals},
       {{{{2, 2}}, {"positive definite", "order 2", "(2, 2)"}, FN(xg::cholesky(x[0]))},
        {{{2, 3}}, {}, FN(xg::cholesky(x[0]))},
        {{{2}}, {}, FN(xg::cholesky(x[0]))}}},
      {"qr_q",
       "qr",
       FN(of_columns(xg::qr(spaced(x[0])).q)),
       FN(of_columns(ref::qr(spaced(x[0])).q)),
       join(tall, wide),
       {reals},
       {{{{3}}, {}, FN(xg::qr(x[0]).q)}, {{{}}, {}, FN(xg::qr(x[0]).q)}}},
      {"qr_r", "qr", FN(of_rows(xg::qr(spaced(x[0])).r)), FN(of_rows(ref::qr(spaced(x[0])).r)),
       join(tall, wide)},
      {"qr_both", "qr", FN(of_pairs(xg::qr(spaced(x[0])).q, xg::qr(spaced(x[0])).r)),
       FN(of_pairs(ref::qr(spaced(x[0])).q, ref::qr(spaced(x[0])).r)), full},
      {"eigh_values",
       "eigh",
       FN(xg::eigh(symmetric_spaced(x[0])).eigenvalues),
       FN(ref::eigh(symmetric_spaced(x[0]), bound).eigenvalues),
       square,
       {reals},
       {{{{2, 3}}, {}, FN(xg::eigh(x[0]).eigenvalues)},
        {{{3}}, {}, FN(xg::eigh(x[0]).eigenvalues)}}},
      {"eigh_vectors",
       "eigh",
       FN(of_columns(xg::eigh(symmetric_spaced(x[0])).eigenvectors)),
       FN(of_columns(ref::eigh(symmetric_spaced(x[0]), bound).eigenvectors)),
       {{{1, 1}},
        {{2, 2}},
        {{3, 3}},
        {{5, 5}},
        {{4, 3, 3}},
        {{2, 1, 2, 2}},
        {{0, 3, 3}},
        {{0, 0}}}},
      {"eigvalsh",
       "eigvalsh",
       FN(xg::eigvalsh(symmetric_spaced(x[0]))),
       FN(ref::eigh(symmetric_spaced(x[0]), bound).eigenvalues),
       square,
       {reals},
       {{{{2, 3}}, {}, FN(xg::eigvalsh(x[0]))}, {{{3}}, {}, FN(xg::eigvalsh(x[0]))}}},
      {"svd_u",
       "svd",
       FN(of_columns(xg::svd(spaced(x[0])).u)),
       FN(of_columns(ref::svd(spaced(x[0])).u)),
       join(tall, wide),
       {reals},
       {{{{3}}, {}, FN(xg::svd(x[0]).u)}, {{{}}, {}, FN(xg::svd(x[0]).u)}}},
      {"svd_vh", "svd", FN(of_rows(xg::svd(spaced(x[0])).vh)),
       FN(of_rows(ref::svd(spaced(x[0])).vh)), join(tall, wide)},
      {"svd_both", "svd", FN(of_pairs(xg::svd(spaced(x[0])).u, xg::svd(spaced(x[0])).vh)),
       FN(of_pairs(ref::svd(spaced(x[0])).u, ref::svd(spaced(x[0])).vh)), join(tall, wide)},
      {"svd_values", "svd", FN(xg::svd(spaced(x[0])).s), FN(ref::svd(spaced(x[0])).s),
       join(tall, wide)},
      {"svdvals",
       "svdvals",
       FN(xg::svdvals(spaced(x[0]))),
       FN(ref::svd(spaced(x[0])).s),
       join(tall, wide),
       {reals},
       not_matrix},
      {"matrix_rank",
       "matrix_rank",
       FN(counts(x[0], xg::matrix_rank(xg::outer(x[0], x[1])))),
       FN(ref::Nd<std::decay_t<decltype(x[0].data[0])>>({}, {1.0})),
       {{{3}, {4}}, {{1}, {1}}, {{17}, {5}}},
       {reals},
       {{{{3}}, {}, FN(counts(x[0], xg::matrix_rank(x[0])))}},
       false},
      {"cond",
       "cond",
       FN(xg::cond(spaced(x[0]))),
       FN(ref::divide(ref::amax(ref::svd(spaced(x[0])).s, ref::Axes{-1}),
                      ref::amin(ref::svd(spaced(x[0])).s, ref::Axes{-1}))),
       full,
       {reals},
       {{{{3}}, {}, FN(xg::cond(x[0]))}, {{{3, 0}}, {}, FN(xg::cond(x[0]))}}},
  };
}

std::vector<Row> norm_rows() {
  const Call unknown = FN(xg::matrix_norm(x[0], "one")), third = FN(xg::matrix_norm(x[0], 3));
  const Call one = FN(xg::matrix_norm(x[0], 1)), two = FN(xg::matrix_norm(x[0], 2));
  constexpr double inf = std::numeric_limits<double>::infinity();
  const std::vector<Sample> matrices = join(full, {{{2, 1, 3, 2}}, {{1, 17}}, {{17, 2}}});
  return {
      {"matrix_norm",
       "matrix_norm",
       FN(xg::matrix_norm(x[0])),
       FN(ref::sqrt(ref::sum(ref::square(x[0]), ref::Axes{-2, -1}))),
       join(matrices, {{{0, 2, 3}}}),
       {reals},
       {{{{3}}},
        {{{}}},
        {{{2, 2}}, {"fro", "one"}, unknown},
        {{{2, 2}}, {"fro", "3"}, third},
        {{{0, 3}}, {}, one},
        {{{2, 3, 0}}, {}, two},
        {{{3}}, {}, one}}},
      {"matrix_norm_keep_dims", "matrix_norm", FN(xg::matrix_norm(x[0], "fro", xg::keep_dims)),
       FN(ref::sqrt(ref::sum(ref::square(x[0]), ref::Axes{-2, -1}, true))), matrices},
      {"matrix_norm_nuc", "matrix_norm", FN(xg::matrix_norm(spaced(x[0]), "nuc")),
       FN(ref::sum(ref::svd(spaced(x[0])).s, ref::Axes{-1})), full},
      {"matrix_norm_1", "matrix_norm", FN(xg::matrix_norm(graded(x[0]), 1)),
       FN(ref::amax(ref::sum(ref::abs(graded(x[0])), ref::Axes{-2}), ref::Axes{-1})), matrices},
      {"matrix_norm_minus_1", "matrix_norm", FN(xg::matrix_norm(graded(x[0]), -1, xg::keep_dims)),
       FN(ref::amin(ref::sum(ref::abs(graded(x[0])), ref::Axes{-2}, true), ref::Axes{-1}, true)),
       matrices},
      {"matrix_norm_inf", "matrix_norm", FN(xg::matrix_norm(graded(x[0]), inf)),
       FN(ref::amax(ref::sum(ref::abs(graded(x[0])), ref::Axes{-1}), ref::Axes{-1})), matrices},
      {"matrix_norm_minus_inf", "matrix_norm", FN(xg::matrix_norm(graded(x[0]), -inf)),
       FN(ref::amin(ref::sum(ref::abs(graded(x[0])), ref::Axes{-1}), ref::Axes{-1})), matrices},
      {"matrix_norm_2", "matrix_norm", FN(xg::matrix_norm(spaced(x[0]), 2)),
       FN(ref::amax(ref::svd(spaced(x[0])).s, ref::Axes{-1})), full},
      {"matrix_norm_minus_2", "matrix_norm", FN(xg::matrix_norm(spaced(x[0]), -2)),
       FN(ref::amin(ref::svd(spaced(x[0])).s, ref::Axes{-1})), full},
  };
}

const Family decomposition(decomposition_rows), norm(norm_rows);

}  // namespace
}  // namespace op_table
