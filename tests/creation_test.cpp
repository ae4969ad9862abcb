// Tensors made from numbers alone, and random ones.
#include "conventions.hpp"

#include <xgrad/ops/creation.hpp>
#include <xgrad/ops/random.hpp>

namespace {

namespace xg = xgrad;
using conventions::inf, conventions::nan, conventions::Numbers;

template <class T>
class Creation : public conventions::Conventions<T> {};
TYPED_TEST_SUITE(Creation, conventions::Types, );

TYPED_TEST(Creation, Eye) {
  using T = TypeParam;
  EXPECT_EQ(this->numbers(xg::eye<T>(2)), (Numbers{1, 0, 0, 1}));
  EXPECT_EQ(xg::eye<T>(2, 3).shape(), (xg::Shape{2, 3}));
  EXPECT_EQ(this->numbers(xg::eye<T>(2, 3)), (Numbers{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(this->numbers(xg::eye<T>(2, 3, 1)), (Numbers{0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(this->numbers(xg::eye<T>(2, 3, 2)), (Numbers{0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(this->numbers(xg::eye<T>(3, 2, -1)), (Numbers{0, 0, 1, 0, 0, 1}));
  for (int k : {3, -2, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    EXPECT_EQ(this->numbers(xg::eye<T>(2, 3, k)), Numbers(6, 0)) << k;
  }
  EXPECT_EQ(xg::eye<T>(0).shape(), (xg::Shape{0, 0}));
  EXPECT_EQ(xg::eye<T>(0, 3).shape(), (xg::Shape{0, 3}));
  EXPECT_THROW(xg::eye<T>(std::size_t(-1), 2), std::invalid_argument);
}

TYPED_TEST(Creation, Arange) {
  using T = TypeParam;
  EXPECT_EQ(this->numbers(xg::arange<T>(4)), (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(this->numbers(xg::arange<T>(1, 4)), (Numbers{1, 2, 3}));
  EXPECT_EQ(this->numbers(xg::arange<T>(2.5)), (Numbers{0, 1, 2}));
  EXPECT_EQ(this->numbers(xg::arange<T>(0, 1, 0.25)), (Numbers{0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(this->numbers(xg::arange<T>(0, 1.1, 0.25)), (Numbers{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(this->numbers(xg::arange<T>(3, 0, -1)), (Numbers{3, 2, 1}));
  EXPECT_EQ(this->numbers(xg::arange<T>(3, 0, -2)), (Numbers{3, 1}));
  EXPECT_EQ(xg::arange<T>(0).shape(), (xg::Shape{0}));
  EXPECT_EQ(xg::arange<T>(-3).shape(), (xg::Shape{0}));
  EXPECT_EQ(xg::arange<T>(3, 0).shape(), (xg::Shape{0}));
  EXPECT_EQ(xg::arange<T>(0, 3, -1).shape(), (xg::Shape{0}));
  // The elements do not collect the rounding of sums.
  EXPECT_EQ(xg::arange<T>(0, 1000, 0.1).data()[9990], T(9990 * 0.1));
}

TYPED_TEST(Creation, ArangeRefusesWhatHasNoEnd) {
  using T = TypeParam;
  for (const Numbers& x : {Numbers{0, 1, 0},
                           {0, 1, nan},
                           {nan, 1, 1},
                           {0, nan, 1},
                           {0, inf, 1},
                           {-inf, 0, 1},
                           {0, 1, inf},
                           {0, 1, 1e-300},
                           {-1e308, 1e308, 1}}) {
    const std::string text =
        check::message<std::invalid_argument>([&] { xg::arange<T>(x[0], x[1], x[2]); });
    EXPECT_EQ(text.find("arange: expected "), 0u) << text;
    EXPECT_NE(text.find("[creation_test.cpp:"), std::string::npos) << text;
  }
  EXPECT_THROW(xg::arange<T>(nan), std::invalid_argument);
}

TYPED_TEST(Creation, Linspace) {
  using T = TypeParam;
  EXPECT_EQ(this->numbers(xg::linspace<T>(0, 1, 5)), (Numbers{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(this->numbers(xg::linspace<T>(0, 1, 4, false)), (Numbers{0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(this->numbers(xg::linspace<T>(2, -2, 3)), (Numbers{2, 0, -2}));
  EXPECT_EQ(this->numbers(xg::linspace<T>(3, 5, 1)), (Numbers{3}));
  EXPECT_EQ(this->numbers(xg::linspace<T>(3, 5, 1, false)), (Numbers{3}));
  EXPECT_EQ(this->numbers(xg::linspace<T>(3, 3, 2)), (Numbers{3, 3}));
  EXPECT_EQ(xg::linspace<T>(0, 1, 0).shape(), (xg::Shape{0}));
  EXPECT_EQ(xg::linspace<T>(0, 1).shape(), (xg::Shape{50}));
  for (std::size_t n : {2u, 3u, 7u, 50u, 1000u}) {
    EXPECT_EQ(xg::linspace<T>(0.1, 0.7, n).data()[n - 1], T(0.7)) << n;
  }
  EXPECT_THROW(xg::linspace<T>(nan, 1), std::invalid_argument);
  EXPECT_THROW(xg::linspace<T>(0, inf), std::invalid_argument);
  EXPECT_THROW(xg::linspace<T>(-1e308, 1e308), std::invalid_argument);
  EXPECT_THROW(xg::linspace<T>(0, 1, std::size_t(-1)), std::invalid_argument);
}

TYPED_TEST(Creation, Logspace) {
  using T = TypeParam;
  EXPECT_EQ(this->numbers(xg::logspace<T>(0, 3, 4)), (Numbers{1, 10, 100, 1000}));
  EXPECT_EQ(this->numbers(xg::logspace<T>(-1, 2, 3, false, 2)), (Numbers{0.5, 1, 2}));
  EXPECT_EQ(xg::logspace<T>(0, 1, 0).shape(), (xg::Shape{0}));
  EXPECT_THROW(xg::logspace<T>(0, nan), std::invalid_argument);
}

TYPED_TEST(Creation, Likes) {
  const xg::Tensor<TypeParam> x = {{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(xg::empty_like(x).shape(), x.shape());
  EXPECT_EQ(this->numbers(xg::zeros_like(x)), Numbers(6, 0));
  EXPECT_EQ(this->numbers(xg::ones_like(x)), Numbers(6, 1));
  EXPECT_EQ(this->numbers(xg::full_like(x, 2.5)), Numbers(6, 2.5));
  EXPECT_FALSE(xg::zeros_like(xg::parameter(x)).tracked());
  EXPECT_EQ(xg::ones_like(xg::zeros<TypeParam>({0, 2})).shape(), (xg::Shape{0, 2}));
}

TYPED_TEST(Creation, RandomTensorsDependOnTheGeneratorOnly) {
  using T = TypeParam;
  xg::Generator a(5), b(5), c(6);
  auto draw = [&](xg::Generator& generator) {
    Numbers all = this->numbers(xg::uniform<T>({3, 4}, 0, 1, generator));
    for (double x : this->numbers(xg::normal<T>({5}, 0, 1, generator))) all.push_back(x);
    for (double x : this->numbers(xg::bernoulli<T>({20}, 0.5, generator))) all.push_back(x);
    return all;
  };
  const Numbers first = draw(a);
  EXPECT_EQ(first.size(), 37u);
  EXPECT_EQ(draw(b), first);
  EXPECT_NE(draw(c), first);
  EXPECT_EQ(xg::uniform<T>({}, 0, 1).size(), 1u);
  EXPECT_EQ(xg::normal<T>({2, 0}, 0, 1).shape(), (xg::Shape{2, 0}));
}

TYPED_TEST(Creation, RandomTensorsDrawWhatTheySay) {
  using T = TypeParam;
  xg::Generator generator(11);
  auto mean = [](const Numbers& x) {
    double sum = 0;
    for (double e : x) sum += e;
    return sum / double(x.size());
  };
  const Numbers u = this->numbers(xg::uniform<T>({20000}, -2, 3, generator));
  EXPECT_NEAR(mean(u), 0.5, 0.05);
  EXPECT_GE(*std::min_element(u.begin(), u.end()), -2);
  EXPECT_LT(*std::max_element(u.begin(), u.end()), 3);
  Numbers n = this->numbers(xg::normal<T>({20000}, 1, 2, generator));
  EXPECT_NEAR(mean(n), 1, 0.06);
  for (double& x : n) x = (x - 1) * (x - 1);
  EXPECT_NEAR(mean(n), 4, 0.2);
  const Numbers heads = this->numbers(xg::bernoulli<T>({20000}, 0.3, generator));
  EXPECT_NEAR(mean(heads), 0.3, 0.015);
  for (double x : heads) EXPECT_TRUE(x == 0 || x == 1);
  EXPECT_EQ(this->numbers(xg::bernoulli<T>({50}, 0, generator)), Numbers(50, 0));
  EXPECT_EQ(this->numbers(xg::bernoulli<T>({50}, 1, generator)), Numbers(50, 1));
  EXPECT_EQ(this->numbers(xg::uniform<T>({3}, 2, 2, generator)), Numbers(3, 2));
  EXPECT_EQ(this->numbers(xg::normal<T>({3}, 2, 0, generator)), Numbers(3, 2));
}

TYPED_TEST(Creation, UniformNeverReachesItsEnd) {
  using T = TypeParam;
  xg::Generator generator(1);
  // Next to each other: half of all draws round to the end.
  const T low = 1, high = std::nextafter(low, T(2));
  for (double x : this->numbers(xg::uniform<T>({1000}, low, high, generator))) EXPECT_EQ(x, low);
}

TYPED_TEST(Creation, RandomTensorsRefuseParametersThatMakeNoSense) {
  using T = TypeParam;
  EXPECT_THROW(xg::uniform<T>({2}, 1, 0), std::invalid_argument);
  EXPECT_THROW(xg::uniform<T>({2}, nan, 0), std::invalid_argument);
  EXPECT_THROW(xg::uniform<T>({2}, 0, inf), std::invalid_argument);
  EXPECT_THROW(xg::normal<T>({2}, nan, 1), std::invalid_argument);
  EXPECT_THROW(xg::normal<T>({2}, 0, -1), std::invalid_argument);
  EXPECT_THROW(xg::normal<T>({2}, 0, nan), std::invalid_argument);
  EXPECT_THROW(xg::bernoulli<T>({2}, 1.5), std::invalid_argument);
  EXPECT_THROW(xg::bernoulli<T>({2}, -0.5), std::invalid_argument);
  const std::string text =
      check::message<std::invalid_argument>([] { xg::bernoulli<T>({2}, nan); });
  EXPECT_EQ(text.find("bernoulli: expected p from 0 to 1, got nan [creation_test.cpp:"), 0u)
      << text;
}

}  // namespace
