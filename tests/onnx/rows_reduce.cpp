// Reductions, softmax, running sums and orders along an axis.
#include "table.hpp"

#include <xgrad/xgrad.hpp>

namespace onnx_cases {
namespace {

/// No axes mean all, unless the node says otherwise.
xg::Axes axes(const Call& x) {
  Integers given = x.integers("axes", 1).value_or(Integers());
  if (given.empty() && x.integer("noop_with_empty_axes", 0) == 0) return {};
  return narrow(given);
}
xg::KeepDims keep(const Call& x) {
  return x.integer("keepdims", 1) ? xg::KeepDims::yes : xg::KeepDims::no;
}
/// What find(x, axis, keep) says; of several, the first or the last.
template <class T, class F>
Value index_of(const CallOf<T>& x, F find) {
  int axis = x.integer("axis", 0);
  if (!x.integer("select_last_index", 0)) return find(x[0], axis, keep(x));
  std::size_t extent = x.shape(0)[xg::checked_axis("axis", axis, x.shape(0), {})];
  Value from_end = find(flip(x[0], axis), axis, keep(x));
  return Value(Type::int64, static_cast<double>(extent) - 1 - from_end.as<double>());
}

template <class T>
xg::Tensor<T> running_sum(const CallOf<T>& x) {
  int axis = static_cast<int>(x.list(1).at(0));
  bool reverse = x.integer("reverse", 0) != 0;
  xg::Tensor<T> y = reverse ? flip(cumsum(flip(x[0], axis), axis), axis) : cumsum(x[0], axis);
  return x.integer("exclusive", 0) ? y - x[0] : y;
}

template <class T>
Values top(const CallOf<T>& x) {
  xg::Order order = x.integer("largest", 1) ? xg::descending : xg::ascending;
  int count = static_cast<int>(x.list(1).at(0));
  auto [values, indices] = topk(x[0], count, x.integer("axis", -1), order);
  return {Value(x.result(), values), Value(indices)};
}

/// Before version 13, f was along all axes from `axis` on as if they were one.
template <class T, class F>
xg::Tensor<T> along_axis(const CallOf<T>& x, F f) {
  if (x.version() >= 13) return f(x[0], x.integer("axis", -1));
  return reshape(f(reshape(x[0], as_matrix(x)), 1), x.shape(0));
}

#define XGRAD_REDUCE_ROW(name, function) \
  { name, XGRAD_ROW(function(x[0], axes(x), keep(x))) }

}  // namespace

Rows reduce_rows() {
  return {
      {"ArgMax", XGRAD_ROW(index_of(x, [](auto&&... a) { return argmax(a...); }))},
      {"ArgMin", XGRAD_ROW(index_of(x, [](auto&&... a) { return argmin(a...); }))},
      {"CumSum", XGRAD_ROW(running_sum(x))},
      {"LogSoftmax", XGRAD_ROW(along_axis(x, [](auto&&... a) { return log_softmax(a...); }))},
      {"ReduceL1", XGRAD_ROW(norm(x[0], 1, axes(x), keep(x)))},
      {"ReduceL2", XGRAD_ROW(norm(x[0], 2, axes(x), keep(x)))},
      {"ReduceLogSum", XGRAD_ROW(log(sum(x[0], axes(x), keep(x))))},
      XGRAD_REDUCE_ROW("ReduceLogSumExp", logsumexp),
      XGRAD_REDUCE_ROW("ReduceMax", amax),
      XGRAD_REDUCE_ROW("ReduceMean", mean),
      XGRAD_REDUCE_ROW("ReduceMin", amin),
      XGRAD_REDUCE_ROW("ReduceProd", prod),
      XGRAD_REDUCE_ROW("ReduceSum", sum),
      {"ReduceSumSquare", XGRAD_ROW(sum(square(x[0]), axes(x), keep(x)))},
      {"Softmax", XGRAD_ROW(along_axis(x, [](auto&&... a) { return softmax(a...); }))},
      {"TopK", XGRAD_ROW(top(x))},
  };
}

}  // namespace onnx_cases
