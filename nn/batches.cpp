#include <xgrad/nn/batches.hpp>

#include <cmath>

namespace xgrad::nn {

Batch Collate<Sample>::stack(const std::vector<Sample>& samples) {
  std::vector<const Array<float>*> images;
  Array<int> labels = empty_array<int>({samples.size()});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    images.push_back(&samples[i].image);
    labels.data()[i] = samples[i].label;
  }
  return {Tensor<float>(detail::stacked(images)), std::move(labels)};
}

void shuffle(std::vector<std::size_t>& order, Generator& generator) {
  std::iota(order.begin(), order.end(), std::size_t(0));
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(below(generator, i))]);
  }
}

std::pair<std::vector<std::size_t>, std::vector<std::size_t>> random_places(std::size_t n,
                                                                            double fraction,
                                                                            Generator& generator,
                                                                            Location at) {
  const double wanted = std::round(fraction * static_cast<double>(n));
  if (!(wanted >= 1 && wanted <= static_cast<double>(n) - 1)) {
    fail("random_split", "a fraction that leaves samples to both parts",
         std::to_string(fraction) + " of " + std::to_string(n), at);
  }
  std::vector<std::size_t> order(n);
  shuffle(order, generator);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(wanted);
  return {{order.begin(), middle}, {middle, order.end()}};
}

}  // namespace xgrad::nn
