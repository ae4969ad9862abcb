// Every property over every row of the table, in float and double. The name of a test is
// Table/<kind of row>.<property>/<row>_<type>.
#include "op_table_trial.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

namespace op_table {
namespace {

using check::close, check::identical;
using xgrad::NoGrad;

struct Parameter {
  const Row* row;
  bool in_float;
};
std::ostream& operator<<(std::ostream& out, const Parameter& parameter) {
  return out << parameter.row->name;
}
class AnyOp : public ::testing::TestWithParam<Parameter> {};
class AnyOpInFloat : public AnyOp {};
class MisusedOp : public AnyOp {};
class DifferentiableOp : public AnyOp {};
class DifferentiableOpInFloat : public AnyOp {};
class DifferentiableOpInDouble : public AnyOp {};

template <class Keep>
auto parameters(std::initializer_list<bool> in_float, Keep keep) {
  std::vector<Parameter> result;
  for (const Row& row : rows()) {
    for (bool single : in_float) {
      if (keep(row)) result.push_back({&row, single});
    }
  }
  return ::testing::ValuesIn(result);
}
bool any(const Row&) { return true; }
bool differentiable(const Row& row) { return row.differentiable; }
bool has_errors(const Row& row) { return !row.errors.empty(); }
std::string name(const ::testing::TestParamInfo<Parameter>& info) {
  return info.param.row->name + (info.param.in_float ? "_float" : "_double");
}
INSTANTIATE_TEST_SUITE_P(Table, AnyOp, parameters({true, false}, any), name);
INSTANTIATE_TEST_SUITE_P(Table, AnyOpInFloat, parameters({true}, any), name);
INSTANTIATE_TEST_SUITE_P(Table, MisusedOp, parameters({true, false}, has_errors), name);
INSTANTIATE_TEST_SUITE_P(Table, DifferentiableOp, parameters({true, false}, differentiable), name);
INSTANTIATE_TEST_SUITE_P(Table, DifferentiableOpInFloat, parameters({true}, differentiable), name);
INSTANTIATE_TEST_SUITE_P(Table, DifferentiableOpInDouble, parameters({false}, differentiable),
                         name);

// A test for each row of the kind; the body is a template over T.
#define PROPERTY(kind, property)                                                                \
  template <class T>                                                                            \
  void property(const Row& row);                                                                \
  TEST_P(kind, property) {                                                                      \
    GetParam().in_float ? property<float>(*GetParam().row) : property<double>(*GetParam().row); \
  }                                                                                             \
  template <class T>                                                                            \
  void property(const Row& row)

PROPERTY(AnyOp, ForwardMatchesReference) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    Tensor<T> y = trial.row.call(trial.leaves());
    EXPECT_TRUE(close(plain(y), trial.expected, is_float<T> ? 1e-5 : 1e-13));
    EXPECT_EQ(y.tracked(), trial.row.differentiable);
    EXPECT_FALSE(trial.row.call(trial.constants()).tracked());
  });
}

PROPERTY(AnyOp, NothingIsRecordedUnderNoGrad) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    Tensors<T> x = trial.leaves();
    Tensor<T> recorded = trial.row.call(x), y;
    {
      NoGrad guard;
      y = trial.row.call(x);
    }
    EXPECT_FALSE(y.tracked());
    EXPECT_TRUE(identical(y, recorded));
    EXPECT_EQ(trial.row.call(x).tracked(), trial.row.differentiable);
  });
}

PROPERTY(AnyOpInFloat, AgreesWithDouble) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    Trial<double> wide(trial.row, trial.x);
    EXPECT_TRUE(close(plain(trial.row.call(trial.constants())),
                      plain(wide.row.call(wide.constants())), 1e-5));
    if (!trial.row.differentiable) return;
    std::vector<Plain> gradients = trial.vjp(), expected = wide.vjp();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(close(gradients[i], expected[i], 1e-5)) << "input " << i;
    }
  });
}

