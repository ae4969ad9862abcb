#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/kernels/fold.hpp>
#include <xgrad/ops/kernels/map.hpp>

#include <algorithm>

namespace xgrad {

Axes::Axes(int axis) : all_(false), list_{axis} {}
Axes::Axes(std::initializer_list<int> axes) : all_(false), list_(axes) {}
Axes::Axes(const std::vector<int>& axes) : all_(false), list_(axes.begin(), axes.end()) {}

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

/// The elements of a row that are `best`: how many, and where the first one stands.
struct Ties {
  std::size_t count = 0, first = 0;
};
template <class T>
Ties find_ties(const T* x, std::size_t n, T best) {
  constexpr std::size_t size = Batch<T>::size, width = 4 * size;
  Ties ties;
  const auto look_at = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (x[i] == best && ties.count++ == 0) ties.first = i;
    }
  };
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    const auto tied = [&](std::size_t at) { return Batch<T>::load(x + at) == best; };
    const Mask<T> in_two = tied(i) || tied(i + size);
    if (!xsimd::any((in_two || tied(i + 2 * size) || tied(i + 3 * size)).m)) continue;
    for (std::size_t at = i; at < i + width; at += size) {
      if (xsimd::any(tied(at).m)) look_at(at, at + size);
    }
  }
  look_at(i, n);
  return ties;
}

/// The derivative of the extreme of a row, into zeros: g at its place, if only one element is it;
/// else divided evenly among them; NaN if there is none, beside a NaN.
template <class T>
void extreme_row_gradient(T* gx, const T* x, std::size_t n, T best, T place, T g) {
  if (place >= 0) {
    gx[static_cast<std::size_t>(place)] = g;
    return;
  }
  const T share = g / static_cast<T>(find_ties(x, n, best).count);
  for (std::size_t i = 0; i < n; ++i) gx[i] = (x[i] == best ? T(1) : T(0)) * share;
}

/// The extremes of rows, contiguous and not too long for T to number their elements. Saves where
/// in its row each stands, -1 if several do, or none.
template <class Reducer, class T>
Tensor<T> extreme_of_rows(const char* op, const Tensor<T>& x, const FoldShapes& shapes,
                          std::size_t row) {
  Tensor<T> y = empty<T>(shapes.result), places = empty<T>(shapes.kept);
  launch_writing<2>(
      [row](Array<T>& out, Array<T>& place, const Array<T>& in) {
        parallel_rows(in.size(), row, [&](std::size_t i) {
          const T* z = in.data() + i;
          const T best = out.data()[i / row] = fold_row<Reducer>(z, row);
          const Ties ties = find_ties(z, row, best);
          place.data()[i / row] = ties.count == 1 ? static_cast<T>(ties.first) : T(-1);
        });
      },
      y, places, x);
  return record(op, y, {&x},
                [shapes, row, x = Saved<T>(x), y = Saved<T>(y),
                 places = Saved<T>(std::move(places))](Pullback<T>& p) {
                  if (recording()) {
                    return p.add(0, divided_among_ties(reshape(p.g, shapes.kept), p.get(x),
                                                       reshape(p.get(y).detach(), shapes.kept)));
                  }
                  Tensor<T> gx = empty<T>(shapes.input);
                  launch(
                      [row](Array<T>& out, const Array<T>& g, const Array<T>& in,
                            const Array<T>& best, const Array<T>& place) {
                        const auto rows = [&](std::size_t begin, std::size_t end) {
                          // All at once: a call for each row takes longer.
                          std::fill_n(out.data() + begin * row, (end - begin) * row, T(0));
                          for (std::size_t r = begin; r < end; ++r) {
                            extreme_row_gradient(out.data() + r * row, in.data() + r * row, row,
                                                 best.data()[r], place.data()[r], g.data()[r]);
                          }
                        };
                        parallel_for(best.size(), grain_rows(row), rows);
                      },
                      gx, p.g, p.get(x), p.get(y), p.get(places));
                  p.add(0, std::move(gx));
                });
}

template <class Reducer, class T>
Tensor<T> extreme(const char* op, const Tensor<T>& x, const Axes& axes, KeepDims keep,
                  Location at) {
  FoldShapes shapes(op, x.shape(), axes, keep, at);
  shapes.need_elements(op, at);
  const std::size_t row = folded_row(shapes.input, shapes.kept);
  if (row > 0 && row <= parallel_grain && x.tracked() && recording())
    return extreme_of_rows<Reducer>(op, x, shapes, row);
  Tensor<T> y = fold<Reducer>(x, shapes);
  return record(op, y, {&x}, [shapes, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
    // With a NaN nothing is equal to y, and the division by 0 makes the slice NaN.
    p.add(0, divided_among_ties(reshape(p.g, shapes.kept), p.get(x),
                                reshape(p.get(y).detach(), shapes.kept)));
  });
}

}  // namespace

template <class T>
Tensor<T> sum(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  FoldShapes shapes("sum", x.shape(), axes, keep, at);
  return record("sum", fold<SumOf>(x, shapes), {&x},
                [kept = shapes.kept](Pullback<T>& p) { p.spread(0, reshape(p.g, kept)); });
}

template <class T>
Tensor<T> mean(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  FoldShapes shapes("mean", x.shape(), axes, keep, at);
  std::size_t n = shapes.folded();
  shapes.need_elements("mean", at);
  Tensor<T> y = fold<SumOf>(x, shapes, [n](double sum) { return sum / static_cast<double>(n); });
  return record("mean", y, {&x},
                [kept = shapes.kept, n](Pullback<T>& p) { p.spread(0, reshape(p.g / n, kept)); });
}

template <class T>
Tensor<T> amax(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  return extreme<ExtremeOf<true>>("amax", x, axes, keep, at);
}

template <class T>
Tensor<T> amin(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  return extreme<ExtremeOf<false>>("amin", x, axes, keep, at);
}

template <class T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape, Location at) {
  if (shape.size() > x.ndim() || broadcast_shape("sum_to", shape, x.shape(), at) != x.shape()) {
    fail("sum_to", "a shape that broadcasts to " + to_string(x.shape()), to_string(shape), at);
  }
  Tensor<T> y = fold_to<SumOf>(x, joined(Shape(x.ndim() - shape.size(), 1), shape), shape);
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
  // The engine sums the cotangent.
  return record("broadcast_to", y, {&x}, [](Pullback<T>& p) { p.add(0, p.g); });
}

template <class T>
void accumulate(Array<T>& target, const Array<T>& x) noexcept {
  T* to = target.data();
  const T* from = x.data();
  for (std::size_t i = 0, n = target.size(); i < n; ++i) to[i] += from[i];
}

#define XGRAD_REDUCE(T)                                                       \
  template Tensor<T> sum(const Tensor<T>&, const Axes&, KeepDims, Location);  \
  template Tensor<T> mean(const Tensor<T>&, const Axes&, KeepDims, Location); \
  template Tensor<T> amax(const Tensor<T>&, const Axes&, KeepDims, Location); \
  template Tensor<T> amin(const Tensor<T>&, const Axes&, KeepDims, Location);
XGRAD_REDUCE(float)
XGRAD_REDUCE(double)

// Declared for the engine in autograd/broadcast.hpp.
#define XGRAD_BROADCAST(T)                                                   \
  template Tensor<T> sum_to(const Tensor<T>&, const Shape&, Location);       \
  template Tensor<T> broadcast_to(const Tensor<T>&, const Shape&, Location); \
  template void accumulate(Array<T>&, const Array<T>&) noexcept;
XGRAD_BROADCAST(float)
XGRAD_BROADCAST(double)

}  // namespace xgrad
