#!/usr/bin/env python3
"""One table from the results of training_step, operations and peers.py.

    report.py --benchmark FILE... [--peers FILE] [--json FILE] [--chart FILE]

A FILE of --benchmark is a program's --benchmark_out, FILE of --peers is peers.py's --json. The
table goes to the terminal, and with --json, with all figures and the machine, into a file; --chart
draws the ratios. A ratio to the hand-written code is given twice: of the medians, and the median
over pairs of runs that followed each other, which a noisy machine disturbs least.
"""

import argparse
import datetime
import json
import math
import os
import platform
import re
import statistics
import sys

sys.dont_write_bytecode = True

import chart
from targets import PEER_TARGETS, TARGETS, peer_workload

PEERS = {"torch": "PyTorch", "torch_compile": "torch.compile", "jax": "JAX jit", "numpy": "NumPy",
         "libtorch": "libtorch", "dlib": "dlib"}
FIGURES = (
    "xgrad_us",
    "handwritten_us",
    "pair_ratio",
    "loss",
    "gradient",
    "system_blocks",
    "processors_busy",
)
# How closely the libraries' results agree with xgrad's.
TOLERANCES = {"loss": 1e-5, "gradient": 1e-4}


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, json.JSONDecodeError) as error:
        sys.exit(f"report.py: {path}: {error}")


