#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/pool.hpp>

#include <algorithm>
#include <limits>

namespace xgrad {
namespace {

/// Elements of a row of the result from `result` on, `count` of them, each of which sees the
/// element of the image at `image`, `step` further for each.
struct Run {
  std::size_t result, image, count, step;
};

/// The runs within one row of the result and one of the image.
template <class F>
void for_each_run(const PoolDims& dims, std::size_t result, std::size_t image, const F& f) {
  const std::size_t extent = dims.image[2], stride = dims.stride[2], padding = dims.padding[2];
  if (dims.adaptive) {
    for (std::size_t i = 0; i < dims.result[2]; ++i) {
      Window window = dims.window(2, i);
      for (std::size_t x = window.begin; x < window.end; ++x) f(Run{result + i, image + x, 1, 1});
    }
    return;
  }
  for (std::size_t k = 0; k < dims.kernel[2]; ++k) {
    std::size_t shift = k * dims.dilation[2];  // element i sees i stride + shift - padding
    if (shift >= extent + padding) break;
    std::size_t first = shift < padding ? (padding - shift + stride - 1) / stride : 0;
    std::size_t last = std::min(dims.result[2], (extent + padding - shift - 1) / stride + 1);
    if (first < last)
      f(Run{result + first, image + first * stride + shift - padding, last - first, stride});
  }
}

/// Calls f(run) for all pairs of an element of the result and one of the image in its window, the
/// windows of each element in row-major order.
template <class F>
void for_each_run(const PoolDims& dims, const F& f) {
  for (std::size_t z = 0, row = 0; z < dims.result[0]; ++z) {
    for (std::size_t y = 0; y < dims.result[1]; ++y, ++row) {
      Window high = dims.window(0, z), wide = dims.window(1, y);
      for (std::size_t i = high.begin; i < high.end; i += high.step) {
        for (std::size_t j = wide.begin; j < wide.end; j += wide.step) {
          for_each_run(dims, row * dims.result[2], (i * dims.image[1] + j) * dims.image[2], f);
        }
      }
    }
  }
}

/// f(of the three windows of an element) for each element of a plane of the result.
template <class E, class F>
Array<E> for_each_element(const PoolDims& dims, const F& f) {
  Array<E> result = empty_array<E>({volume(dims.result)});
  E* to = result.data();
  for (std::size_t z = 0; z < dims.result[0]; ++z) {
    for (std::size_t y = 0; y < dims.result[1]; ++y) {
      Window high = dims.window(0, z), wide = dims.window(1, y);
      for (std::size_t x = 0; x < dims.result[2]; ++x) *to++ = f(high, wide, dims.window(2, x));
    }
  }
  return result;
}
Array<std::int32_t> first_positions(const PoolDims& dims) {
  return for_each_element<std::int32_t>(dims, [&](const Window& z, const Window& y,
                                                  const Window& x) {
    return static_cast<std::int32_t>((z.begin * dims.image[1] + y.begin) * dims.image[2] + x.begin);
  });
}
Array<double> counts(const PoolDims& dims) {
  return for_each_element<double>(dims, [](const Window& z, const Window& y, const Window& x) {
    return static_cast<double>(z.count) * static_cast<double>(y.count) *
           static_cast<double>(x.count);
  });
}

/// f(of a plane of the image, of the result) for all planes.
template <class F>
void for_each_plane(const PoolDims& dims, const F& f) {
  std::size_t from = volume(dims.image), to = volume(dims.result);
  parallel_for(dims.planes, grain_rows(from + to), [&](std::size_t begin, std::size_t end) {
    for (std::size_t plane = begin; plane < end; ++plane) f(plane * from, plane * to);
  });
}

/// A step known to the compiler makes a loop of batches.
template <class F>
void with_step(std::size_t step, const F& f) {
  if (step == 1) return f(std::integral_constant<std::size_t, 1>());
  if (step == 2) return f(std::integral_constant<std::size_t, 2>());
  f(step);
}

}  // namespace

Window PoolDims::window(std::size_t axis, std::size_t i) const {
  const std::size_t n = image[axis];
  if (adaptive) {
    // Without the product i n, which could overflow.
    const std::size_t m = result[axis], q = n / m, r = n % m;
    std::size_t begin = i * q + i * r / m, end = (i + 1) * q + ((i + 1) * r + m - 1) / m;
    return {begin, end, 1, end - begin};
  }
  const std::size_t start = i * stride[axis], pad = padding[axis], step = dilation[axis];
  const std::size_t reach = start + step * (kernel[axis] - 1) + 1;
  std::size_t begin = start < pad ? (pad - start + step - 1) / step * step + start : start;
  std::size_t end = std::min(reach, n + pad);
  std::size_t count = counts_padding ? std::min(reach, n + 2 * pad) - start : end - begin;
  return {begin - pad, end - std::min(end, pad), step, count};
}

template <class T>
void max_pool(const PoolDims& dims, const T* x, T* y, std::int32_t* positions) {
  const Array<std::int32_t> first = first_positions(dims);
  for_each_plane(dims, [&](std::size_t from, std::size_t to) {
    std::fill_n(y + to, first.size(), -std::numeric_limits<T>::infinity());
    std::copy_n(first.data(), first.size(), positions + to);
    for_each_run(dims, [&](const Run& run) {
      const T* in = x + from + run.image;
      T* greatest = y + to + run.result;
      std::int32_t* at = positions + to + run.result;
      with_step(run.step, [&](auto step) {
        for (std::size_t i = 0; i < run.count; ++i) {
          T next = in[i * step], so_far = greatest[i];
          // Greater, or the first NaN.
          bool takes = !(next <= so_far) & (so_far == so_far);
          greatest[i] = takes ? next : so_far;
          at[i] = takes ? static_cast<std::int32_t>(run.image + i * step) : at[i];
        }
      });
    });
  });
}

template <class T>
void take_positions(const PoolDims& dims, const T* x, const std::int32_t* positions, T* y) {
  const std::size_t n = volume(dims.result);
  for_each_plane(dims, [&](std::size_t from, std::size_t to) {
    for (std::size_t i = 0; i < n; ++i)
      y[to + i] = x[from + static_cast<std::size_t>(positions[to + i])];
  });
}

template <class T>
void add_at_positions(const PoolDims& dims, const T* y, const std::int32_t* positions, T* x) {
  const std::size_t n = volume(dims.result);
  for_each_plane(dims, [&](std::size_t from, std::size_t to) {
    std::fill_n(x + from, volume(dims.image), T(0));
    for (std::size_t i = 0; i < n; ++i)
      x[from + static_cast<std::size_t>(positions[to + i])] += y[to + i];
  });
}

template <class T>
void avg_pool(const PoolDims& dims, const T* x, T* y) {
  const Array<double> count = counts(dims);
  const std::size_t n = count.size();
  for_each_plane(dims, [&](std::size_t from, std::size_t to) {
    Array<double> sums = empty_array<double>({n});
    std::fill_n(sums.data(), n, 0.0);
    for_each_run(dims, [&](const Run& run) {
      const T* in = x + from + run.image;
      double* sum = sums.data() + run.result;
      for (std::size_t i = 0; i < run.count; ++i) sum[i] += static_cast<double>(in[i * run.step]);
    });
    for (std::size_t i = 0; i < n; ++i)
      y[to + i] = static_cast<T>(sums.data()[i] / count.data()[i]);
  });
}

template <class T>
void avg_spread(const PoolDims& dims, const T* y, T* x) {
  const Array<double> count = counts(dims);
  const std::size_t n = count.size(), pixels = volume(dims.image);
  for_each_plane(dims, [&](std::size_t from, std::size_t to) {
    Array<double> shares = empty_array<double>({n}), sums = empty_array<double>({pixels});
    std::fill_n(sums.data(), pixels, 0.0);
    for (std::size_t i = 0; i < n; ++i)
      shares.data()[i] = static_cast<double>(y[to + i]) / count.data()[i];
    for_each_run(dims, [&](const Run& run) {
      const double* share = shares.data() + run.result;
      double* sum = sums.data() + run.image;
      for (std::size_t i = 0; i < run.count; ++i) sum[i * run.step] += share[i];
    });
    for (std::size_t i = 0; i < pixels; ++i) x[from + i] = static_cast<T>(sums.data()[i]);
  });
}

#define XGRAD_POOL_KERNELS(T)                                                         \
  template void max_pool(const PoolDims&, const T*, T*, std::int32_t*);               \
  template void take_positions(const PoolDims&, const T*, const std::int32_t*, T*);   \
  template void add_at_positions(const PoolDims&, const T*, const std::int32_t*, T*); \
  template void avg_pool(const PoolDims&, const T*, T*);                              \
  template void avg_spread(const PoolDims&, const T*, T*);
XGRAD_POOL_KERNELS(float)
XGRAD_POOL_KERNELS(double)

}  // namespace xgrad
