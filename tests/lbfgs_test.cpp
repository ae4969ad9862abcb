// L-BFGS against PyTorch's, and its line search.
#include "training_goldens.hpp"

#include <xgrad/nn/optim/lbfgs.hpp>
#include <xgrad/nn/optim/line_search.hpp>
#include <xgrad/ops/activation.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>
#include <limits>

namespace {

namespace nn = xgrad::nn;
using namespace training_goldens;

using check::message;
constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan_value = std::nan("");

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

/// The function's value and slope at t, as a point of a line without a gradient.
template <class F, class D>
nn::LinePoint<double> search(F f, D derivative, double t, int most, int& evaluations) {
  nn::LineSearchOptions options;
  options.max_evaluations = most;
  const auto at = [&](double x) { return nn::LinePoint<double>{x, f(x), derivative(x), {}}; };
  return nn::strong_wolfe<double>(at, at(0), t, options, evaluations);
}

TEST(LineSearch, EndsWhereTheConditionsHold) {
  struct Line {
    double (*f)(double), (*slope)(double);
  };
  const Line lines[] = {
      {[](double x) { return (x - 3) * (x - 3); }, [](double x) { return 2 * (x - 3); }},
      {[](double x) { return -x / (x * x + 2); },  // More & Thuente 1994, eq. 5.1
       [](double x) { return (x * x - 2) / ((x * x + 2) * (x * x + 2)); }},
      {[](double x) { return std::pow(x + 0.004, 5) - 2 * std::pow(x + 0.004, 4); },  // eq. 5.2
       [](double x) { return 5 * std::pow(x + 0.004, 4) - 8 * std::pow(x + 0.004, 3); }},
      {[](double x) { return std::exp(x) - 5 * x; }, [](double x) { return std::exp(x) - 5; }},
      {[](double x) { return x < 1 ? -std::log(1 - x) - 3 * x : nan_value; },  // no value from 1 on
       [](double x) { return x < 1 ? 1 / (1 - x) - 3 : nan_value; }},
      {[](double x) { return x < 2 ? -x : infinity; }, [](double x) { return x < 1.9 ? -1 : 0.5; }},
  };
  for (const Line& line : lines) {
    for (double t : {1e-3, 0.1, 1.0, 10.0, 1e3}) {
      int evaluations = 0;
      const auto found = search(line.f, line.slope, t, 50, evaluations);
      EXPECT_LE(line.f(found.t), line.f(0) + 1e-4 * found.t * line.slope(0)) << t;
      if (line.f(3) != infinity) {
        EXPECT_LE(std::abs(line.slope(found.t)), 0.9 * std::abs(line.slope(0))) << t;
      }
      EXPECT_LE(evaluations, 51);
    }
  }
}

TEST(LineSearch, StaysWithinItsEvaluationsAndNeverGoesUp) {
  for (int most : {0, 1, 2, 5}) {
    int evaluations = 0;
    const auto found = search([](double x) { return x < 1e-9 ? -x : 1 + x; },
                              [](double x) { return x < 1e-9 ? -1.0 : 1.0; }, 1, most, evaluations);
    EXPECT_LE(found.value, 0);
    EXPECT_LE(evaluations, most + 1);
  }
}

TEST(Lbfgs, SolvesAQuadraticAndStopsThere) {
  const Tensor p = xg::parameter(Tensor{5, -3, 2, 8}), scale = {1, 10, 100, 0.1};
  nn::LBFGS<double> optimizer({p});
  const auto loss = [&] { return xg::sum(scale * xg::square(p - 1)); };
  for (int i = 0; i < 5; ++i) optimizer.step(loss);
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(p.data()[i], 1, 1e-4);  // where the loss changes by less than 1e-9
  const auto before = optimizer.evaluations();
  optimizer.step(loss);
  EXPECT_EQ(optimizer.evaluations(), before + 1);
}

TEST(Lbfgs, KeepsOutOfWhereTheLossIsNoNumber) {
  const Tensor p = xg::parameter(Tensor{1e-3, 20});
  nn::LBFGS<double> optimizer({p});
  for (int i = 0; i < 10; ++i) optimizer.step([&] { return xg::sum(p - 2 * xg::log(p)); });
  EXPECT_NEAR(p.data()[0], 2, 1e-5);
  EXPECT_NEAR(p.data()[1], 2, 1e-5);
}

TEST(Lbfgs, IsUsableAfterALossThatThrew) {
  const Tensor p = xg::parameter(Tensor{5, -3});
  nn::LBFGS<double> optimizer({p});
  int calls = 0;
  const auto loss = [&] {
    if (++calls == 4) throw std::runtime_error("no more");
    return xg::sum(Tensor{1, 20} * xg::square(p * p - 1));
  };
  EXPECT_THROW(optimizer.step(loss), std::runtime_error);
  for (int i = 0; i < 5; ++i) optimizer.step(loss);
  EXPECT_NEAR(p.data()[0], 1, 1e-5);
  EXPECT_NEAR(p.data()[1], -1, 1e-5);
}

TEST(Lbfgs, RejectsSenselessOptions) {
  const auto with = [](auto member, auto value) {
    nn::LBFGSOptions options;
    options.*member = value;
    return [options] { nn::LBFGS<double>({}, options, {}); };
  };
  using Options = nn::LBFGSOptions;
  EXPECT_EQ(message<std::invalid_argument>(with(&Options::learning_rate, 0.0)),
            "LBFGS: expected learning_rate > 0, got 0.000000");
  EXPECT_THROW(with(&Options::max_iterations, 0)(), std::invalid_argument);
  EXPECT_THROW(with(&Options::max_evaluations, -1)(), std::invalid_argument);
  EXPECT_THROW(with(&Options::history_size, std::size_t(0))(), std::invalid_argument);
  EXPECT_THROW(with(&Options::tolerance_gradient, nan_value)(), std::invalid_argument);
  EXPECT_THROW(with(&Options::tolerance_change, -1.0)(), std::invalid_argument);
  EXPECT_THROW(nn::LBFGS<double>({Tensor{1}}), std::invalid_argument);
}

}  // namespace
