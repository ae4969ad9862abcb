"""Finds what can be broken in the derivatives of a file."""

import bisect
import collections
import re

from helpers import DERIVATIVE_ARGUMENTS, HELPERS
from source import PRECEDENCE, Source

Mutant = collections.namedtuple("Mutant", "number file line function change")
HELPER = "::xgrad::mutation::"
BINARY = {"+": ("plus", ["-", "without the right"]), "-": ("minus", ["+", "exchanged"]),
          "*": ("times", ["/", "without the right"]), "/": ("over", ["*", "without the right"]),
          "<": ("less", ["<=", ">"]), "<=": ("less_equal", ["<", ">="]),
          ">": ("greater", [">=", "<"]), ">=": ("greater_equal", [">", "<="]),
          "==": ("equal", ["!="]), "!=": ("not_equal", ["=="])}
COMPOUND = {"+=": "plus_assign", "-=": "minus_assign", "*=": "times_assign"}
# Functions that a mutant leaves out, so that f(x, ...) becomes x.
LEFT_OUT = set("""abs exp log sqrt sin cos sinh cosh sign sigmoid tanh square ndtr digamma
    transposed tril triu opposite sum mean sum_to broadcast_to reshape as_row as_column shift
    running_product running_sum linear_recurrence from_rows flip transpose floor_divide copysign
    inverse""".split())
EXCHANGED = {"matmul", "over_square", "quotient"}
NEGATING = {"ops/kernels/view.hpp", "ops/kernels/fold.hpp"}
FLAGS = {"true", "false", "ta", "tb", "lower", "unit", "of_transpose"}
RULES = {"from_output", "from_input", "from_cotangent", "from_a", "from_b", "from_a_and_b"}


