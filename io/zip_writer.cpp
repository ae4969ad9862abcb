#include <xgrad/io/zip.hpp>
#include <xgrad/io/zip_format.hpp>

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

namespace xgrad {
namespace {

constexpr std::uint64_t most = std::numeric_limits<uInt>::max();
constexpr std::uint64_t version_with_zip64 = 45;
constexpr std::uint64_t midnight = 0, first_of_1980 = 33;  // the same bytes every time

std::uint32_t crc_of(std::uint32_t crc, const void* bytes, std::size_t count) {
  const auto* from = static_cast<const unsigned char*>(bytes);
  while (count > 0) {
    const auto step = static_cast<uInt>(std::min<std::uint64_t>(count, most));
    crc = static_cast<std::uint32_t>(crc32(crc, from, step));
    from += step;
    count -= step;
  }
  return crc;
}

/// What the headers of a member have in common, from the version on.
void put_member(zip::Record& record, const ZipMember& member) {
  record.u16(version_with_zip64)
      .u16(zip::utf8)
      .u16(member.deflated ? zip::deflated : zip::stored)
      .u16(midnight)
      .u16(first_of_1980)
      .u32(member.crc)
      .u32(zip::in64)
      .u32(zip::in64)
      .u16(member.name.size());
}

std::string local_header(const ZipMember& member) {
  zip::Record record;
  record.u32(zip::local_signature);
  put_member(record, member);
  record.u16(20).text(member.name);
  record.u16(zip::zip64_extra).u16(16).u64(member.size).u64(member.packed);
  return record.bytes();
}

std::string central_header(const ZipMember& member) {
  constexpr std::uint64_t made_on_unix = 3, regular_file = 0100644;
  zip::Record record;
  record.u32(zip::central_signature).u16(made_on_unix << 8 | version_with_zip64);
  put_member(record, member);
  record.u16(28).u16(0).u16(0).u16(0).u32(regular_file << 16).u32(zip::in64).text(member.name);
  record.u16(zip::zip64_extra).u16(24).u64(member.size).u64(member.packed).u64(member.header);
  return record.bytes();
}

class Deflater {
 public:
  explicit Deflater(OutputFile& file) : file_(file) {
    constexpr int level = 6, memory = 8;
    if (deflateInit2(&zlib_, level, Z_DEFLATED, -MAX_WBITS, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&zlib_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void add(const void* bytes, std::size_t count) {
    const auto* from = static_cast<const unsigned char*>(bytes);
    while (count > 0) {
      const auto step = static_cast<uInt>(std::min<std::uint64_t>(count, most));
      run(from, step, Z_NO_FLUSH);
      from += step;
      count -= step;
    }
  }
  void finish() { run(nullptr, 0, Z_FINISH); }

 private:
  void run(const unsigned char* from, uInt count, int flush) {
    zlib_.next_in = const_cast<unsigned char*>(from);
    zlib_.avail_in = count;
    do {
      zlib_.next_out = buffer_;
      zlib_.avail_out = sizeof buffer_;
      deflate(&zlib_, flush);
      file_.write(buffer_, sizeof buffer_ - zlib_.avail_out);
    } while (zlib_.avail_out == 0);
  }

  OutputFile& file_;
  z_stream zlib_{};
  unsigned char buffer_[1 << 15];
};

}  // namespace

void ZipWriter::add(const std::string& name, const std::string& head, const void* bytes,
                    std::size_t count) {
  ZipMember member;
  member.name = name;
  member.deflated = deflated_;
  member.crc = crc_of(crc_of(0, head.data(), head.size()), bytes, count);
  member.size = head.size() + count;
  member.header = file_.offset();
  file_.write(local_header(member));
  member.data = file_.offset();
  if (member.deflated) {
    const auto deflater = std::make_unique<Deflater>(file_);
    deflater->add(head.data(), head.size());
    deflater->add(bytes, count);
    deflater->finish();
  } else {
    file_.write(head);
    file_.write(bytes, count);
  }
  member.packed = file_.offset() - member.data;
  const std::string header = local_header(member);
  file_.patch(member.header, header.data(), header.size());
  members_.push_back(std::move(member));
}

void ZipWriter::finish() {
  const std::uint64_t start = file_.offset(), count = members_.size();
  for (const ZipMember& member : members_) file_.write(central_header(member));
  const std::uint64_t end = file_.offset(), size = end - start;
  constexpr std::uint64_t made_on_unix = 3;
  zip::Record record;
  record.u32(zip::end64_signature).u64(zip::end64_bytes - 12);
  record.u16(made_on_unix << 8 | version_with_zip64).u16(version_with_zip64).u32(0).u32(0);
  record.u64(count).u64(count).u64(size).u64(start);
  record.u32(zip::locator_signature).u32(0).u64(end).u32(1);
  record.u32(zip::end_signature).u16(0).u16(0).u16(zip::in64_short).u16(zip::in64_short);
  record.u32(zip::in64).u32(zip::in64).u16(0);
  file_.write(record.bytes());
}

}  // namespace xgrad
