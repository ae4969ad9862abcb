"""Truth values."""

import torch

from cases import EXTREME_PAIRS, ONE, TWO, case


def truth(function):
    return lambda *x: function(*x).double()


CASES = [
    case("isclose", truth(lambda a, b: torch.isclose(a, b, rtol=0.25, atol=0.5)), TWO,
         extremes=[EXTREME_PAIRS], differentiable=False),
    case("logical_and", truth(lambda a, b: torch.logical_and(a > 0, b > 0.5)), TWO,
         extremes=[EXTREME_PAIRS], differentiable=False),
    case("logical_or", truth(lambda a, b: torch.logical_or(a > 0, b > 0.5)), TWO,
         extremes=[EXTREME_PAIRS], differentiable=False),
    case("logical_xor", truth(lambda a, b: torch.logical_xor(a > 0, b > 0.5)), TWO,
         extremes=[EXTREME_PAIRS], differentiable=False),
    case("logical_not", truth(lambda x: torch.logical_not(x > 0.25)), ONE, differentiable=False),
]
