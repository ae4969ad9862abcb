#!/usr/bin/env python3
"""Writes ops/README.md, the table of all operations, from the comments above them.

    python3 ops/make_table.py           writes the table and prints how many operations there are
    python3 ops/make_table.py --check   fails if it is stale, or a comment is not in the form below

An operation is a function that returns tensors, arrays of indices or truth values, or a struct of
them, in a header that xgrad.hpp includes, in fuse.hpp, or among those that the engine declares. It
has a comment like

    /// y = tanh x.   gx = g (1 - y^2).   Saves y.   Throws std::invalid_argument if ...

whose sentences become the columns: what it computes; the derivative, from the sentence on that has
`gx =` or the like, or starts with "Gradient", "Derivative" or "Never recorded"; what is kept, after
"Saves" or "Keeps"; and the rest, from "Throws" on. A derivative said for the whole file ("Never
recorded" in its first comment), for another overload of the name, or for another operation
("otherwise as max") need not be said again. Functions that serve other operations take the name of
an operation first, or have a comment that starts "For operations".
"""

import re
import sys

sys.dont_write_bytecode = True

from doc_comments import ENGINE, NOT_RECORDED, ROOT, Family, derivative_of
from doc_comments import public_headers, sentences, structs_of_tensors

TABLE = ROOT / "ops" / "README.md"

INTRODUCTION = """\
# Operations

Made by `ops/make_table.py` from the comments in the headers: change those, not this. What happens
at kinks and extremes is collected in [CONVENTIONS.md](CONVENTIONS.md).

In the columns, `y` is the result, `g` its cotangent (the derivative of the loss with respect to
`y`), and `gx` the cotangent of the argument `x`; where shapes broadcast, `gx` is summed back to the
shape of `x`. A derivative is made of operations that have derivatives, so there is one of every
order. What an operation keeps for the way back is its cost in memory, paid only where a gradient is
wanted. Arguments without a type are tensors, of `float` or `double`. Errors are
`std::invalid_argument`, with the operation, what was expected, what came, and the caller's line.
"""


def simple_type(type_):
    type_ = re.sub(r"\bconst\b\s*|std::|&", "", type_)
    type_ = re.sub(r"\bSame<(.*)>$", r"\1", type_.strip())
    type_ = re.sub(r"\b(Tensor|Variable)<(\w+)>", "Tensor", type_)
    type_ = re.sub(r"\b(\w+)<T>", r"\1", type_)
    type_ = re.sub(r"\bTruth<\w+>", "Array<bool>", type_)
    return re.sub(r"\bint64_t\b", "int64", type_).strip()


def simple_parameter(parameter):
    if parameter.startswith("Location"):
        return None
    declared, _, default = parameter.partition(" = ")
    type_, name = re.match(r"(.*?)(\w+)$", declared).groups()
    pack = "..." if type_.endswith("... ") else ""
    type_ = simple_type(type_.removesuffix("... "))
    plain = type_ in ("Tensor", "X", "F", "Rest", "More", "T")
    text = name + pack if plain else f"{type_} {name}{pack}".replace("char*", "string")
    if default:
        text += " = " + re.sub(r"^\w+<T>\(\)$", "{}", default)
    return text.replace("std::", "").replace("<T>", "")


def signature(function):
    parameters = [p for p in map(simple_parameter, function.parameters) if p is not None]
    result = simple_type(function.result)
    arrow = "" if result == "Tensor" else f" → {result}"
    return f"`{function.name}({', '.join(parameters)}){arrow}`"


def markdown(text):
    """With what Markdown would take for markup escaped, code in backticks aside."""
    parts = re.split(r"(`[^`]*`)", re.sub(r" +", " ", text))
    parts[::2] = [re.sub(r"([\\*_<>|\[\]])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def problems_of(families):
    problems = []
    engine = {f.name for family in families if family.file in ENGINE for f, _ in family.rows()}
    for family in families:
        documented = {f.name for f in family.functions if f.comment}
        for function in family.functions:
            if not function.helper and function.name not in documented | engine:
                problems.append(f"{function.place()} has no comment")
        for function, columns in family.rows():
            if not columns.computes:
                problems.append(f"{function.place()}: its comment does not say what it computes")
            if not derivative_of(function, columns, family, families):
                problems.append(f"{function.place()}: its comment names no derivative")
    return problems


def table_of(family, families, formulas):
    link = "../" + family.file if family.file in ENGINE else family.file.removeprefix("ops/")
    lines = [f"## {family.title}", "", f"[{family.file}]({link}): {markdown(family.about)}"]
    lines += ["", "| operation | computes | derivative | keeps | throws, notes |"]
    lines += ["|---|---|---|---|---|"]
    for function, columns in family.rows():
        cells = [
            signature(function),
            markdown(formulas.get(simple_type(function.result), "") + columns.computes),
            markdown(derivative_of(function, columns, family, families)),
            markdown(re.sub(r"^(Saves|Keeps) ", "", columns.keeps).rstrip(".")),
            markdown(columns.notes.replace("Throws std::invalid_argument", "Throws")),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines + [""]


def contents_of(families):
    lines = ["| family | operations |", "|---|---|"]
    for family in families:
        names = dict.fromkeys(function.name for function, _ in family.rows())
        links = ", ".join(f"`{name}`" for name in names)
        lines.append(f"| [{family.title}](#{family.title.lower().replace(' ', '-')}) | {links} |")
    return lines + [""]


def differentiable(families):
    """The names of operations with a derivative of their own: transforms, whose file says it for
    all, do not count."""
    return {
        function.name
        for family in families
        for function, columns in family.rows()
        for derivative in [derivative_of(function, columns, family, families)]
        if derivative != family.derivative and not NOT_RECORDED.search(derivative)
    }


def main():
    headers = public_headers()
    structs = structs_of_tensors(headers)
    # X = Q R and the like, said of the struct, holds of the function that returns it.
    formulas = {name: text + " " for name, text in structs.items() if " = " in sentences(text)[0]}
    families = [Family(file, structs) for file in headers + ENGINE]
    families = [family for family in families if family.rows()]
    problems = problems_of(families)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    names = {function.name for family in families for function, _ in family.rows()}
    count = f"{len(names)} operations, {len(differentiable(families))} of them differentiable"
    lines = [INTRODUCTION, f"{count}.", ""] + contents_of(families)
    for family in families:
        lines += table_of(family, families, formulas)
    text = "\n".join(lines).rstrip("\n") + "\n"
    if "--check" not in sys.argv[1:]:
        TABLE.write_text(text, encoding="utf-8")
    elif not TABLE.exists() or TABLE.read_text(encoding="utf-8") != text:
        print("ops/README.md is stale: run python3 ops/make_table.py", file=sys.stderr)
        return 1
    print(count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
