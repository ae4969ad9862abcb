#include <xgrad/io/elements.hpp>
#include <xgrad/io/npy.hpp>
#include <xgrad/io/output_file.hpp>
#include <xgrad/io/source.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace xgrad {
namespace {

constexpr std::size_t magic_bytes = 8;
constexpr char magic[] = "\x93NUMPY";
constexpr std::uint64_t max_npy_header = 1 << 16;

struct NpyType {
  const char* code;
  StoredType stored;
};
constexpr NpyType npy_types[] = {
    {"b1", {DType::boolean}}, {"i1", {DType::int8}},
    {"i2", {DType::int16}},   {"i4", {DType::int32}},
    {"i8", {DType::int64}},   {"u1", {DType::uint8}},
    {"u2", {DType::uint16}},  {"u4", {DType::uint32}},
    {"u8", {DType::uint64}},  {"f2", {DType::float32, StoredType::Format::float16}},
    {"f4", {DType::float32}}, {"f8", {DType::float64}},
};

struct NpyHeader {
  StoredType stored{DType::boolean};
  bool fortran_order = false;
  std::vector<std::uint64_t> extents;
  std::uint64_t shape_offset = 0;
};

/// Reads the dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }: its three
/// keys, each once, in any order. Only the Python that NumPy writes, so without recursion.
class HeaderParser {
 public:
  HeaderParser(const Source& source, std::string text, std::uint64_t start)
      : source_(source), text_(std::move(text)), start_(start) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::uint64_t at = offset();
      const std::string key = quoted_string("a key");
      expect(':');
      parse_value(key, at);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (place_ != text_.size()) fail("", "the end of the header");
    if (!has_descr_ || !has_order_ || !has_shape_) {
      source_.fail(start_, "header", "the keys descr, fortran_order and shape",
                   std::string(!has_descr_   ? "no descr"
                               : !has_order_ ? "no fortran_order"
                                             : "no shape"));
    }
    return std::move(header_);
  }

 private:
  void parse_value(const std::string& key, std::uint64_t at) {
    bool* seen = key == "descr"           ? &has_descr_
                 : key == "fortran_order" ? &has_order_
                 : key == "shape"         ? &has_shape_
                                          : nullptr;
    if (seen == nullptr || *seen) {
      source_.fail(at, "header", "the keys descr, fortran_order and shape, each once",
                   in_quotes(key));
    }
    *seen = true;
    skip_space();
    if (key == "descr") parse_descr();
    if (key == "fortran_order") header_.fortran_order = parse_bool();
    if (key == "shape") parse_shape();
  }

  void parse_descr() {
    const std::uint64_t at = offset();
    const std::string wanted = "bool, int8..64, uint8..64 or float16..64";
    if (peek() != '\'' && peek() != '"') fail("descr", wanted);
    const std::string descr = quoted_string("descr");
    const char order = descr.empty() ? '\0' : descr[0];
    const auto* kind = std::find_if(
        std::begin(npy_types), std::end(npy_types),
        [&](const NpyType& k) { return descr.size() == 3 && descr.compare(1, 2, k.code) == 0; });
    const bool known_order = order == '<' || order == '>' || order == '=' || order == '|';
    if (!known_order || kind == std::end(npy_types) ||
        (order == '|' && kind->stored.bytes() != 1)) {
      source_.fail(at, "descr", wanted, in_quotes(descr));
    }
    header_.stored = kind->stored;
    header_.stored.swapped = order == '>';
  }

  bool parse_bool() {
    for (const bool value : {false, true}) {
      const char* word = value ? "True" : "False";
      if (text_.compare(place_, std::strlen(word), word) == 0) {
        place_ += std::strlen(word);
        return value;
      }
    }
    fail("fortran_order", "True or False");
  }

  void parse_shape() {
    header_.shape_offset = offset();
    expect('(');
    while (!accept(')')) {
      header_.extents.push_back(parse_extent());
      if (!accept(',')) {
        if (header_.extents.size() == 1) fail("shape", "','");  // (3) is no tuple
        expect(')');
        break;
      }
    }
  }

  std::uint64_t parse_extent() {
    skip_space();
    const std::size_t first = place_;
    std::uint64_t value = 0;
    for (; place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9'; ++place_) {
      const auto digit = static_cast<std::uint64_t>(text_[place_] - '0');
      if (value > (UINT64_MAX - digit) / 10) fail("shape", "an extent below 2^64");
      value = 10 * value + digit;
    }
    if (place_ == first) fail("shape", "an extent");
    if (peek() == 'L') ++place_;  // how Python 2 wrote long integers
    return value;
  }

  std::string quoted_string(const char* what) {
    skip_space();
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("header", what);
    const std::size_t end = text_.find(quote, place_ + 1);
    if (end == std::string::npos) fail("header", "a closing quote");
    std::string result = text_.substr(place_ + 1, end - place_ - 1);
    place_ = end + 1;
    return result;
  }

