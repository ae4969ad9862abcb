"""Extremes with their indices, sorting, the k largest."""

import torch

from cases import INF, NAN, case, strided

LINES = [[(7,)], [(3, 5)], [strided((4, 3))], [strided((2, 3, 4))], [(3, 1)]]
MATRICES = [[(3, 5)], [strided((4, 3))], [(2, 3, 4)], [(3, 1)], [(0, 3)]]
TIES = [[1.0, 3.0, 3.0, 2.0, 1.0], [0.0, -0.0], [2.0, NAN, INF, NAN, -INF], [-INF, -INF]]
TIED = [[x] for x in TIES]


def chosen(function, axis, keep=False):
    """The values at the indices of argmax or argmin, which are the first of equals."""

    def values(x):
        indices = function(x, dim=axis, keepdim=True)
        y = torch.gather(x, axis, indices)
        return y if keep else y.squeeze(axis)

    return values


def indices(function, *arguments, **more):
    return lambda x: function(x, *arguments, **more).double()


def sorted_by(axis, descending=False):
    return lambda x: torch.sort(x, dim=axis, descending=descending, stable=True)


CASES = [
    case("argmax", indices(torch.argmax), [[()], *LINES], extremes=TIED, differentiable=False),
    case("argmax_first", indices(torch.argmax, 0), LINES, extremes=TIED, differentiable=False),
    case("argmax_last_keep_dims", indices(torch.argmax, -1, True), LINES, extremes=TIED,
         differentiable=False),
    case("argmin", indices(torch.argmin), [[()], *LINES], extremes=TIED, differentiable=False),
    case("argmin_middle", indices(torch.argmin, 1), MATRICES[:4], differentiable=False),
    case("argsort", indices(torch.argsort, dim=-1, stable=True), LINES, extremes=TIED,
         differentiable=False),
    case("argsort_descending", indices(torch.argsort, dim=1, descending=True, stable=True),
         MATRICES, differentiable=False),
    case("max_last", chosen(torch.argmax, -1), LINES, extremes=TIED),
    case("max_first_keep_dims", chosen(torch.argmax, 0, True), LINES, extremes=TIED),
    case("min_middle", chosen(torch.argmin, 1), MATRICES[:4]),
    case("max_indices", indices(torch.argmax, 1), MATRICES[:4], differentiable=False),
    case("min_indices", indices(torch.argmin, 0, True), LINES, extremes=TIED,
         differentiable=False),
    case("sort", lambda x: sorted_by(-1)(x)[0], LINES, extremes=TIED),
    case("sort_first_descending", lambda x: sorted_by(0, True)(x)[0], LINES, extremes=TIED),
    case("sort_middle", lambda x: sorted_by(1)(x)[0], MATRICES),
    case("sort_indices", lambda x: sorted_by(-1)(x)[1].double(), LINES, extremes=TIED,
         differentiable=False),
    # Of equals, PyTorch's topk promises no order.
    case("topk", lambda x: torch.topk(x, 2)[0], [[(7,)], [(3, 5)], [(2, 3, 4)], [(0, 2)]]),
    case("topk_smallest_first", lambda x: torch.topk(x, 3, 0, largest=False)[0],
         [[(7,)], [(3, 5)], [(4, 2, 3)]]),
    case("topk_indices", lambda x: torch.topk(x, 2, 0)[1].double(), [[(7,)], [(3, 5)]],
         differentiable=False),
]
