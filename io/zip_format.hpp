// Records of a zip file: their signatures, and little-endian fields.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace xgrad::zip {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50,
                        end_signature = 0x06054b50, end64_signature = 0x06064b50,
                        locator_signature = 0x07064b50, descriptor_signature = 0x08074b50;
constexpr std::size_t local_bytes = 30, central_bytes = 46, end_bytes = 22, end64_bytes = 56,
                      locator_bytes = 20;
constexpr std::uint16_t zip64_extra = 1;
constexpr std::uint16_t in64_short = 0xffff;  // the value stands in a 64-bit field
constexpr std::uint32_t in64 = 0xffffffff;
constexpr std::uint16_t encrypted = 1, has_descriptor = 8, utf8 = 0x800;
constexpr std::uint16_t stored = 0, deflated = 8;

/// `count` bytes at `at`, least significant first.
inline std::uint64_t field(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}
inline std::uint16_t u16(const std::string& bytes, std::size_t at) {
  return static_cast<std::uint16_t>(field(bytes, at, 2));
}
inline std::uint32_t u32(const std::string& bytes, std::size_t at) {
  return static_cast<std::uint32_t>(field(bytes, at, 4));
}
inline std::uint64_t u64(const std::string& bytes, std::size_t at) { return field(bytes, at, 8); }

/// A record in the making.
class Record {
 public:
  Record& u16(std::uint64_t value) { return put(value, 2); }
  Record& u32(std::uint64_t value) { return put(value, 4); }
  Record& u64(std::uint64_t value) { return put(value, 8); }
  Record& text(const std::string& value) {
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const noexcept { return bytes_; }

 private:
  Record& put(std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
  std::string bytes_;
};

}  // namespace xgrad::zip
