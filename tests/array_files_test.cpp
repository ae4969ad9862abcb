// npy, npz and safetensors: what is written comes back bit by bit, and files of NumPy and of the
// safetensors package (tests/goldens/files, made by files.py) are read.
#include "any_arrays.hpp"
#include "files.hpp"

#include <xgrad/io/elements.hpp>
#include <xgrad/io/npy.hpp>
#include <xgrad/io/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

namespace fs = std::filesystem;
using namespace any_arrays;
using xgrad::Array, xgrad::FileError, xgrad::Tensor;

const fs::path goldens = fs::path(XGRAD_SOURCE_DIR) / "tests" / "goldens" / "files";
const xgrad::Metadata metadata = {{"format", "np"},
                                  {"a \"key\"", "a value\nof two lines, \xc3\xbc"}};

class ArrayFiles : public files::Folder {};

TEST_F(ArrayFiles, NpyRoundTrip) {
  for (const auto& [name, array] : all()) {
    const fs::path path = folder_ / "array.npy";
    xgrad::write_npy(path, array);
    EXPECT_TRUE(same(xgrad::read_npy(path), array)) << name;
    EXPECT_EQ((files::read(path).size() - xgrad::ArrayView(array).byte_count()) % 64, 0u);
  }
}

TEST_F(ArrayFiles, NpzRoundTrip) {
  const ArrayMap arrays = all();
  for (const auto compression : {xgrad::Compression::none, xgrad::Compression::deflate}) {
    xgrad::write_npz(folder_ / "arrays.npz", arrays, compression);
    expect_same(xgrad::read_npz(folder_ / "arrays.npz"), arrays);
  }
  xgrad::write_npz(folder_ / "none.npz", ArrayMap());
  EXPECT_TRUE(xgrad::read_npz(folder_ / "none.npz").empty());
}

TEST_F(ArrayFiles, ListsOfNames) {
  const Tensor<double> x = {1, 2};
  const Array<std::int64_t> y = {3, 4, 5};
  xgrad::write_npz(folder_ / "list.npz", {{"x", x}, {"y", y}});
  xgrad::write_safetensors(folder_ / "list.safetensors", {{"x", x}, {"y", y}}, {{"key", "value"}});
  const ArrayMap npz = xgrad::read_npz(folder_ / "list.npz");
  expect_same(npz, xgrad::read_safetensors(folder_ / "list.safetensors").arrays);
  EXPECT_TRUE(same(npz.at("x"), x.value()));
  EXPECT_TRUE(same(npz.at("y"), y));
}

TEST_F(ArrayFiles, LargeMembers) {  // beyond every buffer, with a poor and a great compression
  ArrayMap arrays;
  arrays.emplace("noise", pattern(DType::uint64, {40000}));
  arrays.emplace("zeros", Array<double>(Array<double>::shape_type{100000}, 0.0));
  xgrad::write_npz(folder_ / "large.npz", arrays, xgrad::Compression::deflate);
  EXPECT_LT(fs::file_size(folder_ / "large.npz"), 400000u);
  expect_same(xgrad::read_npz(folder_ / "large.npz"), arrays);
  xgrad::write_safetensors(folder_ / "large.safetensors", arrays);
  expect_same(xgrad::read_safetensors(folder_ / "large.safetensors").arrays, arrays);
}

TEST_F(ArrayFiles, SafetensorsRoundTrip) {
  const ArrayMap arrays = all();
  const fs::path path = folder_ / "arrays.safetensors";
  xgrad::write_safetensors(path, arrays, metadata);
  const xgrad::Safetensors found = xgrad::read_safetensors(path);
  expect_same(found.arrays, arrays);
  EXPECT_EQ(found.metadata, metadata);
  xgrad::write_safetensors(path, ArrayMap());
  EXPECT_TRUE(xgrad::read_safetensors(path).arrays.empty());
  EXPECT_TRUE(xgrad::read_safetensors(path).metadata.empty());
}

TEST_F(ArrayFiles, TheSameArraysGiveTheSameBytes) {
  const ArrayMap arrays = all();
  for (const char* name : {"first", "second"}) {
    xgrad::write_npz(folder_ / (std::string(name) + ".npz"), arrays, xgrad::Compression::deflate);
    xgrad::write_safetensors(folder_ / (std::string(name) + ".safetensors"), arrays, metadata);
  }
  for (const char* extension : {".npz", ".safetensors"}) {
    EXPECT_EQ(files::read(folder_ / (std::string("first") + extension)),
              files::read(folder_ / (std::string("second") + extension)));
  }
}

TEST_F(ArrayFiles, TensorsAndTypes) {
  const fs::path path = folder_ / "tensor.npy";
  const Tensor<double> tensor = {{1, 2, 3}, {4, 5, 6}};
  xgrad::write_npy(path, tensor);
  EXPECT_EQ(xgrad::read_npy<double>(path), tensor.value());
  try {
    xgrad::read_npy<float>(path);
    ADD_FAILURE() << "read doubles as floats";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(),
              "npy: expected elements of type float32, got float64 [" + path.string() + "]");
  }
}

