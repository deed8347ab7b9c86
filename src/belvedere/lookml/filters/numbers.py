"""The number grammar: values, comparisons, ranges and intervals, and the rule about NOT."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from belvedere.lookml.filters.syntax import FilterSyntaxError, remembered, shown


@dataclass(frozen=True, slots=True)
class Equal:
    """`value` is a plain decimal text such as "-1.5"."""

    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """Between two plain decimal texts; None is open. The flags say whether an end belongs to it."""

    low: str | None
    high: str | None
    low_included: bool = False
    high_included: bool = False


@dataclass(frozen=True, slots=True)
class NumberNull:
    pass


NumberAtom = Equal | Range | NumberNull


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """Matches what lies in any of `include` (or anything if there is none) and in no `exclude`."""

    include: tuple[NumberAtom, ...] = ()
    exclude: tuple[NumberAtom, ...] = ()

    @property
    def is_any(self) -> bool:
        return not self.include and not self.exclude


@dataclass(frozen=True, slots=True)
class _Condition:
    atoms: tuple[NumberAtom, ...]
    negated: bool
    is_interval: bool = False

    def excluded(self) -> tuple[NumberAtom, ...]:
        """What its negation leaves out. NOT (3,12) leaves out 3 and 12 as well, NOT [3,12] not."""
        if not self.is_interval:
            return self.atoms
        return tuple(
            Range(
                atom.low,
                atom.high,
                atom.low is not None and not atom.low_included,
                atom.high is not None and not atom.high_included,
            )
            for atom in self.atoms
            if isinstance(atom, Range)
        )


_TOKEN = re.compile(
    r"""
    (?P<number>-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)
    | (?P<symbol><>|!=|>=|<=|[=<>,()\[\]-])
    | (?P<word>[a-z]+)
    | (?P<blank>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII | re.DOTALL,
)
_NEGATIONS = frozenset({"not", "!=", "<>"})
_COMPARISONS = frozenset({">", ">=", "<", "<="})
_LARGEST_EXPONENT = 300
_LONGEST_PLAIN = 30


@remembered
def parse_number(text: str) -> NumberFilter:
    if text.strip().lower() in ("", "any value"):
        return NumberFilter()
    conditions = _Parser(text).conditions()
    if _negates_all(conditions):
        conditions = [replace(condition, negated=True) for condition in conditions]
    include = [atom for item in conditions if not item.negated for atom in item.atoms]
    exclude = [atom for item in conditions if item.negated for atom in item.excluded()]
    return NumberFilter(tuple(dict.fromkeys(include)), tuple(dict.fromkeys(exclude)))


