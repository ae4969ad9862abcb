#!/usr/bin/env python3
"""Makes random graphs and what PyTorch computes of them: values, gradients, second derivatives.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0
    venv/bin/python tests/random_graphs/make.py [--first SEED] [--count N] [--out FILE]

tests/random_graphs_test.cpp reads FILE, explains its lines, and repeats the computation. Each graph
depends on its seed alone. All numbers are double.
"""

import argparse
import gzip
import math
import pathlib
import random

import torch

from draw import MOST, Draw, Unsuitable
from operations import KINKED, SMOOTH

LARGEST = 20  # magnitude of a node's elements: keeps sensitivities, and so rounding errors, bounded


def array(key, tensor):
    tensor = tensor.detach().contiguous()
    if tensor._is_zerotensor():  # zeros without storage
        tensor = torch.zeros(tensor.shape, dtype=torch.float64)
    shape = " ".join(map(str, tensor.shape))
    values = " ".join(repr(float(x)) for x in tensor.reshape(-1).tolist())
    return f"{key} {shape} : {values}".replace("  ", " ")


def rounded(rng, shape, low=-1.5, high=1.5):
    values = [round(rng.uniform(low, high), 3) for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def checksum(x):
    """With different weights, so that a permutation shows."""
    x = x.detach().reshape(-1)
    return float((x * torch.cos(torch.arange(x.numel(), dtype=torch.float64))).sum())


def add_node(rng, nodes, table):
    for _ in range(200):
        name = rng.choice(list(table))
        d = Draw(rng, nodes)
        try:
            y = table[name](d)
        except Unsuitable:
            continue
        if y.ndim > 4 or not 0 < y.numel() <= MOST:
            continue
        if not torch.isfinite(y).all() or y.abs().max() > LARGEST:
            continue
        nodes.append(y)
        ids, numbers = " ".join(map(str, d.ids)), " ".join(map(repr, d.numbers))
        integers = " ".join(map(str, d.integers))
        line = f"op {name} {ids} ; {integers} ; {numbers} : {checksum(y)!r}"
        return d.ids, line.replace("  ", " ")
    raise RuntimeError("no operation fits")


def graph(seed):
    rng = random.Random(seed)
    smooth = seed % 3 > 0
    table = SMOOTH if smooth else {**SMOOTH, **KINKED, **KINKED}
    shapes = [(), (3,), (4,), (2, 3), (3, 3), (3, 1), (1, 4), (2, 3, 4), (2, 2, 3)]
    leaves = [
        rounded(rng, shape).requires_grad_() for shape in rng.sample(shapes, rng.randint(3, 5))
    ]
    nodes, used = list(leaves), set()
    lines = [f"graph {seed}"] + [array("x", x) for x in leaves]
    for _ in range(rng.randint(20, 60)):
        ids, line = add_node(rng, nodes, table)
        used.update(ids)
        lines.append(line)
    loss = torch.zeros((), dtype=torch.float64)
    for i, y in enumerate(nodes):
        if i not in used:
            weight = rounded(rng, y.shape)
            loss = loss + (y * weight).sum()
            lines.append(array(f"end {i}", weight))
    lines.append(array("y", loss))
    first = torch.autograd.grad(loss, leaves, create_graph=True, materialize_grads=True)
    lines += [array("d", d) for d in first]
    directions = [rounded(rng, x.shape) for x in leaves]
    total = sum((d * u).sum() for d, u in zip(first, directions))
    lines += [array("u", u) for u in directions]
    second = [torch.zeros_like(x) for x in leaves]
    if total.requires_grad:
        second = torch.autograd.grad(total, leaves, materialize_grads=True)
    if not all(bool((t.abs() < 1e6).all()) for t in [*first, *second]):
        return None  # too sensitive to compare
    return lines + [array("s", s) for s in second]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--out", default=pathlib.Path(__file__).parent / "graphs.txt.gz")
    options = parser.parse_args()
    torch.set_num_threads(1)
    lines, made = [f"made by PyTorch {torch.__version__.split('+')[0]}"], 0
    for seed in range(options.first, options.first + options.count):
        drawn = graph(seed)
        if drawn is not None:
            lines += drawn
            made += 1
    text = "\n".join([*lines, "end"]) + "\n"
    pathlib.Path(options.out).write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{options.out}: {made} graphs; {options.count - made} too sensitive to compare")


if __name__ == "__main__":
    main()
