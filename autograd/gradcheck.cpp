#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/autograd/tape.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace xgrad {
namespace {

// A Jacobian of up to this many entries is compared entry by entry; up to this many input elements
// move one at a time; beyond, that many random directions are tried.
constexpr std::size_t small_jacobian = 4096, few_elements = 2048, random_directions = 24;

GradcheckReport failed(const std::string& message) {
  return {false, 0, 0, "gradcheck failed: " + message};
}

/// Asymmetric and far from 0: 0.5 to 1.5, either sign.
class Weights {
 public:
  double operator()() {
    double u = static_cast<double>(generator_()) / 4294967296.0;
    return generator_() % 2 == 0 ? 0.5 + u : -0.5 - u;
  }

 private:
  std::mt19937 generator_{20240229};
};

/// A way to move the inputs.
struct Displacement {
  struct Entry {
    std::size_t input, element;
    double weight;
  };
  std::vector<Entry> entries;
  double step;
};

template <class T>
class Check {
 public:
  Check(TensorFunction<T> f, const Tensor<T>* const* inputs, std::size_t count,
        const GradcheckOptions& options)
      : f_(f),
        tolerance_(options.tolerance > 0 ? options.tolerance
                   : sizeof(T) == 4      ? 5e-3
                                         : 1e-7),
        step_(options.step > 0 ? options.step
              : sizeof(T) == 4 ? 0.03
                               : 1e-3) {
    for (std::size_t i = 0; i < count; ++i) {  // leaves of our own: the caller's stay as they are
      x_.push_back(parameter(*inputs[i]));
      original_.push_back(Tensor<T>(Array<T>(inputs[i]->value())));
      report_.elements += x_[i].size();
    }
  }

  GradcheckReport run() {
    Tensor<T> y = f_.call(f_.object, x_.data());
    if (!y.tracked())
      return failed("the result does not depend on any input through recorded operations");
    if (report_.elements == 0) return failed("the inputs have no elements");
    if (y.size() == 0) return failed("the result has no elements");
    shape_ = y.shape();
    full_ = y.size() * report_.elements <= small_jacobian;
    gradients(y);

    NoGrad guard;
    std::vector<Compared> all;
    std::vector<double> scale(x_.size(), 0), noise(x_.size(), 0);
    for (const Displacement& direction : directions()) {
      std::size_t input = direction.entries[0].input;
      for (Compared& c : compare(direction)) {
        if (!std::isfinite(c.analytic) || !std::isfinite(c.numeric)) {
          return failed(named(c, direction) + ", which is not finite");
        }
        scale[input] = std::max({scale[input], std::abs(c.analytic), std::abs(c.numeric)});
        noise[input] = std::max(noise[input], c.noise);
        all.push_back(std::move(c));
      }
    }
    bool nothing = true;
    for (std::size_t i = 0; i < x_.size(); ++i) nothing = nothing && scale[i] <= noise[i];
    for (const Compared& c : all) {
      std::size_t input = c.direction.entries[0].input;
      double difference = std::abs(c.analytic - c.numeric);
      if (difference > tolerance_ * scale[input] + noise[input]) return failed(worst(c));
      if (scale[input] > noise[input])
        report_.error = std::max(report_.error, difference / scale[input]);
    }
    if (nothing) return failed("all gradients are zero, which proves nothing");
    std::ostringstream text;
    text.precision(2);
    text << "gradcheck passed: " << report_.elements << " elements of " << x_.size()
         << " inputs, largest relative error " << report_.error;
    report_.passed = true;
    report_.message = text.str();
    return report_;
  }

 private:
  /// A derivative of one row, along a direction.
  struct Compared {
    Displacement direction;
    std::size_t row;
    double analytic, numeric, noise;  // noise: what rounding alone may do to a difference
  };

  /// Rows of the Jacobian: all, or one that is a random combination of them.
  std::size_t rows() const { return full_ ? size_of(shape_) : 1; }

