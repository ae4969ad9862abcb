#include <xgrad/ops/kernels/map_sum.hpp>
#include <xgrad/ops/kernels/partial_sums.hpp>

namespace xgrad {
namespace {

/// Rows of values on their way to sums in double: several at a time where they go to the same ones,
/// so that these are read and written less often.
template <class T>
class RowSums {
 public:
  static constexpr std::size_t longest = 1024;
  RowSums() = default;
  RowSums(const RowSums&) = delete;
  RowSums& operator=(const RowSums&) = delete;

  /// Where n values are to be written that end() adds to sums[i * step]; step is 0 or 1.
  T* begin(double* sums, std::size_t step, std::size_t n) {
    if (rows_ > 0 && (sums != sums_ || n != n_)) flush();
    sums_ = sums;
    n_ = n;
    step_ = step;
    return values_[rows_];
  }
  void end() {
    if (step_ == 0)
      *sums_ += sum_of_rounded<T>(n_, [row = values_[0]](auto place) { return place.load(row); });
    else if (++rows_ == most)
      flush();
  }
  void flush() {
    if (rows_ == 0) return;
    const std::size_t whole = n_ - n_ % Batch<T>::size, rows = std::exchange(rows_, 0);
    const T* const first = values_[0];
    add_rounded_rows<T>(sums_, whole, rows, [first](std::size_t row, auto place) {
      return place.load(first + row * longest);
    });
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = whole; i < n_; ++i) sums_[i] += static_cast<double>(values_[row][i]);
    }
  }

 private:
  static constexpr std::size_t most = 4;
  alignas(64) T values_[most][longest];
  std::size_t rows_ = 0, n_ = 0, step_ = 0;
  double* sums_ = nullptr;
};

}  // namespace

template <class T>
void map_sum(Array<T>& y, const RowFunction<T>& f, T* full, const RowFunction<T>& h,
             const Shape& shape, const Shape* const* shapes, const T* const* in,
             std::size_t operands) {
  const RowWalk rows(shape, shapes, operands + 1);
  const std::size_t part = summing_part(rows);
  PartialSums sums(rows.size(), part, y.size());
  parallel_parts(rows.size(), part, [&](std::size_t, std::size_t begin, std::size_t end) {
    RowSums<T> to;
    rows.run(begin, end, [&](const Row& row) {
      const std::size_t step = row.step[operands];
      double* sum = sums.of(begin) + row.in[operands];
      for (std::size_t start = 0; start < row.length; start += to.longest) {
        const std::size_t length = std::min(to.longest, row.length - start);
        const T* at[max_operands];
        for (std::size_t k = 0; k < operands; ++k) at[k] = in[k] + row.in[k] + start * row.step[k];
        if (full != nullptr) h(full + row.out + start, length, at, row.step.data());
        f(to.begin(sum + start * step, step, length), length, at, row.step.data());
        to.end();
      }
    });
    to.flush();
  });
  sums.join(y.data(), 0, y.size());
}

#define XGRAD_MAP_SUM(T)                                                                           \
  template void map_sum(Array<T>&, const RowFunction<T>&, T*, const RowFunction<T>&, const Shape&, \
                        const Shape* const*, const T* const*, std::size_t);
XGRAD_MAP_SUM(float)
XGRAD_MAP_SUM(double)

}  // namespace xgrad
