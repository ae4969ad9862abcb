// Optimizers beyond their formulas, which optimizers_golden_test.cpp holds: groups, state, kernels
// that are run again, wrong options and odd parameters.
#include "check.hpp"

#include <xgrad/nn/optim.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::message;
using Tensor = xg::Tensor<double>;
const double nan_value = std::nan("");

/// One of all optimizers, over parameters of its own, minimizing a function of them.
template <class T>
struct Training {
  std::vector<xg::Tensor<T>> parameters;
  std::function<void()> step;
  std::function<std::vector<nn::Member<T>>()> state;
};

template <class T>
xg::Tensor<T> loss_of(const std::vector<xg::Tensor<T>>& p) {
  return xg::sum(xg::square(xg::square(p[0]) - 2)) + xg::sum(xg::square(p[1] * p[0]));
}

template <class T, class Optimizer, class... Options>
Training<T> training(Options... options) {
  const std::vector<xg::Tensor<T>> p = {xg::parameter(xg::Tensor<T>{{0.5, -1, 3}, {2, 0.25, -4}}),
                                        xg::parameter(xg::Tensor<T>{1, -2, 0.125})};
  auto optimizer = std::make_shared<Optimizer>(p, options...);
  return {p,
          [optimizer, p] {
            if constexpr (std::is_same_v<Optimizer, nn::LBFGS<T>>) {
              optimizer->step([&] { return loss_of<T>(p); });
            } else {
              optimizer->zero_grad();
              loss_of<T>(p).backward();
              optimizer->step();
            }
          },
          [optimizer] { return nn::Walk<T>(*optimizer).members(); }};
}

/// One of each optimizer, with what it can remember.
template <class T>
std::vector<std::function<Training<T>()>> all_optimizers() {
  nn::AdamWOptions amsgrad(1e-2);
  amsgrad.amsgrad = true;
  nn::LBFGSOptions lbfgs;
  lbfgs.max_iterations = 3;
  lbfgs.history_size = 4;
  return {
      [] { return training<T, nn::SGD<T>>(nn::SGDOptions{1e-3}); },
      [] {
        return training<T, nn::SGD<T>>(nn::SGDOptions{1e-3, 0.9, 0.2, 0.1});
      },
      [] {
        return training<T, nn::SGD<T>>(nn::SGDOptions{1e-3, 0.9, 0, 0, true});
      },
      [] { return training<T, nn::Lion<T>>(1e-2); },
      [] { return training<T, nn::Adam<T>>(1e-2); },
      [=] { return training<T, nn::AdamW<T>>(amsgrad); },
      [] { return training<T, nn::NAdam<T>>(1e-2); },
      [] {
        return training<T, nn::RAdam<T>>(nn::RAdamOptions{1e-2, 0.9, 0.8});
      },
      [] { return training<T, nn::RMSprop<T>>(1e-3); },
      [] {
        return training<T, nn::RMSprop<T>>(nn::RMSpropOptions{1e-3, 0.9, 1e-8, 0, 0.5, true});
      },
      [] {
        return training<T, nn::Adagrad<T>>(nn::AdagradOptions{0.1, 0.1, 0, 0.5});
      },
      [] { return training<T, nn::Adadelta<T>>(1.0); },
      [=] { return training<T, nn::LBFGS<T>>(lbfgs); },
  };
}

template <class T>
class Optimizers : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Optimizers, Types, );

TYPED_TEST(Optimizers, Descend) {
  for (const auto& make : all_optimizers<TypeParam>()) {
    Training<TypeParam> training = make();
    const double before = loss_of(training.parameters).item();
    for (int i = 0; i < 100; ++i) training.step();
    EXPECT_LT(loss_of(training.parameters).item(), 0.99 * before);
  }
}

