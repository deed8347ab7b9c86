"""The date and time grammar: absolute and relative points in time, and spans between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from belvedere.lookml.filters.syntax import FilterSyntaxError, remembered, shown


@dataclass(frozen=True, slots=True)
class Units:
    """`unit` is microsecond, second, minute, hour, day, week, month, quarter, year,
    fiscal quarter or fiscal year.
    """

    count: int
    unit: str


# Points in time. Each also stands for a span: itself and what follows up to the next one.


@dataclass(frozen=True, slots=True)
class Moment:
    """An absolute time on the clock of the query's time zone; `width` is the precision given."""

    start: datetime
    width: Units


@dataclass(frozen=True, slots=True)
class Fiscal:
    """A fiscal year by the calendar year it starts in, or one of its quarters."""

    year: int
    quarter: int | None = None


@dataclass(frozen=True, slots=True)
class Offset:
    """The start of the current `unit`, moved by `count` units."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Weekday:
    """The most recent such day, today included; 0 is Monday."""

    index: int


Point = Moment | Fiscal | Offset | Weekday


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` (inclusive) for `length`, or for the width of the point itself."""

    start: Point
    length: Units | None = None


@dataclass(frozen=True, slots=True)
class Before:
    end: Point


@dataclass(frozen=True, slots=True)
class After:
    """From the start of the point on, inclusive."""

    start: Point


