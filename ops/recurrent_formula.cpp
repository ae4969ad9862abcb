#include <xgrad/ops/recurrent_formula.hpp>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/layout.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/unary.hpp>

namespace xgrad::recurrent {
namespace {

template <class T>
Tensor<T> product(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias) {
  return bias.defined() ? linear(x, weight, bias) : matmul(x, transpose(weight));
}

/// The states after a step, from the products with x and with h.
template <class T>
LstmState<T> step(RecurrentCell cell, const Tensor<T>& of_x, const Tensor<T>& of_h,
                  const LstmState<T>& state) {
  const Slice::Index n = static_cast<Slice::Index>(state.h.shape()[1]);
  const auto gate = [n](const Tensor<T>& sums, int k) {
    return slice(sums, {all, range(k * n, (k + 1) * n)});
  };
  const auto sum = [&](int k) { return gate(of_x, k) + gate(of_h, k); };
  switch (cell) {
    case RecurrentCell::lstm: {
      const Tensor<T> c = sigmoid(sum(1)) * state.c + sigmoid(sum(0)) * tanh(sum(2));
      return {sigmoid(sum(3)) * tanh(c), c};
    }
    case RecurrentCell::gru: {
      const Tensor<T> n_gate = tanh(gate(of_x, 2) + sigmoid(sum(0)) * gate(of_h, 2));
      const Tensor<T> z = sigmoid(sum(1));
      return {(1 - z) * n_gate + z * state.h, {}};
    }
    case RecurrentCell::rnn_tanh:
      return {tanh(of_x + of_h), {}};
    case RecurrentCell::rnn_relu:
      break;
  }
  return {relu(of_x + of_h), {}};
}

}  // namespace

template <class T>
Tensor<T> unrolled(const Problem& problem, const Inputs<T>& inputs) {
  const RecurrentDims& dims = problem.dims;
  const auto& [x, weight_ih, weight_hh, bias_ih, bias_hh, h, c] = inputs;
  const Tensor<T> zero = zeros<T>({dims.batch, dims.hidden});
  LstmState<T> state{h.defined() ? h : zero, c.defined() ? c : zero};
  const Shape by_steps = dims.batch_first ? Shape{dims.batch, dims.length, dims.in}
                                          : Shape{dims.length, dims.batch, dims.in};
  const Tensor<T> of_x = product(reshape(x, by_steps), weight_ih, bias_ih);
  std::vector<Tensor<T>> y(dims.length + dims.states);
  for (std::size_t s = 0; s < dims.length; ++s) {
    const std::size_t t = dims.reverse ? dims.length - 1 - s : s;
    std::vector<Slice> at = {Slice(static_cast<Slice::Index>(t))};
    if (dims.batch_first) at.insert(at.begin(), all);
    LstmState<T> next =
        step(problem.cell, slice(of_x, at), product(state.h, weight_hh, bias_hh), state);
    y[t] = next.h;
    if (problem.lengths) {  // a state stays as it is where there is no step
      Array<bool> valid = empty_array<bool>({dims.batch, 1});
      for (std::size_t b = 0; b < dims.batch; ++b) valid.data()[b] = t < dims.length_of(b);
      y[t] = where(valid, next.h, zero);
      next.h = where(valid, next.h, state.h);
      if (next.c.defined()) next.c = where(valid, next.c, state.c);
    }
    state = next;
  }
  y[dims.length] = state.h;
  if (dims.states == 2) y[dims.length + 1] = state.c;
  return stack(y, dims.batch_first ? 1 : 0);
}

template Tensor<float> unrolled(const Problem&, const Inputs<float>&);
template Tensor<double> unrolled(const Problem&, const Inputs<double>&);

}  // namespace xgrad::recurrent
