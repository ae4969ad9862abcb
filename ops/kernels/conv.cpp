#include <xgrad/ops/kernels/conv.hpp>
#include <xgrad/ops/kernels/conv_tile.hpp>
#include <xgrad/ops/kernels/parallel.hpp>

#include <algorithm>

namespace xgrad {
namespace {

/// Partial sums of the gradient of a weight, each over a part of the samples.
constexpr std::size_t weight_parts = 8;

std::size_t blocks_of(std::size_t channels, std::size_t width) {
  return (channels + width - 1) / width;
}

template <class T>
Array<T> zeroed(const Shape& shape) {
  Array<T> result = empty_array<T>(shape);
  std::fill_n(result.data(), result.size(), T(0));
  return result;
}

/// An image with a border around it, its channels next to each other, `width` at a time: channel c
/// of the pixel at offset p lies at ((c / width) * volume + p) * width + c % width.
struct Interleaved {
  Extents image, border, whole;
  std::size_t channels, width;

  Interleaved(const Extents& extents, const Extents& padding, std::size_t count, std::size_t wide)
      : image(extents), border(padding), channels(count), width(wide) {
    for (std::size_t d = 0; d < spatial_axes; ++d) whole[d] = image[d] + 2 * border[d];
  }
  std::size_t blocks() const { return blocks_of(channels, width); }
  std::size_t block_size() const { return volume(whole) * width; }
  Shape shape() const { return {blocks(), whole[0], whole[1], whole[2], width}; }
  std::size_t offset(std::size_t z, std::size_t y, std::size_t x) const {
    return ((z * whole[1] + y) * whole[2] + x) * width;
  }

