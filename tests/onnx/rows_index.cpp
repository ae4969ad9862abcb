// Operators that take or put elements by their indices.
#include "table.hpp"

#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

/// 1 at each index along a new axis, 0 elsewhere.
template <class T>
xg::Tensor<T> one_hot_along(const xg::Array<std::int64_t>& indices, std::size_t depth, int axis) {
  return moveaxis(xg::one_hot<T>(indices, depth), -1, axis);
}

template <class T>
Value one_hot_of(const CallOf<T>& x) {
  std::size_t depth = std::size_t(x.list(1).at(0));
  // Negative indices count from the end.
  Value indices(Type::int64, remainder(x.input(0).template as<double>(), double(depth)));
  xg::Tensor<T> off = slice(x[2], {0}), on = slice(x[2], {1});
  xg::Tensor<T> hot = one_hot_along<T>(indices.indices(), depth, x.integer("axis", -1));
  return Value(x.type(2), off + (on - off) * hot);
}

template <class T>
xg::Tensor<T> hardmax(const CallOf<T>& x) {
  int axis = x.integer("axis", -1);
  std::size_t extent = x.shape(0)[xg::checked_axis("axis", axis, x.shape(0), {})];
  return one_hot_along<T>(argmax(x[0], axis), extent, axis);
}

/// The first `batch` axes of both are walked in step.
template <class T>
xg::Tensor<T> gather_nd_of(const xg::Tensor<T>& x, const xg::Tensor<double>& indices, int batch) {
  if (batch == 0) return gather_nd(x, Value(Type::int64, indices).indices());
  std::vector<xg::Tensor<T>> parts;
  for (xg::Slice::Index i = 0; i < xg::Slice::Index(x.shape()[0]); ++i) {
    parts.push_back(gather_nd_of(slice(x, {i}), slice(indices, {i}), batch - 1));
  }
  return stack(parts);
}

/// f(what stands there, update) in the place that each index names, one after the other.
template <class T, class F>
xg::Tensor<T> scatter_each(const CallOf<T>& x, F f) {
  xg::Tensor<T> y = x[0];
  xg::Tensor<double> indices = x.input(1).template as<double>();
  std::size_t length = indices.shape()[indices.ndim() - 1], count = indices.size() / length;
  indices = reshape(indices, xg::Shape{count, length});
  xg::Shape each(x.shape(0).begin() + std::ptrdiff_t(length), x.shape(0).end());
  each.insert(each.begin(), count);
  xg::Tensor<T> updates = reshape(x[2], each);
  for (xg::Slice::Index i = 0; i < xg::Slice::Index(count); ++i) {
    xg::Array<std::int64_t> place = Value(Type::int64, slice(indices, {i})).indices();
    y = scatter_nd(y, place, f(gather_nd(y, place), slice(updates, {i})));
  }
  return y;
}
template <class T>
xg::Tensor<T> scatter_nd_of(const CallOf<T>& x) {
  std::string reduction = x.text("reduction", "none");
  if (reduction == "none") return scatter_nd(x[0], x.indices(1), x[2]);
  if (reduction == "add") return scatter_each(x, [](auto a, auto b) { return a + b; });
  return scatter_each(x, [](auto a, auto b) { return a * b; });
}

template <class T>
xg::Tensor<T> scatter_of(const CallOf<T>& x) {
  int axis = x.integer("axis", 0);
  if (x.text("reduction", "none") == "none") return scatter(x[0], axis, x.indices(1), x[2]);
  return scatter_add(x[0], axis, x.indices(1), x[2]);
}

template <class T>
xg::Tensor<T> compressed(const CallOf<T>& x) {
  if (!x.given("axis")) return compress(x.mask(1), x[0]);
  return compress(x.mask(1), x[0], x.integer("axis", 0));
}

/// The first lengths[i] steps of each sequence in reverse order.
template <class T>
xg::Tensor<T> reversed(const CallOf<T>& x) {
  int batch = x.integer("batch_axis", 1), time = x.integer("time_axis", 0);
  xg::Tensor<T> steps = xg::arange<T>(double(x.shape(0).at(std::size_t(time))));
  steps = expand_dims(steps, batch);
  xg::Tensor<T> lengths = expand_dims(x[1], time);
  Value places(Type::int64, where(steps < lengths, lengths - 1 - steps, steps));
  return take_along_axis(x[0], places.indices(), time);
}

}  // namespace

Rows index_rows() {
  return {
      {"Compress", XGRAD_ROW(compressed(x))},
      {"Gather", XGRAD_ROW(take(x[0], x.indices(1), x.integer("axis", 0)))},
      {"GatherElements", XGRAD_ROW(gather(x[0], x.integer("axis", 0), x.indices(1)))},
      {"GatherND",
       XGRAD_ROW(gather_nd_of(x[0], x.input(1).template as<double>(), x.integer("batch_dims", 0)))},
      {"Hardmax", XGRAD_ROW(hardmax(x))},
      {"NonZero",
       XGRAD_ROW(Value(Type::int64, transpose(xg::Tensor<double>(xg::nonzero(x.mask(0))))))},
      {"OneHot", XGRAD_ROW(one_hot_of(x))},
      {"ReverseSequence", XGRAD_ROW(reversed(x))},
      {"Scatter", XGRAD_ROW(scatter_of(x))},
      {"ScatterElements", XGRAD_ROW(scatter_of(x))},
      {"ScatterND", XGRAD_ROW(scatter_nd_of(x))},
  };
}

}  // namespace onnx_cases
