#include <xgrad/nn/optim/clip.hpp>
#include <xgrad/nn/optim/option_check.hpp>
#include <xgrad/ops/kernels/map.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace xgrad::nn {
namespace {

/// sum |g|^order, or the greatest |g|, added to what is known of the other gradients.
template <class T>
double gathered(double known, const Array<T>& g, double order) {
  const T* x = g.data();
  const std::size_t n = g.size();
  const auto magnitude = [x](std::size_t i) { return std::abs(static_cast<double>(x[i])); };
  if (std::isinf(order)) {
    using Greatest = ExtremeOf<true>;
    return Greatest::join(known, fold_elements<Greatest, double>(n, magnitude));
  }
  if (order == 2) return known + fold_row<SquareSumOf<double>>(x, n);
  if (order == 1) return known + fold_row<AbsoluteSumOf>(x, n);
  return known + fold_elements<SumOf, double>(n, [magnitude, order](std::size_t i) {
           return std::pow(magnitude(i), order);
         });
}

double norm_of(double total, double order) {
  return order == 2                        ? std::sqrt(total)
         : order == 1 || std::isinf(order) ? total
                                           : std::pow(total, 1 / order);
}

}  // namespace

template <class T>
double clip_grad_norm(const std::vector<Tensor<T>>& parameters, double max_norm, double order,
                      bool error_if_nonfinite, Location at) {
  const OptionCheck check("clip_grad_norm", at);
  check(max_norm >= 0, "max_norm >= 0", max_norm);
  check(order > 0, "order > 0", order);
  const Tensor<double> total(0.0);
  bool first = true;
  for (const Tensor<T>& p : parameters) {
    if (!p.has_grad()) continue;
    launch([order, first](Array<double>& sum,
                          const Array<T>& g) { sum() = gathered(first ? 0 : sum(), g, order); },
           total, p.grad());
    first = false;
  }
  const double norm = norm_of(total.item(), order);
  if (error_if_nonfinite && !std::isfinite(norm)) {
    misuse("clip_grad_norm", "the norm of the gradients is " + std::to_string(norm), at);
  }
  for (const Tensor<T>& p : parameters) {
    if (!p.has_grad()) continue;
    p.grad().written();
    launch(
        [order, max_norm](Array<T>& g, const Array<double>& sum) {
          const double factor = max_norm / (norm_of(sum(), order) + 1e-6);
          if (factor >= 1) return;
          const xgrad::Batch<T> scale(static_cast<T>(factor));
          update<T>(
              g.size(), [&](xgrad::Batch<T>& x) { x = x * scale; }, g.data());
        },
        p.grad(), total);
  }
  return norm;
}

template <class T>
void clip_grad_value(const std::vector<Tensor<T>>& parameters, double limit, Location at) {
  OptionCheck("clip_grad_value", at)(limit >= 0, "limit >= 0", limit);
  for (const Tensor<T>& p : parameters) {
    if (!p.has_grad()) continue;
    p.grad().written();
    launch(
        [limit](Array<T>& g) {
          const xgrad::Batch<T> most(static_cast<T>(limit)), least = -most;
          update<T>(
              g.size(), [&](xgrad::Batch<T>& x) { x = maximum(minimum(x, most), least); },
              g.data());
        },
        p.grad());
  }
}

template <class T>
ExponentialMovingAverage<T>::ExponentialMovingAverage(const std::vector<Tensor<T>>& tensors,
                                                      double decay, Location at)
    : tensors_(tensors), decay_(decay) {
  const OptionCheck check("ExponentialMovingAverage", at);
  check(decay >= 0 && decay <= 1, "decay in [0, 1]", decay);
  for (const Tensor<T>& tensor : tensors_) averages_.push_back(copy_of(tensor));
}

template <class T>
void ExponentialMovingAverage<T>::update() {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    averages_[i].written();
    launch(
        [decay = decay_](Array<T>& average, const Array<T>& p) {
          const xgrad::Batch<T> rest(static_cast<T>(1 - decay));
          xgrad::update<T>(
              average.size(),
              [&](xgrad::Batch<T>& a, const xgrad::Batch<T>& x) { a = a + rest * (x - a); },
              average.data(), p.data());
        },
        averages_[i], tensors_[i]);
  }
}

template <class T>
void ExponentialMovingAverage<T>::swap() {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    Array<T>& average = averages_[i].mutable_value();
    std::swap_ranges(average.data(), average.data() + average.size(),
                     tensors_[i].mutable_value().data());
  }
}

#define XGRAD_CLIP(T)                                                                            \
  template double clip_grad_norm(const std::vector<Tensor<T>>&, double, double, bool, Location); \
  template void clip_grad_value(const std::vector<Tensor<T>>&, double, Location);
XGRAD_CLIP(float)
XGRAD_CLIP(double)
template class ExponentialMovingAverage<float>;
template class ExponentialMovingAverage<double>;

}  // namespace xgrad::nn
