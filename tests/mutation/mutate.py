#!/usr/bin/env python3
"""Breaks every derivative rule of the library in turn and counts how many faults the tests notice.

    make mutation                              all mutants; fails if one survives
    tests/mutation/mutate.py --list            the mutants, without running them
    tests/mutation/mutate.py --only hypot      those whose file, function or text holds the word
    tests/mutation/mutate.py --mutant 17       one of them, with the tests' output

It writes a copy of the source tree into the build folder in which every place that can be broken
is a switch: `g * y` becomes mutation::times<17>(g, y), which is g * y unless the variable
XGRAD_MUTANT is 17 or 18, when it is g / y or g. So the tests are built once. A first run without
a mutant must pass; it notes which tests reach which mutant and how long they take, and a mutant is
run against those tests only, the most specific first, until one fails, crashes or hangs.

Places are found by their tokens, helped by the format that clang-format gives: a binary operator
has spaces on both sides. They lie in the arguments of from_output(), from_input(),
from_cotangent(), from_a(), from_b() and from_a_and_b(), in the derivatives given to record(), and
in the functions of helpers.py, which serve derivatives. A mutant that no test can tell
from the original stands in equivalent.py with the reason; nothing else may survive.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from equivalent import EQUIVALENT
from tree import PROGRAMS, ROOT, build, find_mutants, write_copy


def environment(**more):
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", **more}


def reached_by(folder):
    """For each mutant the tests that reach it, and for each test its time in milliseconds. All
    must pass without a mutant."""
    tests, times = collections.defaultdict(list), {}
    for program in PROGRAMS:
        notes = folder / f"{program}.reached"
        notes.unlink(missing_ok=True)
        run = subprocess.run([folder / "tests" / program, "--gtest_brief=1"], cwd=folder / "tests",
                             env=environment(XGRAD_MUTANT="0", XGRAD_MUTANTS_REACHED=str(notes)),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            sys.exit(f"{program} fails without a mutant:\n{run.stdout}")
        for line in notes.read_text().splitlines():
            name, milliseconds, *numbers = line.split()
            times[program, name] = int(milliseconds)
            for number in numbers:
                tests[int(number)].append((program, name))
    return tests, times


def attempt(folder, number, program, names, limit, show=False):
    """Whether one of these tests of a program notices the mutant: how, or None."""
    with tempfile.NamedTemporaryFile("w", suffix=".flags") as flags:
        flags.write("--gtest_filter=" + ":".join(names) + "\n")
        flags.flush()
        try:
            run = subprocess.run(
                [folder / "tests" / program, f"--gtest_flagfile={flags.name}", "--gtest_fail_fast",
                 "--gtest_brief=1"], env=environment(XGRAD_MUTANT=str(number)), timeout=limit,
                cwd=folder / "tests", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors="replace")
        except subprocess.TimeoutExpired:
            return f"{program}: hangs"
    if show:
        print(run.stdout)
    if run.returncode == 0:
        return None
    failed = re.search(r"\[  FAILED  \] (\S+?),? ", run.stdout)
    return f"{program}: {failed[1] if failed else 'crashes'}"


def verdict(folder, mutant, tests, times, breadth, show):
    """What notices the mutant, or None."""
    mine = tests.get(mutant.number, [])
    # The tests that reach few mutants say most about each; kinds of tests take turns.
    kinds = collections.defaultdict(list)
    for test in sorted(mine, key=lambda t: (breadth[t], times[t])):
        kinds[test[0], test[1].split("/")[1 if "/" in test[1] else 0]].append(test)
    quick = [group[:2] for group in kinds.values()]
    stages = [{t for group in quick for t in group if times[t] < 300}, set(mine)]
    tried = set()
    for stage in stages:
        stage -= tried
        tried |= stage
        for program in PROGRAMS:
            names = sorted(name for owner, name in stage if owner == program)
            if names:
                limit = 30 + 20 * sum(times[program, name] for name in names) / 1000
                caught = attempt(folder, mutant.number, program, names, limit, show)
                if caught:
                    return caught
    return None


def table(mutants, caught):
    rows = collections.OrderedDict()
    for mutant in mutants:
        row = rows.setdefault(mutant.file, [0, 0, 0])
        row[0] += 1
        row[1] += bool(caught[mutant.number])
        row[2] += excuse(mutant) is not None and not caught[mutant.number]
    rows["all"] = [sum(column) for column in zip(*rows.values())]
    print(f"{'file':36}{'mutants':>9}{'caught':>9}{'equivalent':>12}{'survive':>9}")
    for name, (count, killed, same) in rows.items():
        print(f"{name:36}{count:9}{killed:9}{same:12}{count - killed - same:9}")


def excuse(mutant):
    return EQUIVALENT.get((mutant.file, mutant.function, mutant.change))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "mutation")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    parser.add_argument("--only", default="", help="a word of file, function or change")
    parser.add_argument("--mutant", type=int, help="the number of one, with the tests' output")
    options = parser.parse_args()

    mutants, files = find_mutants()
    chosen = [m for m in mutants if options.only in f"{m.file}:{m.line} {m.function} {m.change}" and
              options.mutant in (None, m.number)]
    if options.list:
        for m in chosen:
            print(f"{m.number:5} {m.file}:{m.line} {m.function}: {m.change}")
        print(f"{len(chosen)} mutants in {len({m.file for m in chosen})} files, "
              f"{len({(m.file, m.function) for m in chosen})} functions")
        return
    folder = options.build.resolve() / "build"
    write_copy(options.build / "source", files)
    build(options.build / "source", folder, options.jobs)
    tests, times = reached_by(folder)
    breadth = collections.Counter(test for reaching in tests.values() for test in reaching)

    started, caught = time.time(), {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(verdict, folder, m, tests, times, breadth,
                               options.mutant is not None): m for m in chosen}
        for future in concurrent.futures.as_completed(running):
            mutant = running[future]
            caught[mutant.number] = future.result()
            if not caught[mutant.number] and not excuse(mutant):
                reach = len(tests.get(mutant.number, []))
                print(f"survives {reach} tests: {mutant.number} {mutant.file}:{mutant.line} "
                      f"{mutant.function}: {mutant.change}", flush=True)
            elif options.mutant is not None:
                print(caught[mutant.number] or "equivalent: " + excuse(mutant))
    with open(options.build / "verdicts.txt", "w") as out:
        for m in chosen:
            how = caught[m.number] or ("equivalent" if excuse(m) else "SURVIVES")
            out.write(f"{m.number} {m.file}:{m.line} {m.function}: {m.change} | {how}\n")
    table(chosen, caught)
    print(f"{time.time() - started:.0f} s")
    known = {(m.file, m.function, m.change) for m in mutants}
    stale = [key for key in EQUIVALENT if key not in known]
    for key in stale:
        print("EQUIVALENT names no mutant:", *key)
    # What differs by rounding, a test in float may notice on some machines.
    wrong = [m for m in chosen
             if excuse(m) and caught[m.number] and not excuse(m).endswith("rounding")]
    for m in wrong:
        print(f"EQUIVALENT, but caught by {caught[m.number]}: {m.file} {m.function}: {m.change}")
    alive = [m for m in chosen if not caught[m.number] and not excuse(m)]
    sys.exit(bool(alive or stale or wrong))


if __name__ == "__main__":
    main()
