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

Strides strides_of(const Shape& shape) {
  Strides strides(shape.size());
  std::ptrdiff_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0; stride *= static_cast<std::ptrdiff_t>(shape[d])) {
    strides[d] = stride;
  }
  return strides;
}

void for_each_row(const Shape& out, const Shape* const* in, std::size_t count,
                  void (*function)(void* context, const Row& row), void* context) {
  if (size_of(out) == 0) return;
  Odometer odometer(count + 1);  // the output and the operands; a broadcast operand has stride 0
  Odometer::Strides strides{}, size{};
  size.fill(1);  // of the axes within
  for (std::size_t j = 0; j < out.size(); ++j) {
    for (std::size_t k = 0; k <= count; ++k) {
      const Shape& shape = k == 0 ? out : *in[k - 1];
      std::size_t extent = j < shape.size() ? shape[shape.size() - 1 - j] : 1;
      strides[k] = extent == 1 ? 0 : size[k];
      size[k] *= static_cast<std::ptrdiff_t>(extent);
    }
    odometer.push_outer(out[out.size() - 1 - j], strides);
  }
  Odometer::Inner inner = odometer.pop_inner();
  Row row{inner.extent, 0, {}, {}};
  for (std::size_t k = 0; k < count; ++k) {
    row.step[k] = static_cast<std::size_t>(inner.strides[k + 1]);
  }
  do {
    row.out = static_cast<std::size_t>(odometer.offset(0));
    for (std::size_t k = 0; k < count; ++k) {
      row.in[k] = static_cast<std::size_t>(odometer.offset(k + 1));
    }
    function(context, row);
  } while (odometer.next());
}

}  // namespace xgrad
