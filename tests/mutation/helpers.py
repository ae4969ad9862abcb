"""What serves derivatives beside the rules themselves."""

# Functions, and lambdas with a name, that are part of derivatives.
HELPERS = {
    "autograd/node.hpp": ["alias"],
    "ops/attention.cpp": ["pull_recorded"],
    "ops/binary.hpp": ["partial", "over_square", "share", "zero"],
    "ops/classification.cpp": ["placed", "scale_rows", "ScaledExponentials::gradient",
                               "ScaledExponentials::softmax"],
    "ops/fuse.hpp": ["pull_formula", "scaled"],
    "ops/kernels/attention.hpp": ["add_product", "attend_gradient"],
    "ops/kernels/dual.hpp": ["choose", "Dual::add", "Dual::chain", "lerp"],
    "ops/kernels/fold.hpp": ["divided_among_ties", "from_rows"],
    "ops/kernels/normalize.hpp": ["normalize_row_gradient", "normalize_short_row_gradient",
                                  "sums_of", "RowGradients::add_sums",
                                  "RowGradients::x_row"],
    "ops/kernels/pool.cpp": ["add_at_positions", "avg_spread"],
    "ops/kernels/recurrent_cells.hpp": ["backward"],
    "ops/kernels/small_product.cpp": ["pack_before_relu", "sum_columns", "small_linear_gradient"],
    "ops/kernels/view.hpp": ["put_view"],
    "ops/linalg.cpp": ["linear_cotangents"],
    "ops/matrices.cpp": ["quotient"],
    "ops/normalize.cpp": ["pull_recorded", "pull_rows"],
    "ops/reduce.cpp": ["extreme_row_gradient"],
    "ops/recurrence.cpp": ["linear_recurrence"],
    "ops/scan.cpp": ["part_of"],
    "ops/softmax.cpp": ["shares"],
}
# Calls whose argument of this index is a derivative.
DERIVATIVE_ARGUMENTS = {"ops/regression.cpp": ("of_difference", 4)}
