// Losses of numbers against numbers, by their difference d = prediction - target.
#pragma once
#include <xgrad/ops/reduction.hpp>

namespace xgrad {

/// y = d^2, reduced.   gp = 2 g d, gt = -gp.   Saves both.   Throws std::invalid_argument if the
/// shapes differ, or for a mean of nothing, as all losses here.
template <class T>
Tensor<T> mean_squared_error(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                             Reduction reduction = Reduction::mean, Location at = here());

/// y = |d|, reduced.   gp = g sign d, so 0 where both are equal; gt = -gp.   Saves both.
template <class T>
Tensor<T> l1_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                  Reduction reduction = Reduction::mean, Location at = here());

/// y = d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), reduced.   gp = g d within, else
/// g delta sign d; gt = -gp.   Saves both.   Throws std::invalid_argument unless delta > 0.
/// (Huber 1964.)
template <class T>
Tensor<T> huber_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target, double delta = 1,
                     Reduction reduction = Reduction::mean, Location at = here());

/// y = huber_loss with delta = beta, divided by beta; |d| for beta = 0.   Gradients likewise.
/// Throws std::invalid_argument unless beta >= 0.
template <class T>
Tensor<T> smooth_l1_loss(const Tensor<T>& prediction, const Same<Tensor<T>>& target,
                         double beta = 1, Reduction reduction = Reduction::mean,
                         Location at = here());

}  // namespace xgrad
