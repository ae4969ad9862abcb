#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/folded_relu.hpp>
#include <xgrad/ops/kernels/map.hpp>

namespace xgrad {

template <class T>
void cotangent_before_relu(Array<T>& gz, const Array<T>& g, const Array<T>& y) {
  map(
      gz, [](auto c, auto v) { return where(v <= 0, 0, c); }, g, y);
}

template <class T>
Tensor<T> before_relu(const Pullback<T>& p, const Saved<T>& y) {
  if (recording()) return where(p.output(y) <= 0, 0, p.g);
  Tensor<T> g = empty<T>(p.g.shape());
  launch([](Array<T>& gz, const Array<T>& from,
            const Array<T>& relu) { cotangent_before_relu(gz, from, relu); },
         g, p.g, p.get(y));
  return g;
}

template void cotangent_before_relu(Array<float>&, const Array<float>&, const Array<float>&);
template void cotangent_before_relu(Array<double>&, const Array<double>&, const Array<double>&);
template Tensor<float> before_relu(const Pullback<float>&, const Saved<float>&);
template Tensor<double> before_relu(const Pullback<double>&, const Saved<double>&);

}  // namespace xgrad
