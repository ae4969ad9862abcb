#include <xgrad/nn/optim/option_check.hpp>
#include <xgrad/nn/optim/schedule.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace xgrad::nn {
namespace {

const double pi = std::acos(-1.0);

void check(const char* op, bool holds, const char* expected, double got) {
  OptionCheck(op, {})(holds, expected, got);
}
/// What all schedules of a length ask for.
void check(const char* op, std::int64_t t, std::int64_t steps) {
  check(op, t >= 0, "t >= 0", static_cast<double>(t));
  check(op, steps >= 1, "at least one step", static_cast<double>(steps));
}

double ratio(std::int64_t a, std::int64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}
/// From a to b along half a cosine, as x goes from 0 to 1.
double along_cosine(double a, double b, double x) {
  return b + (a - b) * (1 + std::cos(pi * x)) / 2;
}

}  // namespace

double StepLR::operator()(double rate, std::int64_t t) const {
  check("StepLR", t, step_size);
  return rate * std::pow(gamma, t / step_size);
}

double MultiStepLR::operator()(double rate, std::int64_t t) const {
  check("MultiStepLR", t, 1);
  const auto passed = std::count_if(milestones.begin(), milestones.end(),
                                    [t](std::int64_t milestone) { return milestone <= t; });
  return rate * std::pow(gamma, passed);
}

double ExponentialLR::operator()(double rate, std::int64_t t) const {
  check("ExponentialLR", t, 1);
  return rate * std::pow(gamma, t);
}

double CosineAnnealingLR::operator()(double rate, std::int64_t t) const {
  check("CosineAnnealingLR", t, steps);
  return along_cosine(rate, minimum, ratio(t, steps));
}

double CosineAnnealingWarmRestarts::operator()(double rate, std::int64_t t) const {
  check("CosineAnnealingWarmRestarts", t, steps);
  check("CosineAnnealingWarmRestarts", factor >= 1, "a factor >= 1", static_cast<double>(factor));
  if (factor == 1) return along_cosine(rate, minimum, ratio(t % steps, steps));
  std::int64_t length = steps;
  for (; t >= length; length *= factor) t -= length;
  return along_cosine(rate, minimum, ratio(t, length));
}

double LinearLR::operator()(double rate, std::int64_t t) const {
  check("LinearLR", t, steps);
  return rate * (start + (end - start) * ratio(std::min(t, steps), steps));
}

double PolynomialLR::operator()(double rate, std::int64_t t) const {
  check("PolynomialLR", t, steps);
  return rate * std::pow(1 - ratio(std::min(t, steps), steps), power);
}

namespace {

/// The phase of a cycle at t, and how far it has gone, from 0 to 1.
struct Phase {
  std::size_t number;
  double x;
};
Phase phase(const OneCycleLR& cycle, std::int64_t t) {
  check("OneCycleLR", t, cycle.steps);
  check("OneCycleLR", cycle.warm_up > 0 && cycle.warm_up < (cycle.three_phases ? 0.5 : 1),
        cycle.three_phases ? "warm_up in (0, 0.5)" : "warm_up in (0, 1)", cycle.warm_up);
  check("OneCycleLR", cycle.division > 0 && cycle.final_division > 0, "positive divisions",
        std::min(cycle.division, cycle.final_division));
  const auto steps = static_cast<double>(cycle.steps), now = std::min(double(t), steps - 1);
  const double up = cycle.warm_up * steps - 1, down = cycle.three_phases ? 2 * up : steps - 1;
  const std::array<double, 4> ends = {0, up, down, steps - 1};
  std::size_t number = 1;
  while (number < 3 && now > ends[number]) ++number;
  const double length = ends[number] - ends[number - 1];
  return {number - 1, length > 0 ? (now - ends[number - 1]) / length : 1};
}

double between(const std::array<double, 4>& ends, const Phase& now, bool linear) {
  const double a = ends[now.number], b = ends[now.number + 1];
  return linear ? a + (b - a) * now.x : along_cosine(a, b, now.x);
}

}  // namespace

double OneCycleLR::operator()(double rate, std::int64_t t) const {
  const double low = rate / division, last = low / final_division;
  return between({low, rate, three_phases ? low : last, last}, phase(*this, t), linear);
}

double OneCycleLR::momentum(std::int64_t t) const {
  return between({greatest_momentum, least_momentum, greatest_momentum, greatest_momentum},
                 phase(*this, t), linear);
}

double ChainedScheduler::operator()(double rate, std::int64_t t) const {
  for (const Schedule& schedule : schedules) rate = schedule(rate, t);
  return rate;
}

double SequentialLR::operator()(double rate, std::int64_t t) const {
  check("SequentialLR", schedules.size() == milestones.size() + 1,
        "one schedule more than milestones", static_cast<double>(schedules.size()));
  check("SequentialLR", std::is_sorted(milestones.begin(), milestones.end()), "milestones in order",
        static_cast<double>(milestones.size()));
  const auto next = std::upper_bound(milestones.begin(), milestones.end(), t);
  const auto index = static_cast<std::size_t>(next - milestones.begin());
  return schedules[index](rate, index == 0 ? t : t - milestones[index - 1]);
}

}  // namespace xgrad::nn
