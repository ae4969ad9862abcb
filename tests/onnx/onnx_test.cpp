// ONNX's own test cases, run through xgrad: an oracle that we did not write. Each case is a model
// of one node or, for `*_expanded`, of the several that define it, with its inputs and outputs.
#include "table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/reduce.hpp>

using namespace onnx_cases;

namespace {

struct Case {
  std::string name, folder;
  Model model;
  std::string reason;  // why it is not run; "" if it is
};

/// The cases of all operators, and further ones, most of them exported from PyTorch; the numbers of
/// a few (add_size1_broadcast, ...) are memory that nobody had set, so that they test shapes only.
const char* const collections[] = {"node", "simple", "pytorch-converted", "pytorch-operator"};

std::vector<Case> read_cases() {
  namespace fs = std::filesystem;
  std::vector<Case> cases;
  for (const char* collection : collections) {
    fs::path folder = fs::path(XGRAD_ONNX_DATA) / collection;
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      Case c;
      c.folder = entry.path().string();
      c.name = entry.path().filename().string().substr(5);  // without "test_"
      c.model = read_model(c.folder + "/model.onnx");
      c.reason = reason_not_run(c.model);
      cases.push_back(std::move(c));
    }
  }
  std::sort(cases.begin(), cases.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return cases;
}
const std::vector<Case>& cases() {
  static const std::vector<Case> all = read_cases();
  return all;
}

std::vector<std::string> names_to_run() {
  std::vector<std::string> names;
  for (const Case& c : cases()) {
    if (c.reason.empty()) names.push_back(c.name);
  }
  return names;
}

/// ONNX's operator for derivatives: of the value y with respect to the values xs, by name.
const char* const gradient = "Gradient";
Values gradients(const Node& node, const std::map<std::string, Value>& known) {
  std::vector<xg::Tensor<float>> xs;
  for (const std::string& name : node.attributes.at("xs").texts) {
    xs.push_back(known.at(name).as<float>());
  }
  Values result;
  xg::Tensor<float> y = known.at(node.attributes.at("y").text).as<float>();
  for (const xg::Tensor<float>& g : xg::grad(sum(y), xs)) result.emplace_back(Type::float32, g);
  return result;
}

Values run(const Model& model, const Values& inputs) {
  bool derives = std::any_of(model.nodes.begin(), model.nodes.end(),
                             [](const Node& node) { return node.op == gradient; });
  std::map<std::string, Value> known = model.constants;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    known.insert_or_assign(model.inputs.at(i), derives ? inputs[i].with_gradient() : inputs[i]);
  }
  for (const Node& node : model.nodes) {
    Values results;
    if (node.op == gradient) {
      results = gradients(node, known);
    } else {
      const Row* row = find_row(node.op);
      if (!row) throw std::invalid_argument("no row for " + node.op);
      std::vector<std::optional<Value>> arguments;
      for (const std::string& name : node.inputs) {
        arguments.push_back(name.empty() ? std::nullopt : std::optional<Value>(known.at(name)));
      }
      results = row->run(Call(node, std::move(arguments), model.version));
    }
    for (std::size_t i = 0; i < node.outputs.size() && i < results.size(); ++i) {
      known.insert_or_assign(node.outputs[i], results[i]);
    }
  }
  Values outputs;
  for (const std::string& name : model.outputs) outputs.push_back(known.at(name));
  return outputs;
}

/// The files <folder>/<kind>_0.pb, <kind>_1.pb, ... as far as there are any.
Values read_tensors(const std::string& folder, const std::string& kind) {
  Values result;
  for (;;) {
    std::string path = folder + "/" + kind + "_" + std::to_string(result.size()) + ".pb";
    if (!std::filesystem::exists(path)) return result;
    result.push_back(read_tensor(path));
  }
}

