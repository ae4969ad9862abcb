#include "table.hpp"

namespace onnx_cases {

const Value& Call::input(std::size_t i) const {
  if (!has(i)) throw std::out_of_range(node_->op + " has no input " + std::to_string(i));
  return *inputs_[i];
}

int Call::integer(const char* name, int otherwise) const {
  return given(name) ? static_cast<int>(attribute(name).integer) : otherwise;
}
double Call::number(const char* name, double otherwise) const {
  return given(name) ? attribute(name).number : otherwise;
}
std::string Call::text(const char* name, const std::string& otherwise) const {
  return given(name) ? attribute(name).text : otherwise;
}
std::optional<Integers> Call::integers(const char* name, std::size_t i) const {
  if (given(name)) return attribute(name).integers;
  if (has(i)) return list(i);
  return std::nullopt;
}

std::size_t Call::decisive() const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (has(i) && is_float(type(i))) return i;
  }
  return 0;
}

xg::Shape as_matrix(const Call& x) {
  int axis = x.integer("axis", 1), rank = static_cast<int>(x.shape(0).size());
  std::size_t rows = 1;
  for (int i = 0; i < (axis < 0 ? axis + rank : axis); ++i) rows *= x.shape(0)[std::size_t(i)];
  return {rows, xg::size_of(x.shape(0)) / rows};
}

const Row* find_row(const std::string& op) {
  static const std::map<std::string, Row> table = [] {
    std::map<std::string, Row> rows;
    for (const Rows& list : {elementwise_rows(), reduce_rows(), shape_rows(), index_rows(),
                             network_rows(), conv_rows(), recurrent_rows(), optimizer_rows()}) {
      for (const Row& row : list) {
        if (!rows.emplace(row.op, row).second) throw std::logic_error("two rows for " + row.op);
      }
    }
    return rows;
  }();
  auto found = table.find(op);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace onnx_cases
