"""Dialects that are little more than tables of templates, and what such dialects share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from belvedere.compiler.dialects.base import Calendar, Dialect
from belvedere.compiler.dialects.reading import (
    checked_number,
    epoch_seconds,
    numbered,
    unknown_timeframe,
    week_start,
)
from belvedere.errors import QueryError

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
YES_OR_NO = "CASE WHEN {x} IS NOT NULL THEN 'Yes' ELSE 'No' END"
_FISCAL = {
    "fiscal_month_num": "month_num",
    "fiscal_quarter": "quarter",
    "fiscal_quarter_of_year": "quarter_of_year",
    "fiscal_year": "fiscal_year",
}
_MICROSECONDS_IN = {
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_HALF_DEGREE = "8.726646259971648e-3"
"""Half of it in radians."""


class Templated(Dialect, states_facts=False):
    """In templates `{x}` is a naive timestamp (or the start of a period), `{n}` a number and
    `{start}` the number of days from Monday to the first day of the week.
    """

    timeframes: ClassVar[Mapping[str, str]]
    """Those without a number, and fiscal_year of a timestamp that was moved already."""
    weekday: ClassVar[str]
    """Days since the first day of the week."""
    week: ClassVar[str]
    """The first day of the week."""
    buckets: ClassVar[Mapping[str, str]]
    """The start of `{n}` hours, minutes, milliseconds."""
    months_back: ClassVar[str]
    periods: ClassVar[Mapping[str, str]] = {}
    """None where the database does not find what it groups by inside of what it selects."""
    microseconds: ClassVar[str]
    """How many from `{s}` to `{e}`."""
    truncated: ClassVar[str]
    """The whole number `{x}` divided by `{n}`, without its fraction."""
    month_count: ClassVar[str]
    """Months since the year 0."""
    in_month: ClassVar[str]
    """How far the month is, in anything that can be compared."""
    casts: ClassVar[Mapping[str, str]]

    # Values

    def number(self, text: str) -> str:
        return checked_number(text)

    def boolean(self, value: bool) -> str:
        return "TRUE" if value else "FALSE"

    def timestamp(self, value: datetime) -> str:
        return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(' ')}'"

    def date(self, value: date) -> str:
        return f"DATE '{value.isoformat()[:10]}'"

    def epoch(self, value: datetime) -> str:
        return str(epoch_seconds(value))

    def equals_ignoring_case(self, operand: str, value: str) -> str:
        return f"LOWER({operand}) = LOWER({self.string(value)})"

    def text(self, operand: str) -> str:
        return self.cast(operand, "string")

    def cast(self, operand: str, kind: str) -> str:
        return self.casts[kind].format(x=operand)

    # Time

    def timeframe(self, operand: str, timeframe: str, calendar: Calendar) -> str:
        if timeframe in self.timeframes and timeframe != "fiscal_year":
            return self.timeframes[timeframe].format(x=operand)
        if timeframe in _FISCAL:
            offset = calendar.fiscal_month_offset
            shifted = self.months_back.format(x=operand, n=offset) if offset else operand
            return self.timeframes[_FISCAL[timeframe]].format(x=shifted)
        start = week_start(calendar)
        if timeframe == "week":
            return self.timeframes["date"].format(x=self.week.format(x=operand, start=start))
        if timeframe == "day_of_week_index":
            return self.weekday.format(x=operand, start=start)
        found = numbered(timeframe)
        if found is None:
            raise unknown_timeframe(timeframe)
        shown = "millisecond" if found[0] == "millisecond" else "second"
        return self.timeframes[shown].format(x=self._bucket(operand, *found))

    def _bucket(self, operand: str, unit: str, size: int) -> str:
        return self.buckets[unit].format(x=operand, n=size)

    def period(self, operand: str, timeframe: str, calendar: Calendar) -> str | None:
        if not self.periods:
            return None
        if timeframe == "week":
            return self.week.format(x=operand, start=week_start(calendar))
        if timeframe in self.periods:
            return self.periods[timeframe].format(x=operand)
        found = numbered(timeframe)
        return self._bucket(operand, *found) if found else None

    def duration(self, unit: str, start: str, end: str) -> str:
        if unit in _MICROSECONDS_IN:
            elapsed = self.microseconds.format(s=start, e=end)
            return self.truncated.format(x=elapsed, n=_MICROSECONDS_IN[unit])
        if unit not in _MONTHS_IN:
            raise QueryError(f"Unknown duration: {unit}")
        months = _whole_months(
            start, end, lambda x: self.month_count.format(x=x), lambda x: self.in_month.format(x=x)
        )
        size = _MONTHS_IN[unit]
        return months if size == 1 else self.truncated.format(x=months, n=size)

    # Aggregates

    def distance(self, lat1: str, lon1: str, lat2: str, lon2: str) -> str:
        south, west, north, east = (f"({side})" for side in (lat1, lon1, lat2, lon2))
        degree = f"2 * {_HALF_DEGREE}"
        square = (
            f"POWER(SIN(({north} - {south}) * {_HALF_DEGREE}), 2) + COS({south} * {degree}) * "
            f"COS({north} * {degree}) * POWER(SIN(({east} - {west}) * {_HALF_DEGREE}), 2)"
        )
        return f"12742 * ASIN(CASE WHEN {square} > 1 THEN 1 ELSE SQRT({square}) END)"


def _whole_months(
    start: str, end: str, count: Callable[[str], str], within: Callable[[str], str]
) -> str:
    early, late = within(start), within(end)
    broken = (
        f"CASE WHEN {end} >= {start} AND {late} < {early} THEN 1 "
        f"WHEN {end} < {start} AND {late} > {early} THEN -1 ELSE 0 END"
    )
    return f"({count(end)} - ({count(start)}) - {broken})"


def counted(operand: str, key: str) -> str:
    """Whether a row counts in an aggregate by key."""
    return f"({operand}) IS NOT NULL AND ({key}) IS NOT NULL"


def keys(operand: str, key: str) -> str:
    """How many keys have a value."""
    return f"COUNT(DISTINCT CASE WHEN {counted(operand, key)} THEN {key} END)"


def hashed_sum(operand: str, key: str, hashed: str, value: str, total: str = "{x}") -> str:
    """The sum of one value for each key, by way of numbers that are distinct for distinct keys.

    `hashed` is the key as such a number and `value` the operand, both exact; a value plus its
    key's number is summed once however often its row is repeated. `total` finishes each sum.
    """
    known = counted(operand, key)
    both, alone = (
        total.format(x=f"SUM(DISTINCT CASE WHEN {known} THEN {sql} END)")
        for sql in (f"{hashed} + {value}", hashed)
    )
    return f"({both} - {alone})"


def share(percent: float) -> str:
    """The percentage as an exact decimal fraction."""
    return f"{Decimal(repr(percent)) / 100:f}"


def backslashed(pattern: str) -> str:
    """A pattern whose escape character is a backslash instead of ^."""
    words: list[str] = []
    escaped = False
    for character in pattern:
        if character == "^" and not escaped:
            escaped = True
            continue
        special = escaped and character in "%_"
        words.append(f"\\{character}" if special or character == "\\" else character)
        escaped = False
    return "".join(words)
