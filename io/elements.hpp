// The elements of an array as they lie in a file: of a type of AnyArray, in either byte order, or
// of half precision.
#pragma once
#include <xgrad/io/any_array.hpp>
#include <xgrad/io/source.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad {

struct StoredType {
  DType type;  // in memory
  enum class Format { same, float16, bfloat16 } format = Format::same;
  bool swapped = false;  // big-endian

  std::uint64_t bytes() const noexcept { return format == Format::same ? element_bytes(type) : 2; }
};

/// The float of these 16 bits: IEEE 754 half precision, and the upper half of a float's bits.
float from_float16(std::uint16_t bits) noexcept;
float from_bfloat16(std::uint16_t bits) noexcept;

/// Bytes of the elements, given the extents that a file claims. Throws FileError at `offset` in
/// `field` if they are more than `available`, or an array of this shape cannot be in memory: not
/// even the product of the extents that are not 0 may overflow, for strides are such products.
std::uint64_t checked_bytes(const Source& source, const std::vector<std::uint64_t>& extents,
                            const StoredType& stored, std::uint64_t available, std::uint64_t offset,
                            const char* field);

/// The next elements of a source, row by row. Call checked_bytes before. Throws FileError if bytes
/// are missing, or a bool is neither 0 nor 1.
AnyArray read_elements(Source& source, const StoredType& stored, const Shape& shape);

}  // namespace xgrad
