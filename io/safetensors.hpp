// safetensors, a format of named tensors (github.com/huggingface/safetensors): the length of a JSON
// header, the header, the elements, little-endian.
#pragma once
#include <xgrad/io/npz.hpp>

#include <map>
#include <string>

namespace xgrad {

using Metadata = std::map<std::string, std::string>;

/// What a safetensors file holds.
struct Safetensors {
  ArrayMap arrays;
  Metadata metadata;
};

/// The arrays of a safetensors file: F64, F32, F16 and BF16 (as float), I8..I64, U8..U64, BOOL.
/// Memory is bounded by the file's size. Throws FileError if the file cannot be read; if its header
/// is not JSON of just the form of the format (no name twice, nothing nested deeper); if the arrays
/// do not fill the file without holes, overlaps and trailing bytes; if a type is another.
Safetensors read_safetensors(const std::string& path);

/// Writes arrays as safetensors, those of large elements first, so that all are aligned, replacing
/// an old file as a whole. Throws std::invalid_argument for a name that comes twice, is
/// `__metadata__`, or for text that is not UTF-8; FileError if the file cannot be written: an old
/// one is then as it was.
void write_safetensors(const std::string& path, const NamedArrays& arrays,
                       const Metadata& metadata = {}, Location at = here());

}  // namespace xgrad
