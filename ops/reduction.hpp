// What the losses share. They never broadcast: shapes that differ are an error, not a silent (n, n)
// loss.
#pragma once
#include <xgrad/ops/rules.hpp>

namespace xgrad {

/// What a loss returns: its elements, their mean (where classes have weights, the weighted mean),
/// their sum, or their sum divided by the first extent.
enum class Reduction { none, mean, sum, batch_mean };

/// y = the elements of a loss, reduced.   Throws std::invalid_argument naming `op` for the mean of
/// no elements, and for the mean over a batch without a first extent or one of 0.
template <class T>
Tensor<T> reduced(const char* op, const Tensor<T>& elements, Reduction reduction,
                  Location at = here());

/// Throws std::invalid_argument naming `op` unless both shapes are equal.
void check_same_shape(const char* op, const char* names, const Shape& a, const Shape& b,
                      Location at);

}  // namespace xgrad
