// What stands between backward() and step(), or around them: clipping, averages of weights,
// schedules, early stopping, gradients that accumulate.
#include "check.hpp"

#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/optim.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::message;
using Tensor = xg::Tensor<double>;
using Tensors = std::vector<Tensor>;
constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan_value = std::nan("");

Tensor with_gradient(const Tensor& g) {
  const Tensor p = xg::parameter(xg::zeros<double>(g.shape()));
  xg::sum(p * g).backward();
  return p;
}

TEST(Clipping, ByNormReturnsTheNormAndLeavesSmallGradientsAlone) {
  const Tensors p = {with_gradient({3, 0}), xg::parameter(1.0), with_gradient(-4.0)};
  EXPECT_EQ(nn::clip_grad_norm(p, 10), 5);
  EXPECT_EQ(p[0].grad().data()[0], 3);
  EXPECT_EQ(nn::clip_grad_norm(p, 1), 5);
  EXPECT_NEAR(p[0].grad().data()[0], 0.6, 1e-6);
  EXPECT_NEAR(p[2].grad().item(), -0.8, 1e-6);
  EXPECT_FALSE(p[1].has_grad());
  EXPECT_EQ(nn::clip_grad_norm(Tensors{}, 1), 0);
  EXPECT_EQ(nn::clip_grad_norm(Tensors{with_gradient(xg::zeros<double>({0}))}, 1), 0);
}

TEST(Clipping, OfFloatsSumsInDouble) {
  const xg::Tensor<float> p = xg::parameter(xg::zeros<float>({100000}));
  xg::sum(p * 1e25f).backward();
  EXPECT_NEAR(nn::clip_grad_norm(std::vector{p}, 1) / (1e25 * std::sqrt(1e5)), 1, 1e-6);
  EXPECT_NEAR(p.grad().data()[5], 1 / std::sqrt(1e5), 1e-8);
}

TEST(Clipping, SaysSoIfTheNormIsNotFinite) {
  for (double wrong : {nan_value, infinity}) {
    const Tensors p = {with_gradient({1, 2}), with_gradient({wrong, 1})};
    EXPECT_THROW(nn::clip_grad_norm(p, 1, 2, true), std::logic_error);
    EXPECT_THROW(nn::clip_grad_norm(p, 1, infinity, true), std::logic_error);
    EXPECT_EQ(p[0].grad().data()[1], 2);
    EXPECT_FALSE(std::isfinite(nn::clip_grad_norm(p, 1)));
  }
  EXPECT_EQ(message<std::invalid_argument>([] {
              nn::clip_grad_norm(Tensors{}, nan_value, 2, false, {});
            }).substr(0, 41),
            "clip_grad_norm: expected max_norm >= 0, g");
  EXPECT_THROW(nn::clip_grad_norm(Tensors{}, 1, 0), std::invalid_argument);
  EXPECT_THROW(nn::clip_grad_value(Tensors{}, -1), std::invalid_argument);
}

TEST(Clipping, ByValue) {
  const Tensor p = with_gradient({-3, -0.5, 0, 0.5, 3, infinity, nan_value});
  nn::clip_grad_value(Tensors{p, xg::parameter(1.0)}, 1);
  const double expected[] = {-1, -0.5, 0, 0.5, 1, 1};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(p.grad().data()[i], expected[i]);
  EXPECT_TRUE(std::isnan(p.grad().data()[6]));
}

TEST(Average, SwapsWithTheWeightsAndBack) {
  const Tensor p = xg::parameter(Tensor{1, 2});
  nn::ExponentialMovingAverage average(Tensors{p}, 0.75);
  p.assign({5, 2});
  average.update();
  average.swap();
  EXPECT_EQ(p.data()[0], 2);
  EXPECT_EQ(average.averages()[0].data()[0], 5);
  average.swap();
  EXPECT_EQ(p.data()[0], 5);
  EXPECT_EQ(nn::named_tensors(average)[0].name, "0");
  EXPECT_THROW(nn::ExponentialMovingAverage<double>({}, 1.5), std::invalid_argument);
  EXPECT_THROW(nn::ExponentialMovingAverage<double>({}, nan_value), std::invalid_argument);
  const Tensor y = xg::sum(p * p);
  average.swap();
  EXPECT_THROW(y.backward(), std::logic_error);  // p was written to
}

TEST(Schedules, ResumeAtAnyStep) {
  const auto optimizer = [] { return nn::Adam<double>({xg::parameter(0.0)}, 0.1); };
  nn::Adam<double> first = optimizer(), second = optimizer(), third = optimizer();
  nn::Scheduler through(first, nn::OneCycleLR{20});
  for (int i = 0; i < 13; ++i) through.step();
  nn::Scheduler resumed(second, nn::OneCycleLR{20}, through.steps());
  EXPECT_EQ(first.learning_rate, second.learning_rate);
  EXPECT_EQ(first.options().beta1, second.options().beta1);
  EXPECT_NE(first.options().beta1, 0.9);
  nn::Scheduler set(third, nn::OneCycleLR{20});
  set.set(13);
  EXPECT_EQ(first.learning_rate, third.learning_rate);
}

