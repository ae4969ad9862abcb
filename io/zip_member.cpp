#include <xgrad/io/zip.hpp>

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace xgrad {
namespace {

/// The content of a member. Its memory is a buffer and zlib's window.
class MemberSource final : public Source {
 public:
  MemberSource(const InputFile& file, const ZipMember& member)
      : Source(file.op(), file.path(), member.name, member.size), file_(file), member_(member) {
    constexpr int raw_with_largest_window = -MAX_WBITS;
    if (member.deflated && inflateInit2(&zlib_, raw_with_largest_window) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~MemberSource() override {
    if (member_.deflated) inflateEnd(&zlib_);
  }

 private:
  void fetch(void* to, std::uint64_t count) override {
    auto* bytes = static_cast<unsigned char*>(to);
    if (member_.deflated) {
      inflate_all(bytes, count);
    } else {
      file_.read_at(member_.data + packed_read_, bytes, count);
      packed_read_ += count;
    }
    for (std::uint64_t done = 0; done < count;) {
      const auto step = static_cast<uInt>(std::min<std::uint64_t>(count - done, most));
      crc_ = static_cast<std::uint32_t>(crc32(crc_, bytes + done, step));
      done += step;
    }
  }

  void inflate_all(unsigned char* to, std::uint64_t count) {
    std::uint64_t done = 0;
    while (done < count) {
      const auto room = static_cast<uInt>(std::min<std::uint64_t>(count - done, most));
      zlib_.next_out = to + done;
      zlib_.avail_out = room;
      const int status = step();
      done += room - zlib_.avail_out;
      if (status == Z_STREAM_END && done < count) {
        fail(offset() + done, "deflated data", std::to_string(member_.size) + " bytes",
             "the end of the stream");
      }
    }
  }

  /// Inflates some bytes.
  int step() {
    if (zlib_.avail_in == 0 && packed_read_ < member_.packed) {
      const std::uint64_t size =
          std::min<std::uint64_t>(sizeof buffer_, member_.packed - packed_read_);
      file_.read_at(member_.data + packed_read_, buffer_, size);
      packed_read_ += size;
      zlib_.next_in = buffer_;
      zlib_.avail_in = static_cast<uInt>(size);
    }
    const uInt in = zlib_.avail_in, out = zlib_.avail_out;
    const int status = inflate(&zlib_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    const bool stuck = status == Z_OK && in == zlib_.avail_in && out == zlib_.avail_out;
    if ((status != Z_OK && status != Z_STREAM_END) || stuck) {
      const bool ended = packed_read_ == member_.packed && zlib_.avail_in == 0;
      fail(offset(), "deflated data", "intact data",
           zlib_.msg != nullptr ? zlib_.msg
           : ended              ? "its end"
                                : "a damaged stream");
    }
    return status;
  }

  void finish() override {
    if (member_.deflated) {
      unsigned char extra;  // the end of the stream may still be to come, but no byte
      zlib_.next_out = &extra;
      zlib_.avail_out = 1;
      while (step() != Z_STREAM_END && zlib_.avail_out == 1) {
      }
      if (zlib_.avail_out == 0 || zlib_.avail_in != 0 || packed_read_ != member_.packed) {
        fail(member_.size, "deflated data", "the end of the stream", "more data");
      }
    }
    if (crc_ != member_.crc) {
      fail(member_.size, "CRC", std::to_string(member_.crc), std::to_string(crc_));
    }
  }

  static constexpr std::uint64_t most = std::numeric_limits<uInt>::max();
  const InputFile& file_;
  ZipMember member_;
  z_stream zlib_{};
  unsigned char buffer_[1 << 15];
  std::uint64_t packed_read_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace

std::unique_ptr<Source> ZipReader::open(const ZipMember& member) const {
  return std::make_unique<MemberSource>(file_, member);
}

}  // namespace xgrad
