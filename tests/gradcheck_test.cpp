// gradcheck passes on what is right, fails on every planted fault, and never passes on nothing.
#include "check.hpp"

#include <sstream>
#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/unary.hpp>

namespace {

namespace xg = xgrad;
using check::Random, check::tensor;
using Tensor = xg::Tensor<double>;
using Pullback = xg::Pullback<double>;
using Saved = xg::Saved<double>;

class Gradcheck : public ::testing::Test {
 protected:
  Random random{1};
  Tensor scalar = 0.7, vector = tensor<double>(random.array({4})),
         matrix = tensor<double>(random.array({3, 4})),
         square = tensor<double>(random.array({4, 4}));

  static void expect_pass(const xg::GradcheckReport& report, std::size_t elements) {
    EXPECT_TRUE(report) << report;
    EXPECT_EQ(report.elements, elements);
    EXPECT_NE(text(report).find("passed"), std::string::npos) << report;
  }
  static void expect_failure(const xg::GradcheckReport& report, const std::string& word = "") {
    EXPECT_FALSE(report) << report;
    EXPECT_NE(text(report).find("failed"), std::string::npos) << report;
    EXPECT_NE(text(report).find(word), std::string::npos) << report;
    EXPECT_EQ(text(report).find('\n'), std::string::npos) << report;
  }
  static std::string text(const xg::GradcheckReport& report) {
    std::ostringstream out;
    out << report;
    return out.str();
  }
};

/// A value computed without a graph, to hang a derivative of one's own on.
template <class F>
Tensor value_of(F f) {
  xg::NoGrad guard;
  return f();
}

TEST_F(Gradcheck, PassesOnRightFunctions) {
  expect_pass(xg::gradcheck([](auto x) { return xg::exp(x); }, scalar), 1);
  expect_pass(xg::gradcheck([](auto x, auto w) { return sum(tanh(dot(w, x))); }, vector, matrix),
              16);
  expect_pass(xg::gradcheck([](auto a, auto b, auto c) { return (a * b - c) / (2 + c * c); },
                            matrix, vector, scalar),
              17);
  expect_pass(xg::gradcheck([](const Tensor& x) { return dot(x, transpose(x)); }, square), 16);
  expect_pass(xg::gradcheck([](auto x) { return sum(x, 0); }, matrix), 12);
}

TEST_F(Gradcheck, PassesInFloat) {
  xg::Tensor<float> x = tensor<float>(random.array({4})), w = tensor<float>(random.array({3, 4}));
  EXPECT_TRUE(xg::gradcheck([](auto a, auto b) { return sum(tanh(dot(b, a))); }, x, w));
}

TEST_F(Gradcheck, PassesWhereAnInputIsUnusedOrItsGradientPartlyZero) {
  expect_pass(xg::gradcheck([](auto x, auto) { return sum(x * x); }, vector, scalar), 5);
  expect_pass(xg::gradcheck([](auto x) { return slice(x, {1}); }, matrix), 12);
}

TEST_F(Gradcheck, LeavesItsInputsAlone) {
  Tensor x = xg::parameter(check::copy(vector)), before = check::copy(vector);
  Tensor y = xg::sum(x * x);  // its graph must survive: the check works on copies
  EXPECT_TRUE(xg::gradcheck([](auto a) { return a * a; }, x));
  EXPECT_TRUE(check::identical(x.detach(), before));
  EXPECT_FALSE(x.has_grad());
  y.backward();
  EXPECT_TRUE(x.has_grad());
  EXPECT_TRUE(xg::recording());
}

// The faults.

/// y = x^2 with a derivative scaled by `factor`.
Tensor scaled_square(const Tensor& x, double factor) {
  return xg::record(
      "scaled_square", value_of([&] { return x * x; }), {&x},
      [factor, x = Saved(x)](Pullback& p) { p.add(0, p.g * p.get(x) * (2 * factor)); });
}
TEST_F(Gradcheck, FindsWrongScale) {
  expect_pass(xg::gradcheck([](auto x) { return scaled_square(x, 1); }, matrix), 12);
  expect_failure(xg::gradcheck([](auto x) { return scaled_square(x, 1.0005); }, matrix), "input 0");
  expect_failure(xg::gradcheck([](auto x) { return scaled_square(x, 0.9995); }, matrix), "element");
  expect_failure(xg::gradcheck([](auto x) { return scaled_square(x, 1.0005); }, scalar));
  expect_failure(xg::gradcheck([](auto x) { return scaled_square(x, 1.000001); }, vector));
}
TEST_F(Gradcheck, FindsWrongSign) {
  expect_failure(xg::gradcheck([](auto x) { return scaled_square(x, -1); }, matrix));
  expect_failure(xg::gradcheck([](auto x) { return sum(scaled_square(x, -1)); }, scalar));
}

/// y = A B with the derivative of A by B instead of B^T, if `swapped`.
Tensor product(const Tensor& a, const Tensor& b, bool swapped) {
  return xg::record("product", value_of([&] { return dot(a, b); }), {&a, &b},
                    [swapped, a = Saved(a), b = Saved(b)](Pullback& p) {
                      p.add(0, dot(p.g, swapped ? p.get(b) : transpose(p.get(b))));
                      p.add(1, dot(transpose(p.get(a)), p.g));
                    });
}
TEST_F(Gradcheck, FindsSwappedTranspose) {
  Tensor other = tensor<double>(random.array({4, 4}));
  expect_pass(xg::gradcheck([](auto a, auto b) { return product(a, b, false); }, square, other),
              32);
  expect_failure(xg::gradcheck([](auto a, auto b) { return product(a, b, true); }, square, other),
                 "input 0 of shape (4, 4)");
  // Reduced to a scalar as well, where a cotangent of ones would hide much.
  expect_failure(
      xg::gradcheck([](auto a, auto b) { return sum(product(a, b, true)); }, square, other));
}

/// y = x e^x, its derivative without the second term if `dropped`.
Tensor two_terms(const Tensor& x, bool dropped) {
  return xg::record("two_terms", value_of([&] { return x * exp(x); }), {&x},
                    [dropped, x = Saved(x)](Pullback& p) {
                      Tensor e = exp(p.get(x));
                      p.add(0, dropped ? p.g * e : p.g * (e + p.get(x) * e));
                    });
}
TEST_F(Gradcheck, FindsDroppedTerm) {
  expect_pass(xg::gradcheck([](auto x) { return two_terms(x, false); }, matrix), 12);
  expect_failure(xg::gradcheck([](auto x) { return two_terms(x, true); }, matrix));
  expect_failure(xg::gradcheck([](auto x) { return two_terms(x, true); }, scalar));
}

/// y = x + b over rows; b gets the first row of the cotangent instead of the sum, if `missing`.
Tensor add_rows(const Tensor& x, const Tensor& b, bool missing) {
  return xg::record("add_rows", value_of([&] { return x + b; }), {&x, &b}, [missing](Pullback& p) {
    p.add(0, p.g);
    p.add(1, missing ? slice(p.g, {0}) : sum(p.g, 0));
  });
}
/// The same for the mean of a vector: the cotangent is not spread, or not divided.
Tensor row_mean(const Tensor& x, bool missing) {
  return xg::record("row_mean", value_of([&] { return xg::mean(x, 1, xg::keep_dims); }), {&x},
                    [missing, n = x.shape()[1], shape = x.shape()](Pullback& p) {
                      Tensor spread = xg::broadcast_to(p.g, shape);
                      p.add(0, missing ? spread : spread / n);
                    });
}
TEST_F(Gradcheck, FindsMissingSum) {
  expect_pass(xg::gradcheck([](auto x, auto b) { return add_rows(x, b, false); }, matrix, vector),
              16);
  expect_failure(xg::gradcheck([](auto x, auto b) { return add_rows(x, b, true); }, matrix, vector),
                 "input 1 of shape (4)");
  expect_pass(xg::gradcheck([](auto x) { return row_mean(x, false); }, matrix), 12);
  expect_failure(xg::gradcheck([](auto x) { return row_mean(x, true); }, matrix));
}

/// The identity whose derivative is wrong in one element only.
TEST_F(Gradcheck, FindsOneWrongElement) {
  auto f = [](const Tensor& x) {
    return xg::record("one_wrong", check::copy(x), {&x}, [](Pullback& p) {
      Tensor g = check::copy(p.g);
      g.mutable_value().data()[7] *= 1.001;
      p.add(0, g);
    });
  };
  expect_failure(xg::gradcheck(f, matrix), "element 7");
}

/// An input that gets no gradient although the result depends on it.
TEST_F(Gradcheck, FindsForgottenInput) {
  auto f = [](const Tensor& a, const Tensor& b) {
    return xg::record("forgotten", value_of([&] { return a * b; }), {&a, &b},
                      [b = Saved(b)](Pullback& p) { p.add(0, p.g * p.get(b)); });
  };
  Tensor other = tensor<double>(random.array({4}));
  expect_failure(xg::gradcheck(f, vector, other), "input 1");
  auto detached = [](const Tensor& a, const Tensor& b) { return a * b.detach(); };
  expect_failure(xg::gradcheck(detached, vector, other), "input 1");
}

TEST_F(Gradcheck, ComparesTheWholeJacobianWhereItIsSmall) {
  // Errors that cancel in the sum over the result.
  auto f = [](const Tensor& x) {
    return xg::record("cancelling", check::copy(x), {&x}, [](Pullback& p) {
      Tensor g = check::copy(p.g);
      double* element = g.mutable_value().data();
      std::swap(element[1], element[2]);
      p.add(0, g);
    });
  };
  expect_failure(xg::gradcheck(f, vector), "element 1 of the result (4)");
}

TEST_F(Gradcheck, NamesTheElementEvenAmongMany) {
  Tensor many = tensor<double>(random.array({60, 70}));
  expect_pass(xg::gradcheck([](auto x) { return tanh(x) * x; }, many), 4200);
  auto f = [](const Tensor& x) {
    return xg::record("one_wrong", check::copy(x), {&x}, [](Pullback& p) {
      Tensor g = check::copy(p.g);
      g.mutable_value().data()[1234] *= 1.001;
      p.add(0, g);
    });
  };
  expect_failure(xg::gradcheck(f, many), "element 1234:");
}

TEST_F(Gradcheck, TakesOptions) {
  auto f = [](auto x) { return scaled_square(x, 1.0005); };
  EXPECT_TRUE(xg::gradcheck({1e-2, 1e-4}, f, matrix));
  EXPECT_FALSE(xg::gradcheck({1e-4, 1e-4}, f, matrix));
}

// Second derivatives.

/// y = x^2, right; its derivative is differentiated wrongly if `cut`.
Tensor square_cut(const Tensor& x, bool cut) {
  return xg::record("square_cut", value_of([&] { return x * x; }), {&x},
                    [cut, x = Saved(x)](Pullback& p) {
                      Tensor at = cut ? p.get(x).detach() : p.get(x);
                      p.add(0, p.g * at * 2);
                    });
}
TEST_F(Gradcheck, OfTheGradient) {
  EXPECT_SECOND_GRADIENT([](auto x) { return square_cut(x, false); }, vector);
  auto cut = [](auto x) { return square_cut(x, true); };
  EXPECT_GRADIENT(cut, vector);
  expect_failure(xg::gradgradcheck(cut, vector), "gradient of input 0");
  EXPECT_SECOND_GRADIENT([](auto x, auto w) { return sum(tanh(dot(w, x))); }, vector, matrix);
  EXPECT_SECOND_GRADIENT([](auto a, auto) { return a * 3; }, vector, scalar);
  expect_failure(xg::gradgradcheck([](auto x) { return x.detach(); }, vector));
}

// Nothing to compare.

TEST_F(Gradcheck, FailsOnNothing) {
  expect_failure(xg::gradcheck([](auto x) { return x.detach() * 2; }, vector));
  expect_failure(xg::gradcheck([](auto) { return Tensor(3); }, vector));
  expect_failure(xg::gradcheck([](auto x) { return xg::sign(x); }, vector));
  expect_failure(xg::gradcheck([](auto x) { return x * 0; }, vector));
  expect_failure(xg::gradcheck([](auto x) { return x * x; }, xg::zeros<double>({0})));
  expect_failure(xg::gradcheck([](auto x) { return slice(x, {xg::range(0, 0)}); }, vector));
}
TEST_F(Gradcheck, FailsOnWhatIsNotFinite) {
  expect_failure(xg::gradcheck([](auto x) { return xg::log(x); }, xg::full<double>({2}, -1)),
                 "finite");
  expect_failure(xg::gradcheck([](auto x) { return xg::sqrt(x); }, xg::zeros<double>({2})));
  Tensor nan = std::numeric_limits<double>::quiet_NaN();
  expect_failure(xg::gradcheck([](auto x) { return x * x; }, nan), "finite");
  expect_failure(xg::gradcheck([&](auto x) { return x * nan; }, vector), "finite");
}
TEST_F(Gradcheck, FailsUnderNoGrad) {
  xg::NoGrad guard;
  expect_failure(xg::gradcheck([](auto x) { return x * x; }, vector));
}

}  // namespace
