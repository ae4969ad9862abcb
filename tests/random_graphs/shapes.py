"""Operations that move elements: each draws its operands."""

import math

import torch
import torch.nn.functional as F

from draw import MOST, need


def reshape(d):
    x = d.node()
    left, shape = x.numel(), []
    while left > 1:
        factor = d.rng.choice([f for f in range(2, left + 1) if left % f == 0])
        shape.append(factor)
        left //= factor
    if d.rng.random() < 0.3:
        shape.insert(d.rng.randint(0, len(shape)), 1)
    return x.reshape(d.list(shape))


def transpose(d):
    x = d.node(lambda x: x.ndim > 1)
    return x.permute(d.list(d.rng.sample(range(x.ndim), x.ndim)))


def expand_dims(d):
    x = d.node(lambda x: x.ndim < 4)
    return x.unsqueeze(d.integer(-x.ndim - 1, x.ndim))


def squeeze(d):
    x = d.node(lambda x: 1 in x.shape)
    return x.squeeze()


def broadcast_to(d):
    x = d.node(lambda x: x.ndim < 4 and x.numel() < MOST / 2)
    shape = [d.rng.randint(2, 3) if n == 1 else n for n in x.shape]
    if d.rng.random() < 0.5 or shape == list(x.shape):
        shape.insert(0, 2)
    need(math.prod(shape) <= MOST)
    return x.expand(d.list(shape))


def concatenate(d):
    a = d.node(lambda x: x.ndim > 0)
    axis = d.integer(0, a.ndim - 1)
    others = [n for i, n in enumerate(a.shape) if i != axis]
    fits = lambda x: x.ndim == a.ndim and [n for i, n in enumerate(x.shape) if i != axis] == others
    return torch.cat([a, d.node(fits), d.node(fits)], axis)


def stack(d):
    a = d.node(lambda x: x.ndim < 4)
    axis = d.integer(-a.ndim - 1, a.ndim)
    return torch.stack([a, d.node(lambda x: x.shape == a.shape)], axis)


def roll(d):
    x = d.node(lambda x: x.ndim > 0)
    shift = d.integer(-4, 4)
    return torch.roll(x, shift, d.axis(x))


def tile(d):
    x = d.node(lambda x: x.numel() < MOST / 2)
    return torch.tile(x, d.list([d.rng.randint(1, 2) for _ in range(d.rng.randint(1, 3))]))


def repeat(d):
    x = d.node(lambda x: 0 < x.ndim and x.numel() < MOST / 2)
    count = d.integer(1, 3)
    return torch.repeat_interleave(x, count, d.axis(x))


def pad(d):
    x = d.node(lambda x: 0 < x.ndim and x.numel() < MOST / 2)
    value = d.number(-1, 1)
    widths = d.list([d.rng.randint(0, 1) for _ in range(2 * x.ndim)])
    turned = [w for i in reversed(range(x.ndim)) for w in widths[2 * i : 2 * i + 2]]
    return F.pad(x, turned, value=value)


def take_slice(d):
    """x[..., start:start + step * count:step, ...] of one axis, step of any sign."""
    x = d.node(lambda x: x.ndim > 0 and max(x.shape) > 1)
    axis = d.integer(0, x.ndim - 1)
    n = x.shape[axis]
    step = d.list([d.rng.choice([-2, -1, 1, 2])])[0]
    start = d.integer(0, n - 1)
    places = list(range(start, n, step) if step > 0 else range(start, -1, step))
    return x.index_select(axis, torch.tensor(places))


def element(d):
    x = d.node(lambda x: x.ndim > 0)
    axis = d.integer(0, x.ndim - 1)
    return x.select(axis, d.integer(-x.shape[axis], x.shape[axis] - 1))


def indices(d, n, count):
    return torch.tensor(d.list([d.rng.randrange(n) for _ in range(count)]))


def take(d):
    x = d.node(lambda x: x.ndim > 0)
    axis = d.integer(0, x.ndim - 1)
    return x.index_select(axis, indices(d, x.shape[axis], d.rng.randint(1, 4)))


def gather(d):
    x = d.node(lambda x: x.ndim > 0)
    axis = d.integer(0, x.ndim - 1)
    return x.gather(axis, indices(d, x.shape[axis], x.numel()).reshape(x.shape))


def scatter_add(d):
    x = d.node(lambda x: x.ndim > 0)
    source = d.node(lambda y: y.shape == x.shape)
    axis = d.integer(0, x.ndim - 1)
    index = indices(d, x.shape[axis], x.numel()).reshape(x.shape)
    return x.scatter_add(axis, index, source)


def index_add(d):
    x = d.node(lambda x: x.ndim > 0)
    axis = d.integer(0, x.ndim - 1)
    others = [n for i, n in enumerate(x.shape) if i != axis]
    source = d.node(
        lambda y: y.ndim == x.ndim and [n for i, n in enumerate(y.shape) if i != axis] == others
    )
    return x.index_add(axis, indices(d, x.shape[axis], source.shape[axis]), source)
