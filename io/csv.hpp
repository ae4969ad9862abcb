// Tables of numbers as text, a row per line (RFC 4180).
#pragma once
#include <xgrad/autograd/tensor.hpp>
#include <xgrad/io/error.hpp>

#include <string>
#include <vector>

namespace xgrad {

enum class Header { detect, present, none };

struct CsvOptions {
  char separator = ',';
  char quote = '"';
  /// detect: the first line is a header if any of its fields is neither a number nor missing.
  Header header = Header::detect;
  /// Fields that are read as NaN, for instance {"", "NA"}. Every other one has to be a number.
  std::vector<std::string> missing;
};

/// Columns of numbers, with their names if there is a header.
struct Table {
  std::vector<std::string> columns;
  Array<double> values = empty_array<double>({0, 0});  // (rows, columns)
};

/// The numbers in a CSV file. Lines end in a line feed, or a carriage return and one; the last may
/// lack it. A field may stand in quotes, which are doubled within, and may then hold separators and
/// line ends; blanks around a field do not count. Numbers are decimal, or inf and nan with a sign
/// or without. A mark of UTF-8 at the start is skipped. Memory is bounded by the file's size.
/// Throws FileError, with line and column, if the file cannot be read, a field is no number, or a
/// row has more or fewer fields than the first; std::invalid_argument for options that contradict
/// each other.
Table read_csv(const std::string& path, const CsvOptions& options = {}, Location at = here());

/// Writes a matrix (rows, columns), with a header unless `columns` is empty, replacing an old file
/// as a whole. Numbers have as many digits as reading the same one needs. Throws
/// std::invalid_argument unless there is a name for each column or none, and two axes; FileError if
/// the file cannot be written: an old one is then as it was.
void write_csv(const std::string& path, const Table& table, char separator = ',',
               Location at = here());

}  // namespace xgrad
