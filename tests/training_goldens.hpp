// What PyTorch's optimizers and schedules did: the file that tests/goldens/training/optimizers.py
// makes, and explains.
#pragma once
#include "golden_text.hpp"

#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace training_goldens {

namespace xg = xgrad;
using check::Plain;
using Tensor = xg::Tensor<double>;
using Tensors = std::vector<Tensor>;
using Arrays = std::map<std::string, Plain>;

/// The file: the arrays of each `<kind> <row>` by their keys; those before the first under "".
inline const std::map<std::string, Arrays>& goldens() {
  static const std::map<std::string, Arrays> all = [] {
    std::map<std::string, Arrays> result;
    std::istringstream lines(
        golden_text::unpacked(XGRAD_SOURCE_DIR "/tests/goldens/training/optimizers.txt.gz"));
    std::string line, row;
    std::getline(lines, line);
    EXPECT_EQ(line.rfind("made by PyTorch ", 0), 0u);
    while (std::getline(lines, line) && line != "end") {
      const std::size_t space = line.find(' ');
      if (line.find(':') == std::string::npos) {
        row = line;
      } else {
        result[row].insert_or_assign(line.substr(0, space),
                                     golden_text::array_of(line.substr(space + 1)));
      }
    }
    EXPECT_EQ(line, "end") << "the golden file is cut short";
    return result;
  }();
  return all;
}
inline const Arrays& golden(const std::string& row) {
  const auto found = goldens().find(row);
  if (found == goldens().end()) throw std::runtime_error("no golden " + row);
  return found->second;
}
inline std::set<std::string> rows(const std::string& kind) {
  std::set<std::string> result;
  for (const auto& [row, arrays] : goldens()) {
    if (row.rfind(kind + " ", 0) == 0) result.insert(row.substr(kind.size() + 1));
  }
  return result;
}

/// Row t of an array.
inline Plain row_of(const Plain& all, std::size_t t) {
  const reference::Shape shape(all.shape.begin() + 1, all.shape.end());
  Plain row(shape);
  const std::size_t n = row.data.size();
  std::copy_n(all.data.begin() + std::ptrdiff_t(t * n), n, row.data.begin());
  return row;
}
inline Tensor leaf(const Plain& plain) { return check::leaf<double>(plain); }
inline void set_gradient(const Tensor& p, const Plain& g) {
  p.zero_grad();
  xg::sum(p * check::tensor<double>(g)).backward();
}

template <class Map>
std::set<std::string> keys(const Map& map) {
  std::set<std::string> result;
  for (const auto& [key, value] : map) result.insert(key);
  return result;
}

constexpr double tolerance = 1e-10;

}  // namespace training_goldens
