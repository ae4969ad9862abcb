// Recurrent layers at kinks, at saturated gates and at NaN, in float and double. Finite numbers are
// compared exactly.
#include "conventions.hpp"

#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace {

namespace xg = xgrad;
using conventions::Conventions, conventions::inf, conventions::nan, conventions::Numbers,
    conventions::Types;
TYPED_TEST_SUITE(Conventions, Types, );

/// A layer of one unit that reads its input as it is and forgets its state, so that its first step
/// shows the cell; every element of x is a sequence.
template <class T, class Layer>
auto of_elements(const xg::Tensor<T>& x, std::size_t gates, Layer layer) {
  const xg::Tensor<T> sequences = xg::reshape(x, xg::Shape{1, x.size(), 1});
  return xg::reshape(
      layer(sequences, xg::RecurrentWeights<T>{xg::ones<T>({gates, 1}), xg::zeros<T>({gates, 1})}),
      xg::Shape{x.size()});
}

TYPED_TEST(Conventions, RnnWithReluAtZeroAndNan) {
  const auto f = [](const auto& x) {
    return of_elements(x, 1, [](const auto& s, const auto& w) {
      return xg::rnn(s, w, {}, xg::Nonlinearity::relu).y;
    });
  };
  this->expect(f, {0, -0.0, -1, 2, nan, inf}, {0, 0, 0, 2, nan, inf}, {0, 0, 0, 3, 3, 3}, 3);
}

TYPED_TEST(Conventions, SaturatedGatesAreFinite) {
  const auto lstm = [](const auto& x) {
    return of_elements(x, 4, [](const auto& s, const auto& w) { return xg::lstm(s, w).c; });
  };
  const auto gru = [](const auto& x) {
    return of_elements(x, 3, [](const auto& s, const auto& w) { return xg::gru(s, w).y; });
  };
  const auto rnn = [](const auto& x) {
    return of_elements(x, 1, [](const auto& s, const auto& w) { return xg::rnn(s, w).y; });
  };
  this->expect(lstm, {1e4, -1e4, nan}, {1, -0.0, nan}, {0, 0, nan});
  this->expect(gru, {1e4, -1e4, nan}, {0, -1, nan}, {0, 0, nan});
  this->expect(rnn, {1e4, -1e4, inf, -inf, nan}, {1, -1, 1, -1, nan}, {0, 0, 0, 0, nan});
}

// What is not there does not count: a sequence of one step in three.
TYPED_TEST(Conventions, StepsAfterTheEndAreNotRead) {
  using Values = xg::Tensor<TypeParam>;
  for (bool reverse : {false, true}) {
    const Values x = xg::parameter(xg::reshape(this->vector({2, nan, inf}), xg::Shape{3, 1, 1}));
    const Values one = xg::ones<TypeParam>({1, 1});
    const xg::RecurrentWeights<TypeParam> weights{one, one};
    const auto [y, h] =
        xg::rnn(x, weights, {}, xg::Nonlinearity::relu, {false, reverse, xg::Indices{1}});
    EXPECT_TRUE(conventions::equal(this->numbers(y), {2, 0, 0}));
    EXPECT_TRUE(conventions::equal(this->numbers(h), {2}));
    const Values g = xg::grad(xg::sum(y) + xg::sum(h), {x})[0];
    EXPECT_TRUE(conventions::equal(this->numbers(g), {2, 0, 0}));
  }
}

}  // namespace
