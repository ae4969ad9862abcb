#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/parallel.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace xgrad {
namespace {

class Job {
 public:
  Job(std::size_t parts, void (*call)(const void*, std::size_t), const void* context)
      : parts_(parts), call_(call), context_(context) {}

  /// Takes parts until none is left.
  void work() noexcept {
    for (std::size_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < parts_;) {
      try {
        call_(context_, i);
      } catch (...) {
        next_ = parts_;
        if (!failed_.exchange(true)) error_ = std::current_exception();
      }
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::size_t parts_;
  void (*call_)(const void*, std::size_t);
  const void* context_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
};

/// The workers. A job is there for any of them to join until its caller has found no part left; the
/// caller then waits for those that did. Both sides look for a while before they sleep, since to
/// wake a thread takes longer than most jobs; they yield their core to whoever wants it meanwhile.
class Workers {
 public:
  Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      ++jobs_;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /// Whether they live in this process, not in one that it was forked from.
  bool alive() const noexcept { return process_ == getpid(); }

  /// False if they are at work already.
  bool run(Job& job, std::size_t helpers) {
    if (!alive() || busy_.exchange(true, std::memory_order_acquire)) return false;
    std::size_t sleepers = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      start(helpers);
      job_ = &job;
      places_ = helpers;
      ++jobs_;
      sleepers = asleep_;
    }
    for (std::size_t i = 0; i < std::min(helpers, sleepers); ++i) wake_.notify_one();
    job.work();
    {
      std::unique_lock<std::mutex> lock(mutex_);
      job_ = nullptr;
    }
    if (!look_for([this] { return active_ == 0; })) {
      std::unique_lock<std::mutex> lock(mutex_);
      done_.wait(lock, [this] { return active_ == 0; });
    }
    busy_.store(false, std::memory_order_release);
    return true;
  }

 private:
  /// Whether the condition comes true soon.
  template <class Condition>
  static bool look_for(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(200);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

  /// As many as the system grants: with fewer the work is still done.
  void start(std::size_t count) noexcept {
    try {
      while (threads_.size() < count) threads_.emplace_back([this] { live(); });
    } catch (...) {
    }
  }

  void live() {
    for (std::size_t seen = 0;;) {
      auto news = [&] { return jobs_ != seen; };
      bool soon = look_for(news);
      std::unique_lock<std::mutex> lock(mutex_);
      if (!soon) {
        ++asleep_;
        wake_.wait(lock, news);
        --asleep_;
      }
      if (stopping_) return;
      seen = jobs_;
      if (job_ == nullptr || places_ == 0) continue;
      Job* job = job_;
      --places_;
      ++active_;
      lock.unlock();
      job->work();
      lock.lock();
      if (--active_ == 0) done_.notify_one();
    }
  }

  std::atomic<bool> busy_{false};
  std::mutex mutex_;  // of all below; what is atomic is also read without it
  std::condition_variable wake_, done_;
  std::atomic<std::size_t> jobs_{0}, active_{0};
  Job* job_ = nullptr;
  std::size_t places_ = 0, asleep_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
  const pid_t process_ = getpid();
};

/// Ends the workers with the process; a child process has only their memory, with locks that nobody
/// will open.
struct WorkersOwner {
  Workers* const workers = new Workers;
  WorkersOwner() = default;
  WorkersOwner(const WorkersOwner&) = delete;
  WorkersOwner& operator=(const WorkersOwner&) = delete;
  ~WorkersOwner() {
    if (workers->alive()) delete workers;
  }
};

std::atomic<unsigned>& thread_count() noexcept {
  static std::atomic<unsigned> count{[] {
    unsigned n = blas_threads();
    set_blas_threads(1);
    return n;
  }()};
  return count;
}

std::atomic<bool> same_bits{false};

}  // namespace

unsigned threads() noexcept { return thread_count().load(std::memory_order_relaxed); }

void set_threads(unsigned n, Location at) {
  if (n < 1 || n > 1024) fail("set_threads", "1 to 1024 threads", std::to_string(n), at);
  thread_count() = n;
}

bool deterministic() noexcept { return same_bits.load(std::memory_order_relaxed); }
void set_deterministic(bool on) noexcept { same_bits = on; }

void parallel_calls(std::size_t parts, void (*call)(const void* context, std::size_t i),
                    const void* context) {
  std::size_t helpers = std::min<std::size_t>(threads(), parts);
  if (helpers > 1) {
    static WorkersOwner owner;
    Job job(parts, call, context);
    if (owner.workers->run(job, helpers - 1)) return job.rethrow();
  }
  for (std::size_t i = 0; i < parts; ++i) call(context, i);
}

}  // namespace xgrad