def processor():
    """The model of the processor, as Linux names it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def measured_workloads(benchmark):
    """Medians over the repetitions of every workload, by its name."""
    repetitions = {}
    for run in benchmark["benchmarks"]:
        if run["run_type"] == "iteration" and "xgrad_us" in run:
            repetitions.setdefault(run["name"].split("/")[0], []).append(run)
    workloads = {}
    for name, runs in repetitions.items():
        over_runs = {
            key: [run[key] for run in runs if key in run]
            for key in FIGURES
        }
        workload = {key: statistics.median(values) for key, values in over_runs.items() if values}
        workload["repetitions"] = len(runs)
        if "handwritten_us" in workload:
            workload["ratio"] = workload["xgrad_us"] / workload["handwritten_us"]
            workload["pair_ratios"] = sorted(over_runs["pair_ratio"])
        workloads[name] = workload
    return workloads


def add_peers(workloads, peers):
    """Adds each peer's time and its ratio to xgrad's. All must have computed the same."""
    for name, workload in workloads.items():
        for peer, result in peers.items():
            measured = result["workloads"].get(peer_workload(name))
            if measured is None:
                continue
            for figure, tolerance in TOLERANCES.items():
                if figure not in workload or figure not in measured:
                    continue
                own, other = workload[figure], measured[figure]
                if not abs(other - own) <= tolerance * abs(own):
                    sys.exit(f"report.py: {name}: {figure}: {peer} computed {other}, xgrad {own}")
            workload.setdefault("peers", {})[peer] = {
                "us": measured["us"],
                "ratio_to_xgrad": measured["us"] / workload["xgrad_us"],
                "processors_busy": measured["processors_busy"],
            }


def judge(name, workload):
    """The targets of a workload and whether they are reached, as text."""
    verdicts = []
    for figure, largest in TARGETS.get(name, []):
        if figure in workload:
            unit = " us" if figure.endswith("_us") else ""
            reached = "ok" if workload[figure] <= largest else "MISSED"
            verdicts.append(f"<= {largest:.2f}{unit} {reached}")
    return ", ".join(verdicts)


def beside(name, workload, peer):
    """A peer's time, its ratio to xgrad's, and the target of that, as text."""
    measured = workload.get("peers", {}).get(peer)
    if not measured:
        return "-"
    ratio = measured["ratio_to_xgrad"]
    text = f"{microseconds(measured['us'], measured['processors_busy'])} ({ratio:.2f}x"
    smallest = PEER_TARGETS.get(name, {}).get(peer)
    if smallest is not None:
        text += f" >= {smallest} " + ("ok" if ratio >= smallest else "MISSED")
    return text + ")"


def microseconds(value, processors_busy):
    """`value`, marked if other processes took more than a tenth of the time."""
    mark = "~" if processors_busy < 0.9 else ""
    return mark + (f"{value:.1f}" if value >= 10 else f"{value:.3f}")


def table(workloads, peers):
    """Rows of text, the heading first."""
    heading = ["workload", "xgrad us", "hand-written us", "ratio", "of pairs (range)", "target"]
    rows = [heading + [f"{PEERS[peer]} us" for peer in peers]]
    for name, workload in workloads.items():
        busy = workload["processors_busy"]
        row = [name, microseconds(workload["xgrad_us"], busy)]
        if "ratio" in workload:
            pairs = workload["pair_ratios"]
            row += [
                microseconds(workload["handwritten_us"], busy),
                f"{workload['ratio']:.3f}",
                f"{workload['pair_ratio']:.3f} ({pairs[0]:.2f}-{pairs[-1]:.2f})",
            ]
        else:
            row += ["-", "-", "-"]
        row.append(judge(name, workload))
        for peer in peers:
            row.append(beside(name, workload, peer))
        rows.append(row)
    return rows


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print(" | ".join(cells))
        if index == 0:
            print("-+-".join("-" * width for width in widths))


def slope(points):
    """Of the line through points (x, y) by least squares."""
    x_mean = statistics.fmean(x for x, _ in points)
    y_mean = statistics.fmean(y for _, y in points)
    products = sum((x - x_mean) * (y - y_mean) for x, y in points)
    return products / sum((x - x_mean) ** 2 for x, _ in points)


def scaling(workloads, peers):
    """The cost of a layer, and how cost grows with the width, by everyone who was measured."""

    def points(family, time):
        sizes = {int(name.split("_")[1]): w for name, w in family.items()}
        return [(size, time(w)) for size, w in sizes.items() if time(w) is not None]

    times = {
        "xgrad": lambda w: w["xgrad_us"],
        "hand-written": lambda w: w.get("handwritten_us"),
        **{PEERS[p]: lambda w, p=p: w.get("peers", {}).get(p, {}).get("us") for p in peers},
    }
    result = {"us_per_layer": {}, "exponent_of_width": {}}
    for who, time in times.items():
        depth = points({n: w for n, w in workloads.items() if n.startswith("depth_")}, time)
        if len(depth) > 1:
            result["us_per_layer"][who] = slope(depth)
        width = points({n: w for n, w in workloads.items() if n.startswith("width_")}, time)
        if len(width) > 1:
            logarithms = [(math.log(x), math.log(y)) for x, y in width]
            result["exponent_of_width"][who] = slope(logarithms)
    return result


def print_scaling(figures):
    headings = {
        "us_per_layer": "microseconds for one more layer of 64 neurons, batch 64",
        "exponent_of_width": "exponent with which time grows with the width, from 32 to 512",
    }
    for key, heading in headings.items():
        if figures[key]:
            values = "; ".join(f"{who} {value:.2f}" for who, value in figures[key].items())
            print(f"\n{heading}: {values}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--benchmark", metavar="FILE", nargs="+", required=True, help="of training_step, operations"
    )
    parser.add_argument("--peers", metavar="FILE", help="of peers.py")
    parser.add_argument("--json", metavar="FILE", help="write the table's figures there")
    parser.add_argument("--chart", metavar="FILE", help="draw the ratios into this PNG")
    options = parser.parse_args()

    benchmarks = [read_json(path) for path in options.benchmark]
    peers = read_json(options.peers)["peers"] if options.peers else {}
    peers = {peer: peers[peer] for peer in PEERS if peer in peers}
    workloads = {}
    for path, benchmark in zip(options.benchmark, benchmarks):
        measured = measured_workloads(benchmark)
        if not measured:
            sys.exit(f"report.py: {path}: no measurements of xgrad")
        workloads.update(measured)
    add_peers(workloads, peers)

    context = benchmarks[0]["context"]
    machine = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "compiler": context.get("compiler", "unknown"),
        "blas": context.get("blas", "unknown"),
        "system": platform.platform(),
    }
    date = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    versions = {peer: result["version"] for peer, result in peers.items()}
    print(f"{machine['processor']}, {machine['cores']} cores; {machine['compiler']}; one thread")
    print(f"{machine['blas']}; {date}")
    if versions:
        print("; ".join(f"{PEERS[peer]} {version}" for peer, version in versions.items()))
    print("microseconds per training step, formula, or operation; (2.00x): twice xgrad's time\n")
    listed = {n: w for n, w in workloads.items() if not re.match(r"(depth|width)_\d+$", n)}
    rows = table(listed, peers)
    print_table(rows)
    slopes = scaling(workloads, peers)
    print_scaling(slopes)
    if any("~" in cell for row in rows for cell in row):
        print("\n~ too long: other processes held the processor for more than a tenth of the time")
    for name, workload in workloads.items():
        if workload.get("system_blocks", 0) > 0:
            print(f"\n{name}: a steady-state step asked the system for memory")
    if options.json:
        result = {"date": date, "machine": machine, "peers": versions, "workloads": workloads}
        result["scaling"] = slopes
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
            file.write("\n")
    if options.chart:
        chart.draw(options.chart, listed, {peer: PEERS[peer] for peer in peers})


if __name__ == "__main__":
    main()