  void gradients(const Tensor<T>& y) {
    Weights weights;
    for (std::size_t row = 0; row < rows(); ++row) {
      Tensor<T> cotangent = zeros<T>(shape_);
      T* c = cotangent.mutable_value().data();
      if (full_) {
        c[row] = 1;
      } else {
        std::generate_n(c, cotangent.size(), [&] { return static_cast<T>(weights()); });
      }
      Graph graph = row + 1 < rows() ? Graph::retain : Graph::free;
      gradients_.push_back(grad_where_reached(y, x_, cotangent, graph, {}));
      if (!full_) cotangent_ = cotangent;
    }
  }

  std::vector<Displacement> directions() const {
    std::vector<Displacement> result;
    Weights weights;
    bool one_by_one = report_.elements <= few_elements;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      for (std::size_t n = 0; n < (one_by_one ? x_[i].size() : random_directions); ++n) {
        Displacement direction{{}, step_};
        for (std::size_t j = 0; j < x_[i].size(); ++j) {
          double reach = std::max(1.0, std::abs(static_cast<double>(original_[i].data()[j])));
          if (!one_by_one) direction.entries.push_back({i, j, weights() * reach});
          if (one_by_one && j == n) direction = {{{i, j, 1}}, step_ * reach};
        }
        if (!direction.entries.empty()) result.push_back(std::move(direction));
      }
    }
    return result;
  }

  /// The rows' values with the inputs moved by t, and the sums of the magnitudes of their terms.
  void evaluate(const Displacement& direction, double t, double factor, std::vector<double>& sum,
                std::vector<double>& magnitude) const {
    for (const Displacement::Entry& e : direction.entries) {
      double moved = static_cast<double>(original_[e.input].data()[e.element]) + t * e.weight;
      x_[e.input].mutable_value().data()[e.element] = static_cast<T>(moved);
    }
    Tensor<T> y = f_.call(f_.object, x_.data());
    for (std::size_t k = 0; k < y.size(); ++k) {
      double term = static_cast<double>(y.data()[k]);
      if (!full_) term *= static_cast<double>(cotangent_.data()[k]);
      sum[full_ ? k : 0] += factor * term;
      magnitude[full_ ? k : 0] += std::abs(term);
    }
  }

  std::vector<Compared> compare(const Displacement& direction) const {
    std::vector<double> sum(rows(), 0), magnitude(rows(), 0);
    const double weight[] = {45, -9, 1}, h = direction.step;  // the difference of sixth order
    for (int k = 1; k <= 3; ++k) {
      evaluate(direction, k * h, weight[k - 1] / (60 * h), sum, magnitude);
      evaluate(direction, -k * h, -weight[k - 1] / (60 * h), sum, magnitude);
    }
    for (const Displacement::Entry& e : direction.entries) {
      x_[e.input].mutable_value().data()[e.element] = original_[e.input].data()[e.element];
    }
    std::vector<Compared> result;
    for (std::size_t row = 0; row < rows(); ++row) {
      double analytic = 0;
      for (const Displacement::Entry& e : direction.entries) {
        const Tensor<T>& g = gradients_[row][e.input];
        if (g.defined()) analytic += e.weight * static_cast<double>(g.data()[e.element]);
      }
      double noise = 4 * std::numeric_limits<T>::epsilon() * magnitude[row] / h;
      result.push_back({direction, row, analytic, sum[row], noise});
    }
    return result;
  }

  /// Of a direction that moves many elements, the one that is to blame: bisection.
  std::string worst(Compared c) const {
    while (c.direction.entries.size() > 1) {
      std::vector<Displacement::Entry>& all = c.direction.entries;
      auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
      Displacement first{{all.begin(), middle}, step_}, second{{middle, all.end()}, step_};
      Compared a = compare(first)[c.row], b = compare(second)[c.row];
      c = std::abs(a.analytic - a.numeric) > std::abs(b.analytic - b.numeric) ? a : b;
    }
    double weight = c.direction.entries[0].weight;
    c.direction.entries[0].weight = 1;
    c.analytic /= weight;
    c.numeric /= weight;
    return named(c, c.direction);
  }

