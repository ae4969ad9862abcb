// What went wrong once, or would in code that a user writes naturally.
#include "check.hpp"

#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/optim.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::contains, check::message;
using Tensor = xg::Tensor<double>;
const double infinity = std::numeric_limits<double>::infinity();

TEST(Gradients, OfASumAreEachTheirOwn) {
  Tensor x = xg::parameter(Tensor{1, 1}), y = xg::parameter(Tensor{1, 1});
  xg::sum(x + y).backward();
  xg::sum(x * 2 + y * 3).backward();
  EXPECT_EQ(x.grad().value()(0), 3);
  EXPECT_EQ(y.grad().value()(0), 4);
  x.grad().assign(Tensor{0, 0});
  EXPECT_EQ(y.grad().value()(0), 4);
  std::vector<Tensor> twice = xg::grad(xg::sum(x * x), {x, x});
  twice[0].assign(Tensor{0, 0});
  EXPECT_EQ(twice[1].value()(0), 2);
}

TEST(Values, OfATemporaryAreSafeToKeep) {
  const Tensor a = {1, 2, 3};
  auto lazy = (a + 1).value() * 2.0;
  const Tensor overwritten = a * 100;
  xt::xarray<double> result = lazy;
  EXPECT_EQ(result(2), 8);
  double sum = 0;
  for (double v : (a + 1).value()) sum += v;
  EXPECT_EQ(sum, 9);
  EXPECT_EQ((a + 1).shape(), (xg::Shape{3}));
  const auto& leaf = xg::full<double>({3}, 7).requires_grad();
  const Tensor other = a * 50;
  EXPECT_EQ(leaf.value()(0), 7);
}

TEST(Parameters, HaveValuesOfTheirOwn) {
  const Tensor start = {1, 2};
  const Tensor first = xg::parameter(start), second = xg::parameter(start);
  first.assign(Tensor{5, 6});
  EXPECT_EQ(second.value()(0), 1);
  EXPECT_EQ(start.value()(0), 1);
  EXPECT_EQ(xg::parameter({1, 2.5}).shape(), (xg::Shape{2}));
  EXPECT_EQ(xg::parameter(2.0).item(), 2.0);
  EXPECT_EQ(Tensor(xg::parameter({1, 2.5})).value()(1), 2.5);
}

TEST(Pool, DoesNotGrowWhereAnotherThreadMakesTheTensors) {
  if (!xg::Pool::caches()) GTEST_SKIP() << "under AddressSanitizer the pool caches nothing";
  std::size_t cached = 0;
  std::thread consumer([&] {
    for (int i = 0; i < 20; ++i) {
      Tensor made;
      std::thread([&] { made = xg::zeros<double>({100000}); }).join();
    }
    cached = xg::thread_pool()->cached_bytes();
  });
  consumer.join();
  EXPECT_LT(cached, 1000000u);
}

struct Scale {  // takes its visitor by reference
  using value_type = double;
  Tensor factor = xg::parameter(2.0);
  Tensor operator()(const Tensor& x) const { return x * factor; }
  template <class Visitor>
  void visit(Visitor& visitor) {
    visitor("factor", factor);
  }
};

TEST(Layers, OfOnesOwnKeepTheirParameters) {
  nn::Sequential model{nn::Dense<double>(2, 3), Scale()};
  EXPECT_EQ(nn::parameters(model).size(), 3u);
}

TEST(Optimizers, RejectWhatTheyCannotTrainAndStepTiedWeightsOnce) {
  Tensor w = xg::parameter(Tensor{1, 2});
  EXPECT_EQ(message<std::invalid_argument>([&] { nn::SGD<double>({w * 1}, 1, 0, 0, {}); }),
            "SGD: expected leaves that require a gradient, got the result of multiply");
  EXPECT_EQ(message<std::invalid_argument>([] { nn::Adam<double>({Tensor{1}}, 1, 0, 0, 1, {}); }),
            "Adam: expected leaves that require a gradient, got a constant of shape (1)");
  nn::SGD<double> optimizer({w, w}, 1);
  xg::sum(w).backward();
  optimizer.step();
  EXPECT_EQ(w.value()(0), 0);
  w.assign(Tensor{infinity, 1});
  optimizer.step();
  EXPECT_EQ(w.value()(0), infinity);
}

TEST(SecondDerivatives, OfPowWhereItsArgumentsAreZero) {
  auto mixed = [](double at, double exponent) {
    Tensor a = xg::parameter(at), b = xg::parameter(exponent);
    Tensor by_b = xg::grad(xg::pow(a, b), {b}, xg::create_graph)[0];
    return xg::grad(by_b, {a})[0].item();
  };
  EXPECT_EQ(mixed(0, 3), 0);
  EXPECT_NEAR(mixed(2, 0), 0.5, 1e-15);  // d(a^b ln a)/da = (1 + b ln a) a^(b - 1)
  EXPECT_NEAR(mixed(2, 3), 4 * (1 + 3 * std::log(2.0)), 1e-13);
  Tensor a = xg::parameter(2.0), b = xg::parameter(0.0);
  Tensor by_a = xg::grad(xg::pow(a, b), {a}, xg::create_graph)[0];
  EXPECT_EQ(by_a.item(), 0);
  EXPECT_NEAR(xg::grad(by_a, {b})[0].item(), 0.5, 1e-15);
}

