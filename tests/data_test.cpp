// Random numbers, batches and accuracy.
#include <gtest/gtest.h>
#include <xgrad/nn/data.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

namespace nn = xgrad::nn;
using xgrad::Array;
using xgrad::Shape;
using xgrad::Tensor;

template <class F>
std::string message_of(F call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no std::invalid_argument";
}

TEST(Random, TheSameEverywhere) {
  // The authors' xoshiro256** and splitmix64 in Python: the first draws a, b, u, v from seed 0,
  // then (a >> 11) * 2**-53, and math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v).
  nn::Generator raw, generator;
  EXPECT_EQ(raw(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(raw(), 0xbf6e1f784956452au);
  EXPECT_EQ(raw(), 0x1a5f849d4933e6e0u);
  EXPECT_EQ(nn::uniform01(generator), 0.6012629994179048);
  EXPECT_EQ(nn::below(generator, 10), 0xbf6e1f784956452au % 10);
  nn::Generator again;
  EXPECT_NEAR(nn::normal(again), -0.01896499060631051, 1e-15);
}

TEST(Random, DefaultGeneratorIsPerThread) {
  std::uint64_t first[2];
  for (std::uint64_t& value : first) {
    std::thread([&] { value = nn::default_generator()(); }).join();
  }
  EXPECT_EQ(first[0], first[1]);
  EXPECT_EQ(&nn::default_generator(), &nn::default_generator());
}

TEST(Random, Moments) {
  nn::Generator generator(1);
  constexpr int n = 200000;
  double uniform_sum = 0, sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < n; ++i) {
    double u = nn::uniform01(generator), x = nn::normal(generator);
    ASSERT_TRUE(u >= 0 && u < 1) << u;
    ASSERT_TRUE(std::isfinite(x)) << x;
    uniform_sum += u;
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  EXPECT_NEAR(uniform_sum / n, 0.5, 0.003);
  EXPECT_NEAR(sum / n, 0, 0.01);
  EXPECT_NEAR(squares / n, 1, 0.015);
  EXPECT_NEAR(fourths / n, 3, 0.1);
}

TEST(Random, BelowIsUnbiased) {
  nn::Generator generator(2);
  EXPECT_EQ(nn::below(generator, 1), 0u);
  int count[7] = {};
  for (int i = 0; i < 70000; ++i) ++count[nn::below(generator, 7)];
  for (int c : count) EXPECT_NEAR(c, 10000, 400);
  // Two thirds of the draws' range: without rejection the lower half would come twice as often.
  constexpr std::uint64_t n = (std::uint64_t(1) << 63) + (std::uint64_t(1) << 62);
  int low = 0;
  for (int i = 0; i < 10000; ++i) {
    std::uint64_t draw = nn::below(generator, n);
    ASSERT_LT(draw, n);
    low += draw < n / 3 ? 1 : 0;
  }
  EXPECT_NEAR(low, 3333, 200);
  EXPECT_EQ(message_of([&] { nn::below(generator, 0, {}); }),
            "below: expected n of at least 1, got 0");
}

/// Sample i has label i and pixels 3 i, 3 i + 1, 3 i + 2.
nn::Dataset numbered(std::size_t n) {
  nn::Dataset dataset;
  dataset.images = xgrad::empty_array<float>({n, 3});
  dataset.labels = xgrad::empty_array<int>({n});
  for (std::size_t i = 0; i < 3 * n; ++i) dataset.images.data()[i] = static_cast<float>(i);
  for (std::size_t i = 0; i < n; ++i) dataset.labels.data()[i] = static_cast<int>(i);
  return dataset;
}

/// The labels in the order in which one iteration gives them, and the sizes of the batches; checks
/// that every image came with its label.
struct Epoch {
  std::vector<int> order;
  std::vector<std::size_t> sizes;
};
template <class Range>
Epoch iterate(Range&& range) {
  Epoch epoch;
  for (auto [images, labels] : range) {
    static_assert(std::is_same_v<decltype(images), Tensor<float>>);
    static_assert(std::is_same_v<decltype(labels), Array<int>>);
    std::size_t count = labels.size();
    EXPECT_EQ(labels.shape(), Shape{count});
    EXPECT_EQ(images.shape(), (Shape{count, 3}));
    EXPECT_FALSE(images.tracked());
    for (std::size_t i = 0; i < count; ++i) {
      int label = labels.data()[i];
      for (int k = 0; k < 3; ++k) {
        EXPECT_EQ(images.data()[3 * i + std::size_t(k)], float(3 * label + k));
      }
      epoch.order.push_back(label);
    }
    epoch.sizes.push_back(count);
  }
  return epoch;
}

TEST(Batches, CoverEverySampleOnce) {
  nn::Dataset dataset = numbered(100);
  nn::Generator generator(3);
  std::vector<int> all(dataset.labels.begin(), dataset.labels.end());
  using Sizes = std::vector<std::size_t>;
  const std::pair<std::size_t, Sizes> cases[] = {{30, {30, 30, 30, 10}},
                                                 {50, {50, 50}},
                                                 {100, {100}},
                                                 {101, {100}},
                                                 {static_cast<std::size_t>(-1), {100}},
                                                 {1, Sizes(100, 1)}};
  for (const auto& [batch_size, sizes] : cases) {
    Epoch epoch = iterate(nn::batches(dataset, batch_size, generator));
    EXPECT_EQ(epoch.sizes, sizes);
    EXPECT_NE(epoch.order, all);
    std::sort(epoch.order.begin(), epoch.order.end());
    EXPECT_EQ(epoch.order, all);
  }
}

TEST(Batches, OrderDependsOnTheGeneratorOnly) {
  nn::Dataset dataset = numbered(50);
  nn::Generator first(4), second(4), other(5);
  nn::Batches range = nn::batches(dataset, 8, first);
  Epoch epoch1 = iterate(range), epoch2 = iterate(range);
  EXPECT_NE(epoch1.order, epoch2.order);
  EXPECT_EQ(iterate(nn::batches(dataset, 16, second)).order, epoch1.order);
  EXPECT_EQ(iterate(nn::batches(dataset, 8, second)).order, epoch2.order);
  EXPECT_NE(iterate(nn::batches(dataset, 8, other)).order, epoch1.order);
}

TEST(Batches, OrderIsTheSameEverywhere) {
  // The shuffle written a second time, in Python, from the generator's first draws.
  nn::Dataset dataset = numbered(8);
  nn::Generator generator;
  EXPECT_EQ(iterate(nn::batches(dataset, 3, generator)).order,
            (std::vector<int>{3, 0, 6, 1, 2, 7, 5, 4}));
}

TEST(Batches, EveryPermutationIsAsLikely) {
  nn::Dataset dataset = numbered(4);
  nn::Generator generator(6);
  nn::Batches range = nn::batches(dataset, 4, generator);
  std::map<std::vector<int>, int> count;
  for (int i = 0; i < 24000; ++i) {
    for (auto [images, labels] : range) ++count[{labels.begin(), labels.end()}];
  }
  EXPECT_EQ(count.size(), 24u);
  for (const auto& [order, n] : count) EXPECT_NEAR(n, 1000, 150);
}

TEST(Batches, ImagesOfAnyRank) {
  nn::Dataset dataset = numbered(4);
  dataset.images.reshape({4, 1, 3, 1});
  nn::Generator generator;
  for (auto [images, labels] : nn::batches(dataset, 3, generator)) {
    EXPECT_EQ(images.shape(), (Shape{labels.size(), 1, 3, 1}));
    EXPECT_EQ(images.data()[2], float(3 * labels.data()[0] + 2));
  }
}

TEST(Batches, OneBatchInTwoHands) {
  nn::Dataset dataset = numbered(2);
  nn::Generator generator;
  std::vector<nn::Batch> kept;
  for (nn::Batch batch : nn::batches(dataset, 1, generator)) kept.push_back(std::move(batch));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_NE(kept[0].labels.data()[0], kept[1].labels.data()[0]);
}

TEST(Batches, SteadyStateTakesNoMemoryFromTheSystem) {
  nn::Dataset dataset = numbered(1000);
  nn::Generator generator;
  nn::Batches range = nn::batches(dataset, 64, generator);
  auto epoch = [&] {
    float sum = 0;
    for (auto [images, labels] : range) sum += images.data()[0] + float(labels.data()[0]);
    return sum;
  };
  EXPECT_GT(epoch(), 0);
  if (!xgrad::Pool::caches()) GTEST_SKIP() << "under AddressSanitizer the pool caches nothing";
  std::size_t blocks = xgrad::thread_pool()->system_blocks();
  EXPECT_GT(epoch(), 0);
  EXPECT_EQ(xgrad::thread_pool()->system_blocks(), blocks);
}

TEST(Batches, Errors) {
  nn::Generator generator;
  nn::Dataset dataset = numbered(4);
  auto call = [&](std::size_t batch_size) {
    return message_of([&] {
      nn::batches(dataset, batch_size, generator, xgrad::Location::of("/src/train.cpp", 31));
    });
  };
  EXPECT_EQ(call(0), "batches: expected a batch size of at least 1, got 0 [train.cpp:31]");
  dataset.labels = xgrad::empty_array<int>({3});
  EXPECT_EQ(call(2),
            "batches: expected images (n, pixels) and labels (n), got (4, 3) and (3) "
            "[train.cpp:31]");
  dataset.labels = xgrad::empty_array<int>({4, 1});
  EXPECT_EQ(call(2),
            "batches: expected images (n, pixels) and labels (n), got (4, 3) and (4, 1) "
            "[train.cpp:31]");
  dataset = {};
  EXPECT_EQ(dataset.size(), 0u);
  EXPECT_EQ(call(2), "batches: expected at least one sample, got images (0, 0) [train.cpp:31]");
  int line = __LINE__ + 1;
  std::string message = message_of([&] { nn::batches(dataset, 2, generator); });
  EXPECT_NE(message.find("[data_test.cpp:" + std::to_string(line) + "]"), std::string::npos);
}

TEST(Accuracy, CountsTheRowsThatAreRight) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float inf = std::numeric_limits<float>::infinity();
  Tensor<float> logits = {{0, 2, 1}, {3, 2, 1}, {-3, -2, -1}, {-1, 5, 9}};
  EXPECT_EQ(nn::accuracy(logits, Array<int>{1, 0, 2, 2}), 1.0);
  EXPECT_EQ(nn::accuracy(logits, Array<int>{1, 0, 2, 0}), 0.75);
  EXPECT_EQ(nn::accuracy(logits, Array<int>{0, 1, 0, 1}), 0.0);
  EXPECT_EQ(nn::accuracy(logits, Array<int>{-1, 3, 2, 1 << 30}), 0.25);
  Tensor<float> ties = {{1, 1, 0}, {0, 1, 1}, {-inf, -inf, -inf}, {0, inf, inf}};
  EXPECT_EQ(nn::accuracy(ties, Array<int>{0, 1, 0, 1}), 1.0);
  EXPECT_EQ(nn::accuracy(ties, Array<int>{1, 2, 1, 2}), 0.0);
  for (int label : {0, 1, 2}) {
    EXPECT_EQ(nn::accuracy(Tensor<float>{{nan, 1, 2}, {1, nan, 2}, {1, 2, nan}},
                           Array<int>{label, label, label}),
              0.0);
  }
  EXPECT_EQ(nn::accuracy(xgrad::full<float>({1, 1}, 7), Array<int>{0}), 1.0);
}

TEST(Accuracy, Errors) {
  auto call = [](const Shape& logits, const Shape& labels) {
    return message_of([&] {
      Array<int> zeros = xgrad::empty_array<int>(labels);
      std::fill(zeros.begin(), zeros.end(), 0);
      nn::accuracy(xgrad::zeros<float>(logits), zeros, xgrad::Location::of("train.cpp", 7));
    });
  };
  std::string shapes = "accuracy: expected logits (n, classes) and labels (n), got ";
  EXPECT_EQ(call({2, 3}, {3}), shapes + "(2, 3) and (3) [train.cpp:7]");
  EXPECT_EQ(call({2}, {2}), shapes + "(2) and (2) [train.cpp:7]");
  EXPECT_EQ(call({2, 3}, {2, 1}), shapes + "(2, 3) and (2, 1) [train.cpp:7]");
  EXPECT_EQ(call({}, {}), shapes + "() and () [train.cpp:7]");
  std::string empty = "accuracy: expected at least one row and one class, got logits ";
  EXPECT_EQ(call({0, 3}, {0}), empty + "(0, 3) [train.cpp:7]");
  EXPECT_EQ(call({2, 0}, {2}), empty + "(2, 0) [train.cpp:7]");
}

}  // namespace
