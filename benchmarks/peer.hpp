// How the programs of other C++ libraries measure and report, as peers.py does for libraries in
// Python.
#pragma once
#include "paired.hpp"

#include <ctime>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace peer {

class Report {
 public:
  explicit Report(const std::string& version) { json_["version"] = version; }

  /// Measures step(), which does `units` of work, and keeps the loss that it had before, unless
  /// NaN.
  template <class Step>
  void add(const std::string& workload, double units, const Step& step,
           double loss = std::numeric_limits<double>::quiet_NaN()) {
    constexpr int repetitions = 31;
    const std::size_t calls = paired::calls_per_run(step);
    std::vector<double> times;
    const std::clock_t processor = std::clock();
    const auto start = paired::Clock::now();
    for (int i = 0; i < repetitions; ++i)
      times.push_back(paired::microseconds_per_call(step, calls) / units);
    const std::chrono::duration<double> elapsed = paired::Clock::now() - start;
    const double busy = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
    nlohmann::json& measured = json_["workloads"][workload];
    measured = {{"us", paired::median(times)},
                {"times_us", times},
                {"processors_busy", busy / elapsed.count()}};
    if (loss == loss) measured["loss"] = loss;
  }
  void print() const { std::cout << json_.dump() << '\n'; }

 private:
  nlohmann::json json_;
};

}  // namespace peer
