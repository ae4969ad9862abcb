#!/usr/bin/env python3
"""All workloads in PyTorch (eager, some by torch.compile), JAX (jit) and NumPy (by hand), and those
of programs in C++, which print what a library's process does here.

    peers.py [--json FILE] [--repetitions N] [--only torch,jax,numpy] [--program NAME=PATH ...]

Prints the median microseconds per unit of work. Every library that is installed runs in a process
of its own, on one thread, and for one workload on all cores, from the parameters and data that
training_step.cpp and operations.cpp use; their losses after five steps, values and gradients must
agree.
"""

import argparse
import array
import datetime
import importlib
import json
import math
import os
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True

from numpy_operations import NumpyOperations
from peer_libraries import CHAIN_LENGTH, Jax, Numpy, Torch, TorchCompiled
from peer_operations import OPERATIONS, Drawn, JaxOperations, TorchOperations

VERIFIED_STEPS = 5
FORMULA_POWERS = range(3, 8)
TOLERANCES = {"loss": 1e-5, "gradient": 1e-4}
CONVOLUTIONAL = "conv_16_32_batch_64"
TRAININGS = {
    "mlp_2_8_2_batch_4": ([2, 8, 2], 4),
    "mlp_784_128_10_batch_1": ([784, 128, 10], 1),
    "mlp_784_128_10_batch_64": ([784, 128, 10], 64),
    "mlp_784_512_512_10_batch_256": ([784, 512, 512, 10], 256),
    "mlp_784_128_10_batch_64_adam": ([784, 128, 10], 64),
    **{f"depth_{depth}": ([64] * (depth + 1) + [10], 64) for depth in (1, 2, 4, 8, 16)},
    **{f"width_{width}": ([width] * 3 + [10], 64) for width in (32, 64, 128, 256, 512)},
}
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # The size of XLA's own thread pool.
    "NPROC": "1",
    "PJRT_NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
}


class Numbers:
    """A linear congruential generator, the same as in problem.hpp."""

    def __init__(self):
        self.state = 1

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return self.state >> 8

    def uniform(self, low, high, count):
        scale = (high - low) * 2.0**-24
        return array.array("f", (low + scale * self.next() for _ in range(count)))


class Training:
    """One minibatch and the initial parameters: flat arrays with their shapes."""

    def __init__(self, dims, batch, adam):
        numbers = Numbers()
        self.batch, self.adam = batch, adam
        self.parameters = []  # (weight, shape), (bias, shape) per layer
        for inputs, outputs in zip(dims, dims[1:]):
            bound = 1 / math.sqrt(inputs)
            weight = numbers.uniform(-bound, bound, outputs * inputs)
            self.parameters.append((weight, (outputs, inputs)))
            self.parameters.append((numbers.uniform(-bound, bound, outputs), (outputs,)))
        self.images = (numbers.uniform(0, 1, batch * dims[0]), (batch, dims[0]))
        self.labels = [numbers.next() % dims[-1] for _ in range(batch)]


class Convolutional:
    """The same for convolutional.hpp."""

    SHAPES = [(16, 1, 3, 3), (16,), (32, 16, 3, 3), (32,), (128, 1568), (128,), (10, 128), (10,)]

    def __init__(self):
        numbers = Numbers()
        self.parameters = []
        for weight, bias in zip(self.SHAPES[::2], self.SHAPES[1::2]):
            bound = 1 / math.sqrt(math.prod(weight[1:]))
            for shape in (weight, bias):
                flat = numbers.uniform(-bound, bound, math.prod(shape))
                self.parameters.append((flat, shape))
        shape = (64, 1, 28, 28)
        self.images = (numbers.uniform(0, 1, math.prod(shape)), shape)
        self.labels = [numbers.next() % 10 for _ in range(shape[0])]


LIBRARIES = {"torch": Torch, "torch_compile": TorchCompiled, "jax": Jax, "numpy": Numpy}
OPERATIONS_OF = {"torch": TorchOperations, "jax": JaxOperations, "numpy": NumpyOperations}


def measure(library, step, units, repetitions):
    """The median microseconds per unit, and how many processors were busy meanwhile."""

    def run(count):
        start = time.perf_counter()
        for _ in range(count):
            value = step()
        library.wait(value)
        return time.perf_counter() - start

    count = 3
    run(count)
    while run(count) < 0.004:
        count *= 2
    processor, start = time.process_time(), time.perf_counter()
    times = [run(count) / count / units * 1e6 for _ in range(repetitions)]
    busy = (time.process_time() - processor) / (time.perf_counter() - start)
    return {"us": statistics.median(times), "times_us": times, "processors_busy": busy}


