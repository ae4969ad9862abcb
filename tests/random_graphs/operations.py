"""The operations of random graphs, by the names that tests/random_graphs_test.cpp knows."""

import torch
import torch.nn.functional as F

import shapes
from draw import (
    Unsuitable,
    above,
    along,
    away,
    binary,
    broadcast_pair,
    distinct,
    extreme,
    need,
    product,
    reduction,
    unary,
    with_number,
)


def matmul(d):
    a = d.node(lambda x: x.ndim > 0)
    length = a.shape[-1]
    b = d.node(lambda y: y.ndim > 0 and y.shape[-2 if y.ndim > 1 else 0] == length)
    try:
        return torch.matmul(a, b)
    except RuntimeError:
        raise Unsuitable from None


def einsum(subscripts, *ranks):
    def draw(d):
        operands = []
        for rank in ranks:
            operands.append(d.node(lambda x, rank=rank: x.ndim == rank))
        try:
            return torch.einsum(subscripts, *operands)
        except (RuntimeError, ValueError):
            raise Unsuitable from None

    return draw


def where_greater(d):
    a, b = broadcast_pair(d)
    away(a - b, 0)
    return torch.where(a > b, a, b * 0.5)


def masked_fill(d):
    x = d.node()
    away(x, 0.25)
    return x.masked_fill(x > 0.25, d.number(-1, 1))


def sort(d):
    x = d.node(lambda x: x.ndim > 0)
    axis = d.axis(x)
    distinct(x, axis)
    return torch.sort(x, axis).values


def square_matrix(d):
    x = d.node(lambda x: x.ndim >= 2 and x.shape[-1] == x.shape[-2] and 1 < x.shape[-1] < 5)
    scale = max(1.0, float(x.detach().abs().max()))
    return x, scale


def positive_definite(x):
    return x @ x.mT / x.shape[-1] + 2 * torch.eye(x.shape[-1], dtype=torch.float64)


def definite(function):
    def draw(d):
        x, scale = square_matrix(d)
        need(scale < 5)
        return function(positive_definite(x))

    return draw


def solve(d):
    a, scale = square_matrix(d)
    need(scale < 5 and a.ndim == 2)
    b = d.node(lambda y: y.ndim == 2 and y.shape[0] == a.shape[0])
    return torch.linalg.solve(positive_definite(a), b)


def smooth_peak(function):
    return unary(function, lambda x: need(bool((x.abs() < 6).all())))


