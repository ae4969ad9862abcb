#include <xgrad/io/safetensors_header.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace xgrad {
namespace {

struct SafetensorsType {
  const char* name;
  StoredType stored;
};
constexpr SafetensorsType safetensors_types[] = {
    {"BOOL", {DType::boolean}},
    {"I8", {DType::int8}},
    {"I16", {DType::int16}},
    {"I32", {DType::int32}},
    {"I64", {DType::int64}},
    {"U8", {DType::uint8}},
    {"U16", {DType::uint16}},
    {"U32", {DType::uint32}},
    {"U64", {DType::uint64}},
    {"F16", {DType::float32, StoredType::Format::float16}},
    {"BF16", {DType::float32, StoredType::Format::bfloat16}},
    {"F32", {DType::float32}},
    {"F64", {DType::float64}},
};

/// An iterator over the text that tells how far the parser has come.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* place, const char** reached) : place_(place), reached_(reached) {}
  reference operator*() const { return *place_; }
  Cursor& operator++() {
    *reached_ = ++place_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return place_ == other.place_; }
  bool operator!=(const Cursor& other) const { return place_ != other.place_; }

 private:
  const char* place_;
  const char** reached_;
};

/// Takes the parser's events, {"name": {"dtype": ..., "shape": [...], "data_offsets": [...]}}, and
/// admits no others: what comes decides the state, and no state is deeper than three.
class Handler {
 public:
  using Json = nlohmann::json;

  Handler(const Source& source, const std::string& text, std::uint64_t start)
      : source_(source), text_(text), start_(start), reached_(text.data()) {}

  SafetensorsHeader parse() {
    const char* end = text_.data() + text_.size();
    Json::sax_parse(Cursor(text_.data(), &reached_), Cursor(end, &reached_), this);
    return std::move(header_);
  }

  bool start_object(std::size_t) {
    if (state_ == State::start) {
      state_ = State::names;
    } else if (state_ == State::names && key_ == "__metadata__") {
      state_ = State::metadata;
    } else if (state_ == State::names) {
      state_ = State::entry;
      entry_ = {};
      entry_.name = key_;
      entry_.offset = offset();
      seen_.clear();
      inner_key_.clear();
    } else {
      reject("an object");
    }
    return true;
  }

  bool end_object() {
    if (state_ == State::entry) {
      if (seen_.size() != 3) fail("dtype, shape and data_offsets", "not all of them");
      header_.entries.push_back(std::move(entry_));
      state_ = State::names;
    } else if (state_ == State::metadata) {
      state_ = State::names;
    } else {
      state_ = State::end;
    }
    return true;
  }

  bool key(std::string& name) {
    if (state_ == State::names) {
      key_ = name;
      if (!names_.insert(name).second) fail("names that differ", "one twice");
    } else if (state_ == State::metadata) {
      metadata_key_ = name;
      if (header_.metadata.count(name) != 0) fail("keys that differ", in_quotes(name) + " twice");
    } else {
      if (name != "dtype" && name != "shape" && name != "data_offsets") {
        fail("dtype, shape and data_offsets", in_quotes(name));
      }
      if (!seen_.insert(name).second) fail("keys that differ", in_quotes(name) + " twice");
      inner_key_ = name;
    }
    return true;
  }

  bool string(std::string& value) {
    if (state_ == State::metadata) {
      header_.metadata.emplace(metadata_key_, value);
    } else if (state_ == State::entry && inner_key_ == "dtype") {
      const auto* kind = std::find_if(std::begin(safetensors_types), std::end(safetensors_types),
                                      [&](const SafetensorsType& k) { return value == k.name; });
      if (kind == std::end(safetensors_types)) {
        fail("BOOL, I8..64, U8..64, F16, BF16, F32 or F64", in_quotes(value));
      }
      entry_.stored = kind->stored;
    } else {
      reject("a string");
    }
    return true;
  }

  bool start_array(std::size_t) {
    if (state_ == State::entry && inner_key_ == "shape") {
      state_ = State::shape;
    } else if (state_ == State::entry && inner_key_ == "data_offsets") {
      state_ = State::offsets;
      count_ = 0;
    } else {
      reject("an array");
    }
    return true;
  }

  bool end_array() {
    if (state_ == State::offsets && count_ != 2) fail("two offsets", std::to_string(count_));
    state_ = State::entry;
    return true;
  }

  bool number_unsigned(std::uint64_t value) {
    if (state_ == State::shape) {
      entry_.extents.push_back(value);
    } else if (state_ == State::offsets) {
      if (count_ == 2) fail("two offsets", "more");
      (count_ == 0 ? entry_.begin : entry_.end) = value;
      ++count_;
    } else {
      reject("a number");
    }
    return true;
  }

  bool number_integer(std::int64_t value) { reject(std::to_string(value)); }
  bool number_float(double, const std::string& text) { reject("the number " + in_quotes(text)); }
  bool boolean(bool value) { reject(value ? "true" : "false"); }
  bool null() { reject("null"); }
  bool binary(std::vector<std::uint8_t>&) { reject("binary data"); }

  bool parse_error(std::size_t position, const std::string& token, const Json::exception&) {
    // A position counts the bytes up to and with the one that is wrong.
    source_.fail(start_ + std::max<std::size_t>(position, 1) - 1, "header", "JSON",
                 in_quotes(token));
  }

 private:
  enum class State { start, names, metadata, entry, shape, offsets, end };

  std::uint64_t offset() const {
    const auto read = static_cast<std::uint64_t>(reached_ - text_.data());
    return start_ + (read > 0 ? read - 1 : 0);
  }
  [[noreturn]] void fail(const std::string& expected, const std::string& got) const {
    std::string field = names_.empty() ? "header" : in_quotes(key_);
    const bool inside =
        state_ == State::entry || state_ == State::shape || state_ == State::offsets;
    if (inside && !inner_key_.empty()) field += " " + inner_key_;
    source_.fail(offset(), field, expected, got);
  }
  [[noreturn]] void reject(const std::string& got) const {
    constexpr const char* expected[] = {"an object",
                                        "an object for each name",
                                        "a string for each key",
                                        "a string, an array and an array",
                                        "whole numbers from 0",
                                        "whole numbers from 0",
                                        "the end"};
    fail(expected[std::size_t(state_)], got);
  }

  const Source& source_;
  const std::string& text_;
  std::uint64_t start_;
  const char* reached_;
  State state_ = State::start;
  std::string key_, metadata_key_, inner_key_;
  std::set<std::string> names_, seen_;
  std::size_t count_ = 0;
  SafetensorsEntry entry_;
  SafetensorsHeader header_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(const Source& source, const std::string& text,
                                           std::uint64_t start) {
  return Handler(source, text, start).parse();
}

const char* safetensors_name(DType type) noexcept {
  return std::find_if(std::begin(safetensors_types), std::end(safetensors_types),
                      [type](const SafetensorsType& k) {
                        return k.stored.type == type && k.stored.format == StoredType::Format::same;
                      })
      ->name;
}

}  // namespace xgrad
