"""Arithmetic, comparisons, where, and the first functions of one tensor."""

import math

import torch

from cases import EXTREME_PAIRS, EXTREMES, NONZERO, ONE, POSITIVE, TWO, case


def truth(function):
    return lambda *x: function(*x).double()


def of_signs(function):
    return lambda a, b: function(torch.sign(a), torch.sign(b)).double()


def where(a, b):
    shape = torch.broadcast_shapes(a.shape, b.shape)
    chosen = (torch.arange(a.new_empty(shape).numel()) * 7 + 3) % 5 < 2
    return torch.where(chosen.reshape(shape), a, b)


NUMBERS = [[x for x in EXTREMES[0] if not math.isnan(x)]]

CASES = [
    case("add", torch.add, TWO, extremes=[EXTREME_PAIRS]),
    case("subtract", torch.subtract, TWO, extremes=[EXTREME_PAIRS]),
    case("multiply", torch.multiply, TWO, extremes=[EXTREME_PAIRS]),
    case("divide", torch.divide, TWO, [NONZERO], extremes=[EXTREME_PAIRS]),
    case("maximum", torch.maximum, TWO, extremes=[EXTREME_PAIRS]),
    case("minimum", torch.minimum, TWO, extremes=[EXTREME_PAIRS]),
    case("pow", torch.pow, TWO, [POSITIVE]),
    case("less", truth(torch.less), TWO, extremes=[EXTREME_PAIRS], differentiable=False),
    case("less_equal", of_signs(torch.le), TWO, differentiable=False),
    case("greater", of_signs(torch.gt), TWO, differentiable=False),
    case("greater_equal", of_signs(torch.ge), TWO, differentiable=False),
    case("equal", of_signs(torch.eq), TWO, differentiable=False),
    case("not_equal", of_signs(torch.ne), TWO, differentiable=False),
    case("where", where, TWO),
    case("negative", torch.negative, ONE, extremes=[EXTREMES]),
    case("abs", torch.abs, ONE, [NONZERO], extremes=[NUMBERS]),
    # Of a NaN, PyTorch's sign is 0, NumPy's and ours NaN.
    case("sign", torch.sign, ONE, [NONZERO], extremes=[NUMBERS]),
    case("square", torch.square, ONE, extremes=[EXTREMES]),
    case("sqrt", torch.sqrt, ONE, [POSITIVE], extremes=[EXTREMES]),
    case("exp", torch.exp, ONE, extremes=[EXTREMES]),
    case("log", torch.log, ONE, [POSITIVE], extremes=[EXTREMES]),
    case("tanh", torch.tanh, ONE, extremes=[EXTREMES]),
    case("sigmoid", torch.sigmoid, ONE, extremes=[EXTREMES]),
    case("relu", torch.relu, ONE, [NONZERO], extremes=[EXTREMES]),
]
