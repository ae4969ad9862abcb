#include <xgrad/ops/kernels/fold.hpp>
#include <xgrad/ops/kernels/softmax.hpp>
#include <xgrad/ops/layout.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>

namespace xgrad {
namespace {

/// f(x) where f works along the last axis, applied along `axis`.
template <class T, class F>
Tensor<T> along(const char* op, const Tensor<T>& x, int axis, Location at, const F& f) {
  if (checked_axis(op, axis, x.shape(), at) + 1 == x.ndim()) return f(x);
  return swapaxes(f(swapaxes(x, axis, -1, at)), axis, -1, at);
}

/// Calls row(y, x, n) for each row of the last axis.
template <class T, class Row>
Tensor<T> map_rows(const Tensor<T>& x, const Row& row) {
  Tensor<T> y = empty<T>(x.shape());
  launch(
      [row](Array<T>& out, const Array<T>& in) {
        std::size_t n = in.shape().back();
        parallel_rows(in.size(), n, [&](std::size_t i) { row(out.data() + i, in.data() + i, n); });
      },
      y, x);
  return y;
}

/// The largest elements over the axes where `kept` is 1. Recorded nowhere: only a shift.
template <class T>
Tensor<T> largest_of(const Tensor<T>& x, const Shape& kept) {
  return fold_to<ExtremeOf<true>>(x, kept, kept);
}

template <class T>
Array<bool> is_finite(const Tensor<T>& x) {
  return less(abs(x), std::numeric_limits<T>::infinity());
}

/// d logsumexp(x) / dx = e^x / sum e^x over the axes where `kept` is 1, and where infinities
/// decide, its limit: shared by the elements at +inf, 0 if all are -inf. NaN beside a NaN.
template <class T>
Tensor<T> shares(const Tensor<T>& x, const Shape& kept) {
  Tensor<T> largest = largest_of(x, kept);
  const auto share_of = [&kept](const Tensor<T>& e) { return e / sum_to(e, kept); };
  Array<bool> finite = is_finite(largest);
  if (std::all_of(finite.begin(), finite.end(), [](bool f) { return f; })) {
    return share_of(exp(x - largest));
  }
  const Tensor<T> share = share_of(exp(where(finite, x, 0) - where(finite, largest, 0)));
  Tensor<T> limit = where(equal(largest, -std::numeric_limits<T>::infinity()), 0,
                          divided_among_ties(ones<T>(kept), x, largest));
  return where(finite, share, limit);
}

/// logsumexp over the axes where `kept` is 1, of that shape.
template <class T>
Tensor<T> logsumexp_of(const Tensor<T>& x, const Shape& kept) {
  NoGrad guard;  // where the largest is infinite it is the result; subtracting it would give NaN
  Tensor<T> largest = largest_of(x, kept);
  Array<bool> finite = is_finite(largest);
  Tensor<T> shift = where(finite, largest, 0);
  return where(finite, log(sum_to(exp(x - shift), kept)) + shift, largest);
}

/// The same over rows of `row` elements, and the derivative.
template <class T>
Tensor<T> logsumexp_of_rows(const Tensor<T>& x, std::size_t row, const Shape& shape) {
  Tensor<T> y = empty<T>(shape);
  launch(
      [row](Array<T>& out, const Array<T>& in) {
        parallel_rows(in.size(), row, [&](std::size_t i) {
          out.data()[i / row] = logsumexp_row(in.data() + i, row);
        });
      },
      y, x);
  return y;
}
template <class T>
Tensor<T> gradient_of_rows(const Tensor<T>& g, const Tensor<T>& x, std::size_t row) {
  Tensor<T> gx = empty<T>(x.shape());
  launch(
      [row](Array<T>& out, const Array<T>& in_g, const Array<T>& in) {
        parallel_rows(in.size(), row, [&](std::size_t i) {
          logsumexp_row_gradient(out.data() + i, in.data() + i, row, in_g.data()[i / row]);
        });
      },
      gx, g, x);
  return gx;
}

}  // namespace

template <class T>
Tensor<T> softmax(const Tensor<T>& x, int axis, Location at) {
  return along("softmax", x, axis, at, [](const Tensor<T>& rows) {
    Tensor<T> y = map_rows(rows, [](T* out, const T* in, std::size_t n) {
      T scale = static_cast<T>(1 / scaled_exp_row(out, in, n).sum);
      for (std::size_t i = 0; i < n; ++i) out[i] *= scale;
    });
    return record_softmax(rows, std::move(y));
  });
}

template <class T>
Tensor<T> record_softmax(const Tensor<T>& x, Tensor<T> y) {
  Saved<T> saved(y);
  return record("softmax", std::move(y), {&x}, [saved = std::move(saved)](Pullback<T>& p) {
    Tensor<T> out = p.output(saved);
    p.add(0, out * (p.g - sum(p.g * out, -1, keep_dims)));
  });
}

template <class T>
Tensor<T> log_softmax(const Tensor<T>& x, int axis, Location at) {
  return along("log_softmax", x, axis, at, [](const Tensor<T>& rows) {
    Tensor<T> y = map_rows(rows, [](T* out, const T* in, std::size_t n) {
      ExpSum<T> e = exp_sum_row(in, n);
      T log_sum = static_cast<T>(std::log(e.sum));
      for (std::size_t i = 0; i < n; ++i) out[i] = (in[i] - e.largest) - log_sum;
    });
    return record("log_softmax", y, {&rows}, [saved = Saved<T>(y)](Pullback<T>& p) {
      p.add(0, p.g - exp(p.output(saved)) * sum(p.g, -1, keep_dims));
    });
  });
}

template <class T>
Tensor<T> logsumexp(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  Shape kept = axes.kept("logsumexp", x.shape(), at);
  const Shape shape = axes.result("logsumexp", x.shape(), keep == KeepDims::yes, at);
  const std::size_t row = folded_row(x.shape(), kept);
  Tensor<T> y = row > 0 ? logsumexp_of_rows(x, row, shape) : reshape(logsumexp_of(x, kept), shape);
  return record("logsumexp", y, {&x}, [kept, row, x = Saved<T>(x)](Pullback<T>& p) {
    if (row == 0 || recording())
      p.add(0, reshape(p.g, kept) * shares(p.get(x), kept));
    else
      p.add(0, gradient_of_rows(p.g, p.get(x), row));
  });
}

#define XGRAD_SOFTMAX(T)                                           \
  template Tensor<T> softmax(const Tensor<T>&, int, Location);     \
  template Tensor<T> record_softmax(const Tensor<T>&, Tensor<T>);  \
  template Tensor<T> log_softmax(const Tensor<T>&, int, Location); \
  template Tensor<T> logsumexp(const Tensor<T>&, const Axes&, KeepDims, Location);
XGRAD_SOFTMAX(float)
XGRAD_SOFTMAX(double)

}  // namespace xgrad
