#include <xgrad/io/safetensors.hpp>
#include <xgrad/nn/checkpoint.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <variant>

namespace xgrad::nn {
namespace {

const Shape scalar_shape;
const Shape state_shape = {4};

bool ends_in(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
bool is_safetensors(const char* op, const std::string& path, Location at) {
  if (ends_in(path, ".safetensors")) return true;
  if (!ends_in(path, ".npz")) {
    fail(op, "a path that ends in .safetensors or .npz", in_quotes(path), at);
  }
  return false;
}

template <class T>
ArrayView view_of(const Tensor<T>* tensor) {
  return *tensor;
}
ArrayView view_of(const std::int64_t* counter) { return {DType::int64, scalar_shape, counter}; }
ArrayView view_of(const double* number) { return {DType::float64, scalar_shape, number}; }
ArrayView view_of(const Generator* generator) {
  return {DType::uint64, state_shape, generator->state().data()};
}

/// Whether elements of a type can be read as those of another without a change of value.
bool fits(DType from, DType to) {
  return from == to || (from == DType::float32 && to == DType::float64);
}

template <class T>
void assign(const Tensor<T>* tensor, const AnyArray& source) {
  T* target = tensor->mutable_value().data();
  if (const auto* floats = std::get_if<Array<float>>(&source)) {
    std::copy(floats->data(), floats->data() + floats->size(), target);
  } else if (tensor->size() != 0) {
    std::memcpy(target, ArrayView(source).data, tensor->size() * sizeof(T));
  }
}
void assign(std::int64_t* counter, const AnyArray& source) {
  *counter = *std::get<Array<std::int64_t>>(source).data();
}
void assign(double* number, const AnyArray& source) {
  const auto* wide = std::get_if<Array<double>>(&source);
  *number = wide != nullptr ? *wide->data() : double(*std::get<Array<float>>(source).data());
}
Generator::State state_in(const AnyArray& source) {
  Generator::State state;
  std::copy_n(std::get<Array<std::uint64_t>>(source).data(), state.size(), state.begin());
  return state;
}
void assign(Generator* generator, const AnyArray& source) { generator->restore(state_in(source)); }

template <class T>
void check_writable(const Tensor<T>* tensor, const std::string& name, Location at) {
  if (tensor->tracked() && !tensor->is_leaf()) {
    misuse("load", name + " is the result of " + tensor->node()->op, at);
  }
}
template <class Other>
void check_writable(const Other*, const std::string&, Location) {}

/// "missing a, b; " with at most twenty names; "" if there is none.
std::string listed(const char* what, const std::vector<std::string>& names) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) {
    text += (i == 0 ? std::string(what) + " " : ", ") + names[i];
  }
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return names.empty() ? text : text + "; ";
}

/// Something that a checkpoint refers to.
struct Slot {
  std::string name;
  std::variant<Tensor<float>*, Tensor<double>*, std::int64_t*, double*, Generator*> value;

  ArrayView view() const {
    return std::visit([](const auto* part) { return view_of(part); }, value);
  }
};

/// Throws FileError, with a list, unless each slot has its array, and each array its slot.
void compare(const std::vector<Slot>& slots, const ArrayMap& arrays, const std::string& path) {
  std::vector<std::string> missing, unexpected, other;
  std::set<std::string> known;
  for (const Slot& slot : slots) {
    known.insert(slot.name);
    const auto found = arrays.find(slot.name);
    if (found == arrays.end()) {
      missing.push_back(in_quotes(slot.name));
      continue;
    }
    const ArrayView wanted = slot.view(), given(found->second);
    if (!fits(given.type, wanted.type) || *given.shape != *wanted.shape) {
      const auto describe = [](const ArrayView& array) {
        return std::string(to_string(array.type)) + " " + to_string(*array.shape);
      };
      other.push_back(in_quotes(slot.name) + " as " + describe(given) + " instead of " +
                      describe(wanted));
    } else if (std::holds_alternative<Generator*>(slot.value) &&
               state_in(found->second) == Generator::State{}) {
      other.push_back(in_quotes(slot.name) + " with a state of zeros");
    }
  }
  for (const auto& [name, array] : arrays) {
    if (known.count(name) == 0) unexpected.push_back(in_quotes(name));
  }
  std::string differences =
      listed("missing", missing) + listed("unexpected", unexpected) + listed("different", other);
  if (differences.empty()) return;
  differences.resize(differences.size() - 2);
  throw FileError("load", std::to_string(slots.size()) + " arrays of the model's names and shapes",
                  differences, path);
}

}  // namespace

struct Checkpoint::Slots {
  std::vector<Slot> list;

  /// What there is now: parts may have got new tensors since they were added.
  Slots(const std::vector<std::function<void(Slots&)>>& lists, const char* op, Location at) {
    for (const auto& append : lists) append(*this);
    std::set<std::string> names;
    for (const Slot& slot : list) {
      if (!names.insert(slot.name).second) {
        fail(op, "names that differ", in_quotes(slot.name) + " twice", at);
      }
    }
  }
};

void Checkpoint::append(Slots& slots, const std::string& name, Tensor<float>& tensor) {
  slots.list.push_back({name, &tensor});
}
void Checkpoint::append(Slots& slots, const std::string& name, Tensor<double>& tensor) {
  slots.list.push_back({name, &tensor});
}
void Checkpoint::append(Slots& slots, const std::string& name, std::int64_t& counter) {
  slots.list.push_back({name, &counter});
}

Checkpoint& Checkpoint::add_list(std::function<void(Slots&)> list) {
  lists_.push_back(std::move(list));
  return *this;
}
Checkpoint& Checkpoint::add(const std::string& name, Tensor<float>& tensor) {
  return add_list([name, &tensor](Slots& slots) { slots.list.push_back({name, &tensor}); });
}
Checkpoint& Checkpoint::add(const std::string& name, Tensor<double>& tensor) {
  return add_list([name, &tensor](Slots& slots) { slots.list.push_back({name, &tensor}); });
}
Checkpoint& Checkpoint::add(const std::string& name, std::int64_t& counter) {
  return add_list([name, &counter](Slots& slots) { slots.list.push_back({name, &counter}); });
}
Checkpoint& Checkpoint::add(const std::string& name, double& number) {
  return add_list([name, &number](Slots& slots) { slots.list.push_back({name, &number}); });
}
Checkpoint& Checkpoint::add(const std::string& name, Generator& generator) {
  return add_list([name, &generator](Slots& slots) { slots.list.push_back({name, &generator}); });
}

void Checkpoint::save(const std::string& path, Location at) const {
  NamedArrays arrays;
  const std::vector<Slot> all = Slots(lists_, "save", at).list;
  for (const Slot& slot : all) arrays.emplace_back(slot.name, slot.view());
  if (is_safetensors("save", path, at)) {
    write_safetensors(path, arrays, {{"format", "pt"}}, at);
  } else {
    write_npz(path, arrays, Compression::none, at);
  }
}

void Checkpoint::load(const std::string& path, Location at) const {
  const std::vector<Slot> all = Slots(lists_, "load", at).list;
  for (const Slot& slot : all) {
    std::visit([&](const auto* value) { check_writable(value, slot.name, at); }, slot.value);
  }
  const ArrayMap arrays =
      is_safetensors("load", path, at) ? std::move(read_safetensors(path).arrays) : read_npz(path);
  compare(all, arrays, path);
  for (const Slot& slot : all) {
    const AnyArray& source = arrays.find(slot.name)->second;
    std::visit([&](auto* value) { assign(value, source); }, slot.value);
  }
}

}  // namespace xgrad::nn
