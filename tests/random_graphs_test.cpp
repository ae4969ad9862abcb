// Random graphs that PyTorch computed (tests/random_graphs/make.py), here: every node, the result,
// the gradients, and the second derivatives along directions.
//
// A line `key extents : elements` is an array. A graph is a line `graph <seed>`; its leaves `x`,
// the first nodes; a line `op <name> <nodes> ; <integers> ; <numbers> : <checksum>` for each
// further node; a line `end <node>` with the weights of a node that nothing uses; their weighted
// sum `y`; the gradients `d` of the leaves, directions `u`, and the gradients `s` of sum u_i . d_i.
//
// XGRAD_RANDOM_GRAPHS names a file to read in place of the one that stands beside the script.
#include "golden_text.hpp"

#include <cstdlib>
#include <map>
#include <sstream>
#include <xgrad/xgrad.hpp>

namespace {

namespace xg = xgrad;
using check::plain;
using Tensor = xg::Tensor<double>;
using Tensors = std::vector<Tensor>;

struct Call {
  Tensors x;
  std::vector<int> integers;
  std::vector<double> numbers;

  const Tensor& a() const { return x.at(0); }
  const Tensor& b() const { return x.at(1); }
  int i(std::size_t k) const { return integers.at(k); }
  double number() const { return numbers.at(0); }
  std::vector<int> from(std::size_t k) const {
    return {integers.begin() + long(k), integers.end()};
  }
  xg::KeepDims keep() const { return i(0) != 0 ? xg::KeepDims::yes : xg::KeepDims::no; }
  xg::Axes axes() const { return from(1); }
  xg::Shape shape() const { return {integers.begin(), integers.end()}; }
  /// The integers from k on as indices of that shape, or in a row.
  xg::Indices indices(std::size_t k, xg::Shape shape = {}) const {
    if (shape.empty()) shape = {integers.size() - k};
    xg::Array<std::int64_t> result = xg::empty_array<std::int64_t>(shape);
    std::copy(integers.begin() + long(k), integers.end(), result.begin());
    return result;
  }
};
using Operation = Tensor (*)(const Call&);
using Table = std::map<std::string, Operation>;

#define OP(name, ...)                                         \
  {                                                           \
    name, [](const Call& c) -> Tensor { return __VA_ARGS__; } \
  }
#define UNARY(name) OP(#name, xg::name(c.a()))
#define BINARY(name) OP(#name, xg::name(c.a(), c.b()))
#define REDUCTION(name) OP(#name, xg::name(c.a(), c.axes(), c.keep()))
#define ALONG(name) OP(#name, xg::name(c.a(), c.i(0)))

Tensor sliced(const Call& c) {
  std::vector<xg::Slice> slices(std::size_t(c.i(0)), xg::all);
  slices.push_back(xg::range(c.i(2), std::nullopt, c.i(1)));
  return xg::slice(c.a(), slices);
}
Tensor element(const Call& c) {
  std::vector<xg::Slice> slices(std::size_t(c.i(0)), xg::all);
  slices.push_back(c.i(1));
  return xg::slice(c.a(), slices);
}
Tensor padded(const Call& c) {
  std::vector<xg::Padding> widths;
  for (std::size_t d = 0; d < c.a().ndim(); ++d) widths.push_back({c.i(2 * d), c.i(2 * d + 1)});
  return xg::pad(c.a(), widths, c.number());
}
Tensor layer_norm(const Call& c) {
  const xg::Shape& shape = c.a().shape();
  return xg::layer_norm(
      c.a(), xg::Shape(c.i(0) < 0 ? shape.end() + c.i(0) : shape.begin() + c.i(0), shape.end()));
}
Tensor positive_definite(const Tensor& x) {
  std::size_t n = x.shape().back();
  return xg::matmul(x, xg::swapaxes(x, -1, -2)) / n + 2 * xg::eye<double>(n);
}

Table elementwise() {
  return {UNARY(negative),
          UNARY(square),
          UNARY(tanh),
          UNARY(sigmoid),
          UNARY(exp),
          UNARY(expm1),
          UNARY(sin),
          UNARY(cos),
          UNARY(atan),
          UNARY(asinh),
          UNARY(sinh),
          UNARY(erf),
          UNARY(softplus),
          UNARY(silu),
          UNARY(gelu),
          UNARY(mish),
          UNARY(logsigmoid),
          UNARY(log),
          UNARY(sqrt),
          UNARY(rsqrt),
          UNARY(log1p),
          UNARY(reciprocal),
          UNARY(abs),
          UNARY(relu),
          UNARY(leaky_relu),
          UNARY(elu),
          BINARY(add),
          BINARY(subtract),
          BINARY(multiply),
          BINARY(divide),
          BINARY(pow),
          BINARY(hypot),
          BINARY(atan2),
          BINARY(logaddexp),
          BINARY(maximum),
          BINARY(minimum),
          OP("clip", xg::clip(c.a(), -1, 1)),
          OP("add_number", c.a() + c.number()),
          OP("multiply_number", c.a() * c.number()),
          OP("number_over", c.number() / c.a()),
          OP("where_greater", xg::where(c.a() > c.b(), c.a(), c.b() * 0.5)),
          OP("masked_fill", xg::masked_fill(c.a(), c.a() > 0.25, c.number()))};
}
Table along_axes() {
  return {REDUCTION(sum),
          REDUCTION(mean),
          REDUCTION(prod),
          REDUCTION(var),
          REDUCTION(logsumexp),
          REDUCTION(amax),
          REDUCTION(amin),
          ALONG(cumsum),
          ALONG(cumprod),
          ALONG(logcumsumexp),
          ALONG(softmax),
          ALONG(log_softmax),
          OP("layer_norm", layer_norm(c)),
          OP("diff", xg::diff(c.a(), 1, c.i(0))),
          OP("sort", xg::sort(c.a(), c.i(0)).values)};
}
Table products() {
  return {BINARY(matmul),
          OP("einsum_outer", xg::einsum("i,j->ji", c.x)),
          OP("einsum_bilinear", xg::einsum("i,ij,j->", c.x)),
          OP("einsum_batch", xg::einsum("bij,bkj->bik", c.x)),
          OP("einsum_trace", xg::einsum("ij,ji->i", c.x)),
          OP("inv", xg::inv(positive_definite(c.a()))),
          OP("logdet", xg::slogdet(positive_definite(c.a())).logabsdet),
          OP("cholesky", xg::cholesky(positive_definite(c.a()))),
          OP("solve", xg::solve(positive_definite(c.a()), c.b()))};
}
Table shapes() {
  return {OP("reshape", xg::reshape(c.a(), c.shape())),
          OP("transpose", xg::transpose(c.a(), c.integers)),
          OP("expand_dims", xg::expand_dims(c.a(), c.i(0))),
          UNARY(squeeze),
          OP("broadcast_to", xg::broadcast_to(c.a(), c.shape())),
          OP("concatenate", xg::concatenate(c.x, c.i(0))),
          OP("stack", xg::stack(c.x, c.i(0))),
          OP("flip", xg::flip(c.a(), c.axes())),
          OP("roll", xg::roll(c.a(), c.i(0), c.i(1))),
          OP("tile", xg::tile(c.a(), {c.integers.begin(), c.integers.end()})),
          OP("repeat", xg::repeat(c.a(), c.i(0), c.i(1))),
          OP("pad", padded(c)),
          OP("slice", sliced(c)),
          OP("element", element(c)),
          ALONG(tril),
          ALONG(triu),
          UNARY(diagonal),
          OP("take", xg::take(c.a(), c.indices(1), c.i(0))),
          OP("gather", xg::gather(c.a(), c.i(0), c.indices(1, c.a().shape()))),
          OP("scatter_add", xg::scatter_add(c.a(), c.i(0), c.indices(1, c.a().shape()), c.b())),
          OP("index_add", xg::index_add(c.a(), c.i(0), c.indices(1), c.b()))};
}
Operation operation(const std::string& name) {
  static const Table all = [] {
    Table result = elementwise();
    for (Table more : {along_axes(), products(), shapes()}) result.merge(more);
    return result;
  }();
  return all.at(name);
}

struct Graph {
  int seed = 0;
  Tensors nodes;
  std::size_t leaves = 0;
  Tensor loss = 0;
  std::map<char, std::vector<check::Plain>> arrays;
  bool sound = true;  // no node was off
};

/// The leading numbers of a list that ends with `;` or `:`.
template <class N>
std::vector<N> list(std::istringstream& in) {
  std::vector<N> result;
  for (std::string word; in >> word && word != ";" && word != ":";) {
    result.push_back(N(std::stod(word)));
  }
  return result;
}

void add_node(Graph& graph, const std::string& line) {
  std::istringstream in(line);
  std::string name;
  in >> name;
  Call call;
  for (std::size_t i : list<std::size_t>(in)) call.x.push_back(graph.nodes.at(i));
  call.integers = list<int>(in);
  call.numbers = list<double>(in);
  double expected = 0, sum = 0, magnitude = 1;
  in >> expected;
  const Tensor& y = graph.nodes.emplace_back(operation(name)(call));
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += y.data()[i] * std::cos(double(i));
    magnitude += std::abs(y.data()[i]);
  }
  if (!graph.sound) return;  // the first fault says most
  graph.sound = std::abs(sum - expected) <= 1e-10 * magnitude;
  EXPECT_TRUE(graph.sound) << "seed " << graph.seed << ", node " << graph.nodes.size() - 1 << ": "
                           << line << " has checksum " << sum << ", shape "
                           << xg::to_string(y.shape());
}