def _negates_all(conditions: list[_Condition]) -> bool:
    """A single NOT negates all when it comes first or when there are only plain values."""
    if sum(condition.negated for condition in conditions) != 1:
        return False
    values = all(isinstance(atom, Equal) for item in conditions for atom in item.atoms)
    return conditions[0].negated or values


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if kind != "blank":
                self._tokens.append((kind, match[0].lower()))
        self._next = 0

    def conditions(self) -> list[_Condition]:
        found: list[_Condition] = []
        while True:
            while self._take(","):
                pass
            if self._peek() is None:
                return found
            found.append(self._condition())
            if self._peek() is not None and not (self._take(",") or self._take("or")):
                raise self._unexpected()

    # Tokens

    def _peek(self, ahead: int = 0) -> str | None:
        position = self._next + ahead
        return self._tokens[position][1] if position < len(self._tokens) else None

    def _is_number(self, ahead: int = 0) -> bool:
        position = self._next + ahead
        return position < len(self._tokens) and self._tokens[position][0] == "number"

    def _take(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._next += 1
        return True

    def _unexpected(self) -> FilterSyntaxError:
        token = self._peek()
        where = f"at {shown(token)}" if token is not None else "at its end"
        return FilterSyntaxError(
            f"{shown(self._text)} is not a number filter: it cannot be read {where}"
        )

    def _number(self) -> str:
        if not self._is_number():
            raise self._unexpected()
        value = plain_number(self._tokens[self._next][1])
        self._next += 1
        return value

    # Conditions

    def _condition(self) -> _Condition:
        word = self._peek()
        negated = word in _NEGATIONS or (word == "-" and self._peek(1) == "null")
        if negated or word == "=":  # `=5` is in use and means 5
            self._next += 1
        read = self._reader()
        return replace(read(), negated=negated)

    def _reader(self) -> Callable[[], _Condition]:
        word = self._peek()
        if word == "null":
            return self._null
        if word in ("(", "["):
            return self._interval
        if word in _COMPARISONS:
            return self._comparisons
        return self._number_or_range

    def _null(self) -> _Condition:
        self._next += 1
        return _Condition((NumberNull(),), negated=False)

    def _number_or_range(self) -> _Condition:
        low = None if self._peek() == "to" else self._number()
        if not self._take("to"):
            assert low is not None  # noqa: S101  otherwise the word is "to"
            return _Condition((Equal(low),), negated=False)
        high = self._number() if self._is_number() else None
        if low is None and high is None:
            raise self._unexpected()
        return _Condition((Range(low, high, low is not None, high is not None),), negated=False)

    def _interval(self) -> _Condition:
        low_included = self._peek() == "["
        self._next += 1
        low = self._end("-inf")
        if not self._take(","):
            raise self._unexpected()
        high = self._end("inf")
        closing = self._peek()
        if closing not in (")", "]"):
            raise self._unexpected()
        self._next += 1
        high_included = closing == "]" and high is not None
        span = Range(low, high, low_included and low is not None, high_included)
        return _Condition((span,), negated=False, is_interval=True)

    def _end(self, infinity: str) -> str | None:
        if self._is_number():
            return self._number()
        if infinity == "-inf":
            if self._take("-") and self._peek() != "inf":
                raise self._unexpected()
            self._take("inf")
        else:
            self._take("inf")
        return None

    def _comparisons(self) -> _Condition:
        """One comparison, two joined by AND, or two that leave a gap joined by OR."""
        first = self._comparison()
        if self._peek() == "and":
            both = first
            while self._take("and"):
                both = self._narrowed(both, self._comparison())
            return _Condition((both,), negated=False)
        if self._leaves_gap(first):
            self._next += 1
            return _Condition((first, self._comparison()), negated=False)
        return _Condition((first,), negated=False)

    def _comparison(self) -> Range:
        operator = self._peek()
        if operator not in _COMPARISONS:
            raise self._unexpected()
        self._next += 1
        value, included = self._number(), operator.endswith("=")
        if operator.startswith(">"):
            return Range(value, None, low_included=included)
        return Range(None, value, high_included=included)

    def _narrowed(self, one: Range, other: Range) -> Range:
        if other.low is not None and one.low is None:
            return replace(one, low=other.low, low_included=other.low_included)
        if other.high is not None and one.high is None:
            return replace(one, high=other.high, high_included=other.high_included)
        raise FilterSyntaxError(
            f"{shown(self._text)} is not a number filter: AND joins a lower and an upper bound"
        )

    def _leaves_gap(self, first: Range) -> bool:
        other = ("<", "<=") if first.low is not None else (">", ">=")
        return self._peek() == "or" and self._peek(1) in other and self._peek(3) != "and"


def plain_number(text: str) -> str:
    """The validated number without needless parts; FilterSyntaxError beyond 300 digits."""
    whole, _, exponent = text.partition("e")
    digits = len(whole) - 1
    if (
        digits > _LARGEST_EXPONENT
        or len(exponent) > 5
        or abs(int(exponent or 0)) > _LARGEST_EXPONENT
    ):
        raise FilterSyntaxError(f"The number {shown(text)} is out of range")
    if not exponent and whole[-1] != "." and whole.lstrip("-")[0] != ".":
        return whole
    value = Decimal(text)
    if exponent and abs(int(exponent)) > _LONGEST_PLAIN:
        return f"{value:e}"
    return f"{value:f}"
