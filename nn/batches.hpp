// A data set cut into batches. A data set is anything with size() and [], such as a std::vector of
// pairs, or a struct that reads a file per sample:
//
//   for (auto [images, labels] : nn::batches(train, 64, generator))
//   for (auto [images, labels] : nn::batches(test, 256).in_order())
//   for (auto [images, labels] : nn::batches(train, 64, generator)
//                                    .drop_last()
//                                    .augment(nn::RandomCrop(4))
//                                    .prefetch(2))
#pragma once
#include <xgrad/nn/collate.hpp>
#include <xgrad/nn/prefetch.hpp>
#include <xgrad/nn/random.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// The samples of a data set at these places, as a batch.
template <class Data>
auto gather(const Data& data, const std::size_t* places, std::size_t count) {
  using S = std::decay_t<decltype(data[std::size_t(0)])>;
  std::vector<S> samples;
  samples.reserve(count);
  for (std::size_t i = 0; i < count; ++i) samples.push_back(data[places[i]]);
  return Collate<S>::stack(samples);
}

/// Throws std::invalid_argument if there are no samples, or the data set contradicts itself.
template <class Data>
void check_data(const Data& data, Location at) {
  if (data.size() == 0) fail("batches", "at least one sample", "none", at);
}

/// 0 .. n-1 in random order (Fisher & Yates), from the identity: it depends on nothing before.
void shuffle(std::vector<std::size_t>& order, Generator& generator);

/// What batches() returns: a range. An iteration ends when the next one begins, and reads each
/// batch once. The options return the range itself, to be put one after the other.
template <class Data>
class Batches {
  struct State;

 public:
  using Batch = decltype(gather(std::declval<const Data&>(), nullptr, 0));
  /// Changes a batch. Its random draws come from a generator of the iteration.
  using Hook = std::function<void(Batch&, Generator&)>;

  class Iterator {
   public:
    /// Throws what the data set and the hooks throw.
    Batch operator*() const { return state_->at(number_); }
    Iterator& operator++() {
      ++number_;
      return *this;
    }
    bool operator==(const Iterator& other) const noexcept { return number_ == other.number_; }
    bool operator!=(const Iterator& other) const noexcept { return number_ != other.number_; }

   private:
    friend class Batches;
    Iterator(State* state, std::size_t number) : state_(state), number_(number) {}
    State* state_;
    std::size_t number_;
  };

  /// Use batches().
  Batches(const Data& data, std::size_t batch_size, Generator& generator)
      : state_(std::make_unique<State>(data, batch_size, generator)) {}

  /// The samples in their order, instead of a new random one for each iteration.
  Batches in_order() && {
    state_->shuffled = false;
    return std::move(*this);
  }
  /// Leaves out the last batch if it is smaller than the others.
  Batches drop_last() && {
    state_->drops_last = true;
    return std::move(*this);
  }
  /// Has a thread make up to `ahead` batches before they are asked for. They are the same as
  /// without; what it throws is thrown here. Leaving the loop early ends it. The data set's [] and
  /// the hooks then run in that thread.
  Batches prefetch(std::size_t ahead) && {
    state_->ahead = ahead;
    return std::move(*this);
  }
  /// Applies a hook to each batch, after those that were given before, such as RandomCrop.
  Batches augment(Hook hook) && {
    state_->hooks.push_back(std::move(hook));
    return std::move(*this);
  }

  /// Shuffles.
  Iterator begin() {
    state_->start();
    return {state_.get(), 0};
  }
  Iterator end() const noexcept { return {state_.get(), state_->batches()}; }
  /// The number of batches.
  std::size_t size() const noexcept { return state_->batches(); }

 private:
  struct State {
    const Data* data;
    std::size_t batch_size;
    Generator* generator;
    bool shuffled = true, drops_last = false;
    std::size_t ahead = 0;
    std::vector<Hook> hooks;
    std::vector<std::size_t> order;
    Generator draws;                     // of the hooks
    std::shared_ptr<Prefetcher> thread;  // last: it uses the others

