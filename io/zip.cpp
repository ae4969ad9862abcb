#include <xgrad/io/zip.hpp>
#include <xgrad/io/zip_format.hpp>

#include <algorithm>
#include <set>

namespace xgrad {
namespace {

using zip::u16, zip::u32, zip::u64;

std::string read_bytes(const InputFile& file, std::uint64_t offset, std::uint64_t count) {
  std::string bytes(static_cast<std::size_t>(count), '\0');
  file.read_at(offset, bytes.data(), count);
  return bytes;
}

/// The 64-bit values that the extra field of a header has for those of the three that are to stand
/// there. False if it lacks one.
bool read_zip64(const std::string& extra, std::uint64_t* const (&values)[3], std::size_t wanted) {
  if (wanted == 0) return true;
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::size_t id = u16(extra, at), size = u16(extra, at + 2);
    at += 4;
    if (size > extra.size() - at) return false;
    if (id == zip::zip64_extra) {
      if (size < 8 * wanted) return false;
      for (std::uint64_t* value : values) {
        if (value == nullptr) continue;
        *value = u64(extra, at);
        at += 8;
      }
      return true;
    }
    at += size;
  }
  return false;
}
bool read_zip64(const std::string& extra, std::uint64_t& size, std::uint64_t& packed,
                std::uint64_t& header) {
  std::uint64_t* const values[3] = {size == zip::in64 ? &size : nullptr,
                                    packed == zip::in64 ? &packed : nullptr,
                                    header == zip::in64 ? &header : nullptr};
  return read_zip64(extra, values,
                    static_cast<std::size_t>(3 - std::count(values, values + 3, nullptr)));
}

}  // namespace

bool is_safe_member_name(const std::string& name) {
  if (name.empty() || name.size() > 65535) return false;
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f || c == '\\') return false;
  }
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string part = name.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return false;
    start = end + 1;
  }
  return true;
}

ZipReader::ZipReader(const InputFile& file, double max_ratio) : file_(file) {
  const Directory directory = find_directory();
  read_directory(directory);
  check_layout(directory.offset);
  constexpr double free_bytes = 1 << 24;
  const double limit = std::max(free_bytes, max_ratio * static_cast<double>(file.size()));
  double total = 0;
  for (const ZipMember& member : members_) {
    total += static_cast<double>(member.size);
    if (total > limit) {
      file.fail(member.header, in_quotes(member.name) + " size",
                "at most " + std::to_string(static_cast<std::uint64_t>(limit)) +
                    " bytes of content in all",
                std::to_string(member.size) + " more");
    }
  }
}

