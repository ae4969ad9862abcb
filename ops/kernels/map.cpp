#include <xgrad/ops/kernels/map.hpp>

namespace xgrad {
namespace {

/// The steps of operands that are numbers.
constexpr std::size_t one_number[max_operands] = {};

}  // namespace

template <class T>
void map_operands(Array<T>& y, const RowFunction<T>& f, const Shape* const* shapes,
                  const T* const* in, std::size_t operands) {
  const std::size_t size = y.size();
  if (size == 0) return;
  if (size == 1) return f(y.data(), 1, in, one_number);
  bool alike = true;  // each a number, or of y's shape: one row
  std::array<std::size_t, max_operands> step{};
  for (std::size_t k = 0; k < operands && alike; ++k) {
    step[k] = size_of(*shapes[k]) != 1;
    alike = step[k] == 0 || same_shape(*shapes[k], y.shape());
  }
  if (alike) {
    return parallel_for(size, parallel_grain, [&](std::size_t begin, std::size_t end) {
      const T* at[max_operands];
      for (std::size_t k = 0; k < operands; ++k) at[k] = in[k] + begin * step[k];
      f(y.data() + begin, end - begin, at, step.data());
    });
  }
  const RowWalk rows(y.shape(), shapes, operands);
  parallel_for(rows.size(), rows.grain(), [&](std::size_t begin, std::size_t end) {
    rows.run_blocks(begin, end, [&](const RowBlock& block) {
      const T* at[max_operands];
      for (std::size_t k = 0; k < operands; ++k) at[k] = in[k] + block.first.in[k];
      f({block.rows, block.first.length, y.data() + block.first.out, block.out_step, at,
         block.in_step.data(), block.first.step.data()});
    });
  });
}

template void map_operands(Array<float>&, const RowFunction<float>&, const Shape* const*,
                           const float* const*, std::size_t);
template void map_operands(Array<double>&, const RowFunction<double>&, const Shape* const*,
                           const double* const*, std::size_t);

}  // namespace xgrad
