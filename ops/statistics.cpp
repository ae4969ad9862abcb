#include <xgrad/ops/kernels/fold.hpp>
#include <xgrad/ops/recurrence.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/unary.hpp>

#include <cmath>
#include <limits>

namespace xgrad {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// x - mean x over the folded axes; exactly 0 where x is constant.
template <class T>
Tensor<T> deviations(const Tensor<T>& x, const FoldShapes& shapes) {
  std::vector<Slice> first;
  for (std::size_t extent : shapes.kept) first.push_back(range(0, Slice::Index(extent)));
  Tensor<T> shifted = x - slice(x.detach(), first);
  return shifted - sum_to(shifted, shapes.kept) / shapes.folded();
}

/// n - ddof.
std::size_t degrees_of_freedom(const char* op, const FoldShapes& shapes, int ddof, Location at) {
  std::size_t n = shapes.folded();
  std::ptrdiff_t result = static_cast<std::ptrdiff_t>(n) - ddof;
  if (n == 0 || result <= 0) {
    fail(op,
         "at least " + std::to_string(std::max<std::ptrdiff_t>(ddof, 0) + 1) +
             " elements in a slice for ddof = " + std::to_string(ddof),
         std::to_string(n) + " of shape " + to_string(shapes.input), at);
  }
  return static_cast<std::size_t>(result);
}

/// finish(variance). Squares and their sum are in double, so that of floats none leaves the range.
template <class T, class Finish>
Tensor<T> variance(const Tensor<T>& x, const FoldShapes& shapes, std::size_t degrees,
                   const Finish& finish) {
  NoGrad guard;
  return fold<SquareSumOf<double>>(
      deviations(x, shapes), shapes,
      [degrees, finish](double squares) { return finish(squares / static_cast<double>(degrees)); });
}

template <class T>
Tensor<T> norm_1(const Tensor<T>& x, const FoldShapes& shapes) {
  return record("norm", fold<AbsoluteSumOf>(x, shapes), {&x},
                [shapes, x = Saved<T>(x)](Pullback<T>& p) {
                  p.add(0, reshape(p.g, shapes.kept) * sign(p.get(x)));
                });
}

template <class T>
Tensor<T> norm_2(const Tensor<T>& x, const FoldShapes& shapes) {
  Tensor<T> y = empty<T>(shapes.result);
  launch(
      [kept = shapes.kept](Array<T>& out, const Array<T>& in) {
        auto root = [](auto sum) { return std::sqrt(sum); };
        reduce<SquareSumOf<double>>(out, in, kept, root);
        if (sizeof(T) < sizeof(double)) return;
        // Where squares may have left the range of double, again with a wider exponent.
        auto doubtful = [](T norm) { return norm < T(1e-140) || norm == T(inf); };
        if (std::any_of(out.data(), out.data() + out.size(), doubtful))
          reduce<SquareSumOf<long double>>(out, in, kept, root);
      },
      y, x);
  return record("norm", y, {&x}, [shapes, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
    Tensor<T> length = reshape(p.output(y), shapes.kept);
    Array<bool> zero = equal(length, 0);
    p.add(0, reshape(p.g, shapes.kept) * where(zero, 0, p.get(x) / where(zero, 1, length)));
  });
}

template <class Extreme, class T>
Tensor<T> norm_inf(const Tensor<T>& x, const FoldShapes& shapes) {
  Tensor<T> y;
  {
    NoGrad guard;
    y = fold<Extreme>(abs(x), shapes);
  }
  return record("norm", y, {&x}, [shapes, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
    Tensor<T> in = p.get(x);
    p.add(0, divided_among_ties(reshape(p.g, shapes.kept), abs(in.detach()),
                                reshape(p.get(y).detach(), shapes.kept)) *
                 sign(in));
  });
}

template <class T>
Tensor<T> norm_p(const Tensor<T>& x, double power, const FoldShapes& shapes) {
  Tensor<T> y;
  {
    NoGrad guard;
    Tensor<T> magnitudes = abs(x);
    Tensor<T> scale = reshape(fold<ExtremeOf<true>>(magnitudes, shapes), shapes.kept);
    scale = where(greater(scale, 0), where(less(scale, inf), scale, 1), 1);
    Tensor<T> powers = sum_to(pow(magnitudes / scale, power), shapes.kept);
    y = reshape(scale * pow(powers, 1 / power), shapes.result);
  }
  return record("norm", y, {&x}, [shapes, power, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
    Tensor<T> in = p.get(x), length = reshape(p.output(y), shapes.kept);
    Tensor<T> ratio = abs(in) / where(equal(length, 0), 1, length);
    Array<bool> zero = equal(in, 0);
    Tensor<T> slope = pow(where(zero, 1, ratio), power - 1);  // times 0 where x is
    p.add(0, reshape(p.g, shapes.kept) * (sign(in) * slope));
  });
}

template <class Reducer>
Array<bool> truth(const char* op, const Array<bool>& condition, const Axes& axes, KeepDims keep,
                  Location at) {
  FoldShapes shapes(op, condition.shape(), axes, keep, at);
  Array<bool> y = empty_array<bool>(shapes.result);
  reduce<Reducer>(y, condition, shapes.kept, AsFolded());
  return y;
}

}  // namespace