  /// Calls row(a row of the image, channel by channel, and its place here, elements `width` apart).
  template <class Plain, class Here, class Row>
  void for_each_row(Plain* plain, Here* here, const Row& row) const {
    for (std::size_t c = 0; c < channels; ++c) {
      Here* block = here + c / width * block_size() + c % width;
      Plain* plane = plain + c * volume(image);
      for (std::size_t z = 0; z < image[0]; ++z) {
        for (std::size_t y = 0; y < image[1]; ++y) {
          row(c, plane + (z * image[1] + y) * image[2],
              block + offset(z + border[0], y + border[1], border[2]));
        }
      }
    }
  }
};

/// Copies an image in; the border is left as it is.
template <class T>
void interleave(const Interleaved& layout, const T* from, T* to) {
  layout.for_each_row(from, to, [&](std::size_t, const T* in, T* out) {
    for (std::size_t x = 0; x < layout.image[2]; ++x) out[x * layout.width] = in[x];
  });
}

/// Copies it out, plus a bias per channel if there is one, without what is negative if asked for.
template <class T>
void separate(const Interleaved& layout, const T* from, const T* bias, bool relu, T* to) {
  layout.for_each_row(to, from, [&](std::size_t c, T* y, const T* in) {
    T shift = bias == nullptr ? T(0) : bias[c];
    for (std::size_t x = 0; x < layout.image[2]; ++x) {
      T value = in[x * layout.width] + shift;
      y[x] = relu && value <= 0 ? T(0) : value;
    }
  });
}

/// Offsets of the pixels under the first element of the kernel, for each position of the result.
Offsets window_offsets(const ConvDims& dims, const Interleaved& layout) {
  Offsets result;
  for (std::size_t z = 0; z < dims.result[0]; ++z) {
    for (std::size_t y = 0; y < dims.result[1]; ++y) {
      for (std::size_t x = 0; x < dims.result[2]; ++x)
        result.push_back(layout.offset(z * dims.stride[0], y * dims.stride[1], x * dims.stride[2]));
    }
  }
  return result;
}
/// How much further the pixels under the other elements of the kernel lie; of its first `last`
/// columns only.
Offsets tap_offsets(const ConvDims& dims, const Interleaved& layout, std::size_t last) {
  Offsets result;
  for (std::size_t z = 0; z < dims.kernel[0]; ++z) {
    for (std::size_t y = 0; y < dims.kernel[1]; ++y) {
      for (std::size_t x = 0; x < last; ++x)
        result.push_back(
            layout.offset(z * dims.dilation[0], y * dims.dilation[1], x * dims.dilation[2]));
    }
  }
  return result;
}

/// 0, step, 2 step, ...
Offsets multiples(std::size_t count, std::size_t step) {
  Offsets result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(i * step);
  return result;
}

/// About how many samples and groups make a part for a thread.
std::size_t grain_of(const ConvDims& dims) {
  std::size_t products =
      volume(dims.result) * volume(dims.kernel) * std::max<std::size_t>(dims.in * dims.out, 1);
  return grain_rows(products / 8);
}

/// Visits each w[o, c, k] of each group: visit(w's element, group, o, c, k).
template <class T, class Visit>
void for_each_weight(const ConvDims& dims, T* w, const Visit& visit) {
  for (std::size_t group = 0; group < dims.groups; ++group) {
    for (std::size_t o = 0; o < dims.out; ++o) {
      for (std::size_t c = 0; c < dims.in; ++c) {
        for (std::size_t k = 0; k < volume(dims.kernel); ++k) visit(*w++, group, o, c, k);
      }
    }
  }
}

}  // namespace

template <class T>
void convolve(const ConvDims& dims, const T* x, const T* w, const T* bias, bool relu, T* y) {
  const std::size_t taps = volume(dims.kernel), terms = taps * dims.in;
  const Interleaved image(dims.image, dims.padding, dims.in, std::max<std::size_t>(dims.in, 1));
  const Interleaved result(dims.result, {0, 0, 0}, dims.out, panel_width<T>);
  const std::size_t panel = terms * panel_width<T>, panels = result.blocks() * panel;
  Array<T> weights = zeroed<T>({dims.groups, panels});
  for_each_weight(dims, w,
                  [&](T value, std::size_t group, std::size_t o, std::size_t c, std::size_t k) {
                    weights.data()[group * panels + o / panel_width<T> * panel +
                                   (k * dims.in + c) * panel_width<T> + o % panel_width<T>] = value;
                  });
  // What lies under one row of a kernel without gaps is contiguous: one segment.
  const bool whole_rows = dims.dilation[2] == 1;
  const Offsets windows = window_offsets(dims, image),
                segments = tap_offsets(dims, image, whole_rows ? 1 : dims.kernel[2]),
                rows = multiples(windows.size(), panel_width<T>);
  const std::size_t depth = whole_rows ? dims.kernel[2] * dims.in : dims.in;
  parallel_for(dims.batch * dims.groups, grain_of(dims), [&](std::size_t begin, std::size_t end) {
    Array<T> pixels = zeroed<T>(image.shape()), sums = empty_array<T>(result.shape());
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t group = i % dims.groups;
      interleave(image, x + i * dims.in * volume(dims.image), pixels.data());
      for (std::size_t block = 0; block < result.blocks(); ++block) {
        compute_tiles<T>({pixels.data(), windows, segments, depth, 1,
                          weights.data() + group * panels + block * panel,
                          sums.data() + block * result.block_size(), rows, false},
                         dims.out - block * panel_width<T>);
      }
      separate(result, sums.data(), bias == nullptr ? nullptr : bias + group * dims.out, relu,
               y + i * dims.out * volume(dims.result));
    }
  });
}

