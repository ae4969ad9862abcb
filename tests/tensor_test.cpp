// What a tensor is made from, how it prints, what it says when misused, and the operators between
// tensors, numbers and xtensor expressions.
#include "check.hpp"

#include <functional>
#include <sstream>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::contains, check::message;
using Tensor = xg::Tensor<>;

template <class T>
std::string printed(const T& x) {
  std::ostringstream text;
  text << x;
  return text.str();
}
template <class T>
void expect(const xg::Tensor<T>& x, const xg::Shape& shape, const std::vector<double>& values) {
  EXPECT_EQ(to_string(x.shape()), to_string(shape));
  EXPECT_EQ(check::plain(x).data, values);
}

TEST(Tensor, FromNumbers) {
  static_assert(std::is_same_v<xg::Tensor<>, xg::Tensor<float>>);
  expect(Tensor(2.5f), {}, {2.5});
  expect(Tensor(3), {}, {3});
  expect(Tensor(2.5), {}, {2.5});
  expect(Tensor(true), {}, {1});
  expect(Tensor(std::size_t(7)), {}, {7});
  Tensor x = 4;
  EXPECT_EQ(x.item(), 4.0f);
  EXPECT_EQ(x.ndim(), 0u);
  EXPECT_EQ(x.size(), 1u);
}

