#include <xgrad/nn/summary.hpp>

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>
#include <typeindex>

namespace xgrad::nn {
namespace {

/// "Dense" of xgrad::nn::Dense<float>, "lambda" of a lambda's type.
std::string short_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? text.get() : type.name();
  if (!name.empty() && name.back() == '>') {  // up to the bracket that belongs to it
    std::size_t open = name.size(), depth = 0;
    do {
      --open;
      if (name[open] == '>') ++depth;
      if (name[open] == '<') --depth;
    } while (depth > 0 && open > 0);
    name.resize(open);
  }
  if (!name.empty() && name.back() == '}') return "lambda";
  const std::size_t colon = name.rfind("::");
  if (colon != std::string::npos) name.erase(0, colon + 2);
  return name.empty() || name[0] == '$' ? "lambda" : name;  // clang++ numbers them: $_0
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}  // namespace

struct detail::LayerList::State {
  using Key = std::pair<const void*, std::type_index>;
  struct Layer {
    SummaryRow row;
    Key key;
  };
  std::vector<Layer> layers;
  std::map<Key, Shape> shapes;
  std::size_t depth = 0;
  Observer* before = nullptr;
  bool started = false;
};

detail::LayerList::LayerList() : state_(std::make_shared<State>()) {}
detail::LayerList::~LayerList() {
  if (state_->started) observer = state_->before;
}
void detail::LayerList::start() noexcept {
  state_->before = std::exchange(observer, this);
  state_->started = true;
}
void detail::LayerList::add(std::string_view name, const void* layer, const std::type_info& type,
                            std::size_t parameters) {
  SummaryRow row{state_->depth, std::string(name), short_name(type), {}, parameters};
  state_->layers.push_back({std::move(row), {layer, type}});
}
void detail::LayerList::enter() noexcept { ++state_->depth; }
void detail::LayerList::leave() noexcept { --state_->depth; }
void detail::LayerList::result(const void* layer, const std::type_info& type, const Shape& shape) {
  state_->shapes[{layer, type}] = shape;
}
Summary detail::LayerList::summary(std::size_t parameters, std::size_t bytes) const {
  Summary result;
  for (const State::Layer& layer : state_->layers) {
    result.rows.push_back(layer.row);
    const auto shape = state_->shapes.find(layer.key);
    if (shape != state_->shapes.end()) result.rows.back().shape = shape->second;
  }
  result.parameters = parameters;
  result.bytes = bytes;
  return result;
}

namespace detail {

template <class T>
Evaluating<T>::Evaluating(const Walk<T>& walk) {
  for (const Member<T>& member : walk.members()) {
    if (member.flag != nullptr && is_training(member.name) && *member.flag) {
      were_training_.push_back(member.flag);
    }
  }
  walk.set_training(false);
}
template <class T>
Evaluating<T>::~Evaluating() {
  for (bool* flag : were_training_) *flag = true;
}
template class Evaluating<float>;
template class Evaluating<double>;

}  // namespace detail

std::ostream& operator<<(std::ostream& out, const Summary& summary) {
  struct Line {
    std::string layer, shape, parameters;
  };
  std::vector<Line> lines = {{"layer", "output shape", "parameters"}};
  for (const SummaryRow& row : summary.rows) {
    std::string layer(2 * row.depth, ' ');
    layer += row.name.empty() ? row.layer : row.name + " " + row.layer;
    lines.push_back(
        {layer, row.shape ? to_string(*row.shape) : "-", std::to_string(row.parameters)});
  }
  std::size_t layer = 0, shape = 0, parameters = 0;
  for (const Line& line : lines) {
    layer = std::max(layer, line.layer.size());
    shape = std::max(shape, line.shape.size());
    parameters = std::max(parameters, line.parameters.size());
  }
  for (const Line& line : lines) {
    out << padded(line.layer, layer + 2) << padded(line.shape, shape + 2)
        << std::string(parameters - line.parameters.size(), ' ') << line.parameters << '\n';
  }
  return out << summary.parameters << " parameters; " << summary.bytes
             << " bytes of parameters and buffers\n";
}

}  // namespace xgrad::nn
