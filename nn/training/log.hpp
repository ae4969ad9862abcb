// Logs of a training run, which can be read while it goes on: CSV, and event files of TensorBoard.
#pragma once
#include <xgrad/io/error.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace xgrad::nn {

namespace detail {
struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;
}  // namespace detail

/// A table of numbers that grows by a row at a time, which other programs can read when row()
/// returns. What read_csv reads.
class CsvLog {
 public:
  enum class Mode { replace, append };

  /// Opens a file with these columns. Mode::append goes on where an earlier run ended, its last row
  /// if that is incomplete left out; it needs the same columns. Throws FileError if the file cannot
  /// be written or has other columns.
  CsvLog(const std::string& path, const std::vector<std::string>& columns,
         Mode mode = Mode::replace);
  /// Appends a row. Numbers have as many digits as reading the same one needs. Throws
  /// std::invalid_argument unless there is a number for each column, FileError if the file cannot
  /// be written.
  void row(const std::vector<double>& numbers);

 private:
  void write(const std::string& line);

  std::string path_;
  std::size_t columns_;
  detail::File file_;
};

/// Scalars for TensorBoard: `tensorboard --logdir <folder>` draws them by step.
class TensorBoardLog {
 public:
  /// Starts a new event file in the folder, which is made if there is none. Throws FileError.
  explicit TensorBoardLog(const std::string& folder);
  /// Records a value under a name, "loss/train", at a step. Other programs can read it when
  /// this returns.
  /// Throws FileError if the file cannot be written.
  void add_scalar(const std::string& tag, double value, std::int64_t step);
  const std::string& path() const noexcept { return path_; }

 private:
  void write(const std::string& event);

  std::string path_;
  detail::File file_;
};

}  // namespace xgrad::nn