  char peek() const { return place_ < text_.size() ? text_[place_] : '\0'; }
  void skip_space() {
    while (place_ < text_.size() && std::strchr(" \t\n\r\f", text_[place_]) != nullptr &&
           text_[place_] != '\0') {
      ++place_;
    }
  }
  bool accept(char c) {
    skip_space();
    if (peek() != c) return false;
    ++place_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail("header", std::string("'") + c + "'");
  }
  std::uint64_t offset() const { return start_ + place_; }
  [[noreturn]] void fail(const char* field, const std::string& expected) const {
    source_.fail(offset(), field, expected,
                 place_ < text_.size() ? in_quotes(text_.substr(place_, 20)) : "the header's end");
  }

  const Source& source_;
  std::string text_;
  std::uint64_t start_;
  std::size_t place_ = 0;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
  NpyHeader header_;
};

NpyHeader read_header(Source& source) {
  unsigned char start[magic_bytes];
  source.read(start, sizeof start, "magic");
  if (std::memcmp(start, magic, 6) != 0) {
    source.fail(0, "magic", "\\x93NUMPY",
                in_quotes(std::string(reinterpret_cast<const char*>(start), 6)));
  }
  const unsigned major = start[6], minor = start[7];
  if (major < 1 || major > 3 || minor != 0) {
    source.fail(6, "version", "1.0, 2.0 or 3.0",
                std::to_string(major) + "." + std::to_string(minor));
  }
  unsigned char length_bytes[4] = {};
  source.read(length_bytes, major == 1 ? 2 : 4, "header length");
  std::uint64_t length = 0;
  for (std::size_t i = 4; i-- > 0;) length = length << 8 | length_bytes[i];
  if (length > max_npy_header) {
    source.fail(magic_bytes, "header length", "at most " + std::to_string(max_npy_header),
                std::to_string(length));
  }
  const std::uint64_t at = source.offset();
  return HeaderParser(source, source.read_text(length, "header"), at).parse();
}

/// An array of the same elements, given in Fortran order: `array` has the shape reversed.
template <class V>
Array<V> from_fortran_order(const Array<V>& array, const Shape& shape) {
  Array<V> result = empty_array<V>(shape);
  const std::size_t rank = shape.size();
  std::vector<std::size_t> stride(rank, 1), index(rank, 0);
  for (std::size_t axis = rank; axis-- > 1;) stride[axis - 1] = stride[axis] * shape[axis];
  std::size_t target = 0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    result.data()[target] = array.data()[i];
    for (std::size_t axis = 0; axis < rank; ++axis) {  // the first index runs fastest
      target += stride[axis];
      if (++index[axis] < shape[axis]) break;
      target -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace

AnyArray read_npy(Source& source) {
  const NpyHeader header = read_header(source);
  const std::uint64_t bytes = checked_bytes(source, header.extents, header.stored,
                                            source.remaining(), header.shape_offset, "shape");
  if (bytes != source.remaining()) {
    source.fail(source.offset() + bytes, "data",
                "the end after " + std::to_string(bytes) + " bytes",
                std::to_string(source.remaining() - bytes) + " more");
  }
  const Shape shape(header.extents.begin(), header.extents.end());
  AnyArray array = read_elements(
      source, header.stored, header.fortran_order ? Shape(shape.rbegin(), shape.rend()) : shape);
  source.expect_end();
  if (!header.fortran_order || shape.size() < 2) return array;
  return std::visit([&](const auto& held) { return AnyArray(from_fortran_order(held, shape)); },
                    array);
}

AnyArray read_npy(const std::string& path) {
  const InputFile file("npy", path);
  FileSource source(file);
  return read_npy(source);
}

std::string npy_header(const ArrayView& array) {
  const auto* kind =
      std::find_if(std::begin(npy_types), std::end(npy_types), [&](const NpyType& k) {
        return k.stored.type == array.type && k.stored.format == StoredType::Format::same;
      });
  std::string shape = to_string(*array.shape);
  if (array.shape->size() == 1) shape.insert(shape.size() - 1, ",");  // (3) is no tuple
  std::string text = std::string("{'descr': '") + (element_bytes(array.type) == 1 ? '|' : '<') +
                     kind->code + "', 'fortran_order': False, 'shape': " + shape + ", }";
  constexpr std::size_t before = magic_bytes + 2, alignment = 64;
  text.append(alignment - 1 - (before + text.size()) % alignment, ' ');
  text += '\n';
  const std::size_t length = text.size();  // 64 axes of 20 digits are far below 2^16
  std::string header(magic, 6);
  header += {'\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  return header + text;
}

void write_npy(const std::string& path, const ArrayView& array) {
  OutputFile file("npy", path);
  file.write(npy_header(array));
  file.write(array.data, array.byte_count());
  file.commit();
}

}  // namespace xgrad
