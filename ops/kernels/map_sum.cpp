#include <xgrad/ops/kernels/map_sum.hpp>
#include <xgrad/ops/kernels/partial_sums.hpp>

namespace xgrad {

template <class T>
void map_sum(Array<T>& y, const RowFunction<T>& f, const Shape& shape, const Shape* const* shapes,
             const T* const* in, std::size_t operands) {
  constexpr std::size_t block = 1024;
  const RowWalk rows(shape, shapes, operands + 1);
  const std::size_t part = summing_part(rows);
  PartialSums sums(rows.size(), part, y.size());
  parallel_parts(rows.size(), part, [&](std::size_t, std::size_t begin, std::size_t end) {
    rows.run(begin, end, [&](const Row& row) {
      alignas(64) T values[block];
      double* sum = sums.of(begin) + row.in[operands];
      for (std::size_t start = 0; start < row.length; start += block) {
        const std::size_t length = std::min(block, row.length - start);
        const T* at[max_operands];
        for (std::size_t k = 0; k < operands; ++k) at[k] = in[k] + row.in[k] + start * row.step[k];
        f.call(f.f, values, length, at, row.step.data());
        add_to(sum + start * row.step[operands], row.step[operands], values, length);
      }
    });
  });
  sums.join(y.data(), 0, y.size());
}

template void map_sum(Array<float>&, const RowFunction<float>&, const Shape&, const Shape* const*,
                      const float* const*, std::size_t);
template void map_sum(Array<double>&, const RowFunction<double>&, const Shape&, const Shape* const*,
                      const double* const*, std::size_t);

}  // namespace xgrad
