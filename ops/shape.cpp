#include <xgrad/ops/kernels/view.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

namespace xgrad {

std::size_t checked_axis(const char* op, int axis, const Shape& shape, Location at) {
  int rank = static_cast<int>(shape.size());
  if (axis < -rank || axis >= rank) {
    fail(op, "an axis of a tensor of shape " + to_string(shape), "axis " + std::to_string(axis),
         at);
  }
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

template <class T>
Tensor<T> reshape(const Tensor<T>& x, const Shape& shape, Location at) {
  if (size_of(shape) != x.size()) {
    fail("reshape", "a shape with as many elements as " + to_string(x.shape()), to_string(shape),
         at);
  }
  Tensor<T> y = empty<T>(shape);
  launch([](Array<T>& out, const Array<T>& in) { std::copy_n(in.data(), in.size(), out.data()); },
         y, x);
  return record("reshape", y, {&x},
                [input = x.shape()](Pullback<T>& p) { p.add(0, reshape(p.g, input)); });
}

template <class T>
Tensor<T> reshape(const Tensor<T>& x, std::initializer_list<Extent> extents, Location at) {
  Shape shape;
  std::size_t known = 1, unknown = extents.size();
  std::string text;
  bool sensible = true;
  for (auto [extent] : extents) {
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
    if (extent >= 0)
      known *= static_cast<std::size_t>(extent);
    else if (extent == -1 && unknown == extents.size())
      unknown = shape.size();
    else
      sensible = false;
    shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(extent, 0)));
  }
  if (sensible && unknown < shape.size() && known > 0) {
    shape[unknown] = x.size() / known;
    known *= shape[unknown];
  } else if (unknown < shape.size()) {
    sensible = false;
  }
  if (!sensible || known != x.size()) {
    fail("reshape", "a shape with as many elements as " + to_string(x.shape()), "(" + text + ")",
         at);
  }
  return reshape(x, shape, at);
}

template <class T>
Tensor<T> transpose(const Tensor<T>& x, const std::vector<int>& axes, Location at) {
  std::size_t rank = x.ndim();
  std::vector<int> inverse(rank, -1);
  bool permutation = axes.size() == rank;
  for (std::size_t i = 0; i < axes.size() && permutation; ++i) {
    int axis = axes[i] < 0 ? axes[i] + static_cast<int>(rank) : axes[i];
    permutation =
        axis >= 0 && axis < static_cast<int>(rank) && inverse[static_cast<std::size_t>(axis)] < 0;
    if (permutation) inverse[static_cast<std::size_t>(axis)] = static_cast<int>(i);
  }
  if (!permutation) {
    std::string text;
    for (int axis : axes) text += (text.empty() ? "" : ", ") + std::to_string(axis);
    fail("transpose", "a permutation of the axes of shape " + to_string(x.shape()),
         "(" + text + ")", at);
  }
  Shape shape(rank);
  Strides from(rank), own = strides_of(x.shape());
  for (std::size_t d = 0; d < rank; ++d) {
    shape[static_cast<std::size_t>(inverse[d])] = x.shape()[d];
    from[static_cast<std::size_t>(inverse[d])] = own[d];
  }
  Tensor<T> y = empty<T>(shape);
  launch(
      [shape, from](Array<T>& out, const Array<T>& in) {
        strided_copy(out.data(), strides_of(shape), in.data(), from, shape);
      },
      y, x);
  return record("transpose", y, {&x},
                [inverse](Pullback<T>& p) { p.add(0, transpose(p.g, inverse)); });
}

template <class T>
Tensor<T> transpose(const Tensor<T>& x, Location at) {
  std::vector<int> axes(x.ndim());
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(axes.size() - 1 - i);
  return transpose(x, axes, at);
}

template <class T>
Tensor<T> concatenate(const std::vector<Tensor<T>>& tensors, int axis, Location at) {
  if (tensors.empty()) fail("concatenate", "at least one tensor", "none", at);
  Shape shape = tensors[0].shape();
  std::size_t d = checked_axis("concatenate", axis, shape, at);
  std::vector<const Tensor<T>*> inputs;
  std::vector<Slice::Index> ends;  // along the axis
  shape[d] = 0;
  for (const Tensor<T>& x : tensors) {
    Shape expected = x.shape();
    if (expected.size() == shape.size()) expected[d] = shape[d];
    if (expected != shape) {
      fail("concatenate", "shapes equal but for axis " + std::to_string(axis),
           to_string(tensors[0].shape()) + " and " + to_string(x.shape()), at);
    }
    shape[d] += x.shape()[d];
    inputs.push_back(&x);
    ends.push_back(static_cast<Slice::Index>(shape[d]));
  }
  Tensor<T> y = empty<T>(shape);
  Strides strides = strides_of(shape);
  std::ptrdiff_t start = 0;
  for (const Tensor<T>& x : tensors) {
    launch(
        [start, strides](Array<T>& out, const Array<T>& in) {
          strided_copy(out.data() + start, strides, in.data(), strides_of(in.shape()), in.shape());
        },
        y, x);
    start += strides[d] * static_cast<std::ptrdiff_t>(x.shape()[d]);
  }
  return record("concatenate", y, inputs.data(), inputs.size(), [d, ends](Pullback<T>& p) {
    std::vector<Slice> part(d + 1, all);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      part[d] = range(i == 0 ? 0 : ends[i - 1], ends[i]);
      if (p.wants(i)) p.add(i, slice(p.g, part));
    }
  });
}

