// Operators that move elements or make tensors.
#include "table.hpp"

#include <algorithm>
#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

xg::Shape shape_of(const Integers& extents) { return xg::Shape(extents.begin(), extents.end()); }

std::size_t axis_of(const Call& x, std::int64_t axis) {
  return xg::checked_axis("axis", static_cast<int>(axis), x.shape(0), {});
}

/// What Reshape asks for: 0 copies an extent, -1 takes what remains.
xg::Shape reshaped(const Call& x) {
  Integers wanted = x.list(1);
  std::size_t known = 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && x.integer("allowzero", 0) == 0) {
      wanted[i] = static_cast<std::int64_t>(x.shape(0).at(i));
    }
    if (wanted[i] != -1) known *= static_cast<std::size_t>(wanted[i]);
  }
  for (std::int64_t& extent : wanted) {
    if (extent == -1) extent = static_cast<std::int64_t>(xg::size_of(x.shape(0)) / known);
  }
  return shape_of(wanted);
}

std::vector<xg::Slice> slices(const Call& x) {
  Integers starts = *x.integers("starts", 1), ends = *x.integers("ends", 2);
  std::optional<Integers> axes = x.integers("axes", 3), steps = x.integers("steps", 4);
  std::vector<xg::Slice> result(x.shape(0).size(), xg::all);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::size_t axis = axes ? axis_of(x, (*axes)[i]) : i;
    result.at(axis) = xg::range(starts[i], ends[i], steps ? (*steps)[i] : 1);
  }
  return result;
}

/// The shape between two axes, as Python slices it.
Integers shape_between(const Call& x) {
  xg::Array<std::int64_t> all = xg::empty_array<std::int64_t>({x.shape(0).size()});
  std::copy(x.shape(0).begin(), x.shape(0).end(), all.data());
  std::optional<xg::Slice::Index> end;
  if (x.given("end")) end = x.integer("end", 0);
  return Value(Type::int64, slice(xg::Tensor<double>(all), {xg::range(x.integer("start", 0), end)}))
      .list();
}

Value constant(const Call& x) {
  if (x.given("value")) return x.attribute("value").tensor.value();
  if (x.given("value_ints")) return Value(x.attribute("value_ints").integers);
  if (x.given("value_int")) {
    return Value(Type::int64, xg::Tensor<double>(x.attribute("value_int").integer));
  }
  return Value(Type::float32, xg::Tensor<double>(x.attribute("value_float").number));
}

Value filled(const Call& x) {
  Value fill = x.given("value") ? x.attribute("value").tensor.value()
                                : Value(Type::float32, xg::Tensor<float>(0));
  return Value(fill.type(), xg::full<double>(shape_of(x.list(0)), fill.as<double>().item()));
}

Value identity_matrix(const Call& x) {
  Type type = x.given("dtype") ? static_cast<Type>(x.integer("dtype", 0)) : x.type(0);
  return Value(type, xg::eye<double>(x.shape(0).at(0), x.shape(0).at(1), x.integer("k", 0)));
}

template <class T>
std::vector<xg::Tensor<T>> parts(const CallOf<T>& x) {
  int axis = x.integer("axis", 0);
  std::optional<Integers> sizes = x.integers("split", 1);
  if (!sizes) return split(x[0], x.outputs(), axis);
  return split_with_sizes(x[0], extents(*sizes), axis);
}

template <class T>
xg::Tensor<T> padded(const CallOf<T>& x) {
  Integers pads = *x.integers("pads", 1);  // all before, then all after
  std::vector<xg::Padding> widths;
  for (std::size_t i = 0; i < pads.size() / 2; ++i) {
    widths.push_back({pads[i], pads[i + pads.size() / 2]});
  }
  std::string mode = x.text("mode", "constant");
  if (mode == "constant") return pad(x[0], widths, x.value_or(2, x.number("value", 0)).item());
  return pad(x[0], widths, mode == "edge" ? xg::PadMode::edge : xg::PadMode::reflect);
}

