// Files that are replaced as a whole or not at all.
#pragma once
#include <xgrad/io/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace xgrad {

/// A file being written. All goes to a temporary file in the same folder,
/// `.<name>.<number>.tmp`; commit() puts it, flushed to the disk, in the place of the old file. Who
/// opens `path` at any time, after a crash too, finds the whole old file or the whole new one. A
/// process that is killed may leave its temporary file behind, which nothing reads. A symbolic
/// link stays and the file it points to is replaced; the mode of an old file is kept.
class OutputFile {
 public:
  /// Throws FileError if no file can be made in the folder, or `path` is no regular file.
  OutputFile(const char* op, const std::string& path);
  /// Removes the temporary file, if it was not committed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Appends. Throws FileError, as all below, for instance if the disk is full.
  void write(const void* bytes, std::size_t count);
  void write(const std::string& text) { write(text.data(), text.size()); }
  /// Overwrites bytes that were written before.
  void patch(std::uint64_t offset, const void* bytes, std::size_t count);
  std::uint64_t offset() const noexcept { return offset_; }
  /// Makes this the file at `path`, once; nothing may be written afterwards.
  void commit();

 private:
  void write_at(std::uint64_t offset, const void* bytes, std::size_t count);
  void flush();
  void open_temporary();
  [[noreturn]] void fail(const char* expected, int error) const;

  const char* op_;
  std::string path_, target_, temporary_;
  int descriptor_ = -1;
  std::uint64_t offset_ = 0;
  std::vector<unsigned char> buffer_;  // the last bytes before offset_
};

}  // namespace xgrad
