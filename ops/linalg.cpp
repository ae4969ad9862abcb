#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/folded_relu.hpp>
#include <xgrad/ops/kernels/gemm.hpp>
#include <xgrad/ops/kernels/map.hpp>
#include <xgrad/ops/kernels/reduce.hpp>
#include <xgrad/ops/kernels/small_product.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matrices.hpp>
#include <xgrad/ops/unary.hpp>

#include <functional>
#include <numeric>

namespace xgrad {

using namespace matrices;

namespace {

/// The product of two buffers read as matrices, the result under any shape of m n elements.
/// Vectors, matrices and stacks with flattened leading axes are all this one operation.
///   gA = G B^T,  gB = A^T G, each written in the order in which A, B are stored.   Saves a, b.
template <class T>
Tensor<T> product(const char* op, const Tensor<T>& a, const Tensor<T>& b, const ProductDims& dims,
                  const Shape& shape) {
  Tensor<T> y = empty<T>(shape);
  launch([dims](Array<T>& out, const Array<T>& x,
                const Array<T>& z) { gemm(dims, x.data(), z.data(), out.data()); },
         y, a, b);
  bool save_a = b.tracked(), save_b = a.tracked();
  return record(op, std::move(y), {&a, &b},
                [op, dims, a = save_a ? Saved<T>(a) : Saved<T>(),
                 b = save_b ? Saved<T>(b) : Saved<T>()](Pullback<T>& p) {
                  auto [m, n, k, ta, tb] = dims;
                  if (p.wants(0)) {
                    p.add(0, ta ? product(op, p.get(b), p.g, {k, m, n, tb, true}, p.shape(0))
                                : product(op, p.g, p.get(b), {m, k, n, false, !tb}, p.shape(0)));
                  }
                  if (p.wants(1)) {
                    p.add(1, tb ? product(op, p.g, p.get(a), {n, k, m, true, ta}, p.shape(1))
                                : product(op, p.get(a), p.g, {k, n, m, !ta, false}, p.shape(1)));
                  }
                });
}

[[noreturn]] void fail_inner(const char* op, const Shape& a, const Shape& b, Location at) {
  fail(op, "(..., m, k) and (..., k, n)", to_string(a) + " and " + to_string(b), at);
}

/// The axis of b that a product sums over: the last but one, or the only one.
std::size_t inner_axis(const Shape& b) { return b.size() < 2 ? 0 : b.size() - 2; }

/// a (..., k) times b (k) or (k, n): the leading axes of a are rows of one matrix.
template <class T>
Tensor<T> flat_product(const char* op, const Tensor<T>& a, const Tensor<T>& b) {
  std::size_t k = a.shape().back(), n = b.ndim() == 1 ? 1 : b.shape()[1];
  Shape rows = without(a.shape(), a.ndim() - 1);
  Shape shape = joined(rows, without(b.shape(), 0));
  return product(op, a, b, {size_of(rows), n, k}, shape);
}

/// Matrices in the last two axes, the leading axes broadcast. A transposed operand's matrices are
/// stored transposed. The engine sums the cotangents over broadcast axes.
template <class T>
Tensor<T> batched_product(const char* op, const Tensor<T>& a, const Tensor<T>& b,
                          const ProductDims& dims, Location at) {
  Shape lead_a = lead_of(a.shape()), lead_b = lead_of(b.shape()), lead = lead_a;
  if (!broadcast_into(lead, lead_b)) fail_inner(op, a.shape(), b.shape(), at);
  Tensor<T> y = empty<T>(joined(lead, {dims.m, dims.n}));
  launch(
      [dims, lead, lead_a, lead_b](Array<T>& out, const Array<T>& x, const Array<T>& z) {
        const std::size_t grain = grain_rows(dims.m * dims.n * dims.k / 16);
        for_each_matrix(lead, lead_a, lead_b, grain,
                        [&](std::size_t i, std::size_t j, std::size_t to) {
                          gemm(dims, x.data() + i * dims.m * dims.k, z.data() + j * dims.k * dims.n,
                               out.data() + to * dims.m * dims.n);
                        });
      },
      y, a, b);
  return record(op, std::move(y), {&a, &b},
                [op, dims, a = Saved<T>(a), b = Saved<T>(b)](Pullback<T>& p) {
                  auto [m, n, k, ta, tb] = dims;
                  if (p.wants(0)) {
                    p.add(0, ta ? batched_product(op, p.get(b), p.g, {k, m, n, tb, true}, {})
                                : batched_product(op, p.g, p.get(b), {m, k, n, false, !tb}, {}));
                  }
                  if (p.wants(1)) {
                    p.add(1, tb ? batched_product(op, p.g, p.get(a), {n, k, m, true, ta}, {})
                                : batched_product(op, p.get(a), p.g, {k, n, m, !ta, false}, {}));
                  }
                });
}

/// y (m, n) = x w^T + bias, or its relu.
template <class T>
void linear_rows(const ProductDims& dims, const T* x, const T* w, const T* bias, bool relus, T* y) {
  if (is_small(dims)) return small_linear(dims, x, w, bias, relus, y);
  gemm(dims, x, w, y);
  const auto add_bias = [&](const auto& f) {
    parallel_rows(dims.m * dims.n, dims.n,
                  [&](std::size_t i) { update_range<T>(dims.n, f, y + i, bias); });
  };
  if (relus)
    add_bias([](auto& z, const auto& c) { z = relu(z + c); });
  else
    add_bias([](auto& z, const auto& c) { z = z + c; });
}

/// The sums of a matrix's columns, in double.
template <class T>
void sum_rows(Array<T>& sums, const Array<T>& x) {
  if (x.size() == sums.size()) return void(std::copy_n(x.data(), x.size(), sums.data()));
  Shape kept(x.dimension(), 1);
  kept.back() = sums.size();
  reduce<SumOf>(sums, x, kept, [](double sum) { return sum; });
}

/// All cotangents of linear() in one kernel: a launch for each would take longer than the products
/// where these are small.
template <class T>
void linear_cotangents(Pullback<T>& p, const ProductDims& dims, const Saved<T>& x,
                       const Saved<T>& weight, const Saved<T>& relu) {
  const bool wants_x = p.wants(0), relus = relu.tensor().defined(), small = is_small(dims);
  Tensor<T> gw = empty<T>(p.shape(1)), gb = empty<T>(p.shape(2));
  Tensor<T> gx = wants_x ? empty<T>(p.shape(0)) : Tensor<T>();
  const Tensor<T> gz = relus && !small ? empty<T>(p.g.shape()) : Tensor<T>();
  launch_writing<4>(
      [dims, wants_x, relus, small](Array<T>& to_w, Array<T>& to_b, Array<T>& to_x, Array<T>& to_z,
                                    const Array<T>& g, const Array<T>& in, const Array<T>& w,
                                    const Array<T>& y) {
        if (small) {
          return small_linear_gradient(dims, g.data(), relus ? y.data() : nullptr, in.data(),
                                       w.data(), to_w.data(), to_b.data(),
                                       wants_x ? to_x.data() : nullptr);
        }
        if (relus) cotangent_before_relu(to_z, g, y);
        const auto [m, n, k, ta, tb] = dims;
        const Array<T>& z = relus ? to_z : g;
        gemm({n, k, m, true, false}, z.data(), in.data(), to_w.data());
        sum_rows(to_b, z);
        if (wants_x) gemm({m, k, n}, z.data(), w.data(), to_x.data());
      },
      gw, gb, or_else(gx, gb), or_else(gz, gb), p.g, p.get(x), or_else(p.get(weight), p.get(x)),
      or_else(p.get(relu), p.g));
  if (wants_x) p.add(0, std::move(gx));
  p.add(1, std::move(gw));
  p.add(2, std::move(gb));
}

}  // namespace

template <class T>
Tensor<T> dot(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  if (a.ndim() == 0 || b.ndim() == 0) return multiply(a, b, at);
  std::size_t axis = inner_axis(b.shape());
  if (a.shape().back() != b.shape()[axis]) fail_inner("dot", a.shape(), b.shape(), at);
  if (b.ndim() <= 2) return flat_product("dot", a, b);
  // Bring the summed axis of a stack to the front; what remains are the columns of one matrix.
  Tensor<T> columns = moveaxis(b, static_cast<int>(axis), 0, at);
  Shape rows = without(a.shape(), a.ndim() - 1), rest = without(b.shape(), axis);
  return product("dot", a, columns, {size_of(rows), size_of(rest), a.shape().back()},
                 joined(rows, rest));
}

template <class T>
Tensor<T> matmul(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  if (a.ndim() == 0 || b.ndim() == 0 || a.shape().back() != b.shape()[inner_axis(b.shape())]) {
    fail_inner("matmul", a.shape(), b.shape(), at);
  }
  if (b.ndim() <= 2) return flat_product("matmul", a, b);
  std::size_t k = a.shape().back(), n = b.shape().back();
  if (a.ndim() > 1) return batched_product("matmul", a, b, {a.shape()[a.ndim() - 2], n, k}, at);
  Tensor<T> row = reshape(a, Shape{1, k}, at);
  return reshape(batched_product("matmul", row, b, {1, n, k}, at), without(b.shape(), b.ndim() - 2),
                 at);
}

template <class T>
Tensor<T> outer(const Tensor<T>& a, const Tensor<T>& b, Location) {
  return product("outer", a, b, {a.size(), b.size(), 1}, Shape{a.size(), b.size()});
}

template <class T>
Tensor<T> linear(const Tensor<T>& x, const Tensor<T>& weight, const Tensor<T>& bias,
                 Activation activation, Location at) {
  if (x.ndim() == 0 || weight.ndim() != 2 || bias.ndim() != 1 ||
      x.shape().back() != weight.shape()[1] || bias.shape()[0] != weight.shape()[0]) {
    fail("linear", "x (..., in), weight (out, in), bias (out)",
         to_string(x.shape()) + ", " + to_string(weight.shape()) + ", " + to_string(bias.shape()),
         at);
  }
  const std::size_t n = weight.shape()[0], k = weight.shape()[1];
  Shape shape = x.shape();
  shape.back() = n;
  const std::size_t m = std::accumulate(shape.begin(), shape.end() - 1, std::size_t(1),
                                        std::multiplies<std::size_t>());
  const ProductDims dims{m, n, k, false, true};
  const bool relus = activation == Activation::relu;
  Tensor<T> y = empty<T>(shape);
  launch(
      [=](Array<T>& out, const Array<T>& in, const Array<T>& w, const Array<T>& b) {
        linear_rows(dims, in.data(), w.data(), b.data(), relus, out.data());
      },
      y, x, weight, bias);
  Saved<T> saved_x = weight.tracked() ? Saved<T>(x) : Saved<T>();
  Saved<T> saved_w = x.tracked() ? Saved<T>(weight) : Saved<T>();
  Saved<T> saved_y = relus ? Saved<T>(y) : Saved<T>();
  return record(
      "linear", std::move(y), {&x, &weight, &bias},
      [=, saved_x = std::move(saved_x), saved_w = std::move(saved_w),
       saved_y = std::move(saved_y)](Pullback<T>& p) {
        if (!recording() && p.wants(1) && p.wants(2))
          return linear_cotangents(p, dims, saved_x, saved_w, saved_y);
        Tensor<T> g = relus ? before_relu(p, saved_y) : p.g;
        if (p.wants(0)) p.add(0, product("linear", g, p.get(saved_w), {m, k, n}, p.shape(0)));
        if (p.wants(1)) {
          p.add(1, product("linear", g, p.get(saved_x), {n, k, m, true, false}, p.shape(1)));
        }
        if (p.wants(2)) p.add(2, g);
      });
}

#define XGRAD_LINALG(T)                                                                       \
  template Tensor<T> dot(const Tensor<T>&, const Tensor<T>&, Location);                       \
  template Tensor<T> matmul(const Tensor<T>&, const Tensor<T>&, Location);                    \
  template Tensor<T> outer(const Tensor<T>&, const Tensor<T>&, Location);                     \
  template Tensor<T> linear(const Tensor<T>&, const Tensor<T>&, const Tensor<T>&, Activation, \
                            Location);
XGRAD_LINALG(float)
XGRAD_LINALG(double)

}  // namespace xgrad
