// Spreads the work of one kernel over the threads of a pool that sleeps in between.
#pragma once
#include <xgrad/ops/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace xgrad {

/// For about this many elements of a loop a second thread is worth waking.
inline constexpr std::size_t parallel_grain = std::size_t(1) << 15;

/// Calls call(context, i) once for each i < parts, on up to threads() threads, in any order and at
/// the same time; returns when all have. On the calling thread alone if it is itself one of the
/// pool, or the pool is at work for another. If calls throw, the others are skipped and the first
/// exception is thrown on.
void parallel_calls(std::size_t parts, void (*call)(const void* context, std::size_t i),
                    const void* context);

/// f(i, begin, end) on [0, count) cut into parts of `part`, the last one perhaps smaller: for sums
/// that are to have the same bits for any number of threads.
template <class F>
void parallel_parts(std::size_t count, std::size_t part, const F& f) {
  struct Context {
    std::size_t count, part;
    const F& f;
  } context{count, part, f};
  parallel_calls((count + part - 1) / part,
                 [](const void* of, std::size_t i) {
                   const Context& c = *static_cast<const Context*>(of);
                   c.f(i, i * c.part, std::min(c.count, (i + 1) * c.part));
                 },
                 &context);
}

/// f(begin, end) on disjoint ranges that make up [0, count), multiples of `grain` long but for the
/// last; at once on the whole where there is no more than one grain, or one thread.
template <class F>
void parallel_for(std::size_t count, std::size_t grain, const F& f) {
  grain = std::max<std::size_t>(grain, 1);
  if (count <= grain || threads() == 1) {
    if (count > 0) f(std::size_t(0), count);
    return;
  }
  // More ranges than threads: one that the system interrupts does not hold up the others.
  std::size_t grains = (count + grain - 1) / grain, ranges = std::size_t(4) * threads();
  parallel_parts(count, grain * ((grains + ranges - 1) / ranges),
                 [&f](std::size_t, std::size_t begin, std::size_t end) { f(begin, end); });
}

/// How many rows of `length` make a grain.
inline std::size_t grain_rows(std::size_t length) {
  return std::max<std::size_t>(1, parallel_grain / std::max<std::size_t>(length, 1));
}

/// f(i) for the places i at which the rows of `length` elements begin that make up `size` elements.
template <class F>
void parallel_rows(std::size_t size, std::size_t length, const F& f) {
  if (length == 0) return;
  parallel_for(size / length, grain_rows(length), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin * length; i < end * length; i += length) f(i);
  });
}

}  // namespace xgrad
