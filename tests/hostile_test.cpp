// Arguments beyond all sense: an error line or the right result, never a crash. What a default-
// constructed tensor does is in undefined_test.cpp.
#include "check.hpp"

#include <functional>
#include <thread>
#include <xgrad/xgrad.hpp>

namespace {

namespace xg = xgrad;
using check::identical, check::leaf, check::Random;
using Tensor = xg::Tensor<double>;

constexpr int least = std::numeric_limits<int>::min(), most = std::numeric_limits<int>::max();
constexpr std::ptrdiff_t wide_least = std::numeric_limits<std::ptrdiff_t>::min(),
                         wide_most = std::numeric_limits<std::ptrdiff_t>::max();
const double inf = std::numeric_limits<double>::infinity(), nan = inf - inf;

const Tensor s = 1.0, v = {1, 2, 3}, m = {{2, 1}, {1, 3}};

/// Each throws std::invalid_argument of the form `op: expected ..., got ... [file:line]`, in one
/// line without a word of the libraries below.
void expect_errors(const std::vector<std::pair<const char*, std::function<void()>>>& calls,
                   const char* place) {
  for (const auto& [name, call] : calls) {
    try {
      call();
      ADD_FAILURE() << name << " is accepted";
    } catch (const std::invalid_argument& error) {
      std::string text = error.what();
      for (const char* part : {": expected ", ", got ", place})
        EXPECT_NE(text.find(part), std::string::npos) << name << ": " << text;
      for (const char* word : {"Incompatible", "LAPACK", "xt::", "\n"})
        EXPECT_EQ(text.find(word), std::string::npos) << name << ": " << text;
    }
  }
}
#define CALL(...)                              \
  {                                            \
#__VA_ARGS__, [=] { (void)(__VA_ARGS__); } \
  }
constexpr const char* here = " [hostile_test.cpp:";

TEST(Hostile, Axes) {
  for (int axis : {least, -4, 3, most}) {
    expect_errors(
        {
            CALL(xg::sum(v, axis)),
            CALL(xg::mean(v, axis)),
            CALL(xg::amax(v, axis)),
            CALL(xg::prod(v, axis)),
            CALL(xg::var(v, axis)),
            CALL(xg::norm(v, 2, axis)),
            CALL(xg::argmin(v, axis)),
            CALL(xg::min(v, axis)),
            CALL(xg::sort(v, axis)),
            CALL(xg::topk(v, 1, axis)),
            CALL(xg::median(v, axis)),
            CALL(xg::cumsum(v, axis)),
            CALL(xg::cumprod(v, axis)),
            CALL(xg::logcumsumexp(v, axis)),
            CALL(xg::diff(v, 1, axis)),
            CALL(xg::softmax(v, axis)),
            CALL(xg::log_softmax(v, axis)),
            CALL(xg::logsumexp(v, axis)),
            CALL(xg::transpose(m, {0, axis})),
            CALL(xg::concatenate({v, v}, axis)),
            CALL(xg::stack({v, v}, axis)),
            CALL(xg::flatten(v, axis)),
            CALL(xg::flatten(v, 0, axis)),
            CALL(xg::swapaxes(m, 0, axis)),
            CALL(xg::moveaxis(m, axis, 0)),
            CALL(xg::moveaxis(m, 0, axis)),
            CALL(xg::expand_dims(v, axis)),
            CALL(xg::squeeze(v, axis)),
            CALL(xg::split(v, 3, axis)),
            CALL(xg::split_with_sizes(v, {1, 2}, axis)),
            CALL(xg::chunk(v, 2, axis)),
            CALL(xg::flip(v, axis)),
            CALL(xg::rot90(m, 1, {0, axis})),
            CALL(xg::roll(v, 1, axis)),
            CALL(xg::repeat(v, 2, axis)),
            CALL(xg::diagonal(m, 0, 0, axis)),
            CALL(xg::take(v, 0, axis)),
            CALL(xg::index_add(v, axis, {0}, Tensor({1}))),
            CALL(xg::gather(v, axis, {0})),
            CALL(xg::scatter(v, axis, {0}, s)),
            CALL(xg::scatter_add(v, axis, {0}, s)),
            CALL(xg::take_along_axis(v, {0}, axis)),
            CALL(xg::put_along_axis(v, {0}, s, axis)),
            CALL(xg::trace(m, 0, 0, axis)),
            CALL(xg::tensordot(m, m, {axis}, {0})),
            CALL(xg::normalize(v, axis)),
            CALL(xg::cosine_similarity(v, v, axis)),
        },
        here);
  }
  expect_errors(
      {
          CALL(xg::sum(m, {0, -2})),
          CALL(xg::transpose(m, {1, -1})),
          CALL(xg::moveaxis(m, {0, -2}, {0, 1})),
          CALL(xg::moveaxis(m, {0, 1}, {1, -1})),
          CALL(xg::expand_dims(m, {0, -4})),
          CALL(xg::flip(m, {1, -1})),
          CALL(xg::rot90(m, 1, {0, -2})),
          CALL(xg::diagonal(m, 0, 1, -1)),
          CALL(xg::trace(m, 0, 1, -1)),
          CALL(xg::tensordot(m, m, {0, 0}, {0, 1})),
          CALL(xg::squeeze(xg::ones<double>({1, 1}), {0, -2})),
      },
      here);
}

TEST(Hostile, Parameters) {
  for (double x : {nan, inf, -inf}) {
    expect_errors(
        {
            CALL(xg::leaky_relu(v, x)),
            CALL(xg::elu(v, x)),
            CALL(xg::celu(v, x)),
            CALL(xg::softplus(v, x)),
            CALL(xg::hardshrink(v, x)),
            CALL(xg::thresholded_relu(v, x)),
            CALL(xg::arange(0, x)),
            CALL(xg::linspace(0, x)),
            CALL(xg::uniform({2}, 0, x)),
            CALL(xg::normal({2}, 0, x)),
            CALL(xg::bernoulli({2}, x)),
        },
        here);
  }
  xg::CrossEntropyOptions<double> smoothed;
  smoothed.label_smoothing = nan;
  expect_errors(
      {
          CALL(xg::clip(v, nan, 1)),
          CALL(xg::clip(v, 1, nan)),
          CALL(xg::hardtanh(v, 2, 1)),
          CALL(xg::norm(v, nan)),
          CALL(xg::norm(v, 0)),
          CALL(xg::norm(v, -1)),
          CALL(xg::var(v, {}, most)),
          CALL(xg::std(v, {}, 3)),
          CALL(xg::layer_norm(v, {3}, {}, {}, nan)),
          CALL(xg::rms_norm(v, {3}, {}, -1)),
          CALL(xg::normalize(v, 0, nan)),
          CALL(xg::normalize(v, 0, 0)),
          CALL(xg::group_norm(m, 0)),
          CALL(xg::group_norm(m, least)),
          CALL(xg::huber_loss(v, v, nan)),
          CALL(xg::smooth_l1_loss(v, v, nan)),
          CALL(xg::softmax_cross_entropy(m, xg::Array<int>{0, 1}, smoothed)),
          CALL(xg::isclose(v, v, nan)),
          CALL(xg::allclose(v, v, 0, -1)),
          CALL(xg::pinv(m, nan)),
          CALL(xg::matrix_rank(m, -1)),
          CALL(xg::matrix_norm(m, 0)),
          CALL(xg::matrix_norm(m, nan)),
          CALL(xg::matrix_norm(m, "max")),
          CALL(xg::matrix_norm(m, static_cast<const char*>(nullptr))),
          CALL(xg::polygamma(-1, v)),
          CALL(xg::polygamma(most, v)),
          CALL(xg::topk(v, most)),
          CALL(xg::topk(v, least)),
          CALL(xg::diff(v, least)),
          CALL(xg::tensordot(m, m, most)),
          CALL(xg::tensordot(m, m, least)),
      },
      here);
  // Right, though large.
  EXPECT_TRUE(identical(xg::var(v, {}, least), Tensor(2 / (3 - double(least)))));
  EXPECT_EQ(xg::diff(v, most).size(), 0u);
  EXPECT_EQ(xg::polygamma(1 << 30, Tensor(0.5)).item(), -inf);
  EXPECT_TRUE(identical(xg::matrix_power(xg::eye<double>(2), least), xg::eye<double>(2)));
}

TEST(Hostile, HugeSteps) {
  for (std::ptrdiff_t step : {wide_most, wide_most - 1, std::ptrdiff_t(3)}) {
    Tensor x = xg::parameter(v), y = xg::slice(x, {xg::range({}, {}, step)});
    EXPECT_TRUE(identical(y, Tensor({1})));
    y.backward(Tensor({5}));
    EXPECT_TRUE(identical(x.grad(), Tensor({5, 0, 0})));
  }
  for (std::ptrdiff_t step : {wide_least, wide_least + 1, std::ptrdiff_t(-3)})
    EXPECT_TRUE(identical(xg::slice(v, {xg::range({}, {}, step)}), Tensor({3})));
  EXPECT_TRUE(identical(xg::slice(v, {xg::range(wide_least, wide_most)}), v));
  EXPECT_TRUE(identical(xg::slice(v, {xg::range(wide_most, wide_least, -1)}), Tensor({3, 2, 1})));
  for (std::ptrdiff_t shift : {wide_least, wide_most}) {
    Tensor x = xg::parameter(v), y = xg::roll(x, shift);
    EXPECT_TRUE(identical(y, xg::roll(v, shift % 3)));
    y.backward(v);
    EXPECT_TRUE(identical(x.grad(), xg::roll(v, -(shift % 3))));
  }
  EXPECT_TRUE(identical(xg::rot90(m, least), m));
  for (int offset : {least, most}) {
    EXPECT_EQ(xg::diagonal(m, offset).size(), 0u);
    EXPECT_EQ(xg::trace(m, offset).item(), 0);
    EXPECT_TRUE(identical(xg::tril(m, offset), offset > 0 ? m : m * 0));
    EXPECT_TRUE(identical(xg::triu(m, offset), offset < 0 ? m : m * 0));
    EXPECT_TRUE(identical(xg::eye<double>(2, 2, offset), m * 0));
  }
}

TEST(Hostile, CountsThatOverflow) {
  const std::int64_t quarter = std::int64_t(1) << 62;
  const Tensor four = {1, 2, 3, 4};
  expect_errors(
      {
          CALL(xg::repeat(four, quarter)),
          CALL(xg::repeat(four, {quarter, quarter, quarter, quarter})),
          CALL(xg::repeat(four, -1)),
          CALL(xg::pad(v, {{wide_most, 1}})),
          CALL(xg::pad(v, {{wide_most, wide_most}}, xg::PadMode::edge)),
          CALL(xg::pad(v, {{0, wide_least}})),
          CALL(xg::tile(v, wide_least)),
          CALL(xg::split(v, wide_most)),
          CALL(xg::split_with_sizes(v, {wide_most, wide_most, 5})),
          CALL(xg::reshape(s, {xg::Extent(quarter), 4})),
          CALL(xg::reshape(v, {-1, xg::Extent(quarter), 4})),
          CALL(xg::reshape(v, {-1, -1})),
          CALL(xg::reshape(v, {wide_least})),
          CALL(xg::take(v, wide_most)),
          CALL(xg::take(v, wide_least)),
          CALL(xg::take(v, std::uint64_t(-1))),
          CALL(xg::one_hot(wide_most, 3)),
      },
      here);
  EXPECT_EQ(xg::chunk(v, wide_most).size(), 3u);
  // Sizes that overflow know no place.
  const std::size_t half = std::size_t(1) << 32;
  expect_errors(
      {
          CALL(xg::zeros<double>({half, half})),
          CALL(xg::zeros<double>({half, half, 0})),
          CALL(xg::broadcast_to(s, {half, half})),
          CALL(xg::eye<double>(half, half)),
          CALL(xg::tile(v, {quarter, 4})),
          CALL(xg::diag(v, most)),
          CALL(xg::one_hot({0, 0, 0, 0}, std::size_t(quarter))),
      },
      "");
}

TEST(Hostile, ExpressionsThatDoNotBroadcast) {
  const xg::Array<double> two = Tensor({1, 2}).value(), three = v.value();
  const xg::Array<int> pair = {0, 1}, triple = {0, 1, 2};
  expect_errors(
      {
          CALL(Tensor(two + three)),
          CALL(xg::parameter(two * three)),
          CALL(xg::where(two < three, v, 0)),
          CALL(xg::where(two < three, 0, v)),
          CALL(xg::where(two < three, v, v)),
      },
      here);
  expect_errors(
      {CALL(v + (two + three)), CALL(xg::maximum(v, two + three)), CALL(xg::take(v, pair + triple)),
       CALL(xg::one_hot(pair + triple, 3)), CALL(xg::softmax_cross_entropy(m, pair + triple))},
      "");
}

TEST(Hostile, NoMemory) {
  if (!xg::Pool::caches()) GTEST_SKIP() << "AddressSanitizer ends the program instead";
  const std::size_t huge = std::size_t(1) << 57;  // 2^60 bytes: beyond what a pointer reaches
  Tensor x = xg::parameter(v), y = xg::sum(x * x);
  EXPECT_THROW(xg::broadcast_to(s, {huge}), std::bad_alloc);
  EXPECT_THROW(xg::zeros<double>({huge}), std::bad_alloc);
  EXPECT_THROW(xg::arange(0, double(huge)), std::bad_alloc);
  EXPECT_THROW(xg::one_hot(0, huge), std::bad_alloc);
  EXPECT_THROW(xg::repeat(s, std::int64_t(huge)), std::bad_alloc);
  EXPECT_THROW(xg::pad(x, {{xg::Extent(huge), 0}}), std::bad_alloc);
  // In the middle of a sweep.
  Tensor broken = xg::record("broken", check::copy(y), {&y}, [=](xg::Pullback<double>& p) {
    p.add(0, xg::broadcast_to(p.g, {huge}));
  });
  EXPECT_THROW(broken.backward(xg::retain_graph), std::bad_alloc);
  EXPECT_FALSE(x.has_grad());
  y.backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({2, 4, 6})));
}

TEST(Hostile, WorkspaceBeyondPrecisionOfFloat) {
  // LAPACK asks for 2 n^2 + 6 n + 1 numbers, in a float.
  const std::size_t n = 2895;
  EXPECT_EQ(xg::amin(xg::eigh(xg::eye<float>(n)).eigenvalues).item(), 1);
}

}  // namespace
