#include <xgrad/ops/recurrent.hpp>

#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/recurrent_formula.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad {

using recurrent::Inputs, recurrent::Problem;

namespace {

template <class T>
void check_input(const Problem& problem, const char* name, const Tensor<T>& tensor,
                 const Shape& shape, const Shape& x, Location at) {
  if (tensor.defined() && tensor.shape() == shape) return;
  fail(problem.op, std::string(name) + " " + to_string(shape) + " for x " + to_string(x),
       tensor.defined() ? to_string(tensor.shape()) : "none", at);
}

/// Fills in the hidden units, and checks all but x.
template <class T>
void check_inputs(Problem& problem, const Inputs<T>& inputs, Location at) {
  const auto& [x, weight_ih, weight_hh, bias_ih, bias_hh, h, c] = inputs;
  if (!weight_hh.defined() || weight_hh.ndim() != 2 || weight_hh.size() == 0) {
    fail(problem.op, "weight_hh (" + std::to_string(problem.gates()) + " hidden, hidden)",
         weight_hh.defined() ? to_string(weight_hh.shape()) : "none", at);
  }
  const std::size_t hidden = problem.dims.hidden = weight_hh.shape()[1];
  const std::size_t rows = problem.gates() * hidden;
  const auto check = [&, &given = x](const char* name, const Tensor<T>& tensor,
                                     const Shape& shape) {
    check_input(problem, name, tensor, shape, given.shape(), at);
  };
  check("weight_hh", weight_hh, {rows, hidden});
  check("weight_ih", weight_ih, {rows, problem.dims.in});
  if (bias_ih.defined() || bias_hh.defined()) {
    check("bias_ih", bias_ih, {rows});
    check("bias_hh", bias_hh, {rows});
  }
  if (h.defined()) check("h", h, {problem.dims.batch, hidden});
  if (c.defined()) check("c", c, {problem.dims.batch, hidden});
}

void take_lengths(Problem& problem, const SequenceOptions& options, Location at) {
  if (!options.lengths) return;
  const RecurrentDims& dims = problem.dims;
  if (options.lengths->shape() != Shape{dims.batch}) {
    fail(problem.op, "lengths of shape " + to_string({dims.batch}) + ", one per sequence",
         to_string(options.lengths->shape()), at);
  }
  for (std::int64_t length : *options.lengths) {
    if (length >= 1 && static_cast<std::size_t>(length) <= dims.length) continue;
    fail(problem.op, "lengths in 1 .. " + std::to_string(dims.length), std::to_string(length), at);
  }
  problem.lengths = options.lengths;
  problem.dims.lengths = problem.lengths->begin();
}

template <class T>
void pull_recorded(Pullback<T>& p, const Problem& problem, Inputs<T> inputs) {
  std::vector<Tensor<T>> wanted;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!p.wants(i)) continue;
    inputs[i] = alias(problem.op, inputs[i]);
    wanted.push_back(inputs[i]);
  }
  std::vector<Tensor<T>> g =
      grad_where_reached(recurrent::unrolled(problem, inputs), wanted, p.g, Graph::create, {});
  for (std::size_t i = 0, k = 0; i < inputs.size(); ++i) {
    if (!p.wants(i)) continue;
    if (g[k].defined()) p.add(i, g[k]);
    ++k;
  }
}

template <class T>
const T* data_of(const Tensor<T>& tensor) {
  return tensor.defined() ? tensor.data() : nullptr;
}
template <class T>
RecurrentInputs<T> pointers(const Inputs<T>& of) {
  return {data_of(of[0]), data_of(of[1]), data_of(of[2]), data_of(of[3]),
          data_of(of[4]), data_of(of[5]), data_of(of[6])};
}

/// What the way back needs beside the inputs.
template <class T>
struct Kept {
  Tensor<T> saved, before;
};

