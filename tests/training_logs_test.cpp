// The logs of a training run, by a reader of TensorBoard's format written for this test and by
// read_csv; and the progress bar, on a terminal and elsewhere.
#include "check.hpp"
#include "files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <xgrad/io/csv.hpp>
#include <xgrad/nn/training.hpp>

#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <thread>

namespace {

namespace xg = xgrad;
namespace nn = xgrad::nn;
using check::contains;
using check::message;

std::uint64_t little_endian(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  }
  return value;
}

/// CRC32C, bit by bit.
std::uint32_t crc32c(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char character : bytes) {
    const auto byte = static_cast<unsigned char>(character);
    for (int bit = 0; bit < 8; ++bit) {
      const bool odd = ((crc ^ (byte >> bit)) & 1) != 0;
      crc = crc >> 1 ^ (odd ? 0x82f63b78u : 0);
    }
  }
  return ~crc;
}

/// The events of a file whose checksums are right.
std::vector<std::string> events_of(const std::string& path) {
  const std::string bytes = files::read(path);
  std::vector<std::string> events;
  const auto masked = [](const std::string& text) {
    const std::uint32_t crc = crc32c(text);
    return std::uint32_t((crc >> 15 | crc << 17) + 0xa282ead8u);
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = little_endian(bytes, at, 8);
    EXPECT_EQ(little_endian(bytes, at + 8, 4), masked(bytes.substr(at, 8)));
    events.push_back(bytes.substr(at + 12, size));
    EXPECT_EQ(events.back().size(), size);
    EXPECT_EQ(little_endian(bytes, at + 12 + size, 4), masked(events.back()));
    at += 16 + size;
  }
  return events;
}

/// The fields of a message of protobuf by number: what has a length as it is, numbers as their
/// bytes, varints as text.
std::map<unsigned, std::string> fields_of(const std::string& bytes) {
  std::map<unsigned, std::string> fields;
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(at++));
      value |= std::uint64_t(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.size()) {
    const std::uint64_t key = varint();
    std::string& field = fields[unsigned(key >> 3)];
    switch (key & 7) {
      case 0:
        field = std::to_string(static_cast<std::int64_t>(varint()));
        continue;
      case 1:
        field = bytes.substr(at, 8);
        break;
      case 5:
        field = bytes.substr(at, 4);
        break;
      default:
        EXPECT_EQ(key & 7, 2u);
        const std::size_t size = varint();
        field = bytes.substr(at, size);
        EXPECT_EQ(field.size(), size);
    }
    at += field.size();
  }
  return fields;
}
template <class Number>
Number number_of(const std::string& bytes) {
  Number number{};
  EXPECT_EQ(bytes.size(), sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

TEST(Crc32c, OfTheTestReaderIsThatOfRfc3720) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
}

class Logs : public files::Folder {};

TEST_F(Logs, OfTensorBoardHoldScalars) {
  struct Scalar {
    std::string tag;
    double value;
    std::int64_t step;
  };
  const std::vector<Scalar> scalars = {{"loss/train", 0.5, 0},
                                       {"", -1e-30, 1},
                                       {std::string(300, 't'), 1e38, 128},
                                       {"infinite", std::numeric_limits<double>::infinity(),
                                        std::numeric_limits<std::int64_t>::max()},
                                       {"negative step", 3, -7}};
  nn::TensorBoardLog log((folder_ / "runs" / "1").string());
  const nn::TensorBoardLog other((folder_ / "runs" / "1").string());
  EXPECT_NE(log.path(), other.path());
  EXPECT_TRUE(contains(log.path(), "tfevents"));
  for (const Scalar& each : scalars) log.add_scalar(each.tag, each.value, each.step);

  const std::vector<std::string> events = events_of(log.path());
  ASSERT_EQ(events.size(), 1 + scalars.size());
  EXPECT_EQ(fields_of(events[0])[3], "brain.Event:2");
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    auto event = fields_of(events[i + 1]);
    EXPECT_NEAR(number_of<double>(event[1]), now.count(), 60);
    EXPECT_EQ(event[2], std::to_string(scalars[i].step));
    auto value = fields_of(fields_of(event[5])[1]);
    EXPECT_EQ(value[1], scalars[i].tag);
    EXPECT_EQ(number_of<float>(value[2]), static_cast<float>(scalars[i].value));
  }
}

TEST_F(Logs, SayWhichFileTheyCannotWrite) {
  const std::string file = write("file", "").string();
  EXPECT_TRUE(contains(message<xg::FileError>([&] { nn::TensorBoardLog log(file); }), file));
  EXPECT_TRUE(contains(message<xg::FileError>([&] { nn::CsvLog log(file + "/x.csv", {"a"}); }),
                       file + "/x.csv"));
  if (std::filesystem::exists("/dev/full")) {
    EXPECT_THROW(nn::CsvLog("/dev/full", {"a"}), xg::FileError);
  }
}

