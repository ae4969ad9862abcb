// npy, npz, safetensors and CSV files that are damaged or made to do harm: cut at every byte, every
// byte changed, fields at their extremes. A FileError or the right arrays, in bounded memory.
#include "any_arrays.hpp"
#include "files.hpp"

#include <xgrad/io/npy.hpp>
#include <xgrad/io/safetensors.hpp>

#include <functional>

namespace {

namespace fs = std::filesystem;
using any_arrays::pattern;
using files::Bytes, files::expect_in_small_memory;
using xgrad::ArrayMap, xgrad::DType, xgrad::FileError;

using Reader = std::function<ArrayMap(const fs::path&)>;
ArrayMap npy(const fs::path& path) {
  ArrayMap arrays;
  arrays.emplace("array", xgrad::read_npy(path));
  return arrays;
}
ArrayMap npz(const fs::path& path) { return xgrad::read_npz(path); }
ArrayMap safetensors(const fs::path& path) { return xgrad::read_safetensors(path).arrays; }

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
    EXPECT_NE(message.find(part), std::string::npos) << "\"" << message << "\" lacks " << part;
  }

 private:
  int memory_;
};

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
        for (const std::size_t width : {2, 4, 8}) {
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

Bytes npy_file(const std::string& header, const Bytes& data, int version = 1) {
  Bytes length;
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  return Bytes("\x93NUMPY") + static_cast<char>(version) + '\0' + length + header + data;
}

TEST_F(DamagedFiles, Npy) {
  const auto shape = [](const std::string& text) {
    return npy_file("{'descr': '<i4', 'fortran_order': False, 'shape': " + text + "}", "");
  };
  expect_error(npy, shape("(18446744073709551616,)"), "expected an extent below 2^64");
  expect_error(npy, shape("(18446744073709551615,)"), "extents of at most");
  expect_error(npy, shape("(4294967296, 4294967296)"), "extents of at most");
  expect_error(npy, shape("(0, 4294967296, 4294967296)"), "extents of at most");
  expect_error(npy, shape("(2305843009213693952,)"), "extents of at most");
  expect_error(npy, shape("(2305843009213693951,)"), "at most the 0 bytes that are left");
  expect_error(npy, shape("(1000000000,)"), "at most the 0 bytes that are left");
  expect_error(npy, shape("(-1,)"), "expected an extent, got \"-1,)}\"");
  expect_error(npy, shape("(1.0,)"), "expected ','");
  expect_error(npy, shape("(1, 2.0)"), "expected ')'");
  expect_error(npy, shape("(1)"), "expected ',', got \")}\"");
  expect_error(npy, shape("[1]"), "expected '('");
  expect_error(npy, shape("((1,),)"), "expected an extent");
  expect_error(npy, shape("(" + std::string(60000, '(')), "expected an extent");
  std::string axes;
  for (int i = 0; i < 65; ++i) axes += "1,";
  expect_error(npy, shape("(" + axes + ")"), "at most 64 axes, got 65");
  expect_error(npy, shape("(1,), 'shape': (1,)"), "each once, got \"shape\"");
  expect_error(npy, shape("(1,), 'extra': 1"), "each once, got \"extra\"");
  expect_error(npy, npy_file("{'descr': '<i4', 'shape': (1,)}", "abcd"), "no fortran_order");
  expect_error(npy, npy_file("{'descr': '<i4'", "abcd"), "expected '}', got the header's end");
  expect_error(npy, npy_file("{'descr': '<i4", "abcd"), "expected a closing quote");
  expect_error(npy, npy_file("{}", "abcd"), "no descr");
  expect_error(npy, npy_file("", "abcd"), "expected '{'");
  expect_error(npy, npy_file("{'descr': '|i4', 'fortran_order': False, 'shape': ()}", "abcd"),
               "got \"|i4\"");
  expect_error(npy, npy_file("{'descr': '|b1', 'fortran_order': 0, 'shape': ()}", "\2"),
               "expected True or False");
  expect_error(npy, npy_file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", "\1\2"),
               "expected a bool, 0 or 1, got 2");
  expect_error(npy, npy_file("{'descr': '|b1', 'fortran_order': False, 'shape': ()}#", "\1"),
               "the end of the header");
  expect_error(npy, Bytes("\x93NUMPY\4\0", 8) + Bytes(100, ' '),
               "expected 1.0, 2.0 or 3.0, got 4.0");
  expect_error(npy, Bytes("\x93NUMPY\2\0\xff\xff\xff\xff", 12), "at most 65536, got 4294967295");
}

Bytes safetensors_file(const std::string& header, const Bytes& data) {
  Bytes length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header + data;
}

TEST_F(DamagedFiles, Safetensors) {
  const auto expect = [&](const std::string& header, const Bytes& data, const std::string& part) {
    expect_error(safetensors, safetensors_file(header, data), part);
  };
  const auto entry = [](const std::string& name, const std::string& type, const std::string& shape,
                        const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
  };
  const std::string a = entry("a", "F32", "[1]", "[0,4]"), b = entry("b", "F32", "[1]", "[4,8]");
  expect("{" + a + "," + b + "}", "abcdefgh", "");
  expect("{" + a + "," + a + "}", "abcd", "names that differ, got one twice");
  expect("{" + a + ",\"\\u0061\"" + a.substr(3) + "}", "abcd", "names that differ");
  expect("{" + b + "}", "abcdefgh", "a range from 0 to at most 8, got 4 to 8");  // a hole
  expect("{" + a + "," + entry("b", "F32", "[1]", "[2,6]") + "}", "abcdef", "from 4 to");
  expect("{" + a + "}", "abcdefgh", "the end of the file, got 4 more bytes");
  expect("{" + a + "}", "abc", "at most 3, got 0 to 4");
  expect("{" + entry("a", "F32", "[1]", "[4,0]") + "}", "abcd", "got 4 to 0");
  expect("{" + entry("a", "F32", "[2]", "[0,4]") + "}", "abcd", "\"a\" shape");
  expect("{" + entry("a", "F32", "[0]", "[0,4]") + "}", "abcd", "0 bytes, as the shape says");
  expect("{" + entry("a", "F32", "[4294967296,4294967296]", "[0,4]") + "}", "abcd", "extents");
  expect("{" + entry("a", "F32", "[18446744073709551616]", "[0,4]") + "}", "abcd", "the number");
  expect("{" + entry("a", "F32", "[1]", "[0,4,4]") + "}", "abcd", "two offsets, got more");
  expect("{" + entry("a", "F32", "[1]", "[0]") + "}", "abcd", "two offsets, got 1");
  expect("{" + entry("a", "F32", "[-1]", "[0,4]") + "}", "abcd", "whole numbers from 0, got -1");
  expect("{" + entry("a", "F32", "[1.0]", "[0,4]") + "}", "abcd", "the number \"1.0\"");
  expect("{" + entry("a", "F32", "[[1]]", "[0,4]") + "}", "abcd", "got an array");
  expect("{" + entry("a", "F8_E5M2", "[4]", "[0,4]") + "}", "abcd", "got \"F8_E5M2\"");
  expect("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", "abcd", "dtype, shape and data_offsets");
  expect("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "", "\"dtype\" twice");
  expect("{\"a\":{\"more\":1}}", "", "got \"more\"");
  expect("{\"a\":[]}", "", "got an array");
  expect("{\"a\":null}", "", "got null");
  expect("{\"__metadata__\":{\"k\":1}}", "", "a string for each key, got a number");
  expect("{\"__metadata__\":{\"k\":\"v\",\"k\":\"v\"}}", "", "\"k\" twice");
  expect("{\"__metadata__\":{},\"__metadata__\":{}}", "", "names that differ");
  expect("{}{}", "", "JSON");
  expect("[]", "", "expected '{'");
  expect("", "", "expected '{', got nothing");
  expect("{\"a\xff\":1}", "", "JSON");
  expect(std::string("{\"a\0\":1}", 8), "", "JSON");
  expect("{\"a\":" + std::string(1 << 20, '['), "", "got an array");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  expect(objects, "", "got \"a\"");
  expect_error(safetensors, Bytes(8, '\xff'), "header length");
  expect_error(safetensors, Bytes("\xff\xff\xff\0\0\0\0\0{", 9), "16777215 bytes, got 1 before");
  expect("{" + entry("a", "BOOL", "[2]", "[0,2]") + "}", "\1\3", "a bool, 0 or 1, got 3");
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
