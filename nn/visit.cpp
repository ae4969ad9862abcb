#include <xgrad/nn/visit.hpp>

#include <algorithm>

namespace xgrad::nn {

template <class T>
Walk<T>::Walk() = default;
template <class T>
Walk<T>::Walk(Walk&&) noexcept = default;
template <class T>
Walk<T>& Walk<T>::operator=(Walk&&) noexcept = default;
template <class T>
Walk<T>::~Walk() = default;

template <class T>
void Walk<T>::operator()(std::string_view name, Tensor<T>& tensor) {
  if (tensor.defined()) append(name).tensor = &tensor;
}
template <class T>
void Walk<T>::operator()(std::string_view name, bool& flag) {
  append(name).flag = &flag;
}
template <class T>
void Walk<T>::operator()(std::string_view name, std::int64_t& counter) {
  append(name).counter = &counter;
}

template <class T>
Member<T>& Walk<T>::append(std::string_view name) {
  members_.emplace_back();
  members_.back().name.append(prefix_).append(name);
  return members_.back();
}

template <class T>
std::size_t Walk<T>::enter(std::string_view name) {
  const std::size_t outer = prefix_.size();
  prefix_.append(name).append(".");
  return outer;
}

template <class T>
std::vector<NamedTensor<T>> Walk<T>::named_tensors() const {
  std::vector<NamedTensor<T>> result;
  for (const Member<T>& member : members_) {
    if (member.tensor != nullptr) result.push_back({member.name, *member.tensor});
  }
  return result;
}

template <class T>
std::vector<Tensor<T>> Walk<T>::parameters() const {
  std::vector<Tensor<T>> result;
  for (const Member<T>& member : members_) {
    if (member.tensor == nullptr || !member.tensor->tracked()) continue;
    const auto same = [&](const Tensor<T>& other) {
      return other.node().get() == member.tensor->node().get();
    };
    if (std::none_of(result.begin(), result.end(), same)) result.push_back(*member.tensor);
  }
  return result;
}

template <class T>
std::size_t Walk<T>::parameter_count() const {
  std::size_t count = 0;
  for (const Tensor<T>& parameter : parameters()) count += parameter.size();
  return count;
}

template <class T>
std::size_t Walk<T>::bytes() const {
  std::vector<const T*> counted;
  std::size_t total = 0;
  for (const Member<T>& member : members_) {
    if (member.tensor == nullptr) continue;
    const T* data = member.tensor->data();
    if (std::find(counted.begin(), counted.end(), data) != counted.end()) continue;
    counted.push_back(data);
    total += member.tensor->size() * sizeof(T);
  }
  return total;
}

std::string detail::place_name(std::size_t place) { return std::to_string(place); }
bool detail::is_training(std::string_view name) {
  constexpr std::string_view part = "training";
  if (name.size() < part.size() || name.substr(name.size() - part.size()) != part) return false;
  return name.size() == part.size() || name[name.size() - part.size() - 1] == '.';
}

template <class T>
void Walk<T>::set_training(bool on) const {
  for (const Member<T>& member : members_) {
    if (member.flag != nullptr && detail::is_training(member.name)) *member.flag = on;
  }
}

template class Walk<float>;
template class Walk<double>;

}  // namespace xgrad::nn
