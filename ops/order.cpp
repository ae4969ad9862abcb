#include <xgrad/ops/kernels/fold.hpp>
#include <xgrad/ops/kernels/order.hpp>
#include <xgrad/ops/kernels/select.hpp>
#include <xgrad/ops/order.hpp>

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

/// x's elements at these places along an axis, distinct in each line.
template <class T>
Selection selected_of_lines(const char* op, const Tensor<T>& x, const Array<std::int64_t>& places,
                            int axis, Location at) {
  Selection s = select_elements(op, x.shape(), places, axis, at);
  s.distinct = true;
  return s;
}

template <bool Greatest, class T>
ValuesAndIndices<T> extreme(const char* op, const Tensor<T>& x, int axis, KeepDims keep,
                            Location at) {
  Array<std::int64_t> indices = extreme_index<Greatest>(op, x, axis, KeepDims::yes, at);
  Selection s = selected_of_lines(op, x, indices, axis, at);
  indices.reshape(FoldShapes(op, x.shape(), axis, keep, at).result);
  return {take_selected(op, x, s, indices.shape()), indices};
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
                                   std::size_t count, Order order, Location at) {
  Array<std::int64_t> places = order_of(x, axis, count, order);
  Selection s = selected_of_lines(op, x, places, static_cast<int>(axis), at);
  return {take_selected(op, x, s, places.shape()), places};
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
  return first_of_order("sort", x, d, x.shape()[d], order, at);
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
  return first_of_order("topk", x, d, static_cast<std::size_t>(k), order, at);
}

template <class T>
Tensor<T> median(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  FoldShapes shapes("median", x.shape(), axes, keep, at);
  shapes.need_elements("median", at);
  std::size_t n = shapes.folded(), rows = size_of(shapes.kept), chosen = n % 2 == 1 ? 1 : 2;
  Tensor<T> lines = rows_of(x.detach(), shapes);
  Array<std::int64_t> places = empty_array<std::int64_t>({rows, chosen});
  middle_of_lines(places.data(), lines.data(), Lines(lines.shape(), 1));
  Selection s = select_elements("median", lines.shape(), places, 1, at);
  Tensor<T> y = mean(take_selected("median", lines, s, places.shape()), 1);
  return record("median", reshape(y, shapes.result), {&x},
                [shapes, s, rows, n, chosen](Pullback<T>& p) {
                  Tensor<T> share = reshape(p.g, Shape{rows, 1}) / chosen;
                  Tensor<T> gx = add_selected("index_add", zeros<T>({rows, n}), s,
                                              broadcast_to(share, Shape{rows, chosen}));
                  p.add(0, from_rows(gx, shapes));
                });
}

#define XGRAD_ORDER(T)                                                                           \
  template Array<std::int64_t> argmax(const Tensor<T>&, std::optional<int>, KeepDims, Location); \
  template Array<std::int64_t> argmin(const Tensor<T>&, std::optional<int>, KeepDims, Location); \
  template ValuesAndIndices<T> max(const Tensor<T>&, int, KeepDims, Location);                   \
  template ValuesAndIndices<T> min(const Tensor<T>&, int, KeepDims, Location);                   \
  template ValuesAndIndices<T> sort(const Tensor<T>&, int, Order, Location);                     \
  template Array<std::int64_t> argsort(const Tensor<T>&, int, Order, Location);                  \
  template ValuesAndIndices<T> topk(const Tensor<T>&, int, int, Order, Location);                \
  template Tensor<T> median(const Tensor<T>&, const Axes&, KeepDims, Location);
XGRAD_ORDER(float)
XGRAD_ORDER(double)

}  // namespace xgrad
