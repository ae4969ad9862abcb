// What happens to one batch of hidden units in one step of each kind of cell, once its products are
// summed: the gates and the new state, and the derivative of that.
//
// A cell has `columns` sums per unit. The product with x goes to those from x_first on, the one
// with h to those from h_first on; x_gate and h_gate give the gate of the weights, in PyTorch's
// order, that belongs to each of the `gates` columns of a product.
#pragma once
#include <xgrad/ops/kernels/batch.hpp>
#include <xgrad/ops/kernels/recurrent.hpp>
#include <xgrad/ops/kernels/tile.hpp>
#include <xgrad/ops/threads.hpp>

namespace xgrad {

/// Values of a row that a step keeps, or gradients of its sums: value k of unit u at k stride + u.
template <class T>
struct UnitValues {
  T* at;  // value 0 of a batch of units; null if nothing is kept
  std::size_t stride;

  bool wanted() const { return at != nullptr; }
  using Value = Batch<std::remove_const_t<T>>;
  Value operator[](std::size_t k) const { return Value::load(at + k * stride); }
  void put(std::size_t k, Value value) const { value.store(at + k * stride); }
};

/// i, f, o = sigmoid(sums 0, 1, 3),  j = tanh(sum 2),  c' = f c + i j,  h' = o tanh(c').
/// Keeps i, f, j, o, tanh(c'), c. (Hochreiter & Schmidhuber 1997; Gers et al. 2000.)
template <class T>
struct LstmCell {
  static constexpr int gates = 4, columns = 4, x_first = 0, h_first = 0, kept = 6;
  static constexpr bool has_c = true;
  static constexpr int x_gate(int column) { return column; }
  static constexpr int h_gate(int column) { return column; }

  static Batch<T> forward(const Batch<T> (&sum)[columns], Batch<T>, T* c,
                          const UnitValues<T>& keep) {
    const Batch<T> i = sigmoid(sum[0]), f = sigmoid(sum[1]), j = tanh(sum[2]), o = sigmoid(sum[3]);
    const Batch<T> before = Batch<T>::load(c), after = f * before + i * j, squashed = tanh(after);
    after.store(c);
    if (keep.wanted()) {
      keep.put(0, i);
      keep.put(1, f);
      keep.put(2, j);
      keep.put(3, o);
      keep.put(4, squashed);
      keep.put(5, before);
    }
    return o * squashed;
  }
  /// From gh, the cotangent of h', and gc, that of c', on entry: gc becomes that of c; the part of
  /// the cotangent of h that does not pass the product is returned.
  static Batch<T> backward(Batch<T> gh, T* gc, Batch<T>, const UnitValues<const T>& kept_values,
                           const UnitValues<T>& sums) {
    const Batch<T> i = kept_values[0], f = kept_values[1], j = kept_values[2], o = kept_values[3];
    const Batch<T> squashed = kept_values[4], before = kept_values[5];
    const Batch<T> g = Batch<T>::load(gc) + gh * o * (1 - squashed * squashed);
    sums.put(0, g * j * (i * (1 - i)));
    sums.put(1, g * before * (f * (1 - f)));
    sums.put(2, g * i * (1 - j * j));
    sums.put(3, gh * squashed * (o * (1 - o)));
    (g * f).store(gc);
    return 0;
  }
};

/// r, z = sigmoid(sums 1, 2),  n = tanh(sum 0 + r sum 3),  h' = n + z (h - n), where sum 0 is the
/// product with x and sum 3 that with h: the reset gate acts after the product, as in PyTorch.
/// Keeps n, r, z, sum 3. (Cho et al. 2014.)
template <class T>
struct GruCell {
  static constexpr int gates = 3, columns = 4, x_first = 0, h_first = 1, kept = 4;
  static constexpr bool has_c = false;
  static constexpr int x_gate(int column) { return column == 0 ? 2 : column - 1; }
  static constexpr int h_gate(int column) { return column; }