# Without lgamma, for PyTorch's trigamma, in its second derivative, is off by 1e-9.
SMOOTH = {
    "negative": unary(torch.negative),
    "square": unary(torch.square),
    "tanh": unary(torch.tanh),
    "sigmoid": unary(torch.sigmoid),
    "exp": smooth_peak(torch.exp),
    "expm1": smooth_peak(torch.expm1),
    "sin": unary(torch.sin),
    "cos": unary(torch.cos),
    "atan": unary(torch.atan),
    "asinh": unary(torch.asinh),
    "sinh": smooth_peak(torch.sinh),
    "erf": unary(torch.erf),
    "softplus": unary(F.softplus, lambda x: need(bool((x < 15).all()))),
    "silu": unary(F.silu),
    "gelu": unary(F.gelu),
    "mish": unary(F.mish, lambda x: need(bool((x < 15).all()))),
    "logsigmoid": unary(F.logsigmoid),
    "log": unary(torch.log, lambda x: above(x, 0.2)),
    "sqrt": unary(torch.sqrt, lambda x: above(x, 0.2)),
    "rsqrt": unary(torch.rsqrt, lambda x: above(x, 0.2)),
    "log1p": unary(torch.log1p, lambda x: above(x, -0.7)),
    "reciprocal": unary(torch.reciprocal, lambda x: above(x.abs(), 0.3)),
    "add": binary(torch.add),
    "subtract": binary(torch.subtract),
    "multiply": binary(torch.multiply),
    "divide": binary(torch.divide, lambda a, b: above(b.abs(), 0.3)),
    "pow": binary(torch.pow, lambda a, b: (above(a, 0.3), above(3 - b.abs(), 0))),
    "hypot": binary(torch.hypot, lambda a, b: above(a.abs() + b.abs(), 0.2)),
    "atan2": binary(torch.atan2, lambda a, b: above(b, 0.2)),
    "logaddexp": binary(torch.logaddexp),
    "add_number": with_number(lambda x, c: x + c, -2, 2),
    "multiply_number": with_number(lambda x, c: x * c, -2, 2),
    "number_over": lambda d: (lambda x: (above(x.abs(), 0.3), d.number(-2, 2) / x)[1])(d.node()),
    "sum": reduction(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "mean": reduction(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "prod": reduction(product),
    "var": reduction(lambda x, axes, keep: x.var(axes, correction=0, keepdim=keep)),
    "logsumexp": reduction(lambda x, axes, keep: x.logsumexp(axes, keepdim=keep)),
    "cumsum": along(torch.cumsum),
    "cumprod": along(torch.cumprod),
    # PyTorch's own has second derivatives of NaN where its cotangent is 0.
    "logcumsumexp": along(lambda x, axis: x.exp().cumsum(axis).log()),
    "softmax": along(torch.softmax),
    "log_softmax": along(torch.log_softmax),
    "layer_norm": along(
        lambda x, axis: F.layer_norm(x, x.shape[axis % x.ndim :]),
        lambda x, axis: need(float(x.detach().var(correction=0)) > 0.1),
    ),
    "matmul": matmul,
    "einsum_outer": einsum("i,j->ji", 1, 1),
    "einsum_bilinear": einsum("i,ij,j->", 1, 2, 1),
    "einsum_batch": einsum("bij,bkj->bik", 3, 3),
    "einsum_trace": einsum("ij,ji->i", 2, 2),
    "reshape": shapes.reshape,
    "transpose": shapes.transpose,
    "expand_dims": shapes.expand_dims,
    "squeeze": shapes.squeeze,
    "broadcast_to": shapes.broadcast_to,
    "concatenate": shapes.concatenate,
    "stack": shapes.stack,
    "flip": reduction(lambda x, axes, keep: x.flip(axes)),
    "roll": shapes.roll,
    "tile": shapes.tile,
    "repeat": shapes.repeat,
    "pad": shapes.pad,
    "slice": shapes.take_slice,
    "element": shapes.element,
    "tril": lambda d: torch.tril(d.node(lambda x: x.ndim > 1), d.integer(-1, 1)),
    "triu": lambda d: torch.triu(d.node(lambda x: x.ndim > 1), d.integer(-1, 1)),
    "diagonal": lambda d: torch.diagonal(d.node(lambda x: x.ndim > 1 and min(x.shape[:2]) > 1)),
    "diff": along(lambda x, axis: torch.diff(x, dim=axis), lambda x, axis: need(x.shape[axis] > 1)),
    "take": shapes.take,
    "gather": shapes.gather,
    "scatter_add": shapes.scatter_add,
    "index_add": shapes.index_add,
    "inv": definite(torch.linalg.inv),
    "logdet": definite(lambda x: torch.linalg.slogdet(x)[1]),
    "cholesky": definite(torch.linalg.cholesky),
    "solve": solve,
}
KINKED = {
    "abs": unary(torch.abs, lambda x: away(x, 0)),
    "relu": unary(torch.relu, lambda x: away(x, 0)),
    "leaky_relu": unary(F.leaky_relu, lambda x: away(x, 0)),
    "elu": unary(F.elu, lambda x: away(x, 0)),
    "clip": unary(lambda x: torch.clip(x, -1, 1), lambda x: away(x, -1, 1)),
    "maximum": binary(torch.maximum, lambda a, b: away(a - b, 0)),
    "minimum": binary(torch.minimum, lambda a, b: away(a - b, 0)),
    "amax": extreme(torch.amax),
    "amin": extreme(torch.amin),
    "where_greater": where_greater,
    "masked_fill": masked_fill,
    "sort": sort,
}
