#include <xgrad/autograd/error.hpp>
#include <xgrad/nn/prefetch.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

namespace xgrad::nn {

struct Prefetcher::Shared {
  std::size_t count, ahead;
  std::function<Thing(std::size_t)> make;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Thing> things;    // first, first + 1, ...
  std::size_t first = 0;       // the next to be taken
  std::exception_ptr failure;  // of the one after the things
  bool stopped = false;
  std::thread thread;

  void work() {
    for (std::size_t i = 0; i < count; ++i) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return stopped || i < first + ahead; });
        if (stopped) return;
      }
      Thing thing;
      std::exception_ptr thrown;
      try {
        thing = make(i);
      } catch (...) {
        thrown = std::current_exception();
      }
      const std::lock_guard<std::mutex> lock(mutex);
      failure = thrown;
      if (!thrown) things.push_back(std::move(thing));
      changed.notify_all();
      if (thrown) return;
    }
  }
};

Prefetcher::Prefetcher(std::size_t count, std::size_t ahead, std::function<Thing(std::size_t)> make)
    : shared_(std::make_shared<Shared>()) {
  shared_->count = count;
  shared_->ahead = std::max<std::size_t>(ahead, 1);
  shared_->make = std::move(make);
  shared_->thread = std::thread([shared = shared_.get()] { shared->work(); });
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->stopped = true;
  }
  shared_->changed.notify_all();
  shared_->thread.join();
}

Prefetcher::Thing Prefetcher::take(std::size_t i) {
  Shared& s = *shared_;
  std::unique_lock<std::mutex> lock(s.mutex);
  if (i >= s.count || i < s.first) {
    misuse("batches", "batch " + std::to_string(i) + " is read twice, or beyond the end");
  }
  for (;; ++s.first) {
    s.changed.notify_all();  // there is room for one more
    s.changed.wait(lock, [&] { return !s.things.empty() || s.failure != nullptr; });
    if (s.things.empty()) std::rethrow_exception(s.failure);
    const Thing thing = std::move(s.things.front());
    s.things.pop_front();
    if (s.first == i) {
      ++s.first;
      s.changed.notify_all();
      return thing;
    }
  }
}

}  // namespace xgrad::nn
