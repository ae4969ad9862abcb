// Operations of one's own, outside the library: one that works element by element, and one that
// does not. Both get derivatives of every order, and are checked for them.
#include <xgrad/ops/kernels/elementwise.hpp>
#include <xgrad/xgrad.hpp>

#include <iostream>

namespace xg = xgrad;

/// y = (x + sqrt(x^2 + b)) / 2, a smooth relu (Barron 2021).   gx = g (1 + x / sqrt(x^2 + b)) / 2.
/// Saves x.
template <class T>
xg::Tensor<T> squareplus(const xg::Tensor<T>& x, double b = 4) {
  return xg::unary(
      "squareplus", x, [b](auto a) { return 0.5 * (a + sqrt(a * a + b)); },
      xg::from_input([b](auto g, auto a) { return g * (0.5 + 0.5 * a / sqrt(a * a + b)); }));
}

/// y_ij = |a_i - b_j|^2 for the rows of A (n, d) and B (m, d).
/// gA = 2 (A sum_j G_ij - G B),  gB = 2 (B sum_i G_ij - G^T A).   Saves A, B.
/// Throws std::invalid_argument for other shapes.
template <class T>
xg::Tensor<T> squared_distances(const xg::Tensor<T>& a, const xg::Tensor<T>& b,
                                xg::Location at = xg::here()) {
  const char* op = "squared_distances";
  if (a.ndim() != 2 || b.ndim() != 2 || a.shape()[1] != b.shape()[1]) {
    xg::fail(op, "(n, d) and (m, d)", xg::to_string(a.shape()) + " and " + xg::to_string(b.shape()),
             at);
  }
  xg::Tensor<T> y = xg::empty<T>({a.shape()[0], b.shape()[0]});
  xg::launch(
      [](xg::Array<T>& out, const xg::Array<T>& rows, const xg::Array<T>& columns) {
        for (std::size_t i = 0; i < out.shape()[0]; ++i) {
          for (std::size_t j = 0; j < out.shape()[1]; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k < rows.shape()[1]; ++k) {
              double difference = rows(i, k) - columns(j, k);
              sum += difference * difference;
            }
            out(i, j) = static_cast<T>(sum);
          }
        }
      },
      y, a, b);
  // In operations on tensors, which record where a graph of the gradient is wanted.
  const auto derivative = [saved_a = xg::Saved<T>(a), saved_b = xg::Saved<T>(b)](auto& p) {
    const xg::Tensor<T>& A = p.get(saved_a);
    const xg::Tensor<T>& B = p.get(saved_b);
    const xg::Tensor<T> G_T = xg::transpose(p.g);
    if (p.wants(0)) p.add(0, 2 * (A * xg::sum(p.g, 1, xg::keep_dims) - xg::matmul(p.g, B)));
    if (p.wants(1)) p.add(1, 2 * (B * xg::sum(G_T, 1, xg::keep_dims) - xg::matmul(G_T, A)));
  };
  return xg::record(op, y, {&a, &b}, derivative);
}

int main() {
  const xg::Tensor<double> x = {{0.5, -1, 2}, {0, 3, -0.25}}, z = {{1, -2, 0.5}};
  const auto plus = [](auto a) { return squareplus(a); };
  const auto distances = [](auto a, auto b) { return squared_distances(a, b); };
  bool right = true;
  const auto expect = [&right](const char* of, const xg::GradcheckReport& report) {
    std::cout << of << ": " << report << '\n';
    right = right && report;
  };
  expect("squareplus", xg::gradcheck(plus, x));
  expect("squareplus, second derivatives", xg::gradgradcheck(plus, x));
  expect("squared_distances", xg::gradcheck(distances, x, z));
  expect("squared_distances, second derivatives", xg::gradgradcheck(distances, x, z));
  return right ? 0 : 1;
}
