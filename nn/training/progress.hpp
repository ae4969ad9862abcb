// A line that tells how an epoch goes.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace xgrad::nn {

/// Something measured, by its name: a loss, a metric.
struct Measured {
  std::string name;
  double value;
};

/// The progress of a loop over `total` samples: on a terminal a bar, the means of what was
/// measured, samples per second and the time left, drawn anew at most ten times a second; elsewhere
/// nothing. finish() prints a last line in both cases, or none if `last_line` is false.
///
///     nn::Progress progress("epoch 3/20", train.size());
///     for (...) progress.add(labels.size(), {{"loss", loss.item()}, {"accuracy", accuracy}});
///     progress.finish({{"test accuracy", test_accuracy}});
///
///     epoch 3/20  [#########.......]  12340/s  0:03 left  loss 0.3213  accuracy 0.8853
class Progress {
 public:
  explicit Progress(std::string title, std::size_t total, std::FILE* out = stdout,
                    bool last_line = true);
  /// Takes note of n samples, and of means over them. The names may come one after the other.
  void add(std::size_t n, const std::vector<Measured>& means);
  /// Ends the line: the means, the time taken, and what was measured at the end.
  void finish(const std::vector<Measured>& results = {});

  /// The mean over the samples so far; NaN for a name that did not come.
  double mean(const std::string& name) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Sum {
    std::string name;
    double weight, sum;
  };

  double seconds() const;
  std::string means() const;
  void draw();
  void erase() const;

  std::string title_;
  std::size_t total_, done_ = 0;
  std::FILE* out_;
  bool last_line_, terminal_;
  std::vector<Sum> sums_;
  Clock::time_point start_ = Clock::now();
  double drawn_ = -1;  // when, in seconds from the start
};

}  // namespace xgrad::nn
