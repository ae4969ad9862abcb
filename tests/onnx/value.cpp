#include "value.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace onnx_cases {

Value::Value(const Integers& x) : type_(Type::int64) {
  xg::Array<std::int64_t> array = xg::empty_array<std::int64_t>({x.size()});
  std::copy(x.begin(), x.end(), array.data());
  *this = Value(array);
}

Value Value::with_gradient() const {
  Value result = *this;
  if (is_float(type_)) std::visit([](auto& x) { x.requires_grad(); }, result.tensor_);
  return result;
}

const xg::Shape& Value::shape() const {
  return std::visit([](const auto& x) -> const xg::Shape& { return x.shape(); }, tensor_);
}

xg::Array<std::int64_t> Value::indices() const {
  xg::Tensor<double> x = as<double>();
  xg::Array<std::int64_t> result = xg::empty_array<std::int64_t>(x.shape());
  for (std::size_t i = 0; i < x.size(); ++i) {
    result.data()[i] = static_cast<std::int64_t>(x.data()[i]);
  }
  return result;
}

xg::Array<bool> Value::mask() const {
  xg::Tensor<double> x = as<double>();
  xg::Array<bool> result = xg::empty_array<bool>(x.shape());
  for (std::size_t i = 0; i < x.size(); ++i) result.data()[i] = x.data()[i] != 0;
  return result;
}

Integers Value::list() const {
  xg::Array<std::int64_t> array = indices();
  return Integers(array.data(), array.data() + array.size());
}

void Value::check_integers(const xg::Tensor<double>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    double element = x.data()[i];
    if (!(std::abs(element) <= 9007199254740992.0) || element != std::trunc(element)) {
      throw std::invalid_argument("no integer that double holds: " + std::to_string(element));
    }
  }
}

}  // namespace onnx_cases
