"""Reads the operations and the comments above them from the headers; see make_table.py."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENGINE = ["autograd/broadcast.hpp", "autograd/tensor.hpp"]  # operations that the engine declares


@dataclasses.dataclass
class Function:
    file: str
    line: int
    name: str
    result: str
    parameters: list
    comment: str  # "" if there is none
    helper: bool

    def place(self):
        return f"{self.file}:{self.line}: {self.name}"


@dataclasses.dataclass
class Columns:
    computes: str = ""
    derivative: str = ""
    keeps: str = ""
    notes: str = ""


def public_headers():
    """xgrad.hpp's headers below ops/, followed through their includes, with fuse.hpp."""
    found, pending = [], ["xgrad.hpp", "ops/fuse.hpp"]
    while pending:
        file = pending.pop(0)
        text = (ROOT / file).read_text(encoding="utf-8")
        for include in re.findall(r"#include <xgrad/(ops/\w+\.hpp)>", text):
            if include not in found:
                found.append(include)
                pending.append(include)
    return sorted(found + ["ops/fuse.hpp"])


def balanced(text, start, pairs="(){}"):
    """The place after the bracket that closes the one at `start`; strings and comments aside."""
    depth, i = 0, start
    opening, closing = pairs[::2], pairs[1::2]
    while i < len(text):
        skipped = re.compile(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'|//[^\n]*').match(text, i)
        if skipped:
            i = skipped.end()
            continue
        depth += (text[i] in opening) - (text[i] in closing)
        i += 1
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def split_outside_brackets(text):
    """At commas."""
    parts, depth = [""], 0
    for c in text:
        depth += (c in "(<{") - (c in ")>}")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]


def declarations(text):
    """Line, comment above it and text of what is declared directly in namespace xgrad."""
    text = re.sub(r"^#(.*\\\n)*.*$", lambda m: "\n" * m[0].count("\n"), text, flags=re.M)
    for namespace in re.finditer(r"^namespace xgrad \{\n", text, flags=re.M):
        i, end, comment = namespace.end(), balanced(text, namespace.end() - 2) - 1, ""
        while i < end:
            if found := re.compile(r"(//[^\n]*\n)+").match(text, i):
                comment = found[0]
            elif found := re.compile(r"\s+").match(text, i):
                comment = "" if found[0].startswith("\n") else comment
            elif found := re.compile(r"XGRAD_\w+\([^)]*\)\n").match(text, i):
                comment = ""
            else:
                stop = i
                while text[stop] not in ";{":
                    stop = balanced(text, stop) if text[stop] == "(" else stop + 1
                head = text[i:stop]
                if text[stop] == "{":
                    stop = balanced(text, stop)
                    stop += text[stop : stop + 1] == ";"
                else:
                    stop += 1
                yield text.count("\n", 0, i) + 1, comment, head, text[i:stop]
                i, comment = stop, ""
                continue
            i = found.end()


def comment_text(comment):
    """Of the lines with three slashes; those with two are for who works on the library."""
    return " ".join(line[3:].strip() for line in comment.splitlines() if line.startswith("///"))


def functions_of(file, structs):
    results = "|".join(["std::vector", "Tensor", "Array", "Truth", "Variable", *structs])
    for line, comment, head, _ in declarations((ROOT / file).read_text(encoding="utf-8")):
        if re.match(r"(extern|XGRAD_TEMPLATE|class|struct|enum|using)\b", head):
            continue
        while head.startswith("template"):
            head = head[balanced(head, len("template "), "<>") :].lstrip()
        head = head.removeprefix("inline ")
        found = re.match(r"([\w:<>,\s&*]+?)\s+(\w+)\s*(?=\()", head)
        if not found or not re.match(rf"({results})<|bool$", found[1]):
            continue
        parameters = split_outside_brackets(head[found.end() + 1 : balanced(head, found.end()) - 1])
        text = comment_text(comment)
        helper = text.startswith("For operations") or (
            bool(parameters) and parameters[0].startswith("const char*")
        )
        yield Function(file, line, found[2], found[1], parameters, text, helper)


def structs_of_tensors(files):
    """The structs that operations return, each with its comment."""
    structs = {}
    for file in files:
        for _, comment, head, text in declarations((ROOT / file).read_text(encoding="utf-8")):
            if found := re.search(r"struct (\w+)\s*$", head):
                if "Tensor<T>" in text and "Options" not in found[1]:
                    structs[found[1]] = comment_text(comment)
    return structs


COTANGENT = r"(?<![\w.])g[A-Za-z]\w*( = |, g\w+ = | as for )"
NOT_RECORDED = re.compile(r"\b([Nn]ever recorded|not differentiable)\b")
DERIVATIVE = re.compile(rf"(Gradients?|Derivatives?|[^.]*\b[Nn]ever recorded)\b|.*{COTANGENT}")
LIKE = re.compile(r"[Oo]therwise as (\w+)")


def sentences(comment):
    """Each with its full stop, which is not that of an abbreviation or an ellipsis."""
    stop = r"(?:(?<=\.)|(?<=\.\)))(?<!\bal\.)(?<!\beq\.)(?<!\bsec\.)(?<!\.\.)\s+"
    return re.split(stop, comment.strip())


def columns_of(comment):
    columns, section = Columns(), "computes"
    for sentence in sentences(comment):
        if re.match(r"(Saves|Keeps)\b", sentence):
            section = "keeps"
        elif re.match(r"(Also throws|Throws)\b", sentence):
            section = "notes"
        elif DERIVATIVE.match(sentence):
            section = "derivative"
        elif section == "keeps":
            section = "notes"
        setattr(columns, section, (getattr(columns, section) + " " + sentence).strip())
    return columns


class Family:
    def __init__(self, file, structs):
        text = (ROOT / file).read_text(encoding="utf-8")
        comment = re.match(r"(//[^\n]*\n)+", text)[0]
        lines = [line[2:].strip() for line in comment.splitlines()]
        self.file = file
        self.about = " ".join(lines[: lines.index("")] if "" in lines else lines)
        self.title = pathlib.Path(file).stem.replace("_", " ").capitalize()
        self.functions = list(functions_of(file, structs))
        self.derivative = "".join(filter(DERIVATIVE.match, sentences(self.about)[1:]))

    def rows(self):
        """Its operations with their columns."""
        return [
            (function, columns_of(function.comment))
            for function in self.functions
            if function.comment and not function.helper
        ]


def derivative_of(function, columns, family, families):
    """What is said of it: by its comment, its file, an overload, or an operation it refers to."""
    if columns.derivative:
        return columns.derivative
    rows = [row for other in families for row in other.rows()]
    for other, of_other in rows:
        if other.name == function.name and other is not function and of_other.derivative:
            return "As above."
    if like := LIKE.search(function.comment):
        for other, of_other in rows:
            if other.name == like[1] and NOT_RECORDED.search(of_other.derivative):
                return of_other.derivative
            if other.name == like[1] and of_other.derivative:
                return f"As for {like[1]}."
    return "Never recorded." if NOT_RECORDED.search(family.derivative) else family.derivative
