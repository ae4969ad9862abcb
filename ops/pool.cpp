#include <xgrad/ops/kernels/pool.hpp>
#include <xgrad/ops/pool.hpp>

#include <limits>

namespace xgrad {
namespace {

/// The adjoint of taking the elements at the positions.   gy = g taken at the positions.
template <class T>
Tensor<T> put(const char* op, const Tensor<T>& y, const PoolDims& dims,
              const SharedArray<std::int32_t>& positions, const Shape& shape);

/// y = x at the positions.   gx = put(g).
template <class T>
Tensor<T> take(const char* op, const Tensor<T>& x, const PoolDims& dims,
               const SharedArray<std::int32_t>& positions, const Shape& shape) {
  Tensor<T> y = empty<T>(shape);
  launch(
      [dims, positions](Array<T>& out, const Array<T>& in) {
        take_positions(dims, in.data(), positions->data(), out.data());
      },
      y, x);
  return record(op, y, {&x},
                [=](Pullback<T>& p) { p.add(0, put(op, p.g, dims, positions, p.shape(0))); });
}

template <class T>
Tensor<T> put(const char* op, const Tensor<T>& y, const PoolDims& dims,
              const SharedArray<std::int32_t>& positions, const Shape& shape) {
  Tensor<T> x = empty<T>(shape);
  launch(
      [dims, positions](Array<T>& out, const Array<T>& in) {
        add_at_positions(dims, in.data(), positions->data(), out.data());
      },
      x, y);
  return record(op, x, {&y},
                [=](Pullback<T>& p) { p.add(0, take(op, p.g, dims, positions, p.shape(0))); });
}

/// y = x's greatest elements, whose places come to stand in `positions`.
template <class T>
Tensor<T> greatest(const char* op, const Tensor<T>& x, const PoolDims& dims, const Shape& shape,
                   SharedArray<std::int32_t>& positions) {
  Tensor<T> y = empty<T>(shape);
  auto found =
      std::allocate_shared<Positions>(PoolAllocator<Positions>(), empty_array<std::int32_t>(shape));
  positions = found;
  launch(
      [dims, found](Array<T>& out, const Array<T>& in) {
        max_pool(dims, in.data(), out.data(), found->data());
      },
      y, x);
  return record(op, y, {&x}, [op, dims, positions](Pullback<T>& p) {
    p.add(0, put(op, p.g, dims, positions, p.shape(0)));
  });
}

/// The adjoint of average.   gy = average(g).
template <class T>
Tensor<T> spread(const char* op, const Tensor<T>& y, const PoolDims& dims, const Shape& shape);

/// y = the means of x under the windows.   gx = spread(g).
template <class T>
Tensor<T> average(const char* op, const Tensor<T>& x, const PoolDims& dims, const Shape& shape) {
  Tensor<T> y = empty<T>(shape);
  launch([dims](Array<T>& out, const Array<T>& in) { avg_pool(dims, in.data(), out.data()); }, y,
         x);
  return record(op, y, {&x},
                [op, dims](Pullback<T>& p) { p.add(0, spread(op, p.g, dims, p.shape(0))); });
}

template <class T>
Tensor<T> spread(const char* op, const Tensor<T>& y, const PoolDims& dims, const Shape& shape) {
  Tensor<T> x = empty<T>(shape);
  launch([dims](Array<T>& out, const Array<T>& in) { avg_spread(dims, in.data(), out.data()); }, x,
         y);
  return record(op, x, {&y},
                [op, dims](Pullback<T>& p) { p.add(0, average(op, p.g, dims, p.shape(0))); });
}

/// The image of an operation, with positions that fit in 32 bits.
template <std::size_t N>
PoolDims dims_of(const char* op, const Shape& x, Location at) {
  PoolDims dims{};
  dims.image = spatial_extents<N>(op, "x", x, at);
  dims.planes = x[0] * x[1];
  if (volume(dims.image) > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    fail(op, "fewer than 2^31 elements in a channel", to_string(x), at);
  return dims;
}

/// The number of windows along one axis.
std::size_t count_of(const char* op, const PoolDims& dims, std::size_t axis, bool ceil_mode,
                     const Shape& x, Location at) {
  std::size_t n = dims.image[axis], pad = dims.padding[axis], stride = dims.stride[axis];
  std::size_t reach = dims.dilation[axis] * (dims.kernel[axis] - 1) + 1;
  if (pad > reach / 2)
    fail(op, "padding of at most half the window of " + std::to_string(reach), std::to_string(pad),
         at);
  if (n == 0 || reach > n + 2 * pad) {
    fail(op, "a window no larger than the padded image " + to_string(x),
         "one that covers " + std::to_string(reach) + " of " + std::to_string(n + 2 * pad), at);
  }
  std::size_t count = (n + 2 * pad - reach + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  // No window starts beyond the image.
  return ceil_mode && (count - 1) * stride >= n + pad ? count - 1 : count;
}

template <std::size_t N, class Options>
PoolDims sliding(const char* op, const Shape& x, const PerAxis<N>& kernel, const Options& options,
                 const PerAxis<N>& dilation, Location at) {
  PoolDims dims = dims_of<N>(op, x, at);
  dims.kernel = checked_extents(op, "kernel", kernel, 1, 1, at);
  dims.stride = options.stride.given() ? checked_extents(op, "stride", options.stride, 1, 1, at)
                                       : dims.kernel;
  dims.padding = checked_extents(op, "padding", options.padding, 0, 0, at);
  dims.dilation = checked_extents(op, "dilation", dilation, 1, 1, at);
  for (std::size_t axis = 0; axis < spatial_axes; ++axis) {
    dims.result[axis] = count_of(op, dims, axis, options.ceil_mode, x, at);
    for (std::size_t i = 0; i < dims.result[axis]; ++i) {
      Window window = dims.window(axis, i);
      if (window.begin >= window.end)
        fail(op, "an element of the image under each window", to_string(x), at);
    }
  }
  return dims;
}

template <std::size_t N>
PoolDims adaptive(const char* op, const Shape& x, const PerAxis<N>& size, Location at) {
  PoolDims dims = dims_of<N>(op, x, at);
  dims.adaptive = true;
  dims.result = checked_extents(op, "size", size, 0, 1, at);
  if (volume(dims.image) == 0 && volume(dims.result) > 0)
    fail(op, "an image that is not empty", to_string(x), at);
  return dims;
}

template <std::size_t N>
Shape result_shape(const Shape& x, const PoolDims& dims) {
  return with_spatial<N>(x[0], x[1], dims.result);
}

}  // namespace

template <class T>
ValuesAndIndices<T> max_pool2d_with_indices(const Tensor<T>& x, const PerAxis<2>& kernel,
                                            const MaxPoolOptions<2>& options, Location at) {
  const char* op = "max_pool2d_with_indices";
  PoolDims dims = sliding(op, x.shape(), kernel, options, options.dilation, at);
  SharedArray<std::int32_t> positions;
  Tensor<T> y = greatest(op, x, dims, result_shape<2>(x.shape(), dims), positions);
  Array<std::int64_t> indices = empty_array<std::int64_t>(y.shape());
  std::copy(positions->begin(), positions->end(), indices.begin());
  return {std::move(y), std::move(indices)};
}

#define XGRAD_POOL_DEFINED(N)                                                      \
  template <class T>                                                               \
  Tensor<T> max_pool##N##d(const Tensor<T>& x, const PerAxis<N>& kernel,           \
                           const MaxPoolOptions<N>& options, Location at) {        \
    const char* op = "max_pool" #N "d";                                            \
    PoolDims dims = sliding(op, x.shape(), kernel, options, options.dilation, at); \
    SharedArray<std::int32_t> positions;                                           \
    return greatest(op, x, dims, result_shape<N>(x.shape(), dims), positions);     \
  }                                                                                \
  template <class T>                                                               \
  Tensor<T> avg_pool##N##d(const Tensor<T>& x, const PerAxis<N>& kernel,           \
                           const AvgPoolOptions<N>& options, Location at) {        \
    const char* op = "avg_pool" #N "d";                                            \
    PoolDims dims = sliding(op, x.shape(), kernel, options, PerAxis<N>(1), at);    \
    dims.counts_padding = options.count_include_pad;                               \
    return average(op, x, dims, result_shape<N>(x.shape(), dims));                 \
  }
#define XGRAD_ADAPTIVE_POOL_DEFINED(N)                                                         \
  template <class T>                                                                           \
  Tensor<T> adaptive_avg_pool##N##d(const Tensor<T>& x, const PerAxis<N>& size, Location at) { \
    const char* op = "adaptive_avg_pool" #N "d";                                               \
    PoolDims dims = adaptive(op, x.shape(), size, at);                                         \
    return average(op, x, dims, result_shape<N>(x.shape(), dims));                             \
  }                                                                                            \
  template <class T>                                                                           \
  Tensor<T> adaptive_max_pool##N##d(const Tensor<T>& x, const PerAxis<N>& size, Location at) { \
    const char* op = "adaptive_max_pool" #N "d";                                               \
    PoolDims dims = adaptive(op, x.shape(), size, at);                                         \
    SharedArray<std::int32_t> positions;                                                       \
    return greatest(op, x, dims, result_shape<N>(x.shape(), dims), positions);                 \
  }