class Mutator:
    """Finds the places of one file and writes it with switches."""

    def __init__(self, path, text, first_number):
        self.path, self.source = path, Source(text)
        self.mutants, self.edits, self.next = [], [], first_number
        self.places = collections.defaultdict(set)  # where a change of these words was made
        self.regions = []  # (opening brace, closing brace, whether returns are cotangents)

    def add(self, span, parts, write, place, changes, outer=False):
        """Replaces `span` by write(number, rendered parts); `changes` name the mutants. Of two
        edits of one span the one that is `outer`, else the earlier, is around the other."""
        number = self.next
        known = self.places[self.function(span[0]), place, changes[0]]
        known.add(span)
        if len(known) > 1:
            place += f" ({len(known)})"
        line = self.source.text.count("\n", 0, span[0]) + 1
        for change in changes:
            self.mutants.append(Mutant(self.next, self.path, line, self.function(span[0]),
                                       f"{place}: {change}"))
            self.next += 1
        self.edits.append((span, outer, parts, lambda texts: write(number, texts)))

    def function(self, position):
        """The name of the function around a position, or of the class."""
        if not hasattr(self, "functions"):
            pattern = r"^[\w:<>,&* ]+[ &*](?:\w+::)?(\w+)\(|^(?:class|struct) (\w+) {"
            self.functions = [(m.start(), m[1] or m[2])
                              for m in re.finditer(pattern, self.source.text, re.MULTILINE)
                              if not m[0].startswith(" ")]
        i = bisect.bisect(self.functions, (position, chr(0x10ffff))) - 1
        return self.functions[i][1] if i >= 0 else "?"

    def run(self):
        self.find_regions()
        missing = set(HELPERS.get(self.path, ())) - self.helpers
        assert not missing, f"{self.path} has no {missing}"
        done = set()
        for opening, closing, returns in self.regions:
            self.mutate(opening, closing, returns, done)
        return self.mutants

    def find_regions(self):
        s, self.helpers = self.source, set()
        for i, token in enumerate(s.token[:-1]):
            helper = {token, f"{self.function(s.start[i])}::{token}"} & \
                set(HELPERS.get(self.path, ()))
            if s.token[i + 1] != "(" or s.kind[i] != "name" or i + 1 not in s.match:
                if helper and s.token[i + 1] == "=" and s.is_lambda(i + 2):
                    self.helpers |= helper
                    self.regions.append((*s.lambda_body(i + 2), True))
                continue
            arguments = s.arguments(i + 1)
            if token in RULES and len(arguments) == 1:
                self.rule(token, *arguments[0])
            elif token == "record" and arguments:
                first = arguments[-1][0]
                if s.token[first] == "reads_spread":
                    first += 2
                if s.is_lambda(first):
                    self.regions.append((*s.lambda_body(first), False))
            elif token == DERIVATIVE_ARGUMENTS.get(self.path, ("",))[0] and len(arguments) > 4 and \
                    s.is_lambda(arguments[DERIVATIVE_ARGUMENTS[self.path][1]][0]):
                lambda_start = arguments[DERIVATIVE_ARGUMENTS[self.path][1]][0]
                self.regions.append((*s.lambda_body(lambda_start), True))
            elif helper:
                after = s.match[i + 1] + 1
                while s.token[after] in ("const", "noexcept"):
                    after += 1
                if s.token[after] == "{":
                    self.helpers |= helper
                    self.regions.append((after, s.match[after], False))

    def rule(self, name, first, last):
        s = self.source
        span, text = s.span(first, last), s.words(first, last)
        if text == "Pass()":
            self.add(span, [], lambda k, _: f"{HELPER}Passed<{k}>()", "the cotangent as it is",
                     ["negated", "doubled"])
            return
        if s.is_lambda(first):
            self.regions.append((*s.lambda_body(first), True))
        elif s.kind[first] != "name" or first != last or text == "d":
            return
        change = {"from_output": "the input saved", "from_input": "the output saved",
                  "from_a": "the other operand saved", "from_b": "the other operand saved",
                  "from_a_and_b": "operands exchanged"}.get(name)
        if change:
            kind = "Exchanged" if name == "from_a_and_b" else "Other"
            self.add(span, [span], lambda k, t: f"{HELPER}wrap<{HELPER}{kind}, {k}>({t[0]})",
                     f"{name}(...)", [change])

    def mutate(self, opening, closing, returns, done):
        s, fixed, indices = self.source, set(), set()
        for i in range(opening + 1, closing):  # what is no expression of the derivative
            if s.is_lambda(i):
                fixed.update(range(i, s.lambda_body(i)[0]))
            elif s.token[i] == "for" and s.token[i + 1] == "(":
                fixed.update(range(i, s.match[i + 1] + 1))
            elif s.opens(i) and (s.token[i] == "<" or s.token[i - 1] == "auto"):
                fixed.update(range(i, s.match[i] + 1))
            elif s.token[i] == "[" and s.opens(i) and s.match[i] == i + 2:
                indices.add(i + 1)
        for i in range(opening + 1, closing):
            if i not in fixed and i not in done:
                done.add(i)
                self.token(i, indices, returns)

    def token(self, i, indices, returns):
        s, token, call = self.source, self.source.token[i], self.source.token[i + 1] == "("
        method = s.token[i - 1] in (".", "->")
        pull = method and s.token[i - 2] == "p"
        if s.binary(i) and token in BINARY:
            left = s.left_operand(i, PRECEDENCE[token])
            right = s.right_operand(i, PRECEDENCE[token])
            name, changes = BINARY[token]
            self.add(s.span(left, right), [s.span(left, i - 1), s.span(i + 1, right)],
                     lambda k, t: f"{HELPER}{name}<{k}>({t[0]}, {t[1]})",
                     s.words(left, right), [f"{token} to {c}" for c in changes])
        elif token in COMPOUND and s.spaced(i):
            left, right = i - 1, s.right_operand(i, -1)
            while True:
                if s.closes(left):
                    left = s.match[left] - 1
                elif s.token[left - 1] in (".", "->"):
                    left -= 2
                else:
                    break
            self.add(s.span(left, right), [s.span(left, i - 1), s.span(i + 1, right)],
                     lambda k, t: f"{HELPER}{COMPOUND[token]}<{k}>({t[0]}, {t[1]})",
                     s.words(left, right), [f"{token} to its opposite", "left out"])
        elif token == "-" and not s.ends_operand(i - 1):
            last = i + 1
            if s.opens(last):
                last = s.match[last]
            while s.token[last + 1] in ("(", "[", ".", "->", "::") or \
                    (s.token[last + 1] == "<" and s.opens(last + 1)):
                last = s.match[last + 1] if s.opens(last + 1) else last + 2
            if s.kind[i + 1] == "number":
                self.number(i, i + 1, False)
            else:
                self.add(s.span(i, last), [s.span(i + 1, last)],
                         lambda k, t: f"{HELPER}negative<{k}>({t[0]})", s.words(i, last),
                         ["without the sign"])
        elif s.kind[i] == "number":
            if not (s.token[i - 1] == "-" and not s.ends_operand(i - 2)) and \
                    not (s.token[i - 1] == "(" and s.token[i - 3:i - 1][0] == "." and
                         s.token[i - 4] == "p"):
                self.number(i, i, i in indices)
        elif token == "?":
            left = s.left_operand(i, -1)
            self.flag(left, i - 1, s.words(left, i - 1) + " ? ...")
        elif token == "!" and not s.spaced(i):
            last = i + 1
            self.flag(i, last, s.words(i, last)) if s.token[i + 2] in (",", "}") else None
        elif token in FLAGS and not call and s.token[i - 1] in (",", "(", "{") and \
                s.token[i + 1] in (",", ")", "}"):
            self.flag(i, i, f"{token} in {self.call_around(i)}")
        elif token == "Direction" and s.token[i + 1] == "::" and s.token[i - 1] in ("(", ","):
            self.add(s.span(i, i + 2), [s.span(i, i + 2)],
                     lambda k, t: f"{HELPER}direction<{k}>({t[0]})",
                     s.words(i, i + 2) + f" in {self.call_around(i)}", ["opposite"])
        elif token == "if" and call:
            first, last = i + 2, s.match[i + 1] - 1
            words = s.words(first, last)
            if words == "recording()":
                self.add(s.span(first, last), [], lambda k, t: f"(recording() && !{HELPER}on({k}))",
                         "if (recording())", ["never"])
            elif "wants" not in words and not any(s.binary(j) for j in range(first, last + 1)):
                self.flag(first, last, f"if ({words})")
        elif token == "return" and returns and s.token[i + 1] != ";":
            last = s.right_operand(i, -2)
            while s.token[last + 1] in ("?", ":"):
                last = s.right_operand(last + 1, -2)
            self.add(s.span(i + 1, last), [s.span(i + 1, last)],
                     lambda k, t: f"{HELPER}result<{k}>({t[0]})", s.words(i, last), ["negated"])
        elif pull and token in ("add", "spread") and call:
            index, cotangent = s.arguments(i + 1)[:2]
            self.add(s.span(i - 2, s.match[i + 1]), [s.span(*index), s.span(*cotangent)],
                     lambda k, t: f"({HELPER}on({k}) ? void() : "
                                  f"p.{token}({t[0]}, {HELPER}cotangent<{k + 1}>({t[1]})))",
                     s.words(i - 2, s.match[i + 1]), ["left out", "negated", "doubled"])
        elif token == "where" and call and not method and len(s.arguments(i + 1)) == 3:
            arguments = s.arguments(i + 1)
            self.add(s.span(i, s.match[i + 1]), [s.span(*a) for a in arguments],
                     lambda k, t: f"{HELPER}choice<{k}>({', '.join(t)})",
                     s.words(i, s.match[i + 1]), ["branches exchanged", "always the first",
                                                  "always the second"])
        elif token in EXCHANGED and call and not method:
            arguments = s.arguments(i + 1)
            first, second = arguments[-2:]
            rest = f"{s.words(*arguments[0])}, " if len(arguments) == 3 else ""
            self.add(s.span(i, s.match[i + 1]), [s.span(*first), s.span(*second)],
                     lambda k, t: f"{HELPER}exchanged<{k}>({t[0]}, {t[1]}, [&](const auto& left_, "
                                  f"const auto& right_, {HELPER}Tag<{k}>) {{ "
                                  f"return {token}({rest}left_, right_); }})",
                     s.words(i, s.match[i + 1]), ["arguments exchanged"])
        elif token in LEFT_OUT and call and not method and s.arguments(i + 1):
            arguments = s.arguments(i + 1)
            which = 1 if token == "inverse" else 0
            if len(arguments) > which:
                parts = [s.span(*arguments[which])]
                if len(arguments) > which + 1:
                    parts.append(s.span(arguments[which + 1][0], arguments[-1][1]))
                before = f"{s.words(*arguments[0])}, " if which else ""
                self.add(s.span(i, s.match[i + 1]), parts,
                         lambda k, t: f"{HELPER}left_out<{k}>({t[0]}, [&](const auto& in_, "
                                      f"{HELPER}Tag<{k}>) {{ return "
                                      f"{token}({before}{', '.join(['in_'] + t[1:])}); }})",
                         s.words(i, s.match[i + 1]), [f"without {token}"])

    def call_around(self, i):
        j = i - 1
        while not (self.source.opens(j) and self.source.token[j] in ("(", "{")):
            j = self.source.match[j] - 1 if self.source.closes(j) else j - 1
        return self.source.words(j - 1 if self.source.token[j] == "(" else j, self.source.match[j])

    def flag(self, first, last, place):
        span = self.source.span(first, last)
        self.add(span, [span], lambda k, t: f"{HELPER}flag<{k}>({t[0]})", place, ["inverted"], True)

    def number(self, first, last, is_index):
        s = self.source
        text = s.text[s.start[first]:s.end[last]]
        # What stands around it, up to the brackets.
        left, right = s.left_operand(first, -1), s.right_operand(last, -1)
        place = s.words(left, right) if not is_index else s.words(first - 2, last + 1)
        if place == text and s.token[first - 1] in ("(", ",", "{"):
            place = self.call_around(first)
        if is_index:
            name, changes = "index", ["another"]
        elif float(text) != 0 and ("." in text or "e" in text):
            name, changes = "constant", ["negated", "a thousandth more"]
        else:
            name, changes = "number", ["plus 1"]
        self.add(s.span(first, last), [], lambda k, _: f"{HELPER}{name}<{k}>({text})",
                 place, [f"{text} {c}" for c in changes])

    def text(self):
        """The file with its switches."""
        edits = sorted(self.edits, key=lambda e: (e[0][0], -e[0][1], not e[1]))
        written = []

        def render(low, high, mine):
            out, at, i = [], low, 0
            while i < len(mine):
                (start, end), _, parts, write = mine[i]
                written.append(write)
                within = [e for e in mine[i + 1:] if e[0][1] <= end]
                texts = []
                for part in parts:
                    texts.append(render(*part, [e for e in within if part[0] <= e[0][0] and
                                                e[0][1] <= part[1]]))
                out += [self.source.text[at:start], write(texts)]
                at = end
                i += 1 + len(within)
            return "".join(out) + self.source.text[at:high]

        text = render(0, len(self.source.text), edits)
        assert len(written) == len(edits), self.path
        if not self.edits:
            return text
        include = "#include <xgrad/autograd/mutation.hpp>\n"
        if self.path.endswith(".cpp") or self.path in NEGATING:
            include += "#include <xgrad/ops/unary.hpp>\n"  # what -g needs
        if "#pragma once\n" in text:
            return text.replace("#pragma once\n", "#pragma once\n" + include, 1)
        return include + text
