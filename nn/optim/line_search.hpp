// A search along a line for a step that satisfies the strong Wolfe conditions.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <functional>

namespace xgrad::nn {

/// A place on the line x + t d: the function's value there, its slope along d, and its gradient.
template <class T>
struct LinePoint {
  double t = 0, value = 0, slope = 0;
  Tensor<T> gradient;
};

struct LineSearchOptions {
  double decrease = 1e-4, curvature = 0.9;  // c1 and c2
  double least_bracket = 1e-9;              // times direction_size: a bracket not to be refined
  double direction_size = 1;                // the greatest magnitude in d
  int max_evaluations = 25;
};

/// The minimum of the cubic with values and slopes of two points, within [low, high]; the middle
/// where there is none (Nocedal & Wright 2006, eq. 3.59).
double cubic_minimum(double a, double value_a, double slope_a, double b, double value_b,
                     double slope_b, double low, double high);

/// A point t > 0 with
///   f(t) <= f(0) + decrease t f'(0)   and   |f'(t)| <= curvature |f'(0)|,
/// from `start` at t = 0 with a negative slope, first tried at `t`; the lowest found if
/// max_evaluations are over before (Nocedal & Wright 2006, Algorithms 3.5 and 3.6). A value that is
/// no number counts as too high. `evaluations` receives the number of calls of `at`.
template <class T>
LinePoint<T> strong_wolfe(const std::function<LinePoint<T>(double)>& at, const LinePoint<T>& start,
                          double t, const LineSearchOptions& options, int& evaluations);

}  // namespace xgrad::nn
