"""The copy of the source tree in which every mutant is a switch."""

import pathlib
import shutil
import subprocess

from mutants import Mutator

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
PROGRAMS = ["op_table_test", "backprop_test", "transforms_test", "broadcast_sums_test",
            "normalized_rows_test", "products_test"] + sorted(
    path.stem for kind in ("conventions", "fuse")
    for path in (ROOT / "tests").glob(kind + "*_test.cpp"))

# The forms of elementwise operations save the wrong tensor for a wrapped rule, and know Pass.
FORMS = {"ops/kernels/elementwise.hpp": [
    ("  Saved<T> saved(y);\n", "  Saved<T> saved(mutation::swapped(rule.d) ? x : y);\n"),
    ("  return record(op, std::move(y), {&x},\n                reads_spread([op, d = rule.d, "
     "saved = Saved<T>(x)]",
     "  Saved<T> kept(mutation::swapped(rule.d) ? y : x);\n"
     "  return record(op, std::move(y), {&x}, reads_spread([op, d = rule.d, saved = kept]"),
    ("p.g, p.get(a));", "p.g, p.get(mutation::swapped(rule.d) ? b : a));"),
    ("p.g, p.get(b));", "p.g, p.get(mutation::swapped(rule.d) ? a : b));"),
    ("bool save_a = ", "bool save_a = mutation::active != 0 || "),
    ("bool save_b = ", "bool save_b = mutation::active != 0 || "),
    ("#pragma once\n", "#pragma once\n#include <xgrad/autograd/mutation.hpp>\n")],
    "ops/kernels/dual.hpp": [
    ("std::is_same_v<decltype(rule.d), Pass>",
     "std::is_same_v<decltype(rule.d), Pass> || mutation::is_passed<decltype(rule.d)>")]}


# Each file's mutants start at a multiple, so that a change to one file leaves others' code alone.
STRIDE, MOST = 500, 40000  # switches.hpp too


def find_mutants():
    """All mutants, and the text of each file that has some, or that serves them."""
    mutants, files, number = [], {}, STRIDE
    paths = [p for folder in ("autograd", "ops", "ops/kernels", "nn")
             for p in sorted((ROOT / folder).glob("*.?pp"))]
    for path in paths:
        name = str(path.relative_to(ROOT))
        mutator = Mutator(name, path.read_text(), number)
        if name != "ops/rules.hpp" and mutator.run():
            mutants += mutator.mutants
            files[name] = mutator.text()
            number = (mutator.next // STRIDE + 1) * STRIDE
    assert number < MOST
    for form, changes in FORMS.items():
        text = files.get(form) or (ROOT / form).read_text()
        for old, new in changes:
            assert old in text, f"{form} no longer holds: {old}"
            text = text.replace(old, new)
        files[form] = text
    return mutants, files


def write(path, text):
    """Writes a file unless it holds that text: what is unchanged is not built again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def write_copy(to, files):
    """Writes the tree with these files in place of the library's."""
    transforms = "ops/transforms.cpp"  # has a derivative by a header
    files[transforms] = "#include <xgrad/ops/unary.hpp>\n" + (ROOT / transforms).read_text()
    for kind in ("hpp", "cpp"):
        files[f"autograd/mutation.{kind}"] = (FOLDER / f"switches.{kind}").read_text()
    for program in PROGRAMS:
        name = f"tests/{program}.cpp"
        files[name] = (ROOT / name).read_text() + '#include "mutation/listener.hpp"\n'
    for folder in ("autograd", "ops", "nn", "io", "tests", "examples"):
        for path in (ROOT / folder).rglob("*"):
            name = str(path.relative_to(ROOT))
            if path.is_dir() or name in files:
                continue
            target = to / name
            if not target.exists() or target.read_bytes() != path.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    for name in ("CMakeLists.txt", "xgrad.hpp"):
        write(to / name, (ROOT / name).read_text())
    for name, text in files.items():
        write(to / name, text)


def build(copy, folder, jobs):
    """Builds the test programs."""
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG",
               "-DCMAKE_CXX_FLAGS=-Wno-narrowing -w", "-DXGRAD_EXAMPLES=OFF"]
    if shutil.which("ccache"):
        options.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    subprocess.run(["cmake", "-S", copy, "-B", folder, "-G", "Ninja", *options], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "-j", str(jobs), "--target", *PROGRAMS], check=True)
