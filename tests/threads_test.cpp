// Threads: the same bits for any number of them, exceptions carried over, calls from several
// threads and from a child process.
#include "same_bits.hpp"

#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace xg = xgrad;

// Asked by AddressSanitizer: in a child its search for leaks waits, now and then, for threads that
// only the parent has.
static bool is_child = false;
extern "C" int __lsan_is_turned_off() { return is_child; }

namespace {

/// The numbers of threads as before, at the end of a test.
class Threads : public testing::Test {
 protected:
  void SetUp() override { xg::set_threads(4); }
  void TearDown() override {
    xg::set_threads(was_);
    xg::set_deterministic(false);
  }

 private:
  const unsigned was_ = xg::threads();
};

TEST_F(Threads, EachPartIsCalledOnce) {
  for (std::size_t count : {0U, 1U, 7U, 1000U}) {
    for (std::size_t grain : {0U, 1U, 3U, 64U, 5000U}) {
      std::vector<std::atomic<int>> calls(count);
      xg::parallel_for(count, grain, [&](std::size_t begin, std::size_t end) {
        ASSERT_LT(begin, end);
        for (std::size_t i = begin; i < end; ++i) ++calls[i];
      });
      for (const std::atomic<int>& n : calls) EXPECT_EQ(n, 1) << count << " " << grain;
    }
  }
}

TEST_F(Threads, PartsDependOnTheirExtentAlone) {
  for (unsigned n : {1u, 2u, 5u}) {
    xg::set_threads(n);
    std::vector<std::size_t> begins(4, 99), ends(4, 99);
    xg::parallel_parts(100, 30, [&](std::size_t i, std::size_t begin, std::size_t end) {
      begins.at(i) = begin;
      ends.at(i) = end;
    });
    EXPECT_EQ(begins, (std::vector<std::size_t>{0, 30, 60, 90}));
    EXPECT_EQ(ends, (std::vector<std::size_t>{30, 60, 90, 100}));
  }
}

TEST_F(Threads, WorkIsSharedWithOthers) {
  std::set<std::thread::id> workers;
  std::mutex mutex;
  xg::parallel_for(4, 1, [&](std::size_t, std::size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::lock_guard<std::mutex> lock(mutex);
    workers.insert(std::this_thread::get_id());
  });
  EXPECT_GT(workers.size(), 1u);
}

TEST_F(Threads, AnExceptionReachesTheCaller) {
  auto fails = [](std::size_t begin, std::size_t) {
    if (begin >= 50) throw std::runtime_error("part");
  };
  for (int i = 0; i < 100; ++i) {
    EXPECT_THROW(xg::parallel_for(100, 1, fails), std::runtime_error);
  }
  std::atomic<int> calls = 0;  // and the pool lives on
  xg::parallel_for(100, 1, [&](std::size_t b, std::size_t e) { calls += static_cast<int>(e - b); });
  EXPECT_EQ(calls, 100);
}

TEST_F(Threads, NestedWorkStaysOnItsThread) {
  std::atomic<int> calls = 0;
  xg::parallel_for(8, 1, [&](std::size_t, std::size_t) {
    std::thread::id mine = std::this_thread::get_id();
    xg::parallel_for(8, 1, [&](std::size_t b, std::size_t e) {
      EXPECT_EQ(std::this_thread::get_id(), mine);
      calls += static_cast<int>(e - b);
    });
  });
  EXPECT_GE(calls, 8);
  EXPECT_EQ(calls % 8, 0);
}

TEST_F(Threads, SeveralCallersAtATime) {
  std::atomic<long> total = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        xg::parallel_for(64, 1, [&](std::size_t b, std::size_t e) { total += long(e - b); });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(total, 4 * 200 * 64);
}

TEST_F(Threads, AChildProcessWorksAlone) {
  xg::parallel_for(100, 1, [](std::size_t, std::size_t) {});  // the workers exist
  pid_t child = fork();
  if (child == 0) {
    is_child = true;
    alarm(10);
    std::atomic<int> calls = 0;
    xg::parallel_for(100, 1, [&](std::size_t b, std::size_t e) { calls += int(e - b); });
    std::exit(calls == 100 ? 0 : 1);  // past the destructor of the workers
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(Threads, BadNumbersAreErrors) {
  EXPECT_THROW(xg::set_threads(0), std::invalid_argument);
  EXPECT_THROW(xg::set_threads(5000), std::invalid_argument);
  EXPECT_EQ(xg::threads(), 4u);
}

/// What large operations of each kind compute, with their gradients.
template <class T>
std::vector<xg::Tensor<T>> results() {
  xg::Generator generator(1);
  auto random = [&](const xg::Shape& shape) {
    return xg::parameter(xg::uniform<T>(shape, -1, 1, generator));
  };
  auto x = random({300, 700}), row = random({700}), column = random({300, 1});
  auto a = random({40, 30, 50}), b = random({40, 50, 20}), w = random({300, 700});
  xg::Array<int> labels = xg::empty_array<int>({300});
  for (std::size_t i = 0; i < 300; ++i) labels.data()[i] = static_cast<int>(i * 7 % 700);
  std::vector<xg::Tensor<T>> y = {
      xg::tanh(x) * row + column,
      xg::sum(x),
      xg::sum(x, 0),
      xg::sum(x, 1),
      xg::amax(x, 0),
      xg::matmul(x, xg::transpose(w)),
      xg::matmul(a, b),
      xg::softmax(x, 1),
      xg::softmax_cross_entropy(x, labels),
      xg::layer_norm(x, {700}, row),
      xg::transpose(x) * 2,
      xg::slice(x, {xg::Slice{5, 290, 1}, xg::Slice{3, 650, 3}}),
      xg::concatenate({x, w}, 1),
      xg::fuse([](auto p, auto q) { return exp(p) * q; }, x, row),
      xg::fuse_sum([](auto p, auto q) { return exp(p) * q; }, x, column),
      xg::var(xg::reshape(x, {30, 10, 700}), {1})};
  xg::Tensor<T> loss = 0;
  for (const xg::Tensor<T>& part : y) {
    loss = loss + xg::sum(part * xg::uniform<T>(part.shape(), -1, 1, generator));
  }
  for (const xg::Tensor<T>& g : xg::grad(loss, {x, row, column, a, b, w})) y.push_back(g);
  return y;
}

template <class T>
void expect_same_bits(const std::vector<xg::Tensor<T>>& a, const std::vector<xg::Tensor<T>>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(tests::same_bits(a[i], b[i])) << "result " << i;
  }
}

TEST_F(Threads, TheSameBitsForTheSameNumber) {
  for (unsigned n : {1u, 2u, 4u}) {
    xg::set_threads(n);
    expect_same_bits(results<float>(), results<float>());
    expect_same_bits(results<double>(), results<double>());
  }
}

TEST_F(Threads, DeterministicBitsForAnyNumber) {
  xg::set_deterministic(true);
  xg::set_threads(1);
  auto alone = results<float>();
  auto alone_double = results<double>();
  for (unsigned n : {2u, 3u, 7u}) {
    xg::set_threads(n);
    expect_same_bits(alone, results<float>());
    expect_same_bits(alone_double, results<double>());
  }
}

}  // namespace
