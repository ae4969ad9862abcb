#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/recurrence.hpp>

namespace xgrad {

template <class T>
Tensor<T> running_sum(const Tensor<T>& x, std::size_t axis, Direction direction) {
  Tensor<T> y =
      running_fold(x, axis, direction, [](double sum, double next) { return sum + next; });
  return record("cumsum", y, {&x}, [axis, direction](Pullback<T>& p) {
    p.add(0, running_sum(p.g, axis, opposite(direction)));
  });
}

template <class T>
Tensor<T> running_product(const Tensor<T>& x, std::size_t axis, Direction direction) {
  Tensor<T> y =
      running_fold(x, axis, direction, [](double product, double next) { return product * next; });
  return record("cumprod", y, {&x},
                [axis, direction, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
                  Tensor<T> links = p.get(x);
                  if (direction == Direction::reverse)
                    links = shift(links, axis, Direction::forward, T(0));
                  p.add(0, shift(p.output(y), axis, direction, T(1)) *
                               linear_recurrence(links, p.g, axis, opposite(direction)));
                });
}

template <class T>
Tensor<T> linear_recurrence(const Tensor<T>& a, const Tensor<T>& b, std::size_t axis,
                            Direction direction) {
  Tensor<T> h = empty<T>(b.shape());
  launch(
      [axis, direction](Array<T>& out, const Array<T>& links, const Array<T>& terms) {
        Lines lines(terms.shape(), axis);
        const T *q = terms.data(), *p = links.data();
        if (direction == Direction::reverse) p += lines.inner;
        scan(
            out, lines, direction, [q](std::size_t k) { return q[k]; },
            [p, q](double last, std::size_t k) {
              return static_cast<double>(q[k]) + static_cast<double>(p[k]) * last;
            });
      },
      h, a, b);
  return record("linear_recurrence", h, {&a, &b},
                [axis, direction, a = Saved<T>(a),
                 h = a.tracked() ? Saved<T>(h) : Saved<T>()](Pullback<T>& p) {
                  Tensor<T> r = linear_recurrence(p.get(a), p.g, axis, opposite(direction));
                  if (p.wants(1)) p.add(1, r);
                  if (!p.wants(0)) return;
                  Tensor<T> before = p.output(h), after = r;
                  if (direction == Direction::reverse) std::swap(before, after);
                  p.add(0, shift(before, axis, Direction::forward, T(0)) * after);
                });
}

template <class T>
Tensor<T> shift(const Tensor<T>& x, std::size_t axis, Direction direction, T fill) {
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [axis, direction, fill](Array<T>& out, const Array<T>& in) {
        shift_lines(out, in, Lines(in.shape(), axis), direction, fill);
      },
      y, x);
  return record("shift", y, {&x}, [axis, direction](Pullback<T>& p) {
    p.add(0, shift(p.g, axis, opposite(direction), T(0)));
  });
}

#define XGRAD_RECURRENCE(T)                                                             \
  template Tensor<T> running_sum(const Tensor<T>&, std::size_t, Direction);             \
  template Tensor<T> running_product(const Tensor<T>&, std::size_t, Direction);         \
  template Tensor<T> linear_recurrence(const Tensor<T>&, const Tensor<T>&, std::size_t, \
                                       Direction);                                      \
  template Tensor<T> shift(const Tensor<T>&, std::size_t, Direction, T);
XGRAD_RECURRENCE(float)
XGRAD_RECURRENCE(double)

}  // namespace xgrad
