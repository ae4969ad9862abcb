// The check of an optimizer's or a schedule's options.
#pragma once
#include <xgrad/autograd/error.hpp>

#include <cmath>
#include <string>

namespace xgrad::nn {

/// Throws std::invalid_argument, naming `op`, for options that it does not take.
class OptionCheck {
 public:
  OptionCheck(const char* op, Location at) : op_(op), at_(at) {}
  void operator()(bool holds, const char* expected, double got) const {
    if (!holds) fail(op_, expected, std::to_string(got), at_);  // NaN fails every comparison
  }
  void not_negative(const char* name, double value) const {
    (*this)(value >= 0 && std::isfinite(value), (name + std::string(" >= 0")).c_str(), value);
  }
  void positive(const char* name, double value) const {
    (*this)(value > 0 && std::isfinite(value), (name + std::string(" > 0")).c_str(), value);
  }
  void fraction(const char* name, double value) const {
    (*this)(value >= 0 && value < 1, (name + std::string(" in [0, 1)")).c_str(), value);
  }

 private:
  const char* op_;
  Location at_;
};

}  // namespace xgrad::nn
