// A caching allocator: freed blocks wait in a list per size class, so a training loop in its steady
// state never asks the system for memory. One pool per thread, without locks. A block may be freed
// by another thread than the one that took it; it then joins that thread's pool.
#pragma once
#include <array>
#include <cstddef>
#include <new>
#include <utility>

namespace xgrad {

class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { release(); }

  /// A block of at least `bytes`, 64-byte aligned. Throws std::bad_alloc when the system has none
  /// left even after this pool has given back everything it caches.
  void* get(std::size_t bytes);
  /// Takes back a block that get(bytes) returned, in this thread or another.
  void put(void* block, std::size_t bytes) noexcept;
  /// Gives every cached block back to the system.
  void release() noexcept;
  /// Has release() call this first: it puts blocks that wait elsewhere into the thread's pool.
  void before_release(void (*give_back)() noexcept) noexcept;

  /// Blocks ever asked of the system; constant while a loop is in its steady state.
  std::size_t system_blocks() const noexcept { return system_blocks_; }
  /// Whether freed blocks are kept at all; not under AddressSanitizer, which would miss their
  /// misuse.
  static bool caches() noexcept;
  /// Bytes that wait in the lists.
  std::size_t cached_bytes() const noexcept { return cached_bytes_; }

 private:
  void* make(std::size_t bytes);

  struct FreeBlock {
    FreeBlock* next;
  };
  static constexpr std::size_t class_count = 232;  // up to 2^63 bytes
  std::array<FreeBlock*, class_count> free_{};
  std::array<void (*)() noexcept, 2> givers_{};  // of float and of double
  std::size_t system_blocks_ = 0, system_bytes_ = 0, cached_bytes_ = 0;
};

/// This thread's pool, or null once the thread has begun to end.
Pool* thread_pool() noexcept;

/// A block from this thread's pool, and back to it.
void* pool_get(std::size_t bytes);
void pool_put(void* block, std::size_t bytes) noexcept;

/// Gives all memory that this thread's pool caches back to the system.
void release_memory() noexcept;

/// Makes and destroys single objects in the pool.
template <class Object, class... Args>
Object* make_pooled(Args&&... args) {
  void* block = pool_get(sizeof(Object));
  try {
    return new (block) Object(std::forward<Args>(args)...);
  } catch (...) {
    pool_put(block, sizeof(Object));
    throw;
  }
}
template <class Object>
void destroy_pooled(Object* object) noexcept {
  object->~Object();
  pool_put(object, sizeof(Object));
}

/// The pool as a standard allocator, for containers.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}

  T* allocate(std::size_t n) {
    if (n > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(pool_get(n * sizeof(T)));
  }
  void deallocate(T* block, std::size_t n) noexcept { pool_put(block, n * sizeof(T)); }

  friend bool operator==(const PoolAllocator&, const PoolAllocator&) { return true; }
  friend bool operator!=(const PoolAllocator&, const PoolAllocator&) { return false; }
};

}  // namespace xgrad
