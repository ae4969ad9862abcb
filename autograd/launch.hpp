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
/// `count` values, of which it writes the first `writes`, and of which those in the set `doubles`
/// are double.
struct KernelType {
  std::size_t size;
  void (*call)(const void* kernel, void* const* values);
  void* (*copy)(const void* kernel, std::size_t size);
  void (*destroy)(void* kernel) noexcept;
  unsigned count, writes, doubles;
};

/// Runs a kernel on values. While this thread is capturing a plan, that keeps a copy of it, and its
/// values alive.
void run(const KernelType& type, const void* kernel, void* const* values);

/// Whether others hold the value of a tensor, a plan aside.
template <class T>
bool is_shared(const Tensor<T>& x) noexcept;

/// A value as a kernel gets it: to write to, or to read.
template <bool Writable, class T>
std::conditional_t<Writable, Array<T>&, const Array<T>&> kernel_argument(void* value) {
  return static_cast<Value<T>*>(value)->array;
}
template <std::size_t Writes, class Kernel, class... T, std::size_t... I>
void call_kernel(const void* kernel, void* const* values, std::index_sequence<I...>) {
  (*static_cast<const Kernel*>(kernel))(kernel_argument<(I < Writes), T>(values[I])...);
}
/// The one place where a kernel's code stands.
template <std::size_t Writes, class Kernel, class... T>
[[gnu::noinline]] void call_kernel(const void* kernel, void* const* values) {
  call_kernel<Writes, Kernel, T...>(kernel, values, std::index_sequence_for<T...>());
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

template <std::size_t Writes, class Kernel, class... T>
constexpr KernelType kernel_type() {
  static_assert(alignof(Kernel) <= alignof(std::max_align_t));
  unsigned doubles = 0, bit = 1;
  for (bool is_double : {std::is_same_v<T, double>...}) {
    if (is_double) doubles |= bit;
    bit *= 2;
  }
  constexpr bool is_bytes = std::is_trivially_copyable_v<Kernel>;
  KernelType type{sizeof(Kernel), call_kernel<Writes, Kernel, T...>,
                  copy_bytes,     destroy_bytes,
                  sizeof...(T),   Writes,
                  doubles};
  if constexpr (!is_bytes) {
    type.copy = copy_kernel<Kernel>;
    type.destroy = destroy_kernel<Kernel>;
  }
  return type;
}

/// Runs kernel(arrays...) on those of the values, to the first `Writes` of which it writes. All
/// numerical work of the operations passes here. A kernel owns what else it needs, so that it can
/// be kept; what it writes is new, and written before it is read, or was written by another launch
/// or before.
template <std::size_t Writes, class Kernel, class... T>
void launch_writing(const Kernel& kernel, const Tensor<T>&... tensors) {
  static constexpr KernelType type = kernel_type<Writes, Kernel, T...>();
  void* const values[] = {tensors.storage().get()...};
  run(type, &kernel, values);
}
/// The usual case: kernel(y, inputs...).
template <class Kernel, class T, class... In>
void launch(const Kernel& kernel, const Tensor<T>& y, const Tensor<In>&... inputs) {
  launch_writing<1>(kernel, y, inputs...);
}

/// A tensor of a launch: some other one where this one is left out, and the kernel does not touch
/// it in this one's place.
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
