// How the tests of conventions are written: values and gradients at kinks and extremes, in float
// and double. Finite numbers are compared exactly.
#pragma once
#include "check.hpp"
#include "fn.hpp"

namespace conventions {

namespace xg = xgrad;
using Numbers = std::vector<double>;

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline const double nan = std::numeric_limits<double>::quiet_NaN();

inline ::testing::AssertionResult equal(const Numbers& actual, const Numbers& expected) {
  bool same = actual.size() == expected.size();
  for (std::size_t i = 0; same && i < actual.size(); ++i) {
    same = actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i]));
  }
  return same ? ::testing::AssertionSuccess()
              : ::testing::AssertionFailure() << ::testing::PrintToString(actual) << ", expected "
                                              << ::testing::PrintToString(expected);
}

template <class T>
class Conventions : public ::testing::Test {
 protected:
  using Tensor = xg::Tensor<T>;

  static Tensor vector(const Numbers& x) {
    return check::tensor<T>(reference::Nd<double>({x.size()}, x));
  }
  static Numbers numbers(const Tensor& x) { return check::plain(x).data; }

  /// y = f(x), with the value and the gradient for the cotangent `g` of every element.
  template <class F>
  static void expect(F f, const Numbers& x, const Numbers& y, const Numbers& gradient,
                     double g = 1) {
    Tensor leaf = xg::parameter(vector(x)), result = f(leaf);
    EXPECT_TRUE(equal(numbers(result), y)) << "value";
    result.backward(xg::full<T>(result.shape(), static_cast<T>(g)));
    EXPECT_TRUE(equal(numbers(leaf.grad()), gradient)) << "gradient";
  }
  /// The same for y = f(a, b) of scalars.
  template <class F>
  static void expect_pair(F f, double a, double b, double y, double ga, double gb, double g = 1) {
    SCOPED_TRACE(::testing::PrintToString(std::vector<double>{a, b}));
    Tensor x = static_cast<T>(a), z = static_cast<T>(b);
    x.requires_grad();
    z.requires_grad();
    Tensor result = f(x, z);
    result.backward(Tensor(g));
    EXPECT_TRUE(equal(numbers(result), {y})) << "value";
    EXPECT_TRUE(equal(numbers(x.grad()), {ga})) << "gradient of the first";
    EXPECT_TRUE(equal(numbers(z.grad()), {gb})) << "gradient of the second";
  }
};
using Types = ::testing::Types<float, double>;

}  // namespace conventions
