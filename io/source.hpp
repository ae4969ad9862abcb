// Where readers take bytes from: a file, or a member of an archive. A source knows how many bytes
// it has, so that what a file claims can be compared with what is there before memory is taken.
#pragma once
#include <xgrad/io/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace xgrad {

class Source {
 public:
  /// `op` and `path` are for messages, `member` is the name of a member within an archive or empty.
  Source(const char* op, std::string path, std::string member, std::uint64_t size)
      : op_(op), path_(std::move(path)), member_(std::move(member)), size_(size) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// The next `count` bytes. Throws FileError, naming `field`, if there are fewer.
  void read(void* to, std::uint64_t count, const char* field);
  std::string read_text(std::uint64_t count, const char* field);
  /// Throws FileError if bytes remain.
  void expect_end();

  std::uint64_t offset() const noexcept { return offset_; }
  std::uint64_t remaining() const noexcept { return size_ - offset_; }
  const char* op() const noexcept { return op_; }
  const std::string& path() const noexcept { return path_; }

  /// Throws FileError.
  [[noreturn]] void fail(std::uint64_t offset, const std::string& field,
                         const std::string& expected, const std::string& got) const;

 protected:
  /// Fills `to` with bytes offset() .. offset() + count, which are within the size.
  virtual void fetch(void* to, std::uint64_t count) = 0;
  /// Called once, when all bytes were read.
  virtual void finish() {}

 private:
  const char* op_;
  std::string path_, member_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
};

/// A regular file, open for reading. Anything else, such as a pipe or a device, has no size that
/// could bound what is read of it, and is an error.
class InputFile {
 public:
  /// Throws FileError.
  InputFile(const char* op, const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const char* op() const noexcept { return op_; }
  const std::string& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }
  /// Throws FileError if the file was cut since it was opened.
  void read_at(std::uint64_t offset, void* to, std::uint64_t count) const;
  [[noreturn]] void fail(std::uint64_t offset, const std::string& field,
                         const std::string& expected, const std::string& got) const;

 private:
  const char* op_;
  std::string path_;
  int descriptor_;
  std::uint64_t size_;
};

/// A file from its first byte to its last.
class FileSource final : public Source {
 public:
  explicit FileSource(const InputFile& file)
      : Source(file.op(), file.path(), "", file.size()), file_(file) {}

 private:
  void fetch(void* to, std::uint64_t count) override { file_.read_at(offset(), to, count); }
  const InputFile& file_;
};

}  // namespace xgrad
