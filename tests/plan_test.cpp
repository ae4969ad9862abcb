// Plans: bit for bit what the code that they were captured from does, without memory from the
// system; and clear errors for what they cannot do.
#include "same_bits.hpp"

#include <xgrad/ops/fuse.hpp>
#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace xg = xgrad;
using tests::same_bits;

namespace {

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "no error";
}

/// A perceptron, its input and its labels, and a step of gradient descent.
template <class T>
struct Training {
  xg::Generator generator{7};
  xg::Tensor<T> x = xg::uniform<T>({8, 6}, -1, 1, generator);
  std::shared_ptr<xg::Array<int>> labels =
      std::make_shared<xg::Array<int>>(xg::Array<int>{0, 1, 2, 0, 1, 2, 0, 1});
  xg::Tensor<T> w = xg::parameter(xg::uniform<T>({5, 6}, -1, 1, generator));
  xg::Tensor<T> b = xg::parameter(xg::zeros<T>({5}));
  xg::Tensor<T> v = xg::parameter(xg::uniform<T>({3, 5}, -1, 1, generator));
  xg::Tensor<T> c = xg::parameter(xg::zeros<T>({3}));
  xg::Tensor<T> loss;

  void step() {
    xg::Tensor<T> hidden = xg::tanh(xg::linear(x, w, b));
    hidden = xg::dropout(hidden, 0.25, true, generator);
    loss = xg::softmax_cross_entropy(xg::linear(hidden, v, c), xg::SharedArray<int>(labels)) +
           0.001 * xg::sum(w * w);
    for (const xg::Tensor<T>& p : parameters()) p.zero_grad();
    loss.backward();
    xg::NoGrad guard;
    for (const xg::Tensor<T>& p : parameters()) p.assign(p - 0.5 * p.grad());
  }
  std::vector<xg::Tensor<T>> parameters() const { return {w, b, v, c}; }
  /// Other data for step `i`.
  void load(int i) {
    xg::Generator own(static_cast<std::uint64_t>(i));
    x.assign(xg::uniform<T>({8, 6}, -1, 1, own));
    for (int& label : *labels) label = static_cast<int>(xg::below(own, 3));
  }
};

template <class T>
void expect_same(const Training<T>& a, const Training<T>& b) {
  EXPECT_TRUE(same_bits(a.loss, b.loss));
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    EXPECT_TRUE(same_bits(a.parameters()[i], b.parameters()[i])) << "parameter " << i;
    EXPECT_TRUE(same_bits(a.parameters()[i].grad(), b.parameters()[i].grad())) << "gradient " << i;
  }
}

template <class T>
class Plans : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Plans, Types, );

TYPED_TEST(Plans, TrainBitForBitAsEagerCode) {
  Training<TypeParam> eager, planned;
  eager.step();
  xg::Plan step = xg::capture([&] { planned.step(); });
  expect_same(eager, planned);
  for (int i = 0; i < 20; ++i) {
    eager.load(i);
    eager.step();
    planned.load(i);
    step();
    expect_same(eager, planned);
  }
}

TYPED_TEST(Plans, AskForNoMemory) {
  if (!xg::Pool::caches()) GTEST_SKIP() << "the pool keeps nothing under this sanitizer";
  Training<TypeParam> training;
  xg::Plan step = xg::capture([&] { training.step(); });
  step();
  std::size_t before = xg::thread_pool()->system_blocks();
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(xg::thread_pool()->system_blocks(), before);
}

TYPED_TEST(Plans, ShareBuffersBetweenTemporaries) {
  const xg::Tensor<TypeParam> x = xg::ones<TypeParam>({1000});
  xg::Tensor<TypeParam> y;
  xg::Plan chain = xg::capture([&] {
    y = x;
    for (int i = 0; i < 50; ++i)
      y = xg::reshape(xg::tanh(y), i % 2 == 0 ? xg::Shape{10, 100} : xg::Shape{1000});
  });
  xg::Tensor<TypeParam> expected = y.detach();
  expected = xg::Tensor<TypeParam>(xg::Array<TypeParam>(expected.value()));
  EXPECT_LE(chain.buffer_bytes(), 3 * 1000 * sizeof(TypeParam));
  EXPECT_GE(chain.size(), 50u);
  for (int i = 0; i < 3; ++i) {
    chain();
    EXPECT_TRUE(same_bits(y, expected));
  }
}

