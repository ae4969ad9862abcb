"""The activation functions."""

import torch
import torch.nn.functional as F

from cases import EXTREMES, NAN, ONE, case


def near(*points):
    """Each point itself, both sides of it, and zero."""
    return [[0.0] + [p + d for p in points for d in (-0.125, 0.0, 0.125)]]


# Beyond some magnitude PyTorch's derivative of the tanh form is inf * 0.
MODERATE = [[x for x in EXTREMES[0] if abs(x) != 1e300]]

CASES = [
    case("clip", lambda x: torch.clamp(x, -0.7, 1.1), ONE, extremes=[EXTREMES, near(-0.7, 1.1)]),
    case("clip_below", lambda x: torch.clamp(x, min=0.4), ONE, extremes=[EXTREMES, near(0.4)]),
    case("clip_above", lambda x: torch.clamp(x, max=0.4), ONE, extremes=[EXTREMES, near(0.4)]),
    case("hardtanh", F.hardtanh, ONE, extremes=[EXTREMES, near(-1, 1)]),
    case("hardtanh_bounds", lambda x: F.hardtanh(x, -0.5, 1.25), ONE, extremes=[near(-0.5, 1.25)]),
    case("relu6", F.relu6, ONE, extremes=[EXTREMES, near(0, 6)]),
    case("leaky_relu", lambda x: F.leaky_relu(x, 0.1), ONE, extremes=[EXTREMES]),
    case("leaky_relu_default", F.leaky_relu, ONE, extremes=[EXTREMES]),
    case("thresholded_relu", lambda x: F.threshold(x, 1, 0), ONE, extremes=[EXTREMES, near(1)]),
    case("hardshrink", F.hardshrink, ONE, extremes=[EXTREMES, near(-0.5, 0.5)]),
    case("hardshrink_lambda", lambda x: F.hardshrink(x, 0.9), ONE, extremes=[near(-0.9, 0.9)]),
    case("softshrink", F.softshrink, ONE, extremes=[EXTREMES, near(-0.5, 0.5)]),
    case("softshrink_lambda", lambda x: F.softshrink(x, 0.9), ONE, extremes=[near(-0.9, 0.9)]),
    case("elu", lambda x: F.elu(x, 1.3), ONE, extremes=[EXTREMES]),
    case("elu_default", F.elu, ONE, extremes=[EXTREMES]),
    case("selu", F.selu, ONE, extremes=[EXTREMES]),
    # PyTorch rounds alpha to float in the derivative.
    case("celu", lambda x: F.celu(x, 0.5), ONE, extremes=[EXTREMES]),
    case("celu_default", F.celu, ONE, extremes=[EXTREMES]),
    # PyTorch's softplus is x itself from 20 / beta on, off by 2e-9: not tried between 20 and 24.
    case("softplus", lambda x: F.softplus(x, 2.5), ONE, extremes=[EXTREMES]),
    case("softplus_default", F.softplus, ONE, extremes=[EXTREMES]),
    case("logsigmoid", F.logsigmoid, ONE, extremes=[EXTREMES]),
    case("silu", F.silu, ONE, extremes=[EXTREMES]),
    case("mish", F.mish, ONE, extremes=[EXTREMES]),
    case("ndtr", torch.special.ndtr, ONE, extremes=[EXTREMES]),
    case("gelu", F.gelu, ONE, extremes=[EXTREMES]),
    case("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), ONE, extremes=[MODERATE]),
    # F.hardsigmoid itself has the derivative 1 / 6 rounded to float.
    case("hardsigmoid", lambda x: F.relu6(x + 3) / 6, ONE, extremes=[EXTREMES, near(-3, 3)]),
    case("hardswish", F.hardswish, ONE, extremes=[EXTREMES, near(-3, 3)]),
    # At the infinities PyTorch's derivative is NaN, as its value and ours are; ours is 0.
    case("softsign", F.softsign, ONE, extremes=[[[0.0, -0.0, NAN, 1e4, -1e4, 1e300, 1e-300]]]),
]
