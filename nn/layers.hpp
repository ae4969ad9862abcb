// Layers: plain structs that are called with a tensor and name what is in them in visit(); see
// visit.hpp. Anything callable with a tensor can stand in a Sequential.
#pragma once
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/observe.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/ops/linalg.hpp>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace xgrad::nn {

/// z = W x + b for x (in) or (batch, in), with W (out, in) and b (out). Both start uniform in
/// +-1 / sqrt(in), as in PyTorch.
template <class T = float>
struct Dense {
  using value_type = T;
  Tensor<T> weight, bias;

  /// Throws std::invalid_argument if an extent is 0.
  Dense(std::size_t in, std::size_t out, Generator& generator = default_generator(),
        Location at = here());

  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, activated(x, Activation::none, at));
  }
  /// The same, followed by an activation.
  Tensor<T> activated(const Tensor<T>& x, Activation activation, Location at) const {
    return linear(x, weight, bias, activation, at);
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("weight", weight);
    visitor("bias", bias);
  }
};

namespace detail {

// The element type of the first layer that has one; float if none does.
template <class Void, class... Layers>
struct ElementType {
  using type = float;
};
template <class Layer, class... Layers>
struct ElementType<std::void_t<typename Layer::value_type>, Layer, Layers...> {
  using type = typename Layer::value_type;
};
template <class Void, class Layer, class... Layers>
struct ElementType<Void, Layer, Layers...> : ElementType<void, Layers...> {};

// Whether a layer takes an activation into its own loop.
template <class Layer, class = void>
inline constexpr bool is_activated = false;
template <class Layer>
inline constexpr bool is_activated<Layer, std::void_t<decltype(&Layer::activated)>> = true;

// The element type of what a model returns for an X, if it takes one.
template <class X, class Model, class First>
struct ResultElement
    : std::enable_if<std::is_invocable_v<std::add_lvalue_reference_t<const First>, const X&>,
                     typename Model::value_type> {};
template <class T, class Model, class First>
struct ResultElement<Tensor<T>, Model, First> {
  using type = T;
};

/// layer(x), with the caller's place if the layer takes that.
template <class Layer, class X>
auto call(const Layer& layer, const X& x, Location at) {
  if constexpr (std::is_invocable_v<const Layer&, const X&, Location>)
    return observed(layer, layer(x, at));
  else
    return observed(layer, layer(x));
}

}  // namespace detail

/// Layers applied one after the other; a Relu after a Dense or a convolution is part of
/// its operation.
template <class... Layers>
class Sequential {
  static constexpr std::size_t count = sizeof...(Layers);
  template <std::size_t I>
  using Layer = std::tuple_element_t<I, std::tuple<Layers..., void>>;

 public:
  using value_type = typename detail::ElementType<void, Layers...>::type;

  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

  /// x is a tensor, or what the first layer takes: indices, for an Embedding.
  template <class X>
  auto operator()(const X& x, Location at = here()) const
      -> Tensor<typename detail::ResultElement<X, Sequential, Layer<0>>::type> {
    return apply_from<0>(x, at);
  }
  /// Names each layer by its place, so that its tensors are "0.weight", "0.bias", ...
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visit_from<0>(visitor);
  }
  template <std::size_t I>
  auto& layer() noexcept {
    return std::get<I>(layers_);
  }

 private:
  template <std::size_t I>
  static constexpr bool relu_follows() {
    if constexpr (I + 1 < count)
      return detail::is_activated<Layer<I>> && std::is_same_v<Layer<I + 1>, Relu>;
    else
      return false;
  }

  template <std::size_t I, class X>
  auto apply_from(const X& x, Location at) const {
    if constexpr (I == count) {
      return x;
    } else if constexpr (relu_follows<I>()) {
      const auto& layer = std::get<I>(layers_);
      const auto y = layer.activated(x, Activation::relu, at);
      return apply_from<I + 2>(observed(std::get<I + 1>(layers_), observed(layer, y)), at);
    } else {
      return apply_from<I + 1>(detail::call(std::get<I>(layers_), x, at), at);
    }
  }

  template <std::size_t I, class Visitor>
  void visit_from(Visitor& visitor) {
    if constexpr (I < count) {
      visitor(detail::place_name(I), std::get<I>(layers_));
      visit_from<I + 1>(visitor);
    }
  }

  std::tuple<Layers...> layers_;
};

namespace detail {
/// x + y of one shape.
template <class T>
Tensor<T> residual_sum(const Tensor<T>& x, const Tensor<T>& y, Location at);
}  // namespace detail

/// y = x + layer(x): a shortcut past a layer (He et al. 2016). Throws std::invalid_argument if the
/// layer does not keep the shape.
template <class Layer>
struct Residual {
  using value_type = typename detail::ElementType<void, Layer>::type;
  Layer layer;

  explicit Residual(Layer inner) : layer(std::move(inner)) {}
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x, Location at = here()) const {
    return observed(*this, detail::residual_sum(x, detail::call(layer, x, at), at));
  }
  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("layer", layer);
  }
};

struct Identity {
  template <class T>
  Tensor<T> operator()(const Tensor<T>& x) const {
    return observed(*this, x);
  }
};

}  // namespace xgrad::nn
