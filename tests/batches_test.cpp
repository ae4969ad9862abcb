// Batches of any data set: what they are made of, order, the last one, hooks, the thread that makes
// them ahead, and data sets in two parts.
#include "check.hpp"

#include <xgrad/nn/augment.hpp>
#include <xgrad/nn/data.hpp>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <thread>

namespace {

namespace nn = xgrad::nn;
using check::message;
using xgrad::Array, xgrad::Shape, xgrad::Tensor;

/// n images of 1 x 2 x 3 pixels; image i holds 10 i + pixel and has class i.
nn::Dataset numbered(std::size_t n) {
  nn::Dataset dataset;
  dataset.images = xgrad::empty_array<float>({n, 1, 2, 3});
  dataset.labels = xgrad::empty_array<int>({n});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < 6; ++k) dataset.images.data()[6 * i + k] = float(10 * i + k);
    dataset.labels.data()[i] = int(i);
  }
  return dataset;
}

/// All pixels and labels of all batches, and their sizes.
struct Seen {
  std::vector<float> pixels;
  std::vector<int> labels;
  std::vector<std::size_t> sizes;
  bool operator==(const Seen& o) const {
    return pixels == o.pixels && labels == o.labels && sizes == o.sizes;
  }
};
template <class Range>
Seen seen(Range&& range) {
  Seen result;
  for (auto [images, labels] : range) {
    result.pixels.insert(result.pixels.end(), images.data(), images.data() + images.size());
    result.labels.insert(result.labels.end(), labels.begin(), labels.end());
    result.sizes.push_back(labels.size());
  }
  return result;
}
using Sizes = std::vector<std::size_t>;

TEST(Batches, InOrderAndWithoutTheLast) {
  const nn::Dataset dataset = numbered(10);
  std::vector<int> all(10);
  std::iota(all.begin(), all.end(), 0);
  nn::Generator generator(1), untouched(1);
  const Seen kept = seen(nn::batches(dataset, 4, generator).in_order());
  EXPECT_EQ(kept.labels, all);
  EXPECT_EQ(kept.sizes, (Sizes{4, 4, 2}));
  EXPECT_EQ(generator(), untouched());  // nothing was drawn
  const Seen dropped = seen(nn::batches(dataset, 4, generator).in_order().drop_last());
  EXPECT_EQ(dropped.sizes, (Sizes{4, 4}));
  EXPECT_EQ(nn::batches(dataset, 4).size(), 3u);
  EXPECT_EQ(nn::batches(dataset, 5).size(), 2u);
  EXPECT_EQ(nn::batches(dataset, 4).drop_last().size(), 2u);
  EXPECT_TRUE(seen(nn::batches(dataset, 11).drop_last()).sizes.empty());
  EXPECT_TRUE(seen(nn::batches(dataset, 11).drop_last().prefetch(2)).sizes.empty());
  EXPECT_EQ(seen(nn::batches(dataset, 10).drop_last()).sizes, (Sizes{10}));
}

TEST(Batches, OfAnythingWithSizeAndBrackets) {
  const std::vector<std::pair<double, int>> pairs = {{0.5, 1}, {1.5, 2}, {2.5, 3}};
  for (auto [x, y] : nn::batches(pairs, 3).in_order()) {
    static_assert(std::is_same_v<decltype(x), Array<double>>);
    EXPECT_EQ(x, (Array<double>{0.5, 1.5, 2.5}));
    EXPECT_EQ(y, (Array<int>{1, 2, 3}));
  }
  using Row = std::tuple<Tensor<double>, Array<std::int64_t>, bool>;
  const std::vector<Row> rows = {Row{{1, 2}, Array<std::int64_t>{3}, true},
                                 Row{{4, 5}, Array<std::int64_t>{6}, false}};
  for (auto [x, y, z] : nn::batches(rows, 2).in_order().prefetch(1)) {
    EXPECT_EQ(x.value(), (Array<double>{{1, 2}, {4, 5}}));
    EXPECT_EQ(y.shape(), (Shape{2, 1}));
    EXPECT_EQ(y(0, 0), 3);
    EXPECT_EQ(y(1, 0), 6);
    EXPECT_EQ(z, (Array<bool>{true, false}));
  }
  struct Squares {
    std::size_t size() const { return 5; }
    float operator[](std::size_t i) const { return float(i * i); }
  };
  const Squares squares;
  float sum = 0;
  for (const Array<float>& batch : nn::batches(squares, 2)) sum += xt::sum(batch)();
  EXPECT_EQ(sum, 30);
  const std::vector<nn::Sample> samples = {{Array<float>{1, 2}, 7}, {Array<float>{3, 4}, 8}};
  for (auto [images, labels] : nn::batches(samples, 2).in_order()) {
    EXPECT_EQ(images.value(), (Array<float>{{1, 2}, {3, 4}}));
    EXPECT_EQ(labels, (Array<int>{7, 8}));
  }
}

