// Convolutions and pooling.
#include "table.hpp"

#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

template <std::size_t N>
xg::PerAxis<N> per_axis(const Integers& x) {
  if constexpr (N == 1) return {x.at(0)};
  if constexpr (N == 2) return {x.at(0), x.at(1)};
  if constexpr (N == 3) return {x.at(0), x.at(1), x.at(2)};
}

/// What ONNX says of the windows, along each spatial axis.
struct Windows {
  Integers kernel, strides, dilations, before, after;

  Windows(const Call& x, Integers extents) : kernel(std::move(extents)) {
    std::size_t n = kernel.size();
    auto or_else = [&](const char* name, Integers otherwise) {
      return x.given(name) ? x.attribute(name).integers : otherwise;
    };
    strides = or_else("strides", Integers(n, 1));
    dilations = or_else("dilations", Integers(n, 1));
    Integers pads = or_else("pads", Integers(2 * n, 0));
    before.assign(pads.begin(), pads.begin() + std::ptrdiff_t(n));
    after.assign(pads.begin() + std::ptrdiff_t(n), pads.end());
  }
  std::int64_t reach(std::size_t d) const { return dilations[d] * (kernel[d] - 1) + 1; }
  /// Shares a padding out so that there is a window for every `strides` elements, if `auto_pad`
  /// asks for it.
  void pad_automatically(const Call& x, const xg::Shape& shape) {
    std::string mode = x.text("auto_pad", "NOTSET");
    for (std::size_t d = 0; mode.rfind("SAME", 0) == 0 && d < kernel.size(); ++d) {
      std::int64_t n = std::int64_t(shape[d + 2]), windows = (n + strides[d] - 1) / strides[d];
      share(mode, d, std::max<std::int64_t>(0, (windows - 1) * strides[d] + reach(d) - n));
    }
  }
  void share(const std::string& mode, std::size_t d, std::int64_t total) {
    before[d] = mode == "SAME_LOWER" ? total - total / 2 : total / 2;
    after[d] = total - before[d];
  }
  bool symmetric() const { return before == after; }
  /// Whether pooling takes this padding itself.
  bool pools() const {
    bool small = true;
    for (std::size_t d = 0; d < kernel.size(); ++d) small = small && 2 * before[d] <= reach(d);
    return small && symmetric();
  }
  std::vector<xg::Padding> widths() const {
    std::vector<xg::Padding> result = {{0, 0}, {0, 0}};
    for (std::size_t d = 0; d < before.size(); ++d) result.push_back({before[d], after[d]});
    return result;
  }
};

Integers extents_of(const xg::Shape& shape) { return Integers(shape.begin() + 2, shape.end()); }

/// f(the number of spatial axes, as a constant).
template <class F>
auto with_axes(std::size_t rank, const F& f) {
  if (rank == 3) return f(std::integral_constant<std::size_t, 1>());
  if (rank == 4) return f(std::integral_constant<std::size_t, 2>());
  return f(std::integral_constant<std::size_t, 3>());
}

template <class T>
xg::Tensor<T> convolved(const Call& call, xg::Tensor<T> x, const xg::Tensor<T>& w,
                        const xg::Tensor<T>& bias) {
  Windows windows(call, extents_of(w.shape()));
  windows.pad_automatically(call, x.shape());
  if (!windows.symmetric()) {
    x = pad(x, windows.widths());
    windows.before = Integers(windows.kernel.size(), 0);
  }
  return with_axes(x.ndim(), [&](auto axes) {
    xg::ConvOptions<axes> o{per_axis<axes>(windows.strides), per_axis<axes>(windows.before),
                            per_axis<axes>(windows.dilations), call.integer("group", 1)};
    if constexpr (axes == 1) return conv1d(x, w, bias, o);
    if constexpr (axes == 2) return conv2d(x, w, bias, o);
    if constexpr (axes == 3) return conv3d(x, w, bias, o);
  });
}
template <class T>
xg::Tensor<T> conv(const CallOf<T>& x) {
  return convolved(x, x[0], x[1], x.has(2) ? x[2] : xg::Tensor<T>());
}
template <class T>
Value integer_conv(const CallOf<T>& x) {
  return Value(Type::int32,
               convolved(x, x[0] - x.value_or(2, 0), x[1] - x.value_or(3, 0), xg::Tensor<T>()));
}
/// Inputs x, its scale and zero, w, its scale and zero, the scale and zero of the result.
template <class T>
Value quantized_conv(const CallOf<T>& x) {
  xg::Tensor<T> y = convolved(x, (x[0] - x[2]) * x[1], (x[3] - x[5]) * x[4], xg::Tensor<T>());
  return Value(Type::uint8, clip(round(y / x[6]) + x[7], 0, 255));
}

