"""How the operands and parameters of a node are drawn, and where an operation does not apply."""

import math

import torch

APART = 1e-3  # distance from kinks
MOST = 48  # elements of a node


class Unsuitable(Exception):
    """An operation does not apply to the nodes drawn for it."""


def need(condition):
    if not condition:
        raise Unsuitable


def away(x, *places):
    for place in places:
        need(bool(((x - place).abs() > APART).all()))


def above(x, low):
    need(bool((x > low).all()))


def distinct(x, axis):
    if x.shape[axis] > 1:
        ordered = torch.sort(x.detach(), axis).values
        need(bool((torch.diff(ordered, dim=axis) > APART).all()))


class Draw:
    """Chooses the operands and parameters of a node."""

    def __init__(self, rng, nodes):
        self.rng, self.nodes = rng, nodes
        self.ids, self.integers, self.numbers = [], [], []

    def node(self, suits=lambda x: True):
        # Newer nodes are likelier, so that graphs grow deep.
        order = [max(self.rng.randrange(len(self.nodes)) for _ in range(2)) for _ in range(8)]
        for i in order:
            if suits(self.nodes[i]):
                self.ids.append(i)
                return self.nodes[i]
        raise Unsuitable

    def integer(self, low, high):
        self.integers.append(self.rng.randint(low, high))
        return self.integers[-1]

    def number(self, low, high):
        self.numbers.append(round(self.rng.uniform(low, high), 3))
        return self.numbers[-1]

    def list(self, values):
        self.integers.extend(values)
        return list(values)

    def axis(self, x):
        need(x.ndim > 0)
        return self.integer(-x.ndim, x.ndim - 1)

    def axes(self, x):
        """Some axes, in any order; then they are all the integers that are left."""
        need(x.ndim > 0)
        count = self.rng.randint(1, x.ndim)
        return self.list(self.rng.sample(range(x.ndim), count))


def unary(function, check=lambda x: None):
    def draw(d):
        x = d.node()
        check(x)
        return function(x)

    return draw


def broadcast_pair(d):
    def fits(y):
        try:
            return math.prod(torch.broadcast_shapes(x.shape, y.shape)) <= MOST
        except RuntimeError:
            return False

    x = d.node()
    return x, d.node(fits)


def binary(function, check=lambda a, b: None):
    def draw(d):
        a, b = broadcast_pair(d)
        if d.rng.random() < 0.5:
            a, b, d.ids = b, a, d.ids[::-1]
        check(a, b)
        return function(a, b)

    return draw


def with_number(function, low, high):
    return lambda d: function(d.node(), d.number(low, high))


def reduction(function, check=lambda x, axis: None):
    def draw(d):
        x = d.node(lambda x: x.ndim > 0)
        keep = d.integer(0, 1) == 1
        axes = d.axes(x)
        for axis in axes:
            check(x, axis)
        return function(x, axes, keep)

    return draw


def product(x, axes, keep):
    for axis in sorted(axes, reverse=True):
        x = torch.prod(x, axis, keepdim=keep)
    return x


def no_ties(d_x, axes):
    """Over several axes together."""
    rest = [i for i in range(d_x.ndim) if i not in axes]
    distinct(d_x.permute(*rest, *axes).reshape([d_x.shape[i] for i in rest] + [-1]), -1)


def extreme(function):
    def reduce(x, axes, keep):
        no_ties(x, axes)
        return function(x, axes, keep)

    return reduction(reduce)


def along(function, check=lambda x, axis: None):
    def draw(d):
        x = d.node(lambda x: x.ndim > 0)
        axis = d.axis(x)
        check(x, axis)
        return function(x, axis)

    return draw
