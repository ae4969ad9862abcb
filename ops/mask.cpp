#include <xgrad/ops/kernels/rows.hpp>
#include <xgrad/ops/mask.hpp>

#include <algorithm>

namespace xgrad {

template <class T>
Tensor<T> masked_fill(const Tensor<T>& x, const Array<bool>& mask, const Same<Tensor<T>>& value,
                      Location at) {
  Shape shape = x.shape();
  if (!broadcast_into(shape, mask.shape()) || !broadcast_into(shape, value.shape()) ||
      shape != x.shape()) {
    fail("masked_fill", "a mask and a value that broadcast to shape " + to_string(x.shape()),
         to_string(mask.shape()) + " and " + to_string(value.shape()), at);
  }
  return where(mask, value, x, at);
}

template <class T>
Tensor<T> masked_select(const Tensor<T>& x, const Array<bool>& mask, Location at) {
  Shape shape = broadcast_shape("masked_select", x.shape(), mask.shape(), at);
  Indices places = flatnonzero(mask.shape() == shape ? mask : broadcast_array(mask, shape));
  return take(x.shape() == shape ? x : broadcast_to(x, shape, at), places, {}, at);
}

template <class T>
Tensor<T> compress(const Array<bool>& condition, const Tensor<T>& x, std::optional<int> axis,
                   Location at) {
  std::size_t n = axis ? x.shape()[checked_axis("compress", *axis, x.shape(), at)] : x.size();
  Indices places = flatnonzero(condition);
  if (condition.dimension() != 1 || (places.size() > 0 && places[places.size() - 1] >= n)) {
    fail("compress",
         "a vector that holds nowhere beyond " + std::to_string(n) + " for shape " +
             to_string(x.shape()),
         "shape " + to_string(condition.shape()), at);
  }
  return take(x, places, axis, at);
}

Array<std::int64_t> flatnonzero(const Array<bool>& mask) {
  const bool* data = mask.data();
  std::size_t count = static_cast<std::size_t>(std::count(data, data + mask.size(), true));
  Array<std::int64_t> result = empty_array<std::int64_t>({count});
  std::int64_t* to = result.data();
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (data[i]) *to++ = static_cast<std::int64_t>(i);
  }
  return result;
}

Array<std::int64_t> nonzero(const Array<bool>& mask) {
  Array<std::int64_t> places = flatnonzero(mask);
  std::size_t rank = mask.dimension();
  Array<std::int64_t> result = empty_array<std::int64_t>({places.size(), rank});
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::int64_t place = places.data()[i];
    for (std::size_t d = rank; d-- > 0;) {
      std::int64_t n = static_cast<std::int64_t>(mask.shape()[d]);
      result.data()[i * rank + d] = place % n;
      place /= n;
    }
  }
  return result;
}

#define XGRAD_MASK(T)                                                                    \
  template Tensor<T> masked_fill(const Tensor<T>&, const Array<bool>&, const Tensor<T>&, \
                                 Location);                                              \
  template Tensor<T> masked_select(const Tensor<T>&, const Array<bool>&, Location);      \
  template Tensor<T> compress(const Array<bool>&, const Tensor<T>&, std::optional<int>, Location);
XGRAD_MASK(float)
XGRAD_MASK(double)

}  // namespace xgrad
