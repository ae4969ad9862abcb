// npy, npz and safetensors files that are damaged: cut at every byte, every byte changed, fields at
// their extremes. A FileError or the right arrays, in bounded memory.
#include "damaged.hpp"

#include <sys/stat.h>

namespace {

using namespace damaged;
using files::expect_in_small_memory;

TEST_F(DamagedFiles, EveryTruncation) {
  for (const Sample& sample : samples()) {
    for (std::size_t length = 0; length < sample.bytes.size(); ++length) {
      EXPECT_NE(error_of(sample.read, sample.bytes.substr(0, length)), "")
          << sample.name << " cut to " << length << " of " << sample.bytes.size() << " bytes";
    }
    EXPECT_NE(error_of(sample.read, sample.bytes + 'x'), "") << sample.name;
    EXPECT_NE(error_of(sample.read, sample.bytes + sample.bytes), "") << sample.name;
    EXPECT_NE(error_of(sample.read, 'x' + sample.bytes), "") << sample.name;
  }
}

TEST_F(DamagedFiles, EveryByteChanged) {
  for (const Sample& sample : samples()) {
    ArrayMap right;
    EXPECT_EQ(error_of(sample.read, sample.bytes, &right), "");
    for (std::size_t i = 0; i < sample.bytes.size(); ++i) {
      for (const int flip : {1, 32, 128, 255}) {
        Bytes changed = sample.bytes;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        ArrayMap found;
        if (!error_of(sample.read, changed, &found).empty()) continue;
        std::size_t bytes = 0;
        for (const auto& [name, array] : found) bytes += any_arrays::content(array).size();
        EXPECT_LE(bytes, 2 * sample.bytes.size());
        // What a CRC covers is right or an error, but for the member's name; dates mean nothing.
        if (sample.checked && found.size() == right.size() &&
            found.begin()->first == right.begin()->first) {
          for (const auto& [name, array] : found) {
            if (right.count(name) != 0) {
              EXPECT_TRUE(any_arrays::same(array, right.at(name))) << sample.name << ' ' << i;
            }
          }
        }
      }
    }
  }
}

/// Every field of 2, 4 or 8 bytes, at every place, at its extremes.
TEST_F(DamagedFiles, EveryFieldAtItsExtremes) {
  for (const Sample& sample : samples()) {
    expect_in_small_memory([&] {
      for (std::size_t i = 0; i < sample.bytes.size(); ++i) {
        for (const std::size_t width : std::vector<std::size_t>{2, 4, 8}) {
          const std::uint64_t ones = UINT64_MAX >> (64 - 8 * width);
          for (const std::uint64_t value : {std::uint64_t(0), ones, ones / 2, ones / 2 + 1}) {
            Bytes changed = sample.bytes;
            for (std::size_t k = 0; k < width && i + k < changed.size(); ++k) {
              changed[i + k] = static_cast<char>(value >> (8 * k) & 0xff);
            }
            error_of(sample.read, changed);
          }
        }
      }
      return !testing::Test::HasFailure();
    });
  }
}

TEST_F(DamagedFiles, MemoryIsBoundedByTheFile) {
  const Bytes claim =
      "{" + std::string("'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,)}");
  const fs::path array = write("lie.npy", npy_file(claim, "abcdefgh"));
  const fs::path tensor = write(
      "lie.safetensors",
      safetensors_file(
          "{\"a\":{\"dtype\":\"F64\",\"shape\":[100000000],\"data_offsets\":[0,800000000]}}", "x"));
  // 300 MiB of zeros in a third of a MiB, honestly declared.
  const fs::path bomb = folder_ / "bomb.npz";
  {
    ArrayMap zeros;
    zeros.emplace("zeros", xgrad::Array<std::int8_t>(
                               xgrad::Array<std::int8_t>::shape_type{std::size_t(300) << 20}, 0));
    xgrad::write_npz(bomb, zeros, xgrad::Compression::deflate);
    zeros.clear();
    xgrad::release_memory();
  }
  const std::pair<Reader, fs::path> cases[] = {{npy, array}, {safetensors, tensor}, {npz, bomb}};
  for (const auto& [read, path] : cases) {
    SCOPED_TRACE(path);
    expect_in_small_memory([&, &read_one = read, &file = path] {
      try {
        read_one(file);
      } catch (const FileError&) {
        return true;
      }
      return false;
    });
  }
}

TEST_F(DamagedFiles, NotRegularFiles) {
  for (const Reader& read : {Reader(npy), Reader(npz), Reader(safetensors)}) {
    for (const fs::path& path : {folder_, fs::path("/dev/zero"), folder_ / "missing"}) {
      EXPECT_THROW(read(path), FileError) << path;
    }
    const fs::path pipe = folder_ / "pipe";
    if (!fs::exists(pipe)) {
      ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    }
    EXPECT_THROW(read(pipe), FileError);
  }
}

}  // namespace
