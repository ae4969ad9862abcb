#include <xgrad/io/output_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <system_error>

namespace xgrad {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t buffer_bytes = std::size_t(1) << 16;

/// Where the links at the end of `path` lead.
fs::path followed(const char* op, const std::string& path) {
  constexpr int most_links = 40;  // as Linux
  fs::path target = path;
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, error)); ++links) {
    const fs::path link = fs::read_symlink(target, error);
    if (error || links == most_links) {
      throw FileError(op, "a file that can be written",
                      error ? error.message() : "too many symbolic links", path);
    }
    target = link.is_absolute() ? link : target.parent_path() / link;
  }
  return target;
}

}  // namespace

OutputFile::OutputFile(const char* op, const std::string& path)
    : op_(op), path_(path), target_(followed(op, path).string()) {
  struct stat old {};
  const bool exists = ::stat(target_.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) {
    throw FileError(op, "a regular file", S_ISDIR(old.st_mode) ? "a directory" : "another kind",
                    path);
  }
  buffer_.reserve(buffer_bytes);
  open_temporary();
  if (exists && ::fchmod(descriptor_, old.st_mode & 07777) != 0) {
    const int error = errno;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
    fail("a file that can be written", error);
  }
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::open_temporary() {
  const fs::path target = target_;
  std::random_device random;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string number = std::to_string(random());
    // A name has at most 255 bytes.
    const std::string name = target.filename().string().substr(0, 200);
    temporary_ = (target.parent_path() / ("." + name + "." + number + ".tmp")).string();
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0 || errno != EEXIST) break;
  }
  if (descriptor_ < 0) {
    const int error = errno;
    temporary_.clear();
    fail("a file that can be written", error);
  }
}

void OutputFile::write(const void* bytes, std::size_t count) {
  if (count >= buffer_bytes) {
    flush();
    write_at(offset_, bytes, count);
  } else {
    if (buffer_.size() + count > buffer_bytes) flush();
    const auto* begin = static_cast<const unsigned char*>(bytes);
    buffer_.insert(buffer_.end(), begin, begin + count);
  }
  offset_ += count;
}

void OutputFile::patch(std::uint64_t offset, const void* bytes, std::size_t count) {
  flush();
  write_at(offset, bytes, count);
}

void OutputFile::flush() {
  write_at(offset_ - buffer_.size(), buffer_.data(), buffer_.size());
  buffer_.clear();
}

void OutputFile::write_at(std::uint64_t offset, const void* bytes, std::size_t count) {
  constexpr std::size_t most = std::size_t(1) << 30;  // pwrite takes at most 2^31 - 4096 bytes
  const auto* from = static_cast<const unsigned char*>(bytes);
  while (count > 0) {
    const ssize_t done =
        ::pwrite(descriptor_, from, std::min(count, most), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      throw FileError(op_, "room for " + std::to_string(count) + " bytes",
                      std::generic_category().message(done < 0 ? errno : ENOSPC), path_, offset);
    }
    from += done;
    offset += static_cast<std::uint64_t>(done);
    count -= static_cast<std::size_t>(done);
  }
}

void OutputFile::commit() {
  flush();
  // Each step has to be done before the next: the elements, the name, the folder that holds it.
  if (::fsync(descriptor_) != 0) fail("a file that can be written", errno);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("a file that can be written", errno);
  fs::path folder = fs::path(target_).parent_path();
  if (folder.empty()) folder = ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) fail("a folder that can be opened", errno);
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    ::close(opened);
    fail("a file that can be replaced", error);
  }
  temporary_.clear();
  const int synced = ::fsync(opened), error = errno;
  ::close(opened);
  // Some file systems know no fsync of folders, and say so.
  if (synced != 0 && error != EINVAL && error != EROFS) fail("a folder that can be flushed", error);
}

void OutputFile::fail(const char* expected, int error) const {
  throw FileError(op_, expected, std::generic_category().message(error), path_);
}

}  // namespace xgrad
