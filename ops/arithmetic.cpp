#include <xgrad/ops/unary.hpp>

#include <xgrad/ops/instantiate.hpp>

#include <xgrad/ops/arithmetic.hpp>

namespace xgrad {

namespace {

template <class T>
Tensor<T> where_shared(const SharedArray<bool>& condition, const Tensor<T>& a, const Tensor<T>& b,
                       Location at) {
  Shape shape = broadcast_shape("where", a.shape(), b.shape(), at);
  shape = broadcast_shape("where", shape, condition->shape(), at);
  Tensor<T> y = empty<T>(shape);
  launch(
      [condition](Array<T>& out, const Array<T>& in_a, const Array<T>& in_b) {
        const Shape* shapes[] = {&condition->shape(), &in_a.shape(), &in_b.shape()};
        for_each_row(out.shape(), shapes, [&](const Row& row) {
          const bool* c = condition->data() + row.in[0];
          const T *p = in_a.data() + row.in[1], *q = in_b.data() + row.in[2];
          T* to = out.data() + row.out;
          for (std::size_t i = 0; i < row.length; ++i) {
            to[i] = c[i * row.step[0]] ? p[i * row.step[1]] : q[i * row.step[2]];
          }
        });
      },
      y, a, b);
  return record("where", std::move(y), {&a, &b}, [condition](Pullback<T>& p) {
    const Tensor<T> zero = 0;
    if (p.wants(0)) p.add(0, where_shared(condition, p.g, zero, {}));
    if (p.wants(1)) p.add(1, where_shared(condition, zero, p.g, {}));
  });
}

}  // namespace

template <class T>
Tensor<T> where(Array<bool> condition, Tensor<T> a, Tensor<T> b, Location at) {
  return where_shared(shared(std::move(condition)), a, b, at);
}

template Tensor<float> where(Array<bool>, Tensor<float>, Tensor<float>, Location);
template Tensor<double> where(Array<bool>, Tensor<double>, Tensor<double>, Location);

}  // namespace xgrad
