// Units are padded to whole batches: the weights are packed with zeros there, and buffers have room
// for them, so that only x, y and the gradients of inputs have ragged ends.
#include <xgrad/autograd/pool.hpp>
#include <xgrad/ops/kernels/parallel.hpp>
#include <xgrad/ops/kernels/recurrent_cells.hpp>

#include <vector>

namespace xgrad {
namespace {

template <class E>
using List = std::vector<E, PoolAllocator<E>>;

/// The weights as a step reads them: for each panel of units the biases of its sums, then for each
/// element of x, and each of h, the weights of the panel's columns.
template <class Cell, class T>
class StepWeights {
 public:
  static constexpr std::size_t panel = Batch<T>::size * (tile_batches / Cell::columns);  // units

  StepWeights(const RecurrentDims& dims, const RecurrentInputs<T>& inputs)
      : n_(dims.hidden), per_unit_(Cell::columns + Cell::gates * (dims.in + dims.hidden)) {
    packed_.resize(whole_batches<T>(n_) * per_unit_, T(0));
    for (std::size_t unit = 0; unit < n_; unit += panel) {
      T* to = packed_.data() + unit * per_unit_;
      const std::size_t units = units_of_panel(unit);
      add_bias(inputs.bias_ih, false, unit, to);
      add_bias(inputs.bias_hh, true, unit, to);
      to += units * Cell::columns;
      pack(inputs.weight_ih, dims.in, false, unit, to);
      pack(inputs.weight_hh, n_, true, unit, to + units * Cell::gates * dims.in);
    }
  }
  /// visit(first unit, number of batches of units, the packed panel).
  template <class Visit>
  void for_each_panel(const Visit& visit) const {
    for (std::size_t unit = 0; unit < n_; unit += panel) {
      visit(unit, units_of_panel(unit) / Batch<T>::size, packed_.data() + unit * per_unit_);
    }
  }

 private:
  /// Padded units included.
  std::size_t units_of_panel(std::size_t first) const {
    return std::min(panel, whole_batches<T>(n_) - first);
  }
  std::size_t present(std::size_t first) const { return std::min(panel, n_ - first); }

  void add_bias(const T* bias, bool of_h, std::size_t first, T* to) const {
    if (bias == nullptr) return;
    for (std::size_t j = 0; j < Cell::gates; ++j) {
      const T* from = bias + gate_of<Cell>(of_h, j) * n_ + first;
      T* sums = to + (j + (of_h ? Cell::h_first : Cell::x_first)) * units_of_panel(first);
      for (std::size_t u = 0; u < present(first); ++u) sums[u] += from[u];
    }
  }
  void pack(const T* weight, std::size_t inner, bool of_h, std::size_t first, T* to) const {
    const std::size_t units = units_of_panel(first);
    for (std::size_t j = 0; j < Cell::gates; ++j) {
      const T* from = weight + (gate_of<Cell>(of_h, j) * n_ + first) * inner;
      for (std::size_t k = 0; k < inner; ++k) {
        T* column = to + (k * Cell::gates + j) * units;
        for (std::size_t u = 0; u < present(first); ++u) column[u] = from[u * inner + k];
      }
    }
  }

  std::size_t n_, per_unit_;
  List<T> packed_;
};

/// A sequence of the batch on its way through the steps.
template <class T>
struct Running {
  std::size_t b;
  T *h, *h_next, *c;  // states
  const T* x;         // rows of this step
  T *y, *saved, *before;
};

/// The sums of R sequences for a panel of units, and what the cell makes of them.
template <class Cell, int R, int C, class T>
void step_tile(const Running<T>* rows, const RecurrentDims& dims, std::size_t first,
               const T* packed) {
  constexpr int groups = C / Cell::columns, columns = Cell::gates * groups;
  constexpr std::size_t width = Batch<T>::size;
  Tile<T, R, C> tile;
  const T* a[R];
  for (int r = 0; r < R; ++r) {
    tile.start(r, packed);
    a[r] = rows[r].x;
  }
  packed += C * width;
  tile.template add<Cell::x_first * groups, columns>(a, 1, packed, dims.in);
  packed += columns * width * dims.in;
  for (int r = 0; r < R; ++r) a[r] = rows[r].h;
  tile.template add<Cell::h_first * groups, columns>(a, 1, packed, dims.hidden);
  for (int r = 0; r < R; ++r) {
    const Running<T>& row = rows[r];
    for (int group = 0; group < groups; ++group) {
      const std::size_t unit = first + static_cast<std::size_t>(group) * width;
      Batch<T> sum[Cell::columns];
      for (int k = 0; k < Cell::columns; ++k) sum[k] = tile.sum[r][k * groups + group];
      const UnitValues<T> keep{row.saved == nullptr ? nullptr : row.saved + unit,
                               whole_batches<T>(dims.hidden)};
      const Batch<T> h = Cell::forward(sum, Batch<T>::load(row.h + unit), row.c + unit, keep);
      h.store(row.h_next + unit);
      store_units(h, row.y, unit, dims.hidden);
    }
  }
}

template <class Cell, class T>
class Forward {
 public:
  Forward(const RecurrentDims& dims, const RecurrentInputs<T>& inputs, T* y, T* saved, T* before)
      : dims_(dims),
        inputs_(inputs),
        weights_(dims, inputs),
        y_(y),
        saved_(saved),
        before_(before) {}

