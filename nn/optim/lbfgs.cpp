#include <xgrad/nn/optim/lbfgs.hpp>
#include <xgrad/nn/optim/line_search.hpp>
#include <xgrad/nn/optim/optimizer.hpp>
#include <xgrad/nn/optim/option_check.hpp>
#include <xgrad/ops/kernels/reduce.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace xgrad::nn {
namespace {

template <class T>
double scalar_product(const Tensor<T>& a, const Tensor<T>& b) {
  const T *x = a.data(), *y = b.data();
  return fold_elements<SumOf, double>(a.size(), [x, y](std::size_t i) {
    return static_cast<double>(x[i]) * static_cast<double>(y[i]);
  });
}
template <class T>
double absolute_sum(const Tensor<T>& a) {
  return fold_row<AbsoluteSumOf>(a.data(), a.size());
}
template <class T>
double greatest(const Tensor<T>& a) {
  const T* x = a.data();
  return fold_elements<ExtremeOf<true>, double>(
      a.size(), [x](std::size_t i) { return std::abs(static_cast<double>(x[i])); });
}
/// y = a x + b y.
template <class T>
void combine(double a, const Tensor<T>& x, double b, const Tensor<T>& y) {
  const T* from = x.data();
  T* to = y.mutable_value().data();
  const T of_x = static_cast<T>(a), of_y = static_cast<T>(b);
  for (std::size_t i = 0; i < x.size(); ++i) to[i] = of_x * from[i] + of_y * to[i];
}
template <class T>
Tensor<T> scaled(double a, const Tensor<T>& x) {
  Tensor<T> y = zeros<T>(x.shape());
  combine(a, x, 0, y);
  return y;
}

}  // namespace

template <class T>
LBFGS<T>::LBFGS(const std::vector<Tensor<T>>& parameters, const LBFGSOptions& options, Location at)
    : options_(options), s_(options.history_size), y_(options.history_size) {
  check_trainable("LBFGS", parameters, at);
  const OptionCheck check("LBFGS", at);
  check(options.learning_rate > 0, "learning_rate > 0", options.learning_rate);
  check(options.max_iterations >= 1, "max_iterations >= 1", options.max_iterations);
  check(options.max_evaluations >= 0, "max_evaluations >= 0", options.max_evaluations);
  check(options.tolerance_gradient >= 0, "tolerance_gradient >= 0", options.tolerance_gradient);
  check(options.tolerance_change >= 0, "tolerance_change >= 0", options.tolerance_change);
  check(options.history_size >= 1, "history_size >= 1", static_cast<double>(options.history_size));
  std::set<const void*> seen;
  for (const Tensor<T>& p : parameters) {
    if (!seen.insert(p.node().get()).second) continue;
    parameters_.push_back(p);
    size_ += p.size();
  }
}

template <class T>
LBFGS<T>::LBFGS(LBFGS&&) noexcept = default;
template <class T>
LBFGS<T>::~LBFGS() = default;

template <class T>
void LBFGS<T>::zero_grad() const noexcept {
  for (const Tensor<T>& p : parameters_) p.zero_grad();
}

/// All parameters, one behind the other.
template <class T>
Tensor<T> LBFGS<T>::gathered() const {
  Tensor<T> x = empty<T>({size_});
  T* to = x.mutable_value().data();
  for (const Tensor<T>& p : parameters_) to = std::copy_n(p.data(), p.size(), to);
  return x;
}

/// Sets the parameters to x + t d.
template <class T>
void LBFGS<T>::place(const Tensor<T>& x, double t, const Tensor<T>& d) {
  const T *from = x.data(), *along = d.data(), length = static_cast<T>(t);
  for (const Tensor<T>& p : parameters_) {
    T* to = p.mutable_value().data();
    for (std::size_t i = 0; i < p.size(); ++i) to[i] = from[i] + length * along[i];
    from += p.size();
    along += p.size();
  }
}

template <class T>
typename LBFGS<T>::Evaluation LBFGS<T>::evaluate(const Loss& loss) {
  ++evaluations_;
  zero_grad();
  const Recording scope(true);
  const Tensor<T> value = loss();
  value.backward();
  Evaluation result{static_cast<double>(value.item()), zeros<T>({size_})};
  T* to = result.gradient.mutable_value().data();
  for (const Tensor<T>& p : parameters_) {
    if (p.has_grad()) std::copy_n(p.grad().data(), p.size(), to);
    to += p.size();
  }
  return result;
}

