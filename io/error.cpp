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
                     const std::string& path, std::uint64_t offset, const std::string& field)
    : std::runtime_error(
          message(op, expected, got,
                  path + ", byte " + std::to_string(offset) + (field.empty() ? "" : ", " + field))),
      path_(path),
      field_(field),
      offset_(offset) {}

FileError::FileError(const std::string& op, const std::string& expected, const std::string& got,
                     const std::string& path)
    : std::runtime_error(message(op, expected, got, path)), path_(path), offset_(0) {}

std::string in_quotes(const std::string& name) {
  constexpr std::size_t most = 80;
  if (name.size() <= most) return '"' + name + '"';
  return '"' + name.substr(0, most) + "...\" (" + std::to_string(name.size()) + " bytes)";
}

}  // namespace xgrad
