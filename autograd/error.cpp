#include <xgrad/autograd/error.hpp>

#include <stdexcept>
#include <string_view>

namespace xgrad {
namespace {

// The file's name without its folders, so that a message does not depend on where the build stood.
std::string place(Location at) {
  if (at.file() == nullptr) return "";
  std::string_view file = at.file();
  file.remove_prefix(file.find_last_of('/') + 1);  // npos + 1 is 0
  return " [" + std::string(file) + ":" + std::to_string(at.line()) + "]";
}

}  // namespace

void fail(const char* op, const std::string& expected, const std::string& got, Location at) {
  throw std::invalid_argument(std::string(op) + ": expected " + expected + ", got " + got +
                              place(at));
}

void misuse(const char* op, const std::string& what, Location at) {
  throw std::logic_error(std::string(op) + ": " + what + place(at));
}

}  // namespace xgrad
