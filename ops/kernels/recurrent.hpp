// Recurrent layers over whole sequences, forward and backward through time. A row is one time step
// of one sequence of the batch.
#pragma once
#include <cstddef>
#include <cstdint>

namespace xgrad {

enum class RecurrentCell { lstm, gru, rnn_tanh, rnn_relu };

/// The extents of a problem, and where its rows lie: x has the shape (length, batch, in), or
/// (batch, length, in) if `batch_first`. The result y has as many further steps as the cell has
/// states: they hold the final states h and, of an LSTM, c.
struct RecurrentDims {
  std::size_t length, batch, in, hidden;
  bool batch_first = false, reverse = false;
  const std::int64_t* lengths = nullptr;  // of each sequence; all are whole if null
  std::size_t states = 1;

  std::size_t rows() const { return length * batch; }
  std::size_t length_of(std::size_t b) const {
    return lengths == nullptr ? length : static_cast<std::size_t>(lengths[b]);
  }
  /// The time of step s of sequence b: steps run backwards in time from the last valid one if
  /// `reverse`.
  std::size_t time(std::size_t s, std::size_t b) const {
    return reverse ? length_of(b) - 1 - s : s;
  }
  /// Numbers of rows of x and of y.
  std::size_t row(std::size_t t, std::size_t b) const {
    return batch_first ? b * length + t : t * batch + b;
  }
  /// Whether a row of x is one before the end of its sequence.
  bool valid(std::size_t number) const {
    return batch_first ? number % length < length_of(number / length)
                       : number / batch < length_of(number % batch);
  }
  std::size_t row_of_y(std::size_t t, std::size_t b) const {
    return batch_first ? b * (length + states) + t : t * batch + b;
  }
};

/// Elements kept per row for the way back: the gates and cells, and the state before the step.
template <class T>
std::size_t recurrent_saved_width(RecurrentCell cell, std::size_t hidden);
template <class T>
std::size_t recurrent_state_width(std::size_t hidden);

/// Inputs in PyTorch's form; null for a bias or state that is left out.
template <class T>
struct RecurrentInputs {
  const T *x, *weight_ih, *weight_hh, *bias_ih, *bias_hh, *h0, *c0;
};
/// y and the final states; `saved` and `before` (rows times the widths above), unless null.
template <class T>
void recurrent_forward(RecurrentCell cell, const RecurrentDims& dims,
                       const RecurrentInputs<T>& inputs, T* y, T* saved, T* before);

/// Where the gradients go; null for one that is not wanted.
template <class T>
struct RecurrentGradients {
  T *x, *weight_ih, *weight_hh, *bias_ih, *bias_hh, *h0, *c0;
};
/// The gradients for g, the cotangent of y and the final states. Reads x and the weights of
/// `inputs`.
template <class T>
void recurrent_backward(RecurrentCell cell, const RecurrentDims& dims,
                        const RecurrentInputs<T>& inputs, const T* g, const T* saved,
                        const T* before, const RecurrentGradients<T>& gradients);

}  // namespace xgrad
