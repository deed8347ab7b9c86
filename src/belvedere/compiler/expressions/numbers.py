"""Functions of numbers in SQL, null where they have no value or one beyond all numbers.

Databases differ there: one fails, one answers infinity, one answers null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import parenthesized

_LARGEST_LOGARITHM = 709.78
"""Of the numbers that eight bytes hold."""
_SMALLEST_LOGARITHM = -745
"""What has a smaller one is 0."""


def of_numbers(dialect: Dialect, name: str, arguments: Sequence[str]) -> str:
    """The function called with arguments that are SQL already."""
    if "NULL" in arguments:  # some databases take no null for a constant
        return "NULL"
    guarded = _GUARDED.get(name)
    if guarded is not None:
        return guarded(dialect, *map(parenthesized, arguments))
    return dialect.function(name, list(arguments))


def _within(logarithm: str, sql: str) -> str:
    """The SQL where its value's logarithm is that of a number; e as a base."""
    return (
        f"CASE WHEN {logarithm} > {_LARGEST_LOGARITHM} THEN NULL "
        f"WHEN {logarithm} < {_SMALLEST_LOGARITHM} THEN 0 ELSE {sql} END"
    )


def _exp(dialect: Dialect, exponent: str) -> str:
    return _within(exponent, dialect.function("exp", [exponent]))


def _power(dialect: Dialect, base: str, exponent: str) -> str:
    size = dialect.function("ln", [f"NULLIF(ABS({base}), 0)"])
    power = _within(f"{exponent} * {size}", dialect.function("power", [base, exponent]))
    return (
        f"CASE WHEN {exponent} = 0 AND {base} IS NOT NULL THEN 1 "
        f"WHEN {base} = 0 THEN CASE WHEN {exponent} > 0 THEN 0 END "
        f"WHEN {base} < 0 AND {exponent} <> FLOOR({exponent}) THEN NULL ELSE {power} END"
    )


def _logarithm(name: str) -> Callable[[Dialect, str], str]:
    return lambda dialect, value: (
        f"CASE WHEN {value} > 0 THEN {dialect.function(name, [value])} END"
    )


def _sqrt(dialect: Dialect, value: str) -> str:
    return f"CASE WHEN {value} >= 0 THEN {dialect.function('sqrt', [value])} END"


def _mod(dialect: Dialect, value: str, divisor: str) -> str:
    return dialect.function("mod", [value, f"NULLIF({divisor}, 0)"])


_GUARDED: dict[str, Callable[..., str]] = {
    "exp": _exp,
    "ln": _logarithm("ln"),
    "log": _logarithm("log"),
    "mod": _mod,
    "power": _power,
    "sqrt": _sqrt,
}
