// Rows of layers of recurrent units, one above the other and in both directions: nn::LSTM and its
// kin with their parameters from the inputs, which are x, the parameters in the order of PyTorch's
// state_dict, and the states.
#include "op_table_recurrent.hpp"

#include <xgrad/nn/recurrent.hpp>

namespace op_table {
namespace {

using namespace recurrent;
namespace nn = xgrad::nn;

const Walk padded_both{false, false, {2, 3}}, whole_turned{true, false};

nn::RecurrentOptions both_ways(const Walk& walk) { return {2, true, 0.5, walk.batch_first}; }

/// The layer on the inputs: without dropout, for it is not in training.
template <class Layer, class X>
auto with_parameters(const X& x, const Walk& walk) {
  const std::size_t hidden = x[2].shape()[1];
  Layer layer(x[0].shape()[2], hidden, both_ways(walk));
  for (std::size_t i = 0; i < layer.stack.weights.size(); ++i) {
    layer.stack.weights[i] = {x[4 * i + 1], x[4 * i + 2], x[4 * i + 3], x[4 * i + 4]};
  }
  layer.stack.training = false;
  return layer;
}
template <class T>
auto lstm_layers(const Tensors<T>& x, const Walk& walk) {
  return all_of(
      with_parameters<nn::LSTM<T>>(x, walk).run(x[0], {x[17], x[18]}, options(walk).lengths));
}
template <class T>
auto gru_layers(const Tensors<T>& x, const Walk& walk) {
  return all_of(with_parameters<nn::GRU<T>>(x, walk).run(x[0], x[17], options(walk).lengths));
}
template <class T>
auto rnn_layers(const Tensors<T>& x, const Walk& walk) {
  return all_of(with_parameters<nn::RNN<T>>(x, walk).run(x[0], x[17], options(walk).lengths));
}

/// The naive form: one(layer) runs a layer in one direction.
template <class S, class One>
ref::Nd<S> naive(const Arrays<S>& x, Walk walk, bool with_c, One one) {
  const auto state = [&](std::size_t input, std::size_t i) {
    return ref::slice(x[input], {ref::Cut(int(i))});
  };
  const auto stacked = [](const std::vector<ref::Nd<S>>& parts) {
    return ref::flat(ref::concatenate(parts, 0));
  };
  ref::Nd<S> y = x[0];
  std::vector<ref::Nd<S>> h, c;
  for (std::size_t i = 0; i < 4; i += 2) {
    std::vector<ref::Nd<S>> sides;
    for (std::size_t side = i; side < i + 2; ++side) {
      walk.reverse = side != i;
      ref::Layer<S> layer{y, x[4 * side + 1], x[4 * side + 2], x[4 * side + 3], x[4 * side + 4]};
      layer.walk = walk;
      layer.h = state(17, side);
      if (with_c) layer.c = state(18, side);
      const ref::Recurrent<S> result = one(layer);
      sides.push_back(result.y);
      h.push_back(result.h);
      c.push_back(result.c);
    }
    y = ref::concatenate(sides, -1);
  }
  std::vector<ref::Nd<S>> parts = {ref::flat(y), stacked(h)};
  if (with_c) parts.push_back(stacked(c));
  return ref::concatenate(parts, 0);
}
#define NAIVE(cell, walk) \
  naive(x, walk, x.size() > 18, [](const auto& of) { return ref::cell(of); })

Sample sizes_of_layers(std::size_t gates, bool turned, std::size_t states) {
  const std::size_t length = 3, batch = 2, in = 2, hidden = 3, rows = gates * hidden;
  Sample sample = {turned ? Shape{batch, length, in} : Shape{length, batch, in}};
  for (std::size_t i = 0; i < 4; ++i) {
    sample.insert(sample.end(), {{rows, i < 2 ? in : 2 * hidden}, {rows, hidden}, {rows}, {rows}});
  }
  sample.insert(sample.end(), states, {4, batch, hidden});
  return sample;
}

std::vector<Row> layer_rows() {
  return {
      {"lstm_layers",
       "LSTM",
       FN(lstm_layers(x, whole_turned)),
       FN(NAIVE(lstm, whole_turned)),
       {sizes_of_layers(4, true, 2)},
       {gentle}},
      {"lstm_layers_padded",
       "LSTM",
       FN(lstm_layers(x, padded_both)),
       FN(NAIVE(lstm, padded_both)),
       {sizes_of_layers(4, false, 2)},
       {gentle}},
      {"gru_layers",
       "GRU",
       FN(gru_layers(x, whole_turned)),
       FN(NAIVE(gru, whole_turned)),
       {sizes_of_layers(3, true, 1)},
       {gentle}},
      {"gru_layers_padded",
       "GRU",
       FN(gru_layers(x, padded_both)),
       FN(NAIVE(gru, padded_both)),
       {sizes_of_layers(3, false, 1)},
       {gentle}},
      {"rnn_layers",
       "RNN",
       FN(rnn_layers(x, whole_turned)),
       FN(NAIVE(rnn, whole_turned)),
       {sizes_of_layers(1, true, 1)},
       {gentle}},
      {"rnn_layers_padded",
       "RNN",
       FN(rnn_layers(x, padded_both)),
       FN(NAIVE(rnn, padded_both)),
       {sizes_of_layers(1, false, 1)},
       {gentle}},
  };
}

const Family layers(layer_rows);

}  // namespace
}  // namespace op_table
