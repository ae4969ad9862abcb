#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/reduction.hpp>

namespace xgrad {

void check_same_shape(const char* op, const char* names, const Shape& a, const Shape& b,
                      Location at) {
  if (a != b)
    fail(op, std::string(names) + " of one shape", to_string(a) + " and " + to_string(b), at);
}

template <class T>
Tensor<T> reduced(const char* op, const Tensor<T>& elements, Reduction reduction, Location at) {
  const Shape& shape = elements.shape();
  if (reduction == Reduction::none) return elements;
  if (reduction == Reduction::sum) return sum(elements, {}, KeepDims::no, at);
  if (reduction == Reduction::mean) {
    if (elements.size() == 0) fail(op, "at least one element", "shape " + to_string(shape), at);
    return mean(elements, {}, KeepDims::no, at);
  }
  if (shape.empty() || shape[0] == 0)
    fail(op, "a batch of at least one", "shape " + to_string(shape), at);
  return divide(sum(elements, {}, KeepDims::no, at), shape[0], at);
}

template Tensor<float> reduced(const char*, const Tensor<float>&, Reduction, Location);
template Tensor<double> reduced(const char*, const Tensor<double>&, Reduction, Location);

}  // namespace xgrad
