#include <xgrad/ops/normalize.hpp>

#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/channels.hpp>
#include <xgrad/ops/kernels/normalize.hpp>
#include <xgrad/ops/layout.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/unary.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace xgrad {
namespace {

void check_eps(const char* op, double eps, Location at) {
  if (!(eps >= 0)) fail(op, "eps >= 0", std::to_string(eps), at);
}

template <class T>
void check_parameter(const char* op, const char* name, const Tensor<T>& parameter,
                     const Shape& shape, const Shape& x, Location at) {
  if (!parameter.defined() || parameter.shape() == shape) return;
  fail(op, std::string(name) + " of shape " + to_string(shape) + " for x of shape " + to_string(x),
       to_string(parameter.shape()), at);
}

/// The derivative as tensor operations. `axes` are the normalized ones.
template <bool Centered, class T>
void pull_recorded(Pullback<T>& p, const Tensor<T>& x, const Tensor<T>& weight,
                   const std::vector<int>& axes, double eps) {
  Tensor<T> centered = Centered ? x - mean(x, axes, keep_dims) : x;
  Tensor<T> scale = 1 / sqrt(mean(square(centered), axes, keep_dims) + eps);
  Tensor<T> h = centered * scale;
  if (p.wants(0)) {
    Tensor<T> u = weight.defined() ? p.g * weight : p.g;
    Tensor<T> rest = u - h * mean(u * h, axes, keep_dims);
    if (Centered) rest = rest - mean(u, axes, keep_dims);
    p.add(0, rest * scale);
  }
  if (p.wants(1)) p.add(1, p.g * h);
}

/// Mean and scale of each row of n elements.
template <bool Centered, class T>
Tensor<double> row_scales(const Tensor<T>& x, std::size_t n, double eps) {
  Tensor<double> scales = empty<double>({n == 0 ? 0 : x.size() / n, 2});
  launch(
      [n, eps](Array<double>& out, const Array<T>& in) {
        parallel_rows(in.size(), n, [&](std::size_t i) {
          const RowScale h = row_scale<Centered>(in.data() + i, n, eps);
          out.data()[2 * (i / n)] = h.mean;
          out.data()[2 * (i / n) + 1] = h.scale;
        });
      },
      scales, x);
  return scales;
}

/// The wanted gradients, in one kernel: of x, the weight, the bias.
template <bool Centered, class T>
void pull_rows(Pullback<T>& p, const Tensor<T>& x, const Tensor<T>& weight,
               const Tensor<double>& scales, std::size_t n) {
  std::array<Tensor<T>, 3> gradients;
  std::array<bool, 3> wanted{};
  Tensor<T> any;
  for (std::size_t i = 0; i < 3; ++i) {
    wanted[i] = p.wants(i);
    if (wanted[i]) any = gradients[i] = empty<T>(p.shape(i));
  }
  launch_writing<3>(
      [n, wanted, scaled = weight.defined()](Array<T>& gx, Array<T>& gw, Array<T>& gb,
                                             const Array<T>& g, const Array<T>& in,
                                             const Array<T>& w, const Array<double>& h) {
        const auto if_wanted = [&](std::size_t i, Array<T>& to) {
          return wanted[i] ? to.data() : nullptr;
        };
        const RowGradients<T> rows{h.size() / 2,
                                   n,
                                   g.data(),
                                   in.data(),
                                   scaled ? w.data() : nullptr,
                                   h.data(),
                                   if_wanted(0, gx),
                                   if_wanted(1, gw),
                                   if_wanted(2, gb)};
        rows.template run<Centered>();
      },
      or_else(gradients[0], any), or_else(gradients[1], any), or_else(gradients[2], any), p.g, x,
      or_else(weight, x), scales);
  for (std::size_t i = 0; i < 3; ++i) {
    if (wanted[i]) p.add(i, std::move(gradients[i]));
  }
}

/// What layer_norm and rms_norm share.
template <bool Centered, class T>
Tensor<T> normalize_last(const char* op, const Tensor<T>& x, const Shape& normalized,
                         const Tensor<T>& weight, const Tensor<T>& bias, double eps, Location at) {
  const Shape& shape = x.shape();
  std::size_t rank = normalized.size();
  if (rank == 0 || rank > shape.size() ||
      !std::equal(normalized.begin(), normalized.end(),
                  shape.end() - static_cast<std::ptrdiff_t>(rank))) {
    fail(op, "x (..., normalized) with normalized " + to_string(normalized), to_string(shape), at);
  }
  check_parameter(op, "weight", weight, normalized, shape, at);
  check_parameter(op, "bias", bias, normalized, shape, at);
  check_eps(op, eps, at);
  std::size_t n = size_of(normalized);
  const Tensor<double> scales = row_scales<Centered>(x, n, eps);
  Tensor<T> y = empty<T>(shape);
  launch(
      [n, scaled = weight.defined(), shifted = bias.defined()](Array<T>& out, const Array<T>& in,
                                                               const Array<T>& w, const Array<T>& b,
                                                               const Array<double>& h) {
        with_elements(scaled ? w.data() : nullptr, T(1), [&](auto of_weight) {
          with_elements(shifted ? b.data() : nullptr, T(0), [&](auto of_bias) {
            parallel_rows(in.size(), n, [&](std::size_t i) {
              const double* scale = h.data() + 2 * (i / n);
              normalize_row(out.data() + i, in.data() + i, n, RowMap<T>({scale[0], scale[1]}),
                            of_weight, of_bias);
            });
          });
        });
      },
      y, x, or_else(weight, x), or_else(bias, x), scales);
  std::vector<int> axes;
  for (std::size_t i = 1; i <= rank; ++i) axes.push_back(-static_cast<int>(i));
  bool reads_weight = weight.defined() && x.tracked();
  return record(op, std::move(y), {&x, &weight, &bias},
                [n, eps, scales, axes = std::move(axes), saved_x = Saved<T>(x),
                 saved_w = reads_weight ? Saved<T>(weight) : Saved<T>()](Pullback<T>& p) {
                  const Tensor<T>& in = p.get(saved_x);
                  bool has_weight = saved_w.tensor().defined();
                  Tensor<T> w = has_weight ? p.get(saved_w) : Tensor<T>();
                  if (!recording() || n == 0) return pull_rows<Centered>(p, in, w, scales, n);
                  if (p.wants(0) || p.wants(1)) pull_recorded<Centered>(p, in, w, axes, eps);
                  if (p.wants(2)) p.add(2, p.g);
                });
}

/// The extents of x (n, channels, ...).
struct Channels {
  std::size_t batch, channels, inner;

