#include <xgrad/ops/kernels/lines.hpp>
#include <xgrad/ops/take_at.hpp>

namespace xgrad {
namespace {

/// Calls visit(i, k) with the position i of each place, in memory, and the position k that it
/// stands for in an array with `extent` elements along the axis.
template <class Visit>
void for_each_place(const Array<std::int64_t>& places, std::size_t axis, std::size_t extent,
                    const Visit& visit) {
  Lines lines(places.shape(), axis);
  std::size_t i = 0;
  for (std::size_t o = 0; o < lines.outer; ++o) {
    for (std::size_t n = 0; n < lines.n; ++n) {
      for (std::size_t j = 0; j < lines.inner; ++j, ++i) {
        visit(i, (o * extent + static_cast<std::size_t>(places.data()[i])) * lines.inner + j);
      }
    }
  }
}

}  // namespace

template <class T>
Tensor<T> take_at(const char* op, const Tensor<T>& x, const Places& places, std::size_t axis) {
  Tensor<T> y = empty<T>(places->shape());
  std::size_t extent = x.shape()[axis];
  launch(
      [places, axis, extent](Array<T>& out, const Array<T>& in) {
        T* to = out.data();
        const T* from = in.data();
        for_each_place(*places, axis, extent,
                       [=](std::size_t i, std::size_t k) { to[i] = from[k]; });
      },
      y, x);
  return record(op, y, {&x}, [places, axis, extent](Pullback<T>& p) {
    p.add(0, put_at(p.g, places, axis, extent));
  });
}

template <class T>
Tensor<T> put_at(const Tensor<T>& x, const Places& places, std::size_t axis, std::size_t extent) {
  Shape shape = x.shape();
  shape[axis] = extent;
  Tensor<T> y = empty<T>(shape);
  launch(
      [places, axis, extent](Array<T>& out, const Array<T>& in) {
        T* to = out.data();
        const T* from = in.data();
        std::fill_n(to, out.size(), T(0));
        for_each_place(*places, axis, extent,
                       [=](std::size_t i, std::size_t k) { to[k] += from[i]; });
      },
      y, x);
  return record("put_at", y, {&x}, [places, axis](Pullback<T>& p) {
    p.add(0, take_at("take_at", p.g, places, axis));
  });
}

#define XGRAD_TAKE_AT(T)                                                                 \
  template Tensor<T> take_at(const char*, const Tensor<T>&, const Places&, std::size_t); \
  template Tensor<T> put_at(const Tensor<T>&, const Places&, std::size_t, std::size_t);
XGRAD_TAKE_AT(float)
XGRAD_TAKE_AT(double)

}  // namespace xgrad
