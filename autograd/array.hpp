// The array type of every tensor's value, named once. The only header that includes xtensor.
//
// It is not xt::xarray, whose type changes with compiler flags, and its memory comes from the pool.
#pragma once
#include <xgrad/autograd/error.hpp>
#include <xgrad/autograd/pool.hpp>

#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xarray.hpp>
#else
#include <xtensor/xarray.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace xgrad {

/// Extents of an array, outermost first; () is a scalar.
using Shape = xt::svector<std::size_t, 4, PoolAllocator<std::size_t>>;

/// A dense row-major array, usable in any xtensor expression. Also the type of labels, masks,
/// indices.
template <class T>
using Array =
    xt::xarray_container<xt::uvector<T, PoolAllocator<T>>, xt::layout_type::row_major, Shape>;

/// An array that nobody changes any more, for kernels and derivatives to share.
template <class T>
using SharedArray = std::shared_ptr<const Array<T>>;
template <class T>
SharedArray<T> shared(const Array<T>& array) {
  return std::allocate_shared<Array<T>>(PoolAllocator<Array<T>>(), array);
}
template <class T>
SharedArray<T> shared(Array<T>&& array) {
  return std::allocate_shared<Array<T>>(PoolAllocator<Array<T>>(), std::move(array));
}

/// Throws std::invalid_argument if the elements of this size would not fit in the address space.
void check_size(const Shape& shape, std::size_t element_bytes);

/// An array with indeterminate elements. Throws std::invalid_argument if their number overflows.
template <class T>
Array<T> empty_array(const Shape& shape) {
  check_size(shape, sizeof(T));
  return Array<T>(shape);
}

extern template Array<float> empty_array(const Shape&);
extern template Array<double> empty_array(const Shape&);
extern template Array<int> empty_array(const Shape&);
extern template Array<std::int64_t> empty_array(const Shape&);
extern template Array<bool> empty_array(const Shape&);

/// Product of the extents.
std::size_t size_of(const Shape& shape) noexcept;

/// Whether two shapes are the same: == without its calls, which cost more than the comparison.
inline bool same_shape(const Shape& a, const Shape& b) noexcept {
  const std::size_t *p = a.begin(), *q = b.begin(), *end = a.end();
  if (a.size() != b.size()) return false;
  for (; p != end; ++p, ++q) {
    if (*p != *q) return false;
  }
  return true;
}

/// The extents of a, then those of b; all extents but that of an axis.
Shape joined(Shape a, const Shape& b);
Shape without(Shape shape, std::size_t axis);

/// `(64, 784)`, `(64)`, and `()` for a scalar.
std::string to_string(const Shape& shape);

/// NumPy's broadcasting: widens `shape` so that `other` fits in it too; false if the two do not
/// fit.
bool broadcast_into(Shape& shape, const Shape& other);

/// NumPy's broadcasting of two shapes. Throws std::invalid_argument with both when they do not fit.
Shape broadcast_shape(const char* op, const Shape& a, const Shape& b, Location at);

/// Whether E is an xtensor expression (a container, a view, a function of some).
template <class E>
inline constexpr bool is_expression = xt::is_xexpression<std::decay_t<E>>::value;

[[noreturn]] void fail_unbroadcast(const char* what, Location at);

/// The elements of an expression. Throws std::invalid_argument, naming `what` it is to be, if
/// shapes within it do not broadcast.
template <class T, class E>
Array<T> evaluated(const char* what, const E& expression, Location at) {
  try {
    return Array<T>(xt::cast<T>(expression));
  } catch (const xt::broadcast_error&) {
    fail_unbroadcast(what, at);
  }
}

}  // namespace xgrad

// In the library, to spare its users the code.
extern template class xt::xarray_container<xt::uvector<float, xgrad::PoolAllocator<float>>,
                                           xt::layout_type::row_major, xgrad::Shape>;
extern template class xt::xarray_container<xt::uvector<double, xgrad::PoolAllocator<double>>,
                                           xt::layout_type::row_major, xgrad::Shape>;
extern template class xt::xarray_container<xt::uvector<int, xgrad::PoolAllocator<int>>,
                                           xt::layout_type::row_major, xgrad::Shape>;
extern template class xt::xarray_container<
    xt::uvector<std::int64_t, xgrad::PoolAllocator<std::int64_t>>, xt::layout_type::row_major,
    xgrad::Shape>;
extern template class xt::xarray_container<xt::uvector<bool, xgrad::PoolAllocator<bool>>,
                                           xt::layout_type::row_major, xgrad::Shape>;