template <class T>
Tensor<T> prod(const Tensor<T>& x, const Axes& axes, KeepDims keep, Location at) {
  FoldShapes shapes("prod", x.shape(), axes, keep, at);
  return record("prod", fold<ProductOf>(x, shapes), {&x},
                [shapes, x = Saved<T>(x)](Pullback<T>& p) {
                  Tensor<T> rows = rows_of(p.get(x), shapes), others;
                  for (Direction d : {Direction::forward, Direction::reverse}) {
                    Tensor<T> side = shift(running_product(rows, 1, d), 1, d, T(1));
                    others = others.defined() ? others * side : side;
                  }
                  p.add(0, reshape(p.g, shapes.kept) * from_rows(others, shapes));
                });
}

template <class T>
Tensor<T> var(const Tensor<T>& x, const Axes& axes, int ddof, KeepDims keep, Location at) {
  FoldShapes shapes("var", x.shape(), axes, keep, at);
  std::size_t degrees = degrees_of_freedom("var", shapes, ddof, at);
  return record("var", variance(x, shapes, degrees, AsFolded()), {&x},
                [shapes, degrees, x = Saved<T>(x)](Pullback<T>& p) {
                  Tensor<T> g = reshape(p.g * (2.0 / static_cast<double>(degrees)), shapes.kept);
                  p.add(0, g * deviations(p.get(x), shapes));
                });
}

template <class T>
Tensor<T> std(const Tensor<T>& x, const Axes& axes, int ddof, KeepDims keep, Location at) {
  FoldShapes shapes("std", x.shape(), axes, keep, at);
  std::size_t degrees = degrees_of_freedom("std", shapes, ddof, at);
  Tensor<T> y = variance(x, shapes, degrees, [](double v) { return std::sqrt(v); });
  return record("std", y, {&x},
                [shapes, degrees, x = Saved<T>(x), y = Saved<T>(y)](Pullback<T>& p) {
                  Tensor<T> deviation = p.output(y);
                  Array<bool> zero = equal(deviation, 0);
                  Tensor<T> g = where(zero, 0, p.g / (where(zero, 1, deviation) * degrees));
                  p.add(0, reshape(g, shapes.kept) * deviations(p.get(x), shapes));
                });
}

template <class T>
Tensor<T> norm(const Tensor<T>& x, double p, const Axes& axes, KeepDims keep, Location at) {
  if (!(p > 0 || p == -inf)) fail("norm", "p > 0 or p = -inf", "p = " + std::to_string(p), at);
  FoldShapes shapes("norm", x.shape(), axes, keep, at);
  if (p == 1) return norm_1(x, shapes);
  if (p == 2) return norm_2(x, shapes);
  if (!std::isinf(p)) return norm_p(x, p, shapes);
  shapes.need_elements("norm", at);
  return p > 0 ? norm_inf<ExtremeOf<true>>(x, shapes) : norm_inf<ExtremeOf<false>>(x, shapes);
}

Array<bool> any_of(const Array<bool>& condition, const Axes& axes, KeepDims keep, Location at) {
  return truth<TruthFold<false>>("any_of", condition, axes, keep, at);
}

Array<bool> all_of(const Array<bool>& condition, const Axes& axes, KeepDims keep, Location at) {
  return truth<TruthFold<true>>("all_of", condition, axes, keep, at);
}

#define XGRAD_STATISTICS(T)                                                       \
  template Tensor<T> prod(const Tensor<T>&, const Axes&, KeepDims, Location);     \
  template Tensor<T> var(const Tensor<T>&, const Axes&, int, KeepDims, Location); \
  template Tensor<T> std(const Tensor<T>&, const Axes&, int, KeepDims, Location); \
  template Tensor<T> norm(const Tensor<T>&, double, const Axes&, KeepDims, Location);
XGRAD_STATISTICS(float)
XGRAD_STATISTICS(double)

}  // namespace xgrad