/// Type and shape equal, integers and truth values exactly equal, floating point within the
/// tolerance of ONNX's own runner.
::testing::AssertionResult matches(const Value& actual, const Value& expected) {
  if (actual.type() != expected.type()) {
    return ::testing::AssertionFailure()
           << "element type " << int(actual.type()) << ", expected " << int(expected.type());
  }
  if (actual.shape() != expected.shape()) {
    return ::testing::AssertionFailure()
           << "shape " << to_string(actual.shape()) << ", expected " << to_string(expected.shape());
  }
  bool exact = !is_float(expected.type());
  double relative = exact ? 0 : 1e-3, absolute = exact ? 0 : 1e-7;
  xg::Tensor<double> a = actual.as<double>(), e = expected.as<double>();
  for (std::size_t i = 0; i < e.size(); ++i) {
    double x = a.data()[i], y = e.data()[i];
    bool same = std::isfinite(y) ? std::abs(x - y) <= absolute + relative * std::abs(y)
                                 : (x == y || (std::isnan(x) && std::isnan(y)));
    if (!same) {
      return ::testing::AssertionFailure()
             << "element " << i << " of shape " << to_string(e.shape()) << " is " << x
             << ", expected " << y;
    }
  }
  return ::testing::AssertionSuccess();
}

class Onnx : public ::testing::TestWithParam<std::string> {};

TEST_P(Onnx, Case) {
  const Case& c = *std::find_if(cases().begin(), cases().end(),
                                [](const Case& each) { return each.name == GetParam(); });
  std::string data = c.folder + "/test_data_set_0";
  Values expected = read_tensors(data, "output"),
         actual = run(c.model, read_tensors(data, "input"));
  ASSERT_FALSE(expected.empty());
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(matches(actual[i], expected[i])) << "output " << i << ", " << c.model.outputs[i];
  }
}
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Onnx);
INSTANTIATE_TEST_SUITE_P(, Onnx, ::testing::ValuesIn(names_to_run()),
                         [](const auto& each) { return each.param; });

TEST(OnnxCases, AreComparedWithinTheTolerance) {
  auto value = [](Type type, double x) { return Value(type, xg::Tensor<double>{x, 2}); };
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(matches(value(Type::float32, 1.0009), value(Type::float32, 1)));
  EXPECT_FALSE(matches(value(Type::float32, 1.0011), value(Type::float32, 1)));
  EXPECT_FALSE(matches(value(Type::float32, NAN), value(Type::float32, 1)));
  EXPECT_FALSE(matches(value(Type::float32, 1), value(Type::float32, NAN)));
  EXPECT_FALSE(matches(value(Type::float32, -infinity), value(Type::float32, infinity)));
  EXPECT_FALSE(matches(value(Type::float64, 1), value(Type::float32, 1)));
  EXPECT_FALSE(matches(value(Type::int64, 1001), value(Type::int64, 1000)));
  EXPECT_FALSE(matches(Value(Integers{2}), Value(Integers{2, 2})));
}

TEST(OnnxCases, EachIsRunOrHasAReason) {
  if (cases().empty())
    GTEST_SKIP() << "onnx skipped: the package libonnx-testdata is not installed";
  std::map<std::string, std::vector<std::string>> not_run;
  std::size_t run_count = 0;
  for (const Case& c : cases()) {
    if (!c.reason.empty()) {
      not_run[c.reason].push_back(c.name);
      continue;
    }
    ++run_count;
    for (const Node& node : c.model.nodes) {
      EXPECT_TRUE(find_row(node.op) || node.op == gradient)
          << c.name << ": neither a row nor a reason for " << node.op;
    }
  }
  std::cout << run_count << " cases run, " << cases().size() - run_count << " not run\n";
  for (const auto& [reason, names] : not_run) {
    std::cout << names.size() << " not run: " << reason << ":";
    for (const std::string& name : names) std::cout << " " << name;
    std::cout << "\n";
  }
  EXPECT_EQ(unused_reasons(), std::vector<std::string>()) << "reasons that no case needs";
  EXPECT_GE(run_count, 400u);
}

}  // namespace
