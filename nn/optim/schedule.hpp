// Schedules of the learning rate. A schedule is any function (rate, t) -> the learning rate after t
// steps, given the one that the parameters' group began with: those below, which compute what
// PyTorch's classes of the same names do, or a lambda. It keeps no state: what resumes needs no
// more than t. Scheduler sets an optimizer's rates by it.
#pragma once
#include <xgrad/autograd/error.hpp>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace xgrad::nn {

using Schedule = std::function<double(double rate, std::int64_t t)>;

/// rate gamma^floor(t / step_size).
struct StepLR {
  std::int64_t step_size;
  double gamma = 0.1;
  /// Throws std::invalid_argument unless t >= 0 and step_size >= 1; those below likewise.
  double operator()(double rate, std::int64_t t) const;
};

/// rate gamma^(number of milestones <= t).
struct MultiStepLR {
  std::vector<std::int64_t> milestones;
  double gamma = 0.1;
  double operator()(double rate, std::int64_t t) const;
};

/// rate gamma^t.
struct ExponentialLR {
  double gamma;
  double operator()(double rate, std::int64_t t) const;
};

/// minimum + (rate - minimum) (1 + cos(pi t / steps)) / 2 (Loshchilov & Hutter 2017, eq. 5).
struct CosineAnnealingLR {
  std::int64_t steps;
  double minimum = 0;
  double operator()(double rate, std::int64_t t) const;
};

/// The same, begun anew after `steps` steps, and each time after `factor` times as many.
struct CosineAnnealingWarmRestarts {
  std::int64_t steps, factor = 1;
  double minimum = 0;
  double operator()(double rate, std::int64_t t) const;
};

/// rate times a factor that goes linearly from `start` to `end` within `steps` steps: a warm-up.
struct LinearLR {
  double start = 1.0 / 3, end = 1;
  std::int64_t steps = 5;
  double operator()(double rate, std::int64_t t) const;
};

/// rate (1 - min(t, steps) / steps)^power.
struct PolynomialLR {
  std::int64_t steps;
  double power = 1;
  double operator()(double rate, std::int64_t t) const;
};

/// One cycle of `steps` steps (Smith & Topin 2018): from rate / division up to the rate itself
/// within the part `warm_up` of the steps, then down to rate / division / final_division; with
/// three_phases back to rate / division first, as quickly as up. Along half a cosine, or a line.
/// The momentum goes the other way.
struct OneCycleLR {
  std::int64_t steps;
  double warm_up = 0.3, division = 25, final_division = 1e4;
  bool linear = false, three_phases = false, cycles_momentum = true;
  double least_momentum = 0.85, greatest_momentum = 0.95;
  double operator()(double rate, std::int64_t t) const;
  /// For the optimizer's momentum, or its beta1.
  double momentum(std::int64_t t) const;
};

/// Each schedule applied to what the one before makes of the rate: the product of their factors.
struct ChainedScheduler {
  std::vector<Schedule> schedules;
  double operator()(double rate, std::int64_t t) const;
};

/// One schedule after the other: number i + 1 begins, with its t = 0, at t = milestones[i].
struct SequentialLR {
  std::vector<Schedule> schedules;
  std::vector<std::int64_t> milestones;
  double operator()(double rate, std::int64_t t) const;
};

namespace detail {

template <class S, class = void>
inline constexpr bool cycles_momentum = false;
template <class S>
inline constexpr bool
    cycles_momentum<S, std::void_t<decltype(std::declval<const S&>().cycles_momentum)>> = true;
template <class Options, class = void>
inline constexpr bool has_momentum = false;
template <class Options>
inline constexpr bool
    has_momentum<Options, std::void_t<decltype(std::declval<Options&>().momentum)>> = true;

}  // namespace detail

/// Sets the learning rates of an optimizer, which must outlive it, by a schedule:
///
///     nn::Scheduler scheduler(optimizer, nn::CosineAnnealingLR{100});
///     for (int epoch = 0; epoch < 100; ++epoch) {
///       ...                // steps of the optimizer
///       scheduler.step();  // or after each of them: the schedule's t counts these calls
///     }
template <class Optimizer, class S>
class Scheduler {
 public:
  /// Takes the groups' present rates as those to start from, and sets those at t.
  Scheduler(Optimizer& optimizer, S schedule, std::int64_t t = 0)
      : optimizer_(&optimizer), schedule_(std::move(schedule)), t_(t) {
    for (std::size_t i = 0; i < optimizer.groups(); ++i) {
      rates_.push_back(optimizer.options(i).learning_rate);
    }
    set(t);
  }
  void step() { set(t_ + 1); }
  /// Sets the rates at t: to resume, give it steps() of then.
  void set(std::int64_t t) {
    t_ = t;
    for (std::size_t i = 0; i < rates_.size(); ++i) {
      auto& options = optimizer_->options(i);
      options.learning_rate = schedule_(rates_[i], t);
      if constexpr (detail::cycles_momentum<S>) {
        if (schedule_.cycles_momentum) {
          if constexpr (detail::has_momentum<decltype(options)>) {
            options.momentum = schedule_.momentum(t);
          } else {
            options.beta1 = schedule_.momentum(t);
          }
        }
      }
    }
  }
  std::int64_t steps() const noexcept { return t_; }

 private:
  Optimizer* optimizer_;
  S schedule_;
  std::int64_t t_;
  std::vector<double> rates_;
};

}  // namespace xgrad::nn
