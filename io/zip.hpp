// The part of the zip format that npz files use (PKWARE's APPNOTE 6.3): members stored or deflated,
// with 64-bit sizes.
#pragma once
#include <xgrad/io/output_file.hpp>
#include <xgrad/io/source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace xgrad {

struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0;  // bytes in the file, and of the content
  std::uint64_t header = 0;            // offset of its local header
  std::uint64_t data = 0;              // and of its data
};

/// The directory of a zip file. Everything that the file says twice has to agree, and the members
/// have to fill the file up to the directory without holes or overlaps, so that there is one way to
/// read it. Encryption, other methods, comments of the file, several disks, names that are absolute
/// or contain "..", and two members of one name are errors.
class ZipReader {
 public:
  /// All contents together may have `max_ratio` times the file's size, or 16 MiB if that is more.
  /// Throws FileError.
  ZipReader(const InputFile& file, double max_ratio);

  const std::vector<ZipMember>& members() const noexcept { return members_; }
  /// The content of a member; its CRC is checked at the end.
  std::unique_ptr<Source> open(const ZipMember& member) const;

 private:
  struct Directory {
    std::uint64_t offset, size, count;
  };
  Directory find_directory() const;
  void read_directory(const Directory& directory);
  void check_local_header(ZipMember& member, std::uint64_t end) const;
  void check_layout(std::uint64_t directory);

  const InputFile& file_;
  std::vector<ZipMember> members_;
};

/// Whether a name may stand in a zip file: relative, without "." and "..", backslashes and control
/// characters, of 1 to 65535 bytes.
bool is_safe_member_name(const std::string& name);

/// Writes a zip file of members that are stored or deflated, always with 64-bit sizes.
class ZipWriter {
 public:
  ZipWriter(OutputFile& file, bool deflated) : file_(file), deflated_(deflated) {}

  /// A member whose content is `head`, then `count` bytes. Throws FileError.
  void add(const std::string& name, const std::string& head, const void* bytes, std::size_t count);
  /// The directory. Call it once, at the end.
  void finish();

 private:
  OutputFile& file_;
  bool deflated_;
  std::vector<ZipMember> members_;
};

}  // namespace xgrad
