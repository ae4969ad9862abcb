// Recurrent layers: by xgrad's, or, where ONNX lets the cell be another one (peepholes, a reset
// gate before the product), composed as ONNX defines them.
#include "table.hpp"

#include <xgrad/ops/recurrent.hpp>
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

/// ONNX's inputs as those of xgrad's layers, for one direction: its gates come in another order.
template <class T>
struct Layer {
  xg::Tensor<T> x;
  xg::RecurrentWeights<T> weights;
  xg::Tensor<T> h, c;
  xg::SequenceOptions options;

  Layer(const CallOf<T>& call, std::initializer_list<int> gates) : x(call[0]) {
    const Recurrent<T> parts(call, static_cast<int>(gates.size()));
    const auto joined = [&](std::size_t input, std::size_t skipped) {
      std::vector<xg::Tensor<T>> list;
      for (int gate : gates) list.push_back(parts.part(input, gate + static_cast<int>(skipped)));
      return concatenate(list);
    };
    weights = {joined(1, 0), joined(2, 0), joined(3, 0), joined(3, gates.size())};
    options.batch_first = call.integer("layout", 0) != 0;
    if (call.has(4)) options.lengths = call.indices(4);
    h = state(call, 5);
    c = state(call, 6);
  }
  /// Y (length, directions, batch, hidden) or (batch, length, directions, hidden), and the states.
  std::vector<xg::Tensor<T>> results(const xg::Tensor<T>& y, const xg::Tensor<T>& last_h,
                                     const xg::Tensor<T>& last_c) const {
    const int direction = options.batch_first ? 2 : 1, of_state = options.batch_first ? 1 : 0;
    std::vector<xg::Tensor<T>> all = {expand_dims(y, direction), expand_dims(last_h, of_state)};
    if (last_c.defined()) all.push_back(expand_dims(last_c, of_state));
    return all;
  }

 private:
  xg::Tensor<T> state(const CallOf<T>& call, std::size_t input) const {
    if (!call.has(input)) return {};
    return squeeze(call[input], xg::Axes(options.batch_first ? 1 : 0));
  }
};

template <class T>
std::vector<xg::Tensor<T>> rnn(const CallOf<T>& call) {
  const Layer<T> layer(call, {0});
  const auto [y, h] =
      xg::rnn(layer.x, layer.weights, layer.h, xg::Nonlinearity::tanh, layer.options);
  return layer.results(y, h, {});
}

template <class T>
std::vector<xg::Tensor<T>> gru(const CallOf<T>& call) {
  if (call.integer("linear_before_reset", 0) != 0) {
    const Layer<T> layer(call, {1, 0, 2});
    const auto [y, h] = xg::gru(layer.x, layer.weights, layer.h, layer.options);
    return layer.results(y, h, {});
  }
  Recurrent<T> cell(call, 3);
  return cell.run([&](auto x, auto h) {
    xg::Tensor<T> update = sigmoid(cell.gate(x, h, 0)), reset = sigmoid(cell.gate(x, h, 1));
    xg::Tensor<T> candidate = tanh(cell.of_input(x, 2) + cell.of_state(reset * h, 2));
    return (1 - update) * candidate + update * h;
  });
}

template <class T>
std::vector<xg::Tensor<T>> lstm(const CallOf<T>& call) {
  if (!call.has(7)) {
    const Layer<T> layer(call, {0, 2, 3, 1});
    const auto [y, h, c] = xg::lstm(layer.x, layer.weights, {layer.h, layer.c}, layer.options);
    return layer.results(y, h, c);
  }
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
