// Intrusive reference counting. The count is atomic because threads may share parameters; the last
// owner skips the atomic decrement, since nobody else is left to count.
#pragma once
#include <atomic>
#include <cstdint>
#include <utility>

namespace xgrad {

/// Base of a counted object; its maker is the first owner, by Ref::adopt.
class Counted {
 public:
  void acquire() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
  /// True when the caller was the last owner.
  bool release() noexcept {
    return count_.load(std::memory_order_acquire) == 1 ||
           count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  std::uint32_t owners() const noexcept { return count_.load(std::memory_order_acquire); }

 protected:
  /// One owner again, for an object without any.
  void restart() noexcept { count_.store(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> count_{1};
};

/// An owner of a Counted object. Object::destroy(Object*) ends the object's life.
template <class Object>
class Ref {
 public:
  Ref() = default;
  /// One more owner.
  explicit Ref(Object* object) noexcept : object_(object) {
    if (object_ != nullptr) object_->acquire();
  }
  /// The first owner, of a new object.
  static Ref adopt(Object* object) noexcept {
    Ref result;
    result.object_ = object;
    return result;
  }
  Ref(const Ref& other) noexcept : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) drop(object_);
  }

  Object* get() const noexcept { return object_; }
  Object* operator->() const noexcept { return object_; }
  Object& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  static void drop(Object* object) noexcept;  // in the library, to spare its users the code
  Object* object_ = nullptr;
};

template <class Object>
void Ref<Object>::drop(Object* object) noexcept {
  if (object->release()) Object::destroy(object);
}

}  // namespace xgrad
