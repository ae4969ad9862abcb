// Timing two variants of the same work on a noisy machine: short runs of one and the other take
// turns, so that whatever slows the machine down slows both, and each pair gives a ratio.
#pragma once
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <string>
#include <vector>

namespace paired {

/// Which variants run. One alone is for a profiler.
enum class Only { both, xgrad, handwritten };

/// Takes `--only=...` out of the arguments.
inline Only take_only(std::vector<char*>& arguments) {
  Only only = Only::both;
  for (std::size_t i = 1; i < arguments.size();) {
    const std::string argument = arguments[i];
    if (argument == "--only=xgrad") {
      only = Only::xgrad;
    } else if (argument == "--only=handwritten") {
      only = Only::handwritten;
    } else {
      ++i;
      continue;
    }
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return only;
}

using Clock = std::chrono::steady_clock;

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Mean microseconds of `count` calls in a row.
template <class Work>
double microseconds_per_call(Work&& work, std::size_t count) {
  const auto start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) work();
  const std::chrono::duration<double, std::micro> elapsed = Clock::now() - start;
  return elapsed.count() / static_cast<double>(count);
}

/// How many calls make a run: 1 ms, long for the clock and shorter than a time slice, so that most
/// pairs see no other process. Warms up on the way.
template <class Work>
std::size_t calls_per_run(Work&& work) {
  constexpr double run_microseconds = 1000;
  for (std::size_t count = 1;; count *= 2) {
    const double each = microseconds_per_call(work, count);
    if (each * static_cast<double>(count) >= run_microseconds / 2) {
      return std::max<std::size_t>(1, static_cast<std::size_t>(run_microseconds / each));
    }
  }
}

/// Runs both variants in turns, once each per iteration of `state`, and counts in microseconds per
/// unit of work (a call does `units` of it): the medians `xgrad_us` and `handwritten_us`, their
/// `ratio`, and `pair_ratio`, the median over the pairs. The time of the benchmark is xgrad's.
/// `processors_busy` below 1 says how much of the time other processes took.
template <class Xgrad, class Handwritten>
void compare(benchmark::State& state, Only only, double units, Xgrad&& xgrad,
             Handwritten&& handwritten) {
  const bool with_xgrad = only != Only::handwritten, with_handwritten = only != Only::xgrad;
  const std::size_t xgrad_calls = with_xgrad ? calls_per_run(xgrad) : 0;
  const std::size_t handwritten_calls = with_handwritten ? calls_per_run(handwritten) : 0;
  std::vector<double> xgrad_us, handwritten_us, ratios;
  // The first call after the other variant's finds its data thrown out of the caches: not timed.
  const auto run_xgrad = [&] {
    if (with_xgrad) {
      xgrad();
      xgrad_us.push_back(microseconds_per_call(xgrad, xgrad_calls) / units);
    }
  };
  const auto run_handwritten = [&] {
    if (with_handwritten) {
      handwritten();
      handwritten_us.push_back(microseconds_per_call(handwritten, handwritten_calls) / units);
    }
  };
  bool xgrad_first = true;
  const std::clock_t processor_start = std::clock();
  const Clock::time_point start = Clock::now();
  for (auto _ : state) {
    if (xgrad_first) run_xgrad();
    run_handwritten();
    if (!xgrad_first) run_xgrad();
    xgrad_first = !xgrad_first;
    state.SetIterationTime((with_xgrad ? xgrad_us : handwritten_us).back() * 1e-6);
    if (only == Only::both) ratios.push_back(xgrad_us.back() / handwritten_us.back());
  }
  const double processor = static_cast<double>(std::clock() - processor_start) / CLOCKS_PER_SEC;
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  state.counters["processors_busy"] = processor / elapsed.count();
  if (with_xgrad) state.counters["xgrad_us"] = median(xgrad_us);
  if (with_handwritten) state.counters["handwritten_us"] = median(handwritten_us);
  if (only == Only::both) {
    state.counters["ratio"] = median(xgrad_us) / median(handwritten_us);
    state.counters["pair_ratio"] = median(ratios);
  }
}

/// Work that has no hand-written counterpart.
template <class Xgrad>
void measure(benchmark::State& state, double units, Xgrad&& xgrad) {
  compare(state, Only::xgrad, units, xgrad, [] {});
}

}  // namespace paired