template <class T>
void LBFGS<T>::make_state() {
  for (Tensor<T>* tensor : {&gradient_, &step_}) {
    if (!tensor->defined()) *tensor = zeros<T>({size_});
  }
  for (std::size_t i = 0; i < s_.size(); ++i) {
    if (!s_[i].defined()) s_[i] = zeros<T>({size_});
    if (!y_[i].defined()) y_[i] = zeros<T>({size_});
  }
}

/// Keeps the pair of the last iteration, in place of the oldest if there is no more room.
template <class T>
void LBFGS<T>::remember(const Tensor<T>& gradient) {
  if (!step_.defined()) return;  // the last iteration was left by an exception
  Tensor<T> y = copy_of(gradient);
  combine(-1, gradient_, 1, y);
  if (!(scalar_product(y, step_) > 1e-10)) return;
  if (pairs_ == static_cast<std::int64_t>(s_.size())) {
    std::rotate(s_.begin(), s_.begin() + 1, s_.end());
    std::rotate(y_.begin(), y_.begin() + 1, y_.end());
    --pairs_;
  }
  s_[static_cast<std::size_t>(pairs_)] = std::move(step_);
  y_[static_cast<std::size_t>(pairs_)] = std::move(y);
  ++pairs_;
}

/// -H gradient, by the two-loop recursion.
template <class T>
Tensor<T> LBFGS<T>::direction(const Tensor<T>& gradient) {
  const auto count = static_cast<std::size_t>(pairs_);
  Tensor<T> d = scaled(-1, gradient);
  if (count == 0) return d;
  std::vector<double> weight(count), alpha(count);
  for (std::size_t i = count; i-- > 0;) {
    weight[i] = 1 / scalar_product(y_[i], s_[i]);
    alpha[i] = weight[i] * scalar_product(s_[i], d);
    combine(-alpha[i], y_[i], 1, d);
  }
  const Tensor<T>& last = y_[count - 1];
  d = scaled(1 / (weight[count - 1] * scalar_product(last, last)), d);
  for (std::size_t i = 0; i < count; ++i) {
    combine(alpha[i] - weight[i] * scalar_product(y_[i], d), s_[i], 1, d);
  }
  return d;
}

template <class T>
double LBFGS<T>::step(const Loss& loss) {
  if (size_ == 0) return static_cast<double>(loss().item());
  const int limit =
      options_.max_evaluations > 0 ? options_.max_evaluations : options_.max_iterations * 5 / 4;
  Evaluation now = evaluate(loss);
  const double before = now.value;
  int evaluations = 1;
  for (int i = 1; i <= options_.max_iterations; ++i) {
    if (i > 1 && evaluations >= limit) break;
    if (greatest(now.gradient) <= options_.tolerance_gradient) break;
    if (iterations_ > 0) remember(now.gradient);
    ++iterations_;
    const Tensor<T> d = direction(now.gradient);
    gradient_ = now.gradient;
    const double shrink = iterations_ == 1 ? std::min(1.0, 1 / absolute_sum(now.gradient)) : 1;
    double t = options_.learning_rate * shrink;
    const double slope = scalar_product(now.gradient, d), value = now.value;
    if (!(slope <= -options_.tolerance_change)) {
      step_ = zeros<T>({size_});
      break;
    }
    const Tensor<T> x = gathered();
    if (options_.line_search) {
      const auto at = [&](double length) {
        place(x, length, d);
        Evaluation there = evaluate(loss);
        const double along = scalar_product(there.gradient, d);
        return LinePoint<T>{length, there.value, along, std::move(there.gradient)};
      };
      LineSearchOptions search;
      search.least_bracket = options_.tolerance_change;
      search.direction_size = greatest(d);
      search.max_evaluations = limit - evaluations;
      int calls = 0;
      LinePoint<T> found =
          strong_wolfe<T>(at, {0, now.value, slope, now.gradient}, t, search, calls);
      evaluations += calls;
      t = found.t;
      now = {found.value, std::move(found.gradient)};
      place(x, t, d);
    } else {
      place(x, t, d);
      // The next step() evaluates here anyway.
      if (i < options_.max_iterations) {
        now = evaluate(loss);
        ++evaluations;
      }
    }
    step_ = scaled(t, d);
    if (greatest(step_) <= options_.tolerance_change) break;
    if (std::abs(now.value - value) < options_.tolerance_change) break;
  }
  return before;
}

template class LBFGS<float>;
template class LBFGS<double>;

}  // namespace xgrad::nn
