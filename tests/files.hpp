// Files for the tests that read some: a folder for them, IDX headers, gzip, a limit of memory.
#pragma once
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace files {

namespace fs = std::filesystem;
using Bytes = std::string;

/// The `count` low bytes of `value`, most significant first.
inline Bytes big_endian(std::uint64_t value, std::size_t count) {
  Bytes bytes;
  for (std::size_t i = count; i-- > 0;) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

/// What an IDX file starts with.
inline Bytes header(unsigned type, const std::vector<std::uint32_t>& extents) {
  Bytes bytes = big_endian(type, 3) + big_endian(extents.size(), 1);
  for (std::uint32_t extent : extents) bytes += big_endian(extent, 4);
  return bytes;
}

/// One gzip member.
inline Bytes gzip(const Bytes& content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes packed(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline Bytes read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

/// Runs `body` in a process of its own that can get 256 MiB of memory more than it has.
inline void expect_in_small_memory(const std::function<bool()>& body) {
  constexpr rlim_t room = rlim_t(256) << 20;
  auto run = [&] {
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlim_t limit = pages * rlim_t(sysconf(_SC_PAGESIZE)) + room;
    rlimit limits{limit, limit};
    if (setrlimit(RLIMIT_AS, &limits) != 0) std::_Exit(2);
    void* block = mmap(nullptr, 2 * room, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block != MAP_FAILED) std::_Exit(3);
    std::_Exit(body() ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

/// A folder for the files of a test.
class Folder : public testing::Test {
 protected:
  Folder() {
    std::string name = testing::TempDir() + "xgrad_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    folder_ = name;
  }
  ~Folder() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const Bytes& content) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    file << content;
    return folder_ / name;
  }

  fs::path folder_;
};

}  // namespace files
