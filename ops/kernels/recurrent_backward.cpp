// Backpropagation through time (Werbos 1990): the steps once more in reverse, which gives the
// gradients of each row's sums, of x and of the states; then the gradients of the weights, products
// over all rows.
#include <xgrad/autograd/array.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/recurrent_cells.hpp>

#include <vector>

namespace xgrad {
namespace {

template <class E>
using List = std::vector<E, PoolAllocator<E>>;

/// The gradients of the sums of all rows: columns times whole batches of units each, and a gap so
/// that rows do not fall into the same lines of the cache.
template <class Cell, class T>
std::size_t sums_stride(std::size_t hidden) {
  return Cell::columns * whole_batches<T>(hidden) + 64 / sizeof(T);
}

/// A weight (gates hidden, n) as a step reads it that multiplies with the gradients of the sums.
template <class Cell, class T>
Array<T> packed_weight(const T* weight, std::size_t hidden, std::size_t n, bool of_h) {
  const std::size_t width = whole_batches<T>(hidden), rows = Cell::gates * width;
  Array<T> packed = empty_array<T>({rows * whole_batches<T>(n)});
  const auto row = [&](std::size_t i) {
    const std::size_t unit = i % width;
    return unit < hidden ? weight + (gate_of<Cell>(of_h, i / width) * hidden + unit) * n : nullptr;
  };
  pack_panels(row, rows, n, packed.data());
  return packed;
}

/// A sequence of the batch on its way back through the steps.
template <class T>
struct Returning {
  std::size_t b;
  T *gh, *gc;   // cotangents of the states after the step, then of those before it
  const T* gy;  // rows of this step
  const T *saved, *before;
  T *sums, *gx;
};

// Compiled once for all kinds of cells.
/// to[column ...] (of n columns) = or += sums (rows of packed), for R sequences.
template <bool Add, int R, int C, class T>
[[gnu::noinline]] void product_tile(const T* const (&sums)[R], T* const (&to)[R], std::size_t inner,
                                    std::size_t column, std::size_t n, const T* packed) {
  Tile<T, R, C> tile;
  if constexpr (Add) {
    for (int r = 0; r < R; ++r) tile.start(r, to[r] + column);
  } else {
    tile.clear();
  }
  tile.add(sums, 1, packed + column * inner, inner);
  for (int r = 0; r < R; ++r) {
    for (int c = 0; c < C; ++c) {
      const std::size_t at = column + static_cast<std::size_t>(c) * Batch<T>::size;
      store_units(Batch<T>(tile.sum[r][c]), to[r], at, n);
    }
  }
}

/// to = (if `first`) or += the sum over `rows` of (a row of sums)^T (a row of packed), for R of the
/// sums, which stand side by side, and n columns, from `column` on.
template <int R, int C, class T>
[[gnu::noinline]] void add_tile(const T* sums, std::size_t stride, const T* packed,
                                std::size_t rows, T* to, std::size_t column, std::size_t n,
                                bool first) {
  Tile<T, R, C> tile;
  tile.clear();
  const T* a[R];
  for (int r = 0; r < R; ++r) a[r] = sums + r;
  tile.add(a, stride, packed, rows);
  for (int r = 0; r < R; ++r, to += n) {
    for (int c = 0; c < C; ++c) {
      const std::size_t at = column + static_cast<std::size_t>(c) * Batch<T>::size;
      const Batch<T> sum = Batch<T>(tile.sum[r][c]);
      store_units(first ? sum : load_units(to, at, n) + sum, to, at, n);
    }
  }
}

template <class Cell, class T>
class Backward {
 public:
  Backward(const RecurrentDims& dims, const RecurrentInputs<T>& inputs, const T* g, const T* saved,
           const T* before, const RecurrentGradients<T>& gradients)
      : dims_(dims),
        inputs_(inputs),
        g_(g),
        saved_(saved),
        before_(before),
        to_(gradients),
        width_(whole_batches<T>(dims.hidden)),
        stride_(sums_stride<Cell, T>(dims.hidden)),
        of_h_(packed_weight<Cell>(inputs.weight_hh, dims.hidden, dims.hidden, true)),
        sums_(empty_array<T>({dims.rows() * stride_})) {
    if (to_.x != nullptr)
      of_x_ = packed_weight<Cell>(inputs.weight_ih, dims.hidden, dims.in, false);
  }

