// A model as a table: its layers, what shapes they return, and how many parameters they have.
#pragma once
#include <xgrad/autograd/tape.hpp>
#include <xgrad/nn/observe.hpp>
#include <xgrad/nn/visit.hpp>
#include <xgrad/ops/indices.hpp>

#include <iosfwd>
#include <memory>
#include <optional>

namespace xgrad::nn {

/// A layer in a summary. `depth` counts the layers around it.
struct SummaryRow {
  std::size_t depth;
  std::string name;            // within the layer around it
  std::string layer;           // its type, without namespaces and arguments
  std::optional<Shape> shape;  // of its result; none if it was not called or tells nobody
  std::size_t parameters;      // elements, of all layers within it together
};

/// What summary() returns, and << prints as a table.
struct Summary {
  std::vector<SummaryRow> rows;
  std::size_t parameters = 0, bytes = 0;  // bytes with buffers
};
std::ostream& operator<<(std::ostream& out, const Summary& summary);

namespace detail {

/// The visitor that lists layers; it observes them while it lives, from start() on.
class LayerList : public Observer {
 public:
  LayerList();
  LayerList(const LayerList&) = delete;
  LayerList& operator=(const LayerList&) = delete;
  ~LayerList();
  void add(std::string_view name, const void* layer, const std::type_info& type,
           std::size_t parameters);
  void enter() noexcept;
  void leave() noexcept;
  void start() noexcept;
  void result(const void* layer, const std::type_info& type, const Shape& shape) override;
  Summary summary(std::size_t parameters, std::size_t bytes) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

template <class T>
struct LayerVisitor {
  LayerList& list;

  template <class Layer>
  void operator()(std::string_view name, Layer& layer) {
    if constexpr (std::is_class_v<Layer> && !IsVariable<Layer>::value) {
      if constexpr (has_visit<Layer, LayerVisitor> || !is_list<Layer>) {
        list.add(name, &layer, typeid(Layer), Walk<T>(layer).parameter_count());
        list.enter();
        if constexpr (has_visit<Layer, LayerVisitor>) layer.visit(*this);
        list.leave();
      } else {
        std::size_t index = 0;
        for (auto& element : layer) {
          (*this)(std::string(name) + "." + place_name(index++), element);
        }
      }
    }
  }
};

/// Sets all training flags to false, and back at the end.
template <class T>
class Evaluating {
 public:
  explicit Evaluating(const Walk<T>& walk);
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;
  ~Evaluating();

 private:
  std::vector<bool*> were_training_;
};

}  // namespace detail

/// Runs the model once on zeros of shape `input`, or on indices 0 if it takes no tensor but
/// indices, as after eval(model) and without recording, and lists its layers:
///
///     std::cout << nn::summary(model, {1, 784});
///
/// A layer within a struct of yours shows its shape if it calls observed(), as the library's do.
/// Throws what the model throws for that shape; the model is left as it was.
template <class Model>
Summary summary(Model& model, const Shape& input) {
  using T = typename Model::value_type;
  detail::LayerList list;
  detail::LayerVisitor<T>{list}("", model);
  const Walk<T> walk(model);
  const detail::Evaluating<T> guard(walk);
  const NoGrad no_grad;
  list.start();
  if constexpr (std::is_invocable_v<Model&, const Tensor<T>&>) {
    observed(model, model(zeros<T>(input)));
  } else {
    Array<std::int64_t> indices = empty_array<std::int64_t>(input);
    for (std::int64_t& index : indices) index = 0;
    observed(model, model(Indices(std::move(indices))));
  }
  return list.summary(walk.parameter_count(), walk.bytes());
}

}  // namespace xgrad::nn
