// The excerpts of README.md's tour; tests/source_test.cpp compares them.
#include "check.hpp"

#include <sstream>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/xgrad.hpp>

namespace {

namespace xg = xgrad;

TEST(Tour, Tensors) {
  std::ostringstream out;
  // clang-format off
  xg::Tensor<> a = {{1, 2}, {3, 4}};    // float by default; any xtensor expression, taken once
  auto w = xg::parameter(a);            // a leaf that wants a gradient
  auto y = xg::sum(xg::tanh(xg::dot(w, a)) * 2.0);
  out << xg::tape(y);                   // what was recorded, as a table
  y.backward(xg::retain_graph);         // fills w.grad(): all leaves or, if anything throws, none
  auto g = xg::grad(y, {w}, xg::create_graph)[0];  // a tensor, to be differentiated again
  xg::sum(g * g).backward();            // adds to w.grad()
  a.value();                            // an xtensor container, for any xtensor expression
  // clang-format on
  EXPECT_EQ(g.shape(), (xg::Shape{2, 2}));
  EXPECT_NE(out.str().find("tanh"), std::string::npos);
}

TEST(Tour, Fuse) {
  const auto x = xg::parameter(xg::Tensor<double>{0.5, -1, 2}), v = xg::parameter(x);
  auto formula = [](auto p, auto q) { return tanh(p) * exp(-q * q); };
  auto y = xg::fuse(formula, x, v);  // #include <xgrad/ops/fuse.hpp>
  y.backward(xg::ones<double>({3}));
  EXPECT_GRADIENT(formula, x, v);
}

TEST(Tour, Plans) {
  const xg::Tensor<> a = {{1, 2}, {3, 4}}, target = {1, 0}, inputs = xg::zeros({2, 2});
  const auto w = xg::parameter({0.5f, -0.5f});
  xg::nn::Adam<> optimizer({w});
  xg::Tensor<> loss;
  // clang-format off
  xg::Plan step = xg::capture([&] {  // does it once
    optimizer.zero_grad();
    loss = xg::mean(xg::square(xg::dot(w, inputs) - target));
    loss.backward();
    optimizer.step();
  });
  inputs.assign(a + 1);  // new data goes into the tensors that were there
  step();
  // clang-format on
  EXPECT_FLOAT_EQ(loss.item(), 2.5f);
}

TEST(Tour, Transforms) {
  const xg::Tensor<double> x = {0.5, -1, 2}, u = {1, 0, 0};
  auto energy = [](auto p) { return xg::sum(p * p * p); };
  auto [value, gradients] = xg::value_and_grad(energy, x);
  auto hessian = xg::hessian(energy, x);  // (3, 3)
  auto product = xg::hvp(energy, x, u);   // hessian u, without the hessian
  EXPECT_EQ(value.item(), 7.125);
  EXPECT_EQ(check::plain(gradients[0]).data, (std::vector<double>{0.75, 3, 12}));
  EXPECT_EQ(check::plain(product).data, (std::vector<double>{3, 0, 0}));
  EXPECT_EQ(hessian.data()[8], 12);
}

TEST(Tour, Gradcheck) {
  const auto f = [](auto p, auto q) { return xg::hypot(p, q); };
  const xg::Tensor<double> x = {0.5, -1, 2}, v = {1, 3, -1};
  const xg::GradcheckReport report = xg::gradcheck(f, x, v);  // six-point differences
  if (!report) std::cerr << report << '\n';                   // which element, which numbers
  EXPECT_TRUE(xg::gradgradcheck(f, x, v));                    // second derivatives
  EXPECT_GRADIENT(f, x, v);                                   // the same, for GoogleTest
  EXPECT_SECOND_GRADIENT(f, x, v);
}

}  // namespace