template <class T>
void pull(Pullback<T>& p, const Problem& problem, const Inputs<T>& inputs, const Kept<T>& kept) {
  Inputs<T> g;
  Tensor<T> some;
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (p.wants(i)) some = g[i] = empty<T>(p.shape(i));
  }
  launch(
      [problem, inputs, g](Array<T>&, const Array<T>& of_y, const Array<T>& saved,
                           const Array<T>& before) {
        const auto to = [&g](std::size_t i) {
          return g[i].defined() ? g[i].mutable_value().data() : nullptr;
        };
        recurrent_backward(problem.cell, problem.dims, pointers(inputs), of_y.data(), saved.data(),
                           before.data(), {to(0), to(1), to(2), to(3), to(4), to(5), to(6)});
      },
      some, p.g, kept.saved, kept.before);
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (g[i].defined()) p.add(i, g[i]);
  }
}

/// The states for every step and the final ones, along the axis of time: a node has one output.
template <class T>
Tensor<T> record_problem(const Problem& problem, const Inputs<T>& inputs) {
  const RecurrentDims& dims = problem.dims;
  bool wanted = false;
  for (const Tensor<T>& input : inputs) wanted = wanted || input.tracked();
  Kept<T> kept;
  if (wanted && recording()) {
    kept.saved = empty<T>({dims.rows(), recurrent_saved_width<T>(problem.cell, dims.hidden)});
    kept.before = empty<T>({dims.rows(), recurrent_state_width<T>(dims.hidden)});
  }
  const std::size_t steps = dims.length + dims.states;
  Tensor<T> y = empty<T>(dims.batch_first ? Shape{dims.batch, steps, dims.hidden}
                                          : Shape{steps, dims.batch, dims.hidden});
  Inputs<T> values;
  std::array<Saved<T>, std::tuple_size_v<Inputs<T>>> saved;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    values[i] = inputs[i].detach();
    saved[i] = Saved<T>(inputs[i]);
  }
  launch(
      [problem, values, kept](Array<T>& out) {
        const auto to = [](const Tensor<T>& tensor) {
          return tensor.defined() ? tensor.mutable_value().data() : nullptr;
        };
        recurrent_forward(problem.cell, problem.dims, pointers(values), out.data(), to(kept.saved),
                          to(kept.before));
      },
      y);
  const Tensor<T>* list[std::tuple_size_v<Inputs<T>>];
  for (std::size_t i = 0; i < inputs.size(); ++i) list[i] = &inputs[i];
  return record(problem.op, std::move(y), list, inputs.size(),
                [problem, saved = std::move(saved), kept](Pullback<T>& p) {
                  Inputs<T> in;
                  for (std::size_t i = 0; i < in.size(); ++i) {
                    if (i < 3 || recording()) in[i] = p.get(saved[i]);
                  }
                  recording() ? pull_recorded(p, problem, in) : pull(p, problem, in, kept);
                });
}

template <class T>
Inputs<T> inputs_of(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                    const LstmState<T>& state) {
  return {x,      weights.weight_ih, weights.weight_hh, weights.bias_ih, weights.bias_hh, state.h,
          state.c};
}

template <class T>
LstmResult<T> layer(const char* op, RecurrentCell cell, const Tensor<T>& x,
                    const RecurrentWeights<T>& weights, const LstmState<T>& state,
                    const SequenceOptions& options, Location at) {
  Problem problem{op, cell};
  if (x.ndim() != 3) {
    fail(op, options.batch_first ? "x (batch, length, features)" : "x (length, batch, features)",
         to_string(x.shape()), at);
  }
  RecurrentDims& dims = problem.dims;
  dims = {x.shape()[options.batch_first], x.shape()[!options.batch_first], x.shape()[2], 0};
  dims.batch_first = options.batch_first;
  dims.reverse = options.reverse;
  dims.states = cell == RecurrentCell::lstm ? 2 : 1;
  if (dims.length == 0) fail(op, "a length of at least 1", "x " + to_string(x.shape()), at);
  const Inputs<T> inputs = inputs_of(x, weights, state);
  check_inputs(problem, inputs, at);
  take_lengths(problem, options, at);
  const Tensor<T> all_states = record_problem(problem, inputs);
  const auto part = [&](Slice steps) {
    return slice(all_states,
                 dims.batch_first ? std::vector<Slice>{all, steps} : std::vector<Slice>{steps});
  };
  const Slice::Index length = static_cast<Slice::Index>(dims.length);
  return {part(range(0, length)), part(length), dims.states == 2 ? part(length + 1) : Tensor<T>()};
}