TEST_F(Logs, OfCsvCanBeReadWhileTheyGrow) {
  const std::string path = (folder_ / "log.csv").string();
  nn::CsvLog log(path, {"epoch", "loss, mean", "say \"x\""});
  log.row({1, 0.1, -1e300});
  xg::Table table = xg::read_csv(path);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"epoch", "loss, mean", "say \"x\""}));
  EXPECT_EQ(table.values(0, 1), 0.1);
  log.row({2, std::nan(""), 1.0 / 3});
  table = xg::read_csv(path);
  ASSERT_EQ(table.values.shape(), (xg::Shape{2, 3}));
  EXPECT_TRUE(std::isnan(table.values(1, 1)));
  EXPECT_EQ(table.values(1, 2), 1.0 / 3);
  EXPECT_EQ(message<std::invalid_argument>([&] {
              log.row({1, 2});
            }),
            "CsvLog: expected 3 numbers, got 2");
}

TEST_F(Logs, OfCsvGoOnBehindTheLastWholeRow) {
  using Mode = nn::CsvLog::Mode;
  const std::string path = (folder_ / "log.csv").string();
  nn::CsvLog(path, {"a", "b\n"}, Mode::append).row({1, 2});  // there is none yet
  std::ofstream(path, std::ios::app) << "3,4";
  nn::CsvLog(path, {"a", "b\n"}, Mode::append).row({5, 6});
  EXPECT_EQ(files::read(path), "a,\"b\n\"\n1,2\n5,6\n");
  EXPECT_TRUE(contains(message<xg::FileError>([&] {
                         nn::CsvLog(path, {"a", "c"}, Mode::append);
                       }),
                       "CsvLog: expected the columns a,c, got others"));
  EXPECT_EQ(files::read(path), "a,\"b\n\"\n1,2\n5,6\n");
  nn::CsvLog(path, {"c"});
  EXPECT_EQ(files::read(path), "c\n");
  std::ofstream(path) << "half a hea";
  nn::CsvLog(path, {"c"}, Mode::append);
  EXPECT_EQ(files::read(path), "c\n");
}

/// What show(file) prints to a file that is no terminal.
template <class Show>
std::string printed(const Show& show) {
  std::FILE* file = std::tmpfile();
  show(file);
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
  std::fclose(file);
  return text;
}
/// The same on a terminal of so many columns.
template <class Show>
std::string printed_on_terminal(unsigned columns, const Show& show) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  EXPECT_TRUE(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  std::FILE* file = std::fopen(ptsname(master), "w");
  const winsize size{24, static_cast<unsigned short>(columns), 0, 0};
  EXPECT_EQ(ioctl(fileno(file), TIOCSWINSZ, &size), 0);
  show(file);
  std::fflush(file);
  std::string text;
  for (pollfd waiting{master, POLLIN, 0}; poll(&waiting, 1, 200) == 1;) {  // until all has come
    char part[4096];
    const ssize_t count = read(master, part, sizeof part);
    if (count <= 0) break;
    text.append(part, static_cast<std::size_t>(count));
  }
  std::fclose(file);
  close(master);
  return text;
}

TEST(Progress, IsALineWhereThereIsNoTerminal) {
  const auto show = [](bool last_line) {
    return printed([last_line](std::FILE* file) {
      nn::Progress progress("epoch 1/2", 10, file, last_line);
      progress.add(6, {{"loss", 1}, {"accuracy", 0.5}});
      progress.add(4, {{"loss", 0.5}});
      EXPECT_DOUBLE_EQ(progress.mean("loss"), 0.8);
      EXPECT_DOUBLE_EQ(progress.mean("accuracy"), 0.5);
      EXPECT_TRUE(std::isnan(progress.mean("no such")));
      progress.finish({{"test", 0.75}});
    });
  };
  EXPECT_EQ(show(true), "epoch 1/2  0:00  loss 0.8  accuracy 0.5  test 0.75\n");
  EXPECT_EQ(show(false), "");
}

TEST(Progress, IsABarOnATerminalThatNeverWraps) {
  for (unsigned columns : {20U, 50U, 80U, 200U}) {
    const std::string text = printed_on_terminal(columns, [](std::FILE* file) {
      nn::Progress progress("epoch 1/2", 1000, file);
      for (int i = 0; i < 1000; ++i) progress.add(1, {{"loss", 1}, {"accuracy", 0.5}});
      progress.add(1, {});  // more than announced
      progress.finish();
    });
    std::size_t bars = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line, '\r');) {
      if (contains(line, "epoch 1/2  0:00")) continue;  // the last line may be longer
      EXPECT_LE(line.size(), columns + std::strlen("\033[K") - 1u) << line;
      if (columns < 80 || !contains(line, " left")) continue;
      ++bars;
      EXPECT_TRUE(contains(line, "[") && contains(line, "/s  ") && contains(line, "loss 1"))
          << line;
    }
    EXPECT_EQ(bars > 0, columns >= 80);
    EXPECT_LT(bars, 100u);  // not one for each sample
    EXPECT_TRUE(contains(text, "epoch 1/2  0:00  loss 1  accuracy 0.5\r\n")) << text;
  }
}

}  // namespace
