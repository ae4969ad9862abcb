#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/activation.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>

#include <xgrad/ops/instantiate.hpp>

#include <xgrad/ops/activation.hpp>

namespace xgrad {

void check_parameter(const char* op, const char* name, double value, ParameterRange range,
                     Location at) {
  bool not_negative = range == ParameterRange::not_negative,
       positive = range == ParameterRange::positive;
  if (std::isfinite(value) && (!not_negative || value >= 0) && (!positive || value > 0)) return;
  const char* kind = not_negative ? "a finite, not negative "
                     : positive   ? "a finite, positive "
                                  : "a finite ";
  fail(op, std::string(kind) + name, std::to_string(value), at);
}

Bounds checked_bounds(const char* op, double lo, double hi, Location at) {
  if (!(lo <= hi)) {
    fail(op, "bounds lo <= hi", std::to_string(lo) + " and " + std::to_string(hi), at);
  }
  constexpr double inf = std::numeric_limits<double>::infinity(),
                   none = std::numeric_limits<double>::quiet_NaN();
  return {lo == -inf ? none : lo, hi == inf ? none : hi};
}

}  // namespace xgrad
