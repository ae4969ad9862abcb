#include <xgrad/ops/indices.hpp>

#include <algorithm>

namespace xgrad {

using Integers = Array<std::int64_t>;

Indices::Indices(Integers array) : array_(shared(std::move(array))) {}

Indices::Indices(std::initializer_list<std::int64_t> list) {
  Integers array = empty_array<std::int64_t>({list.size()});
  std::copy(list.begin(), list.end(), array.data());
  *this = Indices(std::move(array));
}

Integers Indices::scalar(std::int64_t index) {
  Integers array = empty_array<std::int64_t>({});
  *array.data() = index;
  return array;
}

}  // namespace xgrad
