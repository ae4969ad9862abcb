#include <unistd.h>
#include <xgrad/autograd/error.hpp>
#include <xgrad/io/csv_lines.hpp>
#include <xgrad/nn/training/log.hpp>

#include <cerrno>
#include <cstring>

namespace xgrad::nn {
namespace {

[[noreturn]] void fail_with(const char* expected, const std::string& path) {
  throw FileError("CsvLog", expected, std::strerror(errno), path);
}

/// The file of an earlier run, placed behind its last whole row.
detail::File reopened(const std::string& path, const std::string& header) {
  detail::File file(std::fopen(path.c_str(), "r+b"));
  if (file == nullptr) return file;
  long end = 0;
  std::string line;
  bool in_quotes = false;
  for (int c; (c = std::fgetc(file.get())) != EOF;) {
    if (end == 0) line += static_cast<char>(c);
    if (c == '"') in_quotes = !in_quotes;
    if (c == '\n' && !in_quotes) {
      end = std::ftell(file.get());
      if (line != header) break;
    }
  }
  if (end > 0 && line != header) {
    throw FileError("CsvLog", "the columns " + header.substr(0, header.size() - 1),
                    "others: " + xgrad::in_quotes(line.substr(0, line.size() - 1)), path);
  }
  if (std::ferror(file.get()) != 0 || std::fseek(file.get(), end, SEEK_SET) != 0 ||
      ftruncate(fileno(file.get()), end) != 0) {
    fail_with("a file that can be read and written", path);
  }
  if (end == 0) file = nullptr;
  return file;
}

}  // namespace

CsvLog::CsvLog(const std::string& path, const std::vector<std::string>& columns, Mode mode)
    : path_(path), columns_(columns.size()) {
  const std::string header = csv_header(columns);
  if (mode == Mode::append) file_ = reopened(path, header);
  if (file_ != nullptr) return;
  file_.reset(std::fopen(path.c_str(), "wb"));
  if (file_ == nullptr) fail_with("a file that can be written", path);
  write(header);
}

void CsvLog::row(const std::vector<double>& numbers) {
  if (numbers.size() != columns_) {
    fail("CsvLog", std::to_string(columns_) + " numbers", std::to_string(numbers.size()), {});
  }
  write(csv_row(numbers.data(), numbers.size()));
}

void CsvLog::write(const std::string& line) {
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0) {
    fail_with("room for a row", path_);
  }
}

}  // namespace xgrad::nn
