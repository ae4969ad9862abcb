// Schedules, clipping and averages against PyTorch's.
#include "training_goldens.hpp"

#include <xgrad/nn/optim.hpp>

#include <cmath>
#include <functional>

namespace {

namespace nn = xgrad::nn;
using namespace training_goldens;

/// Two parameters, with learning rates 0.1 and 0.03.
nn::SGD<double> two_groups() {
  nn::SGD<double> optimizer({xg::parameter(0.0)}, 0.1, 0.9);
  optimizer.add_group({xg::parameter(0.0)}, nn::SGDOptions{0.03, 0.9});
  return optimizer;
}

nn::OneCycleLR one_cycle(bool linear) {
  nn::OneCycleLR cycle{51};
  if (linear) {
    cycle.warm_up = 0.4;
    cycle.division = 10;
    cycle.final_division = 100;
    cycle.linear = true;
    cycle.least_momentum = 0.7;
    cycle.greatest_momentum = 0.9;
  } else {
    cycle.three_phases = true;
  }
  return cycle;
}

/// How the rates and the momentum of the two groups go, a row per step.
struct Course {
  std::vector<double> rates, momenta;
};
template <class S>
Course course(const S& schedule) {
  nn::SGD<double> optimizer = two_groups();
  nn::Scheduler scheduler(optimizer, schedule);
  Course result;
  for (int t = 0; t <= 50; ++t, scheduler.step()) {
    for (std::size_t i : {0u, 1u}) result.rates.push_back(optimizer.options(i).learning_rate);
    result.momenta.push_back(optimizer.options().momentum);
    if (t == 50) break;
  }
  return result;
}

const std::map<std::string, std::function<Course()>> schedules = {
    {"StepLR",
     [] {
       return course(nn::StepLR{7, 0.3});
     }},
    {"MultiStepLR",
     [] {
       return course(nn::MultiStepLR{{3, 20, 21, 40}, 0.5});
     }},
    {"ExponentialLR", [] { return course(nn::ExponentialLR{0.93}); }},
    {"CosineAnnealingLR",
     [] {
       return course(nn::CosineAnnealingLR{20, 0.002});
     }},
    {"CosineAnnealingWarmRestarts",
     [] {
       return course(nn::CosineAnnealingWarmRestarts{6, 2, 0.001});
     }},
    {"CosineAnnealingWarmRestarts_equal",
     [] { return course(nn::CosineAnnealingWarmRestarts{9}); }},
    {"LinearLR",
     [] {
       return course(nn::LinearLR{0.2, 0.8, 15});
     }},
    {"PolynomialLR",
     [] {
       return course(nn::PolynomialLR{30, 2});
     }},
    {"OneCycleLR", [] { return course(nn::OneCycleLR{51}); }},
    {"OneCycleLR_linear", [] { return course(one_cycle(true)); }},
    {"OneCycleLR_three", [] { return course(one_cycle(false)); }},
    {"LambdaLR",
     [] {
       return course([](double rate, std::int64_t t) { return rate / std::sqrt(1.0 + double(t)); });
     }},
    {"ChainedScheduler",
     [] {
       return course(nn::ChainedScheduler{
           {nn::LinearLR{0.1, 1, 8}, nn::ExponentialLR{0.95}, nn::StepLR{12, 0.5}}});
     }},
    {"SequentialLR",
     [] {
       return course(nn::SequentialLR{
           {nn::LinearLR{0.25, 1, 10}, nn::ExponentialLR{0.9}, nn::CosineAnnealingLR{15, 0.001}},
           {10, 25}});
     }},
};

TEST(Goldens, OfSchedules) {
  EXPECT_EQ(rows("schedule"), keys(schedules));
  for (const auto& [row, run] : schedules) {
    SCOPED_TRACE(row);
    const Arrays& arrays = golden("schedule " + row);
    const Course actual = run();
    EXPECT_TRUE(check::close(Plain({51, 2}, actual.rates), arrays.at("r"), tolerance));
    if (arrays.count("m") != 0) {
      EXPECT_TRUE(check::close(Plain({51}, actual.momenta), arrays.at("m"), tolerance));
    } else {
      EXPECT_EQ(actual.momenta, std::vector<double>(51, 0.9));
    }
  }
}

TEST(Goldens, OfPlateaus) {
  const std::map<std::string, nn::PlateauOptions> options = {
      {"default", {0.1, 3}},
      {"cooldown", {0.5, 1, {false, 1e-2, true}, 4}},
      {"absolute", {0.7, 2, {false, 0.01, false}, 0, 0.02}},
      {"max", {0.5, 5, {true, 0.1, true}}},
      {"max_absolute", {0.9, 0, {true, 1e-4, false}}},
  };
  EXPECT_EQ(rows("plateau"), keys(options));
  for (const auto& [row, each] : options) {
    SCOPED_TRACE(row);
    const Arrays& arrays = golden("plateau " + row);
    nn::SGD<double> optimizer = two_groups();
    nn::ReduceLROnPlateau plateau(optimizer, each);
    std::vector<double> rates;
    for (double metric : arrays.at("x").data) {
      plateau.step(metric);
      for (std::size_t i : {0u, 1u}) rates.push_back(optimizer.options(i).learning_rate);
    }
    EXPECT_TRUE(check::close(Plain({50, 2}, rates), arrays.at("r"), tolerance));
  }
}

TEST(Goldens, OfClipping) {
  struct Clip {
    double limit, order;
  };
  const std::map<std::string, Clip> clips = {{"two", {1.5, 2}},
                                             {"loose", {100, 2}},
                                             {"one", {2, 1}},
                                             {"infinity", {0.3, nn::infinity_norm}},
                                             {"three", {0.5, 3}}};
  EXPECT_EQ(rows("clip"), keys(clips));
  for (const auto& [row, clip] : clips) {
    SCOPED_TRACE(row);
    const Arrays& arrays = golden("clip " + row);
    Tensors p;
    for (const char* key : {"g0", "g1", "g2"}) {
      p.push_back(leaf(Plain(arrays.at(key).shape)));
      set_gradient(p.back(), arrays.at(key));
    }
    EXPECT_NEAR(nn::clip_grad_norm(p, clip.limit, clip.order), arrays.at("n").data[0], tolerance);
    for (std::size_t i = 0; i < 3; ++i) {
      const Plain& expected = arrays.at("c" + std::to_string(i));
      EXPECT_TRUE(check::close(check::plain(p[i].grad()), expected, tolerance));
    }
  }
}

TEST(Goldens, OfAverages) {
  const Arrays& arrays = golden("average ema");
  const Tensor p = leaf(row_of(arrays.at("p"), 0));
  nn::ExponentialMovingAverage<double> average({p}, 0.9);
  for (std::size_t t = 0; t < 50; ++t) {
    p.assign(check::tensor<double>(row_of(arrays.at("p"), t)));
    average.update();
    EXPECT_TRUE(
        check::close(check::plain(average.averages()[0]), row_of(arrays.at("v"), t), tolerance));
  }
}

}  // namespace
