#include <xgrad/io/csv.hpp>
#include <xgrad/io/csv_lines.hpp>
#include <xgrad/io/output_file.hpp>
#include <xgrad/io/source.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <system_error>

namespace xgrad {
namespace {

bool is_blank(char c, char separator) { return (c == ' ' || c == '\t') && c != separator; }

struct Field {
  std::string text;
  std::uint64_t offset = 0;
  std::size_t line = 1;
  bool ends_row = false;
};

/// Cuts the text into fields.
class Lexer {
 public:
  Lexer(const Source& source, const std::string& text, const CsvOptions& options)
      : source_(source), text_(text), options_(options) {
    if (text_.compare(0, 3, "\xef\xbb\xbf") == 0) place_ = 3;
  }

  bool at_end() const { return place_ == text_.size(); }

  /// The next field of row `column` counts from 1 in.
  Field next(std::size_t column) {
    Field field;
    while (place_ < text_.size() && is_blank(text_[place_], options_.separator)) ++place_;
    field.offset = place_;
    field.line = line_;
    if (place_ < text_.size() && text_[place_] == options_.quote) {
      field.text = quoted_text(field, column);
    } else {
      const std::size_t start = place_;
      while (place_ < text_.size() && text_[place_] != options_.separator &&
             text_[place_] != '\n') {
        ++place_;
      }
      std::size_t end = place_;
      if (end < text_.size() && text_[end] == '\n' && end > start && text_[end - 1] == '\r') --end;
      while (end > start && is_blank(text_[end - 1], options_.separator)) --end;
      field.text = text_.substr(start, end - start);
    }
    if (place_ < text_.size() && text_[place_] == '\n') ++line_;
    field.ends_row = place_ == text_.size() || text_[place_] == '\n';
    if (place_ < text_.size()) ++place_;
    return field;
  }

  [[noreturn]] void fail(const Field& field, std::size_t column, const std::string& expected,
                         const std::string& got) const {
    source_.fail(field.offset,
                 "line " + std::to_string(field.line) + ", column " + std::to_string(column),
                 expected, got);
  }

 private:
  /// Leaves the place at the separator, the line feed or the end.
  std::string quoted_text(const Field& field, std::size_t column) {
    std::string result;
    for (++place_;; ++place_) {
      if (place_ == text_.size()) fail(field, column, "a closing quote", "the end of the file");
      if (text_[place_] == options_.quote) {
        if (place_ + 1 == text_.size() || text_[place_ + 1] != options_.quote) break;
        ++place_;
      } else if (text_[place_] == '\n') {
        ++line_;
      }
      result += text_[place_];
    }
    ++place_;
    while (place_ < text_.size() &&
           (is_blank(text_[place_], options_.separator) ||
            (text_[place_] == '\r' && place_ + 1 < text_.size() && text_[place_ + 1] == '\n'))) {
      ++place_;
    }
    if (place_ < text_.size() && text_[place_] != options_.separator && text_[place_] != '\n') {
      fail(field, column, "a separator behind the closing quote",
           in_quotes(text_.substr(place_, 1)));
    }
    return result;
  }

  const Source& source_;
  const std::string& text_;
  const CsvOptions& options_;
  std::size_t place_ = 0, line_ = 1;
};

/// Whether a decimal number is above 1 in magnitude, by the place of its first digit.
bool exceeds_one(const std::string& text) {
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::size_t point = std::min(text.find('.'), e), first = text.find_first_of("123456789");
  const double place = static_cast<double>(point) - static_cast<double>(first);
  return place +
             (e < text.size() ? static_cast<double>(std::strtoll(&text[e + 1], nullptr, 10)) : 0) >
         0;
}

/// Too large a number is infinite and too small a one 0, as in every language.
std::optional<double> number(const std::string& text, const CsvOptions& options) {
  if (std::find(options.missing.begin(), options.missing.end(), text) != options.missing.end()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') ++begin;  // not in from_chars' grammar
  double value = 0;
  const auto [reached, error] = std::from_chars(begin, end, value);
  if (error == std::errc::result_out_of_range && reached == end) {
    value = exceeds_one(text) ? std::numeric_limits<double>::infinity() : 0.0;
    return text[0] == '-' ? -value : value;
  }
  if (error != std::errc() || reached != end) return std::nullopt;
  return value;
}

}  // namespace

Table read_csv(const std::string& path, const CsvOptions& options, Location at) {
  const std::string reserved = std::string("\r\n0123456789.+-");
  const char separator = options.separator, quote = options.quote;
  if (separator == quote || reserved.find(separator) != std::string::npos ||
      reserved.find(quote) != std::string::npos) {
    fail("read_csv", "a separator and a quote that differ, and stand in no number",
         in_quotes({separator}) + " and " + in_quotes({quote}), at);
  }
  const InputFile file("csv", path);
  FileSource source(file);
  const std::string text = source.read_text(source.remaining(), "text");
  Lexer lexer(source, text, options);

  Table table;
  std::vector<double> values;
  std::size_t columns = 0, rows = 0;
  for (bool first = true; !lexer.at_end(); first = false) {
    std::vector<Field> row;  // of the first line only: it may be a header
    bool header = first && options.header == Header::present;
    std::size_t column = 0;
    for (bool more = true; more;) {
      const Field field = lexer.next(++column);
      more = !field.ends_row;
      const std::optional<double> value = number(field.text, options);
      if (first) {
        row.push_back(field);
        header = header || (!value && options.header == Header::detect);
      } else if (column > columns) {
        lexer.fail(field, column, std::to_string(columns) + " fields", "more");
      } else if (!more && column < columns) {
        lexer.fail(field, column, std::to_string(columns) + " fields", std::to_string(column));
      } else if (!value) {
        lexer.fail(field, column, "a number", in_quotes(field.text));
      } else {
        values.push_back(*value);
      }
    }
    if (!first) {
      ++rows;
      continue;
    }
    columns = column;
    for (std::size_t i = 0; i < columns; ++i) {
      if (header) {
        table.columns.push_back(row[i].text);
      } else if (const std::optional<double> value = number(row[i].text, options)) {
        values.push_back(*value);
      } else {
        lexer.fail(row[i], i + 1, "a number", in_quotes(row[i].text));
      }
    }
    rows += header ? 0 : 1;
  }
  table.values = empty_array<double>({rows, columns});
  std::copy(values.begin(), values.end(), table.values.data());
  return table;
}

void write_csv(const std::string& path, const Table& table, char separator, Location at) {
  const Shape& shape = table.values.shape();
  if (shape.size() != 2 || (!table.columns.empty() && table.columns.size() != shape[1])) {
    fail("write_csv", "values (rows, columns) and a name for each column or none",
         to_string(shape) + " and " + std::to_string(table.columns.size()), at);
  }
  OutputFile file("csv", path);
  if (!table.columns.empty()) file.write(csv_header(table.columns, separator));
  for (std::size_t row = 0; row < shape[0]; ++row) {
    file.write(csv_row(table.values.data() + row * shape[1], shape[1], separator));
  }
  file.commit();
}

}  // namespace xgrad