/// Writes what `from` remembers into `to`, in place, as a file would.
template <class T>
void restore(Training<T>& to, const std::vector<nn::Member<T>>& from) {
  const std::vector<nn::Member<T>> members = to.state();
  ASSERT_EQ(members.size(), from.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    ASSERT_EQ(members[i].name, from[i].name);
    if (members[i].tensor != nullptr) members[i].tensor->assign(check::copy(*from[i].tensor));
    if (members[i].counter != nullptr) *members[i].counter = *from[i].counter;
  }
}

TYPED_TEST(Optimizers, ContinueFromTheirStateBitForBit) {
  for (const auto& make : all_optimizers<TypeParam>()) {
    for (int steps_before : {0, 1, 7}) {  // of the one that is written into
      Training<TypeParam> first = make(), second = make();
      for (int i = 0; i < 10; ++i) first.step();
      for (int i = 0; i < steps_before; ++i) second.step();
      restore(second, first.state());
      for (std::size_t i = 0; i < 2; ++i) {
        second.parameters[i].assign(check::copy(first.parameters[i]));
      }
      for (int i = 0; i < 10; ++i) {
        first.step();
        second.step();
      }
      EXPECT_TRUE(check::identical(first.parameters[0], second.parameters[0]));
      EXPECT_TRUE(check::identical(first.parameters[1], second.parameters[1]));
    }
  }
}

TYPED_TEST(Optimizers, NameTheirStateBeforeTheFirstStepToo) {
  for (const auto& make : all_optimizers<TypeParam>()) {
    Training<TypeParam> fresh = make(), used = make();
    used.step();
    const auto names = [](const auto& members) {
      std::vector<std::string> result;
      for (const auto& member : members) result.push_back(member.name);
      return result;
    };
    EXPECT_EQ(names(fresh.state()), names(used.state()));
    EXPECT_FALSE(names(fresh.state()).empty());
  }
}

TYPED_TEST(Optimizers, LionFollowsAlgorithm2) {
  using T = TypeParam;
  const double rate = 0.01, beta1 = 0.8, beta2 = 0.95, decay = 0.1;
  const xg::Tensor<T> p = xg::parameter(xg::Tensor<T>{1, -2, 0.5, 3}), c = {1, 2, -3, 0};
  nn::Lion<T> optimizer({p}, nn::LionOptions{rate, beta1, beta2, decay});
  double expected[4] = {1, -2, 0.5, 3}, m[4] = {};
  for (int step = 0; step < 50; ++step) {
    optimizer.zero_grad();
    xg::sum(c * p * p * 0.5).backward();
    optimizer.step();
    for (int i = 0; i < 4; ++i) {
      const double g = double(c.data()[i]) * expected[i];
      const double update = beta1 * m[i] + (1 - beta1) * g;
      const double sign = update > 0 ? 1 : update < 0 ? -1 : 0;
      expected[i] -= rate * (sign + decay * expected[i]);
      m[i] = beta2 * m[i] + (1 - beta2) * g;
      ASSERT_NEAR(p.data()[i], expected[i], sizeof(T) == 8 ? 1e-12 : 1e-5) << step << ", " << i;
    }
  }
}

TYPED_TEST(Optimizers, TakeEmptyParametersAndScalars) {
  using T = TypeParam;
  const xg::Tensor<T> none = xg::parameter(xg::zeros<T>({0, 3}));
  const xg::Tensor<T> one = xg::parameter(T(2));
  nn::NAdam<T> nadam({none, one}, 0.1);
  nn::LBFGS<T> lbfgs({none, one});
  const auto loss = [&] { return xg::sum(none) + xg::square(one); };
  loss().backward();
  nadam.step();
  EXPECT_LT(one.item(), 2);
  lbfgs.step(loss);
  EXPECT_NEAR(one.item(), 0, 1e-6);
  nn::LBFGS<T> nothing(std::vector<xg::Tensor<T>>{});
  EXPECT_EQ(nothing.step([] { return xg::Tensor<T>(T(3)); }), 3);
}

