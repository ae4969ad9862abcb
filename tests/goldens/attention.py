"""Attention."""

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

from cases import case, strided


def attention(q, k, v, mask=None, **options):
    with sdpa_kernel(SDPBackend.MATH):  # the one with second derivatives
        return scaled_dot_product_attention(q, k, v, mask, **options)


def seen(q, k):
    """The mask of tests/op_table_attention.cpp; query 1 sees nothing."""
    i, j = torch.arange(q.shape[-2])[:, None], torch.arange(k.shape[-2])
    return (i != 1) & ((3 * i + 2 * j) % 5 != 0)


def causal(q, k):
    return torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()


def with_added(q, k, v, mask):
    return attention(q, k, v, mask.masked_fill(~causal(q, k), -torch.inf), scale=0.25)


HEADS = [
    [(2, 3), (4, 3), (4, 5)],
    [(5, 4), (3, 4), (3, 2)],
    [(2, 3, 4), strided((2, 5, 4)), (2, 5, 3)],
    [(2, 2, 3, 4), (2, 2, 3, 4), strided((2, 2, 3, 4))],
    [(3, 1, 2, 3), (2, 4, 3), (1, 4, 2)],
    [(40, 2), (39, 2), (39, 2)],
]
ADDED = [
    [(2, 3), (4, 3), (4, 5), (2, 4)],
    [(5, 4), (3, 4), (3, 2), (5, 1)],
    [(2, 3, 4), (2, 5, 4), (2, 5, 3), (2, 1, 5)],
    [(3, 1, 2, 3), (2, 4, 3), (1, 4, 2), (3, 1, 2, 4)],
]

CASES = [
    case("attention", attention, HEADS),
    case("attention_causal", lambda q, k, v: attention(q, k, v, is_causal=True), HEADS),
    case("attention_scale", lambda q, k, v: attention(q, k, v, scale=0.25), HEADS[:3]),
    case("attention_masked", lambda q, k, v: attention(q, k, v, seen(q, k)), HEADS[:4]),
    case("attention_added", attention, ADDED),
    case("attention_added_causal", with_added, [ADDED[0], ADDED[1][:3] + [(5, 3)]]),
]
NOT_COMPARED = {"attention_weights": "a part of attention, which is compared"}
