#include <xgrad/ops/kernels/rows.hpp>

namespace xgrad {

void Odometer::push_outer(std::size_t extent, const Strides& strides) {
  if (extent == 1) return;
  if (!dimensions_.empty()) {
    Dimension& last = dimensions_.back();
    bool merges = true;
    for (std::size_t k = 0; k < operands_; ++k) {
      merges = merges && strides[k] == last.strides[k] * static_cast<std::ptrdiff_t>(last.extent);
    }
    if (merges) {
      last.extent *= extent;
      return;
    }
  }
  dimensions_.push_back({extent, 0, strides});
}

Odometer::Inner Odometer::pop_inner() {
  if (dimensions_.empty()) return {1, {}};
  Inner inner{dimensions_.front().extent, dimensions_.front().strides};
  dimensions_.erase(dimensions_.begin());
  return inner;
}

bool Odometer::next() {
  for (Dimension& d : dimensions_) {
    for (std::size_t k = 0; k < operands_; ++k) offsets_[k] += d.strides[k];
    if (++d.position < d.extent) return true;
    for (std::size_t k = 0; k < operands_; ++k) {
      offsets_[k] -= d.strides[k] * static_cast<std::ptrdiff_t>(d.extent);
    }
    d.position = 0;
  }
  return false;
}

std::size_t Odometer::count() const {
  std::size_t n = 1;
  for (const Dimension& d : dimensions_) n *= d.extent;
  return n;
}

void Odometer::advance(std::size_t position) {
  for (Dimension& d : dimensions_) {
    d.position = position % d.extent;
    position /= d.extent;
    for (std::size_t k = 0; k < operands_; ++k) {
      offsets_[k] += d.strides[k] * static_cast<std::ptrdiff_t>(d.position);
    }
  }
}

Strides strides_of(const Shape& shape) {
  Strides strides(shape.size());
  std::ptrdiff_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0; stride *= static_cast<std::ptrdiff_t>(shape[d])) {
    strides[d] = stride;
  }
  return strides;
}

Odometer broadcast_odometer(const Shape& out, const Shape* const* in, std::size_t count) {
  Odometer odometer(count + 1);
  Odometer::Strides strides{}, size{};
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
  Odometer at = odometer_;
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

}  // namespace xgrad
