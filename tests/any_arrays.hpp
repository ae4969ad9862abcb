// Arrays of every type that files hold, with bit patterns that tests/goldens/files.py states too.
#pragma once
#include <gtest/gtest.h>
#include <xgrad/io/npz.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace any_arrays {

using xgrad::AnyArray, xgrad::ArrayMap, xgrad::DType, xgrad::Shape;

inline const DType types[] = {DType::boolean, DType::int8,    DType::int16,  DType::int32,
                              DType::int64,   DType::uint8,   DType::uint16, DType::uint32,
                              DType::uint64,  DType::float32, DType::float64};
inline const std::pair<const char*, Shape> shapes[] = {
    {"scalar", {}}, {"vector", {7}}, {"matrix", {3, 5}}, {"cube", {2, 3, 4}}, {"empty", {2, 0, 3}}};

inline unsigned char* bytes_of(AnyArray& array) {
  return std::visit([](auto& a) { return reinterpret_cast<unsigned char*>(a.data()); }, array);
}
inline std::string content(const AnyArray& array) {
  const xgrad::ArrayView view(array);
  return {static_cast<const char*>(view.data), view.byte_count()};
}

/// Element i has the low bytes of (i + 1) 0x9E3779B97F4A7C15 / 8.
inline AnyArray pattern(DType type, const Shape& shape) {
  AnyArray array = xgrad::empty_any(type, shape);
  const std::size_t element = xgrad::element_bytes(type);
  for (std::size_t i = 0; i < xgrad::size_of(shape); ++i) {
    std::uint64_t word = (i + 1) * 0x9E3779B97F4A7C15u >> 3;
    if (type == DType::boolean) word &= 1;
    std::memcpy(bytes_of(array) + i * element, &word, element);
  }
  return array;
}

template <class V, class Bits>
AnyArray from_bits(const std::vector<Bits>& bits) {
  static_assert(sizeof(V) == sizeof(Bits));
  xgrad::Array<V> array = xgrad::empty_array<V>({bits.size()});
  std::memcpy(array.data(), bits.data(), bits.size() * sizeof(V));
  return array;
}

/// NaN with payloads, infinities, -0, denormals, extremes.
inline AnyArray special_floats() {
  return from_bits<float>(std::vector<std::uint32_t>{0x7FC00000, 0x7F800001, 0xFFFFFFFF, 0x7F800000,
                                                     0xFF800000, 0x80000000, 0, 1, 0x807FFFFF,
                                                     0x7F7FFFFF, 0x00800000});
}
inline AnyArray special_doubles() {
  return from_bits<double>(
      std::vector<std::uint64_t>{0x7FF8000000000000, 0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF,
                                 0x7FF0000000000000, 0xFFF0000000000000, 0x8000000000000000, 0, 1,
                                 0x800FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF, 0x0010000000000000});
}

/// Every type in every shape: "int8_matrix"; "special/float32".
inline ArrayMap all() {
  ArrayMap arrays;
  for (const DType type : types) {
    for (const auto& [name, shape] : shapes) {
      arrays.emplace(std::string(to_string(type)) + "_" + name, pattern(type, shape));
    }
  }
  arrays.emplace("special/float32", special_floats());
  arrays.emplace("special/float64", special_doubles());
  return arrays;
}

/// The same type, shape and bits.
inline testing::AssertionResult same(const AnyArray& found, const AnyArray& expected) {
  if (dtype(found) != dtype(expected)) {
    return testing::AssertionFailure()
           << to_string(dtype(found)) << ", expected " << to_string(dtype(expected));
  }
  if (shape_of(found) != shape_of(expected)) {
    return testing::AssertionFailure()
           << to_string(shape_of(found)) << ", expected " << to_string(shape_of(expected));
  }
  if (content(found) != content(expected)) return testing::AssertionFailure() << "other bits";
  return testing::AssertionSuccess();
}
inline void expect_same(const ArrayMap& found, const ArrayMap& expected) {
  EXPECT_EQ(found.size(), expected.size());
  for (const auto& [name, array] : expected) {
    const auto place = found.find(name);
    ASSERT_NE(place, found.end()) << name;
    EXPECT_TRUE(same(place->second, array)) << name;
  }
}

}  // namespace any_arrays
