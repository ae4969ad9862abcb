#!/usr/bin/env python3
"""One table from the results of training_step and peers.py.

    report.py --benchmark FILE [--peers FILE] [--json FILE]

FILE of --benchmark is training_step's --benchmark_out, FILE of --peers is peers.py's --json. The
table goes to the terminal, and with --json, with all figures and the machine, into a file. A ratio
to the hand-written code is given twice: of the medians, and the median over pairs of runs that
followed each other, which a noisy machine disturbs least.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import sys

PEERS = {"torch": "PyTorch", "jax": "JAX jit", "numpy": "NumPy"}
FIGURES = (
    "xgrad_us",
    "handwritten_us",
    "pair_ratio",
    "loss",
    "system_blocks",
    "processors_busy",
)
# What each workload has to reach: (figure, largest value).
TARGETS = {
    "mlp_2_8_2_batch_4": ("xgrad_us", 3.0),
    "mlp_784_128_10_batch_1": ("pair_ratio", 1.20),
    "mlp_784_128_10_batch_64": ("pair_ratio", 1.10),
    "mlp_784_512_512_10_batch_256": ("pair_ratio", 1.10),
    "mlp_2_8_2_batch_4_plan": ("pair_ratio", 1.00),
    "mlp_784_128_10_batch_1_plan": ("pair_ratio", 1.03),
    "mlp_784_128_10_batch_64_plan": ("pair_ratio", 1.02),
    "mlp_784_512_512_10_batch_256_plan": ("pair_ratio", 1.02),
    "sum_of_fuse_1e6": ("pair_ratio", 1.50),
    "fuse_sum_1e6": ("pair_ratio", 1.15),
}
# On which workloads xgrad may be no slower than another library.
PEER_TARGETS = {
    "conv_16_32_batch_64": "torch",
    "conv_16_32_batch_64_all_cores": "torch",
}


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
    for peer, result in peers.items():
        for name, measured in result["workloads"].items():
            if name not in workloads:
                continue
            workload = workloads[name]
            expected = workload.get("loss")
            if expected is None:
                agrees = True
            else:
                agrees = abs(measured["loss"] - expected) <= 1e-5 * abs(expected)
            if not agrees:
                sys.exit(
                    f"report.py: {name}: {peer} computed {measured['loss']}, xgrad {expected}"
                )
            workload.setdefault("peers", {})[peer] = {
                "us": measured["us"],
                "ratio_to_xgrad": measured["us"] / workload["xgrad_us"],
                "processors_busy": measured["processors_busy"],
            }


def judge(name, workload):
    """The target of a workload and whether it is reached, as text."""
    peer = PEER_TARGETS.get(name)
    if peer in workload.get("peers", {}):
        reached = workload["peers"][peer]["ratio_to_xgrad"] >= 1
        return f"<= {PEERS[peer]} {'ok' if reached else 'MISSED'}"
    if name not in TARGETS:
        return ""
    figure, largest = TARGETS[name]
    if figure not in workload:
        return ""
    unit = " us" if figure.endswith("_us") else ""
    return f"<= {largest:.2f}{unit} {'ok' if workload[figure] <= largest else 'MISSED'}"


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
            measured = workload.get("peers", {}).get(peer)
            if measured:
                time = microseconds(measured["us"], measured["processors_busy"])
                row.append(f"{time} ({measured['ratio_to_xgrad']:.2f}x)")
            else:
                row.append("-")
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--benchmark", metavar="FILE", required=True, help="of training_step")
    parser.add_argument("--peers", metavar="FILE", help="of peers.py")
    parser.add_argument("--json", metavar="FILE", help="write the table's figures there")
    options = parser.parse_args()

    benchmark = read_json(options.benchmark)
    peers = read_json(options.peers)["peers"] if options.peers else {}
    peers = {peer: peers[peer] for peer in PEERS if peer in peers}
    workloads = measured_workloads(benchmark)
    if not workloads:
        sys.exit(f"report.py: {options.benchmark}: no measurements of xgrad")
    add_peers(workloads, peers)

    context = benchmark["context"]
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
    rows = table(workloads, peers)
    print_table(rows)
    if any("~" in cell for row in rows for cell in row):
        print("\n~ too long: other processes held the processor for more than a tenth of the time")
    for name, workload in workloads.items():
        if workload.get("system_blocks", 0) > 0:
            print(f"\n{name}: a steady-state step asked the system for memory")
    if options.json:
        result = {"date": date, "machine": machine, "peers": versions, "workloads": workloads}
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