TYPED_TEST(Plans, AddToSlicesInPlace) {
  const xg::Tensor<TypeParam> w = xg::parameter(xg::uniform<TypeParam>({6, 4}, -1, 1));
  auto gradient = [](const xg::Tensor<TypeParam>& p) {
    xg::Tensor<TypeParam> sum = 0;
    for (int i = 0; i < 6; ++i) sum = sum + xg::sum(xg::square(xg::slice(p, {i})) * (i + 1));
    return xg::grad(sum + xg::sum(p), {p})[0];
  };
  xg::Tensor<TypeParam> planned;
  xg::Plan plan = xg::capture([&] { planned = gradient(w); });
  w.assign(w * 2);
  plan();
  EXPECT_TRUE(same_bits(planned, gradient(w)));
  plan();
  EXPECT_TRUE(same_bits(planned, gradient(w)));
}

TYPED_TEST(Plans, AccumulateGradients) {
  auto run = [](const xg::Tensor<TypeParam>& w) { xg::sum(xg::exp(w)).backward(); };
  const xg::Tensor<TypeParam> a = xg::parameter(xg::Tensor<TypeParam>{1, 2}),
                              b = xg::parameter(xg::Tensor<TypeParam>{1, 2});
  run(a);
  run(b);
  run(a);
  xg::Plan plan = xg::capture([&] { run(b); });
  for (int i = 0; i < 3; ++i) {
    run(a);
    plan();
    EXPECT_TRUE(same_bits(a.grad(), b.grad()));
  }
}

TYPED_TEST(Plans, LeaveAloneWhatWasSavedBeforeThem) {
  // Derivatives that overwrite what they saved may not do so where the next run needs it again.
  const xg::Array<int> labels = {2, 0};
  const xg::Tensor<TypeParam> x = xg::parameter(xg::Tensor<TypeParam>{{1, 2, 3}, {-1, 0, 4}}),
                              z = xg::parameter(xg::Tensor<TypeParam>{1, 2, 3});
  const auto loss = [&] {
    return 3 * xg::softmax_cross_entropy(x, labels) +
           2 * xg::fuse_sum([](auto a) { return a * a * a; }, z);
  };
  const auto expected = xg::grad(loss(), {x, z});
  const xg::Tensor<TypeParam> before = loss();
  xg::Plan plan = xg::capture([&] { before.backward(); });
  for (int run = 0; run < 3; ++run) {
    EXPECT_TRUE(same_bits(x.grad(), expected[0])) << run;
    EXPECT_TRUE(same_bits(z.grad(), expected[1])) << run;
    plan();
  }
}

TYPED_TEST(Plans, DifferentiateTwice) {
  const xg::Tensor<TypeParam> w = xg::parameter(xg::Tensor<TypeParam>{0.3, -0.2, 0.5});
  auto second = [](const xg::Tensor<TypeParam>& p) {
    auto g = xg::grad(xg::sum(xg::sin(p * p)), {p}, xg::create_graph)[0];
    return xg::grad(xg::sum(g * g), {p})[0];
  };
  xg::Tensor<TypeParam> planned;
  xg::Plan plan = xg::capture([&] { planned = second(w); });
  w.assign(w + 1);
  plan();
  EXPECT_TRUE(same_bits(planned, second(w)));
}

