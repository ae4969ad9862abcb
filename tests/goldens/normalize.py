"""Normalization."""

import torch
import torch.nn.functional as F

from cases import POSITIVE, REALS, case, strided

ROWS = [[(7,)], [(3, 5)], [strided((4, 3))], [(2, 3, 4)], [(0, 3)]]
CONSTANT = [[[3.0, 3.0, 3.0, 3.0], [1e4, 1e4, 1e4, 1e4], [0.0, 0.0, 0.0, 0.0]]]
WEIGHT = [[(7,), (7,)], [(3, 5), (5,)], [strided((4, 3)), (3,)], [(2, 3, 4), (4,)]]
BOTH = [sample + sample[1:] for sample in WEIGHT]
IMAGES = [[(2, 4, 3)], [strided((2, 4, 3))], [(2, 2, 2, 3)]]
AFFINE = [[(2, 4, 3), (4,), (4,)], [strided((3, 2, 4)), (2,), (2,)], [(2, 2, 2, 3), (2,), (2,)]]


def training(x, weight=None, bias=None, eps=1e-5):
    return F.batch_norm(x, None, None, weight, bias, True, 0.0, eps)


def inference(x, mean, variance, weight=None, bias=None, eps=1e-5):
    """F.batch_norm, which has no gradients for the statistics."""
    expected = F.batch_norm(x, mean.detach(), variance.detach(), weight, bias, False, 0.0, eps)
    shape = (1, -1) + (1,) * (x.dim() - 2)
    y = (x - mean.reshape(shape)) / torch.sqrt(variance + eps).reshape(shape)
    y = y if weight is None else y * weight.reshape(shape) + bias.reshape(shape)
    torch.testing.assert_close(y, expected)
    return y


CASES = [
    case("layer_norm", lambda x: F.layer_norm(x, x.shape[-1:]), ROWS, extremes=[CONSTANT]),
    case("layer_norm_weight", lambda x, w: F.layer_norm(x, w.shape, w), WEIGHT),
    case("layer_norm_bias", lambda x, b: F.layer_norm(x, b.shape, None, b), WEIGHT,
         second=False),  # PyTorch fails at it
    case("layer_norm_weight_bias", lambda x, w, b: F.layer_norm(x, w.shape, w, b, 0.1), BOTH),
    case("layer_norm_two_axes", lambda x, w, b: F.layer_norm(x, w.shape, w, b),
         [[(3, 5), (3, 5), (3, 5)], [(2, 3, 4), (3, 4), (3, 4)]]),
    case("rms_norm", lambda x: F.rms_norm(x, x.shape[-1:]), ROWS),
    case("rms_norm_weight", lambda x, w: F.rms_norm(x, w.shape, w, 0.1), WEIGHT),
    case("normalize", F.normalize, ROWS[1:]),
    case("normalize_first", lambda x: F.normalize(x, dim=0), ROWS[:4]),
    case("batch_norm_training", training, [[(5, 3)], [strided((4, 3))]] + IMAGES,
         extremes=[[[[2.0, 8.0], [2.0, 8.0], [2.0, 8.0]]]]),
    case("batch_norm_training_weight_bias", lambda x, w, b: training(x, w, b, 0.1),
         [[(5, 3), (3,), (3,)]] + AFFINE),
    case("batch_norm", inference, [[(5, 3), (3,), (3,)]] + AFFINE,
         [REALS, REALS, POSITIVE]),
    case("batch_norm_weight_bias",
         lambda x, m, v, w, b: inference(x, m, v, w, b, 0.1),
         [sample + sample[1:] for sample in [[(5, 3), (3,), (3,)]] + AFFINE],
         [REALS, REALS, POSITIVE, REALS]),
    case("group_norm", lambda x: F.group_norm(x, 2), [[(3, 6)]] + IMAGES),
    case("group_norm_weight_bias", lambda x, w, b: F.group_norm(x, 2, w, b, 0.1), AFFINE),
    case("instance_norm", F.instance_norm, IMAGES),
    case("instance_norm_weight_bias",
         lambda x, w, b: F.instance_norm(x, None, None, w, b, eps=0.1), AFFINE),
]
