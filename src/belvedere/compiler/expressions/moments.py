"""Dates and times that expressions write out: numbers and texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.expressions import syntax

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_ORIGIN = 2000
_LARGEST = (("month", 12), ("day", 31), ("hour", 23), ("minute", 59), ("second", 59))


def of_text(dialect: Dialect, text: str) -> str | None:
    """The day that is written as 2018-05-18; None for any other text."""
    if not _DAY.match(text):
        return None
    try:
        return dialect.cast(dialect.date(date.fromisoformat(text)), "date")
    except ValueError:
        return None


def literal(dialect: Dialect, numbers: Sequence[syntax.Expression]) -> str | None:
    """The moment of whole numbers that are written out, NULL for one that there is not; None where
    they are not written out.
    """
    found = [
        int(item.text)
        for item in numbers
        if isinstance(item, syntax.Number) and item.text.isdigit()
    ]
    if len(found) != len(numbers):
        return None
    try:
        if len(found) == len(("year", "month", "day")):
            return dialect.date(date(*found))
        year, month, day, hour, minute, second = found
        return dialect.timestamp(datetime(year, month, day, hour, minute, second))  # noqa: DTZ001
    except (ValueError, OverflowError):
        return "NULL"


def made(dialect: Dialect, numbers: Sequence[str]) -> str:
    """The moment of computed numbers: year, month, day and perhaps hour, minute, second; null for
    one that there is not.
    """
    whole = [dialect.function("floor", [number]) for number in numbers]
    tests = [f"{whole[0]} BETWEEN 1 AND 9999"]
    found = dialect.cast(dialect.date(date(_ORIGIN, 1, 1)), "datetime")
    found = dialect.function("add_years", [f"({whole[0]} - {_ORIGIN})", found])
    for number, (unit, largest) in zip(whole[1:], _LARGEST, strict=False):
        first = 1 if unit in ("month", "day") else 0
        tests.append(f"{number} BETWEEN {first} AND {largest}")
        moved = f"({number} - {first})" if first else number
        found = dialect.function(f"add_{unit}s", [moved, found])
        if unit == "day":
            # The 30th of February would be a day of March.
            tests.append(f"{dialect.function('extract_days', [found])} = {number}")
    return f"CASE WHEN {' AND '.join(tests)} THEN {found} END"
