// The bar for single operations: forward and backward pass as an expert writes them for these
// shapes, in SIMD code and BLAS, on buffers that are allocated once. Where the cotangent comes from
// what follows (Operands::cotangent, or the square of a sum), the two passes stay apart, as they
// must in a program; where the result is the loss, they share their loops.
#pragma once
#include "handwritten.hpp"

#include <cstddef>
#include <vector>

namespace handwritten {

/// What an operation works on. Gradients are of the inputs, in their order.
struct Operands {
  std::vector<std::vector<std::size_t>> shapes;  // of the inputs
  std::vector<Buffer> inputs;
  std::vector<int> labels;
  Buffer cotangent;  // of the value; empty if that is a number
  Buffer value;
  std::vector<Buffer> gradients;
  std::vector<Buffer> work = std::vector<Buffer>(4);  // kept from call to call
  std::vector<std::size_t> positions;

  /// Room for n numbers.
  float* room(std::size_t i, std::size_t n) {
    work[i].resize(n);
    return work[i].data();
  }

  std::size_t rows(std::size_t input) const { return shapes[input][shapes[input].size() - 2]; }
  std::size_t columns(std::size_t input) const { return shapes[input].back(); }
};

/// The mean over rows of logsumexp(z) - z[label], for logits z (n, classes).
void softmax_cross_entropy(Operands& operands);

// The widths of the following are multiples of a SIMD register.

/// Rows of x (n, d) less their mean, by their deviation (epsilon 1e-5), times weight, plus bias.
void layer_norm(Operands& operands);
/// x (n, d) times a row (1, d), or a column (n, 1).
void multiply_row(Operands& operands);
void multiply_column(Operands& operands);
/// sum((x + column)^2 row) of x (n, d), column (n, 1), row (1, d), in one loop.
void broadcast_formula(Operands& operands);
/// The sum of the squares of x's (n, d) sums over an axis, of its largest elements in each row.
void sum_axis_0(Operands& operands);
void sum_axis_1(Operands& operands);
void amax_axis_1(Operands& operands);
/// The mean over points x (n, d) of the logarithm of a mixture's density, less what is constant:
/// logsumexp over the components of (x . mean - |mean|^2 / 2 + log_softmax(weights)). Inputs:
/// means (components, d), weights (components), x, which wants no gradient.
void gaussian_mixture(Operands& operands);
/// softmax(q k^T / sqrt(d)) v for q, k, v (heads, length, d).
void attention(Operands& operands);

}  // namespace handwritten
