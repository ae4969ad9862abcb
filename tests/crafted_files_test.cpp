// npy, npz and safetensors files that were made to do harm, or contradict themselves: a FileError
// that says how.
#include "damaged.hpp"

namespace {

using namespace damaged;

class CraftedFiles : public DamagedFiles {};

TEST_F(CraftedFiles, Npy) {
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

TEST_F(CraftedFiles, Safetensors) {
  const auto expect = [&](const std::string& header, const Bytes& data, const std::string& part) {
    expect_error(safetensors, safetensors_file(header, data), part);
  };
  const auto entry = [](const std::string& name, const std::string& type, const std::string& shape,
                        const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
  };
  const std::string a = entry("a", "F32", "[1]", "[0,4]"), b = entry("b", "F32", "[1]", "[4,8]");
  EXPECT_EQ(error_of(safetensors, safetensors_file("{" + a + "," + b + "}", "abcdefgh")), "");
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

/// `bytes` with each `from`, which comes `times`, replaced by `to`, of the same length.
Bytes replaced(Bytes bytes, const Bytes& from, const Bytes& to, int times) {
  EXPECT_EQ(from.size(), to.size());
  int found = 0;
  for (std::size_t at = 0; (at = bytes.find(from, at)) != Bytes::npos; at += to.size(), ++found) {
    bytes.replace(at, from.size(), to);
  }
  EXPECT_EQ(found, times) << from;
  return bytes;
}

TEST_F(CraftedFiles, Npz) {
  const auto arrays = {std::string("aa"), std::string("ab")};
  ArrayMap map;
  for (const std::string& name : arrays) map.emplace(name, pattern(DType::int32, {2, 3}));
  xgrad::write_npz(folder_ / "two.npz", map);
  const Bytes two = files::read(folder_ / "two.npz");
  const auto named = [&](const Bytes& name) { return replaced(two, "ab.npy", name, 2); };
  expect_error(npz, named("aa.npy"), "names that differ, got \"aa.npy\" twice");
  for (const Bytes& name : {Bytes("/b.npy"), Bytes("../npy"), Bytes("a/../b"), Bytes("a\\.npy"),
                            Bytes("a\0.npy", 6), Bytes("a\n.npy"), Bytes("a//npy")}) {
    expect_error(npz, named(name), "a relative name without '..'");
  }
  expect_error(npz, named("ab.txt"), "members whose names end in .npy");
  // The directory and the local header of a member contradict each other.
  const std::size_t local = two.find("ab.npy"), central = two.rfind("ab.npy");
  Bytes other = two;
  other[local + 1] = 'c';
  expect_error(npz, other, "what the directory says");
  // Offsets within the central header, whose name is at 46; sizes are in the extra field, 4 behind.
  const auto changed = [&](std::size_t at, const Bytes& to) {
    return Bytes(two).replace(at, to.size(), to);
  };
  expect_error(npz, changed(central - 46 + 8, Bytes("\1\0", 2)), "no encryption or patches, got 1");
  expect_error(npz, changed(central - 46 + 10, Bytes("\14\0", 2)),
               "0 (stored) or 8 (deflated), got 12");
  const std::size_t extra = central + 6 + 4;
  expect_error(npz, changed(extra, Bytes(8, '\xff')), "as stored");
  expect_error(npz, changed(extra + 8, Bytes(8, '\xff')), "as stored");
  expect_error(npz, changed(extra, Bytes(16, '\xff')), "a member before the next one");
  expect_error(npz, changed(extra + 16, Bytes(8, '\0')),
               "members one after the other, got an overlap");
  expect_error(npz, changed(extra + 16, Bytes(8, '\xff')),
               "members one after the other, got an overlap");
  expect_error(npz, changed(extra + 16, Bytes("\1", 1)), "an overlap");
  expect_error(npz, changed(central - 46 + 16, "abcd"), "what the directory says");
  // One CRC in both places, and a changed element.
  expect_error(npz, changed(local + 6 + 20 + 128, "x"), "CRC");
  // A hole between the members: the second one, cut out with the directory that spoke of it.
  map.erase("ab");
  xgrad::write_npz(folder_ / "one.npz", map);
  const Bytes one = files::read(folder_ / "one.npz");
  const Bytes entry = one.substr(one.find("PK\1\2"));
  expect_error(npz, one.substr(0, one.find("PK\1\2")) + "hole" + entry, "");
  expect_error(npz, two.substr(0, two.find("PK\1\2")) + entry, "");
  expect_error(npz, Bytes("hole") + one, "");
  expect_error(npz, one + "comment", "end record");
  // Lies about sizes: 1000 bytes that claim to be 1 GiB, and 2^63.
  for (const Bytes& size : {Bytes("\0\0\0\x40\0\0\0\0", 8), Bytes("\0\0\0\0\0\0\0\x80", 8)}) {
    xgrad::write_npz(folder_ / "lie.npz", map, xgrad::Compression::deflate);
    Bytes lie = files::read(folder_ / "lie.npz");
    for (const std::size_t at : {lie.find("aa.npy"), lie.rfind("aa.npy")}) {
      lie.replace(at + 6 + 4, 8, size);
    }
    expect_error(npz, lie, "bytes can hold");
  }
}

}  // namespace