  Channels(const char* op, const Shape& shape, Location at) {
    if (shape.size() < 2) fail(op, "x (n, channels, ...)", to_string(shape), at);
    batch = shape[0];
    channels = shape[1];
    inner = size_of(Shape(shape.begin() + 2, shape.end()));
  }
};

template <class T>
Tensor<T> affine(Tensor<T> x, const Tensor<T>& weight, const Tensor<T>& bias) {
  if (weight.defined()) x = x * per_channel(weight, x.ndim());
  if (bias.defined()) x = x + per_channel(bias, x.ndim());
  return x;
}

template <class T>
Tensor<T> normalize_groups(const char* op, const Tensor<T>& x, std::size_t groups,
                           const Tensor<T>& weight, const Tensor<T>& bias, double eps,
                           Location at) {
  Channels of(op, x.shape(), at);
  check_parameter(op, "weight", weight, {of.channels}, x.shape(), at);
  check_parameter(op, "bias", bias, {of.channels}, x.shape(), at);
  check_eps(op, eps, at);
  std::size_t n = of.channels / groups * of.inner;
  Tensor<T> rows = reshape(x, Shape{of.batch * groups, n}, at);
  Tensor<T> y = normalize_last<true>(op, rows, Shape{n}, Tensor<T>(), Tensor<T>(), eps, at);
  return affine(reshape(y, x.shape(), at), weight, bias);
}

}  // namespace

template <class T>
Tensor<T> layer_norm(const Tensor<T>& x, const Shape& normalized, const Same<Tensor<T>>& weight,
                     const Same<Tensor<T>>& bias, double eps, Location at) {
  return normalize_last<true>("layer_norm", x, normalized, weight, bias, eps, at);
}

template <class T>
Tensor<T> rms_norm(const Tensor<T>& x, const Shape& normalized, const Same<Tensor<T>>& weight,
                   double eps, Location at) {
  return normalize_last<false>("rms_norm", x, normalized, weight, Tensor<T>(), eps, at);
}

template <class T>
Tensor<T> group_norm(const Tensor<T>& x, int groups, const Same<Tensor<T>>& weight,
                     const Same<Tensor<T>>& bias, double eps, Location at) {
  Channels of("group_norm", x.shape(), at);
  if (groups < 1 || of.channels % static_cast<std::size_t>(groups) != 0) {
    fail("group_norm", "groups that divide the channels of " + to_string(x.shape()),
         std::to_string(groups), at);
  }
  return normalize_groups("group_norm", x, static_cast<std::size_t>(groups), weight, bias, eps, at);
}

