#include <xgrad/io/output_file.hpp>
#include <xgrad/io/safetensors.hpp>
#include <xgrad/io/safetensors_header.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace xgrad {
namespace {

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t max_json_header = 100'000'000;  // as the format's own reader
constexpr const char* metadata_name = "__metadata__";

/// Text as a JSON string.
std::string json_string(const std::string& text, Location at) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    fail("write_safetensors", "text in UTF-8", in_quotes(text), at);
  }
}

void check_tensor_names(const NamedArrays& arrays, Location at) {
  std::set<std::string> names;
  for (const auto& [name, array] : arrays) {
    if (name == metadata_name || !names.insert(name).second) {
      fail("write_safetensors", "names that differ, and from __metadata__",
           in_quotes(name) + (name == metadata_name ? "" : " twice"), at);
    }
  }
}

std::string header_of(const NamedArrays& arrays, const Metadata& metadata, Location at) {
  std::string text = "{", separator;
  if (!metadata.empty()) {
    text += '"' + std::string(metadata_name) + "\":{";
    for (const auto& [key, value] : metadata) {
      text += separator + json_string(key, at) + ":" + json_string(value, at);
      separator = ",";
    }
    text += "}";
  }
  std::uint64_t offset = 0;
  for (const auto& [name, array] : arrays) {
    std::string shape;
    for (const std::size_t extent : *array.shape) {
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    }
    const std::uint64_t end = offset + array.byte_count();
    text += separator + json_string(name, at) + ":{\"dtype\":\"" + safetensors_name(array.type) +
            "\",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(offset) + "," +
            std::to_string(end) + "]}";
    separator = ",";
    offset = end;
  }
  text += "}";
  text.append((8 - text.size() % 8) % 8, ' ');  // the elements start at a multiple of 8
  if (text.size() > max_json_header) {
    fail("write_safetensors", "names and metadata of at most 100 MB",
         std::to_string(text.size()) + " bytes", at);
  }
  return text;
}

}  // namespace

Safetensors read_safetensors(const std::string& path) {
  const InputFile file("safetensors", path);
  FileSource source(file);
  unsigned char bytes[length_bytes];
  source.read(bytes, sizeof bytes, "header length");
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | bytes[i];
  if (length > max_json_header) {
    source.fail(0, "header length", "at most " + std::to_string(max_json_header),
                std::to_string(length));
  }
  const std::string text = source.read_text(length, "header");
  if (text.empty() || text[0] != '{') {
    source.fail(length_bytes, "header", "'{'",
                text.empty() ? "nothing" : in_quotes(text.substr(0, 1)));
  }
  SafetensorsHeader header = parse_safetensors_header(source, text, length_bytes);

  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
                     return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
                   });
  const std::uint64_t data = source.offset(), available = source.remaining();
  std::uint64_t reached = 0;
  for (const SafetensorsEntry& entry : header.entries) {  // before any memory is taken
    const std::string field = in_quotes(entry.name) + " data_offsets";
    if (entry.begin != reached || entry.end < entry.begin || entry.end > available) {
      source.fail(
          entry.offset, field,
          "a range from " + std::to_string(reached) + " to at most " + std::to_string(available),
          std::to_string(entry.begin) + " to " + std::to_string(entry.end));
    }
    const std::uint64_t claimed =
        checked_bytes(source, entry.extents, entry.stored, available, entry.offset,
                      (in_quotes(entry.name) + " shape").c_str());
    if (entry.end - entry.begin != claimed) {
      source.fail(entry.offset, field, std::to_string(claimed) + " bytes, as the shape says",
                  std::to_string(entry.end - entry.begin));
    }
    reached = entry.end;
  }
  if (reached != available) {
    source.fail(data + reached, "data", "the end of the file",
                std::to_string(available - reached) + " more bytes");
  }

  Safetensors result;
  result.metadata = std::move(header.metadata);
  for (const SafetensorsEntry& entry : header.entries) {
    result.arrays.emplace(
        entry.name,
        read_elements(source, entry.stored, Shape(entry.extents.begin(), entry.extents.end())));
  }
  return result;
}

void write_safetensors(const std::string& path, const NamedArrays& arrays, const Metadata& metadata,
                       Location at) {
  check_tensor_names(arrays, at);
  NamedArrays ordered = arrays;
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    const std::size_t left = element_bytes(a.second.type), right = element_bytes(b.second.type);
    return left != right ? left > right : a.first < b.first;
  });
  const std::string header = header_of(ordered, metadata, at);
  std::string length;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  OutputFile file("safetensors", path);
  file.write(length);
  file.write(header);
  for (const auto& [name, array] : ordered) file.write(array.data, array.byte_count());
  file.commit();
}

}  // namespace xgrad
