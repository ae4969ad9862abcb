// Every elementwise function of one tensor inside a formula; the others are in
// fuse_binary_test.cpp.
#include "fuse_check.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace {

namespace xg = xgrad;
using namespace fuse_check;

TEST(FuseFunctions, Unary) {
  check_formula(FORMULA(negative(a) + 0.7 * abs(a) + 1.3 * sign(a) + 0.6 * square(a) +
                        0.9 * exp(a) + 1.7 * tanh(a) - 2.3 * sigmoid(a) + 1.1 * relu(a)));
  const auto roots = FORMULA(sqrt(a) + 0.7 * log(a));
  check_formula(roots, positive);
  check_fuse<float>(roots, positive, reals);
  check_fuse_sum<double>(roots, positive, reals);
}

TEST(FuseFunctions, Exponential) {
  check_formula(FORMULA(exp2(a) - 0.7 * expm1(a)));
  check_formula(
      FORMULA(log2(a) + 0.7 * log10(a) - 1.3 * log1p(a) + 0.6 * rsqrt(a) + 0.9 * reciprocal(a)),
      positive);
}

TEST(FuseFunctions, Trigonometric) {
  check_formula(FORMULA(sin(a) + 0.7 * cos(a) - 1.3 * atan(a) + 0.6 * sinh(a) - 0.9 * cosh(a) +
                        1.7 * asinh(a) + 2.3 * deg2rad(a) - 0.1 * rad2deg(a)));
  check_formula(FORMULA(tan(a) + 0.7 * asin(a) - 1.3 * acos(a) + 0.6 * atanh(a)), unit);
  check_formula(FORMULA(acosh(a)), above_one);
}

TEST(FuseFunctions, RoundingAndSpecial) {
  check_formula(FORMULA(floor(a) + 0.7 * ceil(a) - 1.3 * round(a) + 0.6 * trunc(a) + 0.9 * erf(a) +
                        1.7 * erfc(a)));
  check_formula(FORMULA(erfinv(a)), unit);
  check_formula(FORMULA(polygamma(1, a) + 0.7 * digamma(a) - 1.3 * lgamma(a)), positive);
}

TEST(FuseFunctions, PiecewiseLinearActivations) {
  check_formula(FORMULA(clip(a, -0.5, 1) + 0.7 * hardtanh(a) - 1.3 * relu6(a) +
                        0.6 * leaky_relu(a, 0.2) - 0.9 * thresholded_relu(a, 0.5) +
                        1.7 * hardshrink(a) + 2.3 * softshrink(a) - 1.1 * hardsigmoid(a) +
                        1.9 * hardswish(a)));
}

TEST(FuseFunctions, SmoothActivations) {
  check_formula(FORMULA(elu(a, 0.8) + 0.7 * selu(a) - 1.3 * celu(a, 1.2) + 0.6 * softplus(a, 1.5) +
                        0.9 * logsigmoid(a)));
  check_formula(FORMULA(silu(a) + 0.7 * mish(a) - 1.3 * ndtr(a) + 0.6 * gelu(a) -
                        0.9 * gelu(a, xg::Gelu::tanh) + 1.7 * softsign(a)));
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}
std::set<std::string> names_in(const std::string& text, const char* pattern) {
  std::set<std::string> names;
  std::regex expression(pattern);
  for (std::sregex_iterator i(text.begin(), text.end(), expression), end; i != end; ++i) {
    names.insert((*i)[1]);
  }
  return names;
}

TEST(FuseFunctions, AreAllThatTheHeadersDeclare) {
  const std::filesystem::path root = XGRAD_SOURCE_DIR;
  std::set<std::string> used;
  for (const char* file : {"fuse_functions_test.cpp", "fuse_binary_test.cpp"}) {
    used.merge(names_in(text_of(root / "tests" / file), R"(\b(\w+)\()"));
  }
  const std::set<std::string> parts = {"clipped", "exponential_below_zero"};  // not operations
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "ops")) {
    if (entry.path().extension() != ".hpp") continue;
    for (const std::string& name :
         names_in(text_of(entry.path()), R"(\n(?:Variable|Truth)<X> (\w+)\()")) {
      if (parts.count(name) > 0) continue;
      ++count;
      EXPECT_EQ(used.count(name), 1u) << name << " of " << entry.path();
    }
  }
  EXPECT_GT(count, 70u);
}

}  // namespace