template <class T>
Tensor<T> instance_norm(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                        const Same<Tensor<T>>& bias, double eps, Location at) {
  Channels of("instance_norm", x.shape(), at);
  if (of.inner == 1)
    fail("instance_norm", "at least two values per channel", to_string(x.shape()), at);
  return normalize_groups("instance_norm", x, std::max<std::size_t>(of.channels, 1), weight, bias,
                          eps, at);
}

template <class T>
Tensor<T> batch_norm(const Tensor<T>& x, const Same<Tensor<T>>& mean,
                     const Same<Tensor<T>>& variance, const Same<Tensor<T>>& weight,
                     const Same<Tensor<T>>& bias, double eps, Location at) {
  const char* op = "batch_norm";
  Channels of(op, x.shape(), at);
  check_parameter(op, "mean", mean, {of.channels}, x.shape(), at);
  check_parameter(op, "variance", variance, mean.shape(), x.shape(), at);
  check_parameter(op, "weight", weight, mean.shape(), x.shape(), at);
  check_parameter(op, "bias", bias, mean.shape(), x.shape(), at);
  check_eps(op, eps, at);
  Tensor<T> scale = 1 / sqrt(variance + eps);
  if (weight.defined()) scale = scale * weight;
  return affine(x - per_channel(mean, x.ndim()), scale, bias);
}

template <class T>
BatchNorm<T> batch_norm_training(const Tensor<T>& x, const Same<Tensor<T>>& weight,
                                 const Same<Tensor<T>>& bias, double eps, Location at) {
  const char* op = "batch_norm_training";
  Channels of(op, x.shape(), at);
  check_parameter(op, "weight", weight, {of.channels}, x.shape(), at);
  check_parameter(op, "bias", bias, {of.channels}, x.shape(), at);
  check_eps(op, eps, at);
  std::size_t n = of.batch * of.inner;
  if (n < 2) fail(op, "at least two values per channel", to_string(x.shape()), at);
  Tensor<T> channels = swapaxes(x, 0, 1, at), rows = reshape(channels, Shape{of.channels, n}, at);
  Tensor<T> y = normalize_last<true>(op, rows, Shape{n}, Tensor<T>(), Tensor<T>(), eps, at);
  y = swapaxes(reshape(y, channels.shape(), at), 0, 1, at);
  BatchNorm<T> result{affine(y, weight, bias), Tensor<T>(), Tensor<T>()};
  NoGrad guard;
  result.mean = mean(rows, 1);
  result.variance = var(rows, 1, 1);
  return result;
}

template <class T>
Tensor<T> normalize(const Tensor<T>& x, int axis, double eps, Location at) {
  if (!(eps > 0)) fail("normalize", "eps > 0", std::to_string(eps), at);
  checked_axis("normalize", axis, x.shape(), at);
  T least = std::max(static_cast<T>(eps), std::numeric_limits<T>::min());
  Tensor<T> length = norm(x, 2, axis, keep_dims, at);
  return x / where(length <= least, least, length);
}

template <class T>
Tensor<T> cosine_similarity(const Tensor<T>& a, const Same<Tensor<T>>& b, int axis, double eps,
                            Location at) {
  const char* op = "cosine_similarity";
  Shape shape = broadcast_shape(op, a.shape(), b.shape(), at);
  checked_axis(op, axis, shape, at);
  if (!(eps > 0)) fail(op, "eps > 0", std::to_string(eps), at);
  auto unit = [&](const Tensor<T>& x) {
    return normalize(x.shape() == shape ? x : broadcast_to(x, shape, at), axis, eps, at);
  };
  return sum(unit(a) * unit(b), axis);
}

#define XGRAD_NORMALIZE(T)                                                                         \
  template Tensor<T> layer_norm(const Tensor<T>&, const Shape&, const Tensor<T>&,                  \
                                const Tensor<T>&, double, Location);                               \
  template Tensor<T> rms_norm(const Tensor<T>&, const Shape&, const Tensor<T>&, double, Location); \
  template Tensor<T> group_norm(const Tensor<T>&, int, const Tensor<T>&, const Tensor<T>&, double, \
                                Location);                                                         \
  template Tensor<T> instance_norm(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&, double,   \
                                   Location);                                                      \
  template Tensor<T> batch_norm(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,              \
                                const Tensor<T>&, const Tensor<T>&, double, Location);             \
  template BatchNorm<T> batch_norm_training(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&,  \
                                            double, Location);                                     \
  template Tensor<T> normalize(const Tensor<T>&, int, double, Location);                           \
  template Tensor<T> cosine_similarity(const Tensor<T>&, const Tensor<T>&, int, double, Location);
XGRAD_NORMALIZE(float)
XGRAD_NORMALIZE(double)

}  // namespace xgrad
