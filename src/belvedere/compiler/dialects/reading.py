"""What every dialect reads the same way: numbered timeframes, week days, percentiles."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from belvedere.compiler.dialects.base import Calendar
from belvedere.errors import QueryError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NUMBERED = re.compile(r"(hour|minute|millisecond)(\d{1,3})\Z")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  naive like the values it is compared with
_IN_NEXT = {"hour": 24, "minute": 60, "millisecond": 1000}
# Wider than the rounding of a double times a row count, narrower than one row in 10^8.
_MARGIN = 1e-12


def numbered(timeframe: str) -> tuple[str, int] | None:
    """`minute15` → ("minute", 15); None unless the number divides the next larger unit."""
    match = _NUMBERED.match(timeframe)
    if match is None:
        return None
    unit, size = match[1], int(match[2])
    return (unit, size) if size and _IN_NEXT[unit] % size == 0 else None


def week_start(calendar: Calendar) -> int:
    """Days from Monday to the first day of the week."""
    return WEEKDAYS.index(calendar.week_start_day)


def unknown_timeframe(timeframe: str) -> QueryError:
    return QueryError(f"Unknown timeframe: {timeframe}")


def percentile_fractions(percent: float) -> tuple[float, float]:
    """Two fractions p for which rank ceil(n·p) finds the two values whose mean is the percentile.

    The percentile of n sorted values is the one at ceil(n·percent/100), or where that product is
    a whole number the mean of the value there and the next. A fraction slightly below always
    finds the former, slightly above the latter, without n·p being a whole number by accident.
    """
    share = percent / 100
    return share * (1 - _MARGIN), min(share * (1 + _MARGIN), 1.0)


def checked_text(value: str) -> str:
    """The value if a database can hold it as text; QueryError for what UTF-8 text cannot be."""
    if "\0" in value:
        raise QueryError("A text value contains a null character, which databases cannot store")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise QueryError("A text value is not valid Unicode") from None
    return value


def checked_number(text: str) -> str:
    if _NUMBER.match(text) is None:
        raise QueryError(f"Not a number: {text[:60]}")
    return text


def epoch_seconds(value: datetime) -> int:
    """Whole seconds from 1970 to the naive UTC timestamp, rounded down."""
    return (value.replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)
