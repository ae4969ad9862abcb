// Samples of a data set, stacked to a batch: numbers to an array (b), arrays and tensors to one
// with an axis more, pairs and tuples part by part.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// An image with its class.
struct Sample {
  Array<float> image;
  int label = 0;
};
/// Images with their classes.
struct Batch {
  Tensor<float> images;  // (b, ...)
  Array<int> labels;     // (b)
};

/// How samples of type S become a batch. Specialize it for a type of your own.
template <class S, class = void>
struct Collate;

namespace detail {

/// Arrays of one shape, one after the other. Throws std::invalid_argument if shapes differ.
template <class V>
Array<V> stacked(const std::vector<const Array<V>*>& parts) {
  const Shape& shape = parts.front()->shape();
  const std::size_t size = parts.front()->size();
  for (const Array<V>* part : parts) {
    if (part->shape() != shape) {
      fail("batches", "samples of shape " + to_string(shape) + ", as the first of the batch",
           to_string(part->shape()), {});
    }
  }
  Array<V> result = empty_array<V>(joined({parts.size()}, shape));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::copy_n(parts[i]->data(), size, result.data() + i * size);
  }
  return result;
}

}  // namespace detail

template <class V>
struct Collate<V, std::enable_if_t<std::is_arithmetic_v<V>>> {
  static Array<V> stack(const std::vector<V>& samples) {
    Array<V> result = empty_array<V>({samples.size()});
    std::copy(samples.begin(), samples.end(), result.data());
    return result;
  }
};
template <class V>
struct Collate<Array<V>> {
  static auto stack(const std::vector<Array<V>>& samples) {
    std::vector<const Array<V>*> parts;
    for (const Array<V>& sample : samples) parts.push_back(&sample);
    if constexpr (std::is_floating_point_v<V>) {
      return Tensor<V>(detail::stacked(parts));
    } else {
      return detail::stacked(parts);
    }
  }
};
template <class T>
struct Collate<Tensor<T>> {
  static Tensor<T> stack(const std::vector<Tensor<T>>& samples) {
    std::vector<const Array<T>*> parts;
    for (const Tensor<T>& sample : samples) parts.push_back(&sample.value());
    return Tensor<T>(detail::stacked(parts));
  }
};
template <class... Parts>
struct Collate<std::tuple<Parts...>> {
  static auto stack(const std::vector<std::tuple<Parts...>>& samples) {
    return stack_parts(samples, std::index_sequence_for<Parts...>());
  }

 private:
  template <std::size_t... I>
  static auto stack_parts(const std::vector<std::tuple<Parts...>>& samples,
                          std::index_sequence<I...>) {
    return std::make_tuple(Collate<Parts>::stack(part<I>(samples))...);
  }
  template <std::size_t I>
  static auto part(const std::vector<std::tuple<Parts...>>& samples) {
    std::vector<std::tuple_element_t<I, std::tuple<Parts...>>> result;
    for (const std::tuple<Parts...>& sample : samples) result.push_back(std::get<I>(sample));
    return result;
  }
};
template <class A, class B>
struct Collate<std::pair<A, B>> {
  static auto stack(const std::vector<std::pair<A, B>>& samples) {
    return Collate<std::tuple<A, B>>::stack({samples.begin(), samples.end()});
  }
};
template <>
struct Collate<Sample> {
  static Batch stack(const std::vector<Sample>& samples);
};

}  // namespace xgrad::nn
