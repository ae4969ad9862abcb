#!/usr/bin/env python3
"""Makes the golden files: values, gradients and second derivatives that PyTorch computes.

    python3 -m venv venv && venv/bin/pip install torch==2.15.0
    venv/bin/python tests/goldens/make.py [FAMILY ...]

For each family FAMILY.py, all by default, writes FAMILY.txt.gz, which tests/op_table_goldens.cpp
reads and explains. All numbers are double.
"""

import gzip
import importlib
import pathlib
import sys

import torch

from cases import NONZERO, RANGES, strided

FOLDER = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True


class Writer:
    def __init__(self):
        self.lines = [f"made by PyTorch {torch.__version__.split('+')[0]}"]

    def array(self, key, tensor):
        tensor = tensor.detach().double().contiguous()
        if tensor._is_zerotensor():  # zeros without storage
            tensor = torch.zeros(tensor.shape, dtype=torch.float64)
        shape = " ".join(map(str, tensor.shape))
        values = " ".join(repr(float(x)) for x in tensor.reshape(-1).tolist())
        self.lines.append(f"{key} {shape} : {values}".replace("  ", " ").rstrip())


def random(generator, shape, domain):
    low, high = RANGES[domain]
    x = low + (high - low) * torch.rand(shape, dtype=torch.float64, generator=generator)
    if domain == NONZERO:
        x *= torch.sign(torch.rand(shape, dtype=torch.float64, generator=generator) - 0.5)
    return torch.round(x * 4096) / 4096  # short to write


def inputs_of(case, sample, generator):
    result = []
    for i, spec in enumerate(sample):
        domain = case.domains[min(i, len(case.domains) - 1)]
        if isinstance(spec, strided):
            x = random(generator, tuple(reversed(spec.shape)), domain)
            x = x.permute(*reversed(range(len(spec.shape))))
        elif isinstance(spec, tuple):
            x = random(generator, spec, domain)
        else:
            x = torch.tensor(spec, dtype=torch.float64)
        result.append(x.requires_grad_(case.differentiable))
    return result


def gradients(y, x, g, create_graph):
    found = torch.autograd.grad(y, x, g, create_graph=create_graph, allow_unused=True)
    return [torch.zeros_like(a) if d is None else d for a, d in zip(x, found)]


def write_sample(writer, case, sample, second, generator):
    x = inputs_of(case, sample, generator)
    writer.lines.append(f"case {case.row}")
    for tensor in x:
        writer.array("x", tensor)
    y = case.function(*x)
    writer.array("y", y)
    if not case.differentiable:
        return
    g = random(generator, y.shape, NONZERO).requires_grad_(True)
    writer.array("g", g)
    first = gradients(y, x, g, second)
    for d in first:
        writer.array("d", d)
    if not second:
        return
    directions = [random(generator, tensor.shape, NONZERO) for tensor in x]
    for u in directions:
        writer.array("u", u)
    total = sum((d * u).sum() for d, u in zip(first, directions))
    zeros = [torch.zeros_like(tensor) for tensor in x]
    for s in gradients(total, x, None, False) if total.requires_grad else zeros:
        writer.array("s", s)


def make(family):
    module = importlib.import_module(family)
    writer = Writer()
    for op, reason in getattr(module, "NOT_COMPARED", {}).items():
        writer.lines.append(f"skip {op} {reason}")
    for case in module.CASES:
        generator = torch.Generator().manual_seed(sum(case.row.encode()))
        for sample in case.samples:
            write_sample(writer, case, sample, case.second and case.differentiable, generator)
        for sample in case.extremes:
            sample = sample if isinstance(sample[0], list) else [sample]
            write_sample(writer, case, sample, False, generator)
    writer.lines.append("end")
    path = FOLDER / f"{family}.txt.gz"
    text = "\n".join(writer.lines) + "\n"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{path.name}: {sum(l.startswith('case ') for l in writer.lines)} samples")


def main():
    sys.path.insert(0, str(FOLDER))
    torch.set_num_threads(1)
    families = sys.argv[1:] or sorted(
        p.stem for p in FOLDER.glob("*.py") if p.stem not in ("make", "cases", "files")
    )
    for family in families:
        make(family)


if __name__ == "__main__":
    main()
