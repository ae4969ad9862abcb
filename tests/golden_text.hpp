// Reading arrays that a Python script wrote as text.
#pragma once
#include "check.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace golden_text {

/// The text of a file that gzip compressed.
inline std::string unpacked(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string text(1 << 16, '\0');
  std::size_t size = 0;
  for (int n = 1; file != nullptr && n > 0; size += static_cast<std::size_t>(n)) {
    if (text.size() - size < 1 << 15) text.resize(2 * text.size());
    n = std::max(0, gzread(file, text.data() + size, 1 << 15));
  }
  gzclose(file);
  text.resize(size);
  return text;
}

/// `extents : elements`, separated by spaces.
inline check::Plain array_of(const std::string& rest) {
  const char* p = rest.c_str();
  reference::Shape shape;
  while (true) {
    while (*p == ' ') ++p;
    if (*p == ':') break;
    char* end = nullptr;
    shape.push_back(std::strtoul(p, &end, 10));
    p = end;
  }
  check::Plain result(shape);
  ++p;
  for (double& element : result.data) {
    char* end = nullptr;
    element = std::strtod(p, &end);
    EXPECT_NE(p, end) << "too few elements: " << rest;
    p = end;
  }
  return result;
}

}  // namespace golden_text
