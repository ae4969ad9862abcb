#!/usr/bin/env python3
"""What a training program costs besides the time of its steps: time until the first step is done,
memory, size of the program.

    footprint.py PROGRAM [--demo PROGRAM] [--json FILE]

PROGRAM is footprint, which runs xgrad and hand-written code. The time is that of the whole process,
and of one that ends at once, the least of several that take turns; the size is that of the
stripped program, in which xgrad is linked statically, and OpenBLAS is not.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

TRIALS = 20
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}


def run(*command):
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def milliseconds(command):
    start = time.perf_counter()
    run(*command)
    return 1e3 * (time.perf_counter() - start)


def stripped_megabytes(program):
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(program, pathlib.Path(folder) / "program")
        subprocess.run(["strip", copy], check=True)
        return os.path.getsize(copy) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--demo", action="append", default=[], help="a program whose size counts")
    parser.add_argument("--json")
    options = parser.parse_args()

    commands = {"first step": [options.program, "xgrad", "2", "1"], "nothing": [options.program],
                "first step by hand": [options.program, "by_hand", "2", "1"]}
    times = {name: float("inf") for name in commands}
    for _ in range(TRIALS):
        for name, command in commands.items():
            times[name] = min(times[name], milliseconds(command))
    memory = {}
    for variant in ("xgrad", "by_hand"):
        loss, kib = run(options.program, variant, "3", "20").stdout.split()
        memory[variant] = int(kib) / 1024
    sizes = {pathlib.Path(p).name: stripped_megabytes(p) for p in [options.program, *options.demo]}

    rows = [("process that has done a step of 784-128-10, batch 64", times["first step"], "ms", 10),
            ("the same, written by hand", times["first step by hand"], "ms", None),
            ("process that does nothing, libraries loaded", times["nothing"], "ms", None),
            ("peak memory of training 784-512-512-10, batch 256", memory["xgrad"], "MiB",
             1.15 * memory["by_hand"]),
            ("the same, written by hand", memory["by_hand"], "MiB", None)]
    rows += [(f"{name}, stripped", size, "MB", 5) for name, size in sizes.items()]
    for what, value, unit, most in rows:
        verdict = "" if most is None else f"  at most {most:.1f}" + (
            "" if value <= most else "  MISSED")
        print(f"{what:52}{value:8.2f} {unit:3}{verdict}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump([dict(zip(("what", "value", "unit", "most"), row)) for row in rows], out,
                      indent=1)


if __name__ == "__main__":
    main()
