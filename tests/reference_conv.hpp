// Naive convolutions and pooling, over any number of spatial axes, index by index.
#pragma once
#include "reference.hpp"

namespace reference {

using Numbers = std::vector<int>;  // one per spatial axis

struct Sliding {
  Numbers stride, padding, dilation;
  int groups = 1;
};

inline Shape spatial(const Shape& shape) { return Shape(shape.begin() + 2, shape.end()); }
inline Shape with_channels(std::size_t n, std::size_t c, const Shape& rest) {
  Shape shape = {n, c};
  shape.insert(shape.end(), rest.begin(), rest.end());
  return shape;
}

/// The place that element k of the window at p covers, along each axis; false if that is outside of
/// `image`.
inline bool covered(const Sliding& o, const Index& p, const Index& k, const Shape& image,
                    Index& place) {
  place.resize(p.size());
  for (std::size_t d = 0; d < p.size(); ++d) {
    int i = int(p[d]) * o.stride[d] + int(k[d]) * o.dilation[d] - o.padding[d];
    if (i < 0 || i >= int(image[d])) return false;
    place[d] = std::size_t(i);
  }
  return true;
}

/// Calls visit(n, the channels of image, weight and result, and their places) for every product of
/// a convolution of `image` by a weight (out, in / groups, kernel), with `result` positions.
template <class Visit>
void for_each_product(std::size_t batch, const Shape& weight, const Shape& image,
                      const Shape& result, const Sliding& o, Visit visit) {
  std::size_t out = weight[0] / std::size_t(o.groups), in = weight[1];
  Index place;
  for (std::size_t n = 0; n < batch; ++n) {
    for (std::size_t to = 0; to < weight[0]; ++to) {
      for (std::size_t c = 0; c < in; ++c) {
        for_each_index(result, [&](const Index& p) {
          for_each_index(spatial(weight), [&](const Index& k) {
            if (!covered(o, p, k, image, place)) return;
            visit(with_channels(n, to / out * in + c, place), with_channels(to, c, k),
                  with_channels(n, to, p));
          });
        });
      }
    }
  }
}

template <class S>
Nd<S> with_bias(const Nd<S>& y, const Nd<S>& bias) {
  return build<S>(y.shape, [&](const Index& i) { return y.at(i) + bias.data[i[1]]; });
}

template <class S>
Nd<S> conv(const Nd<S>& x, const Nd<S>& w, const Sliding& o) {
  Shape result;
  for (std::size_t d = 0; d < o.stride.size(); ++d) {
    int reach = o.dilation[d] * (int(w.shape[d + 2]) - 1) + 1;
    int room = int(x.shape[d + 2]) + 2 * o.padding[d] - reach;
    result.push_back(std::size_t(room / o.stride[d] + 1));
  }
  Nd<S> y(with_channels(x.shape[0], w.shape[0], result));
  for_each_product(x.shape[0], w.shape, spatial(x.shape), result, o,
                   [&](const Index& i, const Index& k, const Index& to) {
                     y.at(to) = y.at(to) + w.at(k) * x.at(i);
                   });
  return y;
}

template <class S>
Nd<S> conv_transpose(const Nd<S>& x, const Nd<S>& w, const Sliding& o, const Numbers& more) {
  Shape image;
  for (std::size_t d = 0; d < o.stride.size(); ++d) {
    int reach = o.dilation[d] * (int(w.shape[d + 2]) - 1) + 1;
    image.push_back(
        std::size_t((int(x.shape[d + 2]) - 1) * o.stride[d] + reach - 2 * o.padding[d] + more[d]));
  }
  Nd<S> y(with_channels(x.shape[0], w.shape[1] * std::size_t(o.groups), image));
  for_each_product(x.shape[0], w.shape, image, spatial(x.shape), o,
                   [&](const Index& to, const Index& k, const Index& i) {
                     y.at(to) = y.at(to) + w.at(k) * x.at(i);
                   });
  return y;
}

/// The elements under the window at p of one channel, and how many an average divides by.
template <class S>
struct Covered {
  std::vector<S> elements;
  double count = 0;
};

/// y = fold(covered) for windows of `kernel`; ceil_mode as PyTorch defines it.
template <class S, class Fold>
Nd<S> pool(const Nd<S>& x, const Numbers& kernel, const Sliding& o, bool ceil_mode, Fold fold) {
  Shape image = spatial(x.shape), result, window;
  for (std::size_t d = 0; d < kernel.size(); ++d) {
    int reach = o.dilation[d] * (kernel[d] - 1) + 1, n = int(image[d]), s = o.stride[d];
    int count = 1;
    while (count * s + reach <= n + 2 * o.padding[d]) ++count;
    bool cut = ceil_mode && (count - 1) * s + reach < n + 2 * o.padding[d];
    if (cut && count * s < n + o.padding[d]) ++count;
    result.push_back(std::size_t(count));
    window.push_back(std::size_t(kernel[d]));
  }
  return build<S>(with_channels(x.shape[0], x.shape[1], result), [&](const Index& i) {
    Covered<S> under;
    Index p(i.begin() + 2, i.end()), place;
    for_each_index(window, [&](const Index& k) {
      bool padded = true;  // within the image and its padding
      for (std::size_t d = 0; d < p.size(); ++d) {
        padded = padded && int(p[d]) * o.stride[d] + int(k[d]) * o.dilation[d] <
                               int(image[d]) + 2 * o.padding[d];
      }
      if (padded) under.count += 1;
      if (covered(o, p, k, image, place))
        under.elements.push_back(x.at(with_channels(i[0], i[1], place)));
    });
    return fold(under);
  });
}
/// y = fold(covered) for as many windows as `size` says.
template <class S, class Fold>
Nd<S> adaptive_pool(const Nd<S>& x, const Shape& size, Fold fold) {
  Shape image = spatial(x.shape);
  return build<S>(with_channels(x.shape[0], x.shape[1], size), [&](const Index& i) {
    Covered<S> under;
    for_each_index(image, [&](const Index& place) {
      for (std::size_t d = 0; d < size.size(); ++d) {
        double begin = std::floor(double(i[d + 2] * image[d]) / double(size[d]));
        double end = std::ceil(double((i[d + 2] + 1) * image[d]) / double(size[d]));
        if (double(place[d]) < begin || double(place[d]) >= end) return;
      }
      under.elements.push_back(x.at(with_channels(i[0], i[1], place)));
      under.count += 1;
    });
    return fold(under);
  });
}

template <class S>
S greatest_of(const Covered<S>& under) {
  return *std::max_element(under.elements.begin(), under.elements.end());
}
template <class S>
S mean_with_padding(const Covered<S>& under) {
  S total = 0;
  for (S element : under.elements) total = total + element;
  return total / S(under.count);
}
template <class S>
S mean_of(const Covered<S>& under) {
  return mean_with_padding(Covered<S>{under.elements, double(under.elements.size())});
}
// A fold by name, for any element type.
#define XGRAD_FOLD(name) [](const auto& under) { return reference::name(under); }

}  // namespace reference