TYPED_TEST(Plans, DrawRandomNumbersAnew) {
  xg::Generator a(5), b(5);
  xg::Tensor<TypeParam> planned;
  xg::Plan plan = xg::capture([&] {
    planned = xg::uniform<TypeParam>({4}, 0, 1, a);
    planned = planned + xg::normal<TypeParam>({4}, 0, 1, a);
  });
  for (int i = 0; i < 3; ++i) {
    if (i > 0) plan();
    auto u = xg::uniform<TypeParam>({4}, 0, 1, b);
    EXPECT_TRUE(same_bits(planned, u + xg::normal<TypeParam>({4}, 0, 1, b)));
  }
}

TEST(Plan, ALabelOutOfRangeChangesNothing) {
  Training<float> eager, planned;
  eager.step();
  xg::Plan step = xg::capture([&] { planned.step(); });
  const std::uint64_t untouched = xg::Generator(planned.generator)();
  (*planned.labels)(3) = 9;
  EXPECT_THROW(step(), std::invalid_argument);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_TRUE(same_bits(eager.parameters()[i], planned.parameters()[i]));
  EXPECT_NE(xg::Generator(planned.generator)(), untouched);  // the dropout before it has drawn
  planned.generator = eager.generator;
  planned.load(1);
  eager.load(1);
  step();
  eager.step();
  expect_same(eager, planned);
}

TEST(Plan, ReadingWhileCapturingIsAnError) {
  const xg::Tensor<> x = xg::parameter(2.0f);
  auto message = [&](const std::function<void()>& work) {
    return message_of([&] { xg::capture(work); });
  };
  for (const std::string& text :
       {message([&] { xg::exp(x).item(); }), message([&] { xg::exp(x).value(); }),
        message([&] { xg::where(x > 1, x, 0); }), message([&] { x.mutable_value() = 3; })}) {
    EXPECT_NE(text.find("a value is read while a plan is captured"), std::string::npos) << text;
  }
  EXPECT_EQ(xg::exp(x).item(), std::exp(2.0f));  // and afterwards all is as before
}

TEST(Plan, MisuseIsAnError) {
  xg::Tensor<> x = xg::ones({3}), y;
  xg::Plan plan = xg::capture([&] { y = x + 1; });
  EXPECT_NE(message_of([&] { xg::capture([&] { plan(); }); }).find("being captured"),
            std::string::npos);
  EXPECT_NE(message_of([&] { xg::capture([&] { xg::capture([] {}); }); }).find("another plan"),
            std::string::npos);
  std::string other;
  std::thread([&] { other = message_of([&] { plan(); }); }).join();
  EXPECT_NE(other.find("another thread"), std::string::npos) << other;
  EXPECT_NE(other.find("plan_test.cpp:"), std::string::npos) << other;

  xg::Plan moved = std::move(plan);
  EXPECT_NE(message_of([&] { plan(); }).find("moved from"), std::string::npos);
  x.assign({4, 5, 6});
  moved();
  EXPECT_EQ(y.value(), (xg::Array<float>{5, 6, 7}));
  x.mutable_value().resize(xg::Shape{2});
  EXPECT_NE(message_of([&] { moved(); }).find("was resized"), std::string::npos);
  EXPECT_EQ(y.value(), (xg::Array<float>{5, 6, 7}));
}

TEST(Plan, KeepsItsTensorsAlive) {
  xg::Tensor<> y;
  auto plan = [&] {
    const xg::Tensor<> x = xg::full({3}, 2);
    return xg::capture([&] { y = x * x; });
  }();
  plan();
  EXPECT_EQ(y.value(), (xg::Array<float>{4, 4, 4}));
}

TEST(Plan, AWriteIsNoticedByADerivative) {
  const xg::Tensor<> w = xg::parameter(2.0f);
  xg::Plan plan = xg::capture([&] {
    xg::NoGrad guard;
    w.assign(w * 2);
  });
  const xg::Tensor<> y = w * w;
  plan();
  EXPECT_THROW(y.backward(), std::logic_error);
}

TEST(Plan, AnErrorInTheWorkPassesThrough) {
  EXPECT_THROW(xg::capture([] { throw std::runtime_error("mine"); }), std::runtime_error);
  xg::capture([] {})();
}

}  // namespace
