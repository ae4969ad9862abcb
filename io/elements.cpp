#include <xgrad/io/elements.hpp>

#include <algorithm>
#include <cstring>

namespace xgrad {
namespace {

constexpr std::size_t max_rank = 64;  // NumPy's

float float_of(std::uint32_t bits) noexcept {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void swap_elements(unsigned char* bytes, std::size_t count, std::size_t element) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    std::reverse(bytes + i * element, bytes + (i + 1) * element);
  }
}

/// Floats from the halves that fill the second half of their memory. A float never covers a half
/// that is still to come.
void widen(unsigned char* bytes, std::size_t count, StoredType::Format format) noexcept {
  const unsigned char* halves = bytes + 2 * count;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t half;
    std::memcpy(&half, halves + 2 * i, sizeof half);
    const float value =
        format == StoredType::Format::float16 ? from_float16(half) : from_bfloat16(half);
    std::memcpy(bytes + 4 * i, &value, sizeof value);
  }
}

}  // namespace

float from_float16(std::uint16_t bits) noexcept {
  const std::uint32_t sign = std::uint32_t(bits & 0x8000u) << 16;
  std::uint32_t exponent = bits >> 10 & 31u, fraction = bits & 0x3ffu;
  if (exponent == 31) return float_of(sign | 0x7f800000u | fraction << 13);
  if (exponent != 0) return float_of(sign | (exponent + 112) << 23 | fraction << 13);
  if (fraction == 0) return float_of(sign);
  // A denormal half is a normal float: its first one becomes the implicit bit.
  exponent = 113;
  for (; (fraction & 0x400u) == 0; fraction <<= 1) --exponent;
  return float_of(sign | exponent << 23 | (fraction & 0x3ffu) << 13);
}

float from_bfloat16(std::uint16_t bits) noexcept { return float_of(std::uint32_t(bits) << 16); }

std::uint64_t checked_bytes(const Source& source, const std::vector<std::uint64_t>& extents,
                            const StoredType& stored, std::uint64_t available, std::uint64_t offset,
                            const char* field) {
  if (extents.size() > max_rank) {
    source.fail(offset, field, "at most " + std::to_string(max_rank) + " axes",
                std::to_string(extents.size()));
  }
  constexpr auto limit = static_cast<std::uint64_t>(PTRDIFF_MAX);
  std::uint64_t span = std::max<std::uint64_t>(stored.bytes(), element_bytes(stored.type));
  bool empty = false;
  for (const std::uint64_t extent : extents) {
    empty = empty || extent == 0;
    const std::uint64_t factor = std::max<std::uint64_t>(extent, 1);
    if (span > limit / factor) {
      source.fail(offset, field, "extents of at most " + std::to_string(limit) + " bytes in all",
                  "extent " + std::to_string(extent) + " among " + std::to_string(extents.size()));
    }
    span *= factor;
  }
  if (empty) return 0;
  const std::uint64_t bytes = span / element_bytes(stored.type) * stored.bytes();
  if (bytes > available) {
    source.fail(offset, field, "at most the " + std::to_string(available) + " bytes that are left",
                "a shape of " + std::to_string(bytes) + " bytes");
  }
  return bytes;
}

AnyArray read_elements(Source& source, const StoredType& stored, const Shape& shape) {
  AnyArray array = empty_any(stored.type, shape);
  const std::size_t count = size_of(shape);
  if (count == 0) return array;
  auto* bytes =
      std::visit([](auto& held) { return reinterpret_cast<unsigned char*>(held.data()); }, array);
  const std::uint64_t start = source.offset(), length = count * stored.bytes();
  unsigned char* place = bytes + (count * element_bytes(stored.type) - length);
  source.read(place, length, "data");
  if (stored.swapped) swap_elements(place, count, static_cast<std::size_t>(stored.bytes()));
  if (stored.format != StoredType::Format::same) widen(bytes, count, stored.format);
  if (stored.type == DType::boolean) {
    const unsigned char* wrong =
        std::find_if(bytes, bytes + count, [](unsigned char byte) { return byte > 1; });
    if (wrong != bytes + count) {
      source.fail(start + static_cast<std::uint64_t>(wrong - bytes), "data", "a bool, 0 or 1",
                  std::to_string(*wrong));
    }
  }
  return array;
}

}  // namespace xgrad
