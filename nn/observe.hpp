// Lets summary() see what the layers of a model return, wherever they are called from.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <typeinfo>

namespace xgrad::nn {

/// Who is told of the results of layers. A layer is known by address and type: the first member of
/// a struct has the struct's address.
class Observer {
 public:
  virtual void result(const void* layer, const std::type_info& type, const Shape& shape) = 0;

 protected:
  ~Observer() = default;
};

/// The observer of this thread, if any. Here for all to see, so that a call costs a load.
inline thread_local Observer* observer = nullptr;

/// For layers: y, the result of this layer. `return observed(*this, y)` in a struct of yours shows
/// its shape in a summary; the layers of the library do so, and Sequential for all it holds.
template <class Layer, class T>
Tensor<T> observed(const Layer& layer, Tensor<T> y) {
  if (observer != nullptr) observer->result(&layer, typeid(Layer), y.shape());
  return y;
}

}  // namespace xgrad::nn
