"""Elementary and special functions of one tensor."""

import math

import torch

from cases import ABOVE_ONE, EXTREMES, INF, NAN, NONZERO, ONE, POSITIVE, UNIT, case

special = torch.special
# Where functions of [-1, 1] or of x >= 1 begin and end.
EDGES = [[-INF, -2.0, -1.0, -0.5, -0.0, 0.0, 1e-300, 0.5, 1.0, 2.0, 1e4, INF, NAN]]
ONWARDS = [[-0.5, 0.0, 1.0, 1.5, 2.0, 1e4, INF, NAN]]
HALVES = [[-2.5, -1.5, -0.5, -0.25, -0.0, 0.0, 0.25, 0.5, 1.5, 2.5, 3.5, 1e300, INF, -INF, NAN]]
GAMMA = [[0.01, 1e-8, 0.5, 1.0, 1.5, 2.0, 50.0, 1e4, NAN]]
NEGATIVE = [[-0.25, -0.5, -0.75, -1.5, -2.25, -3.75, -7.5, -12.25]]


def from_afar(function, term):
    """f(x) = f(x + 30) - the sum of term(x + k) for k < 30: near 0 PyTorch's trigamma, and so the
    second derivative of lgamma, is right to 9 digits only."""
    return lambda x: function(x + 30) - sum(term(x + k) for k in range(30))


def polygamma(n):
    scale = (-1) ** n * math.factorial(n)
    return from_afar(lambda x: special.polygamma(n, x), lambda x: scale / x ** (n + 1))


lgamma = from_afar(torch.lgamma, lambda x: torch.log(torch.abs(x)))


CASES = [
    case("exp2", torch.exp2, ONE, extremes=[EXTREMES]),
    case("expm1", torch.expm1, ONE, extremes=[EXTREMES]),
    case("log2", torch.log2, ONE, [POSITIVE], extremes=[EXTREMES]),
    case("log10", torch.log10, ONE, [POSITIVE], extremes=[EXTREMES]),
    case("log1p", torch.log1p, ONE, [POSITIVE], extremes=[EXTREMES, EDGES]),
    case("rsqrt", torch.rsqrt, ONE, [POSITIVE], extremes=[EXTREMES]),
    case("reciprocal", torch.reciprocal, ONE, [NONZERO], extremes=[EXTREMES]),
    case("floor", torch.floor, ONE, extremes=[EXTREMES, HALVES]),
    case("ceil", torch.ceil, ONE, extremes=[EXTREMES, HALVES]),
    case("round", torch.round, ONE, extremes=[EXTREMES, HALVES]),
    case("trunc", torch.trunc, ONE, extremes=[EXTREMES, HALVES]),
    case("sin", torch.sin, ONE, extremes=[EXTREMES]),
    case("cos", torch.cos, ONE, extremes=[EXTREMES]),
    case("tan", torch.tan, ONE, [UNIT], extremes=[EXTREMES]),
    case("asin", torch.asin, ONE, [UNIT], extremes=[EDGES]),
    case("acos", torch.acos, ONE, [UNIT], extremes=[EDGES]),
    case("atan", torch.atan, ONE, extremes=[EXTREMES]),
    case("sinh", torch.sinh, ONE, extremes=[EXTREMES]),
    case("cosh", torch.cosh, ONE, extremes=[EXTREMES]),
    case("asinh", torch.asinh, ONE, extremes=[EXTREMES]),
    case("acosh", torch.acosh, ONE, [ABOVE_ONE], extremes=[ONWARDS]),
    case("atanh", torch.atanh, ONE, [UNIT], extremes=[EDGES]),
    case("deg2rad", torch.deg2rad, ONE, extremes=[EXTREMES]),
    case("rad2deg", torch.rad2deg, ONE, extremes=[EXTREMES]),
    case("erf", special.erf, ONE, extremes=[EXTREMES]),
    case("erfc", special.erfc, ONE, extremes=[EXTREMES]),
    case("erfinv", special.erfinv, ONE, [UNIT], extremes=[EDGES]),
    case("lgamma", lgamma, ONE, [POSITIVE], extremes=[GAMMA, NEGATIVE]),
    case("digamma", polygamma(0), ONE, [POSITIVE], extremes=[GAMMA, NEGATIVE]),
    case("polygamma_zero", polygamma(0), ONE, [POSITIVE], extremes=[GAMMA, NEGATIVE]),
    case("polygamma_one", polygamma(1), ONE, [POSITIVE], extremes=[GAMMA, NEGATIVE]),
    case("polygamma_two", polygamma(2), ONE, [POSITIVE], extremes=[GAMMA, NEGATIVE]),
    case("polygamma_five", polygamma(5), ONE, [ABOVE_ONE], extremes=[GAMMA, NEGATIVE]),
]
