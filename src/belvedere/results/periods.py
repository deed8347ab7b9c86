"""Timeframes whose values follow one another: how to read, step through and write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_DAY = timedelta(days=1)
_NUMBERED = re.compile(r"(hour|minute)(\d+)$")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])$")


@dataclass(frozen=True, slots=True)
class Periods:
    """One timeframe. `floor` answers the start of the period a moment is in."""

    read: Callable[[Any], datetime]
    write: Callable[[datetime], Any]
    floor: Callable[[datetime], datetime]
    following: Callable[[datetime], datetime]

    def between(self, first: datetime, last: datetime) -> Iterator[Any]:
        """The values of the periods from that of `first` to that of `last`, both included."""
        at = self.floor(first)
        while at <= last:
            yield self.write(at)
            try:
                at = self.following(at)
            except (OverflowError, ValueError):  # the calendar ends with the year 9999
                return


def periods_of(timeframe: str, week_start: int) -> Periods | None:
    """None for timeframes that are not filled from one value to another.

    `week_start` counts from Monday as 0. Fiscal values are moments of fiscal time.
    """
    if timeframe == "week":
        return _weeks(week_start)
    numbered = _NUMBERED.match(timeframe)
    if numbered:
        return _buckets(numbered[1], int(numbered[2]))
    return _KNOWN.get(timeframe)


def months_later(moment: datetime, months: int) -> datetime:
    """The first day of the month so many months after the moment's."""
    count = moment.year * 12 + moment.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1)  # noqa: DTZ001  values have no time zone


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _day(text: Any) -> datetime:
    return datetime.fromisoformat(str(text)[:10])


def _weeks(week_start: int) -> Periods:
    def floor(moment: datetime) -> datetime:
        return _midnight(moment) - _DAY * ((moment.weekday() - week_start) % 7)

    return Periods(_day, _iso_day, floor, lambda at: at + 7 * _DAY)


def _iso_day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _every(step: timedelta, floor: Callable[[datetime], datetime], form: str) -> Periods:
    def read(text: Any) -> datetime:
        return datetime.strptime(str(text), form)  # noqa: DTZ007  values have no time zone

    return Periods(read, lambda at: at.strftime(form), floor, lambda at: at + step)


def _buckets(unit: str, size: int) -> Periods:
    """hour6, minute15 and the like: buckets within a day."""
    step = timedelta(hours=size) if unit == "hour" else timedelta(minutes=size)

    def floor(moment: datetime) -> datetime:
        start = _midnight(moment)
        return start + (moment - start) // step * step

    return _every(step, floor, "%Y-%m-%d %H:%M:%S")


def _months(length: int) -> tuple[Callable[[datetime], datetime], Callable[[datetime], datetime]]:
    def floor(moment: datetime) -> datetime:
        return months_later(moment, -((moment.month - 1) % length))

    return floor, lambda at: months_later(at, length)


def _read_quarter(text: Any) -> datetime:
    match = _QUARTER.search(str(text))
    if match is None:
        raise ValueError(text)
    return datetime(int(match[1]), int(match[2]) * 3 - 2, 1)  # noqa: DTZ001


def _year(text: Any) -> datetime:
    return datetime(int(str(text).removeprefix("FY")), 1, 1)  # noqa: DTZ001


_QUARTERS = Periods(_read_quarter, lambda at: f"{at.year:04d}-Q{at.month // 3 + 1}", *_months(3))
_KNOWN: dict[str, Periods] = {
    "date": Periods(_day, _iso_day, _midnight, lambda at: at + _DAY),
    "month": Periods(lambda text: _day(f"{text}-01"), lambda at: f"{at:%Y-%m}", *_months(1)),
    "quarter": _QUARTERS,
    "fiscal_quarter": _QUARTERS,
    "fiscal_year": Periods(_year, lambda at: f"FY{at.year:04d}", *_months(12)),
    "year": Periods(_year, lambda at: at.year, *_months(12)),
    "hour": _every(
        timedelta(hours=1),
        lambda at: at.replace(minute=0, second=0, microsecond=0),
        "%Y-%m-%d %H",
    ),
    "minute": _every(
        timedelta(minutes=1), lambda at: at.replace(second=0, microsecond=0), "%Y-%m-%d %H:%M"
    ),
}