TEST(Batches, Errors) {
  const std::vector<int> none;
  EXPECT_EQ(message<std::invalid_argument>([&] {
              nn::batches(none, 1, nn::default_generator(), xgrad::Location::of("a.cpp", 1));
            }),
            "batches: expected at least one sample, got none [a.cpp:1]");
  const std::vector<Array<float>> uneven = {Array<float>{1, 2}, Array<float>{1, 2, 3}};
  EXPECT_EQ(message<std::invalid_argument>([&] {
              for (const Tensor<float>& batch : nn::batches(uneven, 2).in_order()) (void)batch;
            }),
            "batches: expected samples of shape (2), as the first of the batch, got (3)");
}

TEST(Batches, PrefetchChangesNothing) {
  const nn::Dataset dataset = numbered(53);
  for (const std::size_t ahead : std::vector<std::size_t>{1, 2, 7, 1000}) {
    nn::Generator first(2), second(2);
    auto plain = nn::batches(dataset, 8, first).augment(nn::RandomCrop(1));
    auto fetched = nn::batches(dataset, 8, second).augment(nn::RandomCrop(1)).prefetch(ahead);
    for (int epoch = 0; epoch < 3; ++epoch) {
      const Seen expected = seen(plain);
      Seen found;
      for (auto [images, labels] : fetched) {
        second();  // serves others too while the thread works
        found.pixels.insert(found.pixels.end(), images.data(), images.data() + images.size());
        found.labels.insert(found.labels.end(), labels.begin(), labels.end());
        found.sizes.push_back(labels.size());
      }
      for (std::size_t i = 0; i < expected.sizes.size(); ++i) first();
      EXPECT_TRUE(found == expected) << ahead << ' ' << epoch;
    }
  }
}

/// Counts what is read; throws at one sample.
struct Watched {
  std::size_t bad;
  mutable std::atomic<std::size_t> reads{0};
  std::size_t size() const { return 100; }
  int operator[](std::size_t i) const {
    ++reads;
    if (i == bad) throw std::runtime_error("sample " + std::to_string(i));
    return int(i);
  }
};

TEST(Batches, PrefetchThrowsWhatTheDataSetThrows) {
  for (const std::size_t bad : std::vector<std::size_t>{0, 37, 99}) {
    const Watched data{bad};
    std::vector<int> read;
    EXPECT_EQ(message<std::runtime_error>([&] {
                for (const Array<int>& batch : nn::batches(data, 5).in_order().prefetch(3)) {
                  read.insert(read.end(), batch.begin(), batch.end());
                }
              }),
              "sample " + std::to_string(bad));
    EXPECT_EQ(read.size(), bad / 5 * 5);
  }
}

TEST(Batches, PrefetchEndsWithTheLoop) {
  const Watched data{1000};
  for (int i = 0; i < 50; ++i) {
    for (const Array<int>& batch : nn::batches(data, 2).in_order().prefetch(4)) {
      if (batch(0) == 2 * (i % 10)) break;
    }
  }
  const std::size_t reads = data.reads;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(data.reads, reads);  // nothing runs any more
  EXPECT_LE(reads, 50u * (10 + 5) * 2);
  auto range = nn::batches(data, 2).in_order().prefetch(4);
  range.begin();  // a loop that never begins, and one after it
  int sum = 0;
  for (const Array<int>& batch : range) sum += batch(0) + batch(1);
  EXPECT_EQ(sum, 4950);
}

TEST(Batches, PrefetchStaysWithinItsBound) {
  const Watched data{1000};
  auto range = nn::batches(data, 1).in_order().prefetch(3);
  auto place = range.begin();
  for (int taken = 0; taken < 10; ++taken, ++place) {
    EXPECT_EQ((*place)(0), taken);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_LE(data.reads, std::size_t(taken) + 1 + 3);
  }
  EXPECT_THROW(*range.end(), std::logic_error);
  auto again = range.begin();
  *again;
  EXPECT_THROW(*again, std::logic_error);  // read twice
}

TEST(RandomSplit, CoversTheDataInTwoParts) {
  const nn::Dataset dataset = numbered(20);
  nn::Generator first(3), second(3);
  const auto [train, validation] = nn::random_split(dataset, 0.75, first);
  EXPECT_EQ(train.size(), 15u);
  EXPECT_EQ(validation.size(), 5u);
  Seen all = seen(nn::batches(train, 4).in_order());
  const Seen rest = seen(nn::batches(validation, 4).prefetch(1));
  all.labels.insert(all.labels.end(), rest.labels.begin(), rest.labels.end());
  EXPECT_FALSE(std::is_sorted(all.labels.begin(), all.labels.end()));
  EXPECT_EQ(std::set<int>(all.labels.begin(), all.labels.end()).size(), 20u);
  EXPECT_EQ(rest.pixels[0], float(10 * rest.labels[0]));
  EXPECT_EQ(train[3].image(0, 1, 2), float(10 * train[3].label + 5));
  EXPECT_EQ(nn::random_split(dataset, 0.75, second).first[0].label, train[0].label);
  const auto parts = nn::random_split(train, 0.2, first);  // of a part
  EXPECT_EQ(parts.first.size(), 3u);
  for (const double fraction : {0.0, 1.0, 0.01, -1.0, 2.0, std::nan("")}) {
    EXPECT_THROW(nn::random_split(dataset, fraction, first), std::invalid_argument) << fraction;
  }
  EXPECT_THROW((nn::Subset<nn::Dataset>(dataset, {20})), std::invalid_argument);
}