/// Each as far as `tolerance` of the largest of all.
void expect_close(const Graph& graph, const char* what, const Tensors& actual, char key) {
  const std::vector<check::Plain>& expected = graph.arrays.at(key);
  double largest = 0.1;
  for (const check::Plain& array : expected) {
    for (double element : array.data) largest = std::max(largest, std::abs(element));
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(check::close(plain(actual.at(i)), expected[i], 1e-9, largest))
        << "seed " << graph.seed << ", " << what << " of leaf " << i;
  }
}

Tensors gradients(const Tensor& y, const Tensors& leaves, xg::Graph mode) {
  Tensors result(leaves.size());
  if (y.tracked()) result = xg::grad_where_reached(y, leaves, Tensor(1), mode, {});
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!result[i].defined()) result[i] = xg::zeros<double>(leaves[i].shape());
  }
  return result;
}

void check_derivatives(Graph& graph) {
  expect_close(graph, "value", {graph.loss}, 'y');
  const Tensors leaves(graph.nodes.begin(), graph.nodes.begin() + long(graph.leaves));
  graph.nodes.clear();
  expect_close(graph, "gradient", gradients(graph.loss, leaves, xg::Graph::retain), 'd');
  const Tensors first = gradients(graph.loss, leaves, xg::Graph::create);
  expect_close(graph, "recorded gradient", first, 'd');
  Tensor total = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    total += xg::sum(first[i] * check::tensor<double>(graph.arrays.at('u').at(i)));
  }
  expect_close(graph, "second derivative", gradients(total, leaves, xg::Graph::free), 's');
}

