// Recurrent layers: one or several, one above the other, in one or both directions.
#pragma once
#include <xgrad/nn/observe.hpp>
#include <xgrad/nn/random.hpp>
#include <xgrad/ops/recurrent.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::nn {

struct RecurrentOptions {
  std::size_t layers = 1;
  bool bidirectional = false;
  double dropout = 0;        // of the results of all layers but the last, in training
  bool batch_first = false;  // x (batch, length, features), not (length, batch, features)
  bool bias = true;
  Nonlinearity nonlinearity = Nonlinearity::tanh;  // of an RNN
};

/// What LSTM, GRU and RNN share: layers 0, 1, ... of both directions, each reading what the one
/// below makes of the sequence, the results of its directions side by side.
template <class T>
struct RecurrentStack {
  std::size_t in, hidden;
  RecurrentOptions options;
  std::vector<RecurrentWeights<T>> weights;  // of layer 0, of layer 0 in reverse, of layer 1, ...
  Generator* generator = nullptr;            // of dropout; null: default_generator()
  bool training = true;

  /// Parameters uniform in +-1 / sqrt(hidden), as in PyTorch.
  RecurrentStack(const char* name, std::size_t gates, std::size_t in_features, std::size_t units,
                 const RecurrentOptions& how, Generator& draws_from, Location at);

  std::size_t directions() const { return options.bidirectional ? 2 : 1; }
  LstmResult<T> lstm(const Tensor<T>& x, const LstmState<T>& state,
                     const std::optional<Indices>& lengths, Location at) const;
  RecurrentResult<T> gru(const Tensor<T>& x, const Tensor<T>& h,
                         const std::optional<Indices>& lengths, Location at) const;
  RecurrentResult<T> rnn(const Tensor<T>& x, const Tensor<T>& h,
                         const std::optional<Indices>& lengths, Location at) const;

  /// The names are PyTorch's: weight_ih_l0, ..., bias_hh_l1_reverse.
  template <class Visitor>
  void visit(Visitor&& visitor) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::string place = suffix(i);
      visitor("weight_ih" + place, weights[i].weight_ih);
      visitor("weight_hh" + place, weights[i].weight_hh);
      visitor("bias_ih" + place, weights[i].bias_ih);
      visitor("bias_hh" + place, weights[i].bias_hh);
    }
    visitor("training", training);
  }

 private:
  std::string suffix(std::size_t i) const;
  template <class Layer>
  LstmResult<T> run(const char* name, const Tensor<T>& x, const LstmState<T>& state,
                    const std::optional<Indices>& lengths, Location at, const Layer& layer) const;
};

/// Long short-term memory; see xgrad::lstm. x is (length, batch, in), or (batch, length, in) if
/// batch_first.
template <class T = float>
struct LSTM {
  using value_type = T;
  RecurrentStack<T> stack;

  /// Throws std::invalid_argument if a number is 0, or unless 0 <= dropout <= 1.
  LSTM(std::size_t in, std::size_t hidden, const RecurrentOptions& options = {},
       Generator& generator = default_generator(), Location at = here())
      : stack("LSTM", 4, in, hidden, options, generator, at) {}

  /// y of the last layer, (length, batch, directions hidden) or with the first two exchanged.
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return run(x, {}, {}, at).y;
  }
  /// The same with the final states, (layers directions, batch, hidden), from given ones, zeros by
  /// default; `lengths` are the valid steps of each sequence. Throws std::invalid_argument for
  /// shapes that do not fit.
  LstmResult<T> run(const Tensor<T>& x, const LstmState<T>& state = {},
                    const std::optional<Indices>& lengths = {}, Location at = here()) const {
    LstmResult<T> result = stack.lstm(x, state, lengths, at);
    result.y = observed(*this, result.y);
    return result;
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    stack.visit(visitor);
  }
};

/// Gated recurrent units; see xgrad::gru. Otherwise as LSTM.
template <class T = float>
struct GRU {
  using value_type = T;
  RecurrentStack<T> stack;

  GRU(std::size_t in, std::size_t hidden, const RecurrentOptions& options = {},
      Generator& generator = default_generator(), Location at = here())
      : stack("GRU", 3, in, hidden, options, generator, at) {}

  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return run(x, {}, {}, at).y;
  }
  RecurrentResult<T> run(const Tensor<T>& x, const Tensor<T>& h = {},
                         const std::optional<Indices>& lengths = {}, Location at = here()) const {
    RecurrentResult<T> result = stack.gru(x, h, lengths, at);
    result.y = observed(*this, result.y);
    return result;
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    stack.visit(visitor);
  }
};

/// Simple recurrent units with tanh or relu; see xgrad::rnn. Otherwise as LSTM.
template <class T = float>
struct RNN {
  using value_type = T;
  RecurrentStack<T> stack;

  RNN(std::size_t in, std::size_t hidden, const RecurrentOptions& options = {},
      Generator& generator = default_generator(), Location at = here())
      : stack("RNN", 1, in, hidden, options, generator, at) {}

  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return run(x, {}, {}, at).y;
  }
  RecurrentResult<T> run(const Tensor<T>& x, const Tensor<T>& h = {},
                         const std::optional<Indices>& lengths = {}, Location at = here()) const {
    RecurrentResult<T> result = stack.rnn(x, h, lengths, at);
    result.y = observed(*this, result.y);
    return result;
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    stack.visit(visitor);
  }
};

}  // namespace xgrad::nn
