// A formula in fuse() and fuse_sum() against the same formula of tensors. The functions of a
// formula stand with different weights, so that none can hide another's fault.
#pragma once
#include "check.hpp"

#include <xgrad/ops/fuse.hpp>

namespace fuse_check {

namespace xg = xgrad;
using check::close, check::plain, check::Plain;

struct Domain {
  double low, high;
};
inline constexpr Domain reals{-2, 2}, unit{-0.9, 0.9}, positive{0.3, 2.3}, above_one{1.2, 3.2};

/// The gradients of y with cotangent g, and those of their product with themselves.
template <class T>
std::vector<Plain> derivatives(const xg::Tensor<T>& y, const std::vector<xg::Tensor<T>>& x,
                               const xg::Tensor<T>& g) {
  std::vector<Plain> result;
  auto add_all = [&](const std::vector<xg::Tensor<T>>& all) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      result.push_back(all[i].defined() ? plain(all[i]) : Plain(plain(x[i]).shape));
    }
  };
  add_all(xg::grad_where_reached(y, x, g, xg::retain_graph, {}));
  std::vector<xg::Tensor<T>> first = xg::grad_where_reached(y, x, g, xg::create_graph, {});
  add_all(first);
  xg::Tensor<T> total = 0;
  for (const xg::Tensor<T>& d : first) {
    if (d.defined()) total += xg::sum(d * d);
  }
  if (total.tracked())
    add_all(xg::grad_where_reached(total, x, xg::Tensor<T>(1), xg::retain_graph, {}));
  return result;
}

template <class T>
void expect_equal(const std::vector<Plain>& actual, const std::vector<Plain>& expected) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_TRUE(close(actual[i], expected[i], tolerance)) << "derivative " << i;
  }
}

/// Inputs of a formula: b is a row; some of a's elements are 0, and some are equal to b's, unless a
/// shuns 0.
template <class T>
struct Inputs {
  xg::Tensor<T> a, b, g;

  Inputs(Domain of_a, Domain of_b) {
    check::Random random(3);
    Plain values_a = random.array({3, 19}, of_a.low, of_a.high),
          values_b = random.array({19}, of_b.low, of_b.high);
    for (std::size_t i = 0; i < 19 && of_a.low < 0 && of_b.low < 0; i += 2) {
      values_a.data[i] = i % 4 == 0 ? values_b.data[i] : 0;
    }
    a = check::leaf<T>(values_a), b = check::leaf<T>(values_b);
    g = check::tensor<T>(random.array({3, 19}));
  }
};

template <class T, class F>
void check_fuse(const F& f, Domain of_a, Domain of_b) {
  const Inputs<T> in(of_a, of_b);
  const xg::Tensor<T> plainly = f(in.a, in.b), fused = xg::fuse(f, in.a, in.b);
  expect_equal<T>({plain(fused)}, {plain(plainly)});
  {
    xg::NoGrad guard;
    expect_equal<T>({plain(xg::fuse(f, in.a, in.b))}, {plain(plainly)});
  }
  expect_equal<T>(derivatives(fused, {in.a, in.b}, in.g), derivatives(plainly, {in.a, in.b}, in.g));
}

template <class T, class F>
void check_fuse_sum(const F& f, Domain of_a, Domain of_b) {
  const Inputs<T> in(of_a, of_b);
  const xg::Tensor<T> sum = xg::sum(f(in.a, in.b)), fused = xg::fuse_sum(f, in.a, in.b);
  expect_equal<T>({plain(fused)}, {plain(sum)});
  expect_equal<T>(derivatives<T>(fused, {in.a, in.b}, 3), derivatives<T>(sum, {in.a, in.b}, 3));
}

/// In double by fuse, and in float by fuse_sum, for each combination takes seconds to compile.
/// FuseFunctions.Unary has a formula that goes through both loops in both types.
template <class F>
void check_formula(const F& f, Domain of_a = reals, Domain of_b = reals) {
  check_fuse<double>(f, of_a, of_b);
  check_fuse_sum<float>(f, of_a, of_b);
}
// A sum of functions of a and b; the last weight is for b, which every formula uses.
#define FORMULA(...) [](auto a, auto b) { return __VA_ARGS__ + 0.25 * b * b; }

}  // namespace fuse_check