TEST(SecondDerivatives, OfLogsumexpBesideAnInfinity) {
  Tensor x = xg::parameter(Tensor{{infinity, 0}, {1, 1}});
  Tensor slope = xg::grad(xg::sum(xg::logsumexp(x, 1)), {x}, xg::create_graph)[0];
  Tensor second = xg::grad(xg::sum(slope * Tensor{1, 2}), {x})[0];
  EXPECT_EQ(second.value()(0, 0), 0);
  EXPECT_EQ(second.value()(0, 1), 0);
  EXPECT_NEAR(second.value()(1, 0), -0.25, 1e-15);
}

TEST(Elementwise, ExpAndLogReachTheEndsOfTheRange) {
  for (double x : {709.7, 708.5, -708.5, -740.0, -745.0, 700.0, -700.0}) {
    EXPECT_NEAR(xg::exp(Tensor(x)).item() / std::exp(x), 1, 1e-2 * (x < -708) + 1e-13) << x;
  }
  for (float x : {88.5f, 88.7f, -88.0f, -100.0f, 80.0f}) {
    EXPECT_NEAR(xg::exp(xg::Tensor<>(x)).item() / std::exp(x), 1, x < -87 ? 1e-2 : 4e-6) << x;
  }
  EXPECT_EQ(xg::exp(Tensor(710)).item(), infinity);
  EXPECT_EQ(xg::exp(Tensor(-infinity)).item(), 0);
  for (double x : {6.7e-309, 4.9e-324, 1e-300, 2.3e-308}) {
    EXPECT_NEAR(xg::log(Tensor(x)).item(), std::log(x), 1e-12) << x;
  }
  EXPECT_EQ(xg::log(Tensor(0)).item(), -infinity);
}

TEST(Gradcheck, LeavesCapturedParametersAlone) {
  const Tensor w = xg::parameter(Tensor{1, 2});
  auto report = xg::gradcheck([&](auto x) { return xg::sum(w * x); }, Tensor{3, 4});
  EXPECT_TRUE(report) << report;
  EXPECT_FALSE(w.has_grad());
}

TEST(Gradcheck, AcceptsAGradientThatIsZeroButForRounding) {
  auto shifted = [](auto z, auto b) { return xg::softmax(z + b) * Tensor{1, 2, 3}; };
  auto report = xg::gradcheck(shifted, Tensor{0.1, -0.4, 0.7}, Tensor(0.3));
  EXPECT_TRUE(report) << report;
}

TEST(Calls, ThatAUserWouldWrite) {
  xt::xarray<double> array = {1, 2, 3};
  const xt::xarray<double> constant = array;
  Tensor t = {3, 2, 1};
  // Found by their arguments' namespaces, where xtensor's functions of these names compete.
  EXPECT_EQ(maximum(array, t).value()(0), 3);
  EXPECT_EQ(maximum(t, constant).value()(2), 3);
  EXPECT_EQ(pow(t, array + 0).value()(0), 3);
  EXPECT_EQ(where(array > 1.5, t, 0).value()(0), 0);
  EXPECT_EQ(where(t > 1 && t < 3, t, t * 0).value()(1), 2);
  EXPECT_EQ(xg::dot(t, array).item(), 10);
  EXPECT_EQ(xg::sum(t, std::vector<int>{0}).item(), 6);
  std::size_t n = 3;
  EXPECT_EQ(xg::reshape(t, {n, std::size_t(1)}).shape(), (xg::Shape{3, 1}));
  EXPECT_EQ(xg::slice(t, {xg::range(0, 2)}).size(), 2u);
}

TEST(Labels, OfAnyIntegerTypeAndNoneWraps) {
  const Tensor z = {{1, 2}, {3, 4}};
  EXPECT_EQ(xg::softmax_cross_entropy(z, xt::xarray<unsigned char>{0, 1}).item(),
            xg::softmax_cross_entropy(z, xg::Array<int>{0, 1}).item());
  EXPECT_THROW(xg::softmax_cross_entropy(z, xt::xarray<long>{4294967296, 1}),
               std::invalid_argument);
}

TEST(Errors, NameThePlaceEvenThroughCompoundOperatorsAndExpressions) {
  Tensor t = {1, 2, 3};
  std::string what = message<std::invalid_argument>([&] { t += Tensor{1, 2}; });
  EXPECT_TRUE(contains(what, "add: expected shapes that broadcast, got (3) and (2) [pitfalls_"))
      << what;
  xt::xarray<double> p = {1, 2, 3}, q = {1, 2};
  what = message<std::invalid_argument>([&] { Tensor wrong = p + q; });
  EXPECT_EQ(what.rfind("tensor: expected an xtensor expression whose shapes broadcast", 0), 0u)
      << what;
  EXPECT_EQ(what.find('\n'), std::string::npos);
  Tensor w = xg::parameter(Tensor{1, 2});
  Tensor y = xg::sum(w * w);
  w.assign(Tensor{3, 4});
  what = message<std::logic_error>([&] { y.backward(); });
  EXPECT_TRUE(contains(what, "multiply: backward needs a value of shape (2)")) << what;
  EXPECT_TRUE(contains(what, "[pitfalls_test.cpp:")) << what;
}

TEST(Errors, AShapeTooLargeForTheAddressSpace) {
  std::size_t huge = std::size_t(1) << 33;
  EXPECT_THROW(xg::zeros({huge, huge, huge}), std::invalid_argument);
  EXPECT_THROW(xg::broadcast_to(Tensor(1), {huge, huge}), std::invalid_argument);
  EXPECT_THROW(xg::zeros({huge << 20}), std::bad_alloc);
}

}  // namespace
