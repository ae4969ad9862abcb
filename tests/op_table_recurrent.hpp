// What the rows of recurrent layers share. Inputs: x, weight_ih, weight_hh, then biases and states.
#pragma once
#include "op_table.hpp"
#include "reference_recurrent.hpp"

#include <xgrad/ops/layout.hpp>
#include <xgrad/ops/recurrent.hpp>

namespace op_table::recurrent {

namespace ref = reference;
namespace xg = xgrad;
using ref::Walk;

inline constexpr Domain gentle{-0.9, 0.9};

/// The inputs for hidden units, of which `count` are kept: 3, 5 with biases, 6 with h, 7 with c.
inline Sample sizes(std::size_t gates, std::size_t length, std::size_t batch, std::size_t in,
                    std::size_t hidden, std::size_t count, bool batch_first = false) {
  const Shape x = batch_first ? Shape{batch, length, in} : Shape{length, batch, in};
  Sample all = {x,
                {gates * hidden, in},
                {gates * hidden, hidden},
                {gates * hidden},
                {gates * hidden},
                {batch, hidden},
                {batch, hidden}};
  all.resize(count);
  return all;
}
/// Extents below, at and beyond a batch of units, a tile of sequences and a panel of columns.
inline std::vector<Sample> samples(std::size_t gates, std::size_t count, bool batch_first = false) {
  std::vector<Sample> result;
  const std::size_t extents[][4] = {{1, 1, 2, 1}, {3, 2, 2, 3}, {2, 5, 3, 9},
                                    {4, 1, 5, 2}, {1, 0, 2, 2}, {2, 2, 0, 3}};
  for (const auto& e : extents) {
    result.push_back(sizes(gates, e[0], e[1], e[2], e[3], count, batch_first));
  }
  return result;
}

template <class T>
xg::RecurrentWeights<T> weights(const Tensors<T>& x) {
  xg::RecurrentWeights<T> result{x[1], x[2]};
  if (x.size() > 4) {
    result.bias_ih = x[3];
    result.bias_hh = x[4];
  }
  return result;
}
template <class T>
xg::LstmState<T> state(const Tensors<T>& x) {
  return {x.size() > 5 ? x[5] : xg::Tensor<T>(), x.size() > 6 ? x[6] : xg::Tensor<T>()};
}
inline xg::SequenceOptions options(const Walk& walk) {
  xg::SequenceOptions result{walk.batch_first, walk.reverse};
  if (!walk.lengths.empty()) {
    xg::Array<int> lengths = xg::empty_array<int>({walk.lengths.size()});
    std::copy(walk.lengths.begin(), walk.lengths.end(), lengths.data());
    result.lengths = lengths;
  }
  return result;
}
template <class S>
ref::Layer<S> layer(const Arrays<S>& x, const Walk& walk = {}) {
  ref::Layer<S> result{x[0], x[1], x[2]};
  if (x.size() > 4) {
    result.bias_ih = x[3];
    result.bias_hh = x[4];
  }
  if (x.size() > 5) result.h = x[5];
  if (x.size() > 6) result.c = x[6];
  result.walk = walk;
  return result;
}
/// All results as one vector.
template <class T>
xg::Tensor<T> all_of(const xg::LstmResult<T>& result) {
  return xg::concatenate({xg::flatten(result.y), xg::flatten(result.h), xg::flatten(result.c)});
}
template <class T>
xg::Tensor<T> all_of(const xg::RecurrentResult<T>& result) {
  return xg::concatenate({xg::flatten(result.y), xg::flatten(result.h)});
}
template <class T>
xg::Tensor<T> both(const xg::LstmState<T>& state) {
  return xg::concatenate({xg::flatten(state.h), xg::flatten(state.c)});
}
/// A step of a naive layer, of x (batch, features).
template <class S>
ref::Layer<S> step(const Arrays<S>& x) {
  ref::Layer<S> result = layer(x);
  result.x.shape.insert(result.x.shape.begin(), 1);
  return result;
}
template <class S>
ref::Nd<S> both(const ref::Recurrent<S>& result) {
  return ref::concatenate(std::vector<ref::Nd<S>>{ref::flat(result.h), ref::flat(result.c)}, 0);
}
inline std::vector<Sample> steps(std::size_t gates, std::size_t count) {
  std::vector<Sample> result = samples(gates, count);
  for (Sample& sample : result) sample[0].erase(sample[0].begin());
  return result;
}

inline const Walk padded{false, false, {2, 1, 4, 3}}, padded_reverse{false, true, {2, 1, 4, 3}},
    padded_turned{true, true, {4, 2, 4, 1}}, reverse{false, true}, turned{true, false};

}  // namespace op_table::recurrent