  std::string named(const Compared& c, const Displacement& direction) const {
    const Displacement::Entry& e = direction.entries[0];
    std::ostringstream text;
    text.precision(10);
    text << "input " << e.input << " of shape " << to_string(x_[e.input].shape());
    if (direction.entries.size() == 1) text << ", element " << e.element;
    if (full_ && size_of(shape_) > 1)
      text << ", element " << c.row << " of the result " << to_string(shape_);
    text << ": analytic " << c.analytic << ", numeric " << c.numeric;
    return text.str();
  }

  TensorFunction<T> f_;
  double tolerance_, step_;
  std::vector<Tensor<T>> x_, original_;
  Shape shape_;  // of the result
  bool full_ = true;
  Tensor<T> cotangent_;
  std::vector<std::vector<Tensor<T>>> gradients_;  // of each row
  GradcheckReport report_;
};

/// The gradient of f with respect to one input, as a function of the inputs and a cotangent.
template <class T>
struct GradientOf {
  TensorFunction<T> f;
  std::size_t count, which;

  static Tensor<T> call(const void* object, const Tensor<T>* inputs) {
    const auto& [f, count, which] = *static_cast<const GradientOf*>(object);
    std::vector<Tensor<T>> x(inputs, inputs + count);
    bool recorded = recording();
    Recording scope(true);
    if (!recorded) {
      for (Tensor<T>& input : x) input = parameter(input.detach());
    }
    Tensor<T> y = f.call(f.object, x.data());
    Tensor<T> g = grad_where_reached(y, x, inputs[count], Graph::create, {})[which];
    if (!g.defined()) g = zeros<T>(x[which].shape());
    return recorded ? g : g.detach();
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  return out << report.message;
}

template <class T>
GradcheckReport gradcheck_function(TensorFunction<T> f, const Tensor<T>* const* inputs,
                                   std::size_t count, const GradcheckOptions& options) {
  return Check<T>(f, inputs, count, options).run();
}

template <class T>
GradcheckReport gradgradcheck_function(TensorFunction<T> f, const Tensor<T>* const* inputs,
                                       std::size_t count, const GradcheckOptions& options) {
  std::vector<Tensor<T>> x;
  for (std::size_t i = 0; i < count; ++i) x.push_back(parameter(*inputs[i]));
  Tensor<T> y = f.call(f.object, x.data()), cotangent = empty<T>(y.shape());
  if (!y.tracked())
    return failed("the result does not depend on any input through recorded operations");
  Weights weights;
  for (T& c : cotangent.mutable_value()) c = static_cast<T>(weights());
  std::vector<const Tensor<T>*> all(inputs, inputs + count);
  all.push_back(&cotangent);
  const std::vector<Tensor<T>> reached = grad_where_reached(y, x, cotangent, Graph::free, {});
  GradcheckReport total;
  for (std::size_t i = 0; i < count; ++i) {
    if (!reached[i].defined()) continue;
    GradientOf<T> gradient{f, count, i};
    GradcheckReport report =
        gradcheck_function<T>({&gradient, &GradientOf<T>::call}, all.data(), all.size(), options);
    total.passed = report.passed;
    total.elements += report.elements;
    total.error = std::max(total.error, report.error);
    total.message = "gradient of input " + std::to_string(i) + ": " + report.message;
    if (!report) break;
  }
  return total;
}

#define XGRAD_GRADCHECK(T)                                                                    \
  template GradcheckReport gradcheck_function(TensorFunction<T>, const Tensor<T>* const*,     \
                                              std::size_t, const GradcheckOptions&);          \
  template GradcheckReport gradgradcheck_function(TensorFunction<T>, const Tensor<T>* const*, \
                                                  std::size_t, const GradcheckOptions&);
XGRAD_GRADCHECK(float)
XGRAD_GRADCHECK(double)

}  // namespace xgrad
