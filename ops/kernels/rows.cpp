#include <xgrad/ops/kernels/rows.hpp>

namespace xgrad {

Strides strides_of(const Shape& shape) {
  Strides strides(shape.size());
  std::ptrdiff_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0; stride *= static_cast<std::ptrdiff_t>(shape[d])) {
    strides[d] = stride;
  }
  return strides;
}

BroadcastOdometer broadcast_odometer(const Shape& out, const Shape* const* in, std::size_t count) {
  BroadcastOdometer odometer;
  BroadcastOdometer::Strides strides{}, size{};
  size.fill(1);  // of the axes within
  for (std::size_t j = 0; j < out.size(); ++j) {
    for (std::size_t k = 0; k <= count; ++k) {
      const Shape& shape = k == 0 ? out : *in[k - 1];
      std::size_t extent = j < shape.size() ? shape[shape.size() - 1 - j] : 1;
      strides[k] = extent == 1 ? 0 : size[k];  // 0 along a broadcast axis
      size[k] *= static_cast<std::ptrdiff_t>(extent);
    }
    odometer.push_outer(out[out.size() - 1 - j], strides);
  }
  return odometer;
}

RowWalk::RowWalk(const Shape& out, const Shape* const* in, std::size_t count)
    : odometer_(broadcast_odometer(out, in, count)),
      inner_(odometer_.pop_inner()),
      operands_(count),
      rows_(size_of(out) == 0 ? 0 : odometer_.count()),
      pieces_(std::max<std::size_t>(1, (inner_.extent + longest - 1) / longest)) {}

std::size_t RowWalk::grain() const {
  constexpr std::size_t row_cost = 16;  // of a row without elements, in elements
  return grain_rows(std::min(inner_.extent, longest) + row_cost);
}

void RowWalk::run(std::size_t begin, std::size_t end,
                  void (*function)(void* context, const Row& row), void* context) const {
  if (begin == end) return;
  BroadcastOdometer at = odometer_;
  at.advance(begin / pieces_);
  std::size_t first = begin % pieces_ * longest;  // element of its row
  Row row{};
  for (std::size_t k = 0; k < operands_; ++k) {
    row.step[k] = static_cast<std::size_t>(inner_.strides[k + 1]);
  }
  for (std::size_t i = begin; i < end; ++i) {
    row.length = std::min(longest, inner_.extent - first);
    row.out = static_cast<std::size_t>(at.offset(0)) + first;
    for (std::size_t k = 0; k < operands_; ++k) {
      row.in[k] = static_cast<std::size_t>(at.offset(k + 1)) + first * row.step[k];
    }
    function(context, row);
    first += longest;
    if (first < inner_.extent) continue;
    first = 0;
    at.next();
  }
}

void RowWalk::run_blocks(std::size_t begin, std::size_t end,
                         void (*function)(void* context, const RowBlock& block),
                         void* context) const {
  if (pieces_ > 1) {
    return run(begin, end, [=](const Row& row) { function(context, RowBlock{row, 1, 0, {}}); });
  }
  BroadcastOdometer at = odometer_;
  at.advance(begin);
  RowBlock block{};
  block.first.length = inner_.extent;
  for (std::size_t k = 0; k < operands_; ++k)
    block.first.step[k] = static_cast<std::size_t>(inner_.strides[k + 1]);
  for (std::size_t i = begin; i < end; i += block.rows, at.skip_rest()) {
    const BroadcastOdometer::Inner rest = at.rest();
    block.rows = std::min(rest.extent, end - i);
    block.first.out = static_cast<std::size_t>(at.offset(0));
    block.out_step = static_cast<std::size_t>(rest.strides[0]);
    for (std::size_t k = 0; k < operands_; ++k) {
      block.first.in[k] = static_cast<std::size_t>(at.offset(k + 1));
      block.in_step[k] = static_cast<std::size_t>(rest.strides[k + 1]);
    }
    function(context, block);
  }
}

}  // namespace xgrad
