// The JSON header of a safetensors file.
#pragma once
#include <xgrad/io/elements.hpp>
#include <xgrad/io/safetensors.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad {

/// What the header says of an array.
struct SafetensorsEntry {
  std::string name;
  StoredType stored{DType::boolean};
  std::vector<std::uint64_t> extents;
  std::uint64_t begin = 0, end = 0;  // its data, counted from the end of the header
  std::uint64_t offset = 0;          // where in the file the header speaks of it
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  Metadata metadata;
};

/// Parses the header, which starts at byte `start` of the source. Throws FileError if it is not
/// JSON, or of another form. What the numbers say is not checked.
SafetensorsHeader parse_safetensors_header(const Source& source, const std::string& text,
                                           std::uint64_t start);

/// The format's name of a type: "F32".
const char* safetensors_name(DType type) noexcept;

}  // namespace xgrad
