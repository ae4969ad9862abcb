#include <xgrad/io/any_array.hpp>

#include <array>

namespace xgrad {
namespace {

constexpr std::size_t type_count = std::variant_size_v<AnyArray>;

template <std::size_t I>
using Alternative = std::variant_alternative_t<I, AnyArray>;

template <std::size_t... I>
AnyArray make(DType type, const Shape& shape, std::index_sequence<I...>) {
  using Make = AnyArray (*)(const Shape&);
  constexpr Make makers[] = {[](const Shape& extents) {
    return AnyArray(empty_array<typename Alternative<I>::value_type>(extents));
  }...};
  return makers[std::size_t(type)](shape);
}

}  // namespace

const char* to_string(DType type) noexcept {
  constexpr std::array<const char*, type_count> names = {"bool",   "int8",    "int16",  "int32",
                                                         "int64",  "uint8",   "uint16", "uint32",
                                                         "uint64", "float32", "float64"};
  return names[std::size_t(type)];
}

std::size_t element_bytes(DType type) noexcept {
  constexpr std::array<std::size_t, type_count> bytes = {1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
  return bytes[std::size_t(type)];
}

const Shape& shape_of(const AnyArray& array) {
  return std::visit([](const auto& held) -> const Shape& { return held.shape(); }, array);
}

AnyArray empty_any(DType type, const Shape& shape) {
  return make(type, shape, std::make_index_sequence<type_count>());
}

}  // namespace xgrad
