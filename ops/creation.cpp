#include <xgrad/ops/creation.hpp>

#include <cmath>

namespace xgrad {
namespace {

template <class T, class F>
Tensor<T> numbered(std::size_t n, const F& f) {
  Array<T> y = empty_array<T>({n});
  for (std::size_t i = 0; i < n; ++i) y.data()[i] = static_cast<T>(f(i));
  return Tensor<T>(std::move(y));
}

// What linspace() computes for the place i of n.
struct Spaced {
  double start, stop, step;
  std::size_t last;  // the place of stop itself; n if it is none of the places
  double operator()(std::size_t i) const {
    return i == last ? stop : start + static_cast<double>(i) * step;
  }
};
Spaced spaced(const char* op, double start, double stop, std::size_t n, bool endpoint,
              Location at) {
  if (!std::isfinite(stop - start)) {
    fail(op, "finite start, stop and stop - start",
         std::to_string(start) + " and " + std::to_string(stop), at);
  }
  std::size_t last = endpoint && n > 1 ? n - 1 : n;
  return {start, stop, (stop - start) / static_cast<double>(last == 0 ? 1 : last), last};
}

}  // namespace

template <class T>
Tensor<T> eye(std::size_t n, std::size_t m, int k) {
  Tensor<T> y = zeros<T>({n, m});
  std::size_t row = k < 0 ? static_cast<std::size_t>(-static_cast<std::ptrdiff_t>(k)) : 0;
  std::size_t column = k > 0 ? static_cast<std::size_t>(k) : 0;
  T* elements = y.storage()->array.data();
  for (; row < n && column < m; ++row, ++column) elements[row * m + column] = 1;
  return y;
}

template <class T>
Tensor<T> arange(double start, double stop, double step, Location at) {
  auto text = [&] {
    return std::to_string(start) + ", " + std::to_string(stop) + ", " + std::to_string(step);
  };
  if (!std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step) || step == 0) {
    fail("arange", "finite start, stop and step, step not 0", text(), at);
  }
  double n = std::ceil((stop - start) / step);
  if (!(n < 0x1p59)) fail("arange", "elements that fit in the address space", text(), at);
  return numbered<T>(n > 0 ? static_cast<std::size_t>(n) : 0,
                     [=](std::size_t i) { return start + static_cast<double>(i) * step; });
}

template <class T>
Tensor<T> linspace(double start, double stop, std::size_t n, bool endpoint, Location at) {
  return numbered<T>(n, spaced("linspace", start, stop, n, endpoint, at));
}

template <class T>
Tensor<T> logspace(double start, double stop, std::size_t n, bool endpoint, double base,
                   Location at) {
  Spaced exponent = spaced("logspace", start, stop, n, endpoint, at);
  return numbered<T>(n, [=](std::size_t i) { return std::pow(base, exponent(i)); });
}

#define XGRAD_CREATION(T)                                                   \
  template Tensor<T> eye(std::size_t, std::size_t, int);                    \
  template Tensor<T> arange(double, double, double, Location);              \
  template Tensor<T> linspace(double, double, std::size_t, bool, Location); \
  template Tensor<T> logspace(double, double, std::size_t, bool, double, Location);
XGRAD_CREATION(float)
XGRAD_CREATION(double)

}  // namespace xgrad
