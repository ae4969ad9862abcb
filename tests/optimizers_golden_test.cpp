// Optimizers, schedules, clipping and averages against 50 steps of PyTorch's
// (tests/goldens/training/optimizers.py, which also says what stands in the file).
#include "golden_text.hpp"

#include <xgrad/nn/optim.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::Plain;
using Tensor = xg::Tensor<double>;
using Tensors = std::vector<Tensor>;
using Arrays = std::map<std::string, Plain>;

/// The file: the arrays of each `<kind> <row>` by their keys; those before the first under "".
const std::map<std::string, Arrays>& goldens() {
  static const std::map<std::string, Arrays> all = [] {
    std::map<std::string, Arrays> result;
    std::istringstream lines(
        golden_text::unpacked(XGRAD_SOURCE_DIR "/tests/goldens/training/optimizers.txt.gz"));
    std::string line, row;
    std::getline(lines, line);
    EXPECT_EQ(line.rfind("made by PyTorch ", 0), 0u);
    while (std::getline(lines, line) && line != "end") {
      const std::size_t space = line.find(' ');
      if (line.find(':') == std::string::npos) {
        row = line;
      } else {
        result[row].insert_or_assign(line.substr(0, space),
                                     golden_text::array_of(line.substr(space + 1)));
      }
    }
    EXPECT_EQ(line, "end") << "the golden file is cut short";
    return result;
  }();
  return all;
}
const Arrays& golden(const std::string& row) {
  const auto found = goldens().find(row);
  if (found == goldens().end()) throw std::runtime_error("no golden " + row);
  return found->second;
}
std::set<std::string> rows(const std::string& kind) {
  std::set<std::string> result;
  for (const auto& [row, arrays] : goldens()) {
    if (row.rfind(kind + " ", 0) == 0) result.insert(row.substr(kind.size() + 1));
  }
  return result;
}

/// Row t of an array.
Plain row_of(const Plain& all, std::size_t t) {
  const reference::Shape shape(all.shape.begin() + 1, all.shape.end());
  Plain row(shape);
  const std::size_t n = row.data.size();
  std::copy_n(all.data.begin() + std::ptrdiff_t(t * n), n, row.data.begin());
  return row;
}
Tensor leaf(const Plain& plain) { return check::leaf<double>(plain); }
void set_gradient(const Tensor& p, const Plain& g) {
  p.zero_grad();
  xg::sum(p * check::tensor<double>(g)).backward();
}

constexpr double tolerance = 1e-10;

/// An optimizer of unknown type over two groups: parameters 0 and 1, and 2.
struct Stepper {
  std::function<void()> step;
};
template <class Optimizer, class Options>
Stepper stepper(const Tensors& p, const Options& options) {
  auto optimizer = std::make_shared<Optimizer>(Tensors{p[0], p[1]}, options);
  Options of_group = options;
  of_group.learning_rate /= 2;
  optimizer->add_group({p[2]}, of_group);
  return {[optimizer] { optimizer->step(); }};
}
template <template <class> class Optimizer, class Options>
std::function<Stepper(const Tensors&)> with(const Options& options) {
  return [options](const Tensors& p) { return stepper<Optimizer<double>>(p, options); };
}

const std::map<std::string, std::function<Stepper(const Tensors&)>> optimizers = {
    {"SGD", with<nn::SGD>(nn::SGDOptions{0.01})},
    {"SGD_decay", with<nn::SGD>(nn::SGDOptions{0.01, 0, 0, 0.1})},
    {"SGD_momentum", with<nn::SGD>(nn::SGDOptions{0.01, 0.9, 0, 0.01})},
    {"SGD_dampening", with<nn::SGD>(nn::SGDOptions{0.01, 0.9, 0.3})},
    {"SGD_nesterov", with<nn::SGD>(nn::SGDOptions{0.01, 0.8, 0, 0.02, true})},
    {"Adam", with<nn::Adam>(nn::AdamOptions{0.01})},
    {"Adam_decay", with<nn::Adam>(nn::AdamOptions{0.02, 0.8, 0.95, 1e-6, 0.1})},
    {"Adam_amsgrad", with<nn::Adam>(nn::AdamOptions{0.01, 0.9, 0.9, 1e-8, 0, true})},
    {"AdamW", with<nn::AdamW>(nn::AdamWOptions(0.01))},
    {"AdamW_amsgrad", with<nn::AdamW>([] {
       nn::AdamWOptions options(0.03);
       options.beta1 = 0.7;
       options.beta2 = 0.9;
       options.weight_decay = 0.2;
       options.amsgrad = true;
       return options;
     }())},
    {"NAdam", with<nn::NAdam>(nn::NAdamOptions{0.01})},
    {"NAdam_decay", with<nn::NAdam>(nn::NAdamOptions{0.01, 0.9, 0.999, 1e-8, 0.1, 0.1})},
    {"NAdam_decoupled", with<nn::NAdam>(nn::NAdamOptions{0.01, 0.9, 0.999, 1e-8, 0.1, 4e-3, true})},
    {"RAdam", with<nn::RAdam>(nn::RAdamOptions{0.01})},
    {"RAdam_decay", with<nn::RAdam>(nn::RAdamOptions{0.02, 0.9, 0.8, 1e-8, 0.1})},
    {"RAdam_decoupled", with<nn::RAdam>(nn::RAdamOptions{0.01, 0.9, 0.999, 1e-8, 0.1, true})},
    {"RMSprop", with<nn::RMSprop>(nn::RMSpropOptions{0.01})},
    {"RMSprop_decay", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.9, 1e-4, 0.1})},
    {"RMSprop_momentum", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.99, 1e-8, 0, 0.9})},
    {"RMSprop_centered", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.9, 1e-8, 0, 0, true})},
    {"RMSprop_all", with<nn::RMSprop>(nn::RMSpropOptions{0.01, 0.95, 1e-8, 0, 0.5, true})},
    {"Adagrad", with<nn::Adagrad>(nn::AdagradOptions{0.1})},
    {"Adagrad_all", with<nn::Adagrad>(nn::AdagradOptions{0.1, 0.1, 0.1, 0.5, 1e-4})},
    {"Adadelta", with<nn::Adadelta>(nn::AdadeltaOptions{1.0})},
    {"Adadelta_all", with<nn::Adadelta>(nn::AdadeltaOptions{0.5, 0.7, 1e-3, 0.1})},
};

