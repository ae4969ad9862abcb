// A training step in its steady state asks neither the pool's system nor malloc for memory, and
// nothing leaks. malloc is interposed for this program only.
#include "check.hpp"

#include <cstdlib>
#include <cstring>
#include <xgrad/nn/layers.hpp>
#include <xgrad/nn/optim.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define SANITIZED 1
#endif

namespace {
thread_local bool counting = false;
thread_local long allocations = 0;  // of this thread
}  // namespace

#ifndef SANITIZED
#include <dlfcn.h>

namespace {

// OpenBLAS is let off: for some small products its kernel takes a buffer from malloc each time.
void count(const void* caller) {
  if (!counting) return;
  counting = false;  // dladdr might call malloc
  Dl_info info;
  bool is_blas = dladdr(caller, &info) != 0 && info.dli_fname != nullptr &&
                 std::strstr(info.dli_fname, "openblas") != nullptr;
  if (!is_blas) ++allocations;
  counting = true;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

// operator new ends here too.
void* malloc(std::size_t n) noexcept {
  count(__builtin_return_address(0));
  return __libc_malloc(n);
}
void* calloc(std::size_t elements, std::size_t n) noexcept {
  count(__builtin_return_address(0));
  return __libc_calloc(elements, n);
}
void* realloc(void* block, std::size_t n) noexcept {
  count(__builtin_return_address(0));
  return __libc_realloc(block, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) noexcept {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, n);
}
void* memalign(std::size_t alignment, std::size_t n) noexcept {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t n) noexcept {
  count(__builtin_return_address(0));
  *block = __libc_memalign(alignment, n);
  return *block == nullptr ? 12 : 0;  // ENOMEM
}
}
#endif

namespace {

namespace xg = xgrad;
using check::Random;

template <class Work>
long allocations_of(Work work) {
  allocations = 0;
  counting = true;
  work();
  counting = false;
  return allocations;
}

// A sanitizer has a malloc of its own, and under AddressSanitizer the pool caches nothing: there
// the steps are run, for it to watch, but not counted.
#ifdef SANITIZED
constexpr bool counted = false;
#else
constexpr bool counted = true;
#endif
#define SKIP_UNLESS_COUNTED() \
  if (!counted) GTEST_SKIP() << "not counted: a sanitizer or another libc replaces malloc"

/// Runs step() until it has what it needs, then expects that it asks for no more.
template <class Step>
void expect_steady(Step step) {
  for (int i = 0; i < 5; ++i) step();
  std::size_t blocks = xg::thread_pool()->system_blocks();
  std::size_t cached = xg::thread_pool()->cached_bytes();
  long asked = allocations_of([&] {
    for (int i = 0; i < 50; ++i) step();
  });
  SKIP_UNLESS_COUNTED();
  EXPECT_EQ(xg::thread_pool()->system_blocks(), blocks);
  EXPECT_EQ(xg::thread_pool()->cached_bytes(), cached);
  EXPECT_EQ(asked, 0) << "calls of malloc in 50 steps";
}

template <class T>
class Memory : public ::testing::Test {
 protected:
  Random random{1};
  xg::Tensor<T> x = check::tensor<T>(random.array({8, 20}));
  xg::Array<int> labels = xg::empty_array<int>({8});
  Memory() { std::fill(labels.begin(), labels.end(), 2); }
  xg::Tensor<T> leaf(const reference::Shape& shape) {
    return check::leaf<T>(random.array(shape, -0.1, 0.1));
  }
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Memory, Types, );

TEST(MallocCounter, Counts) {
  SKIP_UNLESS_COUNTED();
  void* volatile block = nullptr;  // a compiler may leave out a pair that nobody sees
  EXPECT_EQ(allocations_of([&] { block = ::operator new(10); }), 1);
  ::operator delete(block);
  EXPECT_EQ(allocations_of([&] { block = std::aligned_alloc(64, 640); }), 1);
  std::free(block);
}

TYPED_TEST(Memory, TrainingStepOfModelWithAdam) {
  using T = TypeParam;
  auto model =
      xg::nn::Sequential(xg::nn::Dense<T>(20, 16), xg::nn::Relu(), xg::nn::Dense<T>(16, 4));
  xg::nn::Adam<T> optimizer(xg::nn::parameters(model), 1e-3);
  expect_steady([&] {
    optimizer.zero_grad();
    xg::softmax_cross_entropy(model(this->x), this->labels).backward();
    optimizer.step();
  });
}

TYPED_TEST(Memory, TrainingStepByHandWithMomentum) {
  xg::Tensor<TypeParam> w1 = this->leaf({20, 16}), b1 = this->leaf({16}), w2 = this->leaf({16, 4});
  xg::nn::SGD<TypeParam> optimizer({w1, b1, w2}, 0.01, 0.9, 1e-4);
  expect_steady([&] {
    optimizer.zero_grad();
    xg::Tensor<TypeParam> h = xg::maximum(0, xg::dot(this->x, w1) + b1);
    xg::softmax_cross_entropy(xg::dot(h, w2), this->labels).backward();
    optimizer.step();
  });
}

TYPED_TEST(Memory, EveryOptimizer) {
  using T = TypeParam;
  namespace nn = xg::nn;
  const std::vector<xg::Tensor<T>> p = {this->leaf({20, 6}), this->leaf({6})};
  nn::SGD<T> sgd(p, 0.01, 0.9, 0.1);
  nn::Lion<T> lion(p);
  nn::AdamW<T> adamw(p);
  nn::NAdam<T> nadam(p);
  nn::RAdam<T> radam(p);
  nn::RMSprop<T> rmsprop(p);
  nn::Adagrad<T> adagrad(p);
  nn::Adadelta<T> adadelta(p);
  nn::Scheduler scheduler(sgd, nn::CosineAnnealingLR{100});
  nn::ExponentialMovingAverage<T> average(p, 0.9);
  expect_steady([&] {
    sgd.zero_grad();
    xg::sum(xg::tanh(xg::dot(this->x, p[0]) + p[1])).backward();
    nn::clip_grad_norm(p, 1);
    nn::clip_grad_value(p, 1);
    sgd.step();
    lion.step();
    adamw.step();
    nadam.step();
    radam.step();
    rmsprop.step();
    adagrad.step();
    adadelta.step();
    scheduler.step();
    average.update();
  });
}

TYPED_TEST(Memory, ReductionsSoftmaxAndBroadcasting) {
  xg::Tensor<TypeParam> w = this->leaf({20, 6}), b = this->leaf({6});
  expect_steady([&] {
    w.zero_grad();
    b.zero_grad();
    xg::Tensor<TypeParam> z = xg::matmul(this->x, w) * b - xg::mean(b, 0, xg::keep_dims);
    xg::Tensor<TypeParam> y = xg::softmax(z) + xg::log_softmax(z) / (1 + xg::square(z));
    (xg::sum(y) + xg::logsumexp(z) + xg::amax(z)).backward();
  });
}

TYPED_TEST(Memory, SecondDerivatives) {
  xg::Tensor<TypeParam> w = this->leaf({6});
  expect_steady([&] {
    w.zero_grad();
    xg::Tensor<TypeParam> slope = w * xg::exp(w);
    (slope * slope).backward(xg::ones<TypeParam>({6}), xg::retain_graph);
  });
}

TYPED_TEST(Memory, EverythingIsGivenBack) {
  // What a step takes from the pool returns to it, whether the graph is swept, dropped, or kept by
  // a gradient with a graph of its own.
  xg::Tensor<TypeParam> w = this->leaf({20, 6});
  auto step = [&](int way) {
    w.zero_grad();
    xg::Tensor<TypeParam> y = xg::sum(xg::tanh(xg::dot(this->x, w)));
    if (way == 0) y.backward();
    if (way == 1) y.backward(xg::retain_graph);
    if (way == 2) xg::grad(y, std::vector<xg::Tensor<TypeParam>>{w}, xg::create_graph);
    w.zero_grad();
  };
  for (int way : {0, 1, 2, 3}) step(way);
  std::size_t cached = xg::thread_pool()->cached_bytes();
  for (int way : {0, 1, 2, 3, 2, 1, 0}) {
    step(way);
    EXPECT_EQ(xg::thread_pool()->cached_bytes(), cached) << "way " << way;
  }
}

// By shape, scalars too; as if new.
TYPED_TEST(Memory, SmallValuesAreUsedAgain) {
  SKIP_UNLESS_COUNTED();
  for (const xg::Shape& shape : {xg::Shape{}, xg::Shape{2, 3}, xg::Shape{0}}) {
    const TypeParam* place = nullptr;
    {
      const xg::Tensor<TypeParam> first = xg::ones<TypeParam>(shape);
      first.assign(xg::zeros<TypeParam>(shape));  // a version that is not the first
      place = first.data();
    }
    const auto w = xg::parameter(xg::Tensor<TypeParam>(xg::ones<TypeParam>(shape)));
    const xg::Tensor<TypeParam> again = xg::full<TypeParam>(shape, 3);
    EXPECT_EQ(again.data(), place) << xg::to_string(shape);
    EXPECT_EQ(again.shape(), shape);
    xg::sum(w * again).backward();
    for (const TypeParam g : w.grad().value()) EXPECT_EQ(g, 3);
  }
}

// What was moved out of a value does not come back with it.
TYPED_TEST(Memory, MovedValuesAreNotUsedAgain) {
  for (const xg::Shape& shape : {xg::Shape{}, xg::Shape{2}}) {
    const xg::Array<TypeParam> taken = xg::full<TypeParam>(shape, 7).value();
    const xg::Tensor<TypeParam> next = xg::full<TypeParam>(shape, 8);
    EXPECT_EQ(next.shape(), shape);
    for (const TypeParam element : taken) EXPECT_EQ(element, 7);
    for (const TypeParam element : next.value()) EXPECT_EQ(element, 8);
  }
}

TYPED_TEST(Memory, PoolIsReleasedOnRequest) {
  SKIP_UNLESS_COUNTED();
  xg::zeros<TypeParam>({1000, 1000});
  EXPECT_GE(xg::thread_pool()->cached_bytes(), sizeof(TypeParam) * 1000000);
  xg::release_memory();
  EXPECT_EQ(xg::thread_pool()->cached_bytes(), 0u);
}

}  // namespace
