#include <xgrad/ops/instantiate.hpp>

#include <xgrad/ops/logical.hpp>

namespace xgrad {
namespace {

template <class F>
Array<bool> each(const char* op, const Array<bool>& a, const Array<bool>& b, const F& f,
                 Location at) {
  Array<bool> y = empty_array<bool>(broadcast_shape(op, a.shape(), b.shape(), at));
  const Shape* shapes[] = {&a.shape(), &b.shape()};
  for_each_row(y.shape(), shapes, [&](const Row& row) {
    const bool *p = a.data() + row.in[0], *q = b.data() + row.in[1];
    bool* out = y.data() + row.out;
    for (std::size_t i = 0; i < row.length; ++i) {
      out[i] = f(p[i * row.step[0]], q[i * row.step[1]]);
    }
  });
  return y;
}

template <class T>
Array<bool> close(const char* op, const Tensor<T>& a, const Tensor<T>& b, double rtol, double atol,
                  bool equal_nan, Location at) {
  if (!(rtol >= 0 && atol >= 0)) {
    fail(op, "tolerances that are not negative",
         "rtol " + std::to_string(rtol) + ", atol " + std::to_string(atol), at);
  }
  return compare(
      op, a, b,
      [=](double x, double z) {
        if (std::isnan(x) || std::isnan(z)) return equal_nan && std::isnan(x) && std::isnan(z);
        if (std::isinf(x) || std::isinf(z)) return x == z;
        return std::abs(x - z) <= atol + rtol * std::abs(z);
      },
      at);
}

}  // namespace

Array<bool> logical_and(const Array<bool>& a, const Array<bool>& b, Location at) {
  return each(
      "logical_and", a, b, [](bool x, bool z) { return x && z; }, at);
}
Array<bool> logical_or(const Array<bool>& a, const Array<bool>& b, Location at) {
  return each(
      "logical_or", a, b, [](bool x, bool z) { return x || z; }, at);
}
Array<bool> logical_xor(const Array<bool>& a, const Array<bool>& b, Location at) {
  return each(
      "logical_xor", a, b, [](bool x, bool z) { return x != z; }, at);
}
Array<bool> logical_not(const Array<bool>& a) {
  Array<bool> y = empty_array<bool>(a.shape());
  for (std::size_t i = 0; i < a.size(); ++i) y.data()[i] = !a.data()[i];
  return y;
}

template <class T>
Array<bool> isclose(const Tensor<T>& a, const Tensor<T>& b, double rtol, double atol,
                    bool equal_nan, Location at) {
  return close("isclose", a, b, rtol, atol, equal_nan, at);
}
template <class T>
bool allclose(const Tensor<T>& a, const Tensor<T>& b, double rtol, double atol, bool equal_nan,
              Location at) {
  Array<bool> all = close("allclose", a, b, rtol, atol, equal_nan, at);
  return std::find(all.data(), all.data() + all.size(), false) == all.data() + all.size();
}

#define XGRAD_CLOSE(T)                                                                   \
  template Array<bool> isclose(const Tensor<T>&, const Tensor<T>&, double, double, bool, \
                               Location);                                                \
  template bool allclose(const Tensor<T>&, const Tensor<T>&, double, double, bool, Location);
XGRAD_CLOSE(float)
XGRAD_CLOSE(double)

}  // namespace xgrad
