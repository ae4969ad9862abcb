#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/recurrence.hpp>
#include <xgrad/ops/scan.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>
#include <limits>

namespace xgrad {
namespace {

/// f(x, axis), or, without an axis, f of x's elements in a row.
template <class T, class F>
Tensor<T> along(const char* op, const Tensor<T>& x, std::optional<int> axis, Location at,
                const F& f) {
  if (axis) return f(x, checked_axis(op, *axis, x.shape(), at));
  return f(x.ndim() == 1 ? x : reshape(x, Shape{x.size()}), std::size_t(0));
}

/// ln(e^a + e^b).
double log_add_exp(double a, double b) {
  double larger = a > b || a != a ? a : b;
  if (std::isinf(larger) || a == b) return larger + (std::isinf(larger) ? 0 : std::log(2.0));
  return larger + std::log1p(std::exp(-std::abs(a - b)));
}

/// e^(a - y), the part that a has in y; where y is infinite the limit, `count` being the number of
/// elements of +inf in a and in y.
template <class T>
Tensor<T> part_of(const Tensor<T>& a, const Tensor<T>& y, const Tensor<T>& count_a,
                  const Tensor<T>& count_y) {
  constexpr T inf = std::numeric_limits<T>::infinity();
  Array<bool> finite = less(abs(y.detach()), inf);
  Tensor<T> part = exp(where(finite, a, 0) - where(finite, y, 0)), limit;
  {
    NoGrad guard;
    Array<bool> infinite = equal(y, inf);
    limit = where(infinite, count_a, 0) / where(infinite, count_y, 1);
    limit = where(not_equal(y, y), y, limit);
  }
  return where(finite, part, limit);
}

}  // namespace

template <class T>
Tensor<T> cumsum(const Tensor<T>& x, std::optional<int> axis, Location at) {
  return along("cumsum", x, axis, at, [](const Tensor<T>& a, std::size_t d) {
    return running_sum(a, d, Direction::forward);
  });
}

template <class T>
Tensor<T> cumprod(const Tensor<T>& x, std::optional<int> axis, Location at) {
  return along("cumprod", x, axis, at, [](const Tensor<T>& a, std::size_t d) {
    return running_product(a, d, Direction::forward);
  });
}

template <class T>
Tensor<T> logcumsumexp(const Tensor<T>& x, std::optional<int> axis, Location at) {
  return along("logcumsumexp", x, axis, at, [](const Tensor<T>& a, std::size_t d) {
    Tensor<T> y = running_fold(a, d, Direction::forward, log_add_exp);
    return record("logcumsumexp", y, {&a}, [d, a = Saved<T>(a), y = Saved<T>(y)](Pullback<T>& p) {
      constexpr T inf = std::numeric_limits<T>::infinity();
      Tensor<T> in = p.get(a), out = p.output(y);
      Tensor<T> infinite(equal(in, inf)), count = running_sum(infinite, d, Direction::forward);
      auto before = [d](const Tensor<T>& z, T first) {
        return shift(z, d, Direction::forward, first);
      };
      Tensor<T> links = part_of(before(out, -inf), out, before(count, 0), count);
      p.add(0, part_of(in, out, infinite, count) *
                   linear_recurrence(links, p.g, d, Direction::reverse));
    });
  });
}

template <class T>
Tensor<T> diff(const Tensor<T>& x, int n, int axis, Location at) {
  std::size_t d = checked_axis("diff", axis, x.shape(), at);
  if (n < 0) fail("diff", "n >= 0", std::to_string(n), at);
  Tensor<T> y = n == 0 || x.shape()[d] == 0 ? slice(x, {}) : x;
  for (int i = 0; i < n && y.shape()[d] > 0; ++i) {
    std::vector<Slice> later(d + 1, all), earlier = later;
    later[d] = range(1, std::nullopt);
    earlier[d] = range(0, -1);
    y = slice(y, later) - slice(y, earlier);
  }
  return y;
}

#define XGRAD_SCAN(T)                                                              \
  template Tensor<T> cumsum(const Tensor<T>&, std::optional<int>, Location);       \
  template Tensor<T> cumprod(const Tensor<T>&, std::optional<int>, Location);      \
  template Tensor<T> logcumsumexp(const Tensor<T>&, std::optional<int>, Location); \
  template Tensor<T> diff(const Tensor<T>&, int, int, Location);
XGRAD_SCAN(float)
XGRAD_SCAN(double)

}  // namespace xgrad