@dataclass(frozen=True, slots=True)
class Between:
    """The first inclusive, the second exclusive."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class DateNull:
    negated: bool = False


Term = Span | Before | After | Between | DateNull


@dataclass(frozen=True, slots=True)
class DateFilter:
    """Matches what matches any of the terms; without terms anything."""

    terms: tuple[Term, ...] = ()

    @property
    def is_any(self) -> bool:
        return not self.terms


_UNIT = r"(second|minute|hour|day|week|month|fiscal[ _]quarter|quarter|fiscal[ _]year|year)s?"
_COUNT = r"(\d{1,9})"
_ABSOLUTE = re.compile(
    r"(\d{4})(?:([-/])(\d\d)(?:\2(\d\d)"
    r"(?:[ t](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?)?)?)?\Z",
    re.ASCII,
)
_YEARS_BEFORE = re.compile(r"(\d{4})-(\d)\Z", re.ASCII)
_QUARTER = re.compile(r"(fy ?)?(\d{4})[-/]q([1-4])\Z", re.ASCII)
_FISCAL_YEAR = re.compile(r"fy ?(\d{4})\Z", re.ASCII)
_AMOUNT = re.compile(rf"{_COUNT} {_UNIT}\Z", re.ASCII)
_RELATIVE = re.compile(rf"(?:last )?{_COUNT} {_UNIT} (ago|from now)\Z", re.ASCII)
_NEIGHBOUR = re.compile(rf"(this|last|next) {_UNIT}\Z", re.ASCII)
_TO_DATE = re.compile(rf"this {_UNIT} to {_UNIT}\Z", re.ASCII)
_NEIGHBOURS = {"last": -1, "this": 0, "next": 1}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAYS = {
    name: index
    for index, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
_NULLS = {
    "null": DateNull(),
    "not null": DateNull(negated=True),
    "-null": DateNull(negated=True),
}
_ANYTHING = frozenset({"", "any time", "any value"})
_PRECISIONS = ("year", "month", "day", "hour", "minute", "second")
_LONGEST_TERM = 200


@remembered
def parse_date(text: str) -> DateFilter:
    if text.strip().lower() in _ANYTHING:
        return DateFilter()
    terms = [
        _term(part, " ".join(part.lower().split())) for part in text.split(",") if part.strip()
    ]
    return DateFilter(tuple(terms))


def _term(written: str, text: str) -> Term:
    term = _read(text) if len(text) <= _LONGEST_TERM else None
    if term is None:
        raise FilterSyntaxError(
            f"{shown(written.strip())} is not a date filter such as "
            '"7 days", "last month", "2018-05" or "before 2018-05-18"'
        )
    return term


def _read(text: str) -> Term | None:
    if text in _NULLS:
        return _NULLS[text]
    first, _, rest = text.partition(" ")
    if first in ("before", "after"):
        return _one_sided(first, rest)
    start, separator, length = text.partition(" for ")
    if separator:
        return _lasting(start, length)
    if " to " in text:
        return _between(text)
    return _including_now(text) or _alone(text)


def _one_sided(word: str, text: str) -> Before | After | None:
    point = _point(text) or _units_ago(text)
    if point is None:
        return None
    return Before(point) if word == "before" else After(point)


def _units_ago(text: str) -> Offset | None:
    amount = _amount(text.removeprefix("last "))
    return Offset(-amount.count, amount.unit) if amount else None


def _lasting(start: str, length: str) -> Span | None:
    point, amount = _point(start), _amount(length)
    return Span(point, amount) if point and amount else None


def _between(text: str) -> Between | None:
    if to_date := _TO_DATE.match(text):
        return Between(Offset(0, _unit(to_date[1])), Offset(0, _unit(to_date[2])))
    first, _, second = text.partition(" to ")
    start, end = _point(first), _point(second)
    return Between(start, end) if start and end else None


def _including_now(text: str) -> Span | None:
    """`{n} {unit}`: the current one, as far as it goes, and those before it."""
    amount = _amount(text.removeprefix("last "))
    if amount is None:
        return None
    # The documentation's own table leaves the current second out, unlike every other unit.
    current = 0 if amount.unit == "second" and amount.count > 1 else 1
    return Span(Offset(current - amount.count, amount.unit), amount)


def _alone(text: str) -> Span | None:
    point = _point(text)
    return Span(point) if point else None


def _amount(text: str) -> Units | None:
    match = _AMOUNT.match(text)
    return Units(int(match[1]), _unit(match[2])) if match else None


def _unit(word: str) -> str:
    return word.replace("_", " ")


def _point(text: str) -> Point | None:
    if text in _DAYS:
        return Offset(_DAYS[text], "day")
    if text in _WEEKDAYS:
        return Weekday(_WEEKDAYS[text])
    if relative := _RELATIVE.match(text):
        count = int(relative[1])
        return Offset(-count if relative[3] == "ago" else count, _unit(relative[2]))
    if neighbour := _NEIGHBOUR.match(text):
        return Offset(_NEIGHBOURS[neighbour[1]], _unit(neighbour[2]))
    return _absolute(text)


def _absolute(text: str) -> Moment | Fiscal | None:
    if match := _ABSOLUTE.match(text):
        return _moment(match, text)
    if match := _YEARS_BEFORE.match(text):
        return Moment(_datetime(text, int(match[1]) - int(match[2])), Units(1, "year"))
    if match := _QUARTER.match(text):
        year, quarter = int(match[2]), int(match[3])
        if match[1]:
            return Fiscal(_datetime(text, year).year, quarter)
        return Moment(_datetime(text, year, quarter * 3 - 2), Units(1, "quarter"))
    if match := _FISCAL_YEAR.match(text):
        return Fiscal(_datetime(text, int(match[1])).year)
    return None


def _moment(match: re.Match[str], text: str) -> Moment:
    parts = [int(part) for part in match.group(1, 3, 4, 5, 6, 7) if part is not None]
    fraction = match[8]
    start = _datetime(text, *parts)
    if fraction is None:
        return Moment(start, Units(1, _PRECISIONS[len(parts) - 1]))
    return Moment(
        start.replace(microsecond=int(fraction.ljust(6, "0"))),
        Units(10 ** (6 - len(fraction)), "microsecond"),
    )


def _datetime(
    text: str,
    year: int,
    month: int = 1,
    day: int = 1,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
) -> datetime:
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  on the query's clock
    except ValueError as error:
        raise FilterSyntaxError(f"{shown(text)} is not a date: {error}") from None
