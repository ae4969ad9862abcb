// What the families share: their registration and the samples of elementwise operations.
#include "op_table.hpp"

namespace op_table {

extern const std::vector<Sample> one = {
    {{}},      {{1}},       {{7}},       {{16}}, {{33}},      {{65}},        {{3, 5}},
    {{1, 19}}, {{2, 3, 4}}, {{2, 1, 3}}, {{0}},  {{3, 0, 2}}, {{2, 1, 2, 3}}};

extern const std::vector<Sample> two = {
    // the same shape
    {{}, {}},
    {{1}, {1}},
    {{7}, {7}},
    {{33}, {33}},
    {{3, 5}, {3, 5}},
    {{2, 3, 4}, {2, 3, 4}},
    // a scalar
    {{}, {5}},
    {{17}, {}},
    {{}, {2, 3}},
    {{3, 1, 2}, {}},
    // rows, columns, extents of 1
    {{1}, {5}},
    {{3, 4}, {4}},
    {{19}, {2, 19}},
    {{3, 4}, {3, 1}},
    {{1, 19}, {3, 19}},
    {{5, 1}, {1, 6}},
    {{1, 17}, {18, 1}},
    {{1, 1}, {3}},
    {{1, 1}, {1}},
    {{2, 3, 4}, {3, 1}},
    {{2, 3, 4}, {2, 1, 4}},
    {{3, 1, 4}, {2, 1}},
    {{2, 1, 3}, {2, 4, 1}},
    {{1, 5, 1, 2}, {3, 1, 2, 1}},
    {{2, 1, 2, 1, 3}, {2, 1, 2, 1}},
    // nothing
    {{0}, {0}},
    {{0}, {1}},
    {{0, 3}, {3}},
    {{2, 1}, {1, 0}},
    {{}, {2, 0}},
};
extern const std::vector<Error> misfits = {
    {{{2, 3}, {4, 5}}}, {{{3}, {4}}}, {{{2, 3}, {2}}}, {{{0}, {2}}}, {{{2, 3, 4}, {3, 3, 1}}}};

namespace {
std::vector<std::vector<Row> (*)()>& families() {
  static std::vector<std::vector<Row> (*)()> list;
  return list;
}
}  // namespace

Family::Family(std::vector<Row> (*rows)()) { families().push_back(rows); }

const std::vector<Row>& rows() {
  static const std::vector<Row> table = [] {
    std::vector<Row> all;
    for (auto family : families()) {
      const std::vector<Row> more = family();
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return table;
}

}  // namespace op_table
