"""How a golden case is written: which row of the table of operations, what PyTorch computes for
it, and on which inputs.

    CASES = [
        case("tanh", torch.tanh, ONE, extremes=[EXTREMES]),
        case("atan2", torch.atan2, TWO, domains=[NONZERO, REALS]),
    ]
    NOT_COMPARED = {"some_op": "the reason: PyTorch has no such function"}

A sample is a list with an entry per input: a shape, or strided(shape) for values that PyTorch
holds transposed, or a nested list of values. Random values lie in the domains, the last of which
serves for all inputs that follow.
"""

import dataclasses
import math
import typing

REALS, POSITIVE, NONZERO, UNIT = "reals", "positive", "nonzero", "unit"
ABOVE_ONE = "above one"
RANGES = {
    REALS: (-2, 2),
    POSITIVE: (0.3, 2.3),
    NONZERO: (0.5, 2.5),
    UNIT: (-0.9, 0.9),
    ABOVE_ONE: (1.2, 3.2),
}


@dataclasses.dataclass(frozen=True)
class strided:
    """Values of this shape, of rank 2 or more, stored with the axes in reverse order."""

    shape: tuple


@dataclasses.dataclass
class Case:
    row: str
    function: typing.Callable
    samples: list
    domains: list
    extremes: list
    differentiable: bool
    second: bool


def case(row, function, samples, domains=(REALS,), extremes=(), differentiable=True, second=True):
    """`extremes`: samples of given values, for which value and gradient are compared, but, since
    differences between infinities mean little, no second derivative."""
    return Case(row, function, list(samples), list(domains), list(extremes), differentiable, second)


ONE = [[()], [(7,)], [(3, 5)], [strided((4, 3))], [(0,)], [(2, 0, 3)]]
TWO = [
    [(), ()],
    [(5,), (5,)],
    [(), (2, 3)],
    [(3, 4), (4,)],
    [(3, 1), (1, 4)],
    [strided((4, 3)), (3,)],
    [(2, 3), strided((2, 3))],
    [(2, 1, 3), (4, 1)],
    [(0,), (1,)],
    [(2, 0), ()],
]
INF, NAN = math.inf, math.nan
# A sample of one input, for functions of all numbers.
EXTREMES = [[0.0, -0.0, INF, -INF, NAN, 1e4, -1e4, 50.0, -50.0, 1e-8, -1e-8, 1e-300, 1e300, 0.5]]
# Samples of two inputs: every pair of a few numbers.
_PAIRED = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, INF, -INF, NAN]
EXTREME_PAIRS = [[a for a in _PAIRED for _ in _PAIRED], [b for _ in _PAIRED for b in _PAIRED]]