PROPERTY(DifferentiableOpInDouble, VjpMatchesFiniteDifferences) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    std::vector<Plain> gradients = trial.vjp();
    EXPECT_TRUE(close_along(
        trial.x, 1e-8, [&](const std::vector<Plain>& u) { return inner(gradients, u); },
        [&](const std::vector<Plain>& u) {
          return check::difference([&](double t) {
            Trial<T> there = trial;
            there.x = moved(trial.x, u, t);
            return inner(trial.g, plain(trial.row.call(there.constants())));
          });
        }));
  });
}

PROPERTY(DifferentiableOp, VjpMatchesDualNumbers) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    std::vector<Plain> gradients = trial.vjp();
    EXPECT_TRUE(close_along(
        trial.x, is_float<T> ? 1e-5 : 1e-12,
        [&](const std::vector<Plain>& u) { return inner(gradients, u); },
        [&](const std::vector<Plain>& u) {
          reference::Nd<reference::Dual> y = dual_output(trial.row, trial.x, u);
          double total = 0;
          for (std::size_t i = 0; i < y.data.size(); ++i) {
            total += trial.g.data[i] * y.data[i].tangent;
          }
          return total;
        }));
  });
}

PROPERTY(DifferentiableOp, GradientHasInputShape) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    std::vector<Plain> gradients = trial.vjp();
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      EXPECT_EQ(gradients[i].shape, trial.x[i].shape) << "input " << i;
    }
  });
}

PROPERTY(DifferentiableOp, VjpIsLinearInCotangent) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    Plain h = trial.cotangent(3), mixed = trial.g, zero(trial.g.shape);
    for (std::size_t i = 0; i < mixed.data.size(); ++i) {
      mixed.data[i] = 1.5 * trial.g.data[i] - 0.75 * h.data[i];
    }
    std::vector<Plain> of_g = trial.vjp(), of_h = trial.vjp(h), of_mixed = trial.vjp(mixed),
                       of_zero = trial.vjp(zero), again = trial.vjp();
    for (std::size_t i = 0; i < of_g.size(); ++i) {
      Plain expected = of_g[i];
      for (std::size_t k = 0; k < expected.data.size(); ++k) {
        expected.data[k] = 1.5 * of_g[i].data[k] - 0.75 * of_h[i].data[k];
        EXPECT_EQ(of_zero[i].data[k], 0);
      }
      EXPECT_TRUE(close(of_mixed[i], expected, is_float<T> ? 1e-5 : 1e-13)) << "input " << i;
      EXPECT_EQ(again[i].data, of_g[i].data) << "a second run gives other bits";
    }
  });
}

PROPERTY(DifferentiableOp, NothingButGradientsChanges) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    Tensors<T> x = trial.leaves(), before = trial.constants();
    Tensor<T> g = check::tensor<T>(trial.g), y = trial.row.call(x), y_before = check::copy(y);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(identical(x[i], before[i]));
    y.backward(g, xgrad::retain_graph);
    y.backward(g);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_TRUE(identical(x[i], before[i]));
    EXPECT_TRUE(identical(y, y_before));
    EXPECT_TRUE(identical(g, check::tensor<T>(trial.g)));
  });
}