nn::Batch batch_of(const nn::Dataset& dataset) {
  return {Tensor<float>(dataset.images), dataset.labels};
}

TEST(Augment, Flip) {
  nn::Generator generator(4);
  nn::Batch all = batch_of(numbered(2)), none = all, some = batch_of(numbered(1000));
  none.images = check::copy(all.images);
  nn::RandomHorizontalFlip(1)(all, generator);
  EXPECT_EQ(all.images.value(),
            (Array<float>{{{{2, 1, 0}, {5, 4, 3}}}, {{{12, 11, 10}, {15, 14, 13}}}}));
  nn::RandomHorizontalFlip(0)(none, generator);
  EXPECT_EQ(none.images.value(), numbered(2).images);
  nn::RandomHorizontalFlip()(some, generator);
  int flipped = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const float* image = some.images.data() + 6 * i;
    const bool turned = image[0] > image[2];
    flipped += turned;
    EXPECT_EQ(image[turned ? 5 : 3], float(10 * i + 3));
  }
  EXPECT_NEAR(flipped, 500, 80);
}

TEST(Augment, CropIsAWindowOfThePaddedImage) {
  nn::Generator generator(5);
  for (const std::size_t padding : std::vector<std::size_t>{0, 1, 2, 9}) {
    std::set<std::vector<float>> found;
    for (int draw = 0; draw < 300; ++draw) {
      nn::Batch batch = batch_of(numbered(1));
      batch.images.mutable_value() += 1.0f;
      nn::RandomCrop crop(padding);
      crop(batch, generator);
      found.insert({batch.images.data(), batch.images.data() + 6});
    }
    std::set<std::vector<float>> windows;  // of the image 1 2 3 / 4 5 6 among zeros
    const int p = int(padding);
    for (int top = -p; top <= p; ++top) {
      for (int left = -p; left <= p; ++left) {
        std::vector<float> window;
        for (int y = top; y < top + 2; ++y) {
          for (int x = left; x < left + 3; ++x) {
            window.push_back(y >= 0 && y < 2 && x >= 0 && x < 3 ? float(3 * y + x + 1) : 0.0f);
          }
        }
        windows.insert(window);
      }
    }
    if (padding < 9) {
      EXPECT_EQ(found, windows) << padding;
    }
    EXPECT_TRUE(std::includes(windows.begin(), windows.end(), found.begin(), found.end()));
  }
}

TEST(Augment, NormalizeByChannelAndAsAWhole) {
  nn::Generator generator;
  nn::Batch batch = batch_of(numbered(2));
  nn::Normalize({5}, {2})(batch, generator);
  EXPECT_EQ(batch.images.value()(1, 0, 0, 1), 3.0f);
  batch.images = Tensor<float>{1, 2, 3, 4};
  Array<float> channels = batch.images.value();
  channels.reshape({2, 2, 1, 1});
  batch.images = Tensor<float>(channels);
  nn::Normalize({1, 2}, {0.5, 2})(batch, generator);
  EXPECT_EQ(std::vector<float>(batch.images.data(), batch.images.data() + 4),
            (std::vector<float>{0, 0, 4, 1}));
}

TEST(Augment, Errors) {
  nn::Generator generator;
  nn::Batch flat{Tensor<float>(Array<float>{{1, 2}, {3, 4}}), {0, 1}};
  EXPECT_EQ(message<std::invalid_argument>([&] { nn::RandomCrop(1)(flat, generator); }),
            "RandomCrop: expected images (b, h, w) or (b, c, h, w), got (2, 2)");
  EXPECT_THROW(nn::RandomHorizontalFlip()(flat, generator), std::invalid_argument);
  EXPECT_THROW(nn::RandomHorizontalFlip(1.5), std::invalid_argument);
  EXPECT_THROW(nn::Normalize({1, 2}, {1, 1})(flat, generator), std::invalid_argument);
  EXPECT_THROW(nn::Normalize({}, {}), std::invalid_argument);
  EXPECT_THROW(nn::Normalize({1}, {1, 2}), std::invalid_argument);
  EXPECT_THROW(nn::Normalize({1}, {0}), std::invalid_argument);
  EXPECT_THROW(nn::Normalize({std::nan("")}, {1}), std::invalid_argument);
}

}  // namespace
