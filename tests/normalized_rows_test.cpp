// Normalization at every length of a row and number of rows: its gradients, which one kernel
// computes, against the same derivative written in tensor operations, and float against double.
#include "check.hpp"

#include <xgrad/ops/normalize.hpp>
#include <xgrad/ops/threads.hpp>

namespace {

namespace xg = xgrad;
using check::close, check::plain, check::Plain, check::Random;

// Short rows, long ones, and the remainders of a register and of a block of rows.
const std::size_t lengths[] = {1, 2, 7, 31, 32, 33, 50, 57, 64, 100, 1030};
const std::size_t counts[] = {1, 3, 4, 6, 41};

struct Problem {
  Plain x, weight, bias, g;
};
Problem problem_of(std::size_t rows, std::size_t n) {
  Random random(rows * 10000 + n);
  const auto row = [&] { return random.array({n}); };
  const auto matrix = [&] { return random.array({rows, n}); };
  return {matrix(), row(), row(), matrix()};
}

/// The value and the gradients, by the kernel or by tensor operations.
template <class T>
std::vector<xg::Tensor<T>> results(const Problem& problem, bool centered, bool by_operations) {
  const auto x = check::leaf<T>(problem.x), w = check::leaf<T>(problem.weight),
             b = check::leaf<T>(problem.bias);
  const xg::Shape shape = w.shape();
  const double eps = 1e-5;
  const auto y = centered ? xg::layer_norm(x, shape, w, b, eps) : xg::rms_norm(x, shape, w, eps);
  std::vector<xg::Tensor<T>> inputs = {x, w};
  if (centered) inputs.push_back(b);
  std::vector<xg::Tensor<T>> result = xg::grad(y, inputs, check::tensor<T>(problem.g),
                                               by_operations ? xg::Graph::create : xg::Graph::free);
  result.push_back(y);
  return result;
}

template <class F>
void for_each_problem(const F& f) {
  for (std::size_t rows : counts) {
    for (std::size_t n : lengths) {
      for (bool centered : {false, true}) {
        SCOPED_TRACE(std::to_string(rows) + " rows of " + std::to_string(n) +
                     (centered ? ", layer_norm" : ", rms_norm"));
        f(problem_of(rows, n), centered);
      }
    }
  }
}

TEST(NormalizedRows, GradientsAreThoseOfTheFormula) {
  for_each_problem([](const Problem& problem, bool centered) {
    const auto found = results<double>(problem, centered, false),
               expected = results<double>(problem, centered, true);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_TRUE(close(plain(found[i]), plain(expected[i]), 1e-12)) << i;
  });
}

TEST(NormalizedRows, FloatIsCloseToDouble) {
  for_each_problem([](const Problem& problem, bool centered) {
    const auto found = results<float>(problem, centered, false);
    const auto expected = results<double>(problem, centered, false);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_TRUE(close(plain(found[i]), plain(expected[i]), 3e-6)) << i;
  });
}

TEST(NormalizedRows, LongRowsOfAnyMagnitude) {
  for (double scale : {0x1p-100, 0x1p-60, 1.0, 0x1p+60, 0x1p+100}) {
    Problem problem = problem_of(3, 200);
    const auto expected = xg::rms_norm(check::tensor<double>(problem.x), {200}, {}, 0);
    for (double& x : problem.x.data) x *= scale;
    const auto found = xg::rms_norm(check::tensor<float>(problem.x), {200}, {}, 0);
    EXPECT_TRUE(close(plain(found), plain(expected), 1e-6)) << scale;
  }
}

TEST(NormalizedRows, AreTheSameForAnyNumberOfThreads) {
  const unsigned before = xg::threads();
  const Problem problem = problem_of(200, 1030);
  std::vector<Plain> expected;
  for (const unsigned threads : {1U, 2U, 5U}) {
    xg::set_threads(threads);
    const auto found = results<float>(problem, true, false);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (threads == 1)
        expected.push_back(plain(found[i]));
      else
        EXPECT_EQ(plain(found[i]).data, expected[i].data) << threads << ' ' << i;
    }
  }
  xg::set_threads(before);
}

}  // namespace
