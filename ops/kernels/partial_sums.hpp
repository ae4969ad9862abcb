// Sums to which many elements go each, in double: each part of the work has its own, which are
// joined in the parts' order, so that they are the same for any number of threads.
#pragma once
#include <xgrad/ops/kernels/reduce.hpp>

#include <vector>

namespace xgrad {

/// Whether there are so few sums that those of all parts are small beside the elements.
inline bool sums_are_few(std::size_t sums, std::size_t elements) { return sums <= elements / 32; }

/// How many rows make a part: 16 parts at most, however many threads there are.
inline std::size_t summing_part(const RowWalk& rows) {
  constexpr std::size_t most = 16;
  return std::max(rows.grain(), (rows.size() + most - 1) / most);
}

class PartialSums {
 public:
  /// `sums` for each part of `part` rows out of `rows`, all 0.
  PartialSums(std::size_t rows, std::size_t part, std::size_t sums)
      : part_(part),
        count_(sums),
        sums_(std::max<std::size_t>(1, (rows + part - 1) / part) * sums) {}
  /// Those of the part that begins with this row.
  double* of(std::size_t row) { return sums_.data() + row / part_ * count_; }
  /// y = the sums [first, first + n) of all parts.
  template <class T>
  void join(T* y, std::size_t first, std::size_t n) {
    double* sum = sums_.data() + first;
    for (std::size_t at = first + count_; at < sums_.size(); at += count_) {
      for (std::size_t i = 0; i < n; ++i) sum[i] += sums_.data()[at + i];
    }
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<T>(sum[i]);
  }

 private:
  std::size_t part_, count_;
  std::vector<double, PoolAllocator<double>> sums_;
};

}  // namespace xgrad
