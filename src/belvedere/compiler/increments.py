"""Values of increment keys: from a timeframe's text to the time it stands for, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from belvedere.errors import LookmlError

_UNITS = {
    "raw": "second",
    "time": "second",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "date": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}
_QUARTER = re.compile(r"(\d{4})-Q([1-4])\Z")


@dataclass(frozen=True, slots=True)
class Since:
    """From where on rows are wanted: as a naive timestamp and as a filter on the key."""

    start: datetime
    expression: str
    key: str


def unit_of(timeframe: str) -> str:
    """The period by which a key of that timeframe grows."""
    if timeframe not in _UNITS:
        known = ", ".join(sorted(_UNITS))
        raise LookmlError(f"An increment_key has one of the timeframes {known}, not {timeframe}")
    return _UNITS[timeframe]


def moment_of(value: object, timeframe: str) -> datetime:
    """The naive timestamp of a database's value: a time, a date, a timeframe's text or year."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    text = str(value)
    quarter = _QUARTER.match(text)
    if quarter is not None:
        text = f"{quarter[1]}-{int(quarter[2]) * 3 - 2:02d}"
    if timeframe == "year" or len(text) == 4:
        text = f"{int(float(text)):04d}-01"
    if len(text) == 7:
        text += "-01"
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise LookmlError(f"The increment key's last value, {text[:60]}, is no time") from None


def as_expression(start: datetime) -> str:
    """The filter expression of everything from then on."""
    return f"after {start:%Y-%m-%d %H:%M:%S}"
