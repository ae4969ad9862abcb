"""The tokens of a C++ file that clang-format has formatted."""

import re

TOKEN = re.compile(r"""
    (?P<comment>//[^\n]*|/\*.*?\*/) | (?P<directive>^[ ]*\#(?:[^\n\\]|\\.|\\\n)*)
  | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[uUlLfF]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<mark>\.\.\.|::|->|&&|\|\||<=|>=|==|!=|\+=|-=|\*=|/=|\+\+|--|[^\s\w])
""", re.VERBOSE | re.DOTALL | re.MULTILINE)
PRECEDENCE = {"*": 5, "/": 5, "%": 5, "+": 4, "-": 4, "<": 3, "<=": 3, ">": 3, ">=": 3,
              "==": 2, "!=": 2, "&&": 1, "||": 0}
ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=")
OPENING = {"(": ")", "[": "]", "{": "}"}
KEYWORDS = ("return", "else", "case", "if", "for", "while")
STOPS = (",", ";", "?", ":", "}", *ASSIGNMENTS, *KEYWORDS)


class Source:
    """A file's tokens, its brackets matched, templates' angles among them."""

    def __init__(self, text):
        self.text = text
        found = [m for m in TOKEN.finditer(text) if m.lastgroup not in ("comment", "directive")]
        self.kind = [m.lastgroup for m in found]
        self.token = [m.group() for m in found]
        self.start = [m.start() for m in found]
        self.end = [m.end() for m in found]
        self.match = {}
        stack = []
        for i, token in enumerate(self.token):
            if token in OPENING or (token == "<" and not self.spaced(i)):
                stack.append(i)
            elif token in OPENING.values() or (token == ">" and not self.spaced(i)):
                while stack and token != ">" and self.token[stack[-1]] == "<":
                    stack.pop()
                if not stack or (token == ">" and self.token[stack[-1]] != "<"):
                    continue
                self.match[i] = stack.pop()
                self.match[self.match[i]] = i

    def spaced(self, i):
        return self.text[self.start[i] - 1].isspace() and self.text[self.end[i]].isspace()

    def ends_operand(self, i):
        return (self.kind[i] in ("name", "number") and self.token[i] not in KEYWORDS) or \
            self.token[i] in (")", "]", "}")

    def binary(self, i):
        return self.token[i] in PRECEDENCE and self.spaced(i) and self.ends_operand(i - 1)

    def opens(self, i):
        return i in self.match and self.match[i] > i

    def closes(self, i):
        return i in self.match and self.match[i] < i

    def ends_block(self, i):
        """Whether a statement ends with this brace: the format puts the next on a new line."""
        return self.token[i] == "}" and "\n" in self.text[self.end[i]:self.start[i + 1]]

    def left_operand(self, i, precedence):
        """The first token of what stands left of token i and binds at least as strongly."""
        j = i - 1
        while True:
            if self.ends_block(j):
                return j + 1
            if self.closes(j):
                j = self.match[j] - 1
            elif self.opens(j) or self.token[j] in STOPS:
                return j + 1
            elif self.binary(j) and PRECEDENCE[self.token[j]] < precedence:
                return j + 1
            else:
                j -= 1

    def right_operand(self, i, precedence):
        """The last token of what stands right of token i and binds more strongly."""
        j = i + 1
        while True:
            if self.opens(j):
                j = self.match[j] + 1
            elif self.closes(j) or self.token[j] in (",", ";", "?", ":"):
                return j - 1
            elif self.binary(j) and PRECEDENCE[self.token[j]] <= precedence:
                return j - 1
            else:
                j += 1

    def arguments(self, opening):
        """(first, last) token of each argument of a call."""
        result, first, j, end = [], opening + 1, opening + 1, self.match[opening]
        while j < end:
            if self.opens(j):
                j = self.match[j]
            elif self.token[j] == ",":
                result.append((first, j - 1))
                first = j + 1
            j += 1
        return result + [(first, end - 1)] if end > opening + 1 else []

    def is_lambda(self, i):
        return self.token[i] == "[" and self.token[i - 1] in ("(", ",", "=", "return", "{")

    def lambda_body(self, i):
        """The braces of the lambda that starts at token i."""
        j = self.match[i] + 1
        if self.token[j] == "(":
            j = self.match[j] + 1
        while self.token[j] != "{":
            j += 1
        return j, self.match[j]

    def span(self, first, last):
        return self.start[first], self.end[last]

    def words(self, first, last):
        return re.sub(r"\s+", " ", self.text[self.start[first]:self.end[last]])
