#include <xgrad/io/csv_lines.hpp>

#include <charconv>

namespace xgrad {
namespace {

std::string csv_text(const std::string& text, char separator) {
  const char special[] = {separator, '"', '\n', '\r', '\0'};
  const bool plain = text.find_first_of(special) == std::string::npos && !text.empty() &&
                     text.front() != ' ' && text.back() != ' ';
  if (plain) return text;
  std::string result = "\"";
  for (const char c : text) result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

}  // namespace

std::string csv_header(const std::vector<std::string>& columns, char separator) {
  std::string line;
  for (const std::string& column : columns) {
    if (&column != &columns.front()) line += separator;
    line += csv_text(column, separator);
  }
  return line + "\n";
}

std::string csv_row(const double* numbers, std::size_t count, char separator) {
  std::string line;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) line += separator;
    char digits[32];
    line.append(digits, std::to_chars(digits, digits + sizeof digits, numbers[i]).ptr);
  }
  return line + "\n";
}

}  // namespace xgrad
