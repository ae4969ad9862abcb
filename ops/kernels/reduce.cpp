#include <xgrad/ops/kernels/reduce.hpp>

namespace xgrad {

ReductionPlan plan_reduction(const Shape& shape, const Shape& kept) {
  ReductionPlan plan;
  std::ptrdiff_t stride = 1;
  bool first = true;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] == 1) continue;
    bool folds = kept[d] == 1;
    if (first) plan.fold_rows = folds;
    first = false;
    (folds ? plan.folded : plan.kept).push_outer(shape[d], {stride});
    stride *= static_cast<std::ptrdiff_t>(shape[d]);
  }
  plan.row = (plan.fold_rows ? plan.folded : plan.kept).pop_inner().extent;
  return plan;
}

}  // namespace xgrad