template <class Map>
std::set<std::string> keys(const Map& map) {
  std::set<std::string> result;
  for (const auto& [key, value] : map) result.insert(key);
  return result;
}

TEST(Goldens, OfOptimizers) {
  EXPECT_EQ(rows("optimizer"), keys(optimizers));
  const Arrays& gradients = golden("");
  for (const auto& [row, make] : optimizers) {
    SCOPED_TRACE(row);
    const Arrays& arrays = golden("optimizer " + row);
    const Tensors p = {leaf(arrays.at("p0")), leaf(arrays.at("p1")), leaf(arrays.at("p2"))};
    const Stepper optimizer = make(p);
    for (std::size_t t = 0; t < 50; ++t) {
      for (std::size_t i = 0; i < 3; ++i) {
        p[i].zero_grad();
        if (i == 2 && t % 3 == 0) continue;
        set_gradient(p[i], row_of(gradients.at("gradient" + std::to_string(i)), t));
      }
      optimizer.step();
      for (std::size_t i = 0; i < 3; ++i) {
        const Plain expected = row_of(arrays.at("v" + std::to_string(i)), t);
        ASSERT_TRUE(check::close(check::plain(p[i]), expected, tolerance)) << t << ", " << i;
      }
    }
  }
}

Tensor rosenbrock(const Tensor& p) {
  const int n = static_cast<int>(p.size());
  const Tensor a = xg::slice(p, {xg::range(0, n - 1)}), b = xg::slice(p, {xg::range(1, n)});
  return xg::sum(100 * xg::square(b - a * a) + xg::square(1 - a));
}
Tensor logistic(const Tensor& p) {
  const Tensor A = check::tensor<double>(golden("").at("A"));
  return xg::sum(xg::softplus(-xg::dot(A, p))) / 20 + xg::sum(p * p) / 200;
}

struct LbfgsCase {
  Tensor (*loss)(const Tensor&);
  nn::LBFGSOptions options;
};
nn::LBFGSOptions lbfgs(int iterations, std::size_t history = 100, bool line_search = true,
                       double rate = 1) {
  nn::LBFGSOptions options;
  options.learning_rate = rate;
  options.max_iterations = iterations;
  options.history_size = history;
  options.line_search = line_search;
  return options;
}
const std::map<std::string, LbfgsCase> lbfgs_cases = {
    {"rosenbrock", {rosenbrock, lbfgs(5)}},
    {"rosenbrock_4", {rosenbrock, lbfgs(6, 3)}},
    {"rosenbrock_long", {rosenbrock, lbfgs(20)}},
    {"logistic", {logistic, lbfgs(2)}},
    {"logistic_fixed", {logistic, lbfgs(1, 5, false, 0.5)}},
    {"logistic_fixed_4", {logistic, lbfgs(4, 5, false, 0.8)}},
};

TEST(Goldens, OfLbfgs) {
  EXPECT_EQ(rows("lbfgs"), keys(lbfgs_cases));
  for (const auto& [row, each] : lbfgs_cases) {
    SCOPED_TRACE(row);
    const Arrays& arrays = golden("lbfgs " + row);
    const Tensor p = leaf(arrays.at("p"));
    nn::LBFGS<double> optimizer({p}, each.options);
    const Plain &losses = arrays.at("l"), &values = arrays.at("v");
    for (std::size_t t = 0; t < losses.data.size(); ++t) {
      const double loss = optimizer.step([&, f = each.loss] { return f(p); });
      EXPECT_NEAR(loss, losses.data[t], 1e-5 * std::max(1.0, losses.data[t])) << t;
      EXPECT_TRUE(check::close(check::plain(p), row_of(values, t), 1e-5)) << t;
    }
  }
}

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