template <class T>
void convolve_transposed(const ConvDims& dims, const T* g, const T* w, const T* bias, T* x) {
  const std::size_t taps = volume(dims.kernel);
  const Interleaved image(dims.image, dims.padding, dims.in, panel_width<T>);
  const Interleaved result(dims.result, {0, 0, 0}, dims.out, std::max<std::size_t>(dims.out, 1));
  const std::size_t panel = dims.out * panel_width<T>, panels = image.blocks() * taps * panel;
  Array<T> weights = zeroed<T>({dims.groups, panels});
  for_each_weight(dims, w,
                  [&](T value, std::size_t group, std::size_t o, std::size_t c, std::size_t k) {
                    weights.data()[group * panels + (c / panel_width<T> * taps + k) * panel +
                                   o * panel_width<T> + c % panel_width<T>] = value;
                  });
  const Offsets windows = window_offsets(dims, image),
                offsets = tap_offsets(dims, image, dims.kernel[2]), start = {0},
                rows = multiples(windows.size(), result.width);
  parallel_for(dims.batch * dims.groups, grain_of(dims), [&](std::size_t begin, std::size_t end) {
    Array<T> numbers = empty_array<T>(result.shape()), sums = empty_array<T>(image.shape());
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t group = i % dims.groups;
      interleave(result, g + i * dims.out * volume(dims.result), numbers.data());
      std::fill_n(sums.data(), sums.size(), T(0));
      for (std::size_t block = 0; block < image.blocks(); ++block) {
        for (std::size_t k = 0; k < taps; ++k) {
          compute_tiles<T>({numbers.data(), rows, start, dims.out, 1,
                            weights.data() + group * panels + (block * taps + k) * panel,
                            sums.data() + block * image.block_size() + offsets[k], windows, true},
                           dims.in - block * panel_width<T>);
        }
      }
      separate(image, sums.data(), bias == nullptr ? nullptr : bias + group * dims.in, false,
               x + i * dims.in * volume(dims.image));
    }
  });
}

template <class T>
void convolve_weight(const ConvDims& dims, const T* x, const T* g, T* w) {
  const std::size_t taps = volume(dims.kernel), terms = taps * dims.in;
  const Interleaved image(dims.image, dims.padding, dims.in, std::max<std::size_t>(dims.in, 1));
  const Interleaved result(dims.result, {0, 0, 0}, dims.out, panel_width<T>);
  // A row of sums per element and channel of the kernel, a segment per row of the result.
  Offsets elements, segments;
  for (std::size_t tap : tap_offsets(dims, image, dims.kernel[2])) {
    for (std::size_t c = 0; c < dims.in; ++c) elements.push_back(tap + c);
  }
  for (std::size_t z = 0; z < dims.result[0]; ++z) {
    for (std::size_t y = 0; y < dims.result[1]; ++y)
      segments.push_back(image.offset(z * dims.stride[0], y * dims.stride[1], 0));
  }
  const Offsets rows = multiples(terms, panel_width<T>);
  const std::size_t panel = terms * panel_width<T>, panels = result.blocks() * panel,
                    all = dims.groups * panels;
  const std::size_t part = std::max<std::size_t>(1, blocks_of(dims.batch, weight_parts));
  Array<T> sums = zeroed<T>({std::max<std::size_t>(1, blocks_of(dims.batch, part)), all});
  parallel_parts(dims.batch, part, [&](std::size_t index, std::size_t begin, std::size_t end) {
    Array<T> pixels = zeroed<T>(image.shape()), numbers = zeroed<T>(result.shape());
    for (std::size_t i = begin * dims.groups; i < end * dims.groups; ++i) {
      const std::size_t group = i % dims.groups;
      interleave(image, x + i * dims.in * volume(dims.image), pixels.data());
      interleave(result, g + i * dims.out * volume(dims.result), numbers.data());
      for (std::size_t block = 0; block < result.blocks(); ++block) {
        compute_tiles<T>({pixels.data(), elements, segments, dims.result[2],
                          dims.stride[2] * dims.in, numbers.data() + block * result.block_size(),
                          sums.data() + index * all + group * panels + block * panel, rows, true},
                         dims.out - block * panel_width<T>);
      }
    }
  });
  for (std::size_t i = all; i < sums.size(); ++i) sums.data()[i % all] += sums.data()[i];
  for_each_weight(dims, w,
                  [&](T& value, std::size_t group, std::size_t o, std::size_t c, std::size_t k) {
                    value = sums.data()[group * panels + o / panel_width<T> * panel +
                                        (k * dims.in + c) * panel_width<T> + o % panel_width<T>];
                  });
}

#define XGRAD_CONV_KERNELS(T)                                                           \
  template void convolve(const ConvDims&, const T*, const T*, const T*, bool, T*);      \
  template void convolve_transposed(const ConvDims&, const T*, const T*, const T*, T*); \
  template void convolve_weight(const ConvDims&, const T*, const T*, T*);
XGRAD_CONV_KERNELS(float)
XGRAD_CONV_KERNELS(double)

}  // namespace xgrad
