#include <xgrad/ops/kernels/map.hpp>

namespace xgrad {

template <class T>
void map_operands(Array<T>& y, const RowFunction<T>& f, const Shape* const* shapes,
                  const T* const* in, std::size_t operands) {
  if (y.size() == 0) return;
  bool alike = true;  // each a number, or of y's shape: one row
  std::array<std::size_t, max_operands> step{};
  for (std::size_t k = 0; k < operands && alike; ++k) {
    step[k] = size_of(*shapes[k]) != 1;
    alike = step[k] == 0 || *shapes[k] == y.shape();
  }
  const auto run = [&](std::size_t begin, std::size_t n, const std::size_t* from,
                       const std::size_t* steps) {
    const T* at[max_operands];
    for (std::size_t k = 0; k < operands; ++k) at[k] = in[k] + from[k];
    f.call(f.f, y.data() + begin, n, at, steps);
  };
  if (alike) {
    return parallel_for(y.size(), parallel_grain, [&](std::size_t begin, std::size_t end) {
      std::size_t from[max_operands];
      for (std::size_t k = 0; k < operands; ++k) from[k] = begin * step[k];
      run(begin, end - begin, from, step.data());
    });
  }
  const RowWalk rows(y.shape(), shapes, operands);
  parallel_for(rows.size(), rows.grain(), [&](std::size_t begin, std::size_t end) {
    rows.run(begin, end,
             [&](const Row& row) { run(row.out, row.length, row.in.data(), row.step.data()); });
  });
}

template void map_operands(Array<float>&, const RowFunction<float>&, const Shape* const*,
                           const float* const*, std::size_t);
template void map_operands(Array<double>&, const RowFunction<double>&, const Shape* const*,
                           const double* const*, std::size_t);

}  // namespace xgrad