template <class T>
LstmState<T> cell_step(const char* op, RecurrentCell cell, const Tensor<T>& x,
                       const RecurrentWeights<T>& weights, const LstmState<T>& state, Location at) {
  Problem problem{op, cell};
  if (x.ndim() != 2) fail(op, "x (batch, features)", to_string(x.shape()), at);
  problem.dims = {1, x.shape()[0], x.shape()[1], 0};
  problem.dims.states = cell == RecurrentCell::lstm ? 2 : 1;
  const Inputs<T> inputs = inputs_of(x, weights, state);
  check_inputs(problem, inputs, at);
  const Tensor<T> states = record_problem(problem, inputs);
  return {slice(states, {1}), problem.dims.states == 2 ? slice(states, {2}) : Tensor<T>()};
}

RecurrentCell rnn_of(Nonlinearity nonlinearity) {
  return nonlinearity == Nonlinearity::relu ? RecurrentCell::rnn_relu : RecurrentCell::rnn_tanh;
}

}  // namespace

template <class T>
LstmResult<T> lstm(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                   const LstmState<T>& state, const SequenceOptions& options, Location at) {
  return layer("lstm", RecurrentCell::lstm, x, weights, state, options, at);
}

template <class T>
RecurrentResult<T> gru(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                       const Same<Tensor<T>>& h, const SequenceOptions& options, Location at) {
  LstmResult<T> result = layer("gru", RecurrentCell::gru, x, weights, {h, {}}, options, at);
  return {result.y, result.h};
}

template <class T>
RecurrentResult<T> rnn(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                       const Same<Tensor<T>>& h, Nonlinearity nonlinearity,
                       const SequenceOptions& options, Location at) {
  LstmResult<T> result = layer("rnn", rnn_of(nonlinearity), x, weights, {h, {}}, options, at);
  return {result.y, result.h};
}

template <class T>
LstmState<T> lstm_cell(const Tensor<T>& x, const RecurrentWeights<T>& weights,
                       const LstmState<T>& state, Location at) {
  return cell_step("lstm_cell", RecurrentCell::lstm, x, weights, state, at);
}

template <class T>
Tensor<T> gru_cell(const Tensor<T>& x, const RecurrentWeights<T>& weights, const Same<Tensor<T>>& h,
                   Location at) {
  return cell_step("gru_cell", RecurrentCell::gru, x, weights, {h, {}}, at).h;
}

template <class T>
Tensor<T> rnn_cell(const Tensor<T>& x, const RecurrentWeights<T>& weights, const Same<Tensor<T>>& h,
                   Nonlinearity nonlinearity, Location at) {
  return cell_step("rnn_cell", rnn_of(nonlinearity), x, weights, {h, {}}, at).h;
}

#define XGRAD_RECURRENT(T)                                                                        \
  template LstmResult<T> lstm(const Tensor<T>&, const RecurrentWeights<T>&, const LstmState<T>&,  \
                              const SequenceOptions&, Location);                                  \
  template RecurrentResult<T> gru(const Tensor<T>&, const RecurrentWeights<T>&, const Tensor<T>&, \
                                  const SequenceOptions&, Location);                              \
  template RecurrentResult<T> rnn(const Tensor<T>&, const RecurrentWeights<T>&, const Tensor<T>&, \
                                  Nonlinearity, const SequenceOptions&, Location);                \
  template LstmState<T> lstm_cell(const Tensor<T>&, const RecurrentWeights<T>&,                   \
                                  const LstmState<T>&, Location);                                 \
  template Tensor<T> gru_cell(const Tensor<T>&, const RecurrentWeights<T>&, const Tensor<T>&,     \
                              Location);                                                          \
  template Tensor<T> rnn_cell(const Tensor<T>&, const RecurrentWeights<T>&, const Tensor<T>&,     \
                              Nonlinearity, Location);
XGRAD_RECURRENT(float)
XGRAD_RECURRENT(double)

}  // namespace xgrad
