// What the recurrent layers share: a problem, its inputs, and its formula in operations on tensors.
// Not part of the public interface.
#pragma once
#include <xgrad/ops/kernels/recurrent.hpp>
#include <xgrad/ops/recurrent.hpp>

#include <array>

namespace xgrad::recurrent {

/// x, weight_ih, weight_hh, bias_ih, bias_hh, h, c, the last four undefined where they are left
/// out.
template <class T>
using Inputs = std::array<Tensor<T>, 7>;

/// What a node computes; copies share the lengths, to which dims refers.
struct Problem {
  const char* op;
  RecurrentCell cell;
  RecurrentDims dims{};
  std::optional<Indices> lengths = {};

  std::size_t gates() const {
    return cell == RecurrentCell::lstm ? 4 : cell == RecurrentCell::gru ? 3 : 1;
  }
};

/// The states for every step and the final ones, along the axis of time, step by step in recorded
/// operations: for derivatives that are to be differentiated again.
template <class T>
Tensor<T> unrolled(const Problem& problem, const Inputs<T>& inputs);

}  // namespace xgrad::recurrent
