#include <xgrad/nn/optim/line_search.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace xgrad::nn {

double cubic_minimum(double a, double value_a, double slope_a, double b, double value_b,
                     double slope_b, double low, double high) {
  if (a > b) {
    std::swap(a, b);
    std::swap(value_a, value_b);
    std::swap(slope_a, slope_b);
  }
  const double d1 = slope_a + slope_b - 3 * (value_a - value_b) / (a - b);
  const double square = d1 * d1 - slope_a * slope_b;
  if (square >= 0) {
    const double d2 = std::sqrt(square);
    const double t = b - (b - a) * ((slope_b + d2 - d1) / (slope_b - slope_a + 2 * d2));
    if (!std::isnan(t)) return std::min(std::max(t, low), high);
  }
  return (low + high) / 2;
}

namespace {

template <class T>
double interpolated(const LinePoint<T>& a, const LinePoint<T>& b, double low, double high) {
  return cubic_minimum(a.t, a.value, a.slope, b.t, b.value, b.slope, low, high);
}

template <class T>
class Search {
 public:
  Search(const std::function<LinePoint<T>(double)>& at, const LinePoint<T>& start,
         const LineSearchOptions& options)
      : at_(at), start_(start), options_(options) {}

  LinePoint<T> run(double t) {
    LinePoint<T> before = start_, now = at_(t);
    evaluations_ = 1;
    for (int tries = 0; tries < options_.max_evaluations; ++tries) {
      if (too_high(now) || (tries > 1 && !(now.value < before.value))) {
        return zoom(before, now, tries);
      }
      if (flat(now)) return now;
      if (now.slope >= 0) return zoom(now, before, tries);
      t = interpolated(before, now, now.t + 0.01 * (now.t - before.t), 10 * now.t);
      before = std::move(now);
      now = at_(t);
      ++evaluations_;
    }
    return now.value < start_.value ? now : start_;
  }
  int evaluations() const noexcept { return evaluations_; }

 private:
  // Written so that a NaN is too high, and never lower.
  bool too_high(const LinePoint<T>& p) const {
    return !(p.value <= start_.value + options_.decrease * p.t * start_.slope);
  }
  bool flat(const LinePoint<T>& p) const {
    return std::abs(p.slope) <= -options_.curvature * start_.slope;
  }

  /// Narrows a bracket in which there are points that satisfy the conditions. `low` is the lowest
  /// point so far that is not too high, and the slope there points to `high`.
  LinePoint<T> zoom(LinePoint<T> low, LinePoint<T> high, int tries) {
    bool was_near_end = false;
    for (; tries < options_.max_evaluations; ++tries) {
      const double left = std::min(low.t, high.t), right = std::max(low.t, high.t);
      if ((right - left) * options_.direction_size < options_.least_bracket) break;
      double t = interpolated(low, high, left, right);
      // Too near an end twice, or at one: a tenth of the bracket away from it.
      const double margin = 0.1 * (right - left);
      const bool near_end = std::min(right - t, t - left) < margin;
      const bool moves = near_end && (was_near_end || t >= right || t <= left);
      if (moves) t = right - t < t - left ? right - margin : left + margin;
      was_near_end = near_end && !moves;

      LinePoint<T> now = at_(t);
      ++evaluations_;
      if (too_high(now) || now.value >= low.value) {
        high = std::move(now);
        continue;
      }
      const bool done = flat(now);
      if (!done && now.slope * (high.t - low.t) >= 0) high = std::move(low);
      low = std::move(now);
      if (done) break;
    }
    return low;
  }

  const std::function<LinePoint<T>(double)>& at_;
  const LinePoint<T>& start_;
  const LineSearchOptions& options_;
  int evaluations_ = 0;
};

}  // namespace

template <class T>
LinePoint<T> strong_wolfe(const std::function<LinePoint<T>(double)>& at, const LinePoint<T>& start,
                          double t, const LineSearchOptions& options, int& evaluations) {
  Search<T> search(at, start, options);
  LinePoint<T> found = search.run(t);
  evaluations = search.evaluations();
  return found;
}
template LinePoint<float> strong_wolfe(const std::function<LinePoint<float>(double)>&,
                                       const LinePoint<float>&, double, const LineSearchOptions&,
                                       int&);
template LinePoint<double> strong_wolfe(const std::function<LinePoint<double>(double)>&,
                                        const LinePoint<double>&, double, const LineSearchOptions&,
                                        int&);

}  // namespace xgrad::nn