Slice::Bounds Slice::bounds(const Shape& shape, std::size_t axis, Location at) const {
  std::ptrdiff_t n = static_cast<std::ptrdiff_t>(shape[axis]);
  auto place = [&] {
    return " for axis " + std::to_string(axis) + " of shape " + to_string(shape);
  };
  if (kind_ == Kind::index) {
    std::ptrdiff_t index = *start_ < 0 ? *start_ + n : *start_;
    if (index < 0 || index >= n) {
      fail("slice", "an index within bounds" + place(), std::to_string(*start_), at);
    }
    return {index, 1, 1};
  }
  if (step_ == 0) fail("slice", "a step other than 0" + place(), "0", at);
  // Python's slice.indices: out-of-range bounds are clipped, to n - 1 and -1 for a negative step.
  std::ptrdiff_t low = step_ > 0 ? 0 : -1, high = step_ > 0 ? n : n - 1;
  auto clipped = [&](const std::optional<Index>& bound, std::ptrdiff_t otherwise) {
    if (!bound) return otherwise;
    return std::clamp<std::ptrdiff_t>(*bound < 0 ? *bound + n : *bound, low, high);
  };
  std::ptrdiff_t start = clipped(start_, step_ > 0 ? low : high);
  std::ptrdiff_t stop = clipped(stop_, step_ > 0 ? high : low);
  std::ptrdiff_t last = step_ > 0 ? stop - start - 1 : stop - start + 1;  // seen from the start
  std::size_t count =
      (step_ > 0 ? last < 0 : last > 0) ? 0 : static_cast<std::size_t>(last / step_) + 1;
  return {start, count > 1 ? step_ : 1, count};  // a step not taken may be beyond all bounds
}

namespace {

/// Where the elements of a slice lie within an array of `shape`.
struct Region {
  View view;     // with an extent of 1 for an indexed axis
  Shape result;  // without indexed axes, with new ones

  Region(const Shape& shape, const std::vector<Slice>& slices, Location at)
      : view{shape, strides_of(shape)} {
    std::size_t left = unnamed_axes(shape, slices, at), d = 0;
    auto take_whole = [&](std::size_t n) {
      for (; n > 0; --n) result.push_back(shape[d++]);
    };
    for (const Slice& slice : slices) {
      if (slice.kind() == Slice::Kind::ellipsis) {
        take_whole(std::exchange(left, 0));
      } else if (slice.kind() == Slice::Kind::new_axis) {
        result.push_back(1);
      } else {
        Slice::Bounds bounds = slice.bounds(shape, d, at);
        if (bounds.count > 0) view.offset += bounds.start * view.strides[d];
        view.strides[d] *= bounds.step;
        view.shape[d++] = bounds.count;
        if (slice.kind() == Slice::Kind::range) result.push_back(bounds.count);
      }
    }
    take_whole(left);
  }

  /// How many axes no slice names.
  static std::size_t unnamed_axes(const Shape& shape, const std::vector<Slice>& slices,
                                  Location at) {
    std::size_t named = 0, ellipses = 0;
    for (const Slice& slice : slices) {
      ellipses += slice.kind() == Slice::Kind::ellipsis;
      named += slice.kind() == Slice::Kind::index || slice.kind() == Slice::Kind::range;
    }
    std::string limit = " for shape " + to_string(shape);
    if (ellipses > 1) fail("slice", "one ellipsis" + limit, std::to_string(ellipses), at);
    if (named > shape.size()) {
      fail("slice", "at most " + std::to_string(shape.size()) + " slices" + limit,
           std::to_string(named), at);
    }
    return shape.size() - named;
  }
};

constexpr ViewNames names{"slice", "slice_scatter"};

}  // namespace

template <class T>
Tensor<T> slice(const Tensor<T>& x, const std::vector<Slice>& slices, Location at) {
  Region region(x.shape(), slices, at);
  return take_view(names, x, region.view, region.result);
}

template <class T>
Tensor<T> slice_scatter(const Tensor<T>& x, const Shape& shape, const std::vector<Slice>& slices,
                        Location at) {
  Region region(shape, slices, at);
  if (x.shape() != region.result) {
    fail("slice_scatter", "shape " + to_string(region.result), to_string(x.shape()), at);
  }
  return put_view(names, x, shape, region.view);
}

#define XGRAD_SHAPE(T)                                                                        \
  template Tensor<T> reshape(const Tensor<T>&, const Shape&, Location);                       \
  template Tensor<T> reshape(const Tensor<T>&, std::initializer_list<Extent>, Location);      \
  template Tensor<T> transpose(const Tensor<T>&, Location);                                   \
  template Tensor<T> transpose(const Tensor<T>&, const std::vector<int>&, Location);          \
  template Tensor<T> concatenate(const std::vector<Tensor<T>>&, int, Location);               \
  template Tensor<T> slice(const Tensor<T>&, const std::vector<Slice>&, Location);            \
  template Tensor<T> slice_scatter(const Tensor<T>&, const Shape&, const std::vector<Slice>&, \
                                   Location);
XGRAD_SHAPE(float)
XGRAD_SHAPE(double)

}  // namespace xgrad
