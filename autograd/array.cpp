#include <xgrad/autograd/array.hpp>

#include <algorithm>

namespace xgrad {

std::size_t size_of(const Shape& shape) noexcept {
  std::size_t size = 1;
  for (std::size_t extent : shape) size *= extent;
  return size;
}

Shape joined(Shape a, const Shape& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Shape without(Shape shape, std::size_t axis) {
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  return shape;
}

void check_size(const Shape& shape, std::size_t element_bytes) {
  std::size_t bytes = element_bytes;
  for (std::size_t extent : shape) {
    if (extent > 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      fail("empty", "a shape whose elements fit in the address space", to_string(shape), {});
    }
  }
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + ")";
}

bool broadcast_into(Shape& shape, const Shape& other) {
  if (shape.size() < other.size()) {
    Shape longer(other.size(), 1);
    std::copy(shape.begin(), shape.end(), longer.end() - static_cast<std::ptrdiff_t>(shape.size()));
    shape = longer;
  }
  std::size_t offset = shape.size() - other.size();
  for (std::size_t i = 0; i < other.size(); ++i) {
    std::size_t& extent = shape[i + offset];
    if (extent == 1)
      extent = other[i];
    else if (other[i] != 1 && other[i] != extent)
      return false;
  }
  return true;
}

Shape broadcast_shape(const char* op, const Shape& a, const Shape& b, Location at) {
  Shape result = a;
  if (!broadcast_into(result, b)) {
    fail(op, "shapes that broadcast", to_string(a) + " and " + to_string(b), at);
  }
  return result;
}

void fail_unbroadcast(const char* what, Location at) {
  fail(what, "an xtensor expression whose shapes broadcast", "one whose shapes do not", at);
}

template Array<float> empty_array(const Shape&);
template Array<double> empty_array(const Shape&);
template Array<int> empty_array(const Shape&);
template Array<std::int64_t> empty_array(const Shape&);
template Array<bool> empty_array(const Shape&);

}  // namespace xgrad

template class xt::xarray_container<xt::uvector<float, xgrad::PoolAllocator<float>>,
                                    xt::layout_type::row_major, xgrad::Shape>;
template class xt::xarray_container<xt::uvector<double, xgrad::PoolAllocator<double>>,
                                    xt::layout_type::row_major, xgrad::Shape>;
template class xt::xarray_container<xt::uvector<int, xgrad::PoolAllocator<int>>,
                                    xt::layout_type::row_major, xgrad::Shape>;
template class xt::xarray_container<xt::uvector<std::int64_t, xgrad::PoolAllocator<std::int64_t>>,
                                    xt::layout_type::row_major, xgrad::Shape>;
template class xt::xarray_container<xt::uvector<bool, xgrad::PoolAllocator<bool>>,
                                    xt::layout_type::row_major, xgrad::Shape>;