  /// Takes the sequences begin .. end - 1 through all their steps.
  void run(std::size_t begin, std::size_t end) const {
    const std::size_t n = dims_.hidden, width = whole_batches<T>(n);
    List<T> states((end - begin) * 3 * width, T(0));
    List<Running<T>> running;
    for (std::size_t b = begin; b < end; ++b) {
      T* at = states.data() + (b - begin) * 3 * width;
      running.push_back({b, at, at + width, at + 2 * width, nullptr, nullptr, nullptr, nullptr});
      if (inputs_.h0 != nullptr) std::copy_n(inputs_.h0 + b * n, n, at);
      if (inputs_.c0 != nullptr) std::copy_n(inputs_.c0 + b * n, n, at + 2 * width);
    }
    for (std::size_t s = 0; !running.empty(); ++s) {
      for (Running<T>& row : running) begin_step(row, s);
      weights_.for_each_panel([&](std::size_t unit, std::size_t batches, const T* packed) {
        for_each_tile(running.size(), [&](std::size_t start, auto rows) {
          with_constant<tile_batches / Cell::columns>(batches, [&](auto groups) {
            step_tile<Cell, rows(), groups() * Cell::columns>(running.data() + start, dims_, unit,
                                                              packed);
          });
        });
      });
      std::size_t left = 0;
      for (Running<T>& row : running) {
        std::swap(row.h, row.h_next);
        if (s + 1 < dims_.length_of(row.b))
          running[left++] = row;
        else
          finish(row);
      }
      running.resize(left);
    }
  }

 private:
  void begin_step(Running<T>& row, std::size_t s) const {
    const std::size_t width = whole_batches<T>(dims_.hidden), t = dims_.time(s, row.b);
    const std::size_t number = dims_.row(t, row.b);
    row.x = inputs_.x + number * dims_.in;
    row.y = y_ + dims_.row_of_y(t, row.b) * dims_.hidden;
    if (saved_ == nullptr) return;
    row.saved = saved_ + number * Cell::kept * width;
    row.before = before_ + number * width;
    std::copy_n(row.h, width, row.before);
  }
  /// The final states, and zeros after the end.
  void finish(const Running<T>& row) const {
    const std::size_t n = dims_.hidden;
    for (std::size_t t = dims_.length_of(row.b); t < dims_.length; ++t) {
      std::fill_n(y_ + dims_.row_of_y(t, row.b) * n, n, T(0));
    }
    std::copy_n(row.h, n, y_ + dims_.row_of_y(dims_.length, row.b) * n);
    if (Cell::has_c) std::copy_n(row.c, n, y_ + dims_.row_of_y(dims_.length + 1, row.b) * n);
  }

  RecurrentDims dims_;
  RecurrentInputs<T> inputs_;
  StepWeights<Cell, T> weights_;
  T *y_, *saved_, *before_;
};

}  // namespace

template <class T>
std::size_t recurrent_state_width(std::size_t hidden) {
  return whole_batches<T>(hidden);
}
template <class T>
std::size_t recurrent_saved_width(RecurrentCell cell, std::size_t hidden) {
  std::size_t kept = 0;
  with_cell<T>(cell, [&](auto kind) { kept = decltype(kind)::kept; });
  return kept * whole_batches<T>(hidden);
}

template <class T>
void recurrent_forward(RecurrentCell cell, const RecurrentDims& dims,
                       const RecurrentInputs<T>& inputs, T* y, T* saved, T* before) {
  with_cell<T>(cell, [&](auto kind) {
    const Forward<decltype(kind), T> forward(dims, inputs, y, saved, before);
    parallel_parts(
        dims.batch, recurrent_part<decltype(kind)>(dims.batch, dims),
        [&](std::size_t, std::size_t begin, std::size_t end) { forward.run(begin, end); });
  });
}

template std::size_t recurrent_state_width<float>(std::size_t);
template std::size_t recurrent_state_width<double>(std::size_t);
template std::size_t recurrent_saved_width<float>(RecurrentCell, std::size_t);
template std::size_t recurrent_saved_width<double>(RecurrentCell, std::size_t);
template void recurrent_forward(RecurrentCell, const RecurrentDims&, const RecurrentInputs<float>&,
                                float*, float*, float*);
template void recurrent_forward(RecurrentCell, const RecurrentDims&, const RecurrentInputs<double>&,
                                double*, double*, double*);

}  // namespace xgrad