TEST(Groups, HaveOptionsOfTheirOwn) {
  const Tensor a = xg::parameter(1.0), b = xg::parameter(1.0), c = xg::parameter(1.0);
  nn::SGD optimizer(std::vector<Tensor>{a}, 0.1);
  optimizer.add_group({b, c}, nn::SGDOptions{0.01, 0, 0, 1});
  EXPECT_EQ(optimizer.groups(), 2u);
  nn::SGD moved = std::move(optimizer);
  moved.learning_rate = 0.5;
  EXPECT_EQ(moved.options(0).learning_rate, 0.5);
  (a + b + c).backward();
  moved.step();
  EXPECT_EQ(a.item(), 0.5);
  EXPECT_NEAR(b.item(), 0.98, 1e-15);
  EXPECT_NEAR(c.item(), 0.98, 1e-15);
  EXPECT_THROW(moved.options(2), std::out_of_range);
  EXPECT_EQ(message<std::invalid_argument>([&] { moved.add_group({c}, {}, {}); }),
            "SGD: expected parameters that are in no group yet, got one of shape () again");
  EXPECT_THROW(moved.add_group({Tensor(1.0)}, {}), std::invalid_argument);
  EXPECT_THROW(moved.add_group({xg::parameter(1.0)}, nn::SGDOptions{-1}), std::invalid_argument);
  EXPECT_EQ(moved.groups(), 2u);
}

TEST(State, HasPyTorchsNames) {
  const Tensor a = xg::parameter(Tensor{1, 2}), b = xg::parameter(3.0);
  nn::AdamOptions options;
  options.amsgrad = true;
  nn::Adam optimizer(std::vector<Tensor>{a, b}, options);
  std::vector<std::string> names;
  for (const auto& member : nn::Walk<double>(optimizer).members()) names.push_back(member.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"0.step", "0.exp_avg", "0.exp_avg_sq", "0.max_exp_avg_sq",
                                      "1.step", "1.exp_avg", "1.exp_avg_sq", "1.max_exp_avg_sq"}));
  EXPECT_TRUE(nn::parameters(optimizer).empty());
}

TEST(State, OfTheWrongSizeIsNoticed) {
  const Tensor a = xg::parameter(Tensor{1, 2});
  nn::Adam optimizer(std::vector<Tensor>{a});
  *nn::Walk<double>(optimizer).members()[2].tensor = xg::zeros<double>({1});
  xg::sum(a).backward();
  EXPECT_EQ(message<std::logic_error>([&] { optimizer.step(); }),
            "Adam: the state exp_avg_sq of a parameter of shape (2) has shape (1)");
}

TEST(Kernels, RunAgainCountTheirStepsAndFollowTheRate) {
  const Tensor p = xg::parameter(1.0), twin = xg::parameter(1.0);
  auto options = std::make_shared<nn::AdamOptions>();
  const nn::UpdateKernel<double, nn::AdamOptions> kernel{
      options, std::make_shared<nn::ParameterState<double>>()};
  nn::Adam optimizer(std::vector<Tensor>{twin});
  for (int step = 1; step <= 5; ++step) {
    const Tensor g(double(step * step));
    options->learning_rate = optimizer.learning_rate = 0.1 * step;
    xg::launch(kernel, p, g);
    twin.zero_grad();
    (twin * g).backward();
    optimizer.step();
    EXPECT_EQ(p.item(), twin.item());
    EXPECT_EQ(kernel.state->step, step);
  }
}

