// Values, gradients and second derivatives that PyTorch computed (tests/goldens/make.py), against
// those of the rows of the table.
//
// A golden file is text, compressed by gzip. A line `key extents : elements` is an array. After
// `case <row>` come the inputs `x`, the result `y`, and if the row is differentiable, a cotangent
// `g` and the gradients `d` of the inputs; then perhaps directions `u` and the gradients `s` of
// sum u_i . d_i. A line `skip <op> <reason>` names an operation that PyTorch cannot judge.
#include "golden_text.hpp"
#include "op_table_trial.hpp"

#include <map>
#include <set>
#include <sstream>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

namespace op_table {
namespace {

using Tensor = xgrad::Tensor<double>;
const std::filesystem::path folder = std::filesystem::path(XGRAD_SOURCE_DIR) / "tests" / "goldens";

struct Golden {
  std::string row;
  std::map<char, std::vector<Plain>> arrays;
  std::size_t line = 0;
};
struct GoldenFile {
  std::vector<Golden> goldens;
  std::map<std::string, std::string> skipped;
};

GoldenFile read(const std::filesystem::path& path) {
  std::istringstream lines(golden_text::unpacked(path));
  GoldenFile file;
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line.rfind("made by PyTorch ", 0), 0u) << path;
  for (std::size_t number = 2; std::getline(lines, line) && line != "end"; ++number) {
    std::size_t space = line.find(' ');
    std::string key = line.substr(0, space), rest = line.substr(space + 1);
    if (key == "case") {
      file.goldens.push_back({rest, {}, number});
    } else if (key == "skip") {
      std::size_t reason = rest.find(' ');
      file.skipped[rest.substr(0, reason)] = rest.substr(reason + 1);
    } else {
      file.goldens.back().arrays[key[0]].push_back(golden_text::array_of(rest));
    }
  }
  EXPECT_EQ(line, "end") << path << " is cut short";
  return file;
}

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".gz") result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// The tensor that an input or a direction stands for; every second one is built from a strided
/// view.
Tensor tensor_of(const Plain& plain, bool from_view) {
  Tensor x = check::tensor<double>(plain);
  if (!from_view || x.ndim() < 2) return x;
  xgrad::Array<double> reversed = xt::transpose(x.value());
  return Tensor(xt::transpose(reversed));
}

void compare(const Row& row, Golden& golden) {
  constexpr double tolerance = 1e-10;
  std::vector<Plain>& x = golden.arrays['x'];
  Tensors<double> inputs;
  for (const Plain& input : x) {
    inputs.push_back(xgrad::parameter(tensor_of(input, inputs.size() % 2 == 0)));
  }
  Tensor y = row.call(inputs);
  EXPECT_TRUE(check::close(check::plain(y), golden.arrays['y'].at(0), tolerance)) << "value";
  if (!row.differentiable) return;
  const Tensor g = xgrad::parameter(check::tensor<double>(golden.arrays['g'].at(0)));
  const std::vector<Plain>& directions = golden.arrays['u'];
  Tensors<double> first = xgrad::grad_where_reached(
      y, inputs, g, directions.empty() ? xgrad::Graph::free : xgrad::Graph::create, {});
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!first[i].defined()) first[i] = xgrad::zeros<double>(inputs[i].shape());
    EXPECT_TRUE(check::close(check::plain(first[i]), golden.arrays['d'].at(i), tolerance))
        << "gradient of input " << i;
  }
  if (directions.empty()) return;
  Tensor total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    total = total + xgrad::sum(first[i] * check::tensor<double>(directions[i]));
  }
  if (total.tracked()) total.backward();
  for (std::size_t i = 0; i < x.size(); ++i) {
    Plain second = inputs[i].has_grad() ? check::plain(inputs[i].grad()) : Plain(x[i].shape);
    EXPECT_TRUE(check::close(second, golden.arrays['s'].at(i), tolerance))
        << "second derivative by input " << i;
  }
}

class Goldens : public ::testing::TestWithParam<std::filesystem::path> {};
std::string family(const ::testing::TestParamInfo<std::filesystem::path>& file) {
  return file.param.stem().stem().string();
}
INSTANTIATE_TEST_SUITE_P(PyTorch, Goldens, ::testing::ValuesIn(golden_files()), family);

TEST_P(Goldens, ValuesGradientsAndSecondDerivativesAgree) {
  for (Golden& golden : read(GetParam()).goldens) {
    SCOPED_TRACE("case " + golden.row + ", line " + std::to_string(golden.line));
    auto row = std::find_if(rows().begin(), rows().end(),
                            [&](const Row& r) { return r.name == golden.row; });
    ASSERT_NE(row, rows().end()) << "the table has no such row";
    compare(*row, golden);
  }
}

TEST(GoldenFiles, CoverEveryOperationOrSayWhyNot) {
  std::set<std::string> covered;
  std::map<std::string, std::string> skipped;
  for (const std::filesystem::path& path : golden_files()) {
    GoldenFile file = read(path);
    skipped.merge(file.skipped);
    for (const Golden& golden : file.goldens) {
      for (const Row& row : rows()) {
        if (row.name == golden.row) covered.insert(row.op);
      }
    }
  }
  for (const auto& [op, reason] : skipped) {
    std::cout << "not compared with PyTorch: " << op << ": " << reason << '\n';
    EXPECT_EQ(covered.count(op), 0u) << op << " is compared";
  }
  for (const Row& row : rows()) {
    EXPECT_TRUE(covered.count(row.op) + skipped.count(row.op) > 0)
        << row.op << " is neither compared nor excused";
  }
}

}  // namespace
}  // namespace op_table