  /// Takes the sequences begin .. end - 1 back through their steps.
  void run(std::size_t begin, std::size_t end) {
    const std::size_t n = dims_.hidden, length = dims_.length;
    List<T> states((end - begin) * 2 * width_, T(0));
    List<Returning<T>> returning, waiting;
    std::size_t steps = 0;
    for (std::size_t b = begin; b < end; ++b) {
      T* at = states.data() + (b - begin) * 2 * width_;
      std::copy_n(g_ + dims_.row_of_y(length, b) * n, n, at);
      if (Cell::has_c) std::copy_n(g_ + dims_.row_of_y(length + 1, b) * n, n, at + width_);
      waiting.push_back({b, at, at + width_, nullptr, nullptr, nullptr, nullptr, nullptr});
      steps = std::max(steps, dims_.length_of(b));
      clear_after_end(b);
    }
    for (std::size_t s = steps; s-- > 0;) {
      returning.clear();
      for (Returning<T>& row : waiting) {
        if (s < dims_.length_of(row.b)) returning.push_back(begin_step(row, s));
      }
      for (const Returning<T>& row : returning) pull_cell(row);
      if (s > 0 || to_.h0 != nullptr) pull_products(returning);
      if (to_.x != nullptr) pull_x(returning);
    }
    for (const Returning<T>& row : waiting) {
      if (to_.h0 != nullptr) std::copy_n(row.gh, n, to_.h0 + row.b * n);
      if (to_.c0 != nullptr) std::copy_n(row.gc, n, to_.c0 + row.b * n);
    }
  }

  /// Rows begin .. end - 1 of the gradients of the weights and biases, gates hidden in all, by
  /// columns of the sums.
  void pull_weights(std::size_t begin, std::size_t end) const {
    pull_weight(false, begin, end, inputs_.x, dims_.in, dims_.in, to_.weight_ih);
    pull_weight(true, begin, end, before_, width_, dims_.hidden, to_.weight_hh);
    pull_bias(false, begin, end, to_.bias_ih);
    if (Cell::x_first == Cell::h_first && to_.bias_ih != nullptr && to_.bias_hh != nullptr)
      std::copy(to_.bias_ih + begin, to_.bias_ih + end, to_.bias_hh + begin);
    else
      pull_bias(true, begin, end, to_.bias_hh);
  }

 private:
  Returning<T> begin_step(Returning<T> row, std::size_t s) {
    const std::size_t t = dims_.time(s, row.b), number = dims_.row(t, row.b);
    row.gy = g_ + dims_.row_of_y(t, row.b) * dims_.hidden;
    row.saved = saved_ + number * Cell::kept * width_;
    row.before = before_ + number * width_;
    row.sums = sums_.data() + number * stride_;
    if (to_.x != nullptr) row.gx = to_.x + number * dims_.in;
    return row;
  }
  void clear_after_end(std::size_t b) {
    for (std::size_t t = dims_.length_of(b); t < dims_.length; ++t) {
      std::fill_n(sums_.data() + dims_.row(t, b) * stride_, stride_, T(0));
      if (to_.x != nullptr) std::fill_n(to_.x + dims_.row(t, b) * dims_.in, dims_.in, T(0));
    }
  }
  void pull_cell(const Returning<T>& row) const {
    for (std::size_t unit = 0; unit < width_; unit += Batch<T>::size) {
      const UnitValues<const T> kept{row.saved + unit, width_};
      const UnitValues<T> sums{row.sums + unit, width_};
      const Batch<T> gh = Batch<T>::load(row.gh + unit) + load_units(row.gy, unit, dims_.hidden);
      Cell::backward(gh, row.gc + unit, Batch<T>::load(row.before + unit), kept, sums)
          .store(row.gh + unit);
    }
    // An infinite x makes NaN of the units that are not there.
    for (std::size_t k = 0; k < Cell::columns; ++k) {
      std::fill(row.sums + k * width_ + dims_.hidden, row.sums + (k + 1) * width_, T(0));
    }
  }
  void pull_products(const List<Returning<T>>& rows) const {
    pull<true>(rows, Cell::h_first, &Returning<T>::gh, width_, of_h_);
  }
  void pull_x(const List<Returning<T>>& rows) const {
    pull<false>(rows, Cell::x_first, &Returning<T>::gx, dims_.in, of_x_);
  }
  template <bool Add>
  void pull(const List<Returning<T>>& rows, std::size_t first, T* Returning<T>::*to, std::size_t n,
            const Array<T>& packed) const {
    for_each_panel<T>(n, [&](std::size_t column, auto batches) {
      for_each_tile(rows.size(), [&](std::size_t start, auto count) {
        const T* sums[count()];
        T* into[count()];
        for (int r = 0; r < count(); ++r) {
          const Returning<T>& row = rows[start + static_cast<std::size_t>(r)];
          sums[r] = row.sums + first * width_;
          into[r] = row.*to;
        }
        product_tile<Add, count(), batches()>(sums, into, Cell::gates * width_, column, n,
                                              packed.data());
      });
    });
  }