    State(const Data& dataset, std::size_t size, Generator& source)
        : data(&dataset), batch_size(size), generator(&source), order(dataset.size()) {
      std::iota(order.begin(), order.end(), std::size_t(0));
    }

    std::size_t batches() const noexcept {
      return order.size() / batch_size + (!drops_last && order.size() % batch_size != 0 ? 1 : 0);
    }
    void start() {
      thread.reset();
      if (shuffled) shuffle(order, *generator);
      // Seeded here, so that the hooks draw the same in whatever thread they run.
      if (!hooks.empty()) draws = Generator((*generator)());
      if (ahead == 0) return;
      thread = std::make_shared<Prefetcher>(
          batches(), ahead, [this](std::size_t i) { return std::make_shared<Batch>(make(i)); });
    }
    Batch make(std::size_t number) {
      const std::size_t first = number * batch_size;
      Batch batch = gather(*data, order.data() + first, std::min(batch_size, order.size() - first));
      for (const Hook& hook : hooks) hook(batch, draws);
      return batch;
    }
    Batch at(std::size_t number) {
      if (thread == nullptr) return make(number);
      return std::move(*std::static_pointer_cast<Batch>(thread->take(number)));
    }
  };

  std::unique_ptr<State> state_;
};

/// The data set in batches of `batch_size`, the last one perhaps smaller, every sample once, in an
/// order that depends on nothing but the generator's state when the loop begins. The data set and
/// the generator must outlive the range. Throws std::invalid_argument if batch_size is 0, or the
/// data set is empty.
template <class Data>
Batches<Data> batches(const Data& data, std::size_t batch_size,
                      Generator& generator = default_generator(), Location at = here()) {
  if (batch_size == 0) fail("batches", "a batch size of at least 1", "0", at);
  check_data(data, at);
  return {data, batch_size, generator};
}
template <class Data>
Batches<Data> batches(const Data&& data, std::size_t batch_size,
                      Generator& generator = default_generator(), Location at = here()) = delete;

/// Some of the samples of a data set, which has to outlive it.
template <class Data>
class Subset {
 public:
  /// Throws std::invalid_argument if a place is not below data.size().
  Subset(const Data& data, std::vector<std::size_t> places, Location at = here())
      : data_(&data), places_(std::move(places)) {
    for (const std::size_t place : places_) {
      if (place < data.size()) continue;
      fail("Subset", "places below " + std::to_string(data.size()), std::to_string(place), at);
    }
  }
  std::size_t size() const noexcept { return places_.size(); }
  auto operator[](std::size_t i) const { return (*data_)[places_[i]]; }

  friend auto gather(const Subset& subset, const std::size_t* places, std::size_t count) {
    std::vector<std::size_t> inner(count);
    for (std::size_t i = 0; i < count; ++i) inner[i] = subset.places_[places[i]];
    return gather(*subset.data_, inner.data(), count);
  }

 private:
  const Data* data_;
  std::vector<std::size_t> places_;
};

/// Places 0 .. n-1 in two parts, at random.
std::pair<std::vector<std::size_t>, std::vector<std::size_t>> random_places(std::size_t n,
                                                                            double fraction,
                                                                            Generator& generator,
                                                                            Location at);

/// Two parts of a data set, at random, the first with this fraction of the samples: to train with
/// one and validate with the other. Throws std::invalid_argument unless both have samples.
template <class Data>
std::pair<Subset<Data>, Subset<Data>> random_split(const Data& data, double fraction,
                                                   Generator& generator = default_generator(),
                                                   Location at = here()) {
  auto [first, second] = random_places(data.size(), fraction, generator, at);
  return {Subset<Data>(data, std::move(first)), Subset<Data>(data, std::move(second))};
}
template <class Data>
std::pair<Subset<Data>, Subset<Data>> random_split(const Data&& data, double fraction,
                                                   Generator& generator = default_generator(),
                                                   Location at = here()) = delete;

}  // namespace xgrad::nn
