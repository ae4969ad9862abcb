#include <xgrad/io/source.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace xgrad {

void Source::read(void* to, std::uint64_t count, const char* field) {
  if (count > remaining()) {
    fail(offset_, field, std::to_string(count) + " bytes",
         std::to_string(remaining()) + " before the end");
  }
  if (count == 0) return;
  fetch(to, count);
  offset_ += count;
}

std::string Source::read_text(std::uint64_t count, const char* field) {
  // The error for too many comes before their memory.
  std::string text(count <= remaining() ? static_cast<std::size_t>(count) : 0, '\0');
  read(text.data(), count, field);
  return text;
}

void Source::expect_end() {
  if (remaining() != 0) {
    fail(offset_, "", "the end", std::to_string(remaining()) + " more bytes");
  }
  finish();
}

void Source::fail(std::uint64_t offset, const std::string& field, const std::string& expected,
                  const std::string& got) const {
  std::string place = member_.empty() ? "" : in_quotes(member_);
  if (!field.empty()) place += (place.empty() ? "" : " ") + field;
  throw FileError(op_, expected, got, path_, offset, place);
}

InputFile::InputFile(const char* op, const std::string& path)
    : op_(op), path_(path), descriptor_(-1), size_(0) {
  // Without O_NONBLOCK, a pipe would wait here for its writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    const int error = errno;
    if (descriptor_ >= 0) ::close(descriptor_);
    throw FileError(op, "a readable file", std::generic_category().message(error), path);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw FileError(op, "a regular file", S_ISDIR(status.st_mode) ? "a directory" : "another kind",
                    path);
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read_at(std::uint64_t offset, void* to, std::uint64_t count) const {
  constexpr std::uint64_t most = std::uint64_t(1) << 30;  // pread takes at most 2^31 - 4096 bytes
  auto* bytes = static_cast<unsigned char*>(to);
  while (count > 0) {
    const auto step = static_cast<std::size_t>(std::min(count, most));
    const ssize_t done = ::pread(descriptor_, bytes, step, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      throw FileError(op_, "a readable file", std::generic_category().message(errno), path_,
                      offset);
    }
    if (done == 0) fail(offset, "", std::to_string(count) + " more bytes", "the end of the file");
    bytes += done;
    offset += static_cast<std::uint64_t>(done);
    count -= static_cast<std::uint64_t>(done);
  }
}

void InputFile::fail(std::uint64_t offset, const std::string& field, const std::string& expected,
                     const std::string& got) const {
  throw FileError(op_, expected, got, path_, offset, field);
}

}  // namespace xgrad
