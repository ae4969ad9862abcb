// npy, NumPy's format of one array (NumPy Enhancement Proposal 1): a magic string, a version, a
// Python dictionary with the type, the order and the shape, the elements.
#pragma once
#include <xgrad/io/any_array.hpp>
#include <xgrad/io/error.hpp>

#include <string>

namespace xgrad {

class Source;

/// The array in an npy file of version 1, 2 or 3: bool, int8..64, uint8..64, float16 (as float),
/// float32 or float64, in either byte order, in C or Fortran order. At most 64 axes. Memory is
/// bounded by the file's size. Throws FileError if the file cannot be read, is damaged, holds
/// another type (structures, strings, objects, complex numbers), or is shorter or longer than its
/// header says.
AnyArray read_npy(const std::string& path);

/// The same, of elements of type V, one of AnyArray's (float also reads float16). Throws FileError
/// if the file holds another.
template <class V>
Array<V> read_npy(const std::string& path);

/// Writes an array or a tensor as npy, version 1.0, replacing an old file as a whole. Throws
/// FileError if the file cannot be written; an old one is then as it was.
void write_npy(const std::string& path, const ArrayView& array);

// For npz.

/// The array in a source that is an npy file.
AnyArray read_npy(Source& source);
/// What an npy file of this array starts with.
std::string npy_header(const ArrayView& array);
/// The array of type V that `array` holds. Throws FileError, naming `member` if it is not empty.
template <class V>
Array<V> typed(AnyArray&& array, const char* op, const std::string& path,
               const std::string& member = "") {
  if (auto* held = std::get_if<Array<V>>(&array)) return std::move(*held);
  throw FileError(op, std::string("elements of type ") + to_string(dtype_of<V>),
                  to_string(dtype(array)), path + (member.empty() ? "" : ", " + in_quotes(member)));
}

template <class V>
Array<V> read_npy(const std::string& path) {
  return typed<V>(read_npy(path), "npy", path);
}

}  // namespace xgrad