TEST(Options, OutOfRangeAreRejected) {
  const std::vector<Tensor> p;
  EXPECT_EQ(message<std::invalid_argument>([&] {
              nn::SGD<double>(p, nn::SGDOptions{0.1, 0.9, 0.1, 0, true}, {});
            }),
            "SGD: expected no dampening for nesterov, got 0.100000");
  EXPECT_THROW(nn::SGD<double>(p, nn::SGDOptions{0.1, 0, 0, 0, true}), std::invalid_argument);
  EXPECT_THROW(nn::SGD<double>(p, nn::SGDOptions{0.1, 0.5, nan_value}), std::invalid_argument);
  EXPECT_THROW(nn::SGD<double>(p, xg::nn::infinity_norm), std::invalid_argument);
  EXPECT_EQ(message<std::invalid_argument>([&] { nn::Lion<double>(p, -1.0, xg::Location()); }),
            "Lion: expected learning_rate >= 0, got -1.000000");
  EXPECT_THROW(nn::Lion<double>(p, nn::LionOptions{0.1, 1}), std::invalid_argument);
  EXPECT_THROW(nn::Lion<double>(p, nn::LionOptions{0.1, 0.9, -0.1}), std::invalid_argument);
  EXPECT_THROW(nn::Lion<double>(p, nn::LionOptions{0.1, 0.9, 0.9, -1}), std::invalid_argument);
  EXPECT_EQ(message<std::invalid_argument>([&] { nn::AdamW<double>(p, -1.0, xg::Location()); }),
            "AdamW: expected learning_rate >= 0, got -1.000000");
  EXPECT_THROW(nn::Adam<double>(p, nn::AdamOptions{0.1, 0.9, 0.9, 1e-8, nan_value}),
               std::invalid_argument);
  EXPECT_THROW(nn::NAdam<double>(p, nn::NAdamOptions{0.1, 0.9, 0.9, 1e-8, 0, -1}),
               std::invalid_argument);
  EXPECT_THROW(nn::NAdam<double>(p, nn::NAdamOptions{0.1, 2}), std::invalid_argument);
  EXPECT_THROW(nn::RAdam<double>(p, nn::RAdamOptions{0.1, 0.9, 1}), std::invalid_argument);
  EXPECT_THROW(nn::RMSprop<double>(p, nn::RMSpropOptions{0.1, 1}), std::invalid_argument);
  EXPECT_THROW(nn::RMSprop<double>(p, nn::RMSpropOptions{0.1, 0.9, 0}), std::invalid_argument);
  EXPECT_THROW(nn::RMSprop<double>(p, nn::RMSpropOptions{0.1, 0.9, 1e-8, -1}),
               std::invalid_argument);
  EXPECT_THROW(nn::RMSprop<double>(p, nn::RMSpropOptions{0.1, 0.9, 1e-8, 0, 1}),
               std::invalid_argument);
  EXPECT_THROW(nn::Adagrad<double>(p, nn::AdagradOptions{0.1, -1}), std::invalid_argument);
  EXPECT_THROW(nn::Adagrad<double>(p, nn::AdagradOptions{0.1, 0, -1}), std::invalid_argument);
  EXPECT_THROW(nn::Adagrad<double>(p, nn::AdagradOptions{0.1, 0, 0, -1}), std::invalid_argument);
  EXPECT_THROW(nn::Adagrad<double>(p, nn::AdagradOptions{0.1, 0, 0, 0, 0}), std::invalid_argument);
  EXPECT_THROW(nn::Adadelta<double>(p, nn::AdadeltaOptions{1, 1}), std::invalid_argument);
  EXPECT_THROW(nn::Adadelta<double>(p, nn::AdadeltaOptions{1, 0.9, 0}), std::invalid_argument);
  EXPECT_THROW(nn::Adadelta<double>(p, nn::AdadeltaOptions{1, 0.9, 1, -1}), std::invalid_argument);
}

TEST(RMSprop, CenteredSurvivesAConstantGradient) {
  const Tensor p = xg::parameter(Tensor{1, 2, 3});
  nn::RMSprop optimizer(std::vector<Tensor>{p}, nn::RMSpropOptions{1e-3, 0.5, 1e-8, 0, 0, true});
  for (int i = 0; i < 200; ++i) {
    optimizer.zero_grad();
    xg::sum(p * Tensor{0.1, 1.0 / 3, 1e5}).backward();
    optimizer.step();
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::isfinite(p.data()[i])) << i;
}

}  // namespace
