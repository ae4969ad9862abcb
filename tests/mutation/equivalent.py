"""The mutants that no test can tell from the original."""

# (file, function, change): why no test can tell the mutant from the original.
UNTAKEN = "only another finite number in the branch of where() that is not taken"
UNREAD = "a recurrence does not read the first link"
ALSO_BY_TIES = "one tie, at the first place: the other branch computes the same"
UNUSED = "one more of the inputs is at hand, which nothing reads"
EQUIVALENT = {
    ("ops/activation.hpp", "clipped", "from_output(...): the input saved"):
        "x lies beyond a bound just where y lies on it",
    ("ops/activation.hpp", "hardshrink", "from_input(...): the output saved"):
        "y is x or 0, and |y| > lambda just where |x| is",
    ("ops/activation.hpp", "exponential_below_zero", "a <= 0 (2): 0 plus 1"): UNTAKEN,
    ("ops/activation.hpp", "exponential_below_zero", "where(a <= 0, a, 0): 0 plus 1"): UNTAKEN,
    ("ops/activation.hpp", "hardswish", "a < 3 (2): < to <="): UNTAKEN,
    ("ops/activation.hpp", "hardswish", "a < 3 (2): 3 plus 1"): UNTAKEN,
    ("ops/activation.hpp", "hardswish", "where(a < 3, a, 0): 0 plus 1"): UNTAKEN,
    ("ops/arithmetic.hpp", "pow", "where(z == 0, 0, z - 1): 0 plus 1"):
        "0 times 0^0 or 0^1; the mixed second derivative at (0, 0) differs, which does not exist",
    ("ops/binary.hpp", "hypot", "where(r == 0, 1, r): 1 plus 1"): UNTAKEN,
    ("ops/binary.hpp", "atan2", "where(r == 0, 1, r): 1 plus 1"): UNTAKEN,
    ("ops/binary.hpp", "logaddexp", "x < 0: < to <="): "x is infinite there",
    ("ops/binary.hpp", "logaddexp", "x < 0: 0 plus 1"): "x is infinite there",
    ("ops/factorization.cpp", "svd", "m > n: > to >="):
        "for m = n, 1 - U U^T is 0: what is added is rounding",
    ("ops/factorization.cpp", "svd", "n > m: > to >="):
        "for m = n, 1 - V V^T is 0: what is added is rounding",
    ("ops/kernels/fold.hpp", "divided_among_ties", ">(1): 1 plus 1"):
        "counts and shares are doubled alike",
    ("ops/kernels/normalize.hpp", "normalize_short_row_gradient",
     "static_cast<double>(x[i]) - scale.mean: - to exchanged"):
        "the sign of h cancels in h times the mean of u h",
    ("ops/kernels/normalize.hpp", "sums_of", "i < n: < to <="): "a batch of no elements is 0",
    ("ops/kernels/normalize.hpp", "RowGradients", "n < few_elements: < to <="):
        "both branches compute the same, but for rounding",
    ("ops/reduce.cpp", "extreme_row_gradient", "place >= 0: >= to >"): ALSO_BY_TIES,
    ("ops/reduce.cpp", "extreme_row_gradient", "place >= 0: 0 plus 1"): ALSO_BY_TIES,
    ("ops/likelihood.cpp", "stirling", "t > 1: > to >="): "at 1 both branches are 1",
    ("ops/likelihood.cpp", "stirling", "where(t > 1, t, 1): 1 plus 1"): UNTAKEN,
    ("ops/likelihood.cpp", "binary_cross_entropy", "variance < least: < to <="):
        "at equality both branches are that number; only the second derivative has a kink",
    ("ops/likelihood.cpp", "binary_cross_entropy", "where(p < tiny, 1, p): 1 plus 1"): UNTAKEN,
    ("ops/likelihood.cpp", "binary_cross_entropy", "where(q < tiny, 1, q): 1 plus 1"): UNTAKEN,
    ("ops/likelihood.cpp", "binary_cross_entropy", "q < tiny: < to <="):
        "1 - p is 0 or at least 2^-54, so never e^-100",
    ("ops/likelihood.cpp", "binary_cross_entropy", "q < tiny (2): < to <="):
        "1 - p is 0 or at least 2^-54, so never e^-100",
    ("ops/matrices.cpp", "quotient", "where(nothing, 1, b): 1 plus 1"): UNTAKEN,
    ("ops/matrices.cpp", "quotient",
     "where(nothing, 0, a / where(nothing, 1, b)): always the second"):
        "0 / 1 is 0; its derivative is 0 on the diagonal, where a is w - w, and does not exist "
        "elsewhere, where an eigenvalue occurs twice",
    ("ops/matrix_function.cpp", "matrix_power", "p.add(0, zeros<T>(p.shape(0))): doubled"):
        "twice 0",
    ("ops/recurrence.cpp", "running_product", "T(0): 0 plus 1"): UNREAD,
    ("ops/recurrent.cpp", "record_problem", "i < 3 || recording(): 3 plus 1"): UNUSED,
    ("ops/recurrent.cpp", "record_problem", "i < 3: < to <="): UNUSED,
    ("ops/scan.cpp", "logcumsumexp", "before(count, 0): 0 plus 1"): UNREAD,
    ("ops/scan.cpp", "part_of", "where(finite, a, 0): 0 plus 1"): UNTAKEN,
    ("ops/scan.cpp", "part_of", "where(finite, y, 0): 0 plus 1"): UNTAKEN,
    ("ops/scan.cpp", "part_of", "where(infinite, count_a, 0): always the first"):
        "where y is -inf no element was +inf, so that the count is 0; of a NaN the NaN is taken",
    ("ops/scan.cpp", "part_of", "where(infinite, count_y, 1): 1 plus 1"): "0 / 2 for 0 / 1",
    ("ops/softmax.cpp", "shares", "where(finite, x, 0): 0 plus 1"): UNTAKEN,
    ("ops/softmax.cpp", "shares", "where(finite, largest, 0): 0 plus 1"): UNTAKEN,
    ("ops/softmax.cpp", "shares", "where(finite, largest, 0): always the first"):
        "`largest` is not recorded, and the NaN stays between two where() of the same condition",
    ("ops/statistics.cpp", "norm_2", "where(zero, 1, length): 1 plus 1"): UNTAKEN,
    ("ops/statistics.cpp", "norm_p", "where(equal(length, 0), 1, length): 1 plus 1"): UNTAKEN,
    ("ops/statistics.cpp", "norm_p", "where(zero, 1, ratio): 1 plus 1"): "times sign 0 = 0",
    ("ops/statistics.cpp", "std", "where(zero, 1, deviation): 1 plus 1"): UNTAKEN,
    ("ops/unary.hpp", "relu", "from_output(...): the input saved"): "x <= 0 just where y <= 0",
}
