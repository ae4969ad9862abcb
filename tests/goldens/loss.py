"""Losses."""

import torch
import torch.nn.functional as F

from cases import INF, NAN, POSITIVE, RANGES, REALS, case, strided

PROBABILITY, LARGE_COUNT, SMALL_COUNT = "probability", "large count", "small count"
RANGES.update({PROBABILITY: (0.05, 0.95), LARGE_COUNT: (1.2, 4.2), SMALL_COUNT: (0.1, 0.9)})

PAIRS = [[(), ()], [(7,), (7,)], [(3, 5), (3, 5)], [strided((4, 3)), (4, 3)]]
BATCHES = [[(3,), (3,)], [(3, 5), (3, 5)], [(4, 3), strided((4, 3))]]
NONE = PAIRS + [[(0,), (0,)], [(2, 0, 3), (2, 0, 3)]]
TRIPLES = [[(7,), (7,), (7,)], [(3, 5), (3, 5), (3, 5)], [strided((4, 3)), (4, 3), (4, 3)]]
SCORES = [[(2, 3)], [(5, 10)], [strided((7, 4))], [(2, 3, 4)], [(3, 2, 2, 2)]]
TARGETS = [[(2, 3), (2, 3)], [strided((7, 4)), (7, 4)], [(2, 3, 4), (2, 3, 4)]]
EQUAL_AND_FAR = [[0.0, 1.0, -1.0, 1e4, -1e4, NAN, INF], [0.0, 1.0, -2.0, -1e4, 1e4, 0.0, 0.0]]
LOGITS = [[1e4, -1e4, 1e4, -1e4, 0.0, 50.0, -50.0, NAN], [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0]]
IGNORED = -7


def labels(scores, ignores=False):
    """The labels and the class weights of tests/op_table_classification.cpp."""
    shape = scores.shape[:1] + scores.shape[2:]
    i = torch.arange(scores.new_empty(shape).numel())
    label = (i * i + 2 * i + 1) % scores.shape[1]
    return (torch.where(i % 3 == 1, IGNORED, label) if ignores else label).reshape(shape)


def weights(scores):
    return 0.5 + 0.25 * (torch.arange(scores.shape[1], dtype=torch.float64) * 3 % 5)


def entropy(ignores=False, weighted=False, smoothing=0.0, reduction="mean"):
    def call(x):
        weight = weights(x) if weighted else None
        return F.cross_entropy(
            x, labels(x, ignores), weight, ignore_index=IGNORED, label_smoothing=smoothing,
            reduction=reduction,
        )

    return call


def entropy_of_target(weighted=False, smoothing=0.0, reduction="mean"):
    def call(x, t):
        weight = weights(x) if weighted else None
        return F.cross_entropy(x, t, weight, label_smoothing=smoothing, reduction=reduction)

    return call


def nll(ignores=False, weighted=False, reduction="mean"):
    def call(x):
        weight = weights(x) if weighted else None
        return F.nll_loss(x, labels(x, ignores), weight, ignore_index=IGNORED, reduction=reduction)

    return call


def signs(shape):
    i = torch.arange(torch.empty(shape).numel())
    return torch.where((i * 7 + 3) % 5 < 2, 1.0, -1.0).double().reshape(shape)


def bce_logits(x, t, **options):
    return F.binary_cross_entropy_with_logits(x, t, **options)


