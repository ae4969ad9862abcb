// Walks over a model. A layer is a plain struct, without base class or registration: it has a
// value_type, tensors that anybody may read, operator()(x, at), and one function that names what is
// in it:
//
//   template <class Visitor>
//   void visit(Visitor&& visitor) {
//     visitor("weight", weight);        // Tensor<T>&: a parameter if it wants a gradient, else a
//                                       // buffer such as running_mean; left out while undefined
//     visitor("training", training);    // bool&: set by train(model) and eval(model)
//     visitor("batches", batches);      // std::int64_t&: a counter that files keep
//     visitor("attention", attention);  // a layer: its names get the prefix "attention."
//     visitor("blocks", blocks);        // a std::vector or std::array of layers: "blocks.0."
//   }
//
// The names are those of PyTorch's state_dict. What has no visit() has nothing to name.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// A tensor of a model by its full name, "0.attention.weight". A handle of the model's own.
template <class T>
struct NamedTensor {
  std::string name;
  Tensor<T> tensor;
};

/// One thing that a model names: whichever of the pointers into the model is not null.
template <class T>
struct Member {
  std::string name;
  Tensor<T>* tensor = nullptr;
  bool* flag = nullptr;
  std::int64_t* counter = nullptr;
};

namespace detail {

template <class Layer, class Visitor, class = void>
inline constexpr bool has_visit = false;
template <class Layer, class Visitor>
inline constexpr bool has_visit<
    Layer, Visitor, std::void_t<decltype(std::declval<Layer&>().visit(std::declval<Visitor&>()))>> =
    true;
template <class Layer, class = void>
inline constexpr bool is_list = false;
template <class Layer>
inline constexpr bool is_list<Layer, std::void_t<decltype(std::declval<Layer&>().begin())>> = true;

/// "0", "1", ...: the name of a layer in a list. Not std::to_string, whose code each caller gets.
std::string place_name(std::size_t place);
/// Whether a full name ends in the part "training".
bool is_training(std::string_view name);

}  // namespace detail

/// The visitor of all walks: it lists what a model names, in the model's order. One type for all
/// walks, so that a model's visit() is compiled once.
template <class T>
class Walk {
 public:
  template <class Model>
  explicit Walk(Model& model) : Walk() {
    visit(model);
  }
  Walk(Walk&&) noexcept;
  Walk& operator=(Walk&&) noexcept;
  ~Walk();

  void operator()(std::string_view name, Tensor<T>& tensor);
  void operator()(std::string_view name, bool& flag);
  void operator()(std::string_view name, std::int64_t& counter);
  template <class Layer>
  void operator()(std::string_view name, Layer& layer) {
    static_assert(!std::is_const_v<Layer>, "visit() names what is not const");
    static_assert(
        !std::is_arithmetic_v<Layer> && !IsVariable<Layer>::value && !is_expression<Layer>,
        "visit() names tensors of the model's value_type, bool, std::int64_t, layers and lists of "
        "layers");
    const std::size_t outer = enter(name);
    visit(layer);
    prefix_.resize(outer);
  }

  const std::vector<Member<T>>& members() const& noexcept { return members_; }
  std::vector<Member<T>> members() && { return std::move(members_); }
  std::vector<NamedTensor<T>> named_tensors() const;
  std::vector<Tensor<T>> parameters() const;
  std::size_t parameter_count() const;
  /// Of the elements of all tensors, each counted once.
  std::size_t bytes() const;
  void set_training(bool on) const;

 private:
  Walk();
  template <class Layer>
  void visit(Layer& layer) {
    if constexpr (detail::has_visit<Layer, Walk>) {
      layer.visit(*this);
    } else if constexpr (detail::is_list<Layer>) {
      std::size_t index = 0;
      for (auto& element : layer) (*this)(detail::place_name(index++), element);
    }
  }
  Member<T>& append(std::string_view name);
  /// Makes "name." the prefix of what follows; returns the length of the prefix before.
  std::size_t enter(std::string_view name);

  std::string prefix_;
  std::vector<Member<T>> members_;
};
extern template class Walk<float>;
extern template class Walk<double>;

/// All tensors of a model, parameters and buffers, in the order in which it names them.
template <class Model>
std::vector<NamedTensor<typename Model::value_type>> named_tensors(Model& model) {
  return Walk<typename Model::value_type>(model).named_tensors();
}

/// The parameters of a model: its tensors that want a gradient, each once, though two layers share
/// it.
template <class Model>
std::vector<Tensor<typename Model::value_type>> parameters(Model& model) {
  return Walk<typename Model::value_type>(model).parameters();
}

/// The number of elements of all parameters.
template <class Model>
std::size_t parameter_count(Model& model) {
  return Walk<typename Model::value_type>(model).parameter_count();
}

/// Has the model's layers behave as in training: dropout drops, batch normalization uses the batch.
/// Sets every flag named "training".
template <class Model>
void train(Model& model) {
  Walk<typename Model::value_type>(model).set_training(true);
}

/// Has the model's layers behave as they are used after training.
template <class Model>
void eval(Model& model) {
  Walk<typename Model::value_type>(model).set_training(false);
}

}  // namespace xgrad::nn
