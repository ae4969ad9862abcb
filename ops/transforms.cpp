#include <xgrad/autograd/broadcast.hpp>
#include <xgrad/autograd/tape.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/transforms.hpp>

#include <string>

namespace xgrad {
namespace {

template <class T>
using Tensors = std::vector<Tensor<T>>;

/// Vector-Jacobian product, with zeros for inputs that do not reach y.
template <class T>
Tensors<T> pulled(const Tensor<T>& y, const Tensors<T>& x, const Tensor<T>& cotangent, Graph graph,
                  Location at) {
  Tensors<T> result(x.size());
  if (y.tracked()) result = grad_where_reached(y, x, cotangent, graph, at);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!result[i].defined()) result[i] = zeros<T>(x[i].shape());
  }
  return result;
}

template <class T>
void check_scalar(const char* op, const Tensor<T>& y, Location at) {
  if (y.size() != 1) {
    fail(op, "a function that returns one number", "a result of shape " + to_string(y.shape()), at);
  }
}

template <class T>
void check_tangents(const char* op, const Tensors<T>& x, const Tensors<T>& tangents, Location at) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (tangents[i].shape() != x[i].shape()) {
      fail(op, "a tangent of shape " + to_string(x[i].shape()) + " for input " + std::to_string(i),
           to_string(tangents[i].shape()), at);
    }
  }
}

/// dy/dx_i for each i, a sweep for each element of y.
template <class T>
Tensors<T> jacobians_of(const Tensor<T>& y, const Tensors<T>& x, Graph graph, Location at) {
  std::vector<Tensors<T>> rows(x.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    Tensor<T> cotangent = zeros<T>(y.shape());
    cotangent.storage()->array.data()[k] = 1;
    Tensors<T> g = pulled(y, x, cotangent, graph, at);
    for (std::size_t i = 0; i < x.size(); ++i) {
      rows[i].push_back(reshape(g[i], Shape{1, x[i].size()}, at));
    }
  }
  Tensors<T> result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Shape shape = joined(y.shape(), x[i].shape());
    result.push_back(rows[i].empty() ? zeros<T>(shape)
                                     : reshape(concatenate(rows[i], 0, at), shape, at));
  }
  return result;
}

}  // namespace

template <class T>
Linearized<T>::Linearized(TensorFunction<T> f, const Tensor<T>* const* inputs, std::size_t count)
    : differentiable_(false) {
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor<T>& x = *inputs[i];
    bool connected = x.tracked() && recording();
    differentiable_ = differentiable_ || connected;
    x_.push_back(connected ? alias("input", x) : x.detach().requires_grad());
  }
  Recording scope(true);
  y_ = f.call(f.object, x_.data());
}

// While the results are not to be differentiated, what remains is done without recording.
template <class T>
std::vector<Tensor<T>> Linearized<T>::vjp(const Tensor<T>& cotangent, Location at) const {
  if (cotangent.shape() != y_.shape()) {
    fail("vjp", "a cotangent of shape " + to_string(y_.shape()), to_string(cotangent.shape()), at);
  }
  return pulled(y_, x_, cotangent, differentiable_ ? Graph::create : Graph::retain, at);
}

template <class T>
std::vector<Tensor<T>> Linearized<T>::gradients(Location at) const {
  check_scalar("value_and_grad", y_, at);
  return vjp(ones<T>(y_.shape()), at);
}

// The vector-Jacobian product is linear in its cotangent; its own is the Jacobian-vector product.
template <class T>
Tensor<T> Linearized<T>::jvp(const List& tangents, Location at) const {
  check_tangents("jvp", x_, tangents, at);
  const List cotangent = {zeros<T>(y_.shape()).requires_grad()};
  const List pulled_back = pulled(y_, x_, cotangent[0], Graph::create, at);
  Recording scope(differentiable_);
  Tensor<T> result = zeros<T>(y_.shape());
  for (std::size_t i = 0; i < x_.size(); ++i) {
    Graph graph = differentiable_ ? Graph::create : Graph::retain;
    result = add(result, pulled(pulled_back[i], cotangent, tangents[i], graph, at)[0], at);
  }
  return result;
}

template <class T>
std::vector<Tensor<T>> Linearized<T>::jacobians(Location at) const {
  Recording scope(differentiable_);
  return jacobians_of(y_, x_, differentiable_ ? Graph::create : Graph::retain, at);
}

template <class T>
std::vector<Tensor<T>> Linearized<T>::hvp(const List& tangents, Location at) const {
  check_scalar("hvp", y_, at);
  check_tangents("hvp", x_, tangents, at);
  const List gradient = pulled(y_, x_, ones<T>(y_.shape()), Graph::create, at);
  Recording scope(differentiable_);
  List result;
  for (const Tensor<T>& x : x_) result.push_back(zeros<T>(x.shape()));
  for (std::size_t i = 0; i < x_.size(); ++i) {
    Graph graph = differentiable_ ? Graph::create : Graph::retain;
    List g = pulled(gradient[i], x_, tangents[i], graph, at);
    for (std::size_t j = 0; j < x_.size(); ++j) result[j] = add(result[j], g[j], at);
  }
  return result;
}

template <class T>
std::vector<std::vector<Tensor<T>>> Linearized<T>::hessians(Location at) const {
  check_scalar("hessian", y_, at);
  const List gradient = pulled(y_, x_, ones<T>(y_.shape()), Graph::create, at);
  Recording scope(differentiable_);
  std::vector<List> result;
  for (const Tensor<T>& g : gradient) {
    result.push_back(jacobians_of(g, x_, differentiable_ ? Graph::create : Graph::retain, at));
  }
  return result;
}

template class Linearized<float>;
template class Linearized<double>;

}  // namespace xgrad
