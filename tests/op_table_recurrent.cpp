// The rows of recurrent layers.
#include "op_table_recurrent.hpp"

namespace op_table {
namespace {

using namespace recurrent;

std::vector<Error> layer_errors(std::size_t gates) {
  Sample good = sizes(gates, 3, 2, 4, 5, 7);
  const auto with = [&](std::size_t i, const Shape& shape) {
    Sample sample = good;
    sample[i] = shape;
    return sample;
  };
  const std::size_t rows = gates * 5;
  return {
      {with(0, {0, 2, 4}), {"a length of at least 1", "(0, 2, 4)"}},
      {with(0, {2, 4}), {"x (length, batch, features)", "(2, 4)"}},
      {with(0, {3, 2, 6}), {"weight_ih (" + std::to_string(rows) + ", 6) for x (3, 2, 6)"}},
      {with(1, {rows + 1, 4}), {"weight_ih", "got (" + std::to_string(rows + 1) + ", 4)"}},
      {with(2, {rows - 1, 5}), {"weight_hh", "got (" + std::to_string(rows - 1) + ", 5)"}},
      {with(2, {rows}), {"weight_hh", "hidden, hidden)"}},
      {with(2, {rows, 0}), {"weight_hh", "hidden, hidden)"}},
      {with(3, {5 * gates + 1}), {"bias_ih (" + std::to_string(rows) + ")"}},
      {with(4, {1}), {"bias_hh", "got (1)"}},
      {with(5, {2, 4}), {"h (2, 5)", "got (2, 4)"}},
      {with(5, {1, 5}), {"h (2, 5)", "got (1, 5)"}},
  };
}
#define LSTM(walk) all_of(xg::lstm(x[0], weights(x), state(x), options(walk)))
#define GRU(walk) all_of(xg::gru(x[0], weights(x), state(x).h, options(walk)))
#define RNN(f, walk) \
  all_of(xg::rnn(x[0], weights(x), state(x).h, xg::Nonlinearity::f, options(walk)))
#define NAIVE_LSTM(walk) ref::all_of(ref::lstm(layer(x, walk)), true)
#define NAIVE_GRU(walk) ref::all_of(ref::gru(layer(x, walk)), false)
#define NAIVE_RNN(relu, walk) ref::all_of(ref::rnn(layer(x, walk), relu), false)

/// lstm with lengths.
template <class X>
auto with_lengths(const X& x, const xg::Indices& lengths, bool batch_first = false) {
  return xg::lstm(x[0], weights(x), {}, {batch_first, false, lengths}).y;
}

std::vector<Error> lstm_errors() {
  const Sample sample = sizes(4, 3, 2, 4, 5, 7), short_sample = sizes(4, 3, 2, 4, 5, 3);
  std::vector<Error> errors = layer_errors(4);
  const std::vector<Error> more = {
      {short_sample, {"lengths in 1 .. 3", "got 0"}, FN(with_lengths(x, {2, 0}))},
      {short_sample, {"lengths in 1 .. 3", "got 4"}, FN(with_lengths(x, {4, 1}))},
      {short_sample, {"lengths in 1 .. 3", "got -1"}, FN(with_lengths(x, {-1, 1}))},
      {short_sample, {"lengths of shape (2)", "got (3)"}, FN(with_lengths(x, {1, 1, 1}))},
      {short_sample, {"lengths of shape (2)", "got ()"}, FN(with_lengths(x, 1))},
      {short_sample, {"lengths of shape (3)", "got (2)"}, FN(with_lengths(x, {1, 1}, true))},
      {sample, {"bias_hh (20)", "got none"}, FN(xg::lstm(x[0], {x[1], x[2], x[3]}).y)},
      {sample, {"weight_hh", "got none"}, FN(xg::lstm(x[0], {x[1], {}}).y)},
      {sample, {"weight_ih (20, 4)", "got none"}, FN(xg::lstm(x[0], {{}, x[2]}).y)},
      {sample, {"c (2, 5)", "got (3, 2, 4)"}, FN(xg::lstm(x[0], weights(x), {x[5], x[0]}).y)},
      {{{3, 4}, {20, 4}, {20, 5}}, {"x (batch, length, features)", "(3, 4)"}, FN(LSTM(turned))}};
  errors.insert(errors.end(), more.begin(), more.end());
  return errors;
}

std::vector<Row> lstm_rows() {
  const Sample four = sizes(4, 4, 4, 2, 3, 7), four_turned = sizes(4, 4, 4, 2, 3, 7, true);
  return {
      {"lstm_without_bias",
       "lstm",
       FN(LSTM(Walk())),
       FN(NAIVE_LSTM(Walk())),
       samples(4, 3),
       {gentle}},
      {"lstm",
       "lstm",
       FN(LSTM(Walk())),
       FN(NAIVE_LSTM(Walk())),
       samples(4, 7),
       {gentle},
       lstm_errors()},
      {"lstm_reverse", "lstm", FN(LSTM(reverse)), FN(NAIVE_LSTM(reverse)), samples(4, 5), {gentle}},
      {"lstm_batch_first",
       "lstm",
       FN(LSTM(turned)),
       FN(NAIVE_LSTM(turned)),
       samples(4, 7, true),
       {gentle}},
      {"lstm_padded", "lstm", FN(LSTM(padded)), FN(NAIVE_LSTM(padded)), {four}, {gentle}},
      {"lstm_padded_reverse",
       "lstm",
       FN(LSTM(padded_reverse)),
       FN(NAIVE_LSTM(padded_reverse)),
       {four},
       {gentle}},
      {"lstm_padded_batch_first",
       "lstm",
       FN(LSTM(padded_turned)),
       FN(NAIVE_LSTM(padded_turned)),
       {four_turned},
       {gentle}},
      {"lstm_cell",
       "lstm_cell",
       FN(both(xg::lstm_cell(x[0], weights(x), state(x)))),
       FN(both(ref::lstm(step(x)))),
       steps(4, 7),
       {gentle},
       {{sizes(4, 3, 2, 4, 5, 7), {"x (batch, features)", "(3, 2, 4)"}},
        {{{2, 4}, {20, 4}, {16, 5}}, {"weight_hh (20, 5)", "got (16, 5)"}},
        {{{2, 4}, {20, 4}, {20, 5}, {20}, {20}, {2, 4}}, {"h (2, 5)", "got (2, 4)"}}}},
  };
}

std::vector<Row> gru_rows() {
  const Sample four = sizes(3, 4, 4, 2, 3, 6), four_turned = sizes(3, 4, 4, 2, 3, 6, true);
  return {
      {"gru_without_bias", "gru", FN(GRU(Walk())), FN(NAIVE_GRU(Walk())), samples(3, 3), {gentle}},
      {"gru",
       "gru",
       FN(GRU(Walk())),
       FN(NAIVE_GRU(Walk())),
       samples(3, 6),
       {gentle},
       layer_errors(3)},
      {"gru_reverse", "gru", FN(GRU(reverse)), FN(NAIVE_GRU(reverse)), samples(3, 5), {gentle}},
      {"gru_batch_first",
       "gru",
       FN(GRU(turned)),
       FN(NAIVE_GRU(turned)),
       samples(3, 6, true),
       {gentle}},
      {"gru_padded", "gru", FN(GRU(padded)), FN(NAIVE_GRU(padded)), {four}, {gentle}},
      {"gru_padded_reverse",
       "gru",
       FN(GRU(padded_reverse)),
       FN(NAIVE_GRU(padded_reverse)),
       {four},
       {gentle}},
      {"gru_padded_batch_first",
       "gru",
       FN(GRU(padded_turned)),
       FN(NAIVE_GRU(padded_turned)),
       {four_turned},
       {gentle}},
      {"gru_cell",
       "gru_cell",
       FN(xg::gru_cell(x[0], weights(x), state(x).h)),
       FN(ref::gru(step(x)).h),
       steps(3, 6),
       {gentle},
       {{sizes(3, 3, 2, 4, 5, 6), {"x (batch, features)", "(3, 2, 4)"}},
        {{{2, 4}, {15, 3}, {15, 5}}, {"weight_ih (15, 4)", "got (15, 3)"}}}},
  };
}

/// The distance of a layer with relu from its kinks, as the c of a layer that keeps the smallest.
template <class S>
ref::Nd<S> kink(ref::Layer<S> of) {
  of.c = ref::Nd<S>(of.h.shape, std::vector<S>(of.h.data.size(), S(1)));
  using Sums = std::vector<S>;
  return ref::run(of,
                  [](const Sums& p, const Sums& q, S& h, S& c, std::size_t u, std::size_t) {
                    const S sum = p[u] + q[u], distance = ref::magnitude(sum);
                    c = distance < c ? distance : c;
                    h = S(0) < sum ? sum : S(0);
                  })
      .c;
}

std::vector<Row> rnn_rows() {
  const Sample four = sizes(1, 4, 4, 2, 3, 6), four_turned = sizes(1, 4, 4, 2, 3, 6, true);
  std::vector<Sample> wide = samples(1, 6);
  wide.push_back(sizes(1, 2, 2, 1, 35, 6));
  return {
      {"rnn_without_bias",
       "rnn",
       FN(RNN(tanh, Walk())),
       FN(NAIVE_RNN(false, Walk())),
       samples(1, 3),
       {gentle}},
      {"rnn",
       "rnn",
       FN(RNN(tanh, Walk())),
       FN(NAIVE_RNN(false, Walk())),
       wide,
       {gentle},
       layer_errors(1)},
      {"rnn_reverse",
       "rnn",
       FN(RNN(tanh, reverse)),
       FN(NAIVE_RNN(false, reverse)),
       samples(1, 5),
       {gentle}},
      {"rnn_relu",
       "rnn",
       FN(RNN(relu, turned)),
       FN(NAIVE_RNN(true, turned)),
       {sizes(1, 3, 2, 2, 3, 6, true), sizes(1, 1, 3, 2, 2, 6, true)},
       {gentle},
       {},
       true,
       FN(kink(layer(x, turned)))},
      {"rnn_padded", "rnn", FN(RNN(tanh, padded)), FN(NAIVE_RNN(false, padded)), {four}, {gentle}},
      {"rnn_padded_reverse",
       "rnn",
       FN(RNN(tanh, padded_reverse)),
       FN(NAIVE_RNN(false, padded_reverse)),
       {four},
       {gentle}},
      {"rnn_padded_batch_first",
       "rnn",
       FN(RNN(tanh, padded_turned)),
       FN(NAIVE_RNN(false, padded_turned)),
       {four_turned},
       {gentle}},
      {"rnn_cell",
       "rnn_cell",
       FN(xg::rnn_cell(x[0], weights(x), state(x).h)),
       FN(ref::rnn(step(x)).h),
       steps(1, 6),
       {gentle},
       {{sizes(1, 3, 2, 4, 5, 6), {"x (batch, features)", "(3, 2, 4)"}}}},
      {"rnn_cell_relu",
       "rnn_cell",
       FN(xg::rnn_cell(x[0], weights(x), state(x).h, xg::Nonlinearity::relu)),
       FN(ref::rnn(step(x), true).h),
       {{{3, 2}, {4, 2}, {4, 4}, {4}, {4}, {3, 4}}},
       {gentle},
       {},
       true,
       FN(kink(step(x)))},
  };
}

const Family lstm(lstm_rows), gru(gru_rows), rnn(rnn_rows);

}  // namespace
}  // namespace op_table
