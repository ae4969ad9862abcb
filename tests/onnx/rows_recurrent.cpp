// Recurrent layers, composed as ONNX defines them.
#include "table.hpp"

#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

/// What RNN, GRU and LSTM share, for one direction: inputs X, W, R, B, lengths, initial h.
template <class T>
class Recurrent {
 public:
  using Tensor = xg::Tensor<T>;
  Recurrent(const CallOf<T>& x, int gates) : x_(x), gates_(gates) {
    batch_first_ = x.integer("layout", 0) != 0;
    hidden_ = x.integer("hidden_size", 0);
  }

  /// Rows k H .. k H + H - 1 of input i, where H is the hidden size; zeros if it is left out.
  Tensor part(std::size_t i, int k) const {
    if (!x_.has(i)) return xg::zeros<T>({std::size_t(hidden_)});
    return slice(x_[i], {0, xg::range(k * hidden_, (k + 1) * hidden_)});
  }
  /// Gate k before its activation: the input's part, and that of the state.
  Tensor of_input(const Tensor& x, int k) const { return linear(x, part(1, k), part(3, k)); }
  Tensor of_state(const Tensor& h, int k) const {
    return linear(h, part(2, k), part(3, gates_ + k));
  }
  Tensor gate(const Tensor& x, const Tensor& h, int k) const {
    return of_input(x, k) + of_state(h, k);
  }

  /// All states and the last, for h = step(x, h) at each time.
  template <class Step>
  std::vector<Tensor> run(Step step) const {
    Tensor input = batch_first_ ? transpose(x_[0], {1, 0, 2}) : x_[0];
    std::size_t batch = input.shape()[1], hidden = std::size_t(hidden_);
    Tensor h = xg::zeros<T>({batch, hidden});
    if (x_.has(5)) h = reshape(x_[5], xg::Shape{batch, hidden});
    std::vector<Tensor> states;
    for (std::size_t t = 0; t < input.shape()[0]; ++t) {
      h = step(slice(input, {xg::Slice::Index(t)}), h);
      states.push_back(reshape(h, xg::Shape{1, 1, batch, hidden}));
    }
    Tensor all = concatenate(states), last = reshape(h, xg::Shape{1, batch, hidden});
    if (batch_first_) return {transpose(all, {2, 0, 1, 3}), transpose(last, {1, 0, 2})};
    return {all, last};
  }

 private:
  const CallOf<T>& x_;
  int gates_, hidden_;
  bool batch_first_;
};

template <class T>
std::vector<xg::Tensor<T>> rnn(const CallOf<T>& call) {
  Recurrent<T> cell(call, 1);
  return cell.run([&](auto x, auto h) { return tanh(cell.gate(x, h, 0)); });
}

template <class T>
std::vector<xg::Tensor<T>> gru(const CallOf<T>& call) {
  Recurrent<T> cell(call, 3);
  return cell.run([&](auto x, auto h) {
    xg::Tensor<T> update = sigmoid(cell.gate(x, h, 0)), reset = sigmoid(cell.gate(x, h, 1));
    xg::Tensor<T> candidate = tanh(cell.of_input(x, 2) + cell.of_state(reset * h, 2));
    return (1 - update) * candidate + update * h;
  });
}

template <class T>
std::vector<xg::Tensor<T>> lstm(const CallOf<T>& call) {
  Recurrent<T> cell(call, 4);
  xg::Tensor<T> c = 0;  // inputs 6 and 7: the initial c, and weights of c in the gates
  if (call.has(6)) c = slice(call[6], {0});
  return cell.run([&](auto x, auto h) {
    xg::Tensor<T> input = sigmoid(cell.gate(x, h, 0) + cell.part(7, 0) * c);
    xg::Tensor<T> forget = sigmoid(cell.gate(x, h, 2) + cell.part(7, 2) * c);
    c = forget * c + input * tanh(cell.gate(x, h, 3));
    xg::Tensor<T> output = sigmoid(cell.gate(x, h, 1) + cell.part(7, 1) * c);
    return output * tanh(c);
  });
}

}  // namespace

Rows recurrent_rows() {
  return {
      {"GRU", XGRAD_ROW(gru(x))},
      {"LSTM", XGRAD_ROW(lstm(x))},
      {"RNN", XGRAD_ROW(rnn(x))},
  };
}

}  // namespace onnx_cases
