#include <xgrad/io/idx.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

namespace xgrad {
namespace {

constexpr std::size_t max_idx_rank = 32;
constexpr std::size_t first_chunk = std::size_t(1) << 16;

/// The content of a file, inflated if it is gzip. Not zlib's gzread: that one silently ignores
/// whatever follows the compressed data.
class Stream {
 public:
  explicit Stream(const std::string& path);
  ~Stream() {
    if (gzip_) inflateEnd(&zlib_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The next `count` bytes, fewer only at the end of the file. Throws FileError.
  std::size_t read(unsigned char* to, std::size_t count);
  /// Bytes read so far.
  std::uint64_t offset() const noexcept { return offset_; }

  [[noreturn]] void fail(std::uint64_t offset, const std::string& expected,
                         const std::string& got) const {
    throw FileError("idx", expected, got, path_, offset);
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  [[noreturn]] void fail_unreadable() const {
    throw FileError("idx", "a readable file", std::generic_category().message(errno), path_);
  }
  bool refill();
  std::size_t copy(unsigned char* to, std::size_t room) noexcept;
  std::size_t inflate(unsigned char* to, std::size_t room);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::array<unsigned char, 1 << 15> buffer_;
  z_stream zlib_{};  // next_in and avail_in are the unread part of the buffer, of a plain file too
  bool gzip_ = false;
  bool inside_member_ = false;  // a gzip file is one member, or several one after the other
  std::uint64_t offset_ = 0;
};

Stream::Stream(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
  if (file_ == nullptr) fail_unreadable();
  if (!refill() || zlib_.avail_in < 2 || buffer_[0] != 0x1f || buffer_[1] != 0x8b) return;
  constexpr int gzip_with_largest_window = 16 + MAX_WBITS;
  if (inflateInit2(&zlib_, gzip_with_largest_window) != Z_OK) throw std::bad_alloc();
  gzip_ = inside_member_ = true;
}

/// False at the end of the file.
bool Stream::refill() {
  zlib_.next_in = buffer_.data();
  zlib_.avail_in = static_cast<uInt>(std::fread(buffer_.data(), 1, buffer_.size(), file_.get()));
  if (std::ferror(file_.get()) != 0) fail_unreadable();
  return zlib_.avail_in > 0;
}

std::size_t Stream::read(unsigned char* to, std::size_t count) {
  std::size_t done = 0;
  while (done < count && (zlib_.avail_in > 0 || refill())) {
    std::size_t step = gzip_ ? inflate(to + done, count - done) : copy(to + done, count - done);
    done += step;
    offset_ += step;
  }
  if (done < count && inside_member_) fail(offset_, "more gzip data", "the end of the file");
  return done;
}

std::size_t Stream::copy(unsigned char* to, std::size_t room) noexcept {
  std::size_t step = std::min<std::size_t>(room, zlib_.avail_in);
  std::memcpy(to, zlib_.next_in, step);
  zlib_.next_in += step;
  zlib_.avail_in -= static_cast<uInt>(step);
  return step;
}

std::size_t Stream::inflate(unsigned char* to, std::size_t room) {
  if (!inside_member_) inflateReset(&zlib_);
  std::size_t step = std::min<std::size_t>(room, std::numeric_limits<uInt>::max());
  zlib_.next_out = to;
  zlib_.avail_out = static_cast<uInt>(step);
  int status = ::inflate(&zlib_, Z_NO_FLUSH);
  step -= zlib_.avail_out;
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  if (status != Z_OK && status != Z_STREAM_END) {
    fail(offset_ + step, inside_member_ ? "intact gzip data" : "the end of the gzip data",
         zlib_.msg != nullptr ? zlib_.msg : "zlib error " + std::to_string(status));
  }
  inside_member_ = status == Z_OK;
  return step;
}

std::string hex(unsigned char byte) {
  char text[5];
  std::snprintf(text, sizeof text, "0x%02x", unsigned(byte));
  return text;
}

struct Type {
  unsigned char code;
  const char* name;
};
constexpr Type types[] = {{0x08, "uint8"}, {0x09, "int8"},  {0x0b, "int16"},
                          {0x0c, "int32"}, {0x0d, "float"}, {0x0e, "double"}};

template <class V>
constexpr unsigned char type_code() {
  if constexpr (std::is_same_v<V, std::uint8_t>) return 0x08;
  if constexpr (std::is_same_v<V, std::int8_t>) return 0x09;
  if constexpr (std::is_same_v<V, std::int16_t>) return 0x0b;
  if constexpr (std::is_same_v<V, std::int32_t>) return 0x0c;
  if constexpr (std::is_same_v<V, float>) return 0x0d;
  if constexpr (std::is_same_v<V, double>) return 0x0e;
}

std::string describe_type(unsigned char code) {
  const Type* type = std::find_if(std::begin(types), std::end(types),
                                  [&](const Type& t) { return t.code == code; });
  return "type code " + hex(code) + " (" + (type != std::end(types) ? type->name : "unknown") + ")";
}

/// The value whose big-endian representation starts at `bytes`.
template <class V>
V big_endian(const unsigned char* bytes) noexcept {
  using Bits = std::conditional_t<
      sizeof(V) == 8, std::uint64_t,
      std::conditional_t<sizeof(V) == 4, std::uint32_t,
                         std::conditional_t<sizeof(V) == 2, std::uint16_t, std::uint8_t>>>;
  static_assert(sizeof(Bits) == sizeof(V));
  std::uint64_t wide = 0;
  for (std::size_t i = 0; i < sizeof(V); ++i) wide = wide << 8 | bytes[i];
  auto bits = static_cast<Bits>(wide);
  V value;
  std::memcpy(&value, &bits, sizeof(V));
  return value;
}

void read_header_bytes(Stream& stream, unsigned char* to, std::size_t count) {
  std::uint64_t end = stream.offset() + count;
  if (stream.read(to, count) < count) {
    stream.fail(stream.offset(), "a header of " + std::to_string(end) + " bytes or more",
                "the end of the file");
  }
}

/// The shape that the header claims; all its bytes fit in memory's address space.
Shape read_header(Stream& stream, unsigned char code, std::size_t element_bytes) {
  unsigned char bytes[4 * max_idx_rank];
  read_header_bytes(stream, bytes, 4);
  for (std::size_t i = 0; i < 2; ++i) {
    if (bytes[i] != 0) stream.fail(i, "two zero bytes", hex(bytes[i]));
  }
  if (bytes[2] != code) stream.fail(2, describe_type(code), describe_type(bytes[2]));
  std::size_t rank = bytes[3];
  if (rank > max_idx_rank) {
    stream.fail(3, "rank 0 to " + std::to_string(max_idx_rank), "rank " + std::to_string(rank));
  }

  read_header_bytes(stream, bytes, 4 * rank);
  Shape shape(rank, 0);
  // An extent of 0 counts as 1, for the strides are products of the others.
  std::uint64_t span = element_bytes;
  bool fits = true;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    auto extent = big_endian<std::uint32_t>(bytes + 4 * axis);
    shape[axis] = extent;
    std::uint64_t factor = std::max<std::uint64_t>(extent, 1);
    fits = fits && span <= std::uint64_t(PTRDIFF_MAX) / factor;
    if (fits) span *= factor;
  }
  if (!fits) {
    stream.fail(4, "extents of at most " + std::to_string(PTRDIFF_MAX) + " bytes in all",
                to_string(shape));
  }
  return shape;
}

/// The rest of the file, which has to be `count` bytes.
std::vector<unsigned char> read_data(Stream& stream, std::size_t count) {
  std::vector<unsigned char> data;
  while (data.size() < count) {
    // Memory grows with what has come, never with what the header claims.
    std::size_t have = data.size();
    std::size_t goal = std::min(count, std::max(first_chunk, 2 * have));
    data.reserve(goal);
    data.resize(goal);
    have += stream.read(data.data() + have, goal - have);
    if (have < goal) {
      stream.fail(stream.offset(), std::to_string(count) + " bytes of data", std::to_string(have));
    }
  }
  unsigned char extra;
  std::uint64_t end = stream.offset();
  if (stream.read(&extra, 1) > 0) stream.fail(end, "the end of the file", "more data");
  return data;
}

}  // namespace

template <class V>
Array<V> read_idx(const std::string& path) {
  Stream stream(path);
  Shape shape = read_header(stream, type_code<V>(), sizeof(V));
  std::vector<unsigned char> data = read_data(stream, size_of(shape) * sizeof(V));
  Array<V> array = empty_array<V>(shape);
  for (std::size_t i = 0; i < array.size(); ++i) {
    array.data()[i] = big_endian<V>(data.data() + i * sizeof(V));
  }
  return array;
}

template Array<std::uint8_t> read_idx(const std::string&);
template Array<std::int8_t> read_idx(const std::string&);
template Array<std::int16_t> read_idx(const std::string&);
template Array<std::int32_t> read_idx(const std::string&);
template Array<float> read_idx(const std::string&);
template Array<double> read_idx(const std::string&);

}  // namespace xgrad
