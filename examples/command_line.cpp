#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

struct CommandLine::Parser {
  CLI::App app;

  template <class Value>
  CLI::Option* add(const char* name, Value& value, const char* type, const char* text) {
    return app.add_option(name, value, text)->type_name(type)->capture_default_str();
  }
  // No check has a text of its own in --help.
  template <class Number, class Value>
  void add_number(const char* name, Value& value, const char* type, const char* text,
                  const Allowed& allowed) {
    CLI::Option* option = add(name, value, type, text);
    if (!allowed.limited) return;
    const auto least = static_cast<Number>(allowed.least);
    const auto greatest = static_cast<Number>(allowed.greatest);
    option->check(CLI::Range(least, greatest).description(""));
  }
};

CommandLine::CommandLine(const char* about) : parser_(std::make_shared<Parser>()) {
  parser_->app.description(about);
  parser_->app.get_formatter()->column_width(44);
  parser_->app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "error: " + std::string(error.what()) + " (see --help)\n";
  });
}

void CommandLine::option(const char* name, int& value, const char* type, const char* text,
                         const Allowed& allowed) {
  parser_->add_number<int>(name, value, type, text, allowed);
}
void CommandLine::option(const char* name, std::size_t& value, const char* type, const char* text,
                         const Allowed& allowed) {
  parser_->add_number<std::size_t>(name, value, type, text, allowed);
}
void CommandLine::option(const char* name, std::array<std::size_t, 2>& value, const char* type,
                         const char* text, const Allowed& allowed) {
  parser_->add_number<std::size_t>(name, value, type, text, allowed);
}
void CommandLine::option(const char* name, double& value, const char* type, const char* text,
                         const Allowed& allowed) {
  parser_->add_number<double>(name, value, type, text, allowed);
}
void CommandLine::option(const char* name, std::string& value, const char* type, const char* text,
                         const Allowed& allowed) {
  CLI::Option* option = parser_->add(name, value, type, text);
  if (!allowed.words.empty()) option->check(CLI::IsMember(allowed.words).description(""));
}
void CommandLine::flag(const char* name, bool& value, const char* text) {
  parser_->app.add_flag(name, value, text);
}

int CommandLine::parse_and_run(int argc, char** argv, const std::function<bool()>& run) {
  CLI11_PARSE(parser_->app, argc, argv);
  try {
    return run() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
