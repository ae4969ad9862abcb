// Errors: one line that says which operation, what it expected, what came, and where the caller
// stands.
#pragma once
#include <string>

namespace xgrad {

/// A place in the caller's source, printed as `[file:line]`. Not an aggregate, so that no list such
/// as {0, 1} in a call is taken for one.
class Location {
 public:
  constexpr Location() = default;
  static constexpr Location of(const char* file, int line) noexcept {
    Location result;
    result.file_ = file;
    result.line_ = line;
    return result;
  }
  constexpr const char* file() const noexcept { return file_; }
  constexpr int line() const noexcept { return line_; }

 private:
  const char* file_ = nullptr;
  int line_ = 0;
};

/// The caller's place, when written as a default argument: `Location at = here()`.
constexpr Location here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
  return Location::of(file, line);
}

/// Throws std::invalid_argument `op: expected <expected>, got <got> [file:line]`: the caller's
/// mistake.
[[noreturn]] void fail(const char* op, const std::string& expected, const std::string& got,
                       Location at);

/// Throws std::logic_error `op: <what> [file:line]`: the tape is used in a way that cannot work.
[[noreturn]] void misuse(const char* op, const std::string& what, Location at = {});

}  // namespace xgrad