template <class T>
xg::Tensor<T> triangle(const CallOf<T>& x) {
  int offset = x.has(1) ? static_cast<int>(x.list(1).at(0)) : 0;
  return x.integer("upper", 1) ? triu(x[0], offset) : tril(x[0], offset);
}

/// Blocks of channels (n, c, h, w) spread over squares of the image, or collected from them.
template <class T>
xg::Tensor<T> depth_to_space(const CallOf<T>& x) {
  std::size_t b = std::size_t(x.integer("blocksize", 1));
  const xg::Shape& s = x.shape(0);
  std::size_t n = s[0], c = s[1] / (b * b), h = s[2], w = s[3];
  xg::Tensor<T> y = x.text("mode", "DCR") == "DCR"
                        ? transpose(reshape(x[0], {n, b, b, c, h, w}), {0, 3, 4, 1, 5, 2})
                        : transpose(reshape(x[0], {n, c, b, b, h, w}), {0, 1, 4, 2, 5, 3});
  return reshape(y, {n, c, h * b, w * b});
}
template <class T>
xg::Tensor<T> space_to_depth(const CallOf<T>& x) {
  std::size_t b = std::size_t(x.integer("blocksize", 1));
  const xg::Shape& s = x.shape(0);
  std::size_t n = s[0], c = s[1], h = s[2] / b, w = s[3] / b;
  xg::Tensor<T> y = transpose(reshape(x[0], {n, c, h, b, w, b}), {0, 3, 5, 1, 2, 4});
  return reshape(y, {n, c * b * b, h, w});
}

/// Each element repeated along each axis, as often as its scale says.
template <class T>
xg::Tensor<T> upsampled(const CallOf<T>& x) {
  xg::Tensor<T> y = x[0];
  Integers scales = x.list(1);
  for (std::size_t axis = 0; axis < scales.size(); ++axis) y = repeat(y, scales[axis], int(axis));
  return y;
}

}  // namespace

Rows shape_rows() {
  return {
      {"Concat", XGRAD_ROW(concatenate(x.all(), x.integer("axis", 0)))},
      {"Constant", XGRAD_ROW(constant(x))},
      {"ConstantOfShape", XGRAD_ROW(filled(x))},
      {"DepthToSpace", XGRAD_ROW(depth_to_space(x))},
      {"Expand", XGRAD_ROW(broadcast_to(
                     x[0], broadcast_shape("Expand", x.shape(0), shape_of(x.list(1)), {})))},
      {"EyeLike", XGRAD_ROW(identity_matrix(x))},
      {"Flatten", XGRAD_ROW(reshape(x[0], as_matrix(x)))},
      {"Pad", XGRAD_ROW(padded(x))},
      {"Range", XGRAD_ROW(xg::arange<typename std::decay_t<decltype(x)>::Element>(
                    x[0].item(), x[1].item(), x[2].item()))},
      {"Reshape", XGRAD_ROW(reshape(x[0], reshaped(x)))},
      {"Shape", XGRAD_ROW(Value(shape_between(x)))},
      {"Size", XGRAD_ROW(Value(Type::int64, xg::Tensor<double>(x[0].size())))},
      {"Slice", XGRAD_ROW(slice(x[0], slices(x)))},
      {"SpaceToDepth", XGRAD_ROW(space_to_depth(x))},
      {"Split", XGRAD_ROW(parts(x))},
      {"Squeeze", XGRAD_ROW(x.integers("axes", 1) ? squeeze(x[0], narrow(*x.integers("axes", 1)))
                                                  : squeeze(x[0]))},
      {"Tile", XGRAD_ROW(tile(x[0], extents(x.list(1))))},
      {"Transpose",
       XGRAD_ROW(x.given("perm") ? transpose(x[0], narrow(x.attribute("perm").integers))
                                 : transpose(x[0]))},
      {"Trilu", XGRAD_ROW(triangle(x))},
      {"Unsqueeze", XGRAD_ROW(expand_dims(x[0], narrow(*x.integers("axes", 1))))},
      {"Upsample", XGRAD_ROW(upsampled(x))},
  };
}

}  // namespace onnx_cases
