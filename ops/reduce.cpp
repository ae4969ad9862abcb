#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/map.hpp>
#include <xgrad/ops/kernels/reduce.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad {

xt::svector<bool, 8, PoolAllocator<bool>> Axes::folded(const char* op, const Shape& shape,
                                                       Location at) const {
  xt::svector<bool, 8, PoolAllocator<bool>> result(shape.size(), all_);
  for (int axis : list_) {
    std::size_t d = checked_axis(op, axis, shape, at);
    if (result[d])
      fail(op, "distinct axes of shape " + to_string(shape),
           "axis " + std::to_string(axis) + " twice", at);
    result[d] = true;
  }
  return result;
}

Shape Axes::kept(const char* op, const Shape& shape, Location at) const {
  return result(op, shape, true, at);
}

Shape Axes::result(const char* op, const Shape& shape, bool keep, Location at) const {
  xt::svector<bool, 8, PoolAllocator<bool>> folds = folded(op, shape, at);
  Shape result;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (!folds[d])
      result.push_back(shape[d]);
    else if (keep)
      result.push_back(1);
  }
  return result;
}

namespace {

// What every reduction shares: the shapes, and the way back from the result's shape to x's.
struct Shapes {
  Shape input, kept, result;
  Shapes(const char* op, const Shape& x, const Axes& axes, KeepDims keep, Location at)
      : input(x),
        kept(axes.kept(op, x, at)),
        result(axes.result(op, x, keep == KeepDims::yes, at)) {}
  std::size_t folded() const {
    std::size_t n = 1;
    for (std::size_t d = 0; d < input.size(); ++d) n *= kept[d] == 1 ? input[d] : 1;
    return n;
  }
};

template <class T, class Reducer>
Tensor<T> fold(const Tensor<T>& x, const Shapes& shapes) {
  Tensor<T> y = empty<T>(shapes.result);
  launch(
      [&](Array<T>& out, const Array<T>& in) {
        reduce<Reducer>(out, in, shapes.kept, [](auto sum) { return sum; });
      },
      y, x);
  return y;
}

template <class T, class Reducer>
Tensor<T> extreme(const char* op, const Tensor<T>& x, const Axes& axes, KeepDims keep,
                  Location at) {
  Shapes shapes(op, x.shape(), axes, keep, at);
  if (shapes.folded() == 0)
    fail(op, "at least one element to choose from", "shape " + to_string(x.shape()), at);
  Tensor<T> y = fold<T, Reducer>(x, shapes);
  return record(op, y, {&x}, [shapes, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
    // The ties' shares are constant almost everywhere, so they need no graph. With a NaN nothing is
    // equal to y, and 0 / 0 makes the slice NaN.
    Tensor<T> share;
    {
      NoGrad guard;
      Tensor<T> ties(equal(p.get(x), reshape(p.get(y).detach(), shapes.kept)));
      share = ties / sum_to(ties, shapes.kept);
    }
    p.add(0, reshape(p.g, shapes.kept) * share);
  });
}

}  // namespace

template <class T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  Shapes shapes("sum", x.shape(), axes, keep, at);
  return record("sum", fold<T, SumOf>(x, shapes), {&x}, [shapes](Pullback<T>& p) {
    p.add(0, broadcast_to(reshape(p.g, shapes.kept), shapes.input));
  });
}

template <class T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  Shapes shapes("mean", x.shape(), axes, keep, at);
  std::size_t n = shapes.folded();
  if (n == 0) fail("mean", "at least one element", "shape " + to_string(x.shape()), at);
  Tensor<T> y = empty<T>(shapes.result);
  launch(
      [&](Array<T>& out, const Array<T>& in) {
        reduce<SumOf>(out, in, shapes.kept,
                      [n](double sum) { return sum / static_cast<double>(n); });
      },
      y, x);
  return record("mean", y, {&x}, [shapes, n](Pullback<T>& p) {
    p.add(0, broadcast_to(reshape(p.g / n, shapes.kept), shapes.input));
  });
}

template <class T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  return extreme<T, ExtremeOf<true>>("amax", x, axes, keep, at);
}

template <class T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  return extreme<T, ExtremeOf<false>>("amin", x, axes, keep, at);
}

template <class T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, Location at) {
  if (shape.size() > x.ndim() || broadcast_shape("sum_to", shape, x.shape(), at) != x.shape()) {
    fail("sum_to", "a shape that broadcasts to " + to_string(x.shape()), to_string(shape), at);
  }
  Shape kept(x.ndim() - shape.size(), 1);
  kept.insert(kept.end(), shape.begin(), shape.end());
  Tensor<T> y = empty<T>(shape);
  launch([&](Array<T>& out,
             const Array<T>& in) { reduce<SumOf>(out, in, kept, [](double sum) { return sum; }); },
         y, x);
  return record("sum_to", y, {&x},
                [input = x.shape()](Pullback<T>& p) { p.add(0, broadcast_to(p.g, input)); });
}

template <class T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape, Location at) {
  if (x.ndim() > shape.size() || broadcast_shape("broadcast_to", x.shape(), shape, at) != shape) {
    fail("broadcast_to", "a shape that " + to_string(x.shape()) + " broadcasts to",
         to_string(shape), at);
  }
  Tensor<T> y = empty<T>(shape);
  launch(
      [](Array<T>& out, const Array<T>& in) {
        map(
            out, [](auto a) { return a; }, in);
      },
      y, x);
  return record("broadcast_to", y, {&x},
                [input = x.shape()](Pullback<T>& p) { p.add(0, sum_to(p.g, input)); });
}

template <class T>
void accumulate(Array<T>& target, const Array<T>& x) noexcept {
  T* to = target.data();
  const T* from = x.data();
  for (std::size_t i = 0, n = target.size(); i < n; ++i) to[i] += from[i];
}

#define XGRAD_REDUCTIONS(T)                                                   \
  template Tensor<T> sum(const Tensor<T>&, const Axes&, KeepDims, Location);  \
  template Tensor<T> mean(const Tensor<T>&, const Axes&, KeepDims, Location); \
  template Tensor<T> amax(const Tensor<T>&, const Axes&, KeepDims, Location); \
  template Tensor<T> amin(const Tensor<T>&, const Axes&, KeepDims, Location); \
  template Tensor<T> sum_to(const Tensor<T>&, const Shape&, Location);        \
  template Tensor<T> broadcast_to(const Tensor<T>&, const Shape&, Location);  \
  template void accumulate(Array<T>&, const Array<T>&) noexcept;
XGRAD_REDUCTIONS(float)
XGRAD_REDUCTIONS(double)

}  // namespace xgrad
