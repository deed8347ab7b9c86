"""What kinds of values expressions have, and what functions take and give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from belvedere.compiler.expressions import syntax


class Kind(StrEnum):
    """`nothing` is null, which is of every kind."""

    number = "number"
    string = "string"
    yesno = "yesno"
    date = "date"
    datetime = "datetime"
    nothing = "null"


@dataclass(frozen=True, slots=True)
class Signature:
    """`result` None: that of the arguments from `decides` on. `most` None: any number."""

    least: int
    most: int | None
    result: Kind | None = None
    decides: int = 0


_NUMBERS = {
    **dict.fromkeys(["abs", "ceiling", "exp", "floor", "ln", "log", "sqrt", "length"], 1),
    **dict.fromkeys(["mod", "power", "round", "position"], 2),
    "rand": 0,
}
_STRINGS = {"lower": 1, "upper": 1, "replace": 3, "substring": 3}
_UNITS = ("seconds", "minutes", "hours", "days", "months", "years")

SIGNATURES: dict[str, Signature] = {
    **{name: Signature(count, count, Kind.number) for name, count in _NUMBERS.items()},
    **{name: Signature(count, count, Kind.string) for name, count in _STRINGS.items()},
    "concat": Signature(1, None, Kind.string),
    "contains": Signature(2, 2, Kind.yesno),
    "is_null": Signature(1, 1, Kind.yesno),
    "matches_filter": Signature(2, 2, Kind.yesno),
    "coalesce": Signature(1, None),
    "if": Signature(3, 3, None, 1),
    "case": Signature(1, None),
    "when": Signature(2, 2, None, 1),
    "now": Signature(0, 0, Kind.datetime),
    "date": Signature(3, 3, Kind.date),
    "date_time": Signature(6, 6, Kind.datetime),
    **{f"add_{unit}": Signature(2, 2, None, 1) for unit in _UNITS},
    **{f"diff_{unit}": Signature(2, 2, Kind.number) for unit in _UNITS},
    **{f"extract_{unit}": Signature(1, 1, Kind.number) for unit in _UNITS},
    **{f"trunc_{unit}": Signature(1, 1) for unit in _UNITS[1:]},
}
OF_NUMBERS = frozenset(_NUMBERS) - {"length", "position"}
"""Functions that take nothing but numbers."""
TEXTS_OF = {
    **dict.fromkeys(["length", "lower", "upper", "substring"], 1),
    **dict.fromkeys(["contains", "position"], 2),
    "replace": 3,
}
"""How many of a function's first arguments are texts; those behind them are numbers."""
MOMENTS = frozenset({Kind.date, Kind.datetime})
FINE_UNITS = frozenset({"seconds", "minutes", "hours"})
"""Units that a date alone does not have: adding them to one gives a time."""


def common(kinds: list[Kind]) -> Kind | None:
    """The kind of a value that is one of several; None where they do not agree."""
    found = {kind for kind in kinds if kind is not Kind.nothing}
    if not found:
        return Kind.nothing
    if found == {Kind.date, Kind.datetime}:
        return Kind.datetime
    return found.pop() if len(found) == 1 else None


def inferred(tree: syntax.Expression, kind_of_field: Callable[[str], Kind]) -> Kind:
    """The kind of the expression's value, as far as it can be told without writing it."""

    def of(tree: syntax.Expression) -> Kind:
        match tree:
            case syntax.Number() | syntax.Unary("-", _):
                return Kind.number
            case syntax.Text() | syntax.Filter():
                return Kind.string
            case syntax.Constant("null"):
                return Kind.nothing
            case syntax.FieldName(name):
                return kind_of_field(name)
            case syntax.Binary(operator, _, _):
                return Kind.number if operator in "+-*/" else Kind.yesno
            case syntax.Function(name, arguments) if name in SIGNATURES:
                return _of_function(name, [of(argument) for argument in arguments])
            case _:
                return Kind.yesno

    return of(tree)


def _of_function(name: str, given: list[Kind]) -> Kind:
    signature = SIGNATURES[name]
    kind = signature.result or common(given[signature.decides :]) or Kind.string
    action, _, unit = name.partition("_")
    if action in ("add", "trunc"):
        if unit in FINE_UNITS:
            return Kind.datetime
        return kind if kind in MOMENTS else Kind.date
    return kind
