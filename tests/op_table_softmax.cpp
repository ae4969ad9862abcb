// The rows of softmax and its logarithm.
#include "op_table.hpp"

#include <xgrad/ops/softmax.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

std::vector<Row> softmax_rows() {
  const std::vector<Sample> along_last = {{{1}},       {{7}},    {{67}},   {{3, 5}},
                                          {{4, 17}},   {{5, 1}}, {{1, 6}}, {{2, 3, 4}},
                                          {{2, 1, 3}}, {{0, 3}}, {{3, 0}}, {{2, 2, 3, 2}}};
  return {
      {"softmax",
       "softmax",
       FN(xg::softmax(x[0])),
       FN(ref::softmax(x[0])),
       along_last,
       {reals},
       {{{{}}, {"()", "axis -1"}}}},
      {"softmax_first", "softmax", FN(xg::softmax(x[0], 0)), FN(ref::softmax(x[0], 0)), along_last},
      {"softmax_middle",
       "softmax",
       FN(xg::softmax(x[0], -2)),
       FN(ref::softmax(x[0], -2)),
       {{{3, 5}}, {{2, 3, 4}}, {{2, 17, 3}}, {{3, 1, 2}}},
       {reals},
       {{{{3}}, {"(3)", "axis -2"}}}},
      {"log_softmax",
       "log_softmax",
       FN(xg::log_softmax(x[0])),
       FN(ref::log_softmax(x[0])),
       along_last,
       {reals},
       {{{{}}, {"()", "axis -1"}}}},
      {"log_softmax_first", "log_softmax", FN(xg::log_softmax(x[0], 0)),
       FN(ref::log_softmax(x[0], 0)), along_last},
      {"log_softmax_middle",
       "log_softmax",
       FN(xg::log_softmax(x[0], 1)),
       FN(ref::log_softmax(x[0], 1)),
       {{{3, 5}}, {{2, 3, 4}}, {{2, 17, 3}}, {{3, 1, 2}}},
       {reals},
       {{{{3}}, {"(3)", "axis 1"}}}},
  };
}

const Family softmax(softmax_rows);

}  // namespace
}  // namespace op_table
