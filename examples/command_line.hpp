// The command line of the examples: options that show their defaults, and errors of one line.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What an option may be: numbers of a range, or one of some words. Anything without either.
struct Allowed {
  bool limited = false;
  double least = 0, greatest = 0;
  std::vector<std::string> words;
};
inline Allowed between(double least, double greatest) { return {true, least, greatest, {}}; }
inline Allowed one_of(std::vector<std::string> words) { return {false, 0, 0, std::move(words)}; }

/// CLI11 behind a door: in each example it would take longer to compile than all the rest.
class CommandLine {
 public:
  explicit CommandLine(const char* about);

  void option(const char* name, int& value, const char* type, const char* text,
              const Allowed& allowed = {});
  void option(const char* name, std::size_t& value, const char* type, const char* text,
              const Allowed& allowed = {});
  void option(const char* name, std::array<std::size_t, 2>& value, const char* type,
              const char* text, const Allowed& allowed = {});
  void option(const char* name, double& value, const char* type, const char* text,
              const Allowed& allowed = {});
  void option(const char* name, std::string& value, const char* type, const char* text,
              const Allowed& allowed = {});
  void flag(const char* name, bool& value, const char* text);

  /// Reads the arguments, then calls run(), which says whether it reached what it was to reach, if
  /// it returns anything. Returns what main() is to return.
  template <class Run>
  int run(int argc, char** argv, const Run& run) {
    return parse_and_run(argc, argv, [&run] {
      if constexpr (std::is_void_v<decltype(run())>) {
        run();
        return true;
      } else {
        return run();
      }
    });
  }

 private:
  int parse_and_run(int argc, char** argv, const std::function<bool()>& run);

  struct Parser;
  std::shared_ptr<Parser> parser_;
};