  static Batch<T> forward(const Batch<T> (&sum)[columns], Batch<T> h, T*,
                          const UnitValues<T>& keep) {
    const Batch<T> r = sigmoid(sum[1]), z = sigmoid(sum[2]), n = tanh(sum[0] + r * sum[3]);
    if (keep.wanted()) {
      keep.put(0, n);
      keep.put(1, r);
      keep.put(2, z);
      keep.put(3, sum[3]);
    }
    return (1 - z) * n + z * h;
  }
  static Batch<T> backward(Batch<T> gh, T*, Batch<T> h, const UnitValues<const T>& kept_values,
                           const UnitValues<T>& sums) {
    const Batch<T> n = kept_values[0], r = kept_values[1], z = kept_values[2], m = kept_values[3];
    const Batch<T> gn = gh * (1 - z) * (1 - n * n);
    sums.put(0, gn);
    sums.put(1, gn * m * (r * (1 - r)));
    sums.put(2, gh * (h - n) * (z * (1 - z)));
    sums.put(3, gn * r);
    return gh * z;
  }
};

/// h' = f(sum), f = tanh or relu. Keeps h'. (Elman 1990.)
template <class T, bool Relu>
struct RnnCell {
  static constexpr int gates = 1, columns = 1, x_first = 0, h_first = 0, kept = 1;
  static constexpr bool has_c = false;
  static constexpr int x_gate(int) { return 0; }
  static constexpr int h_gate(int) { return 0; }

  static Batch<T> forward(const Batch<T> (&sum)[columns], Batch<T>, T*, const UnitValues<T>& keep) {
    const Batch<T> y = Relu ? relu(sum[0]) : tanh(sum[0]);
    if (keep.wanted()) keep.put(0, y);
    return y;
  }
  static Batch<T> backward(Batch<T> gh, T*, Batch<T>, const UnitValues<const T>& kept_values,
                           const UnitValues<T>& sums) {
    const Batch<T> y = kept_values[0];
    sums.put(0, Relu ? where(y <= 0, Batch<T>(0), gh) : gh * (1 - y * y));
    return 0;
  }
};

/// Calls f(the cell).
template <class T, class F>
void with_cell(RecurrentCell cell, const F& f) {
  switch (cell) {
    case RecurrentCell::lstm:
      return f(LstmCell<T>());
    case RecurrentCell::gru:
      return f(GruCell<T>());
    case RecurrentCell::rnn_tanh:
      return f(RnnCell<T, false>());
    case RecurrentCell::rnn_relu:
      return f(RnnCell<T, true>());
  }
}

/// The gate of a weight that makes column j of its product.
template <class Cell>
std::size_t gate_of(bool of_h, std::size_t j) {
  const int column = static_cast<int>(j);
  return static_cast<std::size_t>(of_h ? Cell::h_gate(column) : Cell::x_gate(column));
}

/// How many of `count` sequences, or rows of a weight, each thread takes at once: even shares, if
/// the products of the whole sequence are worth to wake a thread.
template <class Cell>
std::size_t recurrent_part(std::size_t count, const RecurrentDims& dims) {
  constexpr std::size_t worth = std::size_t(1) << 19;
  const std::size_t products =
      dims.rows() * Cell::gates * dims.hidden * (dims.in + dims.hidden) / worth;
  const std::size_t parts = std::min<std::size_t>(threads(), 1 + products);
  return std::max<std::size_t>(1, (count + parts - 1) / parts);
}

/// Stores a batch of units of which n, from `unit` on, exist.
template <class T>
void store_units(Batch<T> value, T* row, std::size_t unit, std::size_t n) {
  unit + Batch<T>::size <= n ? value.store(row + unit) : value.store(row + unit, n - unit);
}
template <class T>
Batch<T> load_units(const T* row, std::size_t unit, std::size_t n) {
  return unit + Batch<T>::size <= n ? Batch<T>::load(row + unit)
                                    : Batch<T>::load(row + unit, n - unit);
}

}  // namespace xgrad
