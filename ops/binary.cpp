#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/activation.hpp>
#include <xgrad/ops/kernels/binary.hpp>
#include <xgrad/ops/unary.hpp>

#include <xgrad/ops/instantiate.hpp>

#include <xgrad/ops/binary.hpp>

namespace xgrad {

template <class T>
Tensor<T> lerp(const Tensor<T>& a, const Tensor<T>& b, const Tensor<T>& t, Location at) {
  Shape shape = broadcast_shape("lerp", a.shape(), b.shape(), at);
  Tensor<T> y = empty<T>(broadcast_shape("lerp", shape, t.shape(), at));
  auto values = [](auto... x) { return lerp(x...); };
  launch([values](Array<T>& out, const auto&... in) { map(out, values, in...); }, y, a, b, t);
  bool ends = t.tracked(), weight = a.tracked() || b.tracked();
  return record("lerp", std::move(y), {&a, &b, &t},
                [first = ends ? Saved<T>(a) : Saved<T>(), last = ends ? Saved<T>(b) : Saved<T>(),
                 saved = weight ? Saved<T>(t) : Saved<T>()](Pullback<T>& p) {
                  if (p.wants(0)) p.add(0, p.g * (1 - p.get(saved)));
                  if (p.wants(1)) p.add(1, p.g * p.get(saved));
                  if (p.wants(2)) p.add(2, p.g * (p.get(last) - p.get(first)));
                });
}

template Tensor<float> lerp(const Tensor<float>&, const Tensor<float>&, const Tensor<float>&,
                            Location);
template Tensor<double> lerp(const Tensor<double>&, const Tensor<double>&, const Tensor<double>&,
                             Location);

}  // namespace xgrad
