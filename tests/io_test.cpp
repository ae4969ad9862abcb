// The IDX reader: every type and rank, plain and gzip, and what it says of a file that is not one.
#include "files.hpp"

#include <xgrad/io/idx.hpp>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using files::Bytes, files::big_endian, files::Folder, files::gzip, files::header;
using xgrad::Array;
using xgrad::FileError;
using xgrad::read_idx;
using xgrad::Shape;

/// The format's code of a type, and an unsigned integer of its size.
template <unsigned type_code, class UnsignedInteger>
struct Coded {
  static constexpr unsigned code = type_code;
  using Bits = UnsignedInteger;
};
template <class V>
struct TypeOf;
template <>
struct TypeOf<std::uint8_t> : Coded<0x08, std::uint8_t> {};
template <>
struct TypeOf<std::int8_t> : Coded<0x09, std::uint8_t> {};
template <>
struct TypeOf<std::int16_t> : Coded<0x0b, std::uint16_t> {};
template <>
struct TypeOf<std::int32_t> : Coded<0x0c, std::uint32_t> {};
template <>
struct TypeOf<float> : Coded<0x0d, std::uint32_t> {};
template <>
struct TypeOf<double> : Coded<0x0e, std::uint64_t> {};

/// Element i of a test array: extremes first, then an asymmetric pattern.
template <class V>
V element(std::size_t i) {
  using Limits = std::numeric_limits<V>;
  const V extremes[] = {Limits::lowest(),
                        Limits::max(),
                        V(0),
                        V(1),
                        Limits::min(),
                        Limits::has_infinity ? Limits::quiet_NaN() : V(2)};
  if (i < 6) return extremes[i];
  return static_cast<V>(static_cast<std::int64_t>(i * 2654435761u % 1000003) - 500000);
}

template <class V>
Bytes encode(V value) {
  typename TypeOf<V>::Bits bits;
  static_assert(sizeof bits == sizeof value);
  std::memcpy(&bits, &value, sizeof bits);
  return big_endian(bits, sizeof bits);
}

template <class V>
class IdxTypes : public Folder {};
using AllTypes =
    testing::Types<std::uint8_t, std::int8_t, std::int16_t, std::int32_t, float, double>;
TYPED_TEST_SUITE(IdxTypes, AllTypes, );  // without the comma, clang -Wpedantic complains

TYPED_TEST(IdxTypes, RoundTrip) {
  using V = TypeParam;
  const std::vector<std::uint32_t> shapes[] = {
      {}, {1}, {7}, {3, 5}, {2, 3, 4}, {2, 1, 3, 5}, {0}, {3, 0, 2}, {0, 0xffffffff}, {300, 700}};
  for (const std::vector<std::uint32_t>& extents : shapes) {
    Shape shape(extents.begin(), extents.end());
    SCOPED_TRACE(xgrad::to_string(shape));
    Bytes content = header(TypeOf<V>::code, extents);
    for (std::size_t i = 0; i < xgrad::size_of(shape); ++i) content += encode(element<V>(i));
    for (const Bytes& stored : {content, gzip(content)}) {
      Array<V> array = read_idx<V>(this->write("array.idx", stored));
      EXPECT_EQ(array.shape(), shape);
      ASSERT_EQ(array.size(), xgrad::size_of(shape));
      for (std::size_t i = 0; i < array.size(); ++i) {
        V expected = element<V>(i);
        ASSERT_EQ(std::memcmp(array.data() + i, &expected, sizeof(V)), 0) << "element " << i;
      }
    }
  }
}

TYPED_TEST(IdxTypes, EveryOtherTypeIsAnError) {
  for (unsigned code = 0; code < 256; ++code) {
    if (code == TypeOf<TypeParam>::code) continue;
    fs::path path = this->write("array.idx", header(code, {1}) + Bytes(8, '\0'));
    try {
      read_idx<TypeParam>(path);
      ADD_FAILURE() << "read type code " << code;
    } catch (const FileError& error) {
      EXPECT_EQ(error.offset(), 2u);
    }
  }
}

class Idx : public Folder {
 protected:
  /// Reading `path` as bytes throws exactly `idx: expected <expected>, got <got> [<place>]`.
  static void expect_error(const fs::path& path, std::uint64_t offset, const std::string& expected,
                           const std::string& got, const std::string& place) {
    try {
      read_idx<std::uint8_t>(path);
      ADD_FAILURE() << "no error for " << path;
    } catch (const FileError& error) {
      EXPECT_EQ("idx: expected " + expected + ", got " + got + " [" + place + "]", error.what());
      EXPECT_EQ(error.path(), path.string());
      EXPECT_EQ(error.offset(), offset);
    }
  }
  static void expect_error(const fs::path& path, std::uint64_t offset, const std::string& expected,
                           const std::string& got) {
    expect_error(path, offset, expected, got, path.string() + ", byte " + std::to_string(offset));
  }

  /// The same error whether the content is stored plain or gzip.
  void expect_content_error(const Bytes& content, std::uint64_t offset, const std::string& expected,
                            const std::string& got) const {
    expect_error(write("bad.idx", content), offset, expected, got);
    expect_error(write("bad.idx.gz", gzip(content)), offset, expected, got);
  }
};

TEST_F(Idx, Unreadable) {
  fs::path missing = folder_ / "missing.idx";
  expect_error(missing, 0, "a readable file", "No such file or directory", missing.string());
  expect_error(folder_, 0, "a readable file", "Is a directory", folder_.string());
  fs::path below_file = write("file", "") / "x.idx";
  expect_error(below_file, 0, "a readable file", "Not a directory", below_file.string());
}

