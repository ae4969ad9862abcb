// Things made ahead of their use, by a thread in the background.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace xgrad::nn {

/// Calls make(0), make(1), ... in a thread of its own, in this order, and keeps the results until
/// they are taken: at most `ahead` that nobody asked for yet. So what comes does not depend on
/// timing, as long as `make` uses nothing that others change. An exception ends the work; take()
/// throws it in the place of the thing. The destructor waits for the call that runs.
class Prefetcher {
 public:
  using Thing = std::shared_ptr<void>;
  Prefetcher(std::size_t count, std::size_t ahead, std::function<Thing(std::size_t)> make);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Thing i; those before it are dropped. Ask in ascending order, for each once. Throws
  /// std::logic_error if i is not below count, or was taken.
  Thing take(std::size_t i);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace xgrad::nn
