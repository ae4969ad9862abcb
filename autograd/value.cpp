#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <utility>

namespace xgrad {
namespace {

// Small values wait whole for their next use, by their shape, since training makes the same shapes
// over and over: to construct an array's extents, strides and block is most of what one costs.
constexpr std::size_t idle_bytes = std::size_t(1) << 14, slot_bits = 6;

/// Values of one shape that wait; never more than the thread has made.
template <class T>
struct Slot {
  Value<T>* first = nullptr;
  std::size_t count = 0, made = 0;
};
template <class T>
thread_local Slot<T> idle_values[1 + (std::size_t(1) << slot_bits)];

/// The first slot is that of scalars; other shapes share one by turns, if they have to.
template <class T>
Slot<T>& slot_of(const Shape& shape) noexcept {
  if (shape.empty()) return idle_values<T>[0];
  std::uint64_t hash = 0;
  for (const std::size_t extent : shape) hash = (hash + extent + 1) * 0x9e3779b97f4a7c15U;
  return idle_values<T>[1 + (hash >> (64 - slot_bits))];
}

/// Whether the slot has a value of this shape, or none: then any can wait there.
template <class T>
bool suits(const Slot<T>& slot, const Shape& shape) noexcept {
  return slot.first == nullptr || shape.empty() || same_shape(slot.first->array.shape(), shape);
}

/// Whether an array has all its elements, and they are few: one that was moved from has not.
template <class T>
bool is_small(const Array<T>& array) noexcept {
  const std::size_t size = array.storage().size();
  return size <= idle_bytes / sizeof(T) && size == size_of(array.shape());
}

}  // namespace

template <class T>
Value<T>* Value<T>::make(const Shape& shape) {
  Slot<T>& idle = slot_of<T>(shape);
  if (idle.first == nullptr || !suits(idle, shape)) {
    auto* value = make_pooled<Value>(shape.empty() ? Array<T>() : empty_array<T>(shape));
    if (!is_small(value->array)) return value;
    ++idle.made;
    if (Pool* pool = thread_pool()) pool->before_release(give_back);
    return value;
  }
  --idle.count;
  Value* value = std::exchange(idle.first, idle.first->next_idle_);
  value->restart();
  value->version = 0;
  return value;
}

template <class T>
void Value<T>::destroy(Value* value) noexcept {
  const Array<T>& array = value->array;
  Slot<T>& idle = slot_of<T>(array.shape());
  if (idle.count >= idle.made || !is_small(array) || !suits(idle, array.shape())) {
    return destroy_pooled(value);
  }
  if (idle.first == nullptr && (!Pool::caches() || thread_pool() == nullptr))
    return destroy_pooled(value);
  value->next_idle_ = std::exchange(idle.first, value);
  ++idle.count;
}

template <class T>
void Value<T>::give_back() noexcept {
  for (Slot<T>& idle : idle_values<T>) {
    while (idle.first != nullptr) {
      destroy_pooled(std::exchange(idle.first, idle.first->next_idle_));
    }
    idle.count = 0;
  }
}

template struct Value<float>;
template struct Value<double>;

}  // namespace xgrad
