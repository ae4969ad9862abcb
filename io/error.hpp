// The error that every reader of files throws.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace xgrad {

/// A file that is missing, unreadable, or not what its format demands. what() is a single line,
/// `idx: expected <what>, got <what> [<path>, byte <offset>]`, with control characters escaped.
class FileError : public std::runtime_error {
 public:
  /// What is wrong at `offset`, in bytes of the uncompressed content.
  FileError(const std::string& op, const std::string& expected, const std::string& got,
            const std::string& path, std::uint64_t offset);
  /// What is wrong with the file as a whole; the message names no byte, and offset() is 0.
  FileError(const std::string& op, const std::string& expected, const std::string& got,
            const std::string& path);

  const std::string& path() const noexcept { return path_; }
  std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::string path_;
  std::uint64_t offset_;
};

}  // namespace xgrad
