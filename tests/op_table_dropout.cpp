// The rows of dropout.
#include "op_table.hpp"
#include "reference_dropout.hpp"

#include <xgrad/ops/dropout.hpp>

namespace op_table {
namespace {

namespace ref = reference;
namespace xg = xgrad;

/// With a generator of its own, so that every call draws the same.
template <class T>
xg::Tensor<T> dropped(const xg::Tensor<T>& x, double p, xg::Location at = xg::here()) {
  xg::Generator generator(7);
  return xg::dropout(x, p, true, generator, at);
}

std::vector<Row> dropout_rows() {
  return {
      {"dropout",
       "dropout",
       FN(dropped(x[0], 0.3)),
       FN(ref::dropout(x[0], 0.3, 7)),
       {{{}}, {{7}}, {{64}}, {{65}}, {{3, 5}}, {{2, 3, 43}}, {{0}}, {{3, 0, 2}}},
       {reals},
       {{{{3}}, {"p from 0 to 1", "-0.1"}, FN(dropped(x[0], -0.1))},
        {{{3}}, {"p from 0 to 1", "1.5"}, FN(dropped(x[0], 1.5))},
        {{{3}}, {"p from 0 to 1", "nan"}, FN(dropped(x[0], std::nan("")))}}},
      {"dropout_most",
       "dropout",
       FN(dropped(x[0], 0.875)),
       FN(ref::dropout(x[0], 0.875, 7)),
       {{{7}}, {{3, 50}}}},
  };
}

const Family dropouts(dropout_rows);

}  // namespace
}  // namespace op_table