TEST_F(Idx, MessageIsOneLine) {
  fs::path path = folder_ / "new\nline\t\x7f\x1b[31m";
  std::string escaped = (folder_ / "new\\x0aline\\x09\\x7f\\x1b[31m").string();
  expect_error(path, 0, "a readable file", "No such file or directory", escaped);
  expect_error(write(path.filename(), "\x01"), 0 + 1, "a header of 4 bytes or more",
               "the end of the file", escaped + ", byte 1");
}

TEST_F(Idx, Header) {
  std::string end = "the end of the file";
  expect_content_error("", 0, "a header of 4 bytes or more", end);
  expect_content_error(Bytes(3, '\0'), 3, "a header of 4 bytes or more", end);
  expect_content_error(header(8, {2, 3}).substr(0, 11), 11, "a header of 12 bytes or more", end);
  expect_content_error("PK\3\4 and more", 0, "two zero bytes", "0x50");
  expect_content_error(Bytes("\0\x93NUMPY", 7), 1, "two zero bytes", "0x93");
  expect_content_error(header(0x0d, {1}), 2, "type code 0x08 (uint8)", "type code 0x0d (float)");
  expect_content_error(header(0x0a, {1}), 2, "type code 0x08 (uint8)", "type code 0x0a (unknown)");
  expect_content_error(Bytes("\0\0\x08\x21", 4) + Bytes(200, '\1'), 3, "rank 0 to 32", "rank 33");
  expect_content_error(Bytes("\0\0\x08\xff", 4), 3, "rank 0 to 32", "rank 255");
}

TEST_F(Idx, Rank32) {
  Array<std::uint8_t> array =
      read_idx<std::uint8_t>(write("deep.idx", header(8, std::vector<std::uint32_t>(32, 1)) + "x"));
  EXPECT_EQ(array.dimension(), 32u);
  EXPECT_EQ(*array.data(), 'x');
}

TEST_F(Idx, ExtentsThatOverflow) {
  constexpr std::uint32_t large = 0xffffffff;
  std::string limit = "extents of at most 9223372036854775807 bytes in all";
  std::string extent = std::to_string(large);
  expect_content_error(header(8, {large, large}), 4, limit, "(" + extent + ", " + extent + ")");
  // 2^64 and 2^96: zero elements to a product that wraps around
  expect_content_error(header(8, {0x80000000, 0x80000000, 4}), 4, limit,
                       "(2147483648, 2147483648, 4)");
  expect_content_error(header(8, {0x80000000, 0x80000000, 0x80000000, 8}), 4, limit,
                       "(2147483648, 2147483648, 2147483648, 8)");
  // no elements, yet strides beyond 2^63
  expect_content_error(header(8, {0, large, large, 2}), 4, limit,
                       "(0, " + extent + ", " + extent + ", 2)");
  // 2^61 doubles: a number of bytes that wraps around to none
  try {
    read_idx<double>(write("wrap.idx", header(0x0e, {0x40000000, 0x80000000})));
    ADD_FAILURE() << "no error";
  } catch (const FileError& error) {
    EXPECT_EQ(error.offset(), 4u);
  }
}

TEST_F(Idx, DataOfTheWrongLength) {
  Bytes content = header(8, {2, 3}) + "abcdef";
  expect_content_error(content.substr(0, 12), 12, "6 bytes of data", "0");
  expect_content_error(content.substr(0, 17), 17, "6 bytes of data", "5");
  expect_content_error(content + "g", 18, "the end of the file", "more data");
  expect_content_error(header(8, {0}) + "g", 8, "the end of the file", "more data");
  Bytes large = header(8, {1000000}) + Bytes(999999, 'x');
  expect_content_error(large, 1000007, "1000000 bytes of data", "999999");
  expect_content_error(large + "yz", 1000008, "the end of the file", "more data");
}

TEST_F(Idx, DamagedGzip) {
  Bytes content = header(8, {2, 3}) + "abcdef";
  Bytes packed = gzip(content);
  std::string more = "more gzip data", end = "the end of the file";
  expect_error(write("cut.gz", packed.substr(0, 2)), 0, more, end);
  expect_error(write("cut.gz", packed.substr(0, packed.size() - 1)), 18, more, end);
  expect_error(write("cut.gz", packed.substr(0, packed.size() - 8)), 18, more, end);
  Bytes crc = packed, length = packed;
  crc[packed.size() - 8] ^= 1;
  length[packed.size() - 1] ^= 1;
  expect_error(write("crc.gz", crc), 18, "intact gzip data", "incorrect data check");
  expect_error(write("length.gz", length), 18, "intact gzip data", "incorrect length check");
  expect_error(write("garbage.gz", packed + "garbage"), 18, "the end of the gzip data",
               "incorrect header check");
  expect_error(write("padded.gz", packed + Bytes(1, '\0')), 18, more, end);
}

TEST_F(Idx, GzipOfSeveralMembers) {
  Bytes content = header(8, {2, 3}) + "abcdef";
  fs::path path =
      write("two.gz", gzip(content.substr(0, 14)) + gzip("") + gzip(content.substr(14)));
  Array<std::uint8_t> array = read_idx<std::uint8_t>(path);
  EXPECT_EQ(std::string(array.begin(), array.end()), "abcdef");
}

}  // namespace
