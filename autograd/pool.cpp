#include <xgrad/autograd/pool.hpp>

#include <cstdint>
#include <cstdlib>

// Under AddressSanitizer a block in the list is poisoned, and so is the slack behind the bytes that
// were asked for: use after free and overflow are found as if each block came from malloc.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XGRAD_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(XGRAD_ASAN)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) \
  (static_cast<void>(address), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) \
  (static_cast<void>(address), static_cast<void>(size))
#endif

namespace xgrad {
namespace {

constexpr std::size_t alignment = 64;  // a cache line, and a whole AVX-512 register

struct SizeClass {
  std::size_t index, bytes;
};

// Multiples of 64 up to 1 KiB, then four classes per doubling: at most a quarter is slack.
SizeClass size_class(std::size_t bytes) {
  if (bytes <= 1024) {
    std::size_t lines = bytes == 0 ? 1 : (bytes + alignment - 1) / alignment;
    return {lines - 1, lines * alignment};
  }
  auto exponent = static_cast<std::size_t>(63 - __builtin_clzll(bytes - 1));
  std::size_t quarter = ((bytes - 1) >> (exponent - 2)) & 3;
  return {16 + (exponent - 10) * 4 + quarter,
          (std::size_t(1) << exponent) + (quarter + 1) * (std::size_t(1) << (exponent - 2))};
}

std::size_t class_bytes(std::size_t index) {
  if (index < 16) return (index + 1) * alignment;
  std::size_t exponent = 10 + (index - 16) / 4, quarter = (index - 16) % 4;
  return (std::size_t(1) << exponent) + (quarter + 1) * (std::size_t(1) << (exponent - 2));
}

thread_local Pool* current = nullptr;  // plain pointers: read without an initialization guard
thread_local bool ended = false;

struct Owner {
  Pool pool;
  Owner() { current = &pool; }
  ~Owner() {
    current = nullptr;
    ended = true;
  }
};

Pool* first_use() noexcept {
  static thread_local Owner owner;
  return &owner.pool;
}

}  // namespace

void* Pool::get(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX) throw std::bad_alloc();
  SizeClass fit = size_class(bytes);
  FreeBlock*& list = free_[fit.index];
  if (list != nullptr) {
    void* block = list;
    ASAN_UNPOISON_MEMORY_REGION(block, bytes < sizeof(FreeBlock) ? sizeof(FreeBlock) : bytes);
    list = list->next;
    cached_bytes_ -= fit.bytes;
    return block;
  }
  void* block = std::aligned_alloc(alignment, fit.bytes);
  if (block == nullptr) {
    release();
    block = std::aligned_alloc(alignment, fit.bytes);
    if (block == nullptr) throw std::bad_alloc();
  }
  ++system_blocks_;
  ASAN_POISON_MEMORY_REGION(static_cast<char*>(block) + bytes, fit.bytes - bytes);
  return block;
}

void Pool::put(void* block, std::size_t bytes) noexcept {
  SizeClass fit = size_class(bytes);
  ASAN_UNPOISON_MEMORY_REGION(block, sizeof(FreeBlock));
  free_[fit.index] = new (block) FreeBlock{free_[fit.index]};
  cached_bytes_ += fit.bytes;
  ASAN_POISON_MEMORY_REGION(block, fit.bytes);
}

void Pool::release() noexcept {
  for (std::size_t index = 0; index < class_count; ++index) {
    while (FreeBlock* block = free_[index]) {
      ASAN_UNPOISON_MEMORY_REGION(block, class_bytes(index));
      free_[index] = block->next;
      std::free(block);
    }
  }
  cached_bytes_ = 0;
}

Pool* thread_pool() noexcept {
  if (current != nullptr) return current;
  return ended ? nullptr : first_use();
}

// Static objects may outlive the thread's pool; their blocks then go straight to and from the
// system.
void* pool_get(std::size_t bytes) {
  if (Pool* pool = thread_pool()) return pool->get(bytes);
  void* block = std::aligned_alloc(alignment, size_class(bytes).bytes);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void pool_put(void* block, std::size_t bytes) noexcept {
  if (Pool* pool = thread_pool()) return pool->put(block, bytes);
  ASAN_UNPOISON_MEMORY_REGION(block, size_class(bytes).bytes);
  std::free(block);
}

void release_memory() noexcept {
  if (Pool* pool = thread_pool()) pool->release();
}

}  // namespace xgrad
