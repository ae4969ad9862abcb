// The error that every reader and writer of files throws.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace xgrad {

/// A file that is missing, unreadable, not what its format demands, or cannot be written. what() is
/// a single line, `idx: expected <what>, got <what> [<path>, byte <offset>]`, with control
/// characters escaped.
class FileError : public std::runtime_error {
 public:
  /// What is wrong at `offset`, in bytes of the uncompressed content, and in which field of the
  /// format; the message then ends `[<path>, byte <offset>, <field>]`. A field within a member of
  /// an archive starts with the member's name, and the offset is one of the member's content.
  FileError(const std::string& op, const std::string& expected, const std::string& got,
            const std::string& path, std::uint64_t offset, const std::string& field = "");
  /// What is wrong with the file as a whole; the message names no byte, and offset() is 0.
  FileError(const std::string& op, const std::string& expected, const std::string& got,
            const std::string& path);

  const std::string& path() const noexcept { return path_; }
  std::uint64_t offset() const noexcept { return offset_; }
  /// Empty where the format has no name for the place.
  const std::string& field() const noexcept { return field_; }

 private:
  std::string path_, field_;
  std::uint64_t offset_;
};

/// A name from a file, in double quotes and of bounded length, for a message.
std::string in_quotes(const std::string& name);

}  // namespace xgrad
