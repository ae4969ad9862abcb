// Truth values of special numbers, logic on masks, comparison within a tolerance. Broadcasting and
// errors are tried by the table of operations.
#include "conventions.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/logical.hpp>

namespace {

namespace xg = xgrad;
using conventions::inf, conventions::nan, conventions::Numbers;

using Truths = std::vector<bool>;
Truths truths(const xg::Array<bool>& mask) {
  return Truths(mask.data(), mask.data() + mask.size());
}
xg::Array<bool> mask(const Truths& truths) {
  xg::Array<bool> result = xg::empty_array<bool>({truths.size()});
  std::copy(truths.begin(), truths.end(), result.data());
  return result;
}

template <class T>
class Logical : public conventions::Conventions<T> {};
TYPED_TEST_SUITE(Logical, conventions::Types, );

TYPED_TEST(Logical, SpecialNumbers) {
  const auto x = this->vector({0, -0.0, 1, nan, inf, -inf, -2});
  EXPECT_EQ(truths(xg::isnan(x)), (Truths{0, 0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(truths(xg::isinf(x)), (Truths{0, 0, 0, 0, 1, 1, 0}));
  EXPECT_EQ(truths(xg::isfinite(x)), (Truths{1, 1, 1, 0, 0, 0, 1}));
  EXPECT_EQ(xg::isnan(xg::zeros<TypeParam>({2, 0, 3})).shape(), (xg::Shape{2, 0, 3}));
  EXPECT_EQ(xg::isfinite(xg::Tensor<TypeParam>(3)).shape(), (xg::Shape{}));
}

TYPED_TEST(Logical, IscloseOfSpecialNumbers) {
  const auto a = this->vector({inf, inf, inf, 1, nan, nan, 0, -inf}),
             b = this->vector({inf, -inf, 1, inf, nan, 0, -0.0, -inf});
  EXPECT_EQ(truths(xg::isclose(a, b)), (Truths{1, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(truths(xg::isclose(a, b, 1e-5, 1e-8, true)), (Truths{1, 0, 0, 0, 1, 0, 1, 1}));
  EXPECT_EQ(truths(xg::isclose(a, b, 1, inf)), (Truths{1, 0, 0, 0, 0, 0, 1, 1}));
}

TYPED_TEST(Logical, IscloseIsRelativeToTheSecond) {
  const auto a = this->vector({10, 12.5}), b = this->vector({12.5, 10});
  EXPECT_EQ(truths(xg::isclose(a, b, 0.2, 0)), (Truths{1, 0}));
  EXPECT_EQ(truths(xg::isclose(a, b, 0, 2.5)), (Truths{1, 1}));
  EXPECT_EQ(truths(xg::isclose(a, 10)), (Truths{1, 0}));
}

TYPED_TEST(Logical, Allclose) {
  const auto a = this->vector({1, 2, 3}), b = this->vector({1, 2, 3.5}), x = this->vector({nan});
  EXPECT_TRUE(xg::allclose(a, a));
  EXPECT_FALSE(xg::allclose(a, b));
  EXPECT_TRUE(xg::allclose(a, b, 0, 0.5));
  EXPECT_TRUE(xg::allclose(this->vector({}), this->vector({})));
  EXPECT_TRUE(xg::allclose(this->vector({2, 2}), 2));
  EXPECT_TRUE(xg::allclose(a, a.value() + 0));
  EXPECT_FALSE(xg::allclose(x, x));
  EXPECT_TRUE(xg::allclose(x, x, 0, 0, true));
  const std::string text = check::message<std::invalid_argument>([&] {
    xg::allclose(a, this->vector({1, 2}));
  });
  EXPECT_EQ(text.find("allclose: expected "), 0u) << text;
  EXPECT_NE(text.find("(3)"), std::string::npos) << text;
  EXPECT_NE(text.find("[logical_test.cpp:"), std::string::npos) << text;
  EXPECT_THROW(xg::allclose(a, b, -1), std::invalid_argument);
  EXPECT_THROW(xg::allclose(a, b, 0, nan), std::invalid_argument);
}

TEST(Masks, TruthTables) {
  const xg::Array<bool> a = mask({0, 0, 1, 1}), b = mask({0, 1, 0, 1});
  EXPECT_EQ(truths(xg::logical_and(a, b)), (Truths{0, 0, 0, 1}));
  EXPECT_EQ(truths(xg::logical_or(a, b)), (Truths{0, 1, 1, 1}));
  EXPECT_EQ(truths(xg::logical_xor(a, b)), (Truths{0, 1, 1, 0}));
  EXPECT_EQ(truths(xg::logical_not(a)), (Truths{1, 1, 0, 0}));
}

TEST(Masks, GoTogetherWithComparisonsAndWhere) {
  const xg::Tensor<> x = {-2, -0.5, 0.5, 2};
  const xg::Array<bool> inside = xg::logical_and(x > -1, x < 1);
  EXPECT_EQ(truths(inside), (Truths{0, 1, 1, 0}));
  EXPECT_EQ(check::plain(xg::where(xg::logical_not(inside), x, 0)).data, (Numbers{-2, 0, 0, 2}));
}

}  // namespace
