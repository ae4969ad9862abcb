// Long chains, exceptions in the middle of a sweep, threads.
#include "check.hpp"

#include <pthread.h>

#include <functional>
#include <thread>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::identical, check::leaf, check::Random;
using Tensor = xg::Tensor<double>;

/// Runs work() in a thread with this much stack.
void run_with_stack(std::size_t bytes, std::function<void()> work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
  pthread_t thread;
  auto start = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, start, &work), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

constexpr int chain_length = 1000000;

void sweep_long_chain() {
  Tensor x = xg::parameter(Tensor(1)), y = x;
  for (int i = 0; i < chain_length; ++i) y = y * 1.0000001;
  y.backward();
  EXPECT_NEAR(x.grad().item(), std::pow(1.0000001, chain_length), 1e-8);
}

TEST(LongChain, IsBuiltSweptAndDestroyed) { sweep_long_chain(); }

TEST(LongChain, InSmallStack) { run_with_stack(256 * 1024, sweep_long_chain); }

TEST(LongChain, IsDestroyedWithoutSweep) {
  run_with_stack(256 * 1024, [] {
    Tensor x = xg::parameter(Tensor(1)), y = x;
    for (int i = 0; i < chain_length; ++i) y = y + x;
    EXPECT_EQ(y.item(), chain_length + 1);
  });
}

TEST(LongChain, SurvivesItsThread) {
  // The graph outlives the thread that built it, and its pool.
  Tensor x, y;
  std::thread([&] {
    x = xg::parameter(Tensor(1));
    y = x;
    for (int i = 0; i < 1000; ++i) y = y + x;
  }).join();
  y.backward();
  EXPECT_EQ(x.grad().item(), 1001);
}

TEST(LongChain, GradAndTape) {
  Tensor x = xg::parameter(Tensor(1)), y = x;
  for (int i = 0; i < 100000; ++i) y = y + 1;
  EXPECT_EQ(xg::grad(y, {x}, xg::retain_graph)[0].item(), 1);
  EXPECT_EQ(xg::tape(y).entries.size(), 100001u);
}

/// The identity, with a derivative that throws.
Tensor faulty(const Tensor& x) {
  return xg::record("faulty", check::copy(x), {&x},
                    [](xg::Pullback<double>&) { throw std::runtime_error("planted"); });
}

TEST(Exception, InBackwardChangesNoGradient) {
  Tensor a = xg::parameter(Tensor({1, 2})), b = xg::parameter(Tensor({3, 4})),
         c = xg::parameter(Tensor({5, 6}));
  xg::sum(a * b).backward();  // gradients from before
  Tensor grad_a = check::copy(a.grad()), grad_b = check::copy(b.grad());
  // c and b are reached before the faulty node, a only behind it.
  Tensor y = xg::sum(faulty(a * a) * b + c);
  for (auto mode : {xg::Graph::retain, xg::Graph::free}) {
    EXPECT_THROW(y.backward(mode), std::runtime_error);
    EXPECT_TRUE(identical(a.grad(), grad_a));
    EXPECT_TRUE(identical(b.grad(), grad_b));
    EXPECT_FALSE(c.has_grad());
    EXPECT_TRUE(xg::recording());
    EXPECT_TRUE((a * b).tracked());
  }
  {
    xg::NoGrad guard;
    EXPECT_THROW(xg::grad(y, {a}, xg::create_graph), std::exception);
    EXPECT_FALSE(xg::recording());
  }
  // And all goes on as if nothing had been.
  xg::sum(a * b).backward();
  EXPECT_TRUE(identical(a.grad(), Tensor({6, 8})));
}

TEST(Exception, FromCotangentOfWrongShape) {
  Tensor x = xg::parameter(Tensor({1, 2}));
  Tensor y = xg::record("crooked", check::copy(x), {&x}, [](xg::Pullback<double>& p) {
    p.add(0, Tensor({1, 2, 3}));
  });
  EXPECT_THROW(y.backward(Tensor({1, 1})), std::exception);
  EXPECT_FALSE(x.has_grad());
}

/// A training loss over shared parameters; the data differ by `seed`.
struct Model {
  Tensor w1, b1, w2, b2;
  std::vector<Tensor> gradients(std::uint64_t seed) const {
    Random random(seed);
    Tensor x = check::tensor<double>(random.array({16, 12}));
    xg::Array<int> labels = xg::empty_array<int>({16});
    for (int& label : labels) label = int(random.below(5));
    Tensor h = xg::tanh(xg::dot(x, w1) + b1);
    Tensor loss = xg::softmax_cross_entropy(xg::dot(h, w2) + b2, labels);
    return xg::grad(loss, {w1, b1, w2, b2});
  }
};

TEST(Threads, DifferentGraphsOverSharedParameters) {
  Random random(1);
  const Model model{leaf<double>(random.array({12, 9})), leaf<double>(random.array({9})),
                    leaf<double>(random.array({9, 5})), leaf<double>(random.array({5}))};
  constexpr std::size_t rounds = 200, threads = 2;
  std::vector<std::vector<Tensor>> expected, actual(rounds * threads);
  for (std::size_t i = 0; i < rounds * threads; ++i) expected.push_back(model.gradients(i));
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (std::size_t i = t; i < rounds * threads; i += threads) actual[i] = model.gradients(i);
    });
  }
  for (std::thread& thread : running) thread.join();
  for (std::size_t i = 0; i < rounds * threads; ++i) {
    for (std::size_t p = 0; p < 4; ++p) EXPECT_TRUE(identical(actual[i][p], expected[i][p]));
  }
}

TEST(Threads, RecordingIsPerThread) {
  Tensor x = xg::parameter(Tensor(1));
  xg::NoGrad guard;
  std::thread([&] { EXPECT_TRUE((x * x).tracked()); }).join();
  EXPECT_FALSE((x * x).tracked());
}

TEST(Threads, GraphAcrossThreadsWhoseNumbersDiffer) {
  // Nodes are numbered per thread; a graph continued by a young thread must still sweep in order.
  Tensor x = xg::parameter(Tensor(2)), a = x * x * x, result;
  std::thread([&] { result = a * a + a; }).join();
  result.backward();
  EXPECT_EQ(x.grad().item(), 2 * 8 * 12 + 12);
}

}  // namespace
