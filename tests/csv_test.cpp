// CSV: what is read, what is written, and what is said, with line and column, of what is no table.
#include "files.hpp"

#include <xgrad/io/csv.hpp>

#include <cmath>
#include <cstring>
#include <limits>

namespace {

namespace fs = std::filesystem;
using xgrad::Array, xgrad::CsvOptions, xgrad::FileError, xgrad::Header, xgrad::Shape, xgrad::Table;

class Csv : public files::Folder {
 protected:
  Table table(const std::string& text, const CsvOptions& options = {}) const {
    return xgrad::read_csv(write("table.csv", text), options);
  }
  std::string error(const std::string& text, const CsvOptions& options = {}) const {
    try {
      table(text, options);
    } catch (const FileError& found) {
      const std::string message = found.what(), path = (folder_ / "table.csv").string();
      return message.substr(0, message.find(path)) +
             message.substr(message.find(path) + path.size());
    }
    return "no error";
  }
};

using Names = std::vector<std::string>;

TEST_F(Csv, WithAndWithoutHeader) {
  const Array<double> values = {{1, -2.5}, {3e2, 4}};
  for (const char* text :
       {"a,b\n1,-2.5\n3e2,4\n", "a,b\r\n1,-2.5\r\n3e2,4", "\"a\",\"b\"\n\"1\",-2.5\n3e2,+4\n",
        "\xef\xbb\xbf"
        "a,b\n 1 ,\t-2.5\n3e2,\"4\" \n"}) {
    const Table found = table(text);
    EXPECT_EQ(found.columns, (Names{"a", "b"})) << text;
    EXPECT_EQ(found.values, values) << text;
  }
  EXPECT_TRUE(table("1,-2.5\n3e2,4").columns.empty());
  EXPECT_EQ(table("1,-2.5\n3e2,4").values, values);
  CsvOptions options;
  options.header = Header::present;
  EXPECT_EQ(table("1,2\n3,4", options).columns, (Names{"1", "2"}));
  EXPECT_EQ(table("1,2\n3,4", options).values, (Array<double>{{3, 4}}));
  options.header = Header::none;
  EXPECT_EQ(error("a,2\n", options),
            "csv: expected a number, got \"a\" [, byte 0, line 1, column 1]");
}

TEST_F(Csv, Separators) {
  CsvOptions options;
  options.separator = '\t';
  EXPECT_EQ(table("a\tb c\n1\t2\n", options).columns, (Names{"a", "b c"}));
  options.separator = ';';
  options.quote = '\'';
  EXPECT_EQ(table("'x;''y';z\n1;2\n", options).columns, (Names{"x;'y", "z"}));
  for (const char wrong : {'\n', '\r', '5', '.', '-', '"'}) {
    options = {};
    options.separator = wrong;
    EXPECT_THROW(table("1", options), std::invalid_argument) << wrong;
  }
}

TEST_F(Csv, QuotedNames) {
  const Table found = table("\"two\nlines\",\"say \"\"hi\"\", please\",\"\"\n1,2,3\n");
  EXPECT_EQ(found.columns, (Names{"two\nlines", "say \"hi\", please", ""}));
  EXPECT_EQ(found.values, (Array<double>{{1, 2, 3}}));
}

TEST_F(Csv, Missing) {
  CsvOptions options;
  options.missing = {"", "NA"};
  const Table found = table("x,y\n,1\n2,NA\n3,\n", options);
  EXPECT_EQ(found.values.shape(), (Shape{3, 2}));
  const bool missing[] = {true, false, false, true, false, true};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(std::isnan(found.values.data()[i]), missing[i]);
  EXPECT_EQ(table(",", options).values.shape(), (Shape{1, 2}));
  EXPECT_EQ(table("1\n\n2\n", options).values.shape(), (Shape{3, 1}));
  EXPECT_EQ(error("1,2\n,3\n"), "csv: expected a number, got \"\" [, byte 4, line 2, column 1]");
  EXPECT_EQ(error("1\n\n2\n"), "csv: expected a number, got \"\" [, byte 2, line 2, column 1]");
}

TEST_F(Csv, Numbers) {
  const double inf = std::numeric_limits<double>::infinity();
  const Array<double> values = table(
                                   "a,b,c,d,e,f,g,h\n"
                                   "inf,-Infinity,1e999,-1e999,1e-999,-1e-999,4.9e-324,-0\n")
                                   .values;
  const double expected[] = {inf, -inf, inf, -inf, 0, -0.0, 4.9e-324, -0.0};
  ASSERT_EQ(values.size(), 8u);
  EXPECT_EQ(std::memcmp(values.data(), expected, sizeof expected), 0);
  const std::string zeros(400, '0');
  EXPECT_EQ(table("1" + zeros).values(0, 0), inf);
  EXPECT_EQ(table("0." + zeros + "1").values(0, 0), 0);
  EXPECT_EQ(table("0." + zeros + "1e5").values(0, 0), 0);
  EXPECT_EQ(table("1" + zeros + "e-5").values(0, 0), inf);
  EXPECT_EQ(table("1e99999999999999999999").values(0, 0), inf);
  EXPECT_TRUE(std::isnan(table("nan").values(0, 0)));
  for (const std::string& text :
       {std::string("1_000"), std::string("0x10"), std::string("1e"), std::string("--1"),
        std::string("+-1"), std::string("1 2"), std::string("e5"), std::string("."),
        std::string("1,"), std::string("+"),
        std::string("1\0"
                    "2",
                    3)}) {
    CsvOptions options;
    options.header = Header::none;
    EXPECT_NE(error(text, options).find("expected a number"), std::string::npos) << text;
  }
}

TEST_F(Csv, Errors) {
  EXPECT_EQ(error("a,b\n1,2\n3\n"), "csv: expected 2 fields, got 1 [, byte 8, line 3, column 1]");
  EXPECT_EQ(error("a,b\n1,2\n3,4,5\n"),
            "csv: expected 2 fields, got more [, byte 12, line 3, column 3]");
  EXPECT_EQ(error("a,b\n1,2\n3,4,"),
            "csv: expected 2 fields, got more [, byte 12, line 3, column 3]");
  EXPECT_EQ(error("a,b\n1,2\n\n"), "csv: expected 2 fields, got 1 [, byte 8, line 3, column 1]");
  EXPECT_EQ(error("a,b\n1,x y\n"),
            "csv: expected a number, got \"x y\" [, byte 6, line 2, column 2]");
  EXPECT_EQ(error("\"a\nb\",c\n1,x\n"),
            "csv: expected a number, got \"x\" [, byte 10, line 3, column 2]");
  EXPECT_EQ(error("1,\"2\n"),
            "csv: expected a closing quote, got the end of the file [, byte 2, line 1, column 2]");
  EXPECT_EQ(error("\"1\"x,2\n"),
            "csv: expected a separator behind the closing quote, got \"x\" "
            "[, byte 0, line 1, column 1]");
  EXPECT_THROW(xgrad::read_csv(folder_ / "missing.csv"), FileError);
}

TEST_F(Csv, Empty) {
  EXPECT_EQ(table("").values.shape(), (Shape{0, 0}));
  const Table names = table("a,b\n");
  EXPECT_EQ(names.columns, (Names{"a", "b"}));
  EXPECT_EQ(names.values.shape(), (Shape{0, 2}));
}

TEST_F(Csv, WhatIsWrittenComesBack) {
  using Limits = std::numeric_limits<double>;
  const Table written = {{"plain", "with, separator", "with \"quotes\"", " \n"},
                         {{0.1, 1.0 / 3, Limits::max(), Limits::denorm_min()},
                          {-0.0, Limits::infinity(), -1e-5, 123456789}}};
  const fs::path path = folder_ / "written.csv";
  for (const char separator : {',', ';', '\t'}) {
    xgrad::write_csv(path, written, separator);
    CsvOptions options;
    options.separator = separator;
    const Table found = xgrad::read_csv(path, options);
    EXPECT_EQ(found.columns, written.columns);
    ASSERT_EQ(found.values.shape(), written.values.shape());
    EXPECT_EQ(std::memcmp(found.values.data(), written.values.data(), 64), 0);
  }
  EXPECT_THROW(xgrad::write_csv(path, {{"a"}, written.values}), std::invalid_argument);
  EXPECT_THROW(xgrad::write_csv(path, {{}, Array<double>{1, 2}}), std::invalid_argument);
}

// Whatever the bytes, a table or one line that says why not.
TEST_F(Csv, EveryTruncationAndChange) {
  const std::string text = "a,\"b \"\"c\"\"\"\r\n1,\"-2.5e3\"\r\n\"3\" , NA\n";
  CsvOptions options;
  options.missing = {"NA"};
  for (std::size_t i = 0; i <= text.size(); ++i) {
    error(text.substr(0, i), options);
    for (const char byte : {',', '"', '\n', '\r', ' ', '5', 'x', '-', '\0', '\xff'}) {
      if (i == text.size()) break;
      std::string changed = text;
      changed[i] = byte;
      EXPECT_EQ(error(changed, options).find('\n'), std::string::npos);
    }
  }
}

}  // namespace
