// IDX, the format of the MNIST family of data sets: two zero bytes, a type code, the rank, an
// extent of four bytes per axis, the elements; all big-endian.
#pragma once
#include <xgrad/autograd/array.hpp>
#include <xgrad/io/error.hpp>

#include <cstdint>
#include <string>

namespace xgrad {

/// The array in an IDX file, plain or gzip. V is uint8_t, int8_t, int16_t, int32_t, float or double
/// and must be the type that the file holds. Rank 0 (one element) to 32; an extent may be 0. Memory
/// is bounded by the file's content, whatever its header claims. Throws FileError if the file
/// cannot be read, is damaged, holds another type, or is shorter or longer than its header says.
template <class V>
Array<V> read_idx(const std::string& path);

}  // namespace xgrad