TEST(RandomGraphs, AgreeWithPyTorch) {
  const char* given = std::getenv("XGRAD_RANDOM_GRAPHS");
  const std::filesystem::path path = given != nullptr ? std::filesystem::path(given)
                                                      : std::filesystem::path(XGRAD_SOURCE_DIR) /
                                                            "tests/random_graphs/graphs.txt.gz";
  std::istringstream lines(golden_text::unpacked(path));
  Graph graph;
  std::string line;
  std::getline(lines, line);
  ASSERT_EQ(line.rfind("made by PyTorch ", 0), 0u) << path;
  int graphs = 0;
  while (std::getline(lines, line) && !HasFatalFailure()) {
    const std::size_t space = line.find(' ');
    const std::string key = line.substr(0, space);
    const std::string rest = space == line.npos ? "" : line.substr(space + 1);
    if (key == "graph" || (key == "end" && rest.empty())) {
      if (graph.leaves > 0) check_derivatives(graph);
      if (rest.empty()) break;
      graph = Graph();
      graph.seed = std::stoi(rest);
      ++graphs;
    } else if (key == "x") {
      graph.nodes.push_back(check::leaf<double>(golden_text::array_of(rest)));
      ++graph.leaves;
    } else if (key == "op") {
      add_node(graph, rest);
    } else if (key == "end") {
      const std::size_t after = rest.find(' ');
      const check::Plain weights = golden_text::array_of(rest.substr(after));
      graph.loss += xg::sum(graph.nodes.at(std::stoul(rest)) * check::tensor<double>(weights));
    } else {
      graph.arrays[key[0]].push_back(golden_text::array_of(rest));
    }
  }
  EXPECT_EQ(line, "end") << path << " is cut short";
  EXPECT_GT(graphs, 0);
}

}  // namespace