template <class T>
xg::Tensor<T> transposed_conv(const CallOf<T>& x) {
  Windows windows(x, extents_of(x.shape(1)));
  std::size_t n = windows.kernel.size();
  Integers more =
      x.given("output_padding") ? x.attribute("output_padding").integers : Integers(n, 0);
  xg::Tensor<T> bias = x.has(2) ? x[2] : xg::Tensor<T>();
  xg::Tensor<T> y = with_axes(n + 2, [&](auto axes) {
    xg::ConvTransposeOptions<axes> o{per_axis<axes>(windows.strides), 0, per_axis<axes>(more),
                                     x.integer("group", 1), per_axis<axes>(windows.dilations)};
    if constexpr (axes == 1) return conv_transpose1d(x[0], x[1], bias, o);
    if constexpr (axes == 2) return conv_transpose2d(x[0], x[1], bias, o);
    if constexpr (axes == 3) return conv_transpose3d(x[0], x[1], bias, o);
  });
  std::string mode = x.text("auto_pad", "NOTSET");
  std::vector<xg::Slice> part(2, xg::all);
  for (std::size_t d = 0; d < n; ++d) {
    std::int64_t whole = std::int64_t(y.shape()[d + 2]);
    std::int64_t wanted = x.given("output_shape") ? x.attribute("output_shape").integers[d]
                          : mode == "NOTSET"      ? whole - windows.before[d] - windows.after[d]
                                             : std::int64_t(x.shape(0)[d + 2]) * windows.strides[d];
    if (x.given("output_shape") || mode != "NOTSET") windows.share(mode, d, whole - wanted);
    part.push_back(xg::range(std::max<std::int64_t>(0, windows.before[d]),
                             std::max<std::int64_t>(0, windows.before[d]) + wanted));
    windows.before[d] = 0;
    windows.after[d] = std::max<std::int64_t>(0, wanted - whole);
  }
  return slice(pad(y, windows.widths()), part);
}

template <class T>
xg::Tensor<T> averages(const CallOf<T>& x) {
  Windows windows(x, x.attribute("kernel_shape").integers);
  windows.pad_automatically(x, x.shape(0));
  bool includes = x.integer("count_include_pad", 0), ceil = x.integer("ceil_mode", 0);
  auto pooled = [&](const xg::Tensor<T>& image) {
    return with_axes(image.ndim(), [&](auto axes) {
      xg::AvgPoolOptions<axes> o{per_axis<axes>(windows.strides), per_axis<axes>(windows.before),
                                 ceil, includes};
      auto kernel = per_axis<axes>(windows.kernel);
      if constexpr (axes == 1) return avg_pool1d(image, kernel, o);
      if constexpr (axes == 2) return avg_pool2d(image, kernel, o);
      if constexpr (axes == 3) return avg_pool3d(image, kernel, o);
    });
  };
  if (windows.pools()) return pooled(x[0]);
  std::vector<xg::Padding> widths = windows.widths();
  windows.before = Integers(windows.kernel.size(), 0);
  xg::Tensor<T> sums = pooled(pad(x[0], widths));
  return includes ? sums : sums / pooled(pad(ones_like(x[0]), widths));
}

/// With the places of the elements in all of x, if they are asked for: x has one channel then.
template <class T>
Values maxima(const CallOf<T>& x) {
  Windows windows(x, x.attribute("kernel_shape").integers);
  windows.pad_automatically(x, x.shape(0));
  xg::Tensor<T> image = x[0];
  if (!windows.pools()) {
    image = pad(image, windows.widths(), -std::numeric_limits<double>::infinity());
    windows.before = Integers(windows.kernel.size(), 0);
  }
  return with_axes(image.ndim(), [&](auto axes) -> Values {
    xg::MaxPoolOptions<axes> o{per_axis<axes>(windows.strides), per_axis<axes>(windows.before),
                               per_axis<axes>(windows.dilations), x.integer("ceil_mode", 0) != 0};
    auto kernel = per_axis<axes>(windows.kernel);
    if constexpr (axes == 1) return {Value(x.result(), max_pool1d(image, kernel, o))};
    if constexpr (axes == 3) return {Value(x.result(), max_pool3d(image, kernel, o))};
    if constexpr (axes == 2) {
      auto [values, indices] = max_pool2d_with_indices(image, kernel, o);
      if (x.integer("storage_order", 0)) {  // column by column
        const std::int64_t h = std::int64_t(image.shape()[2]), w = std::int64_t(image.shape()[3]);
        for (std::int64_t& i : indices) i = i % w * h + i / w;
      }
      return {Value(x.result(), values), Value(indices)};
    }
  });
}

/// Elements put back where MaxPool says that they come from; then zeros up to the shape asked for.
template <class T>
xg::Tensor<T> unpooled(const CallOf<T>& x) {
  Windows windows(x, x.attribute("kernel_shape").integers);
  xg::Shape inner = x.shape(0);
  std::vector<xg::Padding> widths = {{0, 0}, {0, 0}};
  for (std::size_t d = 0; d < windows.kernel.size(); ++d) {
    inner[d + 2] = (inner[d + 2] - 1) * std::size_t(windows.strides[d]) +
                   std::size_t(windows.kernel[d] - windows.before[d] - windows.after[d]);
    std::int64_t wanted = x.has(2) ? x.list(2)[d + 2] : std::int64_t(inner[d + 2]);
    widths.push_back({0, wanted - std::int64_t(inner[d + 2])});
  }
  xg::Tensor<T> flat = xg::zeros<T>({xg::size_of(inner)});
  flat = index_add(flat, 0, x.indices(1), x[0]);
  return pad(reshape(flat, inner), widths);
}

}  // namespace

Rows conv_rows() {
  return {
      {"AveragePool", XGRAD_ROW(averages(x))},
      {"Conv", XGRAD_ROW(conv(x))},
      {"ConvInteger", XGRAD_ROW(integer_conv(x))},
      {"ConvTranspose", XGRAD_ROW(transposed_conv(x))},
      {"GlobalAveragePool", XGRAD_ROW(adaptive_avg_pool2d(x[0], 1))},
      {"GlobalMaxPool", XGRAD_ROW(adaptive_max_pool2d(x[0], 1))},
      {"MaxPool", XGRAD_ROW(maxima(x))},
      {"MaxUnpool", XGRAD_ROW(unpooled(x))},
      {"QLinearConv", XGRAD_ROW(quantized_conv(x))},
  };
}

}  // namespace onnx_cases
