// Readers of files of arrays, given bytes that may be anything: what the tests of damaged files and
// of files that were made to do harm share.
#pragma once
#include "any_arrays.hpp"
#include "files.hpp"

#include <xgrad/io/npy.hpp>
#include <xgrad/io/safetensors.hpp>

#include <functional>

namespace damaged {

namespace fs = std::filesystem;
using any_arrays::pattern;
using files::Bytes;
using xgrad::ArrayMap, xgrad::DType, xgrad::FileError;

using Reader = std::function<ArrayMap(const fs::path&)>;
inline ArrayMap npy(const fs::path& path) {
  ArrayMap arrays;
  arrays.emplace("array", xgrad::read_npy(path));
  return arrays;
}
inline ArrayMap npz(const fs::path& path) { return xgrad::read_npz(path); }
inline ArrayMap safetensors(const fs::path& path) { return xgrad::read_safetensors(path).arrays; }

class DamagedFiles : public files::Folder {
 protected:
  DamagedFiles() : memory_(memfd_create("damaged", 0)) {}
  ~DamagedFiles() override { close(memory_); }

  /// A file in memory: there are tens of thousands of them.
  fs::path memory_file(const Bytes& bytes) const {
    EXPECT_EQ(ftruncate(memory_, 0), 0);
    EXPECT_EQ(pwrite(memory_, bytes.data(), bytes.size(), 0), ssize_t(bytes.size()));
    return "/proc/self/fd/" + std::to_string(memory_);
  }

  struct Sample {
    std::string name;
    Reader read;
    Bytes bytes;
    bool checked;  // whether a checksum covers the elements
  };

  /// A small file of each kind.
  std::vector<Sample> samples() {
    ArrayMap arrays;
    arrays.emplace("layer.weight", pattern(DType::float32, {2, 3}));
    arrays.emplace("mask", pattern(DType::boolean, {3}));
    arrays.emplace("none", pattern(DType::int16, {0, 2}));
    xgrad::write_npy(folder_ / "a.npy", pattern(DType::int32, {2, 3}));
    xgrad::write_npz(folder_ / "a.npz", arrays);
    xgrad::write_npz(folder_ / "b.npz", arrays, xgrad::Compression::deflate);
    xgrad::write_safetensors(folder_ / "a.safetensors", arrays, {{"key", "value"}});
    return {{"a.npy", npy, files::read(folder_ / "a.npy"), false},
            {"a.npz", npz, files::read(folder_ / "a.npz"), true},
            {"b.npz", npz, files::read(folder_ / "b.npz"), true},
            {"a.safetensors", safetensors, files::read(folder_ / "a.safetensors"), false}};
  }

  /// The message of the FileError, which is one line and names the file; "" if there is none.
  std::string error_of(const Reader& read, const Bytes& bytes, ArrayMap* found = nullptr) {
    const fs::path path = memory_file(bytes);
    try {
      ArrayMap arrays = read(path);
      if (found != nullptr) *found = std::move(arrays);
      return "";
    } catch (const FileError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_EQ(error.path(), path.string());
      EXPECT_LE(error.offset(), bytes.size() + 200);
      return error.what();
    }
  }
  void expect_error(const Reader& read, const Bytes& bytes, const std::string& part) {
    const std::string message = error_of(read, bytes);
    EXPECT_FALSE(message.empty()) << "no error, expected " << part;
    EXPECT_NE(message.find(part), std::string::npos) << "\"" << message << "\" lacks " << part;
  }

 private:
  int memory_;
};

/// A file with this header.
inline Bytes npy_file(const std::string& header, const Bytes& data, int version = 1) {
  Bytes length;
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  return Bytes("\x93NUMPY") + static_cast<char>(version) + '\0' + length + header + data;
}

inline Bytes safetensors_file(const std::string& header, const Bytes& data) {
  Bytes length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header + data;
}

}  // namespace damaged
