// What vectorization.cpp compares its ways by: how far their results are apart, what a step costs,
// and how many lines of code each takes.
#pragma once
#include <xgrad/autograd/array.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

/// Prints how far apart arrays are that should be equal, and remembers whether any was too far.
class Comparison {
 public:
  explicit Comparison(double tolerance) : tolerance_(tolerance) {}

  void operator()(const char* what, const xgrad::Array<double>& a, const xgrad::Array<double>& b) {
    const bool comparable = a.shape() == b.shape();
    bool equal = comparable;
    double largest = 0;
    for (std::size_t i = 0; comparable && i < a.size(); ++i) {
      const double difference = std::abs(a.data()[i] - b.data()[i]);
      equal = equal && difference <= tolerance_;  // false for NaN
      largest = std::max(largest, difference);
    }
    std::printf("  %-48s max |difference| %.1e%s\n", what, largest, equal ? "" : "   DISAGREE");
    all_equal_ = all_equal_ && equal;
  }
  bool all_equal() const { return all_equal_; }

 private:
  double tolerance_;
  bool all_equal_ = true;
};

/// A training: the loss before each step, and the median time of a step.
struct Run {
  const char* way;
  xgrad::Array<double> losses;
  double microseconds;
};

/// Calls `step`, which returns the loss, as often as told.
template <class Step>
Run train(const char* way, std::size_t steps, Step step) {
  using Clock = std::chrono::steady_clock;
  Run run{way, xgrad::empty_array<double>({steps}), 0};
  std::vector<double> times(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    const Clock::time_point start = Clock::now();
    run.losses(i) = step();
    times[i] = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
  }
  std::sort(times.begin(), times.end());
  run.microseconds = times[steps / 2];
  return run;
}

/// The lines of code between `// [way]` and `// [end]` in a source file, not counting blank lines
/// and comments; "unavailable" if there are none, as when the source is gone.
inline std::string lines_of_code(const std::string& file, const std::string& way) {
  std::ifstream source(file);
  int count = 0;
  bool inside = false;
  for (std::string line; std::getline(source, line);) {
    if (line == "// [" + way + "]") inside = true;
    if (line == "// [end]") inside = false;
    const std::size_t start = line.find_first_not_of(' ');
    if (inside && start != std::string::npos && line.compare(start, 2, "//") != 0) ++count;
  }
  return count > 0 ? std::to_string(count) : "unavailable";
}