TEST(Tensor, FromNestedLists) {
  Tensor v = {1, 2, 3}, m = {{1, 2, 3}, {4, 5, 6}}, row = {{1, 2}}, column = {{1}, {2}, {3}},
         r3 = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}, r4 = {{{{1, 2}}, {{3, 4}}}};
  expect(v, {3}, {1, 2, 3});
  expect(m, {2, 3}, {1, 2, 3, 4, 5, 6});
  expect(row, {1, 2}, {1, 2});
  expect(column, {3, 1}, {1, 2, 3});
  expect(r3, {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect(r4, {1, 2, 1, 2}, {1, 2, 3, 4});
  xg::Tensor<double> d = {0.5, -1.5};
  expect(d, {2}, {0.5, -1.5});
}

TEST(Tensor, FromListsThatDoNotFit) {
  const auto expect_throw = [](auto make) {
    std::string text = message<std::invalid_argument>(make);
    EXPECT_TRUE(contains(text, "expected lists of equal lengths")) << text;
    EXPECT_TRUE(contains(text, "[tensor_test.cpp:")) << text;
  };
  expect_throw([] { Tensor x = {{1, 2}, {3}}; });
  expect_throw([] { Tensor x = {{1}, {2, 3}}; });
  expect_throw([] { Tensor x = {{1, 2}, 3}; });
  expect_throw([] { Tensor x = {1, {2, 3}}; });
  expect_throw([] { Tensor x = {{{1}, {2}}, {{3}}}; });
}

TEST(Tensor, FromArraysAndExpressions) {
  xg::Array<float> a = {{1, 2}, {3, 4}};
  Tensor x = a;
  a(0, 0) = 9;  // a copy
  expect(x, {2, 2}, {1, 2, 3, 4});
  xt::xarray<double> d = {0.5, 1.5};
  expect(Tensor(d), {2}, {0.5, 1.5});
  expect(Tensor(d + 1.0), {2}, {1.5, 2.5});
  static_assert(std::is_same_v<decltype(xg::parameter(d)), xg::Tensor<double>>);
  EXPECT_TRUE(xg::parameter(d).tracked());
  xt::xarray<int> labels = {1, 0};
  expect(Tensor(labels), {2}, {1, 0});
  EXPECT_EQ(x.value()(1, 0), 3.0f);  // usable in any expression
}

TEST(Tensor, Filled) {
  expect(xg::zeros({2, 1}), {2, 1}, {0, 0});
  expect(xg::ones<double>({2}), {2}, {1, 1});
  expect(xg::full({2}, 0.5), {2}, {0.5, 0.5});
  EXPECT_EQ(xg::empty({3, 0, 2}).size(), 0u);
}

TEST(Tensor, Undefined) {
  Tensor none, some = 1;
  EXPECT_FALSE(none.defined() || none.tracked() || none.has_grad());
  none.zero_grad();
  EXPECT_TRUE(contains(printed(none), "undefined"));
  for (const auto& call : std::vector<std::function<void()>>{[&] { none.value(); },
                                                             [&] { none.shape(); },
                                                             [&] { none.size(); },
                                                             [&] { none.ndim(); },
                                                             [&] { none.data(); },
                                                             [&] { none.item(); },
                                                             [&] { none.backward(); },
                                                             [&] { none.backward(some); },
                                                             [&] { some.backward(none); },
                                                             [&] { none.grad(); },
                                                             [&] { none.mutable_value(); },
                                                             [&] { none.assign(some); },
                                                             [&] { some.assign(none); },
                                                             [&] { none.requires_grad(); },
                                                             [&] { none + some; },
                                                             [&] { some* none; },
                                                             [&] { xg::relu(none); },
                                                             [&] { xg::sum(none); },
                                                             [&] { xg::dot(some, none); },
                                                             [&] { xg::reshape(none, {-1}); },
                                                             [&] {
                                                               xg::concatenate({some, none});
                                                             },
                                                             [&] { xg::grad(some, {none}); },
                                                             [&] { xg::grad(none, {some}); }}) {
    EXPECT_FALSE(message<std::logic_error>(call).empty());
  }
  none = some;
  EXPECT_TRUE(none.defined());
}

TEST(Tensor, ItemOfManyOrNone) {
  Tensor many = {{1, 2, 3}}, nothing = xg::zeros({0, 2});
  std::string text = message<std::invalid_argument>([&] { many.item(); });
  EXPECT_TRUE(contains(text, "item: expected ") && contains(text, "(1, 3)")) << text;
  EXPECT_TRUE(contains(text, "[tensor_test.cpp:")) << text;
  text = message<std::invalid_argument>([&] { nothing.item(); });
  EXPECT_TRUE(contains(text, "(0, 2)")) << text;
  EXPECT_EQ(xg::full({1, 1}, 7).item(), 7.0f);
}

TEST(Tensor, Prints) {
  Tensor x = {{1.5, 2}, {3, 4}};
  std::string text = printed(x);
  EXPECT_TRUE(contains(text, "1.5") && contains(text, "shape (2, 2)")) << text;
  EXPECT_FALSE(contains(text, "parameter")) << text;
  x.requires_grad();
  EXPECT_TRUE(contains(printed(x), "parameter")) << printed(x);
  EXPECT_TRUE(contains(printed(xg::exp(x)), "exp")) << printed(xg::exp(x));
  EXPECT_TRUE(contains(printed(Tensor(2)), "shape ()")) << printed(Tensor(2));
  EXPECT_TRUE(contains(printed(xg::zeros({0, 3})), "shape (0, 3)"));
}

TEST(Tensor, TapeLists) {
  Tensor w = {{1, 2}, {3, 4}}, x = {5, 6};
  w.requires_grad();
  Tensor h = xg::dot(w, x), y = xg::sum(h * h);
  xg::Tape tape = xg::tape(y);
  ASSERT_EQ(tape.entries.size(), 4u);
  const char* ops[] = {"parameter", "dot", "multiply", "sum"};
  const xg::Shape shapes[] = {{2, 2}, {2}, {2}, {}};
  const std::vector<std::size_t> inputs[] = {{}, {0, xg::Tape::constant}, {1, 1}, {2}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(tape.entries[i].op, ops[i]);
    EXPECT_EQ(to_string(tape.entries[i].shape), to_string(shapes[i]));
    EXPECT_EQ(tape.entries[i].inputs, inputs[i]);
  }
  std::string text = printed(tape);
  for (const char* word : {"op", "shape", "inputs", "parameter", "(2, 2)", "dot", "0, constant"}) {
    EXPECT_TRUE(contains(text, word)) << "no " << word << " in\n" << text;
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  EXPECT_TRUE(xg::tape(Tensor(1)).entries.empty());
  y.backward();
  EXPECT_EQ(xg::tape(y).entries.size(), 4u);  // what was recorded remains to be seen
}

TEST(Operators, NumbersKeepTheElementType) {
  Tensor x = {1, -2};
  static_assert(std::is_same_v<decltype(2.0 * x), Tensor>);
  static_assert(std::is_same_v<decltype(x + 1), Tensor>);
  static_assert(std::is_same_v<decltype(1L / x), Tensor>);
  static_assert(std::is_same_v<decltype(x - std::size_t(1)), Tensor>);
  static_assert(std::is_same_v<decltype(2.0 < x), xg::Array<bool>>);
  static_assert(std::is_same_v<decltype(xg::maximum(0.0, x)), Tensor>);
  expect(2.0 * x, {2}, {2, -4});
  expect(x - 1, {2}, {0, -3});
  expect(1 - x, {2}, {0, 3});
  expect(4 / x, {2}, {4, -2});
  expect(x / 4u, {2}, {0.25, -0.5});
  expect(-x, {2}, {-1, 2});
  expect(+x, {2}, {1, -2});
  expect(0.1 + xg::Tensor<double>(0), {}, {0.1});
}

TEST(Operators, CompoundAssignmentRebinds) {
  Tensor x = {1, 2}, old = x;
  x += 1;
  x *= Tensor({2, 3});
  x -= old;
  x /= 2.0;
  expect(x, {2}, {1.5, 3.5});
  expect(old, {2}, {1, 2});
  x += xg::Array<float>({1, 1});
  expect(x, {2}, {2.5, 4.5});
  Tensor w = xg::parameter(Tensor({1, 2})), y = w;
  y *= y;
  xg::sum(y).backward();
  expect(w.grad(), {2}, {2, 4});
}

std::vector<double> numbers(const xg::Tensor<float>& x) { return check::plain(x).data; }
std::vector<double> numbers(const xg::Array<bool>& x) {
  return std::vector<double>(x.begin(), x.end());
}

/// f(tensor, expression) and f(expression, tensor) in every value category give `forward` and
/// `backward`, of the type Result.
template <class Result, class F>
void expect_mixed(F f, const std::vector<double>& forward, const std::vector<double>& backward) {
  Tensor t = {4, 2};
  const Tensor const_t = t;
  xg::Array<float> a = {1, 2};
  const xg::Array<float> const_a = a;
  static_assert(std::is_same_v<decltype(f(t, a)), Result>);
  static_assert(std::is_same_v<decltype(f(a, t)), Result>);
  EXPECT_EQ(numbers(f(t, a)), forward);
  EXPECT_EQ(numbers(f(const_t, const_a)), forward);
  EXPECT_EQ(numbers(f(Tensor({4, 2}), xg::Array<float>({1, 2}))), forward);
  EXPECT_EQ(numbers(f(t, const_a)), forward);
  EXPECT_EQ(numbers(f(const_t, xg::Array<float>({1, 2}))), forward);
  EXPECT_EQ(numbers(f(a, t)), backward);
  EXPECT_EQ(numbers(f(const_a, const_t)), backward);
  EXPECT_EQ(numbers(f(xg::Array<float>({1, 2}), Tensor({4, 2}))), backward);
  EXPECT_EQ(numbers(f(const_a, t)), backward);
  EXPECT_EQ(numbers(f(xg::Array<float>({1, 2}), const_t)), backward);
}
#define MIXED(symbol)                                                        \
  [](auto&& a, auto&& b) {                                                   \
    return std::forward<decltype(a)>(a) symbol std::forward<decltype(b)>(b); \
  }

TEST(Operators, TensorAndXtensorContainer) {
  expect_mixed<Tensor>(MIXED(+), {5, 4}, {5, 4});
  expect_mixed<Tensor>(MIXED(-), {3, 0}, {-3, 0});
  expect_mixed<Tensor>(MIXED(*), {4, 4}, {4, 4});
  expect_mixed<Tensor>(MIXED(/), {4, 1}, {0.25, 1});
  expect_mixed<xg::Array<bool>>(MIXED(<), {0, 0}, {1, 0});
  expect_mixed<xg::Array<bool>>(MIXED(>), {1, 0}, {0, 0});
  expect_mixed<xg::Array<bool>>(MIXED(<=), {0, 1}, {1, 1});
  expect_mixed<xg::Array<bool>>(MIXED(>=), {1, 1}, {0, 1});
  expect_mixed<xg::Array<bool>>(MIXED(==), {0, 1}, {0, 1});
  expect_mixed<xg::Array<bool>>(MIXED(!=), {1, 0}, {1, 0});
}

TEST(Operators, TensorAndLazyExpression) {
  Tensor t = xg::parameter(Tensor({4, 2}));
  xt::xarray<double> a = {1, 2};
  static_assert(std::is_same_v<decltype(t * (a + a)), Tensor>);
  expect(t * (a + a), {2}, {8, 8});
  expect((a + a) - t, {2}, {-2, 2});
  xg::sum(t * (a + a)).backward();
  expect(t.grad(), {2}, {2, 4});
  xt::xarray<double> matrix = {{1, 5}, {2, 0}};
  expect(xg::maximum(matrix, t), {2, 2}, {4, 5, 4, 2});
}

TEST(Operators, ErrorsNameOperationAndShapes) {
  Tensor t = {1, 2, 3};
  xg::Array<float> a = {1, 2};
  std::string text = message<std::invalid_argument>([&] { t + Tensor({1, 2}); });
  EXPECT_EQ(text.find("add: expected shapes that broadcast, got (3) and (2) [tensor_test.cpp:"), 0u)
      << text;
  text = message<std::invalid_argument>([&] { t* a; });
  EXPECT_TRUE(contains(text, "multiply") && contains(text, "(3) and (2)")) << text;
  text = message<std::invalid_argument>([&] { static_cast<void>(a < t); });
  EXPECT_TRUE(contains(text, "less") && contains(text, "(2) and (3)")) << text;
}

// A list of two axes must not be taken for anything else: {0, 1} also fits a Location.
template <class T, class = void>
struct TakesTwoAxes : std::false_type {};
template <class T>
struct TakesTwoAxes<T, std::void_t<decltype(xg::transpose(std::declval<T>(), {0, 1}))>>
    : std::true_type {};
TEST(Operators, AxesAsListOfTwo) {
  EXPECT_TRUE(TakesTwoAxes<Tensor>::value)
      << "xg::transpose(x, {0, 1}) does not compile: the call is ambiguous";
}

}  // namespace
