"""Running sums and products, differences."""

import torch

from cases import INF, NAN, case, strided

LINES = [[(1,)], [(7,)], [(3, 5)], [strided((4, 3))], [strided((2, 3, 4))], [(0, 3)], [(3, 0)]]
MATRICES = [[(3, 5)], [strided((4, 3))], [(2, 3, 4)], [(3, 1)], [(2, 0)]]


def along(function, axis):
    return lambda x: function(x, dim=axis)


def flat(function):
    return lambda x: function(x.reshape(-1), dim=0)


HARD = [[1e300, 1e300, -1e300], [1.0, INF, 2.0], [1.0, NAN, 2.0]]
ZEROS = [[2.0, 0.0, 3.0], [0.0, 2.0, 0.0, 5.0], [0.0, 0.0]]

CASES = [
    case("cumsum", flat(torch.cumsum), [*LINES, [()]], extremes=[[x] for x in HARD]),
    case("cumsum_first", along(torch.cumsum, 0), LINES),
    case("cumsum_last", along(torch.cumsum, -1), LINES),
    case("cumsum_middle", along(torch.cumsum, 1), MATRICES),
    case("cumprod", flat(torch.cumprod), [*LINES, [()]], extremes=[[x] for x in ZEROS]),
    case("cumprod_first", along(torch.cumprod, 0), LINES),
    case("cumprod_last", along(torch.cumprod, -1), LINES),
    case("cumprod_middle", along(torch.cumprod, 1), MATRICES),
    case("logcumsumexp", flat(torch.logcumsumexp), [*LINES, [()]],
         extremes=[[[1e4, -1e4, 1e4]], [[-1e4, 0.0, 50.0]]]),
    case("logcumsumexp_first", along(torch.logcumsumexp, 0), LINES),
    case("logcumsumexp_middle", along(torch.logcumsumexp, 1), MATRICES),
    case("diff", torch.diff, LINES),
    case("diff_3_first", lambda x: torch.diff(x, 3, 0), LINES),
    case("diff_2_middle", lambda x: torch.diff(x, 2, 1), MATRICES),
]
