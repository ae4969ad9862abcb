// What the tests share: tensors from plain arrays and back, random numbers that are the same on
// every machine, and comparisons that say where they fail.
#pragma once
#include "reference.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>
#include <xgrad/autograd/tape.hpp>

namespace check {

using xgrad::Tensor;
using Plain = reference::Nd<double>;

template <class T>
Tensor<T> tensor(const Plain& plain) {
  xgrad::Array<T> array =
      xgrad::empty_array<T>(xgrad::Shape(plain.shape.begin(), plain.shape.end()));
  for (std::size_t i = 0; i < plain.data.size(); ++i)
    array.data()[i] = static_cast<T>(plain.data[i]);
  return Tensor<T>(std::move(array));
}
template <class T>
Tensor<T> leaf(const Plain& plain) {
  return xgrad::parameter(tensor<T>(plain));
}
template <class T>
Plain plain(const Tensor<T>& x) {
  return Plain(reference::Shape(x.shape().begin(), x.shape().end()),
               std::vector<double>(x.data(), x.data() + x.size()));
}

/// Uniform in (low, high), the same everywhere, rounded so that float holds it exactly.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double operator()(double low, double high) {
    double unit = (double(engine_() >> 11) + 0.5) / 9007199254740992.0;
    return double(float(low + (high - low) * unit));
  }
  std::size_t below(std::size_t n) { return std::size_t(engine_() % n); }
  Plain array(const reference::Shape& shape, double low = -1.5, double high = 1.5) {
    Plain result(shape);
    for (double& element : result.data) element = (*this)(low, high);
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

inline std::string text(const reference::Shape& shape) {
  std::string result = "(";
  for (std::size_t extent : shape) result += (result == "(" ? "" : ", ") + std::to_string(extent);
  return result + ")";
}

/// Equal shapes, and every element within `tolerance` times the largest finite magnitude expected
/// (at least `floor`); NaN and infinities must be met exactly.
inline ::testing::AssertionResult close(const Plain& actual, const Plain& expected,
                                        double tolerance, double floor = 1e-2) {
  if (actual.shape != expected.shape) {
    return ::testing::AssertionFailure()
           << "shape " << text(actual.shape) << ", expected " << text(expected.shape);
  }
  double scale = floor;
  for (double e : expected.data) {
    if (std::isfinite(e)) scale = std::max(scale, std::abs(e));
  }
  for (std::size_t i = 0; i < expected.data.size(); ++i) {
    double a = actual.data[i], e = expected.data[i];
    bool same = std::isfinite(e) ? std::abs(a - e) <= tolerance * scale
                                 : (a == e || (std::isnan(a) && std::isnan(e)));
    if (!same) {
      return ::testing::AssertionFailure()
             << "element " << i << " of shape " << text(expected.shape) << " is " << a
             << ", expected " << e << " (off by " << (a - e) / scale << " of " << scale << ")";
    }
  }
  return ::testing::AssertionSuccess();
}

/// The same shape and the same bits, but any NaN equals any NaN.
template <class T>
::testing::AssertionResult identical(const Tensor<T>& a, const Tensor<T>& b) {
  if (a.shape() != b.shape()) {
    return ::testing::AssertionFailure()
           << "shapes " << to_string(a.shape()) << " and " << to_string(b.shape());
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    bool same = std::memcmp(a.data() + i, b.data() + i, sizeof(T)) == 0 ||
                (std::isnan(a.data()[i]) && std::isnan(b.data()[i]));
    if (!same) {
      return ::testing::AssertionFailure()
             << "element " << i << " is " << a.data()[i] << " and " << b.data()[i];
    }
  }
  return ::testing::AssertionSuccess();
}

/// A copy that shares nothing.
template <class T>
Tensor<T> copy(const Tensor<T>& x) {
  return Tensor<T>(xgrad::Array<T>(x.value()));
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The message of the Exception that call() throws; a test failure if it throws none.
template <class Exception, class Call>
std::string message(Call call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "threw another type: " << error.what();
    return "";
  }
  ADD_FAILURE() << "threw nothing";
  return "";
}

/// f'(0) by the 6-point central difference with step h = 1e-3, of error O(h^6).
template <class F>
double difference(F f) {
  const double h = 1e-3;
  return (45 * (f(h) - f(-h)) - 9 * (f(2 * h) - f(-2 * h)) + (f(3 * h) - f(-3 * h))) / (60 * h);
}

}  // namespace check
