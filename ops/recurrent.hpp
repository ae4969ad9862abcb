// Recurrent layers over whole sequences, one layer and one direction in a node, and single steps of
// them. The weights are in PyTorch's form: the gates one below the other.
#pragma once
#include <xgrad/ops/indices.hpp>
#include <xgrad/ops/rules.hpp>

#include <optional>

namespace xgrad {

/// The parameters of a layer in one direction: weight_ih (gates hidden, features) for the input,
/// weight_hh (gates hidden, hidden) for the state, and the biases (gates hidden) of both products,
/// or none.
template <class T>
struct RecurrentWeights {
  Tensor<T> weight_ih, weight_hh, bias_ih = {}, bias_hh = {};
};

/// How a sequence is laid out and walked.
struct SequenceOptions {
  bool batch_first = false;  // x (batch, length, features), not (length, batch, features)
  bool reverse = false;      // from the last step to the first
  // The number of valid steps of each sequence, as in PyTorch's pack_padded_sequence, but in any
  // order: what follows is not read, y is 0 there, the final state is that of the last valid step,
  // and the reverse direction starts at that one.
  std::optional<Indices> lengths = {};
};

/// The results of a layer: y for every step, laid out as x, and the final states (batch, hidden).
template <class T>
struct RecurrentResult {
  Tensor<T> y, h;
};
template <class T>
struct LstmResult {
  Tensor<T> y, h, c;
};
/// The states of an LSTM, both (batch, hidden); zeros where they are undefined.
template <class T>
struct LstmState {
  Tensor<T> h, c;
};

/// What follows the sum in the steps of an RNN.
enum class Nonlinearity { tanh, relu };

/// A layer of long short-term memory over x (length, batch, features):   a = W x + b_W + U h + b_U
/// with rows for the gates i, f, j, o;   c' = sigmoid(a_f) c + sigmoid(a_i) tanh(a_j);   h' =
/// sigmoid(a_o) tanh(c').   Gradients to x, all parameters and the initial state by
/// backpropagation through time.   Saves x, the weights, and 7 numbers per unit and step.   Throws
/// std::invalid_argument for a length of 0, shapes that do not fit, one bias without the other, or
/// lengths outside 1 .. length. (Hochreiter & Schmidhuber 1997; Gers et al. 2000.)
template <class T>
LstmResult<T> lstm(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                   const LstmState<T>& state = {}, const SequenceOptions& options = {},
                   Location at = here());

/// A layer of gated recurrent units, the reset gate acting after the product, as PyTorch's:
/// r = sigmoid(W_r x + U_r h), z = sigmoid(W_z x + U_z h), each with two biases;   n = tanh(W_n x +
/// b_W + r (U_n h + b_U));   h' = (1 - z) n + z h.   Gradients as for lstm.   Saves x, the
/// weights, and 5 numbers per unit and step.   Throws as lstm. (Cho et al. 2014.)
template <class T>
RecurrentResult<T> gru(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                       const Same<Tensor<T>>& h = Tensor<T>(), const SequenceOptions& options = {},
                       Location at = here());

/// A layer of simple recurrent units:   h' = f(W x + b_W + U h + b_U), f = tanh or relu.
/// Gradients as for lstm; relu'(0) = 0.   Saves x, the weights, and 2 numbers per unit and step.
/// Throws as lstm. (Elman 1990.)
template <class T>
RecurrentResult<T> rnn(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                       const Same<Tensor<T>>& h = Tensor<T>(),
                       Nonlinearity nonlinearity = Nonlinearity::tanh,
                       const SequenceOptions& options = {}, Location at = here());

/// One step of lstm: the states after x (batch, features).   Gradients as for lstm.   Throws
/// std::invalid_argument for shapes that do not fit.
template <class T>
LstmState<T> lstm_cell(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                       const LstmState<T>& state = {}, Location at = here());
/// One step of gru: the state after x (batch, features).   Gradients as for gru.   Throws as
/// lstm_cell.
template <class T>
Tensor<T> gru_cell(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                   const Same<Tensor<T>>& h = Tensor<T>(), Location at = here());
/// One step of rnn: the state after x (batch, features).   Gradients as for rnn.   Throws as
/// lstm_cell.
template <class T>
Tensor<T> rnn_cell(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                   const Same<Tensor<T>>& h = Tensor<T>(),
                   Nonlinearity nonlinearity = Nonlinearity::tanh, Location at = here());

}  // namespace xgrad
