// The command line of the examples: options that show their defaults, and errors of one line.
#pragma once
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <type_traits>

class CommandLine {
 public:
  explicit CommandLine(const char* about) : app_(about) {
    app_.get_formatter()->column_width(44);
    app_.failure_message([](const CLI::App*, const CLI::Error& error) {
      return "error: " + std::string(error.what()) + " (see --help)\n";
    });
  }

  template <class Value>
  CLI::Option* option(const char* name, Value& value, const char* type, const char* text) {
    return app_.add_option(name, value, text)->type_name(type)->capture_default_str();
  }
  void flag(const char* name, bool& value, const char* text) { app_.add_flag(name, value, text); }

  /// Reads the arguments, then calls run(), which says whether it reached what it was to reach, if
  /// it returns anything. Returns what main() is to return.
  template <class Run>
  int run(int argc, char** argv, const Run& run) {
    CLI11_PARSE(app_, argc, argv);
    try {
      if constexpr (std::is_void_v<decltype(run())>) {
        run();
        return 0;
      } else {
        return run() ? 0 : 1;
      }
    } catch (const std::exception& error) {
      std::fprintf(stderr, "error: %s\n", error.what());
      return 1;
    }
  }

 private:
  CLI::App app_;
};

/// A check of an option, without a text of its own in --help.
template <class T>
CLI::Validator between(T least, T greatest) {
  return CLI::Range(least, greatest).description("");
}
