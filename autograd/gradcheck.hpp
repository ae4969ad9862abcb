// Compares the gradients that backward() computes with finite differences.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <iosfwd>
#include <string>
#include <utility>

namespace xgrad {

/// What gradcheck() found. Converts to whether it passed; prints as one line.
struct GradcheckReport {
  bool passed = false;
  std::size_t elements = 0;  // compared
  double error = 0;          // the largest, relative to the largest element of the same gradient
  std::string message;

  explicit operator bool() const noexcept { return passed; }
};
std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

/// A function of several tensors, its type erased.
template <class T>
struct TensorFunction {
  const void* object;
  Tensor<T> (*call)(const void* object, const Tensor<T>* inputs);
};
template <class T, class F, std::size_t... I>
TensorFunction<T> erased(const F& f, std::index_sequence<I...>) {
  return {&f, [](const void* object, const Tensor<T>* x) {
            return Tensor<T>((*static_cast<const F*>(object))(x[I]...));
          }};
}
template <class T>
GradcheckReport gradcheck_function(TensorFunction<T> f, const Tensor<T>* const* inputs,
                                   std::size_t count);

/// Checks the gradients of f, a function of tensors that returns a tensor of any shape, at these
/// inputs. The result is contracted with a fixed random cotangent, and each input element moved by
/// a six-point central difference. Fails, naming input, element and both numbers, where they differ
/// by more than 1e-7 of the gradient's largest element (in float 5e-3: check in double). Fails as
/// well when there is nothing to compare: no element, no path from the inputs to the result, all
/// zero, not finite. Choose inputs away from kinks; a difference across one means nothing.
template <class F, class T, class... More>
GradcheckReport gradcheck(const F& f, const Tensor<T>& first, const More&... more) {
  const Tensor<T>* inputs[] = {&first, &more...};
  return gradcheck_function<T>(erased<T>(f, std::make_index_sequence<1 + sizeof...(More)>()),
                               inputs, 1 + sizeof...(More));
}

extern template GradcheckReport gradcheck_function(TensorFunction<float>,
                                                   const Tensor<float>* const*, std::size_t);
extern template GradcheckReport gradcheck_function(TensorFunction<double>,
                                                   const Tensor<double>* const*, std::size_t);

}  // namespace xgrad
