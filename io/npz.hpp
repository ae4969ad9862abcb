// npz, NumPy's archive of named arrays: a zip file of npy files.
#pragma once
#include <xgrad/io/any_array.hpp>
#include <xgrad/io/error.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {

enum class Compression { none, deflate };

/// Arrays by name.
using ArrayMap = std::map<std::string, AnyArray>;

/// What a writer reads: arrays that live elsewhere, with their names, {{"x", x}, {"y", y}}; or
/// those of a map.
struct NamedArrays : std::vector<std::pair<std::string, ArrayView>> {
  using vector::vector;
  NamedArrays(const ArrayMap& arrays);
};

/// The arrays of an npz file, stored or deflated, by the names that numpy.savez was given. Members
/// are read as read_npy does; their CRCs are checked. Memory is bounded by the file: all contents
/// together may have `max_ratio` times its size, or 16 MiB if that is more; what zeros compress to
/// may need more (deflate reaches 1032). Throws FileError if the file cannot be read or is damaged,
/// or a member is not a npy file of a type that read_npy knows, among them files that are readable
/// in two ways: with holes, overlaps, duplicate names, or two directories.
ArrayMap read_npz(const std::string& path, double max_ratio = 200);

/// Writes arrays as npz, stored, or deflated as numpy.savez_compressed, replacing an old file as a
/// whole. Throws std::invalid_argument for a name that comes twice, is empty or absolute, or has
/// "..", a backslash or a control character; FileError if the file cannot be written: an old one
/// is then as it was.
void write_npz(const std::string& path, const NamedArrays& arrays,
               Compression compression = Compression::none, Location at = here());
}  // namespace xgrad
