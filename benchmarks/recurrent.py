#!/usr/bin/env python3
"""The forward and backward pass of an LSTM layer in xgrad and in PyTorch, on one thread and two.

    recurrent.py PROGRAM [--repetitions N] [--steps N] [--json FILE]

PROGRAM is recurrent_step. The two take turns of a few steps each, so that whatever slows the
machine down slows both; the ratio is the median over the pairs. Both start from the same numbers
and must compute the same. Without PyTorch, xgrad is measured alone.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True

from peers import Numbers

LENGTH, BATCH, IN, HIDDEN = 50, 16, 32, 64
MEGAFLOP = 3 * 2 * LENGTH * BATCH * 4 * HIDDEN * (IN + HIDDEN) / 1e6
PAUSE = 0.01  # seconds between turns: threads without work spin for a while before they sleep
TARGETS = {1: 1.3, 2: 1.7}


class Xgrad:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.sums = [float(word) for word in self.process.stdout.readline().split()]

    def microseconds(self, threads, steps):
        print(threads, steps, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


class Torch:
    def __init__(self, torch):
        self.torch = torch
        torch.set_num_interop_threads(1)
        numbers, gates = Numbers(), 4 * HIDDEN
        bound = float(self.tensor([HIDDEN]).rsqrt())

        def drawn(*shape, limit):
            size = self.torch.Size(shape).numel()
            return self.tensor(numbers.uniform(-limit, limit, size)).reshape(shape)

        self.x = drawn(LENGTH, BATCH, IN, limit=1).requires_grad_()
        self.model = torch.nn.LSTM(IN, HIDDEN)
        shapes = [(gates, IN), (gates, HIDDEN), (gates,), (gates,)]
        with torch.no_grad():
            for parameter, shape in zip(self.model.parameters(), shapes):
                parameter.copy_(drawn(*shape, limit=bound))
        self.g = drawn(LENGTH, BATCH, HIDDEN, limit=1)
        y = self.step()
        tensors = [y, self.x.grad] + [p.grad for p in self.model.parameters()]
        self.sums = [float(t.detach().double().abs().sum()) for t in tensors]

    def tensor(self, values):
        return self.torch.tensor(values, dtype=self.torch.float32)

    def step(self):
        self.x.grad = None
        self.model.zero_grad(set_to_none=True)
        y, _ = self.model(self.x)
        y.backward(self.g)
        return y

    def microseconds(self, threads, steps):
        if self.torch.get_num_threads() != threads:
            self.torch.set_num_threads(threads)
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return (time.perf_counter() - start) / steps * 1e6


def measure(xgrad, torch, threads, repetitions, steps):
    """Microseconds of both, and the median ratio of a turn of PyTorch to the one of xgrad."""
    sides = [side for side in (xgrad, torch) if side is not None]
    for side in sides:
        for _ in range(5):
            side.microseconds(threads, steps)
    times = {side: [] for side in sides}
    for i in range(repetitions):
        for side in sides if i % 2 == 0 else reversed(sides):
            time.sleep(PAUSE)
            times[side].append(side.microseconds(threads, steps))
    result = {"xgrad_us": statistics.median(times[xgrad]), "xgrad_least_us": min(times[xgrad])}
    if torch is not None:
        result["torch_us"] = statistics.median(times[torch])
        result["torch_least_us"] = min(times[torch])
        pairs = zip(times[torch], times[xgrad])
        result["ratio"] = statistics.median(peer / own for peer, own in pairs)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", metavar="PROGRAM", help="recurrent_step")
    parser.add_argument("--repetitions", type=int, default=101, help="pairs (default 101)")
    parser.add_argument("--steps", type=int, default=5, help="in a turn (default 5)")
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    options = parser.parse_args()
    xgrad, torch, version = Xgrad(options.program), None, ""
    try:
        import torch as module

        torch, version = Torch(module), f", PyTorch {module.__version__}"
    except ImportError:
        print("recurrent.py: PyTorch is not installed: xgrad alone")
    if torch is not None:
        for own, peer in zip(xgrad.sums, torch.sums):
            if not abs(own - peer) <= 1e-4 * abs(peer):
                sys.exit(f"recurrent.py: xgrad computed {xgrad.sums}, PyTorch {torch.sums}")
    print(f"LSTM {IN}-{HIDDEN}, length {LENGTH}, batch {BATCH}, forward and backward{version}")
    print("microseconds per step: median (least), and the median ratio of pairs\n")
    results = {}
    for threads, target in TARGETS.items():
        result = results[threads] = measure(
            xgrad, torch, threads, options.repetitions, options.steps
        )
        rate = MEGAFLOP / result["xgrad_least_us"]
        line = f"{threads} thread{'s' * (threads > 1):1}  xgrad {result['xgrad_us']:8.0f}"
        line += f" ({result['xgrad_least_us']:.0f}, {1e3 * rate:.0f} GFLOP/s)"
        if torch is not None:
            reached = "ok" if result["ratio"] >= target else "MISSED"
            line += f"   PyTorch {result['torch_us']:8.0f} ({result['torch_least_us']:.0f})"
            line += f"   ratio {result['ratio']:.2f}, at least {target} {reached}"
        print(line, flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)


if __name__ == "__main__":
    main()
