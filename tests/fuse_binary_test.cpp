// Every elementwise function of two tensors and more inside a formula, comparisons, and logic.
#include "fuse_check.hpp"

namespace {

namespace xg = xgrad;
using namespace fuse_check;

TEST(FuseBinary, Binary) {
  check_formula(FORMULA(add(a, b) - 0.7 * subtract(a, b) + 1.3 * multiply(a, b) +
                        0.6 * maximum(a, b) - 0.9 * minimum(a, b) + 1.7 * logaddexp(a, b) +
                        2.3 * copysign(a, b)));
  check_formula(FORMULA(divide(a, b) + 0.7 * hypot(a, b) - 1.3 * atan2(a, b) +
                        0.6 * floor_divide(a, b) + 0.9 * remainder(a, b) - 1.7 * fmod(a, b)),
                unit, positive);
  check_formula(FORMULA(pow(a, b) + 0.7 * xlogy(a, b)), positive, positive);
}

TEST(FuseBinary, ANumberOnEitherSide) {
  check_formula(FORMULA(maximum(a, 0.5) + 0.7 * minimum(0.25, a) - 1.3 * pow(a, 2) +
                        0.6 * pow(2.5, a) + 0.9 * hypot(a, 1) + 1.7 * atan2(1, a) -
                        2.3 * add(a, 1.5f) + 1.1 * multiply(2, a)));
  check_formula(FORMULA(2 / a + a / 3 - 0.7 * (1 - a) + 1.3 * (a + 1) - 0.6 * remainder(a, 0.3) +
                        0.9 * logaddexp(1, a)),
                positive);
}

TEST(FuseBinary, ComparisonsAndChoice) {
  check_formula(FORMULA(where(less(a, b), a, b * a) + 0.7 * where(less_equal(a, 0), 2 * a, 1.5) +
                        1.3 * where(greater(a, b), 0.5, a) +
                        0.6 * where(greater_equal(0, b), 1, 2) + 0.9 * where(equal(a, b), a, 0) +
                        1.7 * where(not_equal(a, 0), a, 3)));
  check_formula(FORMULA(where(a < b && !(b > 0.5), a, b) + 0.7 * where(a <= 0 || b >= 1, a * a, 1) +
                        1.3 * where(a == b, 2, 1) * a + 0.6 * where(a != 0, a, b) +
                        0.9 * masked_fill(a, b > a, 0.3) + 1.7 * masked_fill(a, a > 0, b)));
}

TEST(FuseBinary, LogicAndTests) {
  check_formula(FORMULA(
      where(logical_and(a > 0, b > 0), a, 0) + 0.7 * where(logical_or(a > b, b > 0), a, 1) +
      1.3 * where(logical_xor(a > 0, b > 0), a, 2) + 0.6 * where(logical_not(a > b), a, 3)));
  check_formula(FORMULA(where(isnan(log(a)), b, a) + 0.7 * where(isinf(1 / relu(a)), 1, a) +
                        1.3 * where(isfinite(sqrt(a)), a, 2)));
}

TEST(FuseBinary, BetweenTwo) {
  check_formula(FORMULA(lerp(a, b, 0.3) + 0.7 * lerp(a, b, a) - 1.3 * lerp(b, a * a, 0.6 + 0 * b)));
}

TEST(FuseBinary, WithAQualifiedName) {
  check_formula([](auto a, auto b) {
    return xg::where(xg::greater(a, b), xg::tanh(a), xg::maximum(xg::multiply(a, b), 0.5));
  });
}

}  // namespace