ZipReader::Directory ZipReader::find_directory() const {
  const std::uint64_t size = file_.size();
  if (size < zip::end_bytes) {
    file_.fail(size, "end record", "a zip file of 22 bytes or more", std::to_string(size));
  }
  std::uint64_t end = size - zip::end_bytes;
  const std::string record = read_bytes(file_, end, zip::end_bytes);
  if (u32(record, 0) != zip::end_signature || u16(record, 20) != 0) {
    file_.fail(end, "end record", "the end record of a zip file without a comment", "other bytes");
  }
  const std::uint64_t disk = u16(record, 4), directory_disk = u16(record, 6);
  std::uint64_t here = u16(record, 8);
  Directory directory{u32(record, 16), u32(record, 12), u16(record, 10)};
  const bool wide = here == zip::in64_short || directory.count == zip::in64_short ||
                    directory.size == zip::in64 || directory.offset == zip::in64;
  const bool has_locator =
      end >= zip::locator_bytes + zip::end64_bytes &&
      u32(read_bytes(file_, end - zip::locator_bytes, 4), 0) == zip::locator_signature;
  if (wide && !has_locator) {
    file_.fail(end, "end record", "a 64-bit end record before it", "none");
  }
  if (has_locator) {
    const std::uint64_t record_end = end - zip::locator_bytes;
    const std::string locator = read_bytes(file_, record_end, zip::locator_bytes);
    end = record_end - zip::end64_bytes;
    const std::string record64 = read_bytes(file_, end, zip::end64_bytes);
    const Directory narrow = directory;
    directory = {u64(record64, 48), u64(record64, 40), u64(record64, 32)};
    const auto agrees = [](std::uint64_t small, std::uint64_t large, std::uint64_t marker) {
      return small == marker || small == large;
    };
    if (u64(locator, 8) != end || u32(locator, 4) != 0 || u32(locator, 16) != 1 ||
        u32(record64, 0) != zip::end64_signature || u64(record64, 4) != zip::end64_bytes - 12 ||
        u32(record64, 16) != 0 || u32(record64, 20) != 0 ||
        !agrees(here, u64(record64, 24), zip::in64_short) ||
        !agrees(narrow.count, directory.count, zip::in64_short) ||
        !agrees(narrow.size, directory.size, zip::in64) ||
        !agrees(narrow.offset, directory.offset, zip::in64)) {
      file_.fail(end, "64-bit end record", "a record that agrees with the rest", "another");
    }
    here = u64(record64, 24);
  }
  if (disk != 0 || directory_disk != 0 || here != directory.count) {
    file_.fail(end, "end record", "a zip file in one part", "one of several disks");
  }
  if (directory.size > end || directory.offset != end - directory.size ||
      directory.count > directory.size / zip::central_bytes) {
    file_.fail(end, "end record", "a directory of entries up to byte " + std::to_string(end),
               std::to_string(directory.count) + " entries in " + std::to_string(directory.size) +
                   " bytes at " + std::to_string(directory.offset));
  }
  return directory;
}

void ZipReader::read_directory(const Directory& directory) {
  const std::string bytes = read_bytes(file_, directory.offset, directory.size);
  std::set<std::string> names;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    const std::uint64_t offset = directory.offset + at;
    const std::size_t left = bytes.size() - at;
    const std::size_t name_size = left < zip::central_bytes ? 0 : u16(bytes, at + 28);
    const std::size_t extra_size = left < zip::central_bytes ? 0 : u16(bytes, at + 30);
    const std::size_t length = left < zip::central_bytes ? zip::central_bytes
                                                         : zip::central_bytes + name_size +
                                                               extra_size + u16(bytes, at + 32);
    if (length > left || u32(bytes, at) != zip::central_signature) {
      file_.fail(offset, "directory", "the entry of a member", "other bytes");
    }
    ZipMember member;
    member.name = bytes.substr(at + zip::central_bytes, name_size);
    const std::string field = in_quotes(member.name);
    if (!is_safe_member_name(member.name)) {
      file_.fail(offset + zip::central_bytes, "directory", "a relative name without '..'", field);
    }
    if (!names.insert(member.name).second) {
      file_.fail(offset + zip::central_bytes, "directory", "names that differ", field + " twice");
    }
    const unsigned flags = u16(bytes, at + 8), method = u16(bytes, at + 10);
    if ((flags & ~unsigned(zip::has_descriptor | zip::utf8 | 6u)) != 0) {
      file_.fail(offset + 8, field + " flags", "no encryption or patches", std::to_string(flags));
    }
    if (method != zip::stored && method != zip::deflated) {
      file_.fail(offset + 10, field + " method", "0 (stored) or 8 (deflated)",
                 std::to_string(method));
    }
    member.deflated = method == zip::deflated;
    member.crc = u32(bytes, at + 16);
    member.packed = u32(bytes, at + 20);
    member.size = u32(bytes, at + 24);
    member.header = u32(bytes, at + 42);
    if (!read_zip64(bytes.substr(at + zip::central_bytes + name_size, extra_size), member.size,
                    member.packed, member.header) ||
        u16(bytes, at + 34) != 0) {
      file_.fail(offset, field, "sizes and an offset of 64 bits on one disk", "others");
    }
    if (!member.deflated && member.packed != member.size) {
      file_.fail(offset + 20, field + " size", std::to_string(member.packed) + " as stored",
                 std::to_string(member.size));
    }
    // Deflate cannot do better than 1032 to 1.
    if (member.size / 1032 > member.packed) {
      file_.fail(offset + 24, field + " size",
                 "what " + std::to_string(member.packed) + " bytes can hold",
                 std::to_string(member.size));
    }
    members_.push_back(std::move(member));
    at += length;
  }
  if (at != bytes.size()) {
    file_.fail(directory.offset + at, "directory", "its end", "more bytes");
  }
}

