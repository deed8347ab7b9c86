"""Calendar arithmetic on naive timestamps: starts of units, and moving by units.

Results beyond the years 1 to 9999 are cut to `EARLIEST` and `LATEST`.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from belvedere.compiler.dialects.base import Calendar
from belvedere.compiler.dialects.reading import week_start

EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001  naive throughout this module
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001

_LENGTHS = {
    "microsecond": timedelta(microseconds=1),
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_MONTHS = {"month": 1, "quarter": 3, "fiscal quarter": 3, "year": 12, "fiscal year": 12}


def start_of(unit: str, moment: datetime, calendar: Calendar) -> datetime:
    """The start of the unit that `moment` lies in."""
    if unit in _MONTHS:
        offset = calendar.fiscal_month_offset if unit.startswith("fiscal") else 0
        months = moment.year * 12 + moment.month - 1
        return _month(months - (months - offset) % _MONTHS[unit])
    if unit == "second":
        return moment.replace(microsecond=0)
    if unit == "minute":
        return moment.replace(second=0, microsecond=0)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "day":
        return day
    return moved(day, -((day.weekday() - week_start(calendar)) % 7), "day")


def start_of_fiscal(year: int, quarter: int, calendar: Calendar) -> datetime:
    return _month(year * 12 + calendar.fiscal_month_offset + (quarter - 1) * 3)


def moved(moment: datetime, count: int, unit: str) -> datetime:
    """`count` units later; the day is cut to the length of the month that it comes to."""
    if unit in _MONTHS:
        return _moved_by_months(moment, count * _MONTHS[unit])
    try:
        return moment + _LENGTHS[unit] * count
    except OverflowError:
        return LATEST if count > 0 else EARLIEST


def _moved_by_months(moment: datetime, count: int) -> datetime:
    first = _month(moment.year * 12 + moment.month - 1 + count)
    if first in (EARLIEST, LATEST):
        return first
    day = min(moment.day, monthrange(first.year, first.month)[1])
    return moment.replace(year=first.year, month=first.month, day=day)


def _month(months: int) -> datetime:
    """The start of a month counted from year 0."""
    year, month = divmod(months, 12)
    if year < 1:
        return EARLIEST
    if year > 9999:
        return LATEST
    return EARLIEST.replace(year=year, month=month + 1)