  /// Calls f(column j, units from .. to - 1 of it) for parts of the rows begin .. end - 1.
  template <class F>
  void for_columns(std::size_t begin, std::size_t end, const F& f) const {
    for (std::size_t j = begin / dims_.hidden; j * dims_.hidden < end; ++j) {
      const std::size_t first = j * dims_.hidden;
      f(j, std::max(begin, first) - first, std::min(end - first, dims_.hidden));
    }
  }
  /// gW = the sum over rows of (gradient of the sums)^T (row of b), n columns of b; some of its
  /// rows.
  void pull_weight(bool of_h, std::size_t begin, std::size_t end, const T* b, std::size_t b_stride,
                   std::size_t n, T* to) const {
    if (to == nullptr) return;
    constexpr std::size_t block = 128;  // rows whose panel stays in the cache
    Array<T> packed = empty_array<T>({block * whole_batches<T>(n)});
    const std::size_t rows = dims_.rows();
    if (rows == 0) std::fill_n(to + begin * n, (end - begin) * n, T(0));
    for (std::size_t first = 0; first < rows; first += block) {
      const std::size_t count = std::min(block, rows - first);
      pack_panels(
          [&](std::size_t i) {
            return dims_.valid(first + i) ? b + (first + i) * b_stride : nullptr;
          },
          count, n, packed.data());
      for_each_panel<T>(n, [&](std::size_t column, auto batches) {
        for_columns(begin, end, [&](std::size_t j, std::size_t from, std::size_t past) {
          const std::size_t k = (of_h ? Cell::h_first : Cell::x_first) + j;
          const T* sums = sums_.data() + first * stride_ + k * width_;
          T* gate = to + gate_of<Cell>(of_h, j) * dims_.hidden * n;
          for_each_tile(past - from, [&](std::size_t start, auto units) {
            add_tile<units(), batches()>(sums + from + start, stride_,
                                         packed.data() + column * count, count,
                                         gate + (from + start) * n, column, n, first == 0);
          });
        });
      });
    }
  }
  void pull_bias(bool of_h, std::size_t begin, std::size_t end, T* to) const {
    if (to == nullptr) return;
    for_columns(begin, end, [&](std::size_t j, std::size_t from, std::size_t past) {
      const std::size_t k = (of_h ? Cell::h_first : Cell::x_first) + j;
      T* gate = to + gate_of<Cell>(of_h, j) * dims_.hidden;
      List<double> total(past - from, 0.0);
      for (std::size_t row = 0; row < dims_.rows(); ++row) {
        const T* sums = sums_.data() + row * stride_ + k * width_ + from;
        for (std::size_t u = 0; u < past - from; ++u) total[u] += static_cast<double>(sums[u]);
      }
      for (std::size_t u = from; u < past; ++u) gate[u] = static_cast<T>(total[u - from]);
    });
  }

  RecurrentDims dims_;
  RecurrentInputs<T> inputs_;
  const T *g_, *saved_, *before_;
  RecurrentGradients<T> to_;
  std::size_t width_, stride_;
  Array<T> of_h_, of_x_, sums_;
};

}  // namespace

template <class T>
void recurrent_backward(RecurrentCell cell, const RecurrentDims& dims,
                        const RecurrentInputs<T>& inputs, const T* g, const T* saved,
                        const T* before, const RecurrentGradients<T>& gradients) {
  with_cell<T>(cell, [&](auto kind) {
    using Cell = decltype(kind);
    Backward<Cell, T> backward(dims, inputs, g, saved, before, gradients);
    const std::size_t rows = Cell::gates * dims.hidden;
    parallel_parts(
        dims.batch, recurrent_part<Cell>(dims.batch, dims),
        [&](std::size_t, std::size_t begin, std::size_t end) { backward.run(begin, end); });
    parallel_parts(rows, recurrent_part<Cell>(rows, dims),
                   [&](std::size_t, std::size_t begin, std::size_t end) {
                     backward.pull_weights(begin, end);
                   });
  });
}

template void recurrent_backward(RecurrentCell, const RecurrentDims&, const RecurrentInputs<float>&,
                                 const float*, const float*, const float*,
                                 const RecurrentGradients<float>&);
template void recurrent_backward(RecurrentCell, const RecurrentDims&,
                                 const RecurrentInputs<double>&, const double*, const double*,
                                 const double*, const RecurrentGradients<double>&);

}  // namespace xgrad
