"""Reductions over any axes: sums, extremes, products, variances, norms, medians, truth."""

import math

import torch

from cases import INF, NAN, NONZERO, case, strided

REDUCED = [[()], [(7,)], [(3, 5)], [strided((4, 3))], [(2, 3, 4)], [(3, 1, 2)]]
MATRICES = [[(3, 5)], [strided((4, 3))], [strided((2, 3, 4))], [(3, 1, 2)]]
LINES = [[(7,)], *MATRICES, [(0, 3)]]
EMPTY = [[(0,)], [(2, 0)]]
ALL = "all"
# The axes of the rows of the table of reductions.
AXES = {
    "all": (ALL, False),
    "all_keep_dims": (ALL, True),
    "first": ((0,), False),
    "last": ((-1,), False),
    "last_keep_dims": ((-1,), True),
    "middle": ((1,), False),
    "middle_keep_dims": ((-2,), True),
    "first_and_last": ((0, -1), False),
    "first_and_last_keep_dims": ((0, -1), True),
    "last_two_keep_dims": ((-2, -1), True),
}


def bound(function, axes, keep):
    if axes == ALL:
        return lambda x: function(x, dim=tuple(range(x.dim())), keepdim=keep)
    return lambda x: function(x, dim=axes, keepdim=keep)


def reduction(row, function, empty=(), extremes=(), **more):
    """A case for each kind of axes; `extremes`, vectors, are given to the first."""
    for name, (axes, keep) in AXES.items():
        samples = REDUCED if axes == ALL else LINES if axes == (-1,) else MATRICES
        yield case(
            f"{row}_{name}",
            bound(function, axes, keep),
            [*samples, *(empty if axes == ALL else [])],
            extremes=[[x] for x in extremes] if name == "all" else [],
            **more,
        )


TIES = [[1.0, 3.0, 3.0, 2.0, 1.0], [0.0, -0.0], [-INF, -INF], [INF, 1.0, INF, -INF]]
HARD = [[1e300, 1e300, -1e300], [INF, 1.0], [INF, -INF], [NAN, 1.0], [-0.0, 0.0], [1e-300]]

def folded(function):
    """function(rows), which folds the last axis, over several axes."""

    def over(x, dim, keepdim):
        dim = sorted(d % x.dim() for d in dim) if x.dim() else []
        kept = [d for d in range(x.dim()) if d not in dim]
        extents = [x.shape[d] for d in kept]
        count = math.prod(x.shape[d] for d in dim)
        y = function(x.permute(kept + dim).reshape([*extents, count]))
        if not keepdim:
            return y
        return y.reshape([1 if d in dim else x.shape[d] for d in range(x.dim())])

    return over


def middle(rows):
    n = rows.shape[-1]
    ordered = torch.sort(rows, dim=-1, stable=True)[0]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2


def spread(function, ddof=0):
    return lambda x, dim, keepdim: function(x, dim=dim, correction=ddof, keepdim=keepdim)


def norm(p):
    return lambda x, dim, keepdim: torch.linalg.vector_norm(x, p, dim=dim, keepdim=keepdim)


def truth(function):
    return lambda rows: function(rows > 0.75, dim=-1).double()


BOTH = ((0, -1), True)
PAIRS = [[(2,)], [(7,)], [(3, 5)], [(2, 1, 3)]]
ZEROS = [[0.0, 2.0, 3.0], [0.0, 2.0, 0.0], [2.0, 3.0, 0.0, -1.0], [0.0, 0.0, 0.0]]

CASES = [
    *reduction("sum", torch.sum, EMPTY, HARD),
    *reduction("mean", torch.mean, (), HARD),
    *reduction("amax", torch.amax, (), TIES),
    *reduction("amin", torch.amin, (), TIES),
    # With infinities PyTorch's gradient is NaN, ours the limit.
    *reduction("logsumexp", torch.logsumexp, [], [[1e4, 1e4], [-1e4, -1e4, 0.0], [-INF, 2.0]]),
    *reduction("prod", folded(lambda rows: torch.prod(rows, -1)), EMPTY, ZEROS),
    *reduction("var", spread(torch.var)),
    *reduction("std", spread(torch.std), second=False),
    case("std_first", bound(spread(torch.std), (0,), False), [[(5,)], [(4, 3)]]),
    case("var_ddof_1", bound(spread(torch.var, 1), "all", False), PAIRS),
    case("std_ddof_2_keep_dims", bound(spread(torch.std, 2), *BOTH), [[(3, 5)], [(2, 3, 4)]]),
    *reduction("norm_2", norm(2), EMPTY, [[0.0, 0.0], [3.0, -4.0], [INF, 1.0]]),
    case("norm_1", bound(norm(1), "all", False), REDUCED, extremes=[[[0.0, -0.0, -2.0, 3.0]]]),
    case("norm_1_axes", bound(norm(1), *BOTH), MATRICES),
    case("norm_3", bound(norm(3), "all", False), REDUCED, [NONZERO], [[[0.0, -2.0, 1.0]]]),
    case("norm_half", bound(norm(0.5), "all", False), REDUCED, [NONZERO]),
    case("norm_three_halves_axes", bound(norm(1.5), *BOTH), MATRICES, [NONZERO]),
    case("norm_inf", bound(norm(INF), "all", False), REDUCED, [NONZERO],
         [[[2.0, -2.0, 1.0]], [[0.0, 0.0]]], second=False),
    case("norm_inf_axes", bound(norm(INF), *BOTH), MATRICES, [NONZERO], second=False),
    case("norm_minus_inf", bound(norm(-INF), (-1,), False), LINES, [NONZERO],
         [[[2.0, -1.0, 1.0]]], second=False),
    # torch.median gives the lower of the two in the middle; NumPy's mean of both, from torch.sort.
    *reduction("median", folded(middle)),
    *reduction("any_of", folded(truth(torch.any)), EMPTY, differentiable=False),
    *reduction("all_of", folded(truth(torch.all)), EMPTY, differentiable=False),
]
