"""The grammar of Looker expressions: text to a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from belvedere.errors import QueryError

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<comment>\#[^\n]*)
    |\$\{(?P<field>[^{}]+)\}
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    |"(?P<text>(?:[^"\\]|\\.)*)"
    |`(?P<filter>[^`]*)`
    |(?P<word>[A-Za-z_]\w*)
    |(?P<operator><=|>=|!=|<>|[-+*/=<>(),])
    )""",
    re.VERBOSE,
)
_LONGEST = 20_000
_DEEPEST = 50
_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_RESERVED = frozenset({"AND", "OR", "NOT"})


@dataclass(frozen=True, slots=True)
class Number:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter expression in backticks."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """yes, no or null."""

    word: str


@dataclass(frozen=True, slots=True)
class FieldName:
    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple[Expression, ...]


Expression = Number | Text | Filter | Constant | FieldName | Unary | Binary | Function


def parse(text: str) -> Expression:
    """The tree of an expression; QueryError names the place where it cannot be read."""
    if len(text) > _LONGEST:
        raise QueryError("The expression is too long")
    return _Parser(text).whole()


def names(tree: Expression) -> Iterator[str]:
    """The fields that the expression reads, as they are written."""
    match tree:
        case FieldName(name):
            yield name
        case Unary(_, operand):
            yield from names(operand)
        case Binary(_, left, right):
            yield from names(left)
            yield from names(right)
        case Function(_, arguments):
            for argument in arguments:
                yield from names(argument)


def conjuncts(tree: Expression) -> Iterator[Expression]:
    """The conditions that AND joins at the top."""
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case Binary("AND", left, right):
                waiting += [right, left]
            case condition:
                yield condition


def text_of(tree: Expression) -> str:
    """The expression as `parse` reads it."""
    match tree:
        case Number(text):
            return text
        case Text(value):
            escaped = re.sub(r'(["\\])', r"\\\1", value)
            return f'"{escaped}"'
        case Filter(text):
            return f"`{text}`"
        case Constant(word):
            return word
        case FieldName(name):
            return f"${{{name}}}"
        case Unary(operator, operand):
            return f"({operator} {text_of(operand)})"
        case Binary(operator, left, right):
            return f"({text_of(left)} {operator} {text_of(right)})"
        case Function(name, arguments):
            return f"{name}({', '.join(map(text_of, arguments))})"


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._read()
        self._at = 0
        self._depth = 0

    def _read(self) -> list[tuple[str, str, int]]:
        tokens = []
        position = 0
        end = len(self._text.rstrip())
        while position < end:
            match = _TOKEN.match(self._text, position)
            if match is None or match.lastgroup is None:
                raise self._unreadable(position)
            kind = match.lastgroup
            if kind != "comment":
                tokens.append((kind, match[kind], match.start(kind)))
            position = match.end()
        return [*tokens, ("end", "", len(self._text))]

    def _unreadable(self, position: int) -> QueryError:
        excerpt = self._text[position : position + 20].strip() or "its end"
        return QueryError(f"The expression cannot be read at {excerpt}")

    def _peek(self) -> tuple[str, str]:
        kind, value, _ = self._tokens[self._at]
        return kind, value

    def _take(self, kind: str, *values: str) -> str | None:
        found, value = self._peek()
        if found != kind or (values and value not in values):
            return None
        self._at += 1
        return value

    def _expect(self, value: str) -> None:
        if self._take("operator", value) is None:
            raise self._unreadable(self._tokens[self._at][2])

    def whole(self) -> Expression:
        found = self._either()
        if self._peek()[0] != "end":
            raise self._unreadable(self._tokens[self._at][2])
        return found

    def _either(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError("The expression is nested too deeply")
        left = self._both()
        while self._take("word", "OR"):
            left = Binary("OR", left, self._both())
        self._depth -= 1
        return left

    def _both(self) -> Expression:
        left = self._negated()
        while self._take("word", "AND"):
            left = Binary("AND", left, self._negated())
        return left

    def _negated(self) -> Expression:
        count = 0
        while self._take("word", "NOT"):
            count += 1
        found = self._compared()
        return Unary("NOT", found) if count % 2 else found

    def _compared(self) -> Expression:
        left = self._sum()
        operator = self._take("operator", *_COMPARISONS)
        return left if operator is None else Binary(operator, left, self._sum())

    def _sum(self) -> Expression:
        left = self._product()
        while operator := self._take("operator", "+", "-"):
            left = Binary(operator, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while operator := self._take("operator", "*", "/"):
            left = Binary(operator, left, self._signed())
        return left

    def _signed(self) -> Expression:
        count = 0
        while self._take("operator", "-"):
            count += 1
        found = self._atom()
        return Unary("-", found) if count % 2 else found

    def _atom(self) -> Expression:
        kind, value = self._peek()
        position = self._tokens[self._at][2]
        self._at += 1
        if kind == "number":
            return Number(value)
        if kind == "text":
            return Text(re.sub(r"\\(.)", r"\1", value))
        if kind == "filter":
            return Filter(value)
        if kind == "field":
            return FieldName(value.strip())
        if kind == "word" and value not in _RESERVED:
            return self._named(value)
        if (kind, value) == ("operator", "("):
            found = self._either()
            self._expect(")")
            return found
        raise self._unreadable(position)

    def _named(self, word: str) -> Expression:
        if self._take("operator", "(") is None:
            if word.lower() in ("yes", "no", "null"):
                return Constant(word.lower())
            raise QueryError(f"The expression has an unknown word: {word}")
        arguments: list[Expression] = []
        if self._take("operator", ")") is None:
            arguments.append(self._either())
            while self._take("operator", ","):
                arguments.append(self._either())
            self._expect(")")
        return Function(word.lower(), tuple(arguments))
