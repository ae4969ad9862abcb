// Cotangents that derivatives add to in place, so that n parts of one tensor cost as much as its
// elements; and cotangents that are broadcast only where they are read.
#include "check.hpp"

#include <set>

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/layout.hpp>

namespace {

namespace xg = xgrad;
using check::identical, check::message;
using Tensor = xg::Tensor<double>;

TEST(Pending, CotangentIsOneArray) {
  // Operations that add in place to the cotangent of one tensor share one array of it, and others
  // may add to it as well.
  static std::set<const double*> arrays;
  auto picked = [](const Tensor& x, std::size_t i) {
    return xg::record("picked", Tensor(x.data()[i]), {&x}, [i](xg::Pullback<double>& p) {
      const Tensor& sum = p.pending(0);
      arrays.insert(sum.data());
      xg::launch([i](auto& out, const auto& g) { out.data()[i] += *g.data(); }, sum, p.g);
    });
  };
  Tensor x = xg::parameter(Tensor({1, 2, 3})), y = 2 * x;
  Tensor total = picked(y, 0) + picked(y, 2) + picked(y, 0) + xg::sum(y) + picked(y, 1);
  total.backward();
  EXPECT_TRUE(identical(x.grad(), Tensor({6, 4, 4})));
  EXPECT_LE(arrays.size(), 2u);  // before and after that of sum
}

TEST(Pending, CotangentIsNotSharedWithOthers) {
  // add() passes its own cotangent on to both: what is added in place to one stays out of the
  // other.
  auto plus_one = [](const Tensor& x) {
    return xg::record("plus_one", check::copy(x), {&x}, [](xg::Pullback<double>& p) {
      xg::launch([](auto& out, const auto& g) { *out.data() += *g.data(); }, p.pending(0), p.g);
    });
  };
  Tensor a = xg::parameter(Tensor({1, 2})), b = xg::parameter(Tensor({3, 4})), twice = plus_one(a),
         y = a + b;
  xg::sum(y + twice).backward();
  EXPECT_TRUE(identical(a.grad(), Tensor({2, 1})));
  EXPECT_TRUE(identical(b.grad(), Tensor({1, 1})));
}

TEST(Pending, CotangentIsMisusedWhileRecording) {
  Tensor x = xg::parameter(Tensor({1, 2}));
  Tensor y =
      xg::record("careless", check::copy(x), {&x}, [](xg::Pullback<double>& p) { p.pending(0); });
  std::string text =
      message<std::logic_error>([&] { xg::grad(xg::sum(y), {x}, xg::create_graph); });
  EXPECT_EQ(text.find("careless: "), 0u) << text;
}

/// What a derivative does with the cotangent of its first input.
struct Probe final : xg::Pullback<double> {
  Tensor sum;
  int added = 0, in_place = 0;

  Probe(const Tensor& cotangent, const Tensor& y, const Tensor& x)
      : Pullback(cotangent, y.node().get(), {}, {}), sum(xg::zeros<double>(x.shape())) {}
  bool wants_input(std::size_t) const override { return true; }
  void add(std::size_t, Tensor) override { ++added; }
  void spread(std::size_t, const Tensor&) override { ++added; }
  const Tensor& pending(std::size_t) override {
    ++in_place;
    return sum;
  }
};

TEST(Pending, SlicesOfAVectorCostAsMuchAsTheVector) {
  // n parts of a vector of n must not make n cotangents of n: each adds its elements to one array.
  const std::size_t n = 2000;
  auto taken = [](int kind, const Tensor& x, int i) {
    return kind == 0   ? xg::slice(x, {i})
           : kind == 1 ? xg::take(x, i, 0)
                       : xg::reshape(xg::gather(x, 0, {i}), {});
  };
  for (int kind = 0; kind < 3; ++kind) {
    Tensor x = xg::parameter(xg::ones<double>({n}));
    std::vector<Tensor> parts;
    for (std::size_t i = 0; i < n; ++i) parts.push_back(taken(kind, x, int(i)));
    (3 * xg::sum(xg::stack(parts))).backward();
    EXPECT_TRUE(identical(x.grad(), xg::full<double>({n}, 3)));

    Tensor y = kind == 2 ? xg::gather(x, 0, {5}) : taken(kind, x, 5);
    Tensor g = xg::full<double>(y.shape(), 7);
    Probe probe(g, y, x);
    xg::NoGrad guard;
    y.node()->pull(probe);
    EXPECT_EQ(probe.added, 0);
    EXPECT_EQ(probe.in_place, 1);
    EXPECT_EQ(xg::sum(probe.sum).item(), 7);
    EXPECT_EQ(probe.sum.data()[5], 7);
  }
}

TEST(Spread, CotangentIsBroadcastWhereverItArrives) {
  // A cotangent that is not written out meets others, before and after it, and ends at a tensor
  // that was asked for. While a graph is made, all are written out: the two ways must agree.
  using F = Tensor (*)(const Tensor&);
  const F functions[] = {
      [](const Tensor& y) { return xg::sum(y); },
      [](const Tensor& y) { return 3 * xg::sum(xg::tanh(y)); },
      [](const Tensor& y) { return xg::sum(y) + xg::sum(y * y) + xg::mean(y); },
      [](const Tensor& y) { return xg::sum(y * y) + xg::sum(y); },
      [](const Tensor& y) { return xg::sum(xg::slice(y, {0})) * xg::sum(y); },
      [](const Tensor& y) { return xg::sum(y) * xg::sum(xg::slice(y, {0})); },
      [](const Tensor& y) { return xg::sum(xg::square(xg::mean(xg::exp(y), {1}))); },
      [](const Tensor& y) { return xg::sum(xg::mean(xg::exp(y), {0}, xg::keep_dims) * y); },
      [](const Tensor& y) { return xg::sum(xg::fuse([](auto a) { return relu(a) * a; }, y)); },
  };
  check::Random random(9);
  for (const std::size_t rows : {1U, 3U}) {
    for (const F& f : functions) {
      const Tensor x = check::leaf<double>(random.array({rows, 3})), y = xg::sin(x);
      const Tensor result = f(y);
      const auto spread = xg::grad(result, {x, y}, xg::retain_graph),
                 written = xg::grad(result, {x, y}, xg::create_graph);
      for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_TRUE(check::close(check::plain(spread[i]), check::plain(written[i]), 1e-14));
      }
      result.backward();
      EXPECT_TRUE(check::close(check::plain(x.grad()), check::plain(written[0]), 1e-14));
    }
  }
}

TEST(Spread, OfNothingIsEmpty) {
  Tensor x = xg::parameter(xg::zeros<double>({0, 3}));
  xg::sum(xg::tanh(x)).backward();
  EXPECT_EQ(x.grad().shape(), xg::Shape({0, 3}));
}

}  // namespace
