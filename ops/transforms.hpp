// Derivatives of functions: f is a lambda or function of tensors that returns a tensor. Where an
// input is part of a graph and recording is on, so are the results: transforms nest, to any order.
// Derivatives of the results are those of the operations in f.
#pragma once
#include <xgrad/autograd/gradcheck.hpp>

#include <tuple>
#include <vector>

namespace xgrad {

/// f called once, ready for derivatives.
template <class T>
class Linearized {
 public:
  using List = std::vector<Tensor<T>>;
  Linearized(TensorFunction<T> f, const Tensor<T>* const* inputs, std::size_t count);

  Tensor<T> value() const { return differentiable_ ? y_ : y_.detach(); }
  List vjp(const Tensor<T>& cotangent, Location at) const;
  Tensor<T> jvp(const List& tangents, Location at) const;
  List gradients(Location at) const;
  List jacobians(Location at) const;
  List hvp(const List& tangents, Location at) const;
  std::vector<List> hessians(Location at) const;

 private:
  List x_;
  Tensor<T> y_;
  bool differentiable_;  // whether the results shall be part of a graph
};

/// The vector-Jacobian products of a function at a point: called with a cotangent of the result,
/// any number of times, returns the cotangents of the inputs.
template <class T>
class Pull {
 public:
  explicit Pull(Linearized<T> function) : function_(std::move(function)) {}
  std::vector<Tensor<T>> operator()(const Tensor<T>& cotangent, Location at = here()) const {
    return function_.vjp(cotangent, at);
  }

 private:
  Linearized<T> function_;
};
template <class T>
struct Vjp {
  Tensor<T> value;
  Pull<T> pull;
};
template <class T>
struct Jvp {
  Tensor<T> value, tangent;
};
template <class T>
struct ValueAndGrad {
  Tensor<T> value;
  std::vector<Tensor<T>> gradients;
};

template <class F, class T, class... More>
Linearized<T> linearize(const F& f, const Tensor<T>& first, const More&... more) {
  const Tensor<T>* inputs[] = {&first, &more...};
  return {erased<T>(f, std::make_index_sequence<1 + sizeof...(More)>()), inputs,
          1 + sizeof...(More)};
}

/// f(x...) and its gradients with respect to each input, for a scalar f.   Throws
/// std::invalid_argument if f(x...) has more than one element.
template <class F, class T, class... More>
ValueAndGrad<T> value_and_grad(const F& f, const Tensor<T>& first, const More&... more) {
  Linearized<T> function = linearize(f, first, more...);
  return {function.value(), function.gradients({})};
}

/// auto [y, pull] = vjp(f, x...): y = f(x...), and pull(g)[i] = g^T dy/dx_i for a cotangent g of y.
template <class F, class T, class... More>
Vjp<T> vjp(const F& f, const Tensor<T>& first, const More&... more) {
  Linearized<T> function = linearize(f, first, more...);
  return {function.value(), Pull<T>(function)};
}

/// y = f(x) and its derivative along u, dy/dx u, of y's shape.   By two sweeps, the second over the
/// first.   Throws std::invalid_argument unless u has x's shape.
template <class F, class T>
Jvp<T> jvp(const F& f, const Tensor<T>& x, const Same<Tensor<T>>& u, Location at = here()) {
  Linearized<T> function = linearize(f, x);
  return {function.value(), function.jvp({u}, at)};
}
/// The same for several inputs: jvp(f, std::tuple(x, w), std::tuple(u, v)).
template <class F, class T, class... More>
Jvp<T> jvp(const F& f, const std::tuple<Tensor<T>, More...>& x,
           const std::tuple<Tensor<T>, More...>& u, Location at = here()) {
  Linearized<T> function = std::apply([&](const auto&... in) { return linearize(f, in...); }, x);
  auto list = [](const auto&... tangents) { return std::vector<Tensor<T>>{tangents...}; };
  return {function.value(), function.jvp(std::apply(list, u), at)};
}

/// dy/dx for y = f(x), of shape y.shape + x.shape: element (i..., j...) is dy_i / dx_j.
template <class F, class T>
Tensor<T> jacobian(const F& f, const Tensor<T>& x, Location at = here()) {
  return linearize(f, x).jacobians(at)[0];
}
/// The same for several inputs, one Jacobian for each.
template <class F, class T, class... More>
std::vector<Tensor<T>> jacobian(const F& f, const Tensor<T>& first, const Tensor<T>& second,
                                const More&... more) {
  return linearize(f, first, second, more...).jacobians({});
}

/// d^2y/dx^2 for a scalar y = f(x), of shape x.shape + x.shape.   Throws std::invalid_argument if y
/// has more than one element.
template <class F, class T>
Tensor<T> hessian(const F& f, const Tensor<T>& x, Location at = here()) {
  return linearize(f, x).hessians(at)[0][0];
}
/// The same for several inputs: block [i][j] is d^2y / dx_i dx_j, of shape x_i.shape + x_j.shape.
template <class F, class T, class... More>
std::vector<std::vector<Tensor<T>>> hessian(const F& f, const Tensor<T>& first,
                                            const Tensor<T>& second, const More&... more) {
  return linearize(f, first, second, more...).hessians({});
}

/// The Hessian's product with u, of x's shape, for a scalar f; the Hessian itself is not formed.
/// Throws std::invalid_argument if f(x) has more than one element, or u is not of x's shape.
template <class F, class T>
Tensor<T> hvp(const F& f, const Tensor<T>& x, const Same<Tensor<T>>& u, Location at = here()) {
  return linearize(f, x).hvp({u}, at)[0];
}
/// The same for several inputs: hvp(f, std::tuple(x, w), std::tuple(u, v)).
template <class F, class T, class... More>
std::vector<Tensor<T>> hvp(const F& f, const std::tuple<Tensor<T>, More...>& x,
                           const std::tuple<Tensor<T>, More...>& u, Location at = here()) {
  Linearized<T> function = std::apply([&](const auto&... in) { return linearize(f, in...); }, x);
  auto list = [](const auto&... tangents) { return std::vector<Tensor<T>>{tangents...}; };
  return function.hvp(std::apply(list, u), at);
}


}  // namespace xgrad
