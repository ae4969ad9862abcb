#include <xgrad/io/error.hpp>

namespace xgrad {
namespace {

// File names may hold any byte, line breaks and terminal controls included.
std::string one_line(const std::string& text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string line;
  for (char c : text) {
    auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) {
      line += {'\\', 'x', digits[code / 16], digits[code % 16]};
    } else {
      line += c;
    }
  }
  return line;
}

std::string message(const std::string& op, const std::string& expected, const std::string& got,
                    const std::string& place) {
  return one_line(op + ": expected " + expected + ", got " + got + " [" + place + "]");
}

}  // namespace

FileError::FileError(const std::string& op, const std::string& expected, const std::string& got,
                     const std::string& path, std::uint64_t offset)
    : std::runtime_error(
          message(op, expected, got, path + ", byte " + std::to_string(offset))),
      path_(path),
      offset_(offset) {}

FileError::FileError(const std::string& op, const std::string& expected, const std::string& got,
                     const std::string& path)
    : std::runtime_error(message(op, expected, got, path)), path_(path), offset_(0) {}

}  // namespace xgrad
