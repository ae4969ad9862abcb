// The IDX reader on every damaged file: cut, changed, or made to take all memory.
#include "files.hpp"

#include <xgrad/io/idx.hpp>

namespace {

namespace fs = std::filesystem;
using files::Bytes, files::expect_in_small_memory, files::gzip, files::header;
using xgrad::Array, xgrad::FileError, xgrad::read_idx;

class DamagedIdx : public files::Folder {};

/// Reading gives the right elements, in whatever shape, or a FileError, never anything else.
void expect_right_or_error(const fs::path& path, const Bytes& elements, int& right) {
  try {
    Array<std::uint8_t> array = read_idx<std::uint8_t>(path);
    EXPECT_EQ(Bytes(array.begin(), array.end()), elements);
    ++right;
  } catch (const FileError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    EXPECT_EQ(error.path(), path.string());
  }
}

TEST_F(DamagedIdx, EveryTruncation) {
  Bytes content = header(8, {2, 3, 4}) + "abcdefghijklmnopqrstuvwx";
  for (const Bytes& stored : {content, gzip(content)}) {
    for (std::size_t length = 0; length < stored.size(); ++length) {
      EXPECT_THROW(read_idx<std::uint8_t>(write("cut.idx", stored.substr(0, length))), FileError)
          << length << " of " << stored.size() << " bytes";
    }
  }
}

TEST_F(DamagedIdx, EveryHeaderByteFlipped) {
  Bytes elements = "abcdefghijklmnopqrstuvwx";
  Bytes content = header(8, {2, 3, 4}) + elements;
  int right = 0;
  for (std::size_t i = 0; i < content.size() - elements.size(); ++i) {
    for (int flip : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      Bytes changed = content;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      expect_right_or_error(write("flip.idx", changed), elements, right);
    }
  }
  EXPECT_EQ(right, 0);
}

TEST_F(DamagedIdx, EveryGzipBitFlipped) {
  Bytes elements = "abcdefghijklmnopqrstuvwx";
  Bytes packed = gzip(header(8, {2, 3, 4}) + elements);
  int right = 0;
  for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
    Bytes changed = packed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    expect_right_or_error(write("flip.gz", changed), elements, right);
  }
  EXPECT_GE(right, 49);  // the time, flags and system in the header mean nothing,
  EXPECT_LE(right, 56);  // nor do up to 7 bits between the last code and the checksum
}

TEST_F(DamagedIdx, MemoryIsBoundedByTheContent) {
  fs::path lie = write("lie.idx", header(8, {0xffffffff}) + "abcdefghijkl");
  fs::path packed_lie = write("lie.gz", gzip(header(8, {65535, 65535}) + "abcdefgh"));
  Bytes bomb_content = gzip(header(8, {1000}));
  Bytes zeros = gzip(Bytes(std::size_t(1) << 24, '\0'));
  for (int i = 0; i < 64; ++i) bomb_content += zeros;  // 1 GiB
  fs::path bomb = write("bomb.gz", bomb_content);
  for (const fs::path& path : {lie, packed_lie, bomb}) {
    SCOPED_TRACE(path);
    expect_in_small_memory([&] {
      try {
        read_idx<std::uint8_t>(path);
      } catch (const FileError&) {
        return true;
      }
      return false;
    });
  }
}

}  // namespace