XGRAD_POOL_DEFINED(1)
XGRAD_POOL_DEFINED(2)
XGRAD_POOL_DEFINED(3)
XGRAD_ADAPTIVE_POOL_DEFINED(1)
XGRAD_ADAPTIVE_POOL_DEFINED(2)

#define XGRAD_POOL_OF(T, N)                                                                        \
  template Tensor<T> max_pool##N##d(const Tensor<T>&, const PerAxis<N>&, const MaxPoolOptions<N>&, \
                                    Location);                                                     \
  template Tensor<T> avg_pool##N##d(const Tensor<T>&, const PerAxis<N>&, const AvgPoolOptions<N>&, \
                                    Location);
#define XGRAD_ADAPTIVE_POOL_OF(T, N)                                                         \
  template Tensor<T> adaptive_avg_pool##N##d(const Tensor<T>&, const PerAxis<N>&, Location); \
  template Tensor<T> adaptive_max_pool##N##d(const Tensor<T>&, const PerAxis<N>&, Location);
#define XGRAD_POOL(T)                                                                       \
  XGRAD_POOL_OF(T, 1)                                                                       \
  XGRAD_POOL_OF(T, 2)                                                                       \
  XGRAD_POOL_OF(T, 3)                                                                       \
  XGRAD_ADAPTIVE_POOL_OF(T, 1)                                                              \
  XGRAD_ADAPTIVE_POOL_OF(T, 2)                                                              \
  template ValuesAndIndices<T> max_pool2d_with_indices(const Tensor<T>&, const PerAxis<2>&, \
                                                       const MaxPoolOptions<2>&, Location);
XGRAD_POOL(float)
XGRAD_POOL(double)

}  // namespace xgrad
