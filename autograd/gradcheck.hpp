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
  std::size_t elements = 0;  // of the inputs
  double error = 0;  // the largest, relative to the largest derivative with respect to the input
  std::string message;

  explicit operator bool() const noexcept { return passed; }
};
std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

struct GradcheckOptions {
  double tolerance = 0;  // relative; 0: 1e-7 in double, 5e-3 in float (check in double)
  double step = 0;       // of the differences, times max(1, |x|); 0: 1e-3 in double, 0.03 in float
};

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
                                   std::size_t count, const GradcheckOptions& options);
template <class T>
GradcheckReport gradgradcheck_function(TensorFunction<T> f, const Tensor<T>* const* inputs,
                                       std::size_t count, const GradcheckOptions& options);

/// Checks the gradients of f, a function of tensors that returns a tensor of any shape, at these
/// inputs, by six-point central differences. Where it is small the whole Jacobian is compared; else
/// the result is contracted with a random cotangent, and, if the inputs are large too, they move in
/// random directions. Fails, naming input, element and both numbers, where these differ by more
/// than the tolerance. Fails as well when there is nothing to compare: no element, no path from the
/// inputs to the result, all zero, not finite. Choose inputs away from kinks; a difference across
/// one means nothing.
template <class F, class T, class... More>
GradcheckReport gradcheck(const GradcheckOptions& options, const F& f, const Tensor<T>& first,
                          const More&... more) {
  const Tensor<T>* inputs[] = {&first, &more...};
  return gradcheck_function<T>(erased<T>(f, std::make_index_sequence<1 + sizeof...(More)>()),
                               inputs, 1 + sizeof...(More), options);
}
template <class F, class T, class... More>
GradcheckReport gradcheck(const F& f, const Tensor<T>& first, const More&... more) {
  return gradcheck(GradcheckOptions(), f, first, more...);
}

/// Checks second derivatives: gradcheck of each input's gradient, as a function of the inputs and
/// of a cotangent.
template <class F, class T, class... More>
GradcheckReport gradgradcheck(const GradcheckOptions& options, const F& f, const Tensor<T>& first,
                              const More&... more) {
  const Tensor<T>* inputs[] = {&first, &more...};
  return gradgradcheck_function<T>(erased<T>(f, std::make_index_sequence<1 + sizeof...(More)>()),
                                   inputs, 1 + sizeof...(More), options);
}
template <class F, class T, class... More>
GradcheckReport gradgradcheck(const F& f, const Tensor<T>& first, const More&... more) {
  return gradgradcheck(GradcheckOptions(), f, first, more...);
}

// For GoogleTest, where its header is included: EXPECT_GRADIENT(f, x...) expects that gradcheck
// passes, and shows its message if it does not.
#define EXPECT_GRADIENT(...) \
  EXPECT_TRUE(::xgrad::verdict<::testing::AssertionResult>(::xgrad::gradcheck(__VA_ARGS__)))
#define EXPECT_SECOND_GRADIENT(...) \
  EXPECT_TRUE(::xgrad::verdict<::testing::AssertionResult>(::xgrad::gradgradcheck(__VA_ARGS__)))
template <class AssertionResult>
AssertionResult verdict(const GradcheckReport& report) {
  return AssertionResult(report.passed) << report.message;
}

}  // namespace xgrad