TEST(Schedules, RejectWhatMakesNoSense) {
  EXPECT_EQ(message<std::invalid_argument>([] { nn::StepLR{0}(1, 1); }),
            "StepLR: expected at least one step, got 0.000000");
  EXPECT_THROW(nn::ExponentialLR{0.5}(1, -1), std::invalid_argument);
  EXPECT_THROW(nn::CosineAnnealingLR{0}(1, 1), std::invalid_argument);
  EXPECT_THROW((nn::CosineAnnealingWarmRestarts{5, 0}(1, 1)), std::invalid_argument);
  EXPECT_THROW((nn::LinearLR{0, 1, 0}(1, 1)), std::invalid_argument);
  EXPECT_THROW((nn::OneCycleLR{10, 0}(1, 1)), std::invalid_argument);
  EXPECT_THROW((nn::OneCycleLR{10, 0.3, 0}(1, 1)), std::invalid_argument);
  EXPECT_THROW((nn::SequentialLR{{}, {}}(1, 1)), std::invalid_argument);
  EXPECT_THROW((nn::SequentialLR{{nn::ExponentialLR{1}}, {3}}(1, 1)), std::invalid_argument);
  const nn::Schedule same = nn::ExponentialLR{1};
  EXPECT_THROW((nn::SequentialLR{{same, same, same}, {5, 3}}(1, 1)), std::invalid_argument);
  // Past the end, and where the phases are short.
  EXPECT_EQ((nn::OneCycleLR{10}(1, 9)), (nn::OneCycleLR{10}(1, 1000)));
  for (std::int64_t steps : {1, 2, 3}) {
    for (std::int64_t t = 0; t < 5; ++t) {
      const nn::OneCycleLR cycle{steps};
      EXPECT_TRUE(std::isfinite(cycle(1, t)) && cycle(1, t) <= 1) << steps << ", " << t;
    }
  }
}

TEST(Plateau, ContinuesFromItsState) {
  const auto optimizer = [] { return nn::SGD<double>({xg::parameter(0.0)}, 0.1); };
  nn::SGD<double> first = optimizer(), second = optimizer();
  const nn::PlateauOptions options{0.5, 1, {}, 1};
  nn::ReduceLROnPlateau one(first, options), two(second, options);
  for (double metric : {3, 2, 2, 2, 5}) one.step(metric);
  EXPECT_LT(first.learning_rate, 0.1);
  const auto from = nn::Walk<double>(one).members(), to = nn::Walk<double>(two).members();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i].tensor != nullptr) to[i].tensor->assign(*from[i].tensor);
    if (from[i].counter != nullptr) *to[i].counter = *from[i].counter;
  }
  two.apply();
  for (double metric : {3, 3, 1, 1, 1, 1, 1}) {
    EXPECT_EQ(first.learning_rate, second.learning_rate);
    one.step(metric);
    two.step(metric);
  }
  EXPECT_EQ(first.learning_rate, second.learning_rate);
  EXPECT_THROW(nn::ReduceLROnPlateau(first, nn::PlateauOptions{1}), std::invalid_argument);
  EXPECT_THROW(nn::ReduceLROnPlateau(first, nn::PlateauOptions{0.1, -1}), std::invalid_argument);
}

TEST(EarlyStopping, StopsAfterMoreThanPatienceMetricsThatAreNoBetter) {
  nn::EarlyStopping stopping(2);
  EXPECT_FALSE(stopping(3));
  EXPECT_TRUE(stopping.improved());
  EXPECT_FALSE(stopping(3));
  EXPECT_FALSE(stopping.improved());
  EXPECT_FALSE(stopping(2));
  EXPECT_FALSE(stopping(nan_value));
  EXPECT_FALSE(stopping(4));
  EXPECT_TRUE(stopping(2));
  EXPECT_EQ(stopping.best(), 2);
  nn::EarlyStopping larger(0, {true, 0.1});
  EXPECT_FALSE(larger(0.5));
  EXPECT_TRUE(larger(0.55));
  EXPECT_FALSE(larger(0.65));
  EXPECT_THROW(nn::EarlyStopping(-1), std::invalid_argument);
}

// Gradients add up until zero_grad(): two halves of a batch make the step of the whole.
TEST(GradientAccumulation, IsAStepOnTheWholeBatch) {
  nn::Generator one(1), two(1), data(2);
  nn::Sequential whole{nn::Dense<double>(3, 4, one), nn::Tanh(), nn::Dense<double>(4, 1, one)};
  nn::Sequential parts{nn::Dense<double>(3, 4, two), nn::Tanh(), nn::Dense<double>(4, 1, two)};
  nn::Adam by_whole(nn::parameters(whole), 0.1), by_parts(nn::parameters(parts), 0.1);
  const Tensor x = nn::uniform<double>({8, 3}, -1, 1, data), y = xg::sum(x, 1, xg::keep_dims);
  for (int step = 0; step < 20; ++step) {
    by_whole.zero_grad();
    xg::mean_squared_error(whole(x), y).backward();
    by_whole.step();
    by_parts.zero_grad();
    for (const xg::Slice& half : {xg::range(0, 4), xg::range(4, 8)}) {
      const Tensor loss = xg::mean_squared_error(parts(xg::slice(x, {half})), xg::slice(y, {half}));
      (loss / 2).backward();
    }
    by_parts.step();
  }
  const auto p = nn::parameters(whole), q = nn::parameters(parts);
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_TRUE(check::close(check::plain(q[i]), check::plain(p[i]), 1e-9)) << i;
  }
}

}  // namespace
