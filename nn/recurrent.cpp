#include <xgrad/nn/recurrent.hpp>

#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/layout.hpp>

#include <cmath>

namespace xgrad::nn {

template <class T>
RecurrentStack<T>::RecurrentStack(const char* name, std::size_t gates, std::size_t in_features,
                                  std::size_t units, const RecurrentOptions& how,
                                  Generator& draws_from, Location at)
    : in(in_features), hidden(units), options(how) {
  if (in == 0 || hidden == 0 || options.layers == 0) {
    fail(name, "features, hidden units and layers of at least 1",
         to_string({in, hidden, options.layers}), at);
  }
  if (!(options.dropout >= 0 && options.dropout <= 1)) {
    fail(name, "a dropout in 0 .. 1", std::to_string(options.dropout), at);
  }
  const double bound = 1 / std::sqrt(static_cast<double>(hidden));
  const auto drawn = [&](const Shape& shape) {
    return uniform<T>(shape, -bound, bound, draws_from).requires_grad();
  };
  const std::size_t rows = gates * hidden;
  for (std::size_t i = 0; i < options.layers * directions(); ++i) {
    const std::size_t features = i < directions() ? in : directions() * hidden;
    RecurrentWeights<T>& layer = weights.emplace_back();
    layer.weight_ih = drawn({rows, features});
    layer.weight_hh = drawn({rows, hidden});
    if (!options.bias) continue;
    layer.bias_ih = drawn({rows});
    layer.bias_hh = drawn({rows});
  }
}

template <class T>
std::string RecurrentStack<T>::suffix(std::size_t i) const {
  const bool reverse = i % directions() == 1;
  return "_l" + std::to_string(i / directions()) + (reverse ? "_reverse" : "");
}

/// layer(x, weights, state, options) for each layer and direction.
template <class T>
template <class Layer>
LstmResult<T> RecurrentStack<T>::run(const char* name, const Tensor<T>& x,
                                     const LstmState<T>& state,
                                     const std::optional<Indices>& lengths, Location at,
                                     const Layer& layer) const {
  const std::size_t batch_axis = options.batch_first ? 0 : 1;
  const Shape states = {weights.size(), x.ndim() > batch_axis ? x.shape()[batch_axis] : 0, hidden};
  const auto part = [&](const Tensor<T>& of, std::size_t i) {
    if (!of.defined()) return Tensor<T>();
    if (of.shape() != states) {
      fail(name, "states " + to_string(states) + " for x " + to_string(x.shape()),
           to_string(of.shape()), at);
    }
    return slice(of, {static_cast<Slice::Index>(i)});
  };
  Generator& draws = generator != nullptr ? *generator : default_generator();
  LstmResult<T> result{x, {}, {}};
  std::vector<Tensor<T>> h, c;
  for (std::size_t i = 0; i < weights.size();) {
    std::vector<Tensor<T>> sides;
    for (bool reverse : {false, true}) {
      if (reverse && !options.bidirectional) break;
      const LstmResult<T> side =
          layer(result.y, weights[i], LstmState<T>{part(state.h, i), part(state.c, i)},
                SequenceOptions{options.batch_first, reverse, lengths});
      sides.push_back(side.y);
      h.push_back(side.h);
      if (side.c.defined()) c.push_back(side.c);
      ++i;
    }
    result.y = sides.size() == 1 ? sides[0] : concatenate(sides, -1);
    if (i < weights.size()) result.y = dropout(result.y, options.dropout, training, draws, at);
  }
  result.h = stack(h);
  if (!c.empty()) result.c = stack(c);
  return result;
}

template <class T>
LstmResult<T> RecurrentStack<T>::lstm(const Tensor<T>& x, const LstmState<T>& state,
                                      const std::optional<Indices>& lengths, Location at) const {
  return run("LSTM", x, state, lengths, at,
             [at](const auto&... given) { return xgrad::lstm(given..., at); });
}

template <class T>
RecurrentResult<T> RecurrentStack<T>::gru(const Tensor<T>& x, const Tensor<T>& h,
                                          const std::optional<Indices>& lengths,
                                          Location at) const {
  const LstmResult<T> result =
      run("GRU", x, {h, {}}, lengths, at,
          [at](const auto& input, const auto& of, const auto& state, const auto& how) {
            const RecurrentResult<T> one = xgrad::gru(input, of, state.h, how, at);
            return LstmResult<T>{one.y, one.h, {}};
          });
  return {result.y, result.h};
}

template <class T>
RecurrentResult<T> RecurrentStack<T>::rnn(const Tensor<T>& x, const Tensor<T>& h,
                                          const std::optional<Indices>& lengths,
                                          Location at) const {
  const LstmResult<T> result =
      run("RNN", x, {h, {}}, lengths, at,
          [this, at](const auto& input, const auto& of, const auto& state, const auto& how) {
            const RecurrentResult<T> one =
                xgrad::rnn(input, of, state.h, options.nonlinearity, how, at);
            return LstmResult<T>{one.y, one.h, {}};
          });
  return {result.y, result.h};
}

template struct RecurrentStack<float>;
template struct RecurrentStack<double>;

}  // namespace xgrad::nn
