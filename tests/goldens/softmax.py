"""Softmax and log_softmax."""

import torch

from cases import INF, case, strided

ALONG = [[(7,)], [(3, 5)], [strided((4, 3))], [(2, 3, 4)], [strided((2, 3, 4))], [(5, 1)], [(0, 3)]]
ROWS = [[(3, 5)], [strided((4, 3))], [(2, 3, 4)]]
LARGE = [[[1e4, -1e4, 0.0], [1e4, 1e4, -1e4], [0.0, -INF, 1.0]]]
INFINITE = [[[0.0, -INF, 0.0], [-INF, -INF, -INF], [INF, 0.0, 1.0]]]

CASES = [
    case("softmax", lambda x: torch.softmax(x, -1), ALONG, extremes=[LARGE, INFINITE]),
    case("softmax_first", lambda x: torch.softmax(x, 0), ALONG, extremes=[LARGE]),
    case("softmax_middle", lambda x: torch.softmax(x, -2), ROWS),
    case("log_softmax", lambda x: torch.log_softmax(x, -1), ALONG, extremes=[LARGE, INFINITE]),
    case("log_softmax_first", lambda x: torch.log_softmax(x, 0), ALONG, extremes=[LARGE]),
    case("log_softmax_middle", lambda x: torch.log_softmax(x, 1), ROWS),
]