TEST(Goldens, OfNumpy) {
  const ArrayMap arrays = all();
  expect_same(xgrad::read_npz(goldens / "stored.npz"), arrays);
  expect_same(xgrad::read_npz(goldens / "deflated.npz"), arrays);
  const AnyArray matrix = pattern(DType::float64, {3, 5});
  for (const char* version : {"1", "2", "3"}) {
    EXPECT_TRUE(
        same(xgrad::read_npy(goldens / (std::string("version") + version + ".npy")), matrix));
  }
  const ArrayMap streamed = xgrad::read_npz(goldens / "streamed.npz");
  EXPECT_TRUE(same(streamed.at("matrix"), matrix));
}

TEST(Goldens, OfEveryOrder) {
  const ArrayMap found = xgrad::read_npz(goldens / "orders.npz");
  EXPECT_EQ(found.size(), 11u * 9);
  for (const DType type : types) {
    for (const auto& [name, shape] : shapes) {
      if (shape.empty() || xgrad::size_of(shape) == 0) continue;
      for (const char* order : {"_big", "_fortran", "_big_fortran"}) {
        const std::string full = std::string(to_string(type)) + "_" + name + order;
        EXPECT_TRUE(same(found.at(full), pattern(type, shape))) << full;
      }
    }
  }
}

TEST(Goldens, OfSafetensors) {
  const xgrad::Safetensors found = xgrad::read_safetensors(goldens / "arrays.safetensors");
  expect_same(found.arrays, all());
  EXPECT_EQ(found.metadata, metadata);
  const ArrayMap halves = xgrad::read_safetensors(goldens / "half.safetensors").arrays;
  EXPECT_EQ(halves.size(), 4u);
  EXPECT_TRUE(same(halves.at("half"), halves.at("half_values")));
  EXPECT_TRUE(same(halves.at("brain"), halves.at("brain_values")));
}

TEST(Goldens, OfHalfPrecision) {
  EXPECT_TRUE(
      same(xgrad::read_npy(goldens / "half.npy"), xgrad::read_npy(goldens / "half_values.npy")));
}

TEST(Goldens, OtherTypesAreErrors) {
  const std::pair<const char*, const char*> cases[] = {{"complex.npy", "\"<c16\""},
                                                       {"object.npy", "\"|O\""},
                                                       {"text.npy", "\"<U2\""},
                                                       {"structure.npy", "\"[('a', '<i4'), "}};
  for (const auto& [name, got] : cases) {
    try {
      xgrad::read_npy(goldens / name);
      ADD_FAILURE() << name;
    } catch (const FileError& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.find("npy: expected bool, int8..64, uint8..64 or float16..64, got "), 0u);
      EXPECT_NE(message.find(got), std::string::npos) << message;
      EXPECT_EQ(error.field(), "descr");
      EXPECT_EQ(error.offset(), 20u);
    }
  }
}

TEST(HalfPrecision, EveryValue) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const int exponent = int(bits >> 10 & 31), fraction = int(bits & 1023);
    const float value = xgrad::from_float16(static_cast<std::uint16_t>(bits));
    EXPECT_EQ(std::signbit(value), bits >= 0x8000);
    if (exponent == 31 && fraction != 0) {
      EXPECT_TRUE(std::isnan(value));
    } else {
      const double magnitude = exponent == 31  ? std::numeric_limits<double>::infinity()
                               : exponent == 0 ? std::ldexp(fraction, -24)
                                               : std::ldexp(1024 + fraction, exponent - 25);
      EXPECT_EQ(std::abs(value), magnitude) << bits;
    }
  }
}

TEST_F(ArrayFiles, NamesThatCannotBeWritten) {
  const AnyArray one = pattern(DType::int8, {});
  const auto npz = [&](const xgrad::NamedArrays& arrays) {
    EXPECT_THROW(xgrad::write_npz(folder_ / "x.npz", arrays), std::invalid_argument);
  };
  for (const std::string& name :
       {std::string(), std::string("/etc/passwd"), std::string("../x"), std::string("a/../b"),
        std::string("a//b"), std::string("a\\b"), std::string("a\nb"), std::string("a\0b", 3),
        std::string("./a"), std::string("a/"), std::string(65533, 'a')}) {
    npz({{name, one}});
  }
  npz({{"a", one}, {"a", one}});
  const auto safetensors = [&](const xgrad::NamedArrays& arrays, const xgrad::Metadata& keys) {
    EXPECT_THROW(xgrad::write_safetensors(folder_ / "x.safetensors", arrays, keys),
                 std::invalid_argument);
  };
  safetensors({{"a", one}, {"a", one}}, {});
  safetensors({{"__metadata__", one}}, {});
  safetensors({{"\xff", one}}, {});
  safetensors({}, {{"key", "\xc3"}});
  EXPECT_TRUE(fs::is_empty(folder_));
}

// For tests/goldens/files.py, which reads them by NumPy and the safetensors package.
TEST(ForPython, Write) {
  const char* folder = std::getenv("XGRAD_FILES");
  if (folder == nullptr) GTEST_SKIP() << "XGRAD_FILES names no folder";
  fs::create_directories(folder);
  const ArrayMap arrays = all();
  xgrad::write_npz(fs::path(folder) / "stored.npz", arrays);
  xgrad::write_npz(fs::path(folder) / "deflated.npz", arrays, xgrad::Compression::deflate);
  xgrad::write_safetensors(fs::path(folder) / "arrays.safetensors", arrays, metadata);
  for (const auto& [name, array] : arrays) {
    std::string file = name + ".npy";
    std::replace(file.begin(), file.end(), '/', '_');
    xgrad::write_npy(fs::path(folder) / file, array);
  }
}

}  // namespace
