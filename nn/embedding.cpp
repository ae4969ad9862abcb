#include <xgrad/nn/embedding.hpp>

#include <algorithm>

namespace xgrad::nn {

template <class T>
Embedding<T>::Embedding(std::size_t vocabulary, std::size_t features,
                        std::optional<std::int64_t> padding_index, Generator& generator,
                        Location at)
    : padding(padding_index) {
  if (vocabulary == 0 || features == 0) {
    fail("Embedding", "extents of at least 1", to_string({vocabulary, features}), at);
  }
  weight = normal<T>({vocabulary, features}, 0, 1, generator).requires_grad();
  if (!padding) return;
  const auto n = static_cast<std::int64_t>(vocabulary);
  if (*padding < -n || *padding >= n) {
    fail("Embedding", "a padding below " + std::to_string(n), std::to_string(*padding), at);
  }
  const std::size_t row = static_cast<std::size_t>(*padding < 0 ? *padding + n : *padding);
  std::fill_n(weight.mutable_value().data() + row * features, features, T(0));
}

template struct Embedding<float>;
template struct Embedding<double>;

}  // namespace xgrad::nn
