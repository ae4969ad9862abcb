// Operations that read a strided part of an array, or write it: each is the other's adjoint.
#pragma once
#include <xgrad/autograd/node.hpp>
#include <xgrad/ops/kernels/rows.hpp>

namespace xgrad {

/// Places within an array: position p of a box of `shape` at offset + p . strides, no two the same.
struct View {
  Shape shape;
  Strides strides;
  std::ptrdiff_t offset = 0;
};

/// What the tape calls the reading of a view, and the writing.
struct ViewNames {
  const char *take, *put;
};

template <class T>
Tensor<T> put_view(ViewNames names, const Tensor<T>& x, const Shape& shape, const View& view);

/// x's elements at the view's places, as a tensor of shape `result`.   gx = put_view(g).
template <class T>
Tensor<T> take_view(ViewNames names, const Tensor<T>& x, const View& view, const Shape& result) {
  Tensor<T> y = empty<T>(result);
  launch(
      [view](Array<T>& out, const Array<T>& in) {
        if (out.size() == 0) return;  // the offset may lie nowhere
        strided_copy(out.data(), strides_of(view.shape), in.data() + view.offset, view.strides,
                     view.shape);
      },
      y, x);
  return record(names.take, y, {&x}, [names, view, input = x.shape()](Pullback<T>& p) {
    if (recording()) return p.add(0, put_view(names, p.g, input, view));
    launch(
        [view](Array<T>& sum, const Array<T>& g) {
          if (g.size() == 0) return;
          strided_add(sum.data() + view.offset, view.strides, g.data(), strides_of(view.shape),
                      view.shape);
        },
        p.pending(0), p.g);
  });
}

/// Zeros of `shape`, with x's elements at the view's places.   gx = take_view(g).
template <class T>
Tensor<T> put_view(ViewNames names, const Tensor<T>& x, const Shape& shape, const View& view) {
  Tensor<T> y = zeros<T>(shape);
  launch(
      [view](Array<T>& out, const Array<T>& in) {
        if (in.size() == 0) return;
        strided_copy(out.data() + view.offset, view.strides, in.data(), strides_of(view.shape),
                     view.shape);
      },
      y, x);
  return record(names.put, y, {&x}, [names, view, input = x.shape()](Pullback<T>& p) {
    p.add(0, take_view(names, p.g, view, input));
  });
}

}  // namespace xgrad
