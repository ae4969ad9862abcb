// Watching a metric: a learning rate that falls, and training that ends, when it gets no better.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::nn {

/// What counts as better than the best so far: smaller (larger, if `larger`) by more than
/// `threshold`, or if `relative`, by more than that part of the best. A NaN is never better.
struct Better {
  bool larger = false;
  double threshold = 0;
  bool relative = false;
  bool operator()(double metric, double best) const noexcept;
  /// What everything is better than.
  double worst() const noexcept;
};

/// Says when to stop: after more than `patience` metrics in a row that were not better.
///
///     nn::EarlyStopping stopping(5);
///     while (!stopping(train_an_epoch()))
///       if (stopping.improved()) keep the weights;
class EarlyStopping {
 public:
  using value_type = double;
  /// Throws std::invalid_argument unless patience >= 0.
  explicit EarlyStopping(std::int64_t patience, Better better = {}, Location at = here());

  /// Takes note of a metric; whether it is time to stop.
  bool operator()(double metric);
  /// Whether the last metric was the best so far.
  bool improved() const noexcept { return bad_ == 0; }
  double best() const { return best_.item(); }

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("best", best_);
    visitor("bad", bad_);
  }

 private:
  std::int64_t patience_;
  Better better_;
  Tensor<double> best_;
  std::int64_t bad_ = 0;
};

/// How ReduceLROnPlateau works: factor in (0, 1), patience and cooldown >= 0.
struct PlateauOptions {
  double factor = 0.1;
  std::int64_t patience = 10;  // metrics that may be no better
  Better better = {false, 1e-4, true};
  std::int64_t cooldown = 0;           // metrics after a reduction of which no bad one counts
  double minimum = 0, epsilon = 1e-8;  // of the rate, and of a change of it
};

/// The rates, and what was seen of the metric; apart from the optimizer.
class Plateau {
 public:
  using value_type = double;
  Plateau(const PlateauOptions& options, const std::vector<double>& rates, Location at);
  /// Whether the rates have changed.
  bool add(double metric);
  const double* rates() const { return rates_.data(); }

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("best", best_);
    visitor("rates", rates_);
    visitor("bad", bad_);
    visitor("cooldown", cooldown_);
  }

 private:
  PlateauOptions options_;
  Tensor<double> best_, rates_;
  std::int64_t bad_ = 0, cooldown_ = 0;
};

/// Multiplies the learning rates of an optimizer, which must outlive it, by a factor whenever a
/// metric has not got better for a while. As PyTorch's.
template <class Optimizer>
class ReduceLROnPlateau {
 public:
  using value_type = double;
  /// Throws std::invalid_argument for options out of range.
  explicit ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options = {},
                             Location at = here())
      : optimizer_(&optimizer), plateau_(options, rates_of(optimizer), at) {}

  /// Takes note of a metric: a validation loss, say.
  void step(double metric) {
    if (plateau_.add(metric)) apply();
  }
  /// Sets the optimizer's rates once more: after the state has been read from a file.
  void apply() {
    for (std::size_t i = 0; i < optimizer_->groups(); ++i) {
      optimizer_->options(i).learning_rate = plateau_.rates()[i];
    }
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    plateau_.visit(visitor);
  }

 private:
  static std::vector<double> rates_of(Optimizer& optimizer) {
    std::vector<double> rates;
    for (std::size_t i = 0; i < optimizer.groups(); ++i) {
      rates.push_back(optimizer.options(i).learning_rate);
    }
    return rates;
  }

  Optimizer* optimizer_;
  Plateau plateau_;
};

}  // namespace xgrad::nn
