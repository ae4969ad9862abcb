// Arrays whose element type is known only when the program runs, as files hold them.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace xgrad {

/// An array of one of the types that npy, npz and safetensors files hold. Half precision is read as
/// float, which represents all of it.
using AnyArray =
    std::variant<Array<bool>, Array<std::int8_t>, Array<std::int16_t>, Array<std::int32_t>,
                 Array<std::int64_t>, Array<std::uint8_t>, Array<std::uint16_t>,
                 Array<std::uint32_t>, Array<std::uint64_t>, Array<float>, Array<double>>;

/// The types of AnyArray, in its order.
enum class DType {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64
};

/// NumPy's name: "float32".
const char* to_string(DType type) noexcept;
/// Bytes of an element.
std::size_t element_bytes(DType type) noexcept;

namespace detail {
template <class V, class Variant>
struct IndexIn;
template <class V, class First, class... Rest>
struct IndexIn<V, std::variant<First, Rest...>>
    : std::integral_constant<std::size_t, 1 + IndexIn<V, std::variant<Rest...>>::value> {};
template <class V, class... Rest>
struct IndexIn<V, std::variant<V, Rest...>> : std::integral_constant<std::size_t, 0> {};
}  // namespace detail

/// The DType of V, one of AnyArray's element types.
template <class V>
inline constexpr DType dtype_of = DType(detail::IndexIn<Array<V>, AnyArray>::value);

inline DType dtype(const AnyArray& array) noexcept { return DType(array.index()); }
const Shape& shape_of(const AnyArray& array);

/// An array of this type and shape, its elements indeterminate. Throws std::invalid_argument if
/// their number overflows.
AnyArray empty_any(DType type, const Shape& shape);

/// What a writer reads: the type, the shape and the elements, row by row, of an array that lives
/// elsewhere and has to outlive the view.
struct ArrayView {
  DType type;
  const Shape* shape;
  const void* data;

  ArrayView(DType element, const Shape& extents, const void* elements)
      : type(element), shape(&extents), data(elements) {}
  template <class V>
  ArrayView(const Array<V>& array) : ArrayView(dtype_of<V>, array.shape(), array.data()) {}
  template <class T>
  ArrayView(const Tensor<T>& tensor) : ArrayView(tensor.value()) {}
  ArrayView(const AnyArray& array)
      : ArrayView(std::visit([](const auto& held) { return ArrayView(held); }, array)) {}

  std::size_t byte_count() const noexcept { return size_of(*shape) * element_bytes(type); }
};

}  // namespace xgrad
