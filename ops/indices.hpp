// Integers that name elements or classes: converted once, from any integer type.
#pragma once
#include <xgrad/autograd/tensor.hpp>

#include <initializer_list>
#include <limits>

namespace xgrad {

/// For operations: the same integers as I; what I cannot hold becomes its largest number, which is
/// out of range for any tensor.
template <class I, class E>
Array<I> saturated(const E& integers) {
  using Given = typename std::decay_t<E>::value_type;
  static_assert(std::is_integral_v<Given> && !std::is_same_v<Given, bool>,
                "labels and indices are integers");
  Array<Given> given = evaluated<Given>("indices", integers, {});
  Array<I> result = empty_array<I>(given.shape());
  for (std::size_t i = 0; i < given.size(); ++i) {
    Given x = given.data()[i];
    I converted = static_cast<I>(x);
    bool fits = static_cast<Given>(converted) == x && (converted < 0) == (x < Given(0));
    result.data()[i] = fits ? converted : std::numeric_limits<I>::max();
  }
  return result;
}

/// Indices into a tensor, of any shape: an array of any integer type, an expression of such, a
/// list, or a number. Copies share the array, which nobody changes.
class Indices {
 public:
  Indices(Array<std::int64_t> array);
  template <class E, IfExpression<E> = 0>
  Indices(const E& integers) : Indices(saturated<std::int64_t>(integers)) {}
  Indices(std::initializer_list<std::int64_t> list);
  template <class I, std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>, int> = 0>
  Indices(I index)
      : Indices(scalar(static_cast<std::int64_t>(index) < 0 && index > I(0)
                           ? std::numeric_limits<std::int64_t>::max()
                           : static_cast<std::int64_t>(index))) {}

  const Array<std::int64_t>& array() const noexcept { return *array_; }
  const Shape& shape() const noexcept { return array_->shape(); }
  std::size_t size() const noexcept { return array_->size(); }
  const std::int64_t* begin() const noexcept { return array_->data(); }
  const std::int64_t* end() const noexcept { return array_->data() + array_->size(); }
  std::size_t operator[](std::size_t i) const noexcept {
    return static_cast<std::size_t>(array_->data()[i]);
  }

 private:
  static Array<std::int64_t> scalar(std::int64_t index);
  SharedArray<std::int64_t> array_;
};

}  // namespace xgrad
