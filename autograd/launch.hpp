// How numerical work runs: a kernel on the arrays of tensors. All of it passes here, so that it can
// be kept while a plan is captured (plan.hpp).
#pragma once
#include <xgrad/autograd/mode.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace xgrad {

/// A Value<float> or a Value<double>.
struct AnyValue {
  void* value;
  bool is_double;
};

/// What there is to know of a kernel's type, so that one function launches all of them: it runs on
/// `count` values, of which it writes the first, and of which those in the set `doubles` are
/// double.
struct KernelType {
  std::size_t size;
  void (*call)(const void* kernel, void* const* values);
  void* (*copy)(const void* kernel, std::size_t size);
  void (*destroy)(void* kernel) noexcept;
  unsigned count, doubles;
};

/// Runs a kernel on values. While this thread is capturing a plan, that keeps a copy of it, and its
/// values alive.
void run(const KernelType& type, const void* kernel, void* const* values);

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

/// Copies of kernels on the heap; those that are just bytes share the code.
void* copy_bytes(const void* kernel, std::size_t size);
void destroy_bytes(void* kernel) noexcept;
template <class Kernel>
void* copy_kernel(const void* kernel, std::size_t) {
  return new Kernel(*static_cast<const Kernel*>(kernel));
}
template <class Kernel>
void destroy_kernel(void* kernel) noexcept {
  delete static_cast<Kernel*>(kernel);
}

template <class Kernel, class T, class... In>
constexpr KernelType kernel_type() {
  static_assert(alignof(Kernel) <= alignof(std::max_align_t));
  unsigned doubles = 0, bit = 1;
  for (bool is_double : {std::is_same_v<T, double>, std::is_same_v<In, double>...}) {
    if (is_double) doubles |= bit;
    bit *= 2;
  }
  constexpr unsigned count = 1 + sizeof...(In);
  if constexpr (std::is_trivially_copyable_v<Kernel>) {
    return {sizeof(Kernel), call_kernel<Kernel, T, In...>, copy_bytes, destroy_bytes, count,
            doubles};
  } else {
    return {sizeof(Kernel),
            call_kernel<Kernel, T, In...>,
            copy_kernel<Kernel>,
            destroy_kernel<Kernel>,
            count,
            doubles};
  }
}

/// Runs kernel(y, inputs...) on arrays. All numerical work of the operations passes here. A kernel
/// owns what else it needs, so that it can be kept; y is new, and written before it is read, or was
/// written by another launch or before.
template <class Kernel, class T, class... In>
void launch(const Kernel& kernel, const Tensor<T>& y, const Tensor<In>&... inputs) {
  static constexpr KernelType type = kernel_type<Kernel, T, In...>();
  void* const values[] = {y.storage().get(), inputs.storage().get()...};
  run(type, &kernel, values);
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