void ZipReader::check_layout(std::uint64_t directory) {
  std::vector<ZipMember*> by_offset;
  for (ZipMember& member : members_) by_offset.push_back(&member);
  std::sort(by_offset.begin(), by_offset.end(),
            [](const ZipMember* a, const ZipMember* b) { return a->header < b->header; });
  for (std::size_t i = 0; i < by_offset.size(); ++i) {
    const std::uint64_t start = by_offset[i]->header;
    const std::uint64_t end = i + 1 < by_offset.size() ? by_offset[i + 1]->header : directory;
    if (i == 0 && start != 0) file_.fail(0, "", "a member", "other bytes");
    if (end < start || end > directory || end - start < zip::local_bytes) {
      file_.fail(start, in_quotes(by_offset[i]->name), "members one after the other", "an overlap");
    }
    check_local_header(*by_offset[i], end);
  }
  if (by_offset.empty() && directory != 0) file_.fail(0, "", "a directory", "other bytes");
}

/// The local header says what the directory says, and the member ends at `end`.
void ZipReader::check_local_header(ZipMember& member, std::uint64_t end) const {
  const std::string field = in_quotes(member.name) + " local header";
  const std::string bytes = read_bytes(file_, member.header, zip::local_bytes);
  const std::size_t name_size = u16(bytes, 26), extra_size = u16(bytes, 28);
  member.data = member.header + zip::local_bytes + name_size + extra_size;
  if (u32(bytes, 0) != zip::local_signature || member.data > end ||
      member.packed > end - member.data) {
    file_.fail(member.header, field, "a member before the next one", "an overlap or other bytes");
  }
  const std::string rest =
      read_bytes(file_, member.header + zip::local_bytes, name_size + extra_size);
  const unsigned flags = u16(bytes, 6);
  std::uint64_t crc = u32(bytes, 14), packed = u32(bytes, 18), size = u32(bytes, 22), none = 0;
  bool right = rest.compare(0, name_size, member.name) == 0 &&
               u16(bytes, 8) == (member.deflated ? zip::deflated : zip::stored) &&
               (flags & ~unsigned(zip::has_descriptor | zip::utf8 | 6u)) == 0 &&
               read_zip64(rest.substr(name_size), size, packed, none);
  const std::uint64_t after = member.data + member.packed;
  if ((flags & zip::has_descriptor) != 0 && right) {
    // Its sizes follow the data, after a signature or without one, in 32 or 64 bits each.
    const std::string descriptor =
        read_bytes(file_, after, std::min<std::uint64_t>(end - after, 25));
    const std::size_t word = descriptor.size() >= 20 ? 8 : 4;
    const std::size_t start = descriptor.size() - 2 * word == 8 ? 4 : 0;
    right = descriptor.size() == start + 4 + 2 * word &&
            (start == 0 || u32(descriptor, 0) == zip::descriptor_signature) &&
            (crc == 0 || crc == member.crc) && (packed == 0 || packed == member.packed) &&
            (size == 0 || size == member.size);
    if (right) {
      crc = u32(descriptor, start);
      packed = zip::field(descriptor, start + 4, word);
      size = zip::field(descriptor, start + 4 + word, word);
    }
  } else {
    right = right && after == end;
  }
  if (!right || crc != member.crc || packed != member.packed || size != member.size) {
    file_.fail(member.header, field, "what the directory says, and no hole behind the data",
               "something else");
  }
}

}  // namespace xgrad
