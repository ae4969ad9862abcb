// Values and gradients of reductions, scans and order statistics at kinks and extremes, as
// conventions.md states them.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/threads.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::equal, conventions::inf, conventions::nan,
    conventions::Numbers, conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

using Integers = std::vector<std::int64_t>;
Integers list(const xg::Array<std::int64_t>& array) { return Integers(array.begin(), array.end()); }
std::vector<bool> list(const xg::Array<bool>& array) {
  return std::vector<bool>(array.begin(), array.end());
}

/// The Hessian of a scalar f, row by row, by differentiating the gradient.
template <class T, class F>
Numbers hessian(F f, const Numbers& x) {
  Numbers result;
  xg::Tensor<T> leaf = check::leaf<T>(check::Plain({x.size()}, x));
  xg::Tensor<T> first = xg::grad(f(leaf), {leaf}, xg::create_graph)[0];
  for (std::size_t i = 0; i < x.size(); ++i) {
    xg::Tensor<T> unit = xg::zeros<T>({x.size()});
    unit.mutable_value().data()[i] = 1;
    leaf.zero_grad();
    first.backward(unit, xg::retain_graph);
    Numbers row = check::plain(leaf.grad()).data;
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

TYPED_TEST(Conventions, ProdOfZeros) {
  this->expect(FN(xg::prod(x)), {0, 2, 3}, {0}, {6, 0, 0});
  this->expect(FN(xg::prod(x)), {2, 0, 3}, {0}, {0, 6, 0});
  this->expect(FN(xg::prod(x)), {2, 3, 0}, {0}, {0, 0, 6});
  this->expect(FN(xg::prod(x)), {0, 2, 0}, {0}, {0, 0, 0});
  this->expect(FN(xg::prod(xg::reshape(x, {2, 3}), 0)), {0, 0, 2, 5, 0, 3}, {0, 0, 6},
               {5, 0, 3, 0, 0, 2});
}
TYPED_TEST(Conventions, SecondDerivativeOfProdOfZeros) {
  auto f = FN(xg::prod(x));
  EXPECT_TRUE(equal(hessian<TypeParam>(f, {0, 2, 3}), {0, 3, 2, 3, 0, 0, 2, 0, 0}));
  EXPECT_TRUE(equal(hessian<TypeParam>(f, {0, 2, 0}), {0, 0, 2, 0, 0, 0, 2, 0, 0}));
  EXPECT_TRUE(equal(hessian<TypeParam>(f, {0, 0, 0}), Numbers(9, 0)));
  EXPECT_TRUE(
      equal(hessian<TypeParam>(f, {0, 3, 0, 2}), {0, 0, 6, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0}));
}
TYPED_TEST(Conventions, ProdOfInfinityAndNan) {
  this->expect(FN(xg::prod(x)), {inf, 2}, {inf}, {2, inf});
  this->expect(FN(xg::prod(x)), {inf, 0}, {nan}, {0, inf});
  this->expect(FN(xg::prod(x)), {nan, 2}, {nan}, {2, nan});
}

TYPED_TEST(Conventions, CumprodOfZeros) {
  this->expect(FN(xg::cumprod(x, 0)), {2, 0, 3}, {2, 0, 0}, {1, 8, 0});
  this->expect(FN(xg::cumprod(x, 0)), {0, 2, 0, 5}, {0, 0, 0, 0}, {3, 0, 0, 0});
}
TYPED_TEST(Conventions, SecondDerivativeOfCumprodOfZeros) {
  // The last element: x0 x1 x2 x3.
  auto f = FN(xg::slice(xg::cumprod(x, 0), {-1}));
  EXPECT_TRUE(
      equal(hessian<TypeParam>(f, {0, 3, 0, 2}), {0, 0, 6, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0}));
  // x0 + x0 x1 + x0 x1 x2.
  EXPECT_TRUE(equal(hessian<TypeParam>(FN(xg::sum(xg::cumprod(x, 0))), {0, 0, 5}),
                    {0, 6, 0, 6, 0, 0, 0, 0, 0}));
}

TYPED_TEST(Conventions, StdAtZeroVariance) {
  this->expect(FN(xg::std(x)), {0.1, 0.1, 0.1}, {0}, {0, 0, 0});
  this->expect(FN(xg::std(x)), {5}, {0}, {0});
  this->expect(FN(xg::var(x)), Numbers(37, 0.1), {0}, Numbers(37, 0));
  this->expect(FN(xg::std(xg::reshape(x, {2, 2}), 1)), {7, 7, 3, 1}, {0, 1}, {0, 0, 0.5, -0.5});
  EXPECT_TRUE(equal(hessian<TypeParam>(FN(xg::std(x)), {3, 3}), {0, 0, 0, 0}));
}
TYPED_TEST(Conventions, VarAndStdOfTooFewElements) {
  typename TestFixture::Tensor one = this->vector({1}), none = this->vector({});
  EXPECT_EQ(xg::var(one).item(), 0);
  std::string text = check::message<std::invalid_argument>([&] { xg::var(one, {}, 1); });
  EXPECT_NE(text.find("at least 2 elements"), std::string::npos) << text;
  EXPECT_THROW(xg::std(one, 0, 1), std::invalid_argument);
  EXPECT_THROW(xg::var(none), std::invalid_argument);
  EXPECT_THROW(xg::std(none), std::invalid_argument);
}
TYPED_TEST(Conventions, VarFarFromZero) {
  // 2^20 + {0, 1, 2}: the naive mean of squares less squared mean loses this in float.
  this->expect(FN(xg::var(x)), {1048576, 1048577, 1048578}, {TypeParam(2) / 3},
               {TypeParam(2.0 / 3) * -1, 0, TypeParam(2.0 / 3)});
}

TYPED_TEST(Conventions, Norm2AtZero) {
  this->expect(FN(xg::norm(x)), {0, 0}, {0}, {0, 0});
  this->expect(FN(xg::norm(x)), {3, -4}, {5}, {TypeParam(0.6), TypeParam(-0.8)});
  this->expect(FN(xg::norm(xg::reshape(x, {2, 2}), 2, 1)), {0, 0, 0, 2}, {0, 2}, {0, 0, 0, 1});
  EXPECT_TRUE(equal(hessian<TypeParam>(FN(xg::norm(x)), {0, 0}), {0, 0, 0, 0}));
}
TYPED_TEST(Conventions, Norm2NeitherOverflowsNorUnderflows) {
  double big = sizeof(TypeParam) == 4 ? 0x1p+120 : 0x1p+1000, small = 1 / big;
  this->expect(FN(xg::norm(x)), {4 * big, 3 * big}, {5 * big}, {TypeParam(0.8), TypeParam(0.6)});
  this->expect(FN(xg::norm(x)), {4 * small, 3 * small}, {5 * small},
               {TypeParam(0.8), TypeParam(0.6)});
  EXPECT_EQ(xg::norm(this->vector({big, 0, big, big, big}), 4).item(),
            static_cast<TypeParam>(big) * static_cast<TypeParam>(std::sqrt(2.0)));
}
TYPED_TEST(Conventions, ManyElementsShareTheGradientOfAmax) {
  Numbers values(96, -1), shares(96, 0);
  for (std::size_t i : {3U, 50U, 64U, 95U}) values[i] = 2, shares[i] = 0.25;
  this->expect(FN(xg::amax(x)), values, {2}, shares);
}
TYPED_TEST(Conventions, AmaxOfRowsSendsTheGradientToItsPlace) {
  const std::size_t n = 150;
  for (std::size_t i = 0; i < n; ++i) {
    xg::Array<TypeParam> values = xg::empty_array<TypeParam>({3, n});
    std::fill(values.begin(), values.end(), TypeParam(-1));
    TypeParam *alone = values.data(), *twice = alone + n, *bad = twice + n;
    alone[i] = twice[i] = twice[(i + 60) % n] = bad[i] = 2;
    bad[(i + 60) % n] = std::numeric_limits<TypeParam>::quiet_NaN();
    const auto x = xg::parameter(xg::Tensor<TypeParam>(values));
    xg::sum(xg::amax(x, 1) * this->vector({5, 6, 7})).backward();
    const TypeParam* g = x.grad().data();
    for (std::size_t j = 0; j < n; ++j) {
      EXPECT_EQ(g[j], j == i ? 5 : 0) << i;
      EXPECT_EQ(g[n + j], j == i || j == (i + 60) % n ? 3 : 0) << i;
      EXPECT_TRUE(std::isnan(g[2 * n + j])) << i;
    }
  }
}
TYPED_TEST(Conventions, AmaxOfManyRowsOnThreads) {
  const std::size_t rows = 3000, n = 64;
  xg::Array<TypeParam> values = xg::empty_array<TypeParam>({rows, n});
  std::fill(values.begin(), values.end(), TypeParam(-1));
  for (std::size_t i = 0; i < rows; ++i) values.data()[i * n + i % n] = 1;
  const unsigned before = xg::threads();
  for (unsigned threads : {1U, 2U, 5U}) {
    xg::set_threads(threads);
    const auto x = xg::parameter(xg::Tensor<TypeParam>(values));
    xg::sum(xg::amax(x, 1)).backward();
    for (std::size_t i = 0; i < rows * n; ++i)
      ASSERT_EQ(x.grad().data()[i], i % n == i / n % n ? 1 : 0) << i << ' ' << threads;
  }
  xg::set_threads(before);
}
TYPED_TEST(Conventions, AmaxOfColumnsDividesAmongTies) {
  Numbers values(192, -1), shares(192, 0);
  for (std::size_t i : {2U, 60U, 100U, 190U}) values[i] = 2, shares[i] = 0.25;  // first column
  values[51] = 3, shares[51] = 1;
  this->expect(FN(xg::sum(xg::amax(xg::reshape(x, {96, 2}), 0))), values, {5}, shares);
}
TYPED_TEST(Conventions, AmaxFindsNanAndTheGreatestAnywhere) {
  for (std::size_t i = 0; i < 70; ++i) {
    Numbers values(70, -3);
    values[i] = 2;
    EXPECT_EQ(xg::amax(this->vector(values)).item(), 2) << i;
    values[(i + 40) % 70] = nan;
    EXPECT_TRUE(std::isnan(xg::amax(this->vector(values)).item())) << i;
    EXPECT_TRUE(std::isnan(xg::amin(this->vector(values)).item())) << i;
  }
}
TYPED_TEST(Conventions, ColumnsFoldAnyNumberOfRows) {
  for (std::size_t rows = 1; rows < 10; ++rows) {
    Numbers values;
    for (std::size_t i = 0; i < 3 * rows; ++i) values.push_back(double(i));
    const auto x = xg::reshape(this->vector(values), {rows, 3});
    const double n = double(rows), first = 3 * n * (n - 1) / 2, last = 3 * (n - 1);
    EXPECT_TRUE(equal(this->numbers(xg::sum(x, 0)), {first, first + n, first + 2 * n}));
    EXPECT_TRUE(equal(this->numbers(xg::amax(x, 0)), {last, last + 1, last + 2}));
  }
}
TYPED_TEST(Conventions, LogsumexpOfALongRow) {
  const xg::Tensor<TypeParam> x = xg::parameter(xg::zeros<TypeParam>({2, 3000}));
  const xg::Tensor<TypeParam> y = xg::logsumexp(x, 1);
  EXPECT_EQ(y.data()[1], static_cast<TypeParam>(std::log(3000.0)));
  xg::sum(y).backward();
  EXPECT_EQ(x.grad().data()[5999], static_cast<TypeParam>(1 / 3000.0));
}
TYPED_TEST(Conventions, Norm1AtZero) {
  this->expect(FN(xg::norm(x, 1)), {0, -0.0, -2, 3}, {5}, {0, 0, -1, 1});
}
TYPED_TEST(Conventions, NormInfAtTiesAndZero) {
  this->expect(FN(xg::norm(x, inf)), {2, -2, 1}, {2}, {0.5, -0.5, 0});
  this->expect(FN(xg::norm(x, inf)), {0, -0.0}, {0}, {0, 0});
  this->expect(FN(xg::norm(x, -inf)), {2, -1, 1}, {1}, {0, -0.5, 0.5});
  this->expect(FN(xg::norm(x, -inf)), {2, 0}, {0}, {0, 0});
  this->expect(FN(xg::norm(x, inf)), {2, -inf}, {inf}, {0, -1});
}
TYPED_TEST(Conventions, NormPAtZero) {
  this->expect(FN(xg::norm(x, 3)), {0, 0}, {0}, {0, 0});
  this->expect(FN(xg::norm(x, 3)), {0, -2}, {2}, {0, -1});
  this->expect(FN(xg::norm(x, 0.5)), {0, 4}, {4}, {0, 1});
}
TYPED_TEST(Conventions, NormOfNan) {
  for (double p : {1.0, 2.0, 3.0, inf, -inf}) {
    EXPECT_TRUE(std::isnan(xg::norm(this->vector({1, nan, 3}), p).item())) << p;
  }
}

TYPED_TEST(Conventions, MedianOfTies) {
  this->expect(FN(xg::median(x)), {3, 1, 2}, {2}, {0, 0, 1});
  this->expect(FN(xg::median(x)), {4, 1, 2, 8}, {3}, {0.5, 0, 0.5, 0});
  this->expect(FN(xg::sum(xg::median(xg::reshape(x, {2, 2})))), {5, 5, 5, 5}, {5},
               {0, 0.5, 0.5, 0});
}
TYPED_TEST(Conventions, MedianOfNan) {
  this->expect(FN(xg::median(x)), {1, nan, 3, 4}, {nan}, {0, 1, 0, 0});
  this->expect(FN(xg::median(x)), {1, 2, nan}, {nan}, {0, 0, 1});
}

TYPED_TEST(Conventions, MaxAndMinGiveTiesToTheFirst) {
  this->expect(FN(xg::max(x, 0).values), {1, 3, 3, 2}, {3}, {0, 1, 0, 0});
  this->expect(FN(xg::min(x, 0).values), {1, 3, 1, 1}, {1}, {1, 0, 0, 0});
  this->expect(FN(xg::max(xg::reshape(x, {2, 3}), 0).values), {1, 5, 2, 1, 4, 3}, {1, 5, 3},
               {1, 1, 0, 0, 0, 1});
  this->expect(FN(xg::max(x, 0).values), {-inf, -inf}, {-inf}, {1, 0});
  EXPECT_EQ(list(xg::max(this->vector({-0.0, 0}), 0).indices), Integers{0});
}
TYPED_TEST(Conventions, MaxAndMinOfNan) {
  this->expect(FN(xg::max(x, 0).values), {1, nan, inf, nan}, {nan}, {0, 1, 0, 0});
  this->expect(FN(xg::min(x, 0).values), {1, nan, -inf, nan}, {nan}, {0, 1, 0, 0});
}
TYPED_TEST(Conventions, ArgmaxOfTiesAndNan) {
  EXPECT_EQ(list(xg::argmax(this->vector({1, 3, 3}))), Integers{1});
  EXPECT_EQ(list(xg::argmin(this->vector({1, 3, 1}))), Integers{0});
  EXPECT_EQ(list(xg::argmax(this->vector({-inf, -inf}))), Integers{0});
  for (std::size_t place : {0u, 1u, 15u, 31u, 32u, 36u}) {
    Numbers x(38, 1);
    x[place] = x[37] = nan;
    xg::Tensor<TypeParam> row = this->vector(x), column = xg::reshape(row, {38, 1});
    xg::Tensor<TypeParam> pairs = xg::broadcast_to(column, {38, 2});
    std::int64_t expected = static_cast<std::int64_t>(place);
    EXPECT_EQ(list(xg::argmax(row)), Integers{expected});
    EXPECT_EQ(list(xg::argmin(row)), Integers{expected});
    EXPECT_EQ(list(xg::argmax(pairs, 0)), (Integers{expected, expected}));
    EXPECT_EQ(list(xg::argmin(pairs, 0)), (Integers{expected, expected}));
  }
}

TYPED_TEST(Conventions, SortOfTiesAndNan) {
  typename TestFixture::Tensor z = this->vector({2, nan, 1, 2, nan, 1, -inf});
  xg::ValuesAndIndices<TypeParam> up = xg::sort(z), down = xg::sort(z, 0, xg::descending);
  EXPECT_TRUE(equal(this->numbers(up.values), {-inf, 1, 1, 2, 2, nan, nan}));
  EXPECT_EQ(list(up.indices), (Integers{6, 2, 5, 0, 3, 1, 4}));
  EXPECT_TRUE(equal(this->numbers(down.values), {nan, nan, 2, 2, 1, 1, -inf}));
  EXPECT_EQ(list(down.indices), (Integers{1, 4, 0, 3, 2, 5, 6}));
  EXPECT_EQ(list(xg::argsort(z)), list(up.indices));
  EXPECT_EQ(list(xg::topk(z, 4).indices), (Integers{1, 4, 0, 3}));
  EXPECT_EQ(list(xg::topk(z, 4, 0, xg::ascending).indices), (Integers{6, 2, 5, 0}));
  this->expect(FN(xg::topk(x, 2).values), {3, 1, 3, 3}, {3, 3}, {1, 0, 1, 0});
}

TYPED_TEST(Conventions, CumsumOfInfinities) {
  this->expect(FN(xg::cumsum(x)), {1, inf, 2, -inf, 3}, {1, inf, inf, nan, nan}, {5, 4, 3, 2, 1});
}
TYPED_TEST(Conventions, LogcumsumexpOfInfinities) {
  this->expect(FN(xg::logcumsumexp(x)), {-inf, -inf, 2}, {-inf, -inf, 2}, {0, 0, 1});
  this->expect(FN(xg::logcumsumexp(x)), {2, inf, 5, inf}, {2, inf, inf, inf}, {1, 2.5, 0, 0.5});
  this->expect(FN(xg::logcumsumexp(x)), {2, nan, inf}, {2, nan, nan}, {nan, nan, nan});
}
TYPED_TEST(Conventions, LogcumsumexpOfLargeNumbers) {
  TypeParam two = TypeParam(1e4 + std::log(2.0));
  this->expect(FN(xg::slice(xg::logcumsumexp(x), {xg::range(1, 2)})), {1e4, 1e4}, {two},
               {std::exp(1e4f - TypeParam(two)), std::exp(1e4f - TypeParam(two))});
  this->expect(FN(xg::logcumsumexp(x)), {1e4, -1e4}, {1e4, 1e4}, {2, 0});
  this->expect(FN(xg::logcumsumexp(x)), {-1e4, 1e4}, {-1e4, 1e4}, {1, 1});
}

TYPED_TEST(Conventions, ReductionsOfNothing) {
  this->expect(FN(xg::prod(x)), {}, {1}, {});
  this->expect(FN(xg::norm(x)), {}, {0}, {});
  this->expect(FN(xg::norm(x, 1)), {}, {0}, {});
  this->expect(FN(xg::norm(x, 3)), {}, {0}, {});
  this->expect(FN(xg::cumsum(x)), {}, {}, {});
  this->expect(FN(xg::cumprod(x)), {}, {}, {});
  this->expect(FN(xg::sort(x).values), {}, {}, {});
  typename TestFixture::Tensor none = this->vector({});
  EXPECT_THROW(xg::norm(none, inf), std::invalid_argument);
  EXPECT_THROW(xg::median(none), std::invalid_argument);
  EXPECT_THROW(xg::max(none, 0), std::invalid_argument);
  EXPECT_THROW(xg::min(none, 0), std::invalid_argument);
  EXPECT_THROW(xg::argmax(none), std::invalid_argument);
  EXPECT_THROW(xg::argmin(none), std::invalid_argument);
}

TEST(Truth, AnyAndAll) {
  xg::Array<bool> none = xg::empty_array<bool>({0}), some = xg::empty_array<bool>({2, 2});
  std::copy_n(std::array<bool, 4>{true, false, true, true}.begin(), 4, some.data());
  EXPECT_EQ(list(xg::any_of(none)), std::vector<bool>{false});
  EXPECT_EQ(list(xg::all_of(none)), std::vector<bool>{true});
  EXPECT_EQ(list(xg::any_of(some)), std::vector<bool>{true});
  EXPECT_EQ(list(xg::all_of(some)), std::vector<bool>{false});
  EXPECT_EQ(list(xg::all_of(some, 1)), (std::vector<bool>{false, true}));
  EXPECT_EQ(xg::all_of(some, 0, xg::keep_dims).shape(), (xg::Shape{1, 2}));
}

}  // namespace
