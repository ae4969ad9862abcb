// Dropout: random zeros, against co-adaptation. What is drawn is kept as a bit per element.
#pragma once
#include <xgrad/ops/random.hpp>
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// y = x / (1 - p) where kept, else 0, each element kept with probability 1 - p by itself, in
/// training; otherwise, or for p = 0, x itself, and nothing is drawn.   gx = g / (1 - p) where
/// kept, else 0.   Keeps a bit per element. With p = 1 all is 0, whatever x is.   Throws
/// std::invalid_argument unless 0 <= p <= 1. (Srivastava et al. 2014; scaled in training, so that
/// nothing is to be done afterwards.) The elements take turns with the low and the high half of a
/// draw: kept if that, as a number below 2^32, is at least 2^32 p.
template <class T>
Tensor<T> dropout(const Tensor<T>& x, double p = 0.5, bool training = true,
                  Generator& generator = default_generator(), Location at = here());

}  // namespace xgrad
