// Functions with f(c x) = c^d f(x) at numbers whose squares leave the range of their type: c is a
// power of 2, so that nothing but overflow and underflow can tell f(c x) from f(x).
#include "check.hpp"

#include <cmath>
#include <functional>
#include <xgrad/xgrad.hpp>

namespace {

namespace xg = xgrad;

template <class T>
struct Homogeneous {
  const char* name;
  int degree;
  reference::Shape shape;
  std::function<xg::Tensor<T>(const xg::Tensor<T>&)> f;
};

/// c x under a graph.
template <class T>
xg::Tensor<T> scaled(const xg::Tensor<T>& x, int exponent) {
  return x * std::ldexp(T(1), exponent);
}

template <class T>
class Magnitudes : public ::testing::Test {
 protected:
  using Tensor = xg::Tensor<T>;
  /// Whether f and its gradient at c x are those at x, scaled, for c = 2^exponent.
  static void expect(const Homogeneous<T>& op, int exponent) {
    SCOPED_TRACE(std::string(op.name) + " at 2^" + std::to_string(exponent));
    check::Random random(5);
    check::Plain plain = random.array(op.shape);
    Tensor x = check::leaf<T>(plain), z = xg::parameter(scaled(x.detach(), exponent));
    Tensor y = op.f(x), u = op.f(z);
    Tensor g = check::tensor<T>(random.array(reference::Shape(y.shape().begin(), y.shape().end())));
    y.backward(g);
    u.backward(g);
    const double tolerance = 500 * double(std::numeric_limits<T>::epsilon());
    auto close = [&](const Tensor& a, const Tensor& b) {
      return check::close(check::plain(a), check::plain(b), tolerance);
    };
    EXPECT_TRUE(close(scaled(u, -op.degree * exponent), y)) << "value";
    EXPECT_TRUE(close(scaled(z.grad(), (1 - op.degree) * exponent), x.grad())) << "gradient";
  }
  static constexpr int far = sizeof(T) == 4 ? 90 : 400, half_far = far * 2 / 3;
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Magnitudes, Types, );

#define FN(...) [](const auto& x) { return __VA_ARGS__; }

TYPED_TEST(Magnitudes, Reductions) {
  const TypeParam tiny = std::numeric_limits<TypeParam>::min();
  const std::vector<Homogeneous<TypeParam>> ops = {
      {"norm", 1, {3, 4}, FN(xg::norm(x, 2, 1))},
      {"norm 1", 1, {3, 4}, FN(xg::norm(x, 1, 0))},
      {"norm 3", 1, {3, 4}, FN(xg::norm(x, 3, 1))},
      {"norm inf", 1, {3, 4}, FN(xg::norm(x, std::numeric_limits<double>::infinity(), 1))},
      {"std", 1, {3, 4}, FN(xg::std(x, 1, 1))},
      {"mean", 1, {3, 4}, FN(xg::mean(x))},
      {"median", 1, {3, 4}, FN(xg::median(x, 1))},
      {"maximum", 1, {2, 3}, FN(xg::maximum(xg::slice(x, {0}), xg::slice(x, {1})))},
      {"hypot", 1, {2, 3}, FN(xg::hypot(xg::slice(x, {0}), xg::slice(x, {1})))},
      {"atan2", 0, {2, 3}, FN(xg::atan2(xg::slice(x, {0}), xg::slice(x, {1})))},
      {"divide", 0, {2, 3}, FN(xg::slice(x, {0}) / xg::slice(x, {1}))},
      {"layer_norm", 0, {3, 4}, FN(xg::layer_norm(x, {4}, {}, {}, 0))},
      {"rms_norm", 0, {3, 4}, FN(xg::rms_norm(x, {4}, {}, 0))},
      {"instance_norm", 0, {2, 3, 4}, FN(xg::instance_norm(x, {}, {}, 0))},
      {"normalize", 0, {3, 4}, [=](const auto& x) { return xg::normalize(x, 1, tiny); }},
      {"cosine_similarity",
       0,
       {2, 5},
       [=](const auto&
               x) { return xg::cosine_similarity(xg::slice(x, {0}), xg::slice(x, {1}), 0, tiny); }},
      {"l1_loss", 1, {2, 3}, FN(xg::l1_loss(xg::slice(x, {0}), xg::slice(x, {1})))},
  };
  for (const auto& op : ops) {
    this->expect(op, this->far);
    this->expect(op, -this->far);
  }
}

TYPED_TEST(Magnitudes, Triplet) {
  const int large = this->far / 3;  // beside which the loss's eps is nothing
  auto loss = [large](const auto& x) {
    auto z = scaled(x, large);
    return xg::triplet_margin_loss(xg::slice(z, {0}), xg::slice(z, {1}), xg::slice(z, {2}), 0,
                                   xg::Reduction::sum);
  };
  this->expect({"triplet_margin_loss", 1, {3, 4}, loss}, this->far - large);
}

TYPED_TEST(Magnitudes, Matrices) {
  auto symmetric = [](const auto& x) { return x + xg::transpose(x); };
  const std::vector<Homogeneous<TypeParam>> wide = {
      {"fro", 1, {3, 4}, FN(xg::matrix_norm(x))},
      {"nuc", 1, {3, 4}, FN(xg::matrix_norm(x, "nuc"))},
      {"2", 1, {3, 4}, FN(xg::matrix_norm(x, 2))},
      {"cond", 0, {3, 4}, FN(xg::cond(x))},
      {"svdvals", 1, {3, 4}, FN(xg::svdvals(x))},
      {"svd u", 0, {3, 2}, FN(xg::square(xg::svd(x).u))},
      {"svd vh", 0, {2, 3}, FN(xg::square(xg::svd(x).vh))},
      {"q", 0, {4, 3}, FN(xg::square(xg::qr(x).q))},
      {"r", 1, {4, 3}, FN(xg::abs(xg::qr(x).r))},
      {"eigenvalues", 1, {3, 3}, [=](const auto& x) { return xg::eigvalsh(symmetric(x)); }},
      {"eigenvectors",
       0,
       {3, 3},
       [=](const auto& x) { return xg::square(xg::eigh(symmetric(x)).eigenvectors); }},
  };
  const std::vector<Homogeneous<TypeParam>> narrow = {
      {"inv", -1, {3, 3}, FN(xg::inv(x))},
      {"pinv", -1, {3, 2}, FN(xg::pinv(x))},
      {"solve", -1, {3, 3}, FN(xg::solve(x, xg::eye<TypeParam>(3)))},
      {"lstsq", -1, {4, 3}, FN(xg::lstsq(x, xg::eye<TypeParam>(4)))},
      {"det", 2, {2, 2}, FN(xg::det(x))},
  };
  for (const auto& op : wide) {
    this->expect(op, this->far);
    this->expect(op, -this->far);
  }
  for (const auto& op : narrow) {
    this->expect(op, this->half_far);
    this->expect(op, -this->half_far);
  }
}

TYPED_TEST(Magnitudes, ScoresOfAnySize) {
  const TypeParam huge = std::ldexp(TypeParam(1), 100), nine = huge * 4;
  const auto x = xg::parameter(xg::Tensor<TypeParam>({{huge, -huge, huge}, {-huge, -nine, -huge}}));
  auto expect = [&](const xg::Tensor<TypeParam>& y, const xg::Tensor<TypeParam>& value,
                    const xg::Tensor<TypeParam>& g, const xg::Tensor<TypeParam>& gradient) {
    EXPECT_TRUE(check::identical(y, value));
    EXPECT_TRUE(check::identical(xg::grad(y, {x}, g)[0], gradient));
  };
  const xg::Tensor<TypeParam> half = {{0.5, 0, 0.5}, {0.5, 0, 0.5}}, g = {{4, 2, 0}, {4, 2, 0}};
  expect(xg::softmax(x), half, g, {{1, 0, -1}, {1, 0, -1}});
  expect(xg::logsumexp(x, 1), {huge, -huge}, {1, 1}, half);
  xg::Array<int> wrong = {1, 1};
  expect(xg::softmax_cross_entropy(x, wrong), huge * TypeParam(2.5), TypeParam(1),
         {{0.25, -0.5, 0.25}, {0.25, -0.5, 0.25}});
  xg::Tensor<TypeParam> t = {{0, 1, 1}, {1, 0, 0}};
  expect(xg::binary_cross_entropy_with_logits(x, t, xg::Reduction::none),
         {{huge, huge, 0}, {huge, 0, 0}}, xg::ones<TypeParam>({2, 3}), {{1, -1, 0}, {-1, 0, 0}});
  expect(xg::huber_loss(x, 0 * x.detach(), 1, xg::Reduction::none),
         {{huge, huge, huge}, {huge, nine, huge}}, xg::ones<TypeParam>({2, 3}),
         {{1, -1, 1}, {-1, -1, -1}});
}

}  // namespace
