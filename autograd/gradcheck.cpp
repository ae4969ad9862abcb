#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/tape.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <random>
#include <sstream>

namespace xgrad {
namespace {

// d f(x) / dx by the central difference of sixth order.
template <class F>
double difference(const F& f, double x, double h) {
  auto pair = [&](int k) { return f(x + k * h) - f(x - k * h); };
  return (45 * pair(1) - 9 * pair(2) + pair(3)) / (60 * h);
}

GradcheckReport failed(std::string message) {
  return {false, 0, 0, "gradcheck failed: " + std::move(message)};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  return out << report.message;
}

template <class T>
GradcheckReport gradcheck_function(TensorFunction<T> f, const Tensor<T>* const* inputs,
                                   std::size_t count) {
  const double tolerance = sizeof(T) == 4 ? 5e-3 : 1e-7;
  std::vector<Tensor<T>> x;  // leaves of our own: the caller's tensors stay as they are
  for (std::size_t i = 0; i < count; ++i)
    x.push_back(parameter(Tensor<T>(Array<T>(inputs[i]->value()))));
  Tensor<T> y = f.call(f.object, x.data());
  if (!y.tracked())
    return failed("the result does not depend on any input through recorded operations");

  Tensor<T> cotangent = empty<T>(y.shape());
  std::mt19937 generator(20240229);  // asymmetric and far from 0: 0.5 to 1.5, either sign
  for (T& c : cotangent.mutable_value()) {
    double u = static_cast<double>(generator()) / 4294967296.0;
    c = static_cast<T>(generator() % 2 == 0 ? 0.5 + u : -0.5 - u);
  }
  std::vector<Tensor<T>> gradients = grad_where_reached(y, x, cotangent, Graph::free, {});

  NoGrad guard;
  GradcheckReport report;
  double largest_anywhere = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> analytic(x[i].size(), 0), numeric(x[i].size());
    if (gradients[i].defined()) std::copy_n(gradients[i].data(), x[i].size(), analytic.begin());
    double scale = 0, noise = 0;  // noise: what rounding alone may do to a difference
    for (std::size_t j = 0; j < numeric.size(); ++j) {
      T original = x[i].data()[j];
      double h =
          (sizeof(T) == 4 ? 0.03 : 1e-3) * std::max(1.0, std::abs(static_cast<double>(original)));
      auto contracted = [&](double value) {
        x[i].mutable_value().data()[j] = static_cast<T>(value);
        Tensor<T> moved = f.call(f.object, x.data());
        double sum = 0, magnitude = 0;
        for (std::size_t e = 0; e < moved.size(); ++e) {
          double term =
              static_cast<double>(cotangent.data()[e]) * static_cast<double>(moved.data()[e]);
          sum += term;
          magnitude += std::abs(term);
        }
        noise = std::max(noise, 16 * std::numeric_limits<T>::epsilon() * magnitude / h);
        return sum;
      };
      numeric[j] = difference(contracted, static_cast<double>(original), h);
      x[i].mutable_value().data()[j] = original;
      if (!std::isfinite(numeric[j]) || !std::isfinite(analytic[j])) {
        std::ostringstream text;
        text << "input " << i << ", element " << j << " is not finite: analytic " << analytic[j]
             << ", numeric " << numeric[j];
        return failed(text.str());
      }
      scale = std::max({scale, std::abs(numeric[j]), std::abs(analytic[j])});
    }
    if (scale > noise) largest_anywhere = std::max(largest_anywhere, scale);
    for (std::size_t j = 0; j < numeric.size() && scale > 0; ++j) {
      double difference = std::abs(analytic[j] - numeric[j]);
      if (difference > tolerance * scale + noise) {
        std::ostringstream text;
        text.precision(10);
        text << "input " << i << " of shape " << to_string(x[i].shape()) << ", element " << j
             << ": analytic " << analytic[j] << ", numeric " << numeric[j];
        return failed(text.str());
      }
      if (scale > noise) report.error = std::max(report.error, difference / scale);
    }
    report.elements += numeric.size();
  }
  if (report.elements == 0) return failed("the inputs have no elements");
  if (largest_anywhere == 0) return failed("all gradients are zero, which proves nothing");
  std::ostringstream text;
  text.precision(2);
  text << "gradcheck passed: " << report.elements << " elements of " << x.size()
       << " inputs, largest relative error " << report.error;
  report.passed = true;
  report.message = text.str();
  return report;
}

template GradcheckReport gradcheck_function(TensorFunction<float>, const Tensor<float>* const*,
                                            std::size_t);
template GradcheckReport gradcheck_function(TensorFunction<double>, const Tensor<double>* const*,
                                            std::size_t);

}  // namespace xgrad