// The same tensor as every input, where the shapes allow, and the result as both factors of y y.
PROPERTY(DifferentiableOp, SameTensorTwiceAndResultTwice) {
  for (const Sample& sample : row.samples) {
    SCOPED_TRACE("first input " + check::text(sample[0]));
    bool same = std::all_of(sample.begin(), sample.end(),
                            [&](const Shape& shape) { return shape == sample[0]; });
    // Of two domains, the one that does not hold 0 suits both inputs.
    bool first = row.domains[0].low != -row.domains[0].high;
    std::vector<Domain> domains = row.domains;
    if (same) domains = {first ? row.domains.front() : row.domains.back()};
    std::vector<Plain> x = elements(same ? Sample{sample[0]} : sample, domains);
    auto spread = [&](auto inputs) {
      while (inputs.size() < sample.size()) inputs.push_back(inputs[0]);
      return inputs;
    };
    Trial<T> trial(row, spread(x));
    Tensors<T> leaves;
    for (const Plain& input : x) leaves.push_back(check::leaf<T>(input));
    Tensor<T> y = row.call(spread(leaves));
    multiply(y, y).backward(check::tensor<T>(trial.g));
    std::vector<Plain> gradients;
    for (const Tensor<T>& leaf : leaves) gradients.push_back(plain(leaf.grad()));
    EXPECT_TRUE(close_along(
        x, is_float<T> ? 1e-5 : 1e-12,
        [&](const std::vector<Plain>& u) { return inner(gradients, u); },
        [&](const std::vector<Plain>& u) {
          reference::Nd<reference::Dual> out = dual_output(row, trial.x, spread(u));
          double total = 0;
          for (std::size_t i = 0; i < out.data.size(); ++i) {
            total += trial.g.data[i] * (out.data[i] * out.data[i]).tangent;
          }
          return total;
        }));
  }
}

PROPERTY(DifferentiableOp, SweepsAccumulate) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    std::vector<Plain> once = trial.vjp();
    Tensors<T> x = trial.leaves();
    Tensor<T> g = check::tensor<T>(trial.g), y = trial.row.call(x);
    auto expect_times = [&](T n) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        Plain expected = once[i];
        for (double& element : expected.data) element = n * static_cast<T>(element);
        EXPECT_EQ(plain(x[i].grad()).data, expected.data) << "input " << i << ", sweep " << n;
      }
    };
    y.backward(g, xgrad::retain_graph);
    expect_times(1);
    y.backward(g);
    expect_times(2);
    trial.row.call(x).backward(g);
    expect_times(3);
    for (const Tensor<T>& input : x) input.zero_grad();
    trial.row.call(x).backward(g);
    expect_times(1);
  });
}

PROPERTY(DifferentiableOpInDouble, SecondDerivativeMatchesDifferencesOfFirst) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    std::vector<Plain> u = second_direction(trial), second = second_gradients(trial, u);
    std::vector<Plain> x_and_g = trial.x;
    x_and_g.push_back(trial.g);
    EXPECT_TRUE(close_along(
        x_and_g, 1e-6, [&](const std::vector<Plain>& v) { return inner(second, v); },
        [&](const std::vector<Plain>& v) {
          return check::difference([&](double t) {
            Trial<T> there = trial;
            there.x = moved(x_and_g, v, t);
            there.g = there.x.back();
            there.x.pop_back();
            return inner(u, there.vjp());
          });
        }));
  });
}

PROPERTY(DifferentiableOpInFloat, SecondDerivativeAgreesWithDouble) {
  for_each_trial<T>(row, [](const Trial<T>& trial) {
    std::vector<Plain> u = second_direction(trial), second = second_gradients(trial, u);
    std::vector<Plain> wide = second_gradients(Trial<double>(trial.row, trial.x), u);
    for (std::size_t i = 0; i < second.size(); ++i) {
      EXPECT_TRUE(close(second[i], wide[i], 1e-5)) << "input " << i;
    }
  });
}

PROPERTY(MisusedOp, ErrorNamesOperationShapesAndPlace) {
  for (const Error& error : row.errors) {
    Tensors<T> x;
    std::vector<std::string> words = error.words;
    for (const Shape& shape : error.sample) {
      x.push_back(xgrad::ones<T>(xgrad::Shape(shape.begin(), shape.end())));
      if (error.words.empty()) words.push_back(check::text(shape));
    }
    Call call = error.call.on_float != nullptr ? error.call : row.call;
    std::string text = check::message<std::invalid_argument>([&] { call(x); });
    EXPECT_EQ(text.find(row.op + ": expected "), 0u) << text;
    for (const std::string& word : words) {
      EXPECT_NE(text.find(word), std::string::npos) << "no `" << word << "` in: " << text;
    }
    std::size_t place = text.find(" [op_table");
    EXPECT_NE(place, std::string::npos) << text;
    EXPECT_EQ(text.back(), ']') << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace op_table
