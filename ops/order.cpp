#include <xgrad/ops/kernels/fold.hpp>
#include <xgrad/ops/kernels/order.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/take_at.hpp>

namespace xgrad {
namespace {

// Indices depend on the values and are handed out as arrays, so they are computed outside launch():
// a captured plan would hold the old ones.

template <bool Greatest, class T>
Array<std::int64_t> extreme_index(const char* op, const Tensor<T>& x, std::optional<int> axis,
                                  KeepDims keep, Location at) {
  FoldShapes shapes(op, x.shape(), axis ? Axes(*axis) : Axes(), keep, at);
  shapes.need_elements(op, at);
  Array<std::int64_t> result = empty_array<std::int64_t>(shapes.result);
  Lines lines = axis ? Lines(x.shape(), checked_axis(op, *axis, x.shape(), at)) : Lines(x.size());
  extreme_of_lines<Greatest>(result.data(), x.data(), lines);
  return result;
}

template <bool Greatest, class T>
ValuesAndIndices<T> extreme(const char* op, const Tensor<T>& x, int axis, KeepDims keep,
                            Location at) {
  FoldShapes shapes(op, x.shape(), axis, keep, at);
  auto places = std::make_shared<Array<std::int64_t>>(
      extreme_index<Greatest>(op, x, axis, KeepDims::yes, at));
  std::size_t d = checked_axis(op, axis, x.shape(), at), extent = x.shape()[d];
  Array<std::int64_t> indices = *places;
  if (keep == KeepDims::no) indices.reshape(shapes.result);
  Tensor<T> y;
  {
    NoGrad guard;
    y = reshape(take_at(op, x, places, d), shapes.result);
  }
  return {record(op, y, {&x},
                 [shapes, places = Places(places), d, extent](Pullback<T>& p) {
                   p.add(0, put_at(reshape(p.g, shapes.kept), places, d, extent));
                 }),
          std::move(indices)};
}

/// The places of the first `count` elements of sort(x).
template <class T>
Array<std::int64_t> order_of(const Tensor<T>& x, std::size_t axis, std::size_t count, Order order) {
  Shape shape = x.shape();
  shape[axis] = count;
  Array<std::int64_t> result = empty_array<std::int64_t>(shape);
  Lines lines(x.shape(), axis);
  if (order == ascending)
    order_lines<false>(result.data(), x.data(), lines, count);
  else
    order_lines<true>(result.data(), x.data(), lines, count);
  return result;
}

template <class T>
ValuesAndIndices<T> first_of_order(const char* op, const Tensor<T>& x, std::size_t axis,
                                   std::size_t count, Order order) {
  Places places = std::make_shared<const Array<std::int64_t>>(order_of(x, axis, count, order));
  return {take_at(op, x, places, axis), *places};
}

}  // namespace

template <class T>
Array<std::int64_t> argmax(const Tensor<T>& x, std::optional<int> axis, KeepDims keep,
                           Location at) {
  return extreme_index<true>("argmax", x, axis, keep, at);
}

template <class T>
Array<std::int64_t> argmin(const Tensor<T>& x, std::optional<int> axis, KeepDims keep,
                           Location at) {
  return extreme_index<false>("argmin", x, axis, keep, at);
}

template <class T>
ValuesAndIndices<T> max(const Tensor<T>& x, int axis, KeepDims keep, Location at) {
  return extreme<true>("max", x, axis, keep, at);
}

template <class T>
ValuesAndIndices<T> min(const Tensor<T>& x, int axis, KeepDims keep, Location at) {
  return extreme<false>("min", x, axis, keep, at);
}

template <class T>
ValuesAndIndices<T> sort(const Tensor<T>& x, int axis, Order order, Location at) {
  std::size_t d = checked_axis("sort", axis, x.shape(), at);
  return first_of_order("sort", x, d, x.shape()[d], order);
}

template <class T>
Array<std::int64_t> argsort(const Tensor<T>& x, int axis, Order order, Location at) {
  std::size_t d = checked_axis("argsort", axis, x.shape(), at);
  return order_of(x, d, x.shape()[d], order);
}

template <class T>
ValuesAndIndices<T> topk(const Tensor<T>& x, int k, int axis, Order order, Location at) {
  std::size_t d = checked_axis("topk", axis, x.shape(), at), extent = x.shape()[d];
  if (k < 0 || static_cast<std::size_t>(k) > extent) {
    fail("topk",
         "0 <= k <= " + std::to_string(extent) + " for axis " + std::to_string(axis) +
             " of shape " + to_string(x.shape()),
         "k = " + std::to_string(k), at);
  }
  return first_of_order("topk", x, d, static_cast<std::size_t>(k), order);
}

template <class T>
Tensor<T> median(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  FoldShapes shapes("median", x.shape(), axes, keep, at);
  shapes.need_elements("median", at);
  std::size_t n = shapes.folded(), rows = size_of(shapes.kept), chosen = n % 2 == 1 ? 1 : 2;
  auto places = std::make_shared<Array<std::int64_t>>(empty_array<std::int64_t>({rows, chosen}));
  Tensor<T> y;
  {
    NoGrad guard;
    Tensor<T> lines = rows_of(x, shapes);
    middle_of_lines(places->data(), lines.data(), Lines(lines.shape(), 1));
    y = reshape(mean(take_at("median", lines, places, 1), 1), shapes.result);
  }
  return record("median", y, {&x}, [shapes, n, places = Places(places)](Pullback<T>& p) {
    Shape column = {size_of(shapes.kept), 1};
    Tensor<T> share = reshape(p.g, column) / places->shape()[1];
    p.add(0, from_rows(put_at(broadcast_to(share, places->shape()), places, 1, n), shapes));
  });
}

XGRAD_ORDER(, float)
XGRAD_ORDER(, double)

}  // namespace xgrad
