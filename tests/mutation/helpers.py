"""What serves derivatives beside the rules themselves."""

# Functions, and lambdas with a name, that are part of derivatives.
HELPERS = {
    "autograd/node.hpp": ["alias"],
    "ops/attention.cpp": ["pull_recorded"],
    "ops/binary.hpp": ["partial", "over_square", "share", "zero"],
    "ops/classification.cpp": ["placed"],
    "ops/fuse.hpp": ["pull_formula"],
    "ops/kernels/attention.hpp": ["add_product", "attend_gradient"],
    "ops/kernels/dual.hpp": ["choose", "Dual::add", "Dual::chain", "lerp"],
    "ops/kernels/fold.hpp": ["divided_among_ties", "from_rows"],
    "ops/kernels/normalize.hpp": ["normalize_row_gradient", "add_weight_gradient"],
    "ops/kernels/pool.cpp": ["add_at_positions", "avg_spread"],
    "ops/kernels/recurrent_cells.hpp": ["backward"],
    "ops/kernels/view.hpp": ["put_view"],
    "ops/matrices.cpp": ["quotient"],
    "ops/normalize.cpp": ["pull_recorded", "weight_gradient"],
    "ops/recurrence.cpp": ["linear_recurrence"],
    "ops/scan.cpp": ["part_of"],
    "ops/softmax.cpp": ["shares"],
}
# Calls whose argument of this index is a derivative.
DERIVATIVE_ARGUMENTS = {"ops/regression.cpp": ("of_difference", 4)}
