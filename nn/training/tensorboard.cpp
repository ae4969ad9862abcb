#include <xgrad/nn/training/log.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>

// An event file is a row of records: the length of an event (8 bytes), its checksum (4), the event,
// its checksum; least significant bytes first. A checksum is CRC32C (Castagnoli 1993), turned right
// by 15 bits, plus a constant. An event is a message of protobuf:
//   Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
//   Summary { repeated Value value = 1; }   Value { string tag = 1; float simple_value = 2; }
namespace xgrad::nn {
namespace {

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0);
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

std::uint32_t checksum(const std::string& bytes) {
  std::uint32_t crc = ~std::uint32_t(0);
  for (char c : bytes) crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

std::string little_endian(std::uint64_t value, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

// The fields of protobuf: varints, numbers of 64 and of 32 bits, and what has a length.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}
std::string key(unsigned field, unsigned wire_type) { return varint(field << 3 | wire_type); }
std::string field(unsigned number, std::int64_t value) {
  return key(number, 0) + varint(static_cast<std::uint64_t>(value));
}
std::string field(unsigned number, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return key(number, 1) + little_endian(bits, 8);
}
std::string field(unsigned number, float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return key(number, 5) + little_endian(bits, 4);
}
std::string field(unsigned number, const std::string& bytes) {
  return key(number, 2) + varint(bytes.size()) + bytes;
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

TensorBoardLog::TensorBoardLog(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  // Two logs may start within a second.
  const std::string stem = (std::filesystem::path(folder) / "events.out.tfevents.").string() +
                           std::to_string(static_cast<std::uint64_t>(now())) + ".xgrad";
  for (int number = 0; file_ == nullptr; ++number) {
    path_ = stem + (number == 0 ? "" : "." + std::to_string(number));
    file_.reset(std::fopen(path_.c_str(), "wbx"));
    if (file_ == nullptr && errno != EEXIST) {
      throw FileError("TensorBoardLog", "a file that can be written", std::strerror(errno), path_);
    }
  }
  write(field(1, now()) + field(3, std::string("brain.Event:2")));
}

void TensorBoardLog::add_scalar(const std::string& tag, double value, std::int64_t step) {
  const std::string scalar = field(1, tag) + field(2, static_cast<float>(value));
  write(field(1, now()) + field(2, step) + field(5, field(1, scalar)));
}

void TensorBoardLog::write(const std::string& event) {
  const std::string length = little_endian(event.size(), 8);
  const std::string record =
      length + little_endian(checksum(length), 4) + event + little_endian(checksum(event), 4);
  if (std::fwrite(record.data(), 1, record.size(), file_.get()) != record.size() ||
      std::fflush(file_.get()) != 0) {
    throw FileError("TensorBoardLog", "room for a record", std::strerror(errno), path_);
  }
}

}  // namespace xgrad::nn
