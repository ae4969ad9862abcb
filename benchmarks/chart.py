"""A bar chart of report.py's ratios, by gnuplot."""

import shutil
import subprocess
import sys

ROW = 26  # pixels
BAR = 0.8  # of a row
COLORS = ("#3465a4", "#ee6c4d", "#73a24e", "#b0b0b0", "#9467bd", "#8c564b", "#17becf")


def bars(rows, series):
    """Lines of a data block: middle, row, and the bar's corners, of each row that has a value."""
    count = len(series)
    for index, of in enumerate(series):
        lines = []
        for row, workload in enumerate(rows):
            value = of(workload)
            if value is None:
                continue
            top = row - BAR / 2 + BAR * index / count
            lines.append(f"{value} {row} 1 {value} {top} {top + BAR / count}")
        yield "\n".join(lines)


def panel(title, workloads, titles, series, number):
    """gnuplot's commands for a panel of horizontal bars that start at 1."""
    blocks, plots = [], []
    for index, (name, data) in enumerate(zip(titles, bars(list(workloads.values()), series))):
        if not data:
            continue
        blocks.append(f"$bars_{number}_{index} << EOD\n{data}\nEOD")
        plots.append(
            f"$bars_{number}_{index} using 1:2:3:4:5:6 with boxxyerror"
            f" linecolor rgb '{COLORS[index + number]}' title '{name}'"
        )
    if not plots:
        return []
    labels = ", ".join(f"'{name}' {row}" for row, name in enumerate(workloads))
    return blocks + [
        f"set title '{title}'",
        f"set ytics ({labels})",
        f"set yrange [{len(workloads)}:-1]",
        "plot " + ", ".join(plots),
    ]


def draw(path, workloads, peers):
    """Draws workloads, by name, into a PNG. `peers` maps the keys of the libraries to names."""
    gnuplot = shutil.which("gnuplot")
    if gnuplot is None:
        sys.exit("report.py: --chart: gnuplot is not installed (Debian: apt install gnuplot-nox)")

    def of_peer(peer):
        return lambda workload: workload.get("peers", {}).get(peer, {}).get("ratio_to_xgrad")

    paired = {name: work for name, work in workloads.items() if "pair_ratio" in work}
    beside = {name: work for name, work in workloads.items() if work.get("peers")}
    panels = [
        panel(
            "time of xgrad / hand-written code", paired, ["xgrad"],
            [lambda workload: workload["pair_ratio"]], 0,
        ),
        panel(
            "time of other libraries / xgrad", beside, peers.values(),
            [of_peer(peer) for peer in peers], 1,
        ),
    ]
    panels = [commands for commands in panels if commands]
    height = ROW * max(len(paired), len(beside)) + 120
    quoted = path.replace("'", "''")
    script = [
        f"set terminal pngcairo size {800 * len(panels)},{height} font 'sans,10'",
        f"set output '{quoted}'",
        "set style fill solid",
        "set logscale x",
        "set grid xtics",
        "set key below",
        "set arrow from 1, graph 0 to 1, graph 1 nohead linecolor 'black' front",
        "set tics nomirror noenhanced",
        "set lmargin 36",
        f"set multiplot layout 1,{len(panels)}",
        *(line for commands in panels for line in commands),
        "unset multiplot",
    ]
    done = subprocess.run(
        [gnuplot], input="\n".join(script) + "\n", text=True, capture_output=True
    )
    if done.returncode != 0:
        sys.exit(f"report.py: --chart {path}: gnuplot failed: {done.stderr.strip()}")
