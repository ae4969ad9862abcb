#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/named_axes.hpp>

#include <numeric>

namespace xgrad {

using namespace named_axes;

template <class T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, const std::vector<int>& axes_a,
                    const std::vector<int>& axes_b, Location at) {
  const char* op = "tensordot";
  Labels of_a(a.ndim()), of_b(b.ndim());
  std::iota(of_a.begin(), of_a.end(), 0);
  std::iota(of_b.begin(), of_b.end(), static_cast<int>(a.ndim()));
  bool fit = axes_a.size() == axes_b.size();
  Labels summed;
  for (std::size_t i = 0; fit && i < axes_a.size(); ++i) {
    std::size_t d = checked_axis(op, axes_a[i], a.shape(), at);
    std::size_t e = checked_axis(op, axes_b[i], b.shape(), at);
    fit = a.shape()[d] == b.shape()[e] && !contains(summed, of_a[d]) && !contains(of_a, of_b[e]);
    of_b[e] = of_a[d];
    summed.push_back(of_a[d]);
  }
  if (!fit) {
    auto list = [](const std::vector<int>& axes) {
      std::string text;
      for (int axis : axes) text += (text.empty() ? "" : ", ") + std::to_string(axis);
      return "(" + text + ")";
    };
    fail(op, "pairs of axes with equal extents",
         "axes " + list(axes_a) + " and " + list(axes_b) + " of " + to_string(a.shape()) + " and " +
             to_string(b.shape()),
         at);
  }
  Labels kept;
  for (int label : of_a + of_b) {
    if (!contains(summed, label)) kept.push_back(label);
  }
  return contract(Named<T>{a, of_a}, Named<T>{b, of_b}, kept).tensor;
}

template <class T>
Tensor<T> tensordot(const Tensor<T>& a, const Tensor<T>& b, int axes, Location at) {
  int rank = static_cast<int>(a.ndim());
  if (axes < 0 || axes > rank || axes > static_cast<int>(b.ndim())) {
    fail("tensordot", "at most as many axes as the tensors have",
         std::to_string(axes) + " of " + to_string(a.shape()) + " and " + to_string(b.shape()), at);
  }
  std::vector<int> last(static_cast<std::size_t>(axes)), first(last);
  std::iota(last.begin(), last.end(), rank - axes);
  std::iota(first.begin(), first.end(), 0);
  return tensordot(a, b, last, first, at);
}

template <class T>
Tensor<T> trace(const Tensor<T>& x, int offset, int axis1, int axis2, Location at) {
  std::size_t d = checked_axis("trace", axis1, x.shape(), at);
  std::size_t e = checked_axis("trace", axis2, x.shape(), at);
  if (d == e) {
    fail("trace", "two axes of shape " + to_string(x.shape()),
         std::to_string(axis1) + " and " + std::to_string(axis2), at);
  }
  return sum(diagonal(x, offset, axis1, axis2, at), -1);
}

template <class T>
Tensor<T> inner(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  if (a.ndim() == 0 || b.ndim() == 0) return multiply(a, b, at);
  if (a.shape().back() != b.shape().back()) {
    fail("inner", "(..., k) and (..., k)", to_string(a.shape()) + " and " + to_string(b.shape()),
         at);
  }
  return tensordot(a, b, {-1}, {-1}, at);
}

template <class T>
Tensor<T> vdot(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  if (a.size() != b.size()) {
    fail("vdot", "as many elements in both", to_string(a.shape()) + " and " + to_string(b.shape()),
         at);
  }
  Shape vector{a.size()};
  return dot(reshape(a, vector), reshape(b, vector), at);
}

template <class T>
Tensor<T> kron(const Tensor<T>& a, const Tensor<T>& b, Location at) {
  std::size_t rank = std::max(a.ndim(), b.ndim());
  Shape of_a(rank - a.ndim(), 1), of_b(rank - b.ndim(), 1), left, right, shape;
  of_a = joined(of_a, a.shape());
  of_b = joined(of_b, b.shape());
  for (std::size_t d = 0; d < rank; ++d) {
    left = joined(left, {of_a[d], 1});
    right = joined(right, {1, of_b[d]});
    shape.push_back(of_a[d] * of_b[d]);
  }
  return reshape(multiply(reshape(a, left), reshape(b, right), at), shape);
}

#define XGRAD_TENSORDOT(T)                                                                  \
  template Tensor<T> tensordot(const Tensor<T>&, const Tensor<T>&, int, Location);          \
  template Tensor<T> tensordot(const Tensor<T>&, const Tensor<T>&, const std::vector<int>&, \
                               const std::vector<int>&, Location);                          \
  template Tensor<T> trace(const Tensor<T>&, int, int, int, Location);                      \
  template Tensor<T> inner(const Tensor<T>&, const Tensor<T>&, Location);                   \
  template Tensor<T> vdot(const Tensor<T>&, const Tensor<T>&, Location);                    \
  template Tensor<T> kron(const Tensor<T>&, const Tensor<T>&, Location);
XGRAD_TENSORDOT(float)
XGRAD_TENSORDOT(double)

}  // namespace xgrad
