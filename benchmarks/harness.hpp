// What the benchmark programs share: how they start, what they report, and what stops them. Both
// variants run in the process, in turns, on one thread.
//
//   program [--only=xgrad|handwritten] [Google Benchmark's options]
#pragma once
#include "paired.hpp"

#include <benchmark/benchmark.h>
#include <cblas.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>
#include <xgrad/xgrad.hpp>

namespace harness {

[[noreturn]] inline void disagree(const std::string& workload, const std::string& what,
                                  double xgrad, double by_hand) {
  std::fprintf(stderr, "%s: %s: xgrad has %.9g, the hand-written code %.9g\n", workload.c_str(),
               what.c_str(), xgrad, by_hand);
  std::exit(1);
}

/// NaN agrees with nothing.
inline bool agree(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }

/// Set when a steady-state step asked the system for memory, which it must not.
inline bool system_blocks_asked = false;

/// Counts the blocks that xgrad's pool asks of the system from construction to destruction.
class SystemBlocks {
 public:
  explicit SystemBlocks(benchmark::State& state) : state_(state), before_(now()) {}
  ~SystemBlocks() {
    const std::size_t asked = now() - before_;
    state_.counters["system_blocks"] = static_cast<double>(asked);
    if (asked > 0) system_blocks_asked = true;
  }

 private:
  static std::size_t now() { return xgrad::thread_pool()->system_blocks(); }

  benchmark::State& state_;
  std::size_t before_;
};

/// Prints the medians alone.
class Medians final : public benchmark::ConsoleReporter {
 public:
  Medians() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> medians;
    for (const Run& run : runs) {
      if (runs.size() == 1 || run.aggregate_name == "median") medians.push_back(run);
    }
    ConsoleReporter::ReportRuns(medians);
  }
};

template <class Function>
void add(const std::string& name, Function function) {
  constexpr int pairs = 51;
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->Iterations(pairs)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

/// What the report needs to know of the build.
inline void add_context() {
#ifdef __clang__
  benchmark::AddCustomContext("compiler", __VERSION__);
#else
  benchmark::AddCustomContext("compiler", "g++ " __VERSION__);
#endif
  benchmark::AddCustomContext("blas", openblas_get_config());
}

/// The main function of a program whose benchmarks `add_all(only)` adds.
template <class AddAll>
int run(int argc, char** argv, const AddAll& add_all) {
  std::vector<char*> arguments(argv, argv + argc);
  const paired::Only only = paired::take_only(arguments);
  std::string repetitions = "--benchmark_repetitions=7";
  arguments.insert(arguments.begin() + 1, repetitions.data());  // a default: later ones prevail
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  add_context();
  xgrad::set_threads(1);  // OpenBLAS, too
  add_all(only);
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  benchmark::Shutdown();
  if (!system_blocks_asked) return 0;
  std::fprintf(stderr, "%s: a steady-state step asked the system for memory\n", argv[0]);
  return 1;
}

}  // namespace harness
