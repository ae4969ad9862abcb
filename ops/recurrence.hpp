// Running sums, products and linear recurrences along an axis, in both directions: what the scans
// and the derivative of prod are made of. Not for users.
#pragma once
#include <xgrad/ops/kernels/scan.hpp>
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y_i = step(y_(i-1), x_i) from y_0 = x_0, in double. Records nothing.
template <class T, class Step>
Tensor<T> running_fold(const Tensor<T>& x, std::size_t axis, Direction direction, Step step) {
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [axis, direction, step](Array<T>& out, const Array<T>& in) {
        const T* p = in.data();
        scan(
            out, Lines(in.shape(), axis), direction, [p](std::size_t k) { return p[k]; },
            [p, step](double last, std::size_t k) {
              return step(last, static_cast<double>(p[k]));
            });
      },
      y, x);
  return y;
}

/// y_i = x_(i-1) + ... : the sum of the elements up to i, or from i on.   gx = the same of g, the
/// other way.
template <class T>
Tensor<T> running_sum(const Tensor<T>& x, std::size_t axis, Direction direction);

/// y_i = x_i y_(i-1), y_(-1) = 1, or the same from the end.   gx_i = y_(i-1) r_i, where r_i = g_i +
/// x_(i+1) r_(i+1): no division, so zeros do no harm.   Saves x, y.
template <class T>
Tensor<T> running_product(const Tensor<T>& x, std::size_t axis, Direction direction);

/// h_i = b_i + a_i h_(i-1), or, in reverse, h_i = b_i + a_(i+1) h_(i+1): a_i links i - 1 with i,
/// and a_0 is not used. gb = r = the recurrence of g with the same links, the other way;
/// ga_i = h_(i-1) r_i, or, in reverse, r_(i-1) h_i.   Saves a, and h if a wants a gradient.
template <class T>
Tensor<T> linear_recurrence(const Tensor<T>& a, const Tensor<T>& b, std::size_t axis,
                            Direction direction);

/// y_i = x_(i-1), or, in reverse, x_(i+1); `fill` at the end where there is none.   gx = g moved
/// back.
template <class T>
Tensor<T> shift(const Tensor<T>& x, std::size_t axis, Direction direction, T fill);

}  // namespace xgrad