def run_library(name, repetitions, all_cores):
    """Everything that one library does, as a dictionary: on one thread, or what it does on all."""
    module = importlib.import_module(LIBRARIES[name].module)
    library = LIBRARIES[name](module)
    workloads = {}

    def does(workload):
        return not workload.startswith(library.skips)

    convolves = hasattr(library, "convolutional") and does(CONVOLUTIONAL)

    def add(workload, step, units, loss_steps):
        for _ in range(loss_steps + 1):
            loss = step().item()
        workloads[workload] = measure(library, step, units, repetitions)
        if loss_steps >= 0:
            workloads[workload]["loss"] = loss

    if all_cores:
        if convolves:
            library.use_threads(os.cpu_count())
            step = library.convolutional(Convolutional())
            add(CONVOLUTIONAL + "_all_cores", step, 1, VERIFIED_STEPS)
        return {"version": module.__version__, "workloads": workloads}
    for workload, (dims, batch) in TRAININGS.items():
        if not does(workload):
            continue
        training = Training(dims, batch, workload.endswith("_adam"))
        add(workload, library.training(training), 1, VERIFIED_STEPS)
    formula_input = Numbers().uniform(-3, 3, 10 ** max(FORMULA_POWERS))
    for power in FORMULA_POWERS:
        add(f"elementwise_1e{power}", library.formula(formula_input[: 10**power]), 1, 0)
    operations = OPERATIONS_OF[name](library) if name in OPERATIONS_OF else None
    for workload, operation in OPERATIONS.items() if operations else ():
        functions = operations.operation(operation, Drawn.of(operation, Numbers()))
        if functions is None:
            continue
        step, sums = functions
        step()
        computed = sums()
        add(workload, step, 1, -1)
        workloads[workload].update(computed)
    if convolves:
        add(CONVOLUTIONAL, library.convolutional(Convolutional()), 1, VERIFIED_STEPS)
    if does("scalar_op"):
        add("scalar_op", library.scalar_chain(), CHAIN_LENGTH, -1)
    return {"version": module.__version__, "workloads": workloads}


def run_in_process(name, repetitions):
    """Runs a library in a process of its own; None, after a line of explanation, if it cannot."""
    probe = [sys.executable, "-c", f"import {LIBRARIES[name].module}"]
    found = subprocess.run(probe, capture_output=True, text=True, env={**os.environ, **ONE_THREAD})
    if found.returncode != 0:
        reason = (found.stderr.strip().splitlines() or ["no message"])[-1]
        missing = f"No module named '{LIBRARIES[name].module}'"
        print(f"{name}: {'not installed' if missing in reason else reason}, skipped", flush=True)
        return None
    command = [sys.executable, __file__, "--library", name, "--repetitions", str(repetitions)]

    def output_of(arguments, environment):
        done = subprocess.run(
            command + arguments,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={**os.environ, **environment},
        )
        return json.loads(done.stdout)

    result = output_of([], ONE_THREAD)
    result["workloads"].update(output_of(["--all-cores"], {})["workloads"])
    return result


def run_program(path):
    """What a program says of another C++ library, or None, after a line of explanation."""
    done = subprocess.run([path], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **ONE_THREAD})
    if done.returncode == 0:
        return json.loads(done.stdout)
    print(f"{path}: ended with {done.returncode}, skipped", flush=True)
    return None


def check_losses(peers):
    """All libraries must have trained the same network, and computed the same."""
    first = {}
    for name, peer in peers.items():
        for workload, measured in peer["workloads"].items():
            expected = first.setdefault(workload, measured)
            for figure, tolerance in TOLERANCES.items():
                if figure not in expected:
                    continue
                own, other = measured[figure], expected[figure]
                if not abs(own - other) <= tolerance * abs(other):
                    sys.exit(
                        f"peers.py: {workload}: {figure}: {name} computed {own}, another {other}"
                    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    parser.add_argument("--repetitions", type=int, default=31, help="(default 31)")
    parser.add_argument("--only", default=",".join(LIBRARIES), help="e.g. torch,numpy")
    parser.add_argument("--program", action="append", default=[], metavar="NAME=PATH",
                        help="one that measures another library, as peer_libtorch")
    parser.add_argument("--library", choices=LIBRARIES, help=argparse.SUPPRESS)
    parser.add_argument("--all-cores", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.library:
        print(json.dumps(run_library(options.library, options.repetitions, options.all_cores)))
        return
    chosen = options.only.split(",")
    if not set(chosen) <= set(LIBRARIES):
        parser.error(f"--only: expected some of {','.join(LIBRARIES)}, got {options.only}")
    programs = dict(program.split("=", 1) for program in options.program)
    peers = {}
    for name in chosen + list(programs):
        if name in programs:
            result = run_program(programs[name])
        else:
            result = run_in_process(name, options.repetitions)
        if result is None:
            continue
        peers[name] = result
        print(f"{name} {result['version']}")
        for workload, measured in result["workloads"].items():
            print(
                f"  {workload:<30} {measured['us']:>12.2f} us"
                f"   {measured['processors_busy']:.2f} processors busy",
                flush=True,
            )
    check_losses(peers)
    if options.json:
        result = {"date": datetime.datetime.now().astimezone().isoformat(), "peers": peers}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)


if __name__ == "__main__":
    main()
