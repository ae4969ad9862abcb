#include <xgrad/autograd/pool.hpp>

#include <cstdint>
#include <cstdlib>

namespace xgrad {
namespace {

// Under AddressSanitizer nothing is cached: each block is its own, of its exact size, so that use
// after free and overflow are found.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif

constexpr std::size_t alignment = 64;  // a cache line, and a whole AVX-512 register

struct SizeClass {
  std::size_t index, bytes;
};

// Multiples of 64 up to 1 KiB, then four classes per doubling: at most a quarter is slack.
SizeClass size_class(std::size_t bytes) {
  if (bytes <= 1024) {
    std::size_t line = bytes == 0 ? 0 : (bytes - 1) / alignment;
    return {line, (line + 1) * alignment};
  }
  auto exponent = static_cast<std::size_t>(63 - __builtin_clzll(bytes - 1));
  std::size_t quarter = ((bytes - 1) >> (exponent - 2)) & 3;
  return {16 + (exponent - 10) * 4 + quarter,
          (std::size_t(1) << exponent) + (quarter + 1) * (std::size_t(1) << (exponent - 2))};
}

void* from_system(std::size_t bytes) {
  void* block = nullptr;
  if (bytes <= PTRDIFF_MAX && posix_memalign(&block, alignment, bytes == 0 ? 1 : bytes) == 0) {
    return block;
  }
  return nullptr;
}

thread_local Pool* current = nullptr;  // plain: read without an initialization guard
thread_local bool ended = false;

struct PoolOwner {
  Pool pool;
  PoolOwner() { current = &pool; }
  ~PoolOwner() {
    current = nullptr;
    ended = true;
  }
};

}  // namespace

void* Pool::get(std::size_t bytes) {
  SizeClass fit = size_class(bytes);
  FreeBlock* block = free_[fit.index];
  if (block == nullptr) return make(bytes);
  free_[fit.index] = block->next;
  cached_bytes_ -= fit.bytes;
  return block;
}

void* Pool::make(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX) throw std::bad_alloc();
  SizeClass fit = size_class(bytes);
  std::size_t wanted = sanitized ? bytes : fit.bytes;
  void* block = from_system(wanted);
  if (block == nullptr) {
    release();
    block = from_system(wanted);
    if (block == nullptr) throw std::bad_alloc();
  }
  ++system_blocks_;
  system_bytes_ += fit.bytes;
  return block;
}

void Pool::put(void* block, std::size_t bytes) noexcept {
  SizeClass fit = size_class(bytes);
  // A thread that frees what another makes keeps no more than it has ever asked for itself.
  if (sanitized || cached_bytes_ + fit.bytes > system_bytes_) return std::free(block);
  free_[fit.index] = new (block) FreeBlock{free_[fit.index]};
  cached_bytes_ += fit.bytes;
}

void Pool::before_release(void (*give_back)() noexcept) noexcept {
  for (auto& giver : givers_) {
    if (giver == nullptr) giver = give_back;
    if (giver == give_back) return;
  }
}

void Pool::release() noexcept {
  for (const auto giver : givers_) {
    if (giver != nullptr) giver();
  }
  for (FreeBlock*& list : free_) {
    while (FreeBlock* block = list) {
      list = block->next;
      std::free(block);
    }
  }
  system_bytes_ -= cached_bytes_;
  cached_bytes_ = 0;
}

bool Pool::caches() noexcept { return !sanitized; }

Pool* thread_pool() noexcept {
  if (current == nullptr && !ended) {
    static thread_local PoolOwner owner;
    return &owner.pool;
  }
  return current;
}

// Static objects may outlive the thread's pool; their blocks then go straight to and from the
// system.
void* pool_get(std::size_t bytes) {
  if (current != nullptr) return current->get(bytes);
  if (Pool* pool = thread_pool()) return pool->get(bytes);
  return Pool().get(bytes);
}

void pool_put(void* block, std::size_t bytes) noexcept {
  if (current != nullptr) return current->put(block, bytes);
  if (Pool* pool = thread_pool()) return pool->put(block, bytes);
  std::free(block);
}

void release_memory() noexcept {
  if (Pool* pool = thread_pool()) pool->release();
}

}  // namespace xgrad
