// How numerical work runs: a kernel on the arrays of tensors. All of it passes here, so that it can
// be kept while a plan is captured (plan.hpp).
#pragma once
#include <xgrad/autograd/mode.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {

/// A Value<float> or a Value<double>.
struct AnyValue {
  void* value;
  bool is_double;
};

/// A kernel and what it runs on: first the value that it writes.
struct Launch {
  void (*call)(const void* kernel, void* const* values);
  std::shared_ptr<const void> kernel;
  std::vector<AnyValue> values;
};

/// Runs the launch, and keeps it, and its values alive, in the plan that this thread is capturing.
void keep(Launch launch);

/// Whether others hold the value of a tensor, a plan aside.
template <class T>
bool is_shared(const Tensor<T>& x) noexcept;

template <class Kernel, class T, class... In, std::size_t... I>
void call_kernel(const void* kernel, void* const* values, std::index_sequence<I...>) {
  (*static_cast<const Kernel*>(kernel))(
      static_cast<Value<T>*>(values[0])->array,
      std::as_const(static_cast<Value<In>*>(values[I + 1])->array)...);
}
/// The one place where a kernel's code stands.
template <class Kernel, class T, class... In>
[[gnu::noinline]] void call_kernel(const void* kernel, void* const* values) {
  call_kernel<Kernel, T, In...>(kernel, values, std::index_sequence_for<In...>());
}

/// Runs kernel(y, inputs...) on arrays. All numerical work of the operations passes here. A kernel
/// owns what else it needs, so that it can be kept; y is new, and written before it is read, or was
/// written by another launch or before.
template <class Kernel, class T, class... In>
void launch(const Kernel& kernel, const Tensor<T>& y, const Tensor<In>&... inputs) {
  y.need_value();
  (inputs.need_value(), ...);
  void* const values[] = {y.storage().get(), inputs.storage().get()...};
  if (mode().capture == nullptr) return call_kernel<Kernel, T, In...>(&kernel, values);
  keep({call_kernel<Kernel, T, In...>,
        std::make_shared<Kernel>(kernel),
        {{y.storage().get(), std::is_same_v<T, double>},
         {inputs.storage().get(), std::is_same_v<In, double>}...}});
}

/// An input of a launch: some other tensor where this one is left out, and the kernel reads
/// neither.
template <class T>
const Tensor<T>& or_else(const Tensor<T>& optional, const Tensor<T>& other) {
  return optional.defined() ? optional : other;
}

/// Writes x's elements to y, of the same shape. Records nothing.
template <class T>
void copy(const Tensor<T>& y, const Tensor<T>& x);
/// A tensor of its own with x's elements. Records nothing.
template <class T>
Tensor<T> copy_of(const Tensor<T>& x);

}  // namespace xgrad
