"""Further functions of two tensors and of three."""

import torch

from cases import EXTREME_PAIRS, INF, NONZERO, ONE, POSITIVE, REALS, TWO, case


def pairs_where(keep):
    chosen = [(a, b) for a, b in zip(*EXTREME_PAIRS) if keep(a, b)]
    return [[a for a, _ in chosen], [b for _, b in chosen]]


def floor_divide(a, b):
    return torch.div(a, b, rounding_mode="floor")


THREE = [
    [(), (), ()],
    [(5,), (5,), (5,)],
    [(3, 4), (4,), (3, 1)],
    [(), (), (2, 3)],
    [(2, 1, 3), (4, 1), (1,)],
    [(0,), (1,), ()],
]
DIVISIBLE = pairs_where(lambda a, b: abs(a) != INF and b != 0)
FINITE = pairs_where(lambda a, b: abs(a) < INF and 0 < abs(b) < INF)

CASES = [
    case("atan2", torch.atan2, TWO, [REALS, NONZERO], extremes=[EXTREME_PAIRS]),
    case("atan2_number", lambda x: torch.atan2(x, torch.tensor(-0.5).double()), ONE),
    case("hypot", torch.hypot, TWO, [REALS, NONZERO],
         extremes=[pairs_where(lambda a, b: a != 0 or b != 0)]),
    case("logaddexp", torch.logaddexp, TWO,
         extremes=[pairs_where(lambda a, b: abs(a) != INF or a != b)]),
    case("xlogy", torch.xlogy, TWO, [REALS, POSITIVE], extremes=[EXTREME_PAIRS]),
    case("number_xlogy", lambda x: torch.xlogy(-2, x), ONE, [POSITIVE]),
    case("floor_divide", floor_divide, TWO, [REALS, NONZERO], extremes=[FINITE]),
    case("floor_divide_number", lambda x: floor_divide(x, 0.75), ONE),
    case("remainder", torch.remainder, TWO, [REALS, NONZERO], extremes=[DIVISIBLE]),
    case("remainder_number", lambda x: torch.remainder(x, 0.75), ONE),
    case("remainder_negative_number", lambda x: torch.remainder(x, -0.75), ONE),
    case("fmod", torch.fmod, TWO, [REALS, NONZERO], extremes=[DIVISIBLE]),
    case("fmod_number", lambda x: torch.fmod(x, 0.75), ONE),
    case("copysign", torch.copysign, TWO, [REALS, NONZERO],
         extremes=[pairs_where(lambda a, b: a == a and b == b and abs(a) < INF)]),
    case("copysign_number", lambda x: torch.copysign(x, -1), ONE),
    case("lerp", torch.lerp, THREE),
    case("lerp_number", lambda a, b: torch.lerp(a, b, 0.3), TWO),
    case("lerp_number_beyond", lambda a, b: torch.lerp(a, b, 2), TWO),
]