CASES = [
    case("mean_squared_error", F.mse_loss, PAIRS, extremes=[EQUAL_AND_FAR]),
    case("mean_squared_error_none", lambda a, b: F.mse_loss(a, b, reduction="none"), NONE),
    case("mean_squared_error_sum", lambda a, b: F.mse_loss(a, b, reduction="sum"), NONE),
    case("l1_loss", F.l1_loss, PAIRS),
    case("l1_loss_none", lambda a, b: F.l1_loss(a, b, reduction="none"), NONE,
         extremes=[[r[:5] for r in EQUAL_AND_FAR]]),
    case("l1_loss_sum", lambda a, b: F.l1_loss(a, b, reduction="sum"), NONE),
    case("huber_loss", lambda a, b: F.huber_loss(a, b, delta=0.75), PAIRS),
    case("huber_loss_none", lambda a, b: F.huber_loss(a, b, reduction="none", delta=0.75), NONE,
         extremes=[[[0.0, 0.75, -0.75, 1e4, -1e4, INF], [0.0] * 6]]),
    case("smooth_l1_loss", lambda a, b: F.smooth_l1_loss(a, b, beta=0.75), PAIRS,
         extremes=[[[0.0, 0.75, -0.75, 1e4, -1e4, INF], [0.0] * 6]]),
    case("smooth_l1_loss_0", lambda a, b: F.smooth_l1_loss(a, b, reduction="sum", beta=0.0), NONE),
    case("binary_cross_entropy", F.binary_cross_entropy, PAIRS, [PROBABILITY]),
    case("binary_cross_entropy_none",
         lambda p, t: F.binary_cross_entropy(p, t, reduction="none"), NONE, [PROBABILITY]),
    case("binary_cross_entropy_with_logits", bce_logits, PAIRS, [REALS, PROBABILITY],
         extremes=[LOGITS]),
    case("binary_cross_entropy_with_logits_none", lambda x, t: bce_logits(x, t, reduction="none"),
         NONE, [REALS, PROBABILITY], extremes=[LOGITS]),
    case("kl_div", F.kl_div, PAIRS, [REALS, POSITIVE]),
    case("kl_div_none", lambda x, t: F.kl_div(x, t, reduction="none"), NONE, [REALS, POSITIVE]),
    case("kl_div_batch_mean", lambda x, t: F.kl_div(x, t, reduction="batchmean"), BATCHES,
         [REALS, POSITIVE]),
    case("kl_div_log_target",
         lambda x, t: F.kl_div(x, t, reduction="batchmean", log_target=True), BATCHES),
    case("poisson_nll_loss", F.poisson_nll_loss, PAIRS, [REALS, POSITIVE]),
    case("poisson_nll_loss_rate",
         lambda x, t: F.poisson_nll_loss(x, t, log_input=False, eps=0.01), PAIRS, [POSITIVE]),
    case("poisson_nll_loss_full",
         lambda x, t: F.poisson_nll_loss(x, t, full=True, reduction="none"), NONE,
         [REALS, LARGE_COUNT], extremes=[[[0.5, -1.0, 50.0], [1.0, 2.0, 3.0]]]),
    case("poisson_nll_loss_full_rare",
         lambda x, t: F.poisson_nll_loss(x, t, full=True, reduction="none"), NONE,
         [REALS, SMALL_COUNT]),
    case("gaussian_nll_loss", F.gaussian_nll_loss, TRIPLES, [REALS, REALS, POSITIVE],
         extremes=[[[1.0, 2.0, -1e4], [1.0, 1.0, 1.0], [1e-8, 1e-9, 1.0]]]),
    case("gaussian_nll_loss_full",
         lambda m, t, v: F.gaussian_nll_loss(m, t, v, full=True, reduction="none"), TRIPLES,
         [REALS, REALS, POSITIVE]),
    case("margin_ranking_loss",
         lambda a, b: F.margin_ranking_loss(a, b, signs(a.shape), margin=0.25), PAIRS),
    case("hinge_embedding_loss",
         lambda x: F.hinge_embedding_loss(x, signs(x.shape), margin=0.5),
         [[()], [(7,)], [(3, 5)], [strided((4, 3))]]),
    case("cosine_similarity", F.cosine_similarity,
         [[(3, 5), (3, 5)], [(3, 5), (5,)], [strided((4, 3)), (3,)], [(2, 3, 4), (3, 1)]]),
    case("cosine_similarity_last", lambda a, b: F.cosine_similarity(a, b, dim=-1),
         [[(7,), (7,)], [(2, 3, 4), (2, 3, 4)]]),
    case("triplet_margin_loss", lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=0.5),
         TRIPLES),
    case("softmax_cross_entropy", entropy(), SCORES[:3],
         extremes=[[[[1e4, -1e4], [-1e4, 1e4], [0.0, -INF]]]]),
    case("softmax_cross_entropy_deep", entropy(), SCORES),
    case("softmax_cross_entropy_none", entropy(reduction="none"), SCORES + [[(0, 3)]],
         extremes=[[[[1e4, -1e4, 0.0], [-1e4, 1e4, 5.0]]]]),
    case("softmax_cross_entropy_sum", entropy(True, reduction="sum"), SCORES + [[(0, 3)]]),
    case("softmax_cross_entropy_ignore", entropy(True), SCORES),
    case("softmax_cross_entropy_weights", entropy(True, True), SCORES),
    case("softmax_cross_entropy_smoothing", entropy(smoothing=0.25), SCORES),
    case("softmax_cross_entropy_all_options", entropy(True, True, 0.25), SCORES),
    case("softmax_cross_entropy_all_options_none", entropy(True, True, 0.25, "none"), SCORES),
    case("softmax_cross_entropy_probabilities", entropy_of_target(), TARGETS, [REALS, POSITIVE]),
    case("softmax_cross_entropy_probabilities_options", entropy_of_target(True, 0.25, "none"),
         TARGETS, [REALS, POSITIVE]),
    case("softmax_cross_entropy_probabilities_weights", entropy_of_target(True), TARGETS,
         [REALS, POSITIVE]),
    case("nll_loss", nll(), SCORES),
    case("nll_loss_none", nll(True, True, "none"), SCORES),
    case("nll_loss_weights", nll(True, True), SCORES),
    case("nll_loss_sum", nll(True, True, "sum"), SCORES),
]
NOT_COMPARED = {
    "hinge_loss": "PyTorch has none of numbers",
    "cosine_embedding_loss": "PyTorch adds 1e-12 to both squared norms",
}
