// What the properties of op_table_test.cpp are written in: the inputs of a trial, gradients from
// the tape and from the reference, directions.
#pragma once
#include "check.hpp"
#include "op_table.hpp"

#include <numeric>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

namespace op_table {

using check::Plain, check::plain, check::Random;
using xgrad::Tensor;

template <class T>
inline constexpr bool is_float = std::is_same_v<T, float>;

/// Distinct elements, evenly spaced but for some jitter and in random order: no element of a sample
/// is within 0.8 spacings of another, or, in a domain symmetric about 0, within 0.4 of 0.
inline std::vector<Plain> elements(const Sample& sample, const std::vector<Domain>& domains,
                                   std::uint64_t seed = 0) {
  Random random(20240607 + seed);
  std::size_t total = 0;
  for (const Shape& shape : sample) total += reference::count(shape);
  std::vector<std::size_t> slots(total + total % 2);
  std::iota(slots.begin(), slots.end(), 0);
  for (std::size_t i = slots.size(); i > 1; --i) std::swap(slots[i - 1], slots[random.below(i)]);
  std::vector<Plain> result;
  auto slot = slots.begin();
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const Domain& domain = domains[std::min(i, domains.size() - 1)];
    Plain& x = result.emplace_back(sample[i]);
    for (double& element : x.data) {
      double unit = (double(*slot++) + random(0.4, 0.6)) / double(slots.size());
      double sign = domain.any_sign && random(-1, 1) < 0 ? -1 : 1;
      element = double(float(sign * (domain.low + (domain.high - domain.low) * unit)));
    }
  }
  return result;
}

/// The inputs for a sample of the row, far enough from its kinks for finite differences.
inline std::vector<Plain> elements(const Row& row, const Sample& sample) {
  for (std::uint64_t seed = 0;; ++seed) {
    std::vector<Plain> x = elements(sample, row.domains, seed);
    if (row.kink.on_double == nullptr) return x;
    const std::vector<double> z = row.kink(x).data;
    if (std::all_of(z.begin(), z.end(), [](double e) { return std::abs(e) > 0.05; })) return x;
  }
}

/// One trial of a row: inputs, the output's cotangent, and what is asked about them.
template <class T>
struct Trial {
  const Row& row;
  std::vector<Plain> x;
  Plain expected, g;

  Trial(const Row& r, std::vector<Plain> inputs)
      : row(r), x(std::move(inputs)), expected(r.reference(x)), g(cotangent(1)) {}

  Plain cotangent(std::uint64_t seed) const { return Random(seed).array(expected.shape); }

  Tensors<T> constants() const {
    Tensors<T> result;
    for (const Plain& input : x) result.push_back(check::tensor<T>(input));
    return result;
  }
  Tensors<T> leaves() const {
    Tensors<T> result;
    for (const Plain& input : x) result.push_back(check::leaf<T>(input));
    return result;
  }
  /// The gradients of a fresh graph for the cotangent.
  std::vector<Plain> vjp(const Plain& cotangent_of_y) const {
    Tensors<T> inputs = leaves();
    row.call(inputs).backward(check::tensor<T>(cotangent_of_y));
    std::vector<Plain> result;
    for (const Tensor<T>& input : inputs) result.push_back(plain(input.grad()));
    return result;
  }
  std::vector<Plain> vjp() const { return vjp(g); }
};

/// Calls test(trial) for each sample of the row.
template <class T, class Test>
void for_each_trial(const Row& row, Test test) {
  for (const Sample& sample : row.samples) {
    std::string shapes;
    for (const Shape& shape : sample) shapes += " " + check::text(shape);
    SCOPED_TRACE("inputs" + shapes);
    test(Trial<T>(row, elements(row, sample)));
  }
}

inline double inner(const Plain& a, const Plain& b) {
  return std::inner_product(a.data.begin(), a.data.end(), b.data.begin(), 0.0);
}
inline double inner(const std::vector<Plain>& a, const std::vector<Plain>& b) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += inner(a[i], b[i]);
  return total;
}
/// x + t u.
inline std::vector<Plain> moved(std::vector<Plain> x, const std::vector<Plain>& u, double t) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < x[i].data.size(); ++k) x[i].data[k] += t * u[i].data[k];
  }
  return x;
}

/// Every unit vector of the space of `x`, or, if there are many, random directions that mix all.
inline std::vector<std::vector<Plain>> directions(const std::vector<Plain>& x) {
  std::vector<Plain> zero;
  std::size_t total = 0;
  for (const Plain& input : x) {
    zero.emplace_back(input.shape);
    total += input.data.size();
  }
  std::vector<std::vector<Plain>> result;
  if (total > 120) {
    Random random(2);
    for (int n = 0; n < 40; ++n) {
      std::vector<Plain>& u = result.emplace_back();
      for (const Plain& input : x) u.push_back(random.array(input.shape, -1, 1));
    }
    return result;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < x[i].data.size(); ++k) {
      result.push_back(zero);
      result.back()[i].data[k] = 1;
    }
  }
  return result;
}

/// Compares f(u) and expected(u) for each direction u of the space of `x`, all together.
template <class F, class Expected>
::testing::AssertionResult close_along(const std::vector<Plain>& x, double tolerance, F f,
                                       Expected expected) {
  std::vector<std::vector<Plain>> all = directions(x);
  Plain actual({all.size()}), wanted({all.size()});
  for (std::size_t i = 0; i < all.size(); ++i) {
    actual.data[i] = f(all[i]);
    wanted.data[i] = expected(all[i]);
  }
  return check::close(actual, wanted, tolerance);
}

/// The reference's derivative along u, as dual numbers with the values of y.
inline reference::Nd<reference::Dual> dual_output(const Row& row, const std::vector<Plain>& x,
                                                  const std::vector<Plain>& u) {
  Arrays<reference::Dual> inputs;
  for (std::size_t i = 0; i < x.size(); ++i) {
    reference::Nd<reference::Dual>& input = inputs.emplace_back(x[i].shape);
    for (std::size_t k = 0; k < x[i].data.size(); ++k) {
      input.data[k] = {x[i].data[k], u[i].data[k]};
    }
  }
  return row.reference(inputs);
}

/// F(x, g) = sum of u_i . vjp_i(x, g) by create_graph, differentiated once more: with respect to
/// the inputs and to the cotangent.
template <class T>
std::vector<Plain> second_gradients(const Trial<T>& trial, const std::vector<Plain>& u) {
  Tensors<T> x = trial.leaves();
  Tensor<T> g = check::leaf<T>(trial.g), total = 0;
  Tensors<T> first = xgrad::grad(trial.row.call(x), x, g, xgrad::create_graph);
  for (std::size_t i = 0; i < x.size(); ++i) {
    total = add(total, sum(multiply(first[i], check::tensor<T>(u[i]))), xgrad::here());
  }
  x.push_back(g);
  if (total.tracked()) total.backward();
  std::vector<Plain> result;
  for (const Tensor<T>& input : x) {
    Plain zero(reference::Shape(input.shape().begin(), input.shape().end()));
    result.push_back(input.has_grad() ? plain(input.grad()) : zero);
  }
  return result;
}
template <class T>
std::vector<Plain> second_direction(const Trial<T>& trial) {
  Random random(4);
  std::vector<Plain> u;
  for (const Plain& input : trial.x) u.push_back(random.array(input.shape));
  return u;
}

}  // namespace op_table
